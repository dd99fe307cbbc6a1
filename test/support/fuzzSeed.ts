import fc from "fast-check";

// Loaded with every test file: properties draw the same examples in every run, so that a failure can be repeated and a green
// run means the same on every machine. FUZZ_SEED explores others.
fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? "20200312") });

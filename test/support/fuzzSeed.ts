import fc from "fast-check";

// Loaded with every test file. A fixed seed draws the same examples in every run, so that failures
// repeat and a green run means the same on every machine. FUZZ_SEED sets another seed.
fc.configureGlobal({ seed: Number(process.env.FUZZ_SEED ?? "20200312") });

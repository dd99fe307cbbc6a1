import { run } from "../src/cli/run.js";
import { PROOF, proof } from "../src/commands/proof.js";

await run(PROOF, proof);

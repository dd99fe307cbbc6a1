import { run } from "../src/cli/run.js";
import { MUTATION, mutation } from "../src/commands/mutation.js";

await run(MUTATION, mutation);

import { BENCH, bench } from "../src/commands/benchGas.js";
import { run } from "../src/cli/run.js";

await run(BENCH, bench);

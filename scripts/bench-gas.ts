import { BENCH, bench } from "./commands/benchGas.js";
import { run } from "../src/cli/run.js";

await run(BENCH, bench);

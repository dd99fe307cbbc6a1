import { run } from "../src/cli/run.js";
import { COVERAGE, coverage } from "../src/commands/coverage.js";

await run(COVERAGE, coverage);

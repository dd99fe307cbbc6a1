import { run } from "../src/cli/run.js";
import { TEST_SOLIDITY, testSolidity } from "../src/commands/testSolidity.js";

await run(TEST_SOLIDITY, testSolidity);

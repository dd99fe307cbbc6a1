import { run } from "../src/cli/run.js";
import { KEEPER, keep } from "../src/commands/keeper.js";

await run(KEEPER, keep);

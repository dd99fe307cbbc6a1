import { run } from "../src/cli/run.js";
import { KEEPER, keep } from "./commands/keeper.js";

await run(KEEPER, keep);

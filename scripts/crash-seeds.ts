import { run } from "../src/cli/run.js";
import { CRASH_SEEDS, crashSeeds } from "../src/commands/crashSeeds.js";

await run(CRASH_SEEDS, crashSeeds);

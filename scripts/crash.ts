import { run } from "../src/cli/run.js";
import { CRASH, crash } from "../src/commands/crash.js";

await run(CRASH, crash);

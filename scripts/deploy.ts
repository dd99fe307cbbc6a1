import { run } from "../src/cli/run.js";
import { DEPLOY, deploy } from "../src/commands/deploy.js";

await run(DEPLOY, deploy);

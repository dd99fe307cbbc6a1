import { run } from "../src/cli/run.js";
import { DEPLOY, deploy } from "./commands/deploy.js";

await run(DEPLOY, deploy);

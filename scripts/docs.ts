import { run } from "../src/cli/run.js";
import { DOCS, docs } from "../src/commands/docs.js";

await run(DOCS, docs);

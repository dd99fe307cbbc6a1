import { run } from "../src/cli/run.js";
import { BUILD_PACKAGE, buildPackage } from "../src/package/build.js";

await run(BUILD_PACKAGE, buildPackage);

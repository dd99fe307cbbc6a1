import { defineConfig } from "hardhat/config";

import project from "../../../hardhat.config.js";

/**
 * The project's own settings with the canary as the only test path, because `hardhat test solidity`
 * accepts no file outside its paths.
 */
export default defineConfig({
  ...project,
  solidity: { ...(project.solidity as object), npmFilesToBuild: [] } as never,
  paths: {
    ...project.paths,
    sources: "test/e2e/canary",
    artifacts: "cache/canary/artifacts",
    cache: "cache/canary",
    tests: { solidity: "test/e2e/canary", mocha: "test/e2e/canary" },
  },
});

import { createRequire } from "node:module";

import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";

import { parallelBuild } from "./src/build/plugin.js";
import { compileTests, testOverrides } from "./src/build/compileTests.js";
import { NETWORKS } from "./src/package/networks.js";
import { TASKS } from "./src/package/tasks.js";

const require = createRequire(import.meta.url);

/** How much each Solidity property and campaign is tried: in `npm test`, in CI, and in `npm run test:deep`. */
const EFFORT = {
  test: { fuzz: { runs: 256 }, invariant: { runs: 32, depth: 32, failOnRevert: true } },
  ci: { fuzz: { runs: 2_000 }, invariant: { runs: 2_000, depth: 32, failOnRevert: true } },
  deep: { fuzz: { runs: 10_000 }, invariant: { runs: 10_000, depth: 32, failOnRevert: true } },
};
const { DEEP } = process.env;
const effort = DEEP === "1" ? "deep" : DEEP === "ci" ? "ci" : "test";

/** The one compiler configuration of ours: every profile uses it, so gas figures and bytecode never depend on who builds. */
const compiler = {
  version: "0.8.30",
  path: require.resolve("solc/soljson.js"),
  settings: {
    viaIR: true,
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: 1000 },
  },
};

/** What Morpho Blue is published with: only the gas comparison builds it. */
const morpho = {
  version: "0.8.19",
  path: require.resolve("solc-0.8.19/soljson.js"),
  settings: { viaIR: true, evmVersion: "paris", optimizer: { enabled: true, runs: 999_999 } },
};
const compilers = [compiler, morpho];

const overrides = testOverrides(import.meta.dirname, compiler.version, compiler.path);

export default defineConfig({
  plugins: [toolbox, parallelBuild, compileTests],
  solidity: {
    splitTestsCompilation: true,
    npmFilesToBuild: [
      "@openzeppelin/contracts/access/manager/AccessManager.sol",
      "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol",
      "@morpho-org/morpho-blue/src/Morpho.sol",
      "@morpho-org/morpho-blue/src/mocks/IrmMock.sol",
    ],
    profiles: { default: { compilers, overrides }, production: { compilers, overrides, isolated: false } },
  },
  typechain: { outDir: "./types" },
  paths: {
    sources: ["contracts", "examples"],
    ignition: "deploy",
    tests: { solidity: "test/contracts", mocha: "test" },
  },
  test: {
    mocha: { timeout: 120_000, parallel: true, jobs: 2 },
    solidity: EFFORT[effort],
  },
  networks: NETWORKS,
  verify: { etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") } },
  tasks: TASKS,
});

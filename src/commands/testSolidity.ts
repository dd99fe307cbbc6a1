import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import hardhat from "hardhat";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";

import { Sources } from "../assurance/mutation/sources.js";
import { CliError, type CommandSpec } from "../cli/args.js";
import type { Main } from "../cli/run.js";
import { InputError, quote } from "../format/inputError.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Where tests that need no contract are compiled: nothing else is ever there. */
const APART = "./cache/arithmetic";

/** `npm run test:solidity`. */
export const TEST_SOLIDITY = {
  usage: "npm run test:solidity -- FILE [--also FILE]...",
  summary:
    "Runs Solidity tests while you edit. Tests that deploy no contract compile without the contracts, in seconds.",
  argument: "file",
  options: {
    file: { type: "string", value: "FILE", help: "a file below test/contracts" },
    also: { type: "strings", value: "FILE", help: "another one" },
    grep: { type: "string", value: "PATTERN", help: "only tests whose names contain it" },
  },
} as const satisfies CommandSpec;

/** Runs the tests of the files given. */
export const testSolidity: Main<typeof TEST_SOLIDITY> = async ({ file, also, grep }, io) => {
  const files = [...(file === undefined ? [] : [file]), ...also];
  if (files.length === 0) throw new InputError("FILE: missing: must be a file below test/contracts");
  for (const name of files) {
    const isTest = /^test\/contracts\/.*\.t\.sol$/.test(name) && existsSync(name);
    if (!isTest) throw new InputError(`FILE: ${quote(name)}: must be a .t.sol file below test/contracts`);
  }
  const sources = new Sources(ROOT);
  const deploying = files.filter((name) => sources.deployed(name).length > 0);
  if (deploying.length > 0) {
    io.note(
      `${deploying.join(", ")} deploys contracts: they are compiled first, with the optimizer, if they changed`,
    );
  }
  const config = hardhat.userConfig;
  // Hardhat builds all contracts before the tests: here there are none to build.
  const arithmetic = {
    ...config,
    solidity: { ...(config.solidity as object), npmFilesToBuild: [] } as never,
    paths: {
      ...config.paths,
      sources: `${APART}/sources`,
      artifacts: `${APART}/artifacts`,
      cache: APART,
    },
    typechain: { outDir: `${APART}/types` },
  };
  mkdirSync(`${APART}/sources`, { recursive: true });
  const chosen = deploying.length > 0 ? config : arithmetic;
  const hre = await createHardhatRuntimeEnvironment(chosen, {}, process.cwd());
  const options = { testFiles: files, ...(grep !== undefined && { grep }) };
  const run = (await hre.tasks.getTask(["test", "solidity"]).run(options)) as {
    readonly success?: boolean;
    readonly error?: unknown;
  };
  if (run.success === false || run.error !== undefined) throw new CliError("tests failed");
};

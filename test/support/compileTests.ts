/**
 * How Solidity tests are compiled: without the optimiser and the new pipeline, and without emitting again the contracts they
 * import: ten times faster. What they test is not touched, because they deploy it from its own artifacts; only the libraries
 * they call directly are compiled along with them.
 */
import { globSync } from "node:fs";

import type { SolidityCompilerUserConfig } from "hardhat/types/config";
import type { HardhatPlugin } from "hardhat/types/plugins";

const SETTINGS = { evmVersion: "cancun", optimizer: { enabled: false } } as const;

/** Where Hardhat's compiler input has the files of `test/`. */
const TEST_SOURCES = "project/test/";

/** Hardhat's `overrides`: every Solidity test below `root` with the compiler at `path`. */
export function testOverrides(
  root: string,
  version: string,
  path: string,
): Record<string, SolidityCompilerUserConfig> {
  const plain = { version, path, settings: SETTINGS };
  return Object.fromEntries(globSync("test/**/*.t.sol", { cwd: root }).map((file) => [file, plain]));
}

/** Compiles all of them in one job, and emits only what lies in `test/`. */
export const compileTests: HardhatPlugin = {
  id: "breakwater-compile-tests",
  hookHandlers: {
    config: async () =>
      Promise.resolve({
        default: async () =>
          Promise.resolve({
            // Hardhat merges files into one job if their configuration is the same object.
            resolveUserConfig: async (user, variable, next) => {
              const config = await next(user, variable);
              for (const profile of Object.values(config.solidity.profiles)) {
                const [shared] = Object.values(profile.overrides);
                if (shared === undefined) continue;
                for (const file of Object.keys(profile.overrides)) profile.overrides[file] = shared;
              }
              return config;
            },
          }),
      }),
    solidity: async () =>
      Promise.resolve({
        default: async () =>
          Promise.resolve({
            invokeSolc: async (context, compiler, input, config, next) => {
              const { "": perSource = [], "*": perContract = [] } = input.settings.outputSelection["*"] ?? {};
              if (input.settings.optimizer.enabled !== false) return next(context, compiler, input, config);
              const selecting = (outputSelection: typeof input.settings.outputSelection) =>
                next(
                  context,
                  compiler,
                  { ...input, settings: { ...input.settings, outputSelection } },
                  config,
                );
              const own = Object.keys(input.sources).filter((source) => source.startsWith(TEST_SOURCES));
              const output = await selecting(
                Object.fromEntries(own.map((source) => [source, { "*": perContract }])),
              );
              // Stack traces need the syntax tree of every file. Asked for in the same run, it would emit every contract.
              const { sources } = await selecting({ "*": { "": perSource } });
              return { ...output, sources };
            },
          }),
      }),
  },
};

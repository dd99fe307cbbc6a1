/**
 * Compiles Solidity tests without the optimiser, without the IR pipeline, and without emitting the
 * contracts they import again. This is ten times faster.
 * The contracts under test are unaffected, because tests deploy them from their own artifacts. Only
 * libraries that tests call directly are compiled with the tests.
 */
import { globSync } from "node:fs";

import type { SolidityCompilerUserConfig } from "hardhat/types/config";
import type { HardhatPlugin } from "hardhat/types/plugins";
import type { CompilerInput, CompilerOutput } from "hardhat/types/solidity";

type Contracts = NonNullable<CompilerOutput["contracts"]>;

const SETTINGS = { evmVersion: "cancun", optimizer: { enabled: false } } as const;

/** Prefix of the files of `test/` in Hardhat's compiler input. */
const TEST_SOURCES = "project/test/";

/** Hardhat's `overrides`: every Solidity test file below `root`, with the compiler at `path`. */
export function testOverrides(
  root: string,
  version: string,
  path: string,
): Record<string, SolidityCompilerUserConfig> {
  const plain = { version, path, settings: SETTINGS };
  return Object.fromEntries(globSync("test/**/*.sol", { cwd: root }).map((file) => [file, plain]));
}

const NO_CODE = { object: "", opcodes: "", sourceMap: "", linkReferences: {} };

/**
 * Every known contract: as emitted if it was emitted, otherwise without code, like an interface.
 */
function completed(known: Contracts, emitted: Contracts): Contracts {
  return Object.fromEntries(
    Object.entries(known).map(([source, contracts]) => [
      source,
      Object.fromEntries(
        Object.entries(contracts).map(([name, contract]) => {
          const methodIdentifiers = contract.evm?.methodIdentifiers ?? {};
          const evm = { bytecode: NO_CODE, deployedBytecode: NO_CODE, methodIdentifiers };
          return [name, emitted[source]?.[name] ?? { ...contract, evm }];
        }),
      ),
    ]),
  );
}

/** Hardhat plugin that compiles all tests in one job and emits only the contracts in `test/`. */
export const compileTests: HardhatPlugin = {
  id: "breakwater-compile-tests",
  hookHandlers: {
    config: async () =>
      Promise.resolve({
        default: async () =>
          Promise.resolve({
            // Hardhat merges files into one job only if they share the same configuration object.
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
              if (input.settings.optimizer.enabled !== false) return next(context, compiler, input, config);
              const { "": perSource = [], "*": perContract = [] } = input.settings.outputSelection["*"] ?? {};
              const selecting = (outputSelection: CompilerInput["settings"]["outputSelection"]) =>
                next(
                  context,
                  compiler,
                  { ...input, settings: { ...input.settings, outputSelection } },
                  config,
                );
              const own = Object.keys(input.sources).filter((source) => source.startsWith(TEST_SOURCES));
              // Stack traces need the other files too. A second run selects them, because in the
              // same run the compiler would emit their code.
              const [emitted, known] = await Promise.all([
                selecting(Object.fromEntries(own.map((source) => [source, { "*": perContract }]))),
                selecting({ "*": { "": perSource, "*": ["abi", "evm.methodIdentifiers"] } }),
              ]);
              return {
                ...emitted,
                sources: known.sources,
                contracts: completed(known.contracts ?? {}, emitted.contracts ?? {}),
              };
            },
          }),
      }),
  },
};

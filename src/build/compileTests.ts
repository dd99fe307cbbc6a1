/**
 * How Solidity tests are compiled: without the optimiser and the new pipeline, and without emitting again the contracts they
 * import: ten times faster. What they test is not touched, because they deploy it from its own artifacts; only the libraries
 * they call directly are compiled along with them.
 */
import { globSync } from "node:fs";

import type { SolidityCompilerUserConfig } from "hardhat/types/config";
import type { HardhatPlugin } from "hardhat/types/plugins";
import type { CompilerInput, CompilerOutput } from "hardhat/types/solidity";

type Contracts = NonNullable<CompilerOutput["contracts"]>;

const SETTINGS = { evmVersion: "cancun", optimizer: { enabled: false } } as const;

/** Where Hardhat's compiler input has the files of `test/`. */
const TEST_SOURCES = "project/test/";

/** Hardhat's `overrides`: every Solidity file of the tests below `root` with the compiler at `path`. */
export function testOverrides(
  root: string,
  version: string,
  path: string,
): Record<string, SolidityCompilerUserConfig> {
  const plain = { version, path, settings: SETTINGS };
  return Object.fromEntries(globSync("test/**/*.sol", { cwd: root }).map((file) => [file, plain]));
}

const NO_CODE = { object: "", opcodes: "", sourceMap: "", linkReferences: {} };

/** Every known contract: as emitted where it was, else without code, as interfaces are. */
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
              // Stack traces need to know the other files too: asked for in the same run, they would be emitted.
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

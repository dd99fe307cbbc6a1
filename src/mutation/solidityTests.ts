import { createRequire } from "node:module";

import type * as Edr from "@nomicfoundation/edr";

import type { Compiled } from "./compiler.js";

/** How long properties are tried. `full` is what `npm test` does. */
export const EFFORTS = {
  quick: { fuzz: 32, invariant: { runs: 4, depth: 16 } },
  full: { fuzz: 256, invariant: { runs: 32, depth: 32 } },
} as const;

/** A call may use this much gas: a mutant that never ends fails instead of hanging. */
const GAS_LIMIT = 1n << 30n;

/** Runs Solidity tests in the EVM that Hardhat brings, from memory: nothing is written. */
export class SolidityTests {
  private constructor(
    private readonly edr: typeof Edr,
    private readonly context: Edr.EdrContext,
    private readonly root: string,
  ) {}

  static async create(root: string): Promise<SolidityTests> {
    const require = createRequire(import.meta.url);
    const edr = createRequire(require.resolve("hardhat"))("@nomicfoundation/edr") as typeof Edr;
    const context = new edr.EdrContext();
    await context.registerSolidityTestRunnerFactory(edr.L1_CHAIN_TYPE, edr.l1SolidityTestRunnerFactory());
    return new SolidityTests(edr, context, root);
  }

  /** Runs every test of these contracts: the names of those that fail, and how many ran. */
  async run(
    compiled: readonly Compiled[],
    effort: keyof typeof EFFORTS,
  ): Promise<{ readonly failed: readonly string[]; readonly ran: number }> {
    const { edr } = this;
    const artifacts = compiled.map((c) => ({
      id: { name: c.name, source: c.source, solcVersion: "0.8.30" },
      contract: {
        abi: JSON.stringify(c.abi),
        bytecode: `0x${c.creation}`,
        deployedBytecode: `0x${c.runtime}`,
      },
    }));
    const suites = artifacts.filter((_, i) => isSuite(compiled[i])).map((artifact) => artifact.id);
    const done: Edr.SuiteResult[] = [];
    const { fuzz, invariant } = EFFORTS[effort];
    const hardfork = edr.OSAKA;
    let finish: () => void;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    if (suites.length === 0) return { failed: [], ran: 0 };
    await this.context.runSolidityTests(
      edr.L1_CHAIN_TYPE,
      artifacts,
      suites,
      {
        projectRoot: this.root,
        hardfork,
        localPredeploys: edr.l1GenesisState(edr.l1HardforkFromString(hardfork)),
        gasLimit: GAS_LIMIT,
        disableBlockGasLimit: true,
        disableTransactionGasCap: true,
        collectStackTraces: edr.CollectStackTraces.OnFailure,
        includeTraces: edr.IncludeTraces.None,
        // Hardhat's default seed: a mutant meets the examples that `npm test` tries.
        fuzz: { runs: fuzz, seed: SEED },
        invariant: { ...invariant, failOnRevert: true },
      },
      { buildInfos: [] },
      (suite) => {
        done.push(suite);
        if (done.length === suites.length) finish();
      },
    );
    await finished;
    const results = done.flatMap((suite) => suite.testResults.map((r) => ({ suite: suite.id.name, r })));
    const failed = results.filter(({ r }) => r.status === edr.TestStatus.Failure);
    return { failed: failed.map(({ suite, r }) => `${suite}.${bare(r.name)}`).sort(), ran: results.length };
  }
}

const SEED = "0x7727ea51af0441c20da14dcd68a15dac8c9ebd589c5be8fa8c87c1d3720450bc";

function isSuite(contract: Compiled | undefined): boolean {
  const isTest = (name = ""): boolean => name.startsWith("test") || name.startsWith("invariant");
  return (
    contract !== undefined &&
    contract.creation !== "" &&
    contract.abi.some((item) => item.type === "function" && isTest(item.name))
  );
}

function bare(signature: string): string {
  return signature.replace(/\(.*$/, "");
}

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

import type * as Edr from "@nomicfoundation/edr";

import type { Outcome, Request } from "./solidityTests.js";

/**
 * A process that runs Solidity tests in Hardhat's EVM. Each line of stdin is a `Request` as JSON,
 * each line of stdout its `Outcome`. The process ends with its input.
 * It is a process of its own because the EVM records every step of a mutant that loops. With
 * limited memory that ends this process, but not the campaign.
 */
const require = createRequire(import.meta.url);
const edr = createRequire(require.resolve("hardhat"))("@nomicfoundation/edr") as typeof Edr;
const context = new edr.EdrContext();
await context.registerSolidityTestRunnerFactory(edr.L1_CHAIN_TYPE, edr.l1SolidityTestRunnerFactory());
/** Hardhat's default seed, so that a mutant meets the examples that `npm test` draws. */
const SEED = "0x7727ea51af0441c20da14dcd68a15dac8c9ebd589c5be8fa8c87c1d3720450bc";

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line) as Request))}\n`);
}
process.exit();

async function answer({ compiled, fuzz, invariant, gas, root }: Request): Promise<Outcome> {
  const artifacts = compiled.map((c) => ({
    id: { name: c.name, source: c.source, solcVersion: "0.8.30" },
    contract: { abi: JSON.stringify(c.abi), bytecode: `0x${c.creation}`, deployedBytecode: `0x${c.runtime}` },
  }));
  const suites = artifacts.filter((_, i) => isSuite(compiled[i])).map((artifact) => artifact.id);
  if (suites.length === 0) return { failed: [], ran: 0 };
  const done: Edr.SuiteResult[] = [];
  let finish: () => void;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const hardfork = edr.OSAKA;
  await context.runSolidityTests(
    edr.L1_CHAIN_TYPE,
    artifacts,
    suites,
    {
      projectRoot: root,
      hardfork,
      localPredeploys: edr.l1GenesisState(edr.l1HardforkFromString(hardfork)),
      gasLimit: BigInt(gas),
      disableBlockGasLimit: true,
      disableTransactionGasCap: true,
      collectStackTraces: edr.CollectStackTraces.OnFailure,
      includeTraces: edr.IncludeTraces.None,
      fuzz: { runs: fuzz, seed: SEED },
      invariant: { ...invariant, failOnRevert: true },
    },
    { buildInfos: [] },
    (suite) => {
      if (done.push(suite) === suites.length) finish();
    },
  );
  await finished;
  const results = done.flatMap((suite) => suite.testResults.map((test) => ({ suite: suite.id.name, test })));
  const failed = results.filter(({ test }) => test.status === edr.TestStatus.Failure);
  return {
    failed: failed.map(({ suite, test }) => `${suite}.${bare(test.name)}`).sort(),
    ran: results.length,
  };
}

function isSuite(contract: Request["compiled"][number] | undefined): boolean {
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

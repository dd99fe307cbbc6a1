import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { expect } from "chai";
import { artifacts } from "hardhat";

import { DEPLOYABLE } from "../../src/build/lists.js";

/** The contract behind each variable of the matrix. */
const TARGETS: Readonly<Record<string, string>> = {
  engine: "VaultEngine",
  pool: "LendingPool",
  breaker: "CircuitBreaker",
  auctions: "AuctionHouse",
  backstop: "BackstopPool",
};

/**
 * Contracts whose functions are not in the matrix, and the reason why a callback into them is
 * harmless.
 */
const OUTSIDE: Readonly<Record<string, string>> = {
  RiskConfig: "holds nothing; every setter is restricted",
  OracleGuard: "holds nothing; calls feeds by static calls alone; remembering a price is idempotent",
  LiquidationExecutor:
    "serves its owner alone, is locked, and is entered from hostile pools in tests of its own",
  VolatilityModel:
    "holds nothing; calls feeds by static calls alone; any partition of its pokes ends the same",
  Autopilot:
    "holds nothing between calls; its callbacks accept only what it waits for, from hostile pools in tests of its own",
  UniswapTwapSource: "has no state; calls its pool by static calls alone",
  VaultLens: "has no state; shows what the engine's locked views show",
};

const source = readFileSync("test/contracts/support/fakes/ReentryCalls.sol", "utf8");
const listed = [...source.matchAll(/abi\.encodeCall\(\s*(\w+)\.(\w+),/g)].map(
  ([, variable, name]) => `${variable}.${name}`,
);

describe("the re-entry matrix", () => {
  for (const [variable, contract] of Object.entries(TARGETS)) {
    it(`lists every function of ${contract}, views included`, async () => {
      const { abi } = await artifacts.readArtifact(contract);
      const functions = abi.filter((entry: { type: string }) => entry.type === "function");
      const names = functions.map((entry: { name: string }) => `${variable}.${entry.name}`);
      expect(new Set(names).size, "overloads need a name each").to.equal(names.length);
      expect(names.filter((name: string) => !listed.includes(name))).to.deep.equal([]);
    });
  }

  it("knows every contract, inside or with a reason outside", () => {
    const contracts = globSync(DEPLOYABLE).map((file) => basename(file, ".sol"));
    expect(contracts).to.include("VaultEngine");
    const known = [...Object.values(TARGETS), ...Object.keys(OUTSIDE)];
    expect(contracts.filter((name) => !known.includes(name))).to.deep.equal([]);
  });

  it("carries out everything it lists", () => {
    const lists = [...source.matchAll(/function (_list\w+)\(\) private/g)].map(([, name]) => name);
    for (const list of lists) expect(source.split(`${list}();`).length, `calls of ${list}`).to.equal(2);
    const test = readFileSync(join("test/contracts/adversarial/Reentrancy.t.sol"), "utf8");
    expect(test).to.contain("is ReentryCalls");
  });
});

import { globSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

import { expect } from "chai";
import { artifacts } from "hardhat";

import { DEPLOYABLE } from "../../src/build/lists.js";

/** The contract behind each field of the campaign's system. */
const TARGETS: Readonly<Record<string, string>> = {
  engine: "VaultEngine",
  pool: "LendingPool",
  auctions: "AuctionHouse",
  backstop: "BackstopPool",
  breaker: "CircuitBreaker",
  oracle: "OracleGuard",
  riskConfig: "RiskConfig",
  volatility: "VolatilityModel",
  autopilot: "Autopilot",
  executor: "LiquidationExecutor",
};

/** Contracts that the campaign does not call, and the reason. */
const OUTSIDE: Readonly<Record<string, string>> = {
  VaultLens: "views alone; the campaign asks it for quotes",
  UniswapTwapSource: "a view of a pool; the oracle reads it like any feed",
};

/**
 * Inherited functions that the campaign calls through the token's interface, because two pools
 * share it.
 */
const BY_INTERFACE: Readonly<Record<string, readonly string[]>> = {
  pool: ["approve", "transfer", "transferFrom", "permit"],
  backstop: ["approve", "transfer", "transferFrom", "permit"],
};

const SUPPORT = "test/contracts/support/handlers";
const handlers = readdirSync(SUPPORT)
  .filter((file) => /Handler(Base)?\.sol$/.test(file))
  .map((file) => readFileSync(join(SUPPORT, file), "utf8"))
  .join("\n");
const called = new Set(
  [...handlers.matchAll(/sys\.(\w+)\s*\.(\w+)/g)].map(([, field, name]) => `${field}.${name}`),
);

describe("the stateful campaign", () => {
  for (const [field, contract] of Object.entries(TARGETS)) {
    it(`calls every function of ${contract} that may change something`, async () => {
      const { abi } = await artifacts.readArtifact(contract);
      const names = abi
        .filter(
          (entry: { type: string; stateMutability?: string }) =>
            entry.type === "function" && !["view", "pure"].includes(entry.stateMutability ?? ""),
        )
        .map((entry: { name: string }) => entry.name);
      const missing = names.filter(
        (name: string) => !called.has(`${field}.${name}`) && !BY_INTERFACE[field]?.includes(name),
      );
      expect(missing).to.deep.equal([]);
    });
  }

  it("calls what both pools inherit from their tokens", () => {
    for (const name of new Set(Object.values(BY_INTERFACE).flat())) {
      expect(handlers, name).to.match(new RegExp(`\\b(shares|token|IERC20\\(.*\\))\\.${name}\\b`));
    }
  });

  it("knows every contract, inside or with a reason outside", () => {
    const contracts = globSync(DEPLOYABLE).map((file) => basename(file, ".sol"));
    expect(contracts).to.include("VaultEngine");
    const known = [...Object.values(TARGETS), ...Object.keys(OUTSIDE)];
    expect(contracts.filter((name) => !known.includes(name))).to.deep.equal([]);
  });
});

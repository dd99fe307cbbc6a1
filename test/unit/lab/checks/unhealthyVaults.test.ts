import { expect } from "chai";
import fc from "fast-check";

import { UnhealthyVaults } from "../../../../src/lab/checks/unhealthyVaults.js";
import { ModelError, type SystemModel, type VaultKey } from "../../../../src/model/index.js";
import { openBook, setPrices } from "../../../support/lab/book.js";
import { WAD, wad } from "../../../support/lab/lab.js";

/**
 * One moment of a replay: time passes, prices move (per mille), and some of the vaults found are
 * touched.
 */
const moments = fc.array(
  fc.record({
    seconds: fc.oneof(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 9000 })),
    moves: fc.tuple(
      fc.oneof(fc.integer({ min: 960, max: 1030 }), fc.integer({ min: 300, max: 2500 })),
      fc.oneof(fc.integer({ min: 980, max: 1020 }), fc.integer({ min: 300, max: 2500 })),
    ),
    silent: fc.boolean(),
    acts: fc.array(
      fc.record({
        kind: fc.constantFrom("liquidate", "part", "deposit", "withdraw", "borrow", "repay"),
        vault: fc.nat(29),
      }),
      { maxLength: 5 },
    ),
  }),
  { minLength: 1, maxLength: 25 },
);

/** The vaults that a full scan finds. */
function fullScan(model: SystemModel): VaultKey[] {
  const prices = model.oracleGuard.prices();
  return [...model.vaultEngine.keys()]
    .filter((key) => model.vaultEngine.health(key, prices).liquidatable)
    .sort();
}

function act(model: SystemModel, key: VaultKey, kind: string): void {
  const [held] = model.vaultEngine.vault(key).balances;
  if (held === undefined) return;
  const [asset, amount] = held;
  const debt = model.vaultEngine.health(key).debt;
  try {
    if (kind === "liquidate") model.vaultEngine.liquidate(key, asset);
    else if (kind === "part") model.vaultEngine.liquidate(key, asset, debt / 7n);
    else if (kind === "deposit") model.vaultEngine.deposit(key, asset, amount / 3n + 1n);
    else if (kind === "withdraw") model.vaultEngine.withdraw(key, asset, amount / 9n + 1n);
    else if (kind === "borrow") model.vaultEngine.borrow(key, debt / 10n + 1n);
    else model.vaultEngine.repay(key, debt / 3n);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
  }
}

/** Walks the moments, compares after each, and returns the number of vaults found in all. */
function walk(set: readonly string[], steps: readonly Moment[]): number {
  const { model, keys } = openBook(30, set);
  const watch = new UnhealthyVaults(model);
  let prices = [wad(200), wad(8000)];
  let found = 0;
  for (const { seconds, moves, silent, acts } of steps) {
    model.now += BigInt(seconds);
    prices = prices.map((price, id) => (price * BigInt(moves[id]!)) / 1000n);
    if (!silent) setPrices(model, prices);
    expect([...watch.liquidatable(model.oracleGuard.prices())].sort()).to.deep.equal(fullScan(model));
    for (const { kind, vault } of acts) {
      const unhealthy = fullScan(model);
      const key =
        kind === "liquidate" || kind === "part"
          ? (unhealthy[vault % (unhealthy.length || 1)] ?? keys[vault]!)
          : keys[vault]!;
      act(model, key, kind);
      watch.touch(key);
    }
    const now = [...watch.liquidatable(model.oracleGuard.prices())];
    found += now.length;
    expect(now.sort()).to.deep.equal(fullScan(model));
    expect(new Set(now).size).to.equal(now.length);
  }
  return found;
}

interface Moment {
  readonly seconds: number;
  readonly moves: readonly [number, number];
  readonly silent: boolean;
  readonly acts: readonly { readonly kind: string; readonly vault: number }[];
}

describe("the watch over the book", () => {
  it("finds exactly the vaults a look at every vault finds, whatever prices and vaults do", () => {
    let found = 0;
    fc.assert(
      fc.property(moments, (steps) => void (found += walk([], steps))),
      { numRuns: 60 },
    );
    expect(found).to.be.greaterThan(100);
  });

  it("finds them as well where interest runs as fast as it may", () => {
    const fastest = [
      "rate.basePerYear=10",
      "rate.slopeAbovePerYear=100",
      "rate.maxPerYear=10",
      "rate.kink=0.01",
    ];
    const { model, keys } = openBook(30, fastest);
    for (const key of keys) {
      // The vault's health is 1.0011. An hour's interest at the default rates would not bring it
      // below 1.
      const copy = model.clone();
      const [asset] = [...copy.vaultEngine.vault(key).balances.keys()];
      const prices = [wad(200), wad(8000)];
      prices[asset!] =
        (prices[asset!]! * 10_011n * WAD) / (10_000n * copy.vaultEngine.health(key).healthFactor);
      setPrices(copy, prices);
      const watch = new UnhealthyVaults(copy);
      expect([...watch.liquidatable(copy.oracleGuard.prices())].sort()).to.deep.equal(fullScan(copy));
      copy.now += 3500n;
      expect(fullScan(copy)).to.include(key);
      expect([...watch.liquidatable(copy.oracleGuard.prices())].sort()).to.deep.equal(fullScan(copy));
    }
  });

  it("orders them by health at its last look at all, lowest first", () => {
    const { model } = openBook(30);
    const watch = new UnhealthyVaults(model);
    setPrices(model, [wad(120), wad(4800)]);
    const found = watch.liquidatable(model.oracleGuard.prices());
    const health = found.map((key) => model.vaultEngine.health(key).healthFactor);
    expect(found.length).to.be.greaterThan(5);
    expect(health).to.deep.equal([...health].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  });
});

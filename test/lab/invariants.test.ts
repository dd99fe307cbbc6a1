import { expect } from "chai";

import {
  InvariantLog,
  type Marks,
  checkBook,
  checkLiquidation,
  checkStep,
  checkVault,
} from "../../src/lab/invariants.js";
import type { SystemModel, VaultHealth, VaultKey } from "../../src/model/index.js";
import type { Client } from "../../src/protocol/client.js";
import { openBook, setPrices } from "./support/book.js";
import { WAD, wad } from "./support/lab.js";

const KEY: VaultKey = `0x${"cd".repeat(32)}`;

/** What `check` put on record. */
function found(check: (log: InvariantLog) => void): readonly string[] {
  const log = new InvariantLog();
  check(log);
  expect(log.checked).to.be.greaterThan(0);
  return log.violations;
}

describe("the invariants of a step", () => {
  const before: Marks = { index: 10n ** 27n, totalAssets: 1000n, totalShares: 500n, lendersLost: 40n };
  const step = (after: Partial<Marks>) => found((log) => checkStep(log, before, { ...before, ...after }, 7));

  it("hold where nothing changes, interest accrues, lenders come and go at the price, or take a booked loss", () => {
    expect(step({})).to.deep.equal([]);
    expect(step({ index: 10n ** 27n + 1n, totalAssets: 1001n })).to.deep.equal([]);
    expect(step({ totalAssets: 2000n, totalShares: 1000n })).to.deep.equal([]);
    expect(step({ totalAssets: 900n, lendersLost: 140n })).to.deep.equal([]);
  });

  it("notice an index that falls", () => {
    const [only, ...rest] = step({ index: 10n ** 27n - 1n });
    expect(only).to.match(/^block 7: the debt index fell from 1\d{27} to 9{27}$/);
    expect(rest).to.deep.equal([]);
  });

  it("notice a share price that falls by one unit more than was booked", () => {
    expect(step({ totalAssets: 999n })).to.deep.equal([
      "block 7: lenders' share price fell by more than the 0 booked to them",
    ]);
    expect(step({ totalAssets: 899n, lendersLost: 140n })).to.deep.equal([
      "block 7: lenders' share price fell by more than the 100 booked to them",
    ]);
    expect(step({ totalShares: 501n })).to.have.length(1);
  });
});

describe("the invariants of a liquidation", () => {
  const health = (value: bigint, debt: bigint, liquidatable: boolean): VaultHealth => ({
    value,
    debt,
    liquidatable,
    healthFactor: (value * 8n * WAD) / (10n * debt),
  });
  const sick = health(1200n, 1000n, true);
  const check = (before: VaultHealth, after: VaultHealth) =>
    found((log) => checkLiquidation(log, KEY, before, after, 9));

  it("hold where both ratios rise", () => {
    expect(check(sick, health(700n, 550n, false))).to.deep.equal([]);
  });

  it("notice that a healthy vault was liquidated", () => {
    expect(check({ ...sick, liquidatable: false }, health(700n, 550n, false))).to.deep.equal([
      `block 9, vault ${KEY}: a healthy vault was liquidated`,
    ]);
  });

  it("notice a collateral ratio that falls by the smallest amount", () => {
    expect(check(sick, { ...health(1199n, 1000n, true), healthFactor: sick.healthFactor })).to.deep.equal([
      `block 9, vault ${KEY}: a liquidation lowered C/D`,
    ]);
  });

  it("notice a health factor that falls by the smallest amount", () => {
    expect(check(sick, { ...sick, healthFactor: sick.healthFactor - 1n })).to.deep.equal([
      `block 9, vault ${KEY}: a liquidation lowered HF`,
    ]);
  });

  it("do not ask the impossible of a vault that was under water", () => {
    expect(check(health(900n, 1000n, true), health(0n, 100n, true))).to.deep.equal([]);
  });
});

describe("the invariants of the book", () => {
  /** A chain that holds what the model counts, plus what is given for debt tokens and for each collateral. */
  const chainOf = (model: SystemModel, debtToken = 0n, collateral: readonly bigint[] = [0n, 0n]): Client => {
    const assets = ["WETH", "WBTC"].map((symbol, id) => ({ id, symbol }));
    const { cash } = model.pool;
    const tokens = assets.map(({ id }) => {
      const { deposited, auctioned } = model.assetTotals(id);
      return { balanceOf: () => Promise.resolve(deposited + auctioned + (collateral[id] ?? 0n)) };
    });
    const client = {
      deployment: { assets },
      tokens,
      debtToken: { balanceOf: () => Promise.resolve(cash + debtToken) },
    };
    return client as unknown as Client;
  };

  const violations = async (model: SystemModel, client = chainOf(model)): Promise<readonly string[]> => {
    const log = new InvariantLog();
    await checkBook(log, model, client, 5);
    expect(log.checked).to.equal(7);
    return log.violations;
  };

  const book = () => openBook(12);

  it("hold for a book just opened, and after a crash with write-offs", async () => {
    const { model, keys } = book();
    expect(await violations(model)).to.deep.equal([]);
    model.now += 3600n;
    setPrices(model, [wad(60), wad(2000)]);
    for (const key of keys) {
      if (!model.health(key).liquidatable) continue;
      const [asset] = [...model.vault(key).balances.keys()];
      model.liquidate(key, asset!);
    }
    expect(await violations(model)).to.deep.equal([]);
  });

  it("notice debt that no vault owes, and debt that the pool does not count", async () => {
    for (const change of [1n, -1n]) {
      const { model } = book();
      const { pool } = model;
      model.restorePool({ ...pool, totalScaledDebt: pool.totalScaledDebt + change });
      const [first] = await violations(model);
      expect(first).to.match(/^block 5: vault debts sum to \d+, not \d+$/);
    }
  });

  it("notice a pool that counts more debt than its vaults owe", async () => {
    const { model } = book();
    const { pool } = model;
    model.restorePool({ ...pool, totalScaledDebt: pool.totalScaledDebt * 2n });
    expect(await violations(model)).to.include("block 5: vaults owe less than the pool counts on");
  });

  it("notice a pool that holds one unit less than it counts, and allow it one more", async () => {
    const { model } = book();
    expect(await violations(model, chainOf(model, 1n))).to.deep.equal([]);
    const [only, ...rest] = await violations(model, chainOf(model, -1n));
    expect(only).to.match(/^block 5: the pool counts \d+ in cash but holds \d+$/);
    expect(rest).to.deep.equal([]);
  });

  it("notice an engine that holds one unit less of a collateral than it counts", async () => {
    for (const [id, symbol] of ["WETH", "WBTC"].entries()) {
      const { model } = book();
      const short = [0n, 0n].map((_, at) => (at === id ? -1n : 0n));
      const [only, ...rest] = await violations(model, chainOf(model, 0n, short));
      expect(only).to.match(new RegExp(`^block 5: the engine counts \\d+ ${symbol} but holds \\d+$`));
      expect(rest).to.deep.equal([]);
    }
  });

  it("notice collateral totals that are not those of the vaults", async () => {
    const { model } = book();
    const totals = model.assetTotals.bind(model);
    model.assetTotals = (id) => ({ ...totals(id), deposited: totals(id).deposited - (id === 1 ? 1n : 0n) });
    const [only, ...rest] = await violations(model);
    expect(only).to.match(/^block 5: WBTC of vaults sums to \d+, not \d+$/);
    expect(rest).to.deep.equal([]);
  });

  it("notice a vault that owes without holding anything", () => {
    const { model, keys } = book();
    const key = keys[0]!;
    expect(found((log) => checkVault(log, model, key, 5))).to.deep.equal([]);
    model.restoreVault(key, { scaledDebt: 1n, balances: new Map(), flaggedAt: 0n });
    expect(found((log) => checkVault(log, model, key, 5))).to.deep.equal([
      `block 5, vault ${key}: debt without any collateral was not booked`,
    ]);
    model.restoreVault(key, { scaledDebt: 0n, balances: new Map(), flaggedAt: 0n });
    expect(found((log) => checkVault(log, model, key, 5))).to.deep.equal([]);
  });
});

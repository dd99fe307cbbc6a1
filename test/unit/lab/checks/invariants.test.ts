import { expect } from "chai";

import {
  type Clocks,
  InvariantLog,
  type Marks,
  checkAuctions,
  checkBook,
  checkEmptied,
  checkLiquidation,
  checkLoss,
  checkStep,
  checkVault,
} from "../../../../src/lab/checks/invariants.js";
import type { SystemModel, VaultHealth, VaultKey } from "../../../../src/model/index.js";
import type { Client } from "../../../../src/protocol/client.js";
import { openBook, setPrices } from "../../../support/lab/book.js";
import { WAD, wad } from "../../../support/lab/lab.js";

const KEY: VaultKey = `0x${"cd".repeat(32)}`;

/** The violations that `check` records. */
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
  /**
   * A chain that holds the amounts of the model plus the given surplus of debt tokens and
   * collaterals.
   */
  const chainOf = (
    model: SystemModel,
    debtToken = 0n,
    collateral: readonly bigint[] = [0n, 0n],
    others: { readonly backstop?: bigint; readonly auctionHouse?: bigint } = {},
  ): Client => {
    const assets = ["WETH", "WBTC"].map((symbol, id) => ({ id, symbol }));
    const { cash } = model.lendingPool.state;
    const tokens = assets.map(({ id }) => {
      const { deposited, auctioned } = model.vaultEngine.assetTotals(id);
      return { balanceOf: () => Promise.resolve(deposited + auctioned + (collateral[id] ?? 0n)) };
    });
    const client = {
      deployment: { assets },
      tokens,
      lendingPool: "lendingPool",
      backstopPool: "backstopPool",
      vaultEngine: "vaultEngine",
      auctionHouse: "auctionHouse",
      debtToken: {
        balanceOf: (holder: string) =>
          Promise.resolve(
            holder === "lendingPool"
              ? cash + debtToken
              : holder === "backstopPool"
                ? model.backstopPool.state.cash + (others.backstop ?? 0n)
                : (others.auctionHouse ?? 0n),
          ),
      },
    };
    return client as unknown as Client;
  };

  const violations = async (model: SystemModel, client = chainOf(model)): Promise<readonly string[]> => {
    const log = new InvariantLog();
    await checkBook(log, model, client, 5);
    expect(log.checked).to.equal(9);
    return log.violations;
  };

  const book = () => openBook(12);

  it("hold for a book just opened, and after a crash with write-offs", async () => {
    const { model, keys } = book();
    expect(await violations(model)).to.deep.equal([]);
    model.now += 3600n;
    setPrices(model, [wad(60), wad(2000)]);
    for (const key of keys) {
      if (!model.vaultEngine.health(key).liquidatable) continue;
      const [asset] = [...model.vaultEngine.vault(key).balances.keys()];
      model.vaultEngine.liquidate(key, asset!);
    }
    expect(await violations(model)).to.deep.equal([]);
  });

  it("notice debt that no vault owes, and debt that the pool does not count", async () => {
    for (const change of [1n, -1n]) {
      const { model } = book();
      model.lendingPool.state = {
        ...model.lendingPool.state,
        totalScaledDebt: model.lendingPool.state.totalScaledDebt + change,
      };
      const [first] = await violations(model);
      expect(first).to.match(/^block 5: vault debts sum to \d+, not \d+$/);
    }
  });

  it("notice a pool that counts more debt than its vaults owe", async () => {
    const { model } = book();
    model.lendingPool.state = {
      ...model.lendingPool.state,
      totalScaledDebt: model.lendingPool.state.totalScaledDebt * 2n,
    };
    expect(await violations(model)).to.include("block 5: vaults owe less than the pool counts on");
  });

  it("notice a pool that holds one unit less than it counts, and allow it one more", async () => {
    const { model } = book();
    expect(await violations(model, chainOf(model, 1n))).to.deep.equal([]);
    const [only, ...rest] = await violations(model, chainOf(model, -1n));
    expect(only).to.match(/^block 5: the pool counts \d+ in cash but holds \d+$/);
    expect(rest).to.deep.equal([]);
  });

  it("notice a backstop that holds one unit less than it counts", async () => {
    const { model } = book();
    model.backstopPool.deposit("0xdepositor", 10n ** 20n);
    expect(await violations(model)).to.deep.equal([]);
    const [only, ...rest] = await violations(model, chainOf(model, 0n, [0n, 0n], { backstop: -1n }));
    expect(only).to.match(/^block 5: the backstop counts \d+ but holds \d+$/);
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
    const totals = model.vaultEngine.assetTotals.bind(model.vaultEngine);
    model.vaultEngine.assetTotals = (id) => ({
      ...totals(id),
      deposited: totals(id).deposited - (id === 1 ? 1n : 0n),
    });
    const [only, ...rest] = await violations(model);
    expect(only).to.match(/^block 5: WBTC of vaults sums to \d+, not \d+$/);
    expect(rest).to.deep.equal([]);
  });

  it("notice a vault that owes without holding anything", () => {
    const { model, keys } = book();
    const key = keys[0]!;
    expect(found((log) => checkVault(log, model, key, 5))).to.deep.equal([]);
    model.vaultEngine.restoreVault(key, { scaledDebt: 1n, balances: new Map(), flaggedAt: 0n });
    expect(found((log) => checkVault(log, model, key, 5))).to.deep.equal([
      `block 5, vault ${key}: debt without any collateral was not booked`,
    ]);
    model.vaultEngine.restoreVault(key, { scaledDebt: 0n, balances: new Map(), flaggedAt: 0n });
    expect(found((log) => checkVault(log, model, key, 5))).to.deep.equal([]);
  });
});

describe("the invariants of a loss", () => {
  const loss = (total: bigint, backstop: bigint, reserve: bigint, lenders: bigint) => ({
    total,
    backstop,
    reserve,
    lenders,
  });
  const found5 = (model: SystemModel, l: ReturnType<typeof loss>) =>
    found((log) => {
      log.require(true, "");
      checkLoss(log, model, l, 5);
    });

  it("hold where each step of the waterfall is used up before the next pays", () => {
    const { model } = openBook(4);
    expect(found5(model, loss(0n, 0n, 0n, 0n))).to.deep.equal([]);
    expect(found5(model, loss(9n, 2n, 3n, 4n))).to.deep.equal([]);
  });

  it("notice parts that do not make the whole", () => {
    expect(found5(openBook(4).model, loss(9n, 2n, 3n, 5n))).to.have.length(1);
  });

  it("notice a reserve or lenders that pay while the backstop has capital", () => {
    const { model } = openBook(4);
    model.backstopPool.deposit("0xdepositor", 2n * WAD);
    expect(found5(model, loss(9n, 9n, 0n, 0n))).to.deep.equal([]);
    for (const l of [loss(9n, 0n, 9n, 0n), loss(9n, 0n, 0n, 9n)]) {
      expect(found5(model, l)).to.deep.equal([
        `block 5: the reserve or lenders paid while the backstop had ${WAD}`,
      ]);
    }
  });

  it("notice lenders that lose while the reserve has something", () => {
    const { model } = openBook(4);
    model.lendingPool.donate(7n);
    expect(found5(model, loss(9n, 0n, 9n, 0n))).to.deep.equal([]);
    expect(found5(model, loss(9n, 0n, 0n, 9n))).to.deep.equal([
      "block 5: lenders lost 9 while the reserve had 7",
    ]);
  });
});

describe("the invariants of the auctions", () => {
  const NO_CLOCKS: Clocks = { at: 0n, elapsed: new Map() };

  /** A book after a crash, with every vault whose collateral ratio is below 1.02 absorbed. */
  const absorbed = () => {
    const { model, keys } = openBook(12);
    model.now += 3600n;
    setPrices(model, [wad(100), wad(4000)]);
    for (const key of keys) {
      const { value, debt } = model.vaultEngine.health(key);
      if (value * 100n < debt * 102n) model.vaultEngine.absorb(key, `0x${"ee".repeat(20)}`);
    }
    expect(model.auctionHouse.state.open.length).to.be.greaterThan(1);
    return model;
  };
  const check = (model: SystemModel, before = NO_CLOCKS) => {
    let clocks = before;
    const violations = found((log) => (clocks = checkAuctions(log, model, before, 5)));
    return { violations, clocks };
  };

  it("hold for auctions just opened and while their clocks run", () => {
    const model = absorbed();
    const { violations, clocks } = check(model);
    expect(violations).to.deep.equal([]);
    model.now += 60n;
    expect(check(model, clocks).violations).to.deep.equal([]);
  });

  it("notice a clock that runs faster than time, and one that runs back", () => {
    const model = absorbed();
    model.now += 600n;
    const { clocks } = check(model);
    for (const change of [10n, -10n]) {
      const wrong = new Map(
        [...clocks.elapsed].map(([name, c]) => [name, { ...c, elapsed: c.elapsed + change }]),
      );
      const { violations } = check(model, { at: model.now, elapsed: wrong });
      expect(violations).to.have.length(clocks.elapsed.size);
      expect(violations[0]).to.match(/^block 5, lot \d+\/\d: its clock went from \d+ to \d+ in 0 seconds$/);
    }
  });

  it("notice tabs that owe another sum than the pool waits for", () => {
    const model = absorbed();
    model.lendingPool.state = {
      ...model.lendingPool.state,
      auctionDebt: model.lendingPool.state.auctionDebt + 1n,
    };
    expect(check(model).violations[0]).to.match(/^block 5: open tabs owe \d+, the pool waits for \d+$/);
  });

  it("notice lots that are not what the engine keeps for them", () => {
    const model = absorbed();
    model.vaultEngine.assetTotals(1).auctioned -= 1n;
    const { violations } = check(model);
    expect(violations).to.have.length(1);
    expect(violations[0]).to.match(/^block 5: lots, residuals and claims of asset 1 sum to \d+, not \d+$/);
  });

  it("notice an absorbed vault that is not empty", () => {
    const { model, keys } = openBook(2);
    const key = keys[0]!;
    expect(found((log) => checkEmptied(log, model, key, 5))).to.deep.equal([
      `block 5, vault ${key}: an absorbed vault was not emptied`,
    ]);
    model.vaultEngine.restoreVault(key, { scaledDebt: 0n, balances: new Map(), flaggedAt: 0n });
    expect(found((log) => checkEmptied(log, model, key, 5))).to.deep.equal([]);
  });
});

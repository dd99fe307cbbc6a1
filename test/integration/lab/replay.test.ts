import { expect } from "chai";

import type { Replay } from "../../../src/lab/result/result.js";
import { LendingPool, type LiquidationResult, VaultEngine } from "../../../src/model/index.js";
import { barRows, expectSound, line, priceRows, replayOf } from "../../support/lab/lab.js";
import { parseWad } from "../../../src/format/decimal.js";

const FIVE_MINUTES = 300;

/** A decimal string of the result in units of 1e-18. */
const units = (text: string): bigint =>
  text.startsWith("-") ? -(parseWad(text.slice(1)) ?? 0n) : (parseWad(text) ?? 0n);

/** A fall of 45 % in three hours, then half an hour near the bottom. */
const FALL = priceRows(FIVE_MINUTES, [...line(200, 110, 36), ...line(110, 112, 6)]);

const SHAPES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "a wick of -60 % that is gone five minutes later",
    priceRows(FIVE_MINUTES, [200, 199, 80, 198, 198, 198]),
    [],
  ],
  ["a gap of -70 %", priceRows(FIVE_MINUTES, [200, 200, 60, 60, 61]), []],
  [
    "a decay to nearly nothing",
    priceRows(FIVE_MINUTES, [200, 150, 90, 40, 10, 1, 0.01, 1e-5, 1e-8, "1e-12"]),
    [],
  ],
  ["a flat market", priceRows(FIVE_MINUTES, [200, 200, 200, 200]), []],
  ["a rise and a flat market after it", priceRows(FIVE_MINUTES, [200, 220, 220, 220]), []],
  ["a fall and a flat market after it", priceRows(FIVE_MINUTES, [200, 150, 150, 150]), []],
  ["two rows", priceRows(FIVE_MINUTES, [200, 130]), []],
  ["two rows four seconds apart", priceRows(4, [200, 130]), []],
  [
    "bars of eight seconds",
    barRows(8, [
      [200, 201, 150, 151],
      [151, 160, 100, 155],
      [155, 155, 90, 92],
    ]),
    [],
  ],
  [
    "a crash in hourly bars",
    barRows(3600, [
      [200, 205, 140, 150],
      [150, 152, 110, 140],
    ]),
    [],
  ],
  [
    "a price above the feed's upper bound",
    priceRows(FIVE_MINUTES, ["0.001", "0.0006", "1000000", "0.0007", "0.0005"]),
    [],
  ],
  [
    "a debt asset of six decimals and a reserve",
    priceRows(FIVE_MINUTES, line(200, 60, 10)),
    ["debt.decimals=6", "reserve.donation=2000"],
  ],
  [
    "an oracle that is seldom updated",
    priceRows(FIVE_MINUTES, line(200, 100, 12)),
    ["oracle.deviationBps=1500", "oracle.heartbeatSeconds=900", "WETH.heartbeatSeconds=600"],
  ],
];

describe("a replay of", () => {
  for (const [name, text, set] of SHAPES) {
    it(`${name} leaves chain and model equal and no invariant broken`, async () => {
      const run = await replayOf(text, { vaults: 24, set });
      expectSound(run);
      expect(run.result.keepers.failedTransactions).to.equal(0);
      expect(run.steps).to.have.length(run.result.steps);
    });
  }
});

describe("a replay of a fall of 45 % over hours", () => {
  let on: Replay;
  let off: Replay;
  before(async () => {
    on = await replayOf(FALL);
    off = await replayOf(FALL, { keeper: "off" });
  });

  it("leaves chain and model equal, with and without keepers", () => {
    expectSound(on);
    expectSound(off);
  });

  it("loses nothing with keepers where it loses without them", () => {
    expect(on.result.badDebt).to.include({ implied: "0", booked: "0", net: "0" });
    expect(units(off.result.badDebt.net) > units("10000")).to.equal(true);
    expect(off.result.badDebt.implied).to.equal(off.result.badDebt.net);
    expect(off.result.liquidations.count).to.equal(0);
    expect(off.result.latencyBlocks.unresolved).to.be.greaterThan(5);
  });

  it("never calls a latency resolved that is not, and says who would carry what is not booked", () => {
    const { badDebt, latencyBlocks, latencySeconds } = off.result;
    expect([latencyBlocks.p95, latencySeconds.p95]).to.deep.equal([null, null]);
    const { backstop, reserve, lenders } = badDebt.impliedPayers;
    expect(units(backstop) + units(reserve) + units(lenders)).to.equal(units(badDebt.implied));
    expect(units(backstop) > 0n).to.equal(true);
  });

  it("opens the same book with and without keepers", () => {
    expect(on.result.opening).to.deep.equal(off.result.opening);
    expect(on.result.price).to.deep.equal(off.result.price);
  });

  it("gives the same result for the same inputs, byte for byte but for its speed", async () => {
    const again = await replayOf(FALL);
    const text = ({ result }: Replay): string =>
      JSON.stringify({ ...result, speed: { ...result.speed, wallSeconds: 0 } });
    expect(text(again)).to.equal(text(on));
    expect(again.liquidations).to.deep.equal(on.liquidations);
    expect(again.steps).to.deep.equal(on.steps);
  });

  it("opens another book for another seed", async () => {
    const other = await replayOf(priceRows(FIVE_MINUTES, [200, 199]), { seed: 2 });
    expect(other.result.opening.debt).not.to.equal(on.result.opening.debt);
    expectSound(other);
  });

  it("has totals that are the sums of its liquidations", () => {
    const { result, liquidations, steps } = on;
    const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);
    expect(liquidations.length).to.equal(result.liquidations.count).and.to.be.greaterThan(20);
    expect(sum(liquidations.map((l) => l.repaid))).to.equal(units(result.liquidations.debtRepaid));
    expect(sum(steps.map((s) => s.repaid))).to.equal(units(result.liquidations.debtRepaid));
    expect(sum(liquidations.map((l) => l.seizedValue))).to.equal(
      units(result.liquidations.collateralValueSeized),
    );
    expect(sum(liquidations.map((l) => l.profit))).to.equal(units(result.keepers.liquidators));
    const { profit, liquidators, absorbers, bidders, executors, attendants } = result.keepers;
    expect(sum([liquidators, absorbers, bidders, executors, attendants].map(units))).to.equal(units(profit));
    // Tips are claimed in the last block, which follows the last step.
    expect(steps.at(-1)!.keeperProfit >= units(profit)).to.equal(true);
    expect(steps.at(-1)?.bookedBadDebt).to.equal(units(result.badDebt.booked));
    expect(new Set(liquidations.map((l) => l.vault)).size).to.equal(result.liquidations.vaults);
  });

  it("has a bad debt that adds up: gross is implied and booked, net is gross less what was covered", () => {
    for (const { badDebt } of [on.result, off.result]) {
      expect(units(badDebt.gross)).to.equal(units(badDebt.implied) + units(badDebt.booked));
      expect(units(badDebt.net)).to.equal(units(badDebt.gross) - units(badDebt.covered));
      expect(units(badDebt.impliedMax) >= units(badDebt.implied)).to.equal(true);
    }
  });

  it("has latencies in order, whose percentiles are among them", () => {
    const { latencies, result } = on;
    expect(latencies).to.deep.equal([...latencies].sort((a, b) => a - b));
    expect(latencies.at(-1)).to.equal(result.latencyBlocks.max);
    expect(latencies).to.include(result.latencyBlocks.p50).and.to.include(result.latencyBlocks.p95);
    expect(result.latencyBlocks.p50!).to.be.at.most(result.latencyBlocks.p95!);
    expect(result.latencySeconds.max).to.be.at.least(result.latencySeconds.p95!);
  });

  it("tells of its path, its lowest system ratio and its debt what its samples tell", () => {
    const { result, steps, book } = on;
    expect(result.price).to.deep.include({
      start: "200",
      min: "110",
      end: "112",
      minAt: "2024-01-01T02:55:00Z",
    });
    expect(result.window).to.deep.equal({ start: "2024-01-01T00:00:00Z", end: "2024-01-01T03:25:00Z" });
    const lowest = steps.reduce(
      (low, s) => (s.systemRatio < low ? s.systemRatio : low),
      steps[0]!.systemRatio,
    );
    expect(lowest / 10n ** 12n).to.equal(units(result.system.minCollateralRatio) / 10n ** 12n);
    for (const { debtBelow, ratioQuantiles, debt } of book) {
      for (const ascending of [[...debtBelow, debt], ratioQuantiles])
        expect(ascending).to.deep.equal([...ascending].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
    }
  });

  it("pays keepers out of what borrowers lose, and never more", () => {
    const { borrowers, keepers } = on.result;
    expect(units(keepers.liquidators) > 0n).to.equal(true);
    expect(units(keepers.liquidators) <= units(borrowers.lossToLiquidation)).to.equal(true);
    expect(units(keepers.profit) + units(keepers.gasCost) <= units(borrowers.loss)).to.equal(true);
    for (const { profit } of on.liquidations) expect(profit > -units("1")).to.equal(true);
  });

  it("costs borrowers more per unit of debt cleared where the bonus is steeper", async () => {
    const steep = await replayOf(FALL, { set: ["WETH.slopeBps=20000"] });
    expectSound(steep);
    const cost = ({ result }: Replay): number =>
      Number(result.borrowers.lossToLiquidation) / Number(result.liquidations.debtRepaid);
    expect(cost(steep)).to.be.greaterThan(cost(on));
    expect(Number(steep.result.borrowers.lossToLiquidation)).to.be.greaterThan(
      Number(on.result.borrowers.lossToLiquidation),
    );
    expect(steep.result.settings).to.deep.equal({ "WETH.slopeBps": "20000" });
  });

  it("is liquidated later where the market is shallower", async () => {
    const shallow = await replayOf(FALL, { set: ["WETH.depth=300000"] });
    expectSound(shallow);
    expect(Number(shallow.result.liquidations.debtRepaid)).to.be.lessThan(
      Number(on.result.liquidations.debtRepaid),
    );
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(shallow.latencies)).to.be.greaterThan(mean(on.latencies));
  });
});

describe("a replay of a feed's rounds", () => {
  const START = 1_700_000_000;
  // Two rounds in a second, one per second for a while, a gap of hours, and a rise.
  const times = [0, 0, 30, 31, 32, 33, 33, 33, 90, 600, 601, 20_000, 20_001, 20_400];
  const prices = [200, 199, 180, 170, 165, 150, 160, 140, 135, 120, 118, 90, 95, 130];
  const text = ["timestamp,price", ...times.map((t, i) => `${START + t},${prices[i]}`), ""].join("\n");

  it("gives the chain every round at its own time and no other, and leaves chain and model equal", async () => {
    const run = await replayOf(text, { vaults: 24 });
    expectSound(run);
    expect(run.steps.map(({ time }) => time - START)).to.deep.equal([...new Set(times)]);
    expect(run.steps.map(({ oraclePrice }) => Number(oraclePrice / 10n ** 18n))).to.deep.equal([
      199, 180, 170, 165, 140, 135, 120, 118, 90, 95, 130,
    ]);
    expect(run.result.liquidations.count).to.be.greaterThan(0);
    expect(run.result.price.asset).to.equal("WETH");
  });

  it("is silent from the round that is 5 % below the highest before it", async () => {
    const run = await replayOf(text, { vaults: 24, keeper: "silent=10m" });
    expectSound(run);
    expect(run.result.silence?.from).to.equal(
      new Date((START + 30) * 1000).toISOString().replace(".000", ""),
    );
  });
});

describe("a replay with a model that is wrong", () => {
  // Take the methods unbound, because they are called on a model and restored later.
  const totalAssets = Reflect.get<object, string>(LendingPool.prototype, "totalAssets") as (
    this: LendingPool,
  ) => bigint;
  const liquidate = Reflect.get<object, string>(VaultEngine.prototype, "liquidate") as (
    this: VaultEngine,
    ...parameters: Parameters<VaultEngine["liquidate"]>
  ) => LiquidationResult;
  const crash = priceRows(FIVE_MINUTES, [200, 150, 120]);
  afterEach(() => {
    LendingPool.prototype.totalAssets = totalAssets;
    VaultEngine.prototype.liquidate = liquidate;
  });

  it("by one unit in one figure reports each comparison of it", async () => {
    LendingPool.prototype.totalAssets = function (this: LendingPool) {
      return totalAssets.call(this) + 1n;
    };
    const { result, failures } = await replayOf(crash, { vaults: 8, keeper: "off" });
    // Compared after each of the three steps, and in the comparisons of all vaults before the first
    // step and at the end.
    expect(result.checks.modelMismatches).to.be.at.least(result.steps + 2);
    expect(result.checks.violations).to.equal(0);
    for (const failure of failures)
      expect(failure).to.match(/^block \d+: pool.totalAssets: chain \d+, model \d+$/);
    const [, chain, model] = /chain (\d+), model (\d+)$/.exec(failures[0]!)!;
    expect(BigInt(model!) - BigInt(chain!)).to.equal(1n);
  });

  it("about what a liquidation takes reports the vault and its totals", async () => {
    VaultEngine.prototype.liquidate = function (this: VaultEngine, key, asset, ...limits) {
      const result = liquidate.call(this, key, asset, ...limits);
      const vault = this.vault(key);
      this.restoreVault(key, { ...vault, scaledDebt: vault.scaledDebt + 1n });
      return result;
    };
    const { result, failures } = await replayOf(crash, { vaults: 8 });
    expect(result.liquidations.count).to.be.greaterThan(0);
    expect(result.checks.modelMismatches).to.be.greaterThan(0);
    expect(result.checks.violations).to.be.greaterThan(0);
    expect(failures.some((failure) => failure.includes(".scaledDebt: chain "))).to.equal(true);
    expect(failures.some((failure) => failure.includes("vault debts sum to "))).to.equal(true);
  });
});

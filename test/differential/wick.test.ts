import { expect } from "chai";

import { type Round, type RoundHistory, VolatilityState, WAD, varianceOf } from "../../src/model/index.js";

const HOUR = 3_600n;
const HALF_LIFE = 86_400n;

/**
 * Hourly bars of ETH/USDT on Binance spot, 10 October 2025 from 17:00 UTC: open, high, low, close
 * [0.01 USDT]. They are public candles of the exchange, available at data.binance.vision, ETHUSDT,
 * 1h.
 */
const BARS: readonly (readonly [bigint, bigint, bigint, bigint])[] = [
  [410_899n, 411_264n, 407_757n, 409_397n],
  [409_397n, 410_026n, 405_310n, 405_384n],
  [405_383n, 406_424n, 395_069n, 399_756n],
  [399_756n, 402_499n, 385_000n, 387_130n],
  [387_131n, 438_000n, 343_500n, 394_999n],
  [395_000n, 420_000n, 383_354n, 385_509n],
  [385_508n, 391_791n, 379_181n, 382_972n],
];

/** 17:00 UTC on that day [s]. */
const START = 1_760_115_600n;

class Prices implements RoundHistory {
  readonly address = "prices";
  readonly rounds: Round[] = [];

  get newest(): bigint {
    return BigInt(this.rounds.length);
  }

  round(id: bigint): Round | null {
    return this.rounds[Number(id) - 1] ?? null;
  }

  add(answer: bigint, updatedAt: bigint): void {
    this.rounds.push({ id: this.newest + 1n, answer, updatedAt });
  }
}

/**
 * The state after the bars, fed with open, extremes and close of each, or with the closes alone.
 */
function follow(closesOnly: boolean): VolatilityState {
  const state = new VolatilityState({
    halfLife: HALF_LIFE,
    horizon: 4n * HOUR,
    z: 3n * WAD,
    floor: 0n,
    ceiling: 5_000n,
    priorVariance: 0n,
  });
  const prices = new Prices();
  prices.add(BARS[0]![0], START);
  state.poke(0, prices, { minAnswer: 0n, maxAnswer: 10n ** 12n }, START);
  BARS.forEach(([, high, low, close], i) => {
    const start = START + BigInt(i) * HOUR;
    if (!closesOnly) {
      prices.add(low, start + 1_200n);
      prices.add(high, start + 2_400n);
    }
    prices.add(close, start + HOUR);
  });
  prices.add(BARS[6]![3], START + 8n * HOUR);
  state.poke(0, prices, { minAnswer: 0n, maxAnswer: 10n ** 12n }, START + 8n * HOUR);
  return state;
}

describe("volatility: a wick inside an hour", () => {
  it("the range estimate is Parkinson's, weighted by half-lives", () => {
    const decay = 2 ** (-1 / 24);
    let expected = 0;
    let before = Number(BARS[0]![0]);
    for (const [, high, low, close] of BARS) {
      const top = Math.max(Number(high), before);
      const bottom = Math.min(Number(low), before);
      expected = expected * decay + ((1 - decay) * Math.log(top / bottom) ** 2) / (4 * Math.LN2) / 3_600;
      before = Number(close);
    }
    const { rangeVariance } = follow(false).series(0);
    expect(Math.abs(Number(rangeVariance) / 1e27 / expected - 1) < 1e-9).to.equal(true);
  });

  it("closes alone see a third of the deviation", () => {
    const all = follow(false);
    const closes = follow(true);
    const deviation = (s: VolatilityState): number => Math.sqrt(Number(varianceOf(s.series(0), HALF_LIFE)));
    expect(deviation(all) > 2.5 * deviation(closes)).to.equal(true);
    expect(all.haircut(0) > 2n * closes.haircut(0)).to.equal(true);
  });
});

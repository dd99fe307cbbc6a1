import { decayDown, lnDown } from "../math/expLn.js";
import { WAD, max, min, mulDivUp, subFloor } from "../math/fixedPoint.js";
import { haircutUp, sqrtDown } from "../math/marginMath.js";

/** Length of a bar [s]. */
export const BAR = 3600n;
const LN_2 = 693147180559945309n;
const FOUR_LN_2 = 2772588722239781237n;
const SQUARE_TO_RAY = 10n ** 9n;
const MAX_VARIANCE = 2n ** 96n - 1n;
const PHASE_BITS = 64n;
const MAX_MISSING = 16n;
const STEPS = 75n;
const MAX_LEVEL = 15n;
const NEVER = 2n ** 256n - 1n;

/**
 * Parameters of the measurement; see `VolatilityParameters` of the contracts. Times in seconds, `z`
 * in WAD, floor and ceiling in bps, variance in RAY per second.
 */
export interface VolatilityParameters {
  readonly halfLife: bigint;
  readonly horizon: bigint;
  readonly z: bigint;
  readonly floor: bigint;
  readonly ceiling: bigint;
  readonly priorVariance: bigint;
}

/** One round of a feed: its id, its answer [feed units] and the time of the answer [s]. */
export interface Round {
  readonly id: bigint;
  readonly answer: bigint;
  readonly updatedAt: bigint;
}

/**
 * A feed as the volatility model reads it. `newest` is null while it does not answer. A round that
 * is missing is null.
 */
export interface RoundHistory {
  readonly address: string;
  readonly newest: bigint | null;
  round(id: bigint): Round | null;
}

/** Bounds of a usable answer, exclusive [feed units]. */
export interface AnswerBounds {
  readonly minAnswer: bigint;
  readonly maxAnswer: bigint;
}

/** One asset's state; see `VolatilityMath.Series`. */
export interface Series {
  feed: string;
  round: bigint;
  priced: boolean;
  linked: boolean;
  updatedAt: bigint;
  lnPrice: bigint;
  variance: bigint;
  lnHigh: bigint;
  lnLow: bigint;
  rangeVariance: bigint;
  missing: bigint;
}

/** The last price of an hour; see `HourClose` of the contracts. */
export interface HourClose {
  readonly lnPrice: bigint;
  readonly bar: bigint;
  readonly first: boolean;
}

/** One pair's state; see `CorrelationMath.Pair`. */
export interface PairState {
  covariance: bigint;
  bar: bigint;
  start: bigint;
  nextA: bigint;
  nextB: bigint;
  varianceA: bigint;
  varianceB: bigint;
}

/** The bar that contains a time. Mirrors `VolatilityMath.barOf`. */
export function barOf(timestamp: bigint): bigint {
  return (timestamp + BAR - 1n) / BAR;
}

/**
 * The variance after a return of size `r` [WAD] over `dt` seconds [RAY per second]. Mirrors
 * `VolatilityMath.nextVariance`.
 */
export function nextVariance(v: bigint, r: bigint, dt: bigint, halfLife: bigint): bigint {
  if (dt === 0n) return v + (r * r * LN_2) / (halfLife * WAD * SQUARE_TO_RAY);
  const decay = decayDown(dt, halfLife);
  return (v * decay) / WAD + (r * r * (WAD - decay)) / (dt * WAD * SQUARE_TO_RAY);
}

/**
 * The range estimate if the open bar ended now [RAY per second]. Mirrors
 * `VolatilityMath.rangeVarianceOf`.
 */
export function rangeVarianceOf(s: Series, halfLife: bigint): bigint {
  const range = s.lnHigh - s.lnLow;
  const decay = decayDown(BAR, halfLife);
  return (
    (s.rangeVariance * decay) / WAD + (range * range * (WAD - decay)) / (BAR * FOUR_LN_2 * SQUARE_TO_RAY)
  );
}

/**
 * Variance from which the haircut follows [RAY per second]. Mirrors `VolatilityMath.varianceOf`.
 */
export function varianceOf(s: Series, halfLife: bigint): bigint {
  return max(max(rangeVarianceOf(s, halfLife), s.variance), s.rangeVariance);
}

/**
 * Folds one round into `s`; returns the bar that closed, 0 if none. Mirrors `VolatilityMath.fold`.
 */
export function foldRound(s: Series, lnPrice: bigint, updatedAt: bigint, halfLife: bigint): bigint {
  let closed = 0n;
  if (!s.priced) {
    [s.priced, s.lnHigh, s.lnLow] = [true, lnPrice, lnPrice];
  } else {
    const open = barOf(s.updatedAt);
    const bar = barOf(updatedAt);
    if (bar > open) {
      closed = open;
      const range = rangeVarianceOf(s, halfLife);
      s.rangeVariance = min((range * decayDown((bar - open - 1n) * BAR, halfLife)) / WAD, MAX_VARIANCE);
      [s.lnHigh, s.lnLow] = [s.lnPrice, s.lnPrice];
    }
    const r = lnPrice > s.lnPrice ? lnPrice - s.lnPrice : s.lnPrice - lnPrice;
    s.variance = min(nextVariance(s.variance, r, updatedAt - s.updatedAt, halfLife), MAX_VARIANCE);
    s.lnHigh = max(s.lnHigh, lnPrice);
    s.lnLow = min(s.lnLow, lnPrice);
  }
  [s.updatedAt, s.lnPrice] = [updatedAt, lnPrice];
  return closed;
}

/** Folds the returns of hour `bar` into a pair. Mirrors `CorrelationMath.fold`. */
export function foldHour(p: PairState, bar: bigint, a: bigint, b: bigint, halfLife: bigint): void {
  const weight = WAD - decayDown(BAR, halfLife);
  const decay = decayDown((bar - p.bar) * BAR, halfLife);
  const next = (moment: bigint, x: bigint, y: bigint): bigint =>
    (moment * decay) / WAD + (x * y * weight) / (WAD * SQUARE_TO_RAY);
  p.covariance = next(p.covariance, a, b);
  p.varianceA = next(p.varianceA, a, a);
  p.varianceB = next(p.varianceB, b, b);
  p.bar = bar;
}

/** Level of a pair's correlation, which is 1 - level / 75. Mirrors `CorrelationMath.levelDown`. */
export function levelDown(p: PairState, halfLife: bigint): bigint {
  if ((p.bar - p.start) * BAR < halfLife) return 0n;
  const scale = sqrtDown(p.varianceA * p.varianceB);
  if (scale === 0n) return 0n;
  if (p.covariance <= 0n) return MAX_LEVEL;
  return min((subFloor(WAD, mulDivUp(p.covariance, WAD, scale)) * STEPS) / WAD, MAX_LEVEL);
}

const NO_PAIR: PairState = {
  covariance: 0n,
  bar: 0n,
  start: 0n,
  nextA: 0n,
  nextB: 0n,
  varianceA: 0n,
  varianceB: 0n,
};

/** Volatility of every asset and correlation of every pair, as `VolatilityModel` stores them. */
export class VolatilityState {
  readonly #series = new Map<number, Series>();
  readonly #closes = new Map<number, HourClose[]>();
  readonly #pairs = new Map<string, PairState>();
  readonly #levels = new Map<string, bigint>();

  constructor(public parameters: VolatilityParameters) {}

  clone(): VolatilityState {
    const copy = new VolatilityState(this.parameters);
    for (const [asset, series] of this.#series) copy.#series.set(asset, { ...series });
    for (const [asset, closes] of this.#closes) copy.#closes.set(asset, [...closes]);
    for (const [pair, state] of this.#pairs) copy.#pairs.set(pair, state);
    for (const [pair, level] of this.#levels) copy.#levels.set(pair, level);
    return copy;
  }

  /**
   * Folds in every round of `feed` since the last one, at `now` [s]. Mirrors `VolatilityModel.poke`
   * without a gas limit, repeated until it has caught up.
   * @returns whether the feed answered
   */
  poke(asset: number, feed: RoundHistory, bounds: AnswerBounds, now: bigint): boolean {
    const s = this.#seriesFor(asset);
    if (s.feed !== feed.address) {
      if (s.updatedAt === 0n) {
        s.variance = this.parameters.priorVariance;
        s.rangeVariance = this.parameters.priorVariance;
      }
      s.feed = feed.address;
      this.#forget(s);
    }
    const { newest } = feed;
    if (newest === null || newest === 0n || newest >= 1n << 80n) return false;
    if (s.round === 0n) s.round = newest - 1n;
    while (s.round < newest) {
      const next = s.round + 1n;
      const round = feed.round(next);
      if (round !== null && round.updatedAt !== 0n) {
        [s.round, s.missing] = [next, 0n];
        if (usable(round, bounds, s.updatedAt, now)) this.#fold(asset, s, round);
      } else {
        missRound(s, next, newest);
      }
    }
    return true;
  }

  /**
   * Makes the next poke start at the feed's newest round. Mirrors `VolatilityModel.resetSeries`.
   */
  resetSeries(asset: number): void {
    this.#forget(this.#seriesFor(asset));
  }

  /**
   * Folds every hour that closed for both assets into their correlation. Mirrors
   * `VolatilityModel.pokeCorrelation`, repeated until it has caught up.
   */
  pokeCorrelation(x: number, y: number): void {
    const [a, b] = x < y ? [x, y] : [y, x];
    const { halfLife } = this.parameters;
    const p = { ...this.pair(a, b) };
    const [closesA, closesB] = [this.closes(a), this.closes(b)];
    const until = min(this.#closedUntil(a), this.#closedUntil(b));
    for (;;) {
      const barA = closesA[Number(p.nextA)]?.bar ?? NEVER;
      const barB = closesB[Number(p.nextB)]?.bar ?? NEVER;
      const bar = min(barA, barB);
      if (bar > until) break;
      const hourA = barA === bar ? returnAt(closesA, p.nextA++) : 0n;
      const hourB = barB === bar ? returnAt(closesB, p.nextB++) : 0n;
      if (hourA === null || hourB === null) {
        Object.assign(p, { covariance: 0n, varianceA: 0n, varianceB: 0n, bar, start: bar });
      } else {
        foldHour(p, bar, hourA, hourB, halfLife);
      }
    }
    this.#pairs.set(pairName(a, b), p);
    this.#levels.set(pairName(a, b), levelDown(p, halfLife));
  }

  /** Last hour whose close is known for an asset; see `VolatilityModel`. */
  #closedUntil(asset: number): bigint {
    const { linked, updatedAt } = this.series(asset);
    return linked ? subFloor(barOf(updatedAt), 1n) : (this.closes(asset).at(-1)?.bar ?? 0n);
  }

  /** Series of one asset; empty before its first poke. */
  series(asset: number): Readonly<Series> {
    return this.#series.get(asset) ?? emptySeries();
  }

  /** Closes of one asset, one for each hour that ended with a price, oldest first. */
  closes(asset: number): readonly HourClose[] {
    return this.#closes.get(asset) ?? [];
  }

  /** The state of a pair. Requires a < b. */
  pair(a: number, b: number): Readonly<PairState> {
    return this.#pairs.get(pairName(a, b)) ?? NO_PAIR;
  }

  /** The correlation level of a pair, in either order. */
  level(x: number, y: number): bigint {
    return this.#levels.get(pairName(Math.min(x, y), Math.max(x, y))) ?? 0n;
  }

  /** Correlation levels of every pair of `assets` (ids ascending), as `powerDown` takes them. */
  levels(assets: readonly number[]): readonly bigint[] {
    return assets.flatMap((a, i) => assets.slice(i + 1).map((b) => this.level(a, b)));
  }

  /** The haircut of one asset [bps], rounded up. Mirrors `VolatilityModel.haircutOf`. */
  haircut(asset: number): bigint {
    return haircutUp(varianceOf(this.series(asset), this.parameters.halfLife), this.parameters);
  }

  #seriesFor(asset: number): Series {
    let s = this.#series.get(asset);
    if (s === undefined) {
      s = emptySeries();
      this.#series.set(asset, s);
    }
    return s;
  }

  #forget(s: Series): void {
    [s.round, s.missing, s.priced, s.linked] = [0n, 0n, false, false];
  }

  #fold(asset: number, s: Series, round: Round): void {
    const before = s.lnPrice;
    const closed = foldRound(s, lnDown(round.answer), round.updatedAt, this.parameters.halfLife);
    if (closed === 0n) return;
    const closes = this.#closes.get(asset) ?? [];
    closes.push({ lnPrice: before, bar: closed, first: !s.linked });
    this.#closes.set(asset, closes);
    s.linked = true;
  }
}

function missRound(s: Series, round: bigint, newest: bigint): void {
  s.round = round;
  s.missing = min(s.missing + 1n, MAX_MISSING);
  const phase = round >> PHASE_BITS;
  if (s.missing < MAX_MISSING || phase === newest >> PHASE_BITS) return;
  [s.round, s.missing] = [(phase + 1n) << PHASE_BITS, 0n];
}

function usable(round: Round, bounds: AnswerBounds, after: bigint, now: bigint): boolean {
  const inBounds = round.answer > 0n && round.answer > bounds.minAnswer && round.answer < bounds.maxAnswer;
  return inBounds && round.updatedAt >= after && round.updatedAt <= now;
}

/** Return of an hour [WAD]; null where the series starts. */
function returnAt(closes: readonly HourClose[], index: bigint): bigint | null {
  const close = closes[Number(index)];
  const before = closes[Number(index) - 1];
  return close === undefined || close.first || before === undefined ? null : close.lnPrice - before.lnPrice;
}

function emptySeries(): Series {
  return {
    feed: "",
    round: 0n,
    priced: false,
    linked: false,
    updatedAt: 0n,
    lnPrice: 0n,
    variance: 0n,
    lnHigh: 0n,
    lnLow: 0n,
    rangeVariance: 0n,
    missing: 0n,
  };
}

function pairName(a: number, b: number): string {
  return `${a}-${b}`;
}

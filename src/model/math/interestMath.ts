import { RAY, WAD, min, mulDivDown, mulDivUp } from "./fixedPoint.js";

/** The largest index. Mirrors `InterestMath.MAX_INDEX`. */
const MAX_INDEX = (1n << 112n) - 1n;

/** The longest time that one accrual counts [s]: ten years. */
export const MAX_ELAPSED = 3650n * 86_400n;

/** The largest rate per second that the pool charges [RAY]: 1,000 % a year. */
export const MAX_RATE = (10n * RAY) / 31_536_000n;

/**
 * A kinked rate curve: rates per second [RAY], `kink` a utilisation [WAD] strictly between 0 and 1.
 */
export interface Curve {
  readonly base: bigint;
  readonly kink: bigint;
  readonly slopeBelow: bigint;
  readonly slopeAbove: bigint;
  readonly max: bigint;
}

/** Borrowed share of the pool [WAD], rounded up. Mirrors `InterestMath.utilisationUp`. */
export function utilisationUp(cash: bigint, debt: bigint): bigint {
  return debt === 0n ? 0n : mulDivUp(debt, WAD, cash + debt);
}

/** The per-second rate [RAY] at `utilisation` [WAD]. Mirrors `InterestMath.rateUp`. */
export function rateUp(curve: Curve, utilisation: bigint): bigint {
  const rate =
    utilisation <= curve.kink
      ? curve.base + mulDivUp(curve.slopeBelow, utilisation, curve.kink)
      : curve.base +
        curve.slopeBelow +
        mulDivUp(curve.slopeAbove, utilisation - curve.kink, WAD - curve.kink);
  return min(rate, curve.max);
}

/**
 * The index [RAY] after `elapsed` seconds at `rate` [RAY per second]. Mirrors
 * `InterestMath.grownIndexDown`.
 */
export function grownIndexDown(index: bigint, rate: bigint, elapsed: bigint): bigint {
  const x = rate * min(elapsed, MAX_ELAPSED);
  const x2 = mulDivDown(x, x, 2n * RAY);
  const x3 = mulDivDown(x2, x, 3n * RAY);
  return min(mulDivDown(index, RAY + x + x2 + x3, RAY), MAX_INDEX);
}

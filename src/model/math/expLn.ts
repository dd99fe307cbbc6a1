import { WAD } from "./fixedPoint.js";

const BITS = 120n;
const ONE = 1n << BITS;
const LN_2 = 921350637599661305226344307672478454n;
const HALF_LN_2 = 460675318799830652613172153836239227n;
const SQRT_2_UP = 1879812259125035246445576347481445758n;
const LN_TERMS = 13n;
const EXP_TERMS = 22n;

/** Position of the highest bit set. Requires x > 0. */
export function log2Down(x: bigint): bigint {
  return BigInt(x.toString(2).length - 1);
}

/**
 * ln(x) [WAD] of a whole number, rounded down, less than 2 units below. Throws a RangeError for 0.
 * Mirrors `ExpLn.lnDown`.
 */
export function lnDown(x: bigint): bigint {
  if (x <= 0n) throw new RangeError("there is no logarithm of zero");
  const k = log2Down(x);
  let m = k > BITS ? x >> (k - BITS) : x << (BITS - k);
  let halves = 2n * k;
  if (m >= SQRT_2_UP) [m, halves] = [(m << BITS) / SQRT_2_UP, halves + 1n];
  const s = ((m - ONE) << BITS) / (m + ONE);
  const square = (s * s) >> BITS;
  let sum = 0n;
  for (let i = 2n * LN_TERMS; i > 0n; i -= 2n) sum = ((sum * square) >> BITS) + ONE / (i - 1n);
  return ((((2n * s * sum) >> BITS) + halves * HALF_LN_2) * WAD) >> BITS;
}

/**
 * 2^(-elapsed / halfLife) [WAD], rounded down, less than 2 units below. Mirrors `ExpLn.decayDown`.
 */
export function decayDown(elapsed: bigint, halfLife: bigint): bigint {
  const whole = elapsed / halfLife;
  if (whole >= 60n) return 0n;
  const rest = elapsed % halfLife;
  if (rest === 0n) return WAD >> whole;
  const z = ((halfLife - rest) * LN_2) / halfLife;
  let sum = ONE;
  for (let i = EXP_TERMS; i > 0n; --i) sum = ONE + ((sum * z) >> BITS) / i;
  return (sum * WAD) >> (BITS + 1n + whole);
}

/** 1e18: ratios. */
export const WAD = 10n ** 18n;
/** 1e27: debt indices and per-second rates. */
export const RAY = 10n ** 27n;
/** 1e36: `amount * price / PRICE_ONE` is in debt-asset units. */
export const PRICE_ONE = 10n ** 36n;
/** 1e4: parameters given in basis points. */
export const BPS = 10n ** 4n;
/** The largest word: "no limit" in calls, "infinite" in ratios. */
export const MAX_UINT256 = 2n ** 256n - 1n;
/** The largest amount the contracts store. */
export const MAX_UINT128 = 2n ** 128n - 1n;

/** floor(x * y / d). Throws a RangeError if `d` is 0. */
export function mulDivDown(x: bigint, y: bigint, d: bigint): bigint {
  return (x * y) / d;
}

/** ceil(x * y / d). Throws a RangeError if `d` is 0. */
export function mulDivUp(x: bigint, y: bigint, d: bigint): bigint {
  const product = x * y;
  return product === 0n ? 0n / d : (product - 1n) / d + 1n;
}

/** floor(x * y / d); the largest word if the quotient exceeds it or `d` is 0. */
export function mulDivDownSaturating(x: bigint, y: bigint, d: bigint): bigint {
  return d === 0n ? MAX_UINT256 : min((x * y) / d, MAX_UINT256);
}

export function min(x: bigint, y: bigint): bigint {
  return x < y ? x : y;
}

export function max(x: bigint, y: bigint): bigint {
  return x > y ? x : y;
}

/** x - y, or 0 if y is larger. */
export function subFloor(x: bigint, y: bigint): bigint {
  return x > y ? x - y : 0n;
}

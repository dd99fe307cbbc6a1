import {
  BPS,
  MAX_UINT256,
  PRICE_ONE,
  WAD,
  mulDivDown,
  mulDivDownSaturating,
  mulDivUp,
  subFloor,
} from "./fixedPoint.js";

/**
 * Value of `amount` at a scaled `price` [debt units], rounded down. Mirrors `HealthMath.valueDown`.
 */
export function valueDown(amount: bigint, price: bigint): bigint {
  return mulDivDown(amount, price, PRICE_ONE);
}

/**
 * Whether `adjustedCollateral` [debt units * bps] gives `debt` at least this `health` [bps],
 * exactly. Mirrors `HealthMath.reaches`.
 */
export function reaches(adjustedCollateral: bigint, debt: bigint, health: bigint): boolean {
  return adjustedCollateral >= debt * health;
}

/**
 * Whether `adjustedCollateral` [debt units * bps] covers `debt` [debt units], exactly. Mirrors
 * `HealthMath.covers`.
 */
export function covers(adjustedCollateral: bigint, debt: bigint): boolean {
  return adjustedCollateral >= debt * BPS;
}

/**
 * Whether the health factor after is at least the one before, exactly. Mirrors
 * `HealthMath.healthNotReduced`.
 */
export function healthNotReduced(
  weightedBefore: bigint,
  debtBefore: bigint,
  weightedAfter: bigint,
  debtAfter: bigint,
): boolean {
  return weightedAfter * debtBefore >= weightedBefore * debtAfter;
}

/**
 * Whether a vault's solvency is not reduced, exactly. If its value covered its debt before, the
 * ratio of value to debt must not fall; otherwise the missing value must not grow. Mirrors
 * `HealthMath.solvencyNotReduced`.
 */
export function solvencyNotReduced(
  valueBefore: bigint,
  debtBefore: bigint,
  valueAfter: bigint,
  debtAfter: bigint,
): boolean {
  if (valueBefore >= debtBefore) return healthNotReduced(valueBefore, debtBefore, valueAfter, debtAfter);
  return debtAfter + valueBefore <= debtBefore + valueAfter;
}

/**
 * Health factor [WAD], rounded down; the largest word without debt. Mirrors
 * `HealthMath.healthFactorDown`.
 */
export function healthFactorDown(adjustedCollateral: bigint, debt: bigint): bigint {
  return mulDivDownSaturating(adjustedCollateral, WAD / BPS, debt);
}

/** Collateral value / debt [WAD], rounded down; the largest word without debt. */
export function collateralRatioDown(value: bigint, debt: bigint): bigint {
  return mulDivDownSaturating(value, WAD, debt);
}

/**
 * Amount of an asset that lifts a vault to `target` health [bps], in token units, rounded up; the
 * largest word if no amount does. Mirrors `HealthMath.restoringAmountUp`.
 * @param threshold liquidation threshold of the asset [bps]
 */
export function restoringAmountUp(
  adjustedCollateral: bigint,
  debt: bigint,
  target: bigint,
  threshold: bigint,
  price: bigint,
): bigint {
  const missing = subFloor(debt * target, adjustedCollateral);
  if (missing === 0n) return 0n;
  if (threshold === 0n || price === 0n) return MAX_UINT256;
  return mulDivUp(mulDivUp(missing, 1n, threshold), PRICE_ONE, price);
}

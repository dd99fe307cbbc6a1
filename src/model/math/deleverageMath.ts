import { debtUp, scaledUp } from "./debtMath.js";
import { BPS, WAD, min, mulDivDown } from "./fixedPoint.js";
import { type Position, repayToTargetUp } from "./liquidationMath.js";

/** Terms of a deleverage: ratios in bps, dust in debt units. Mirrors `DeleverageMath.Terms`. */
export interface DeleverageTerms {
  /** Health to reach. */
  readonly target: bigint;
  /** Liquidation threshold of the asset to sell. */
  readonly threshold: bigint;
  /** Highest cost of selling, as a share of the repayment. */
  readonly maxCost: bigint;
  /** The executor's part of that cost, as a share of the repayment. */
  readonly fee: bigint;
  readonly dust: bigint;
}

/**
 * One sale before it happens [debt units]; all zero if the target is out of reach. Mirrors
 * `DeleverageMath.Sale`.
 */
export interface DeleverageSale {
  readonly repaid: bigint;
  readonly scaledRepaid: bigint;
  readonly fee: bigint;
  /** Highest value of the collateral sold. */
  readonly mostSold: bigint;
}

/** Whether health is below `trigger` [bps], exactly. Mirrors `DeleverageMath.isTriggered`. */
export function isTriggered(p: Position, trigger: bigint): boolean {
  return p.adjustedCollateral < debtUp(p.scaledDebt, p.index) * trigger;
}

/**
 * Smallest sale that leaves the vault at its target health even at the highest cost, rounded up.
 * Health must be below the target. Mirrors `DeleverageMath.size`.
 */
export function deleverageSize(p: Position, t: DeleverageTerms): DeleverageSale {
  const factor = BPS + t.maxCost;
  if (factor * t.threshold >= t.target * BPS) return { repaid: 0n, scaledRepaid: 0n, fee: 0n, mostSold: 0n };
  const debt = debtUp(p.scaledDebt, p.index);
  const wanted = repayToTargetUp(p.adjustedCollateral, debt, t.target, t.threshold, t.maxCost * (WAD / BPS));
  let scaledRepaid = min(scaledUp(wanted, p.index), p.scaledDebt);
  let left = debtUp(p.scaledDebt - scaledRepaid, p.index);
  if (left <= t.dust) [scaledRepaid, left] = [p.scaledDebt, 0n];
  const repaid = debtUp(scaledRepaid, p.index);
  return {
    repaid,
    scaledRepaid,
    fee: mulDivDown(repaid, t.fee, BPS),
    mostSold: mulDivDown(debt - left, factor, BPS),
  };
}

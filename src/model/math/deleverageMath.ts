import { debtUp, scaledUp } from "./debtMath.js";
import { BPS, WAD, min, mulDivDown } from "./fixedPoint.js";
import { type Position, repayToTargetUp } from "./liquidationMath.js";

/** What the owner of a vault wants: all in bps but for dust, the smallest debt [debt units]. Mirrors `DeleverageMath.Terms`. */
export interface DeleverageTerms {
  /** Health to reach. */
  readonly target: bigint;
  /** Liquidation threshold of the asset to sell. */
  readonly threshold: bigint;
  /** Most that selling may cost, of what is repaid. */
  readonly maxCost: bigint;
  /** The executor's part of it. */
  readonly fee: bigint;
  readonly dust: bigint;
}

/** One sale before it [debt units], nothing if the target is out of reach. Mirrors `DeleverageMath.Sale`. */
export interface DeleverageSale {
  readonly repaid: bigint;
  readonly scaledRepaid: bigint;
  readonly fee: bigint;
  /** Most that what is sold may be worth. */
  readonly mostSold: bigint;
}

/** Whether health is below `trigger` [bps], exactly. Mirrors `DeleverageMath.isTriggered`. */
export function isTriggered(p: Position, trigger: bigint): boolean {
  return p.adjustedCollateral < debtUp(p.scaledDebt, p.index) * trigger;
}

/**
 * The smallest sale that leaves the vault at its target even at the highest cost, rounded up. Health must be below the
 * target. Mirrors `DeleverageMath.size`.
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

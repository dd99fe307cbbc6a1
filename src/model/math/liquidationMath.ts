import { debtUp, scaledDown, scaledUp } from "./debtMath.js";
import {
  BPS,
  PRICE_ONE,
  WAD,
  min,
  mulDivDown,
  mulDivDownSaturating,
  mulDivUp,
  subFloor,
} from "./fixedPoint.js";
import { covers, valueDown } from "./healthMath.js";

/**
 * A vault's position: index in RAY, value in debt units, adjusted collateral in debt units * bps.
 */
export interface Position {
  readonly scaledDebt: bigint;
  readonly index: bigint;
  readonly value: bigint;
  readonly adjustedCollateral: bigint;
}

/** The collateral to seize: balance in token units, price 1e36-scaled, the rest in bps. */
export interface SeizedAsset {
  readonly amount: bigint;
  readonly price: bigint;
  readonly threshold: bigint;
  readonly minBonus: bigint;
  readonly maxBonus: bigint;
  readonly slope: bigint;
}

/**
 * Limits of a liquidation: `maxRepay` and `dust` in debt units, `maxSeize` in token units, `target`
 * health in bps.
 */
export interface Limits {
  readonly maxRepay: bigint;
  readonly maxSeize: bigint;
  readonly target: bigint;
  readonly dust: bigint;
}

export type Verdict = "executable" | "healthy" | "assetNotSeizable" | "nothingToDo";

/** Result of a liquidation: bonus in WAD, repaid in debt units, seized in token units. */
export interface Outcome {
  readonly verdict: Verdict;
  readonly bonus: bigint;
  readonly repaid: bigint;
  readonly scaledRepaid: bigint;
  readonly seized: bigint;
  /** Whether the caller's limits reduced the liquidation. Nothing is written off then. */
  readonly limited: boolean;
}

/**
 * Bonus [WAD], rounded down. docs/concepts/liquidation.md has the formula and its proof. Mirrors
 * `LiquidationMath.bonusDown`.
 */
export function bonusDown(p: Position, a: SeizedAsset, debt: bigint): bigint {
  if (p.value <= debt) return 0n;
  const healthUp = mulDivUp(p.adjustedCollateral, WAD / BPS, debt);
  let bonus = (a.minBonus * WAD + a.slope * (WAD - healthUp)) / BPS;
  bonus = min(bonus, a.maxBonus * (WAD / BPS));
  bonus = min(bonus, mulDivDown(p.value, WAD, debt) - WAD);
  if (a.threshold !== 0n) {
    bonus = min(bonus, subFloor(mulDivDownSaturating(p.adjustedCollateral, WAD, debt * a.threshold), WAD));
  }
  return bonus;
}

/**
 * Repayment that lifts health to `target` [bps], rounded up, at most `debt`. Mirrors
 * `LiquidationMath.repayToTargetUp`.
 */
export function repayToTargetUp(
  adjustedCollateral: bigint,
  debt: bigint,
  target: bigint,
  threshold: bigint,
  bonus: bigint,
): bigint {
  const missing = debt * target - adjustedCollateral;
  const gain = target * WAD - (WAD + bonus) * threshold;
  return min(mulDivUp(missing, WAD, gain), debt);
}

/** Decides a liquidation. Mirrors `LiquidationMath.decide`. */
export function decide(p: Position, a: SeizedAsset, l: Limits): Outcome {
  const debt = debtUp(p.scaledDebt, p.index);
  const none = { bonus: 0n, repaid: 0n, scaledRepaid: 0n, seized: 0n, limited: false };
  if (covers(p.adjustedCollateral, debt)) return { ...none, verdict: "healthy" };
  if (p.adjustedCollateral < debt * a.threshold && p.value >= debt)
    return { ...none, verdict: "assetNotSeizable" };
  const bonus = bonusDown(p, a, debt);
  const assetValue = valueDown(a.amount, a.price);
  const assetRepay = mulDivUp(assetValue, WAD, WAD + bonus);

  const wanted = wantedScaled(p, a, l, debt, bonus, assetValue, assetRepay);
  const scaledRepaid = limitedScaled(p, a, l, wanted, bonus, assetValue);
  const limited = scaledRepaid !== wanted;
  if (scaledRepaid === 0n) return { ...none, bonus, limited, verdict: "nothingToDo" };

  const repaid = scaledRepaid === p.scaledDebt ? debt : debtUp(scaledRepaid, p.index);
  const removed = debt - debtUp(p.scaledDebt - scaledRepaid, p.index);
  const seized =
    removed >= assetRepay ? a.amount : mulDivDown(withBonusDown(removed, bonus), PRICE_ONE, a.price);
  return {
    verdict: "executable",
    bonus,
    repaid,
    scaledRepaid,
    seized: min(min(seized, a.amount), l.maxSeize),
    limited,
  };
}

/**
 * Whether a debt is uneconomic: its collateral at high prices is worth less than dust and less than
 * the debt [debt units]. Mirrors `LiquidationMath.isUneconomic`.
 */
export function isUneconomic(valueHigh: bigint, debt: bigint, dust: bigint): boolean {
  return valueHigh < dust && valueHigh < debt;
}

function wantedScaled(
  p: Position,
  a: SeizedAsset,
  l: Limits,
  debt: bigint,
  bonus: bigint,
  assetValue: bigint,
  assetRepay: bigint,
): bigint {
  const repay = min(repayToTargetUp(p.adjustedCollateral, debt, l.target, a.threshold, bonus), assetRepay);
  const scaled = min(scaledUp(repay, p.index), p.scaledDebt);
  const left = debtUp(p.scaledDebt - scaled, p.index);
  if (left !== 0n && left < l.dust && withBonusDown(debt, bonus) <= assetValue) return p.scaledDebt;
  if (left !== 0n && subFloor(assetValue, withBonusDown(debt - left, bonus)) < l.dust) {
    return min(scaledUp(assetRepay, p.index), p.scaledDebt);
  }
  return scaled;
}

function limitedScaled(
  p: Position,
  a: SeizedAsset,
  l: Limits,
  wanted: bigint,
  bonus: bigint,
  assetValue: bigint,
): bigint {
  let limit = l.maxRepay;
  if (l.maxSeize < a.amount) {
    limit = min(limit, mulDivDown(valueDown(l.maxSeize, a.price), WAD, WAD + bonus));
  }
  if (debtUp(wanted, p.index) <= limit) return wanted;

  let scaled = scaledDown(limit, p.index);
  if (debtUp(p.scaledDebt - scaled, p.index) < l.dust) {
    scaled = subFloor(p.scaledDebt, scaledUp(l.dust, p.index));
  }
  const removed = debtUp(scaled, p.index);
  if (subFloor(assetValue, withBonusDown(removed, bonus)) < l.dust) {
    const room = mulDivDown(subFloor(assetValue, l.dust), WAD, WAD + bonus);
    scaled = min(scaled, scaledDown(room, p.index));
  }
  return scaled;
}

function withBonusDown(amount: bigint, bonus: bigint): bigint {
  return mulDivDown(amount, WAD + bonus, WAD);
}

import { debtUp } from "../../math/debtMath.js";
import { ModelError } from "../../types/modelError.js";
import { BPS, max } from "../../math/fixedPoint.js";
import { covers, healthFactorDown } from "../../math/healthMath.js";
import { type Outcome, decide, isUneconomic } from "../../math/liquidationMath.js";
import type { VaultState } from "../../types/vault.js";
import { type Context, isStuck, reduced, seizedAsset, valueHigh } from "./vaultRules.js";

/** Collateral ratio below which anyone may absorb a vault [bps]. */
export const ABSORB_RATIO = 10_200n;
/** A flag lets a stuck vault be absorbed from this age to twice this age [s]. */
export const FLAG_AGE = 3600n;

/**
 * Result of a liquidation. `writtenOff` is the debt written off because the collateral left is
 * uneconomic [debt units].
 */
export interface Liquidated {
  readonly outcome: Outcome;
  readonly left: VaultState;
  readonly writtenOff: bigint;
}

/**
 * Liquidates a vault for its collateral `asset`. Mirrors `VaultEngine.liquidate`. Throws
 * `AssetNotHeld`, `PriceDead`, `VaultHealthy`, `AssetNotSeizable` or `SeizedTooLittle`.
 * @param maxRepay [debt units]
 * @param maxSeize [token units]
 * @param minSeize [token units]
 */
export function liquidate(
  x: Context,
  asset: number,
  maxRepay: bigint,
  maxSeize: bigint,
  minSeize: bigint,
): Liquidated {
  const outcome = outcomeOf(x, asset, maxRepay, maxSeize);
  requireEligible(outcome, x, asset);
  if (outcome.seized < minSeize) throw new ModelError("SeizedTooLittle", [outcome.seized, minSeize]);
  const left = reduced(x, asset, outcome.seized, outcome.scaledRepaid);
  const debt = debtUp(left.scaledDebt, x.at.index);
  const value = valueHigh(left.balances, x.at.prices);
  const hopeless = !outcome.limited && isUneconomic(value, debt, x.at.system.dust);
  return { outcome, left, writtenOff: hopeless ? debt : 0n };
}

/** Quotes a liquidation; null where it would revert. Mirrors `VaultLens.quoteLiquidation`. */
export function quote(x: Context, asset: number, maxRepay: bigint, maxSeize: bigint): Outcome | null {
  if (!x.vault.balances.has(asset) || x.at.prices[asset]?.status === "dead") return null;
  const outcome = outcomeOf(x, asset, maxRepay, maxSeize);
  return isEligible(outcome) ? outcome : null;
}

/**
 * Time of a vault's flag after `flag` at `now` [s]; 0 if the vault is not stuck. Mirrors
 * `VaultEngine.flag`.
 * @param opened time from which liquidations have been open to all [s]
 */
export function flagOf(x: Context, opened: bigint, now: bigint): bigint {
  if (!isStuck(x)) return 0n;
  const { flaggedAt } = x.vault;
  return flaggedAt === 0n || now > max(flaggedAt, opened) + 2n * FLAG_AGE ? now : flaggedAt;
}

/** Window in which a flag lets a stuck vault be absorbed [s]; null without a flag. */
export function absorbWindow(
  flaggedAt: bigint,
  opened: bigint,
): { readonly from: bigint; readonly until: bigint } | null {
  if (flaggedAt === 0n) return null;
  const from = max(flaggedAt, opened) + FLAG_AGE;
  return { from, until: from + FLAG_AGE };
}

/**
 * Throws `VaultHealthy` or `NotAbsorbable` unless a vault may be absorbed at `now` [s]. `opened` as
 * for `flagOf`. Mirrors `VaultRules.requireAbsorbable`.
 */
export function requireAbsorbable(x: Context, opened: bigint, now: bigint): void {
  const { vault, p, debt, at } = x;
  if (covers(p.adjustedCollateral, debt))
    throw new ModelError("VaultHealthy", [p.adjustedCollateral, debt * BPS]);
  if (p.value * BPS < debt * ABSORB_RATIO) return;
  const window = absorbWindow(vault.flaggedAt, opened);
  if (window !== null && now >= window.from && now <= window.until && isStuck(x)) return;
  throw new ModelError("NotAbsorbable", [
    p.value,
    debt,
    healthFactorDown(p.adjustedCollateral, debt),
    at.system.stuckHealth,
    window?.from ?? 0n,
  ]);
}

function outcomeOf(x: Context, asset: number, maxRepay: bigint, maxSeize: bigint): Outcome {
  const { targetHealth: target, dust } = x.at.system;
  return decide(x.p, seizedAsset(x, asset), { maxRepay, maxSeize, target, dust });
}

function isEligible({ verdict }: Outcome): boolean {
  return verdict === "executable" || verdict === "nothingToDo";
}

/** Mirrors `VaultRules.requireEligible`. */
function requireEligible(outcome: Outcome, { at, p, debt }: Context, asset: number): void {
  if (isEligible(outcome)) return;
  if (outcome.verdict === "healthy") throw new ModelError("VaultHealthy", [p.adjustedCollateral, debt * BPS]);
  const { liquidationThreshold } = at.termsOf(asset);
  throw new ModelError("AssetNotSeizable", [
    asset,
    liquidationThreshold,
    healthFactorDown(p.adjustedCollateral, debt),
  ]);
}

import { debtUp } from "../../math/debtMath.js";
import { ModelError } from "../../types/modelError.js";
import { BPS, max } from "../../math/fixedPoint.js";
import { covers, healthFactorDown } from "../../math/healthMath.js";
import { type Outcome, decide, isUneconomic } from "../../math/liquidationMath.js";
import type { VaultState } from "../../types/vault.js";
import { type Context, isStuck, reduced, seizedAsset, valueHigh } from "./vaultRules.js";

/** Below this collateral ratio anyone may absorb [bps]. */
export const ABSORB_RATIO = 10_200n;
/** A flag lets a vault that is stuck be absorbed from this age to twice this age [s]. */
export const FLAG_AGE = 3600n;

/** What a liquidation leaves: `writtenOff` is the debt it gives up because too little collateral is left for it [debt units]. */
export interface Liquidated {
  readonly outcome: Outcome;
  readonly left: VaultState;
  readonly writtenOff: bigint;
}

/** What a liquidation of `asset` does to a vault. `minSeize` in token units. Mirrors `VaultEngine.liquidate`. */
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

/** What a liquidation would do, or null where it would revert. Mirrors `VaultLens.quoteLiquidation`. */
export function quote(x: Context, asset: number, maxRepay: bigint, maxSeize: bigint): Outcome | null {
  if (!x.vault.balances.has(asset) || x.at.prices[asset]?.status === "dead") return null;
  const outcome = outcomeOf(x, asset, maxRepay, maxSeize);
  return isEligible(outcome) ? outcome : null;
}

/**
 * When a vault was flagged, once it is shown at `now` [s]; 0: it is not. `opened`: since when liquidating has been open to all [s].
 * Mirrors `VaultEngine.flag`.
 */
export function flagOf(x: Context, opened: bigint, now: bigint): bigint {
  if (!isStuck(x)) return 0n;
  const { flaggedAt } = x.vault;
  return flaggedAt === 0n || now > max(flaggedAt, opened) + 2n * FLAG_AGE ? now : flaggedAt;
}

/** From when to when the flag of a vault lets it be absorbed while it is stuck [s]; null if it is not flagged. */
export function absorbWindow(
  flaggedAt: bigint,
  opened: bigint,
): { readonly from: bigint; readonly until: bigint } | null {
  if (flaggedAt === 0n) return null;
  const from = max(flaggedAt, opened) + FLAG_AGE;
  return { from, until: from + FLAG_AGE };
}

/** Throws unless a vault may be absorbed at `now` [s]; `opened` as for `flagOf`. Mirrors `VaultRules.requireAbsorbable`. */
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

import { debtUp } from "./debt.js";
import { BPS, min } from "./fixed.js";
import { covers, restoringAmountUp, valueDown } from "./health.js";
import type { Position, SeizedAsset } from "./liquidation.js";
import type { Price } from "./price.js";
import type { AssetTerms, VaultState } from "./terms.js";

/** A vault that holds and owes nothing. */
export const EMPTY_VAULT: VaultState = { scaledDebt: 0n, balances: new Map(), flaggedAt: 0n };

/** Prices and parameters in force, by asset id, and the debt index [RAY]: what any vault is judged by at one time. */
export interface Valuation {
  readonly prices: readonly Price[];
  readonly termsOf: (id: number) => AssetTerms;
  readonly index: bigint;
}

/** A vault at liquidation prices. Mirrors `VaultView.position`. */
export function positionOf(vault: VaultState, at: Valuation): Position {
  let value = 0n;
  let weighted = 0n;
  for (const [id, amount] of vault.balances) {
    const part = valueDown(amount, (at.prices[id] as Price).liq);
    value += part;
    weighted += part * at.termsOf(id).liquidationThreshold;
  }
  return { scaledDebt: vault.scaledDebt, index: at.index, value, weighted };
}

/** Whether a vault is healthy at liquidation prices. */
export function isHealthy(vault: VaultState, at: Valuation): boolean {
  const p = positionOf(vault, at);
  return covers(p.weighted, debtUp(p.scaledDebt, p.index));
}

/** One collateral of a vault as a liquidation sees it. */
export function seizedAsset(amount: bigint, price: Price, terms: AssetTerms): SeizedAsset {
  const { liquidationThreshold, minBonus, maxBonus, slope } = terms;
  return { amount, price: price.liq, threshold: liquidationThreshold, minBonus, maxBonus, slope };
}

/** What collateral is worth at its high prices [debt units]. */
export function valueHigh(balances: VaultState["balances"], prices: readonly Price[]): bigint {
  let value = 0n;
  for (const [id, amount] of balances) value += valueDown(amount, (prices[id] as Price).high);
  return value;
}

/** `balances` with that of `asset` set to `balance` [token units]; none is ever zero. */
export function withBalance(
  balances: VaultState["balances"],
  asset: number,
  balance: bigint,
): Map<number, bigint> {
  const next = new Map(balances);
  if (balance === 0n) next.delete(asset);
  else next.set(asset, balance);
  return next;
}

/**
 * What a deposit of `asset` may add beyond its supply cap [token units]: enough for `targetHealth` [bps], and never for more than
 * borrowing to the limit of any of its collaterals leaves. Mirrors `VaultEngine._restoringAmount`.
 */
export function restoringAmount(
  vault: VaultState,
  asset: number,
  at: Valuation,
  targetHealth: bigint,
): bigint {
  if (vault.scaledDebt === 0n) return 0n;
  const p = positionOf(vault, at);
  const terms = at.termsOf(asset);
  const target = [asset, ...vault.balances.keys()]
    .map(at.termsOf)
    .reduce((lowest, a) => min(lowest, (a.liquidationThreshold * BPS) / a.ltv), targetHealth);
  const { liq } = at.prices[asset] as Price;
  return restoringAmountUp(
    p.weighted,
    debtUp(p.scaledDebt, p.index),
    target,
    terms.liquidationThreshold,
    liq,
  );
}

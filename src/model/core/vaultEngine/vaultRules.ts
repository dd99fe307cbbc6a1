import { debtUp } from "../../math/debtMath.js";
import { ModelError } from "../../types/modelError.js";
import { covers, healthFactorDown, reaches, valueDown } from "../../math/healthMath.js";
import type { VaultKey } from "../../types/vaultKey.js";
import type { Position, SeizedAsset } from "../../math/liquidationMath.js";
import type { Price } from "../../types/price.js";
import type { AssetTerms, SystemTerms } from "../../types/riskTerms.js";
import type { VaultHealth, VaultState } from "../../types/vault.js";

/** A vault without collateral and debt. */
export const EMPTY_VAULT: VaultState = { scaledDebt: 0n, balances: new Map(), flaggedAt: 0n };

/**
 * Figures by which vaults are judged at one time: prices and parameters by asset id, and the debt
 * index [RAY].
 */
export interface Valuation {
  readonly prices: readonly Price[];
  readonly termsOf: (id: number) => AssetTerms;
  readonly system: SystemTerms;
  readonly index: bigint;
}

/** A vault, its valuation and its position. Mirrors `VaultRules.VaultContext`. */
export interface Context {
  readonly key: VaultKey;
  readonly vault: VaultState;
  readonly at: Valuation;
  readonly p: Position;
  /** Debt of the vault [debt units]. */
  readonly debt: bigint;
}

/** Context of a vault as it stands. Mirrors `VaultEngine._context`. */
export function contextOf(key: VaultKey, vault: VaultState, at: Valuation): Context {
  const p = positionOf(vault, at);
  return { key, vault, at, p, debt: debtUp(p.scaledDebt, p.index) };
}

/** Position of a vault at liquidation prices. Mirrors `VaultView.position`. */
export function positionOf(vault: VaultState, at: Valuation): Position {
  let value = 0n;
  let adjustedCollateral = 0n;
  for (const [id, amount] of vault.balances) {
    const part = valueDown(amount, (at.prices[id] as Price).liquidation);
    value += part;
    adjustedCollateral += part * at.termsOf(id).liquidationThreshold;
  }
  return { scaledDebt: vault.scaledDebt, index: at.index, value, adjustedCollateral };
}

/** Health at liquidation prices. */
export function healthOf({ p, debt }: Context): VaultHealth {
  return {
    debt,
    value: p.value,
    healthFactor: healthFactorDown(p.adjustedCollateral, debt),
    liquidatable: !covers(p.adjustedCollateral, debt),
  };
}

/**
 * One collateral of a vault as a liquidation sees it. Mirrors `VaultRules.requireSeizable`. Throws
 * `AssetNotHeld` or `PriceDead`.
 */
export function seizedAsset({ key, vault, at }: Context, asset: number): SeizedAsset {
  const amount = vault.balances.get(asset);
  if (amount === undefined) throw new ModelError("AssetNotHeld", [key, asset]);
  const { status, liquidation } = at.prices[asset] as Price;
  if (status === "dead") throw new ModelError("PriceDead", [asset]);
  const { liquidationThreshold, minBonus, maxBonus, slope } = at.termsOf(asset);
  return { amount, price: liquidation, threshold: liquidationThreshold, minBonus, maxBonus, slope };
}

/**
 * The vault less `taken` of an asset [token units] and less `scaledRepaid` of its scaled debt;
 * without its flag if it is no longer stuck. Mirrors `VaultStorage.removeCollateral` and `setDebt`.
 */
export function reduced(
  { vault, at }: Context,
  asset: number,
  taken: bigint,
  scaledRepaid: bigint,
): VaultState {
  const held = vault.balances.get(asset) ?? 0n;
  const left: VaultState = {
    ...vault,
    scaledDebt: vault.scaledDebt - scaledRepaid,
    balances: withBalance(vault.balances, asset, held - taken),
  };
  return reviewed(left, at);
}

/**
 * The vault without its flag if it is no longer stuck. Mirrors `VaultStorage.setDebt` and
 * `VaultEngine._reviewFlag`.
 */
export function reviewed(vault: VaultState, at: Valuation): VaultState {
  if (vault.flaggedAt === 0n) return vault;
  const p = positionOf(vault, at);
  return reaches(p.adjustedCollateral, debtUp(p.scaledDebt, p.index), at.system.stuckHealth)
    ? { ...vault, flaggedAt: 0n }
    : vault;
}

/** Whether health is below `stuckHealth`, so that a flag may age. Mirrors `VaultRules.isStuck`. */
export function isStuck({ p, debt, at }: Context): boolean {
  return !reaches(p.adjustedCollateral, debt, at.system.stuckHealth);
}

/**
 * Value of a vault's collateral at low prices [debt units]; dead assets count zero. Mirrors
 * `VaultView.conservativeValue`.
 */
export function conservativeValue({ vault, at }: Context): bigint {
  let value = 0n;
  for (const [id, amount] of vault.balances) {
    const { status, low } = at.prices[id] as Price;
    if (status !== "dead") value += valueDown(amount, low);
  }
  return value;
}

/** Value of collateral at high prices [debt units]. */
export function valueHigh(balances: VaultState["balances"], prices: readonly Price[]): bigint {
  let value = 0n;
  for (const [id, amount] of balances) value += valueDown(amount, (prices[id] as Price).high);
  return value;
}

/** `balances` with that of `asset` set to `balance` [token units]. A zero balance is removed. */
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

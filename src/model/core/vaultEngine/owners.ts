import { repayment } from "../../math/debtMath.js";
import { ModelError } from "../../types/modelError.js";
import { BPS, max, min, mulDivDown } from "../../math/fixedPoint.js";
import {
  healthFactorDown,
  solvencyNotReduced,
  healthNotReduced,
  restoringAmountUp,
  valueDown,
} from "../../math/healthMath.js";
import type { Price } from "../../types/price.js";
import type { VaultState } from "../../types/vault.js";
import {
  type Context,
  contextOf,
  reduced,
  seizedAsset,
  conservativeValue,
  withBalance,
} from "./vaultRules.js";

/** Most kinds of collateral in one vault. */
const MAX_COLLATERALS = 8;
/**
 * Cost of selling in a market [bps]. A sale that costs no more is checked at liquidation prices
 * only.
 */
const MARKET_COST = 100n;

/** Result of a deleverage: `repaid` in debt units, `sold` in token units. */
export interface Deleveraged {
  readonly left: VaultState;
  readonly repaid: bigint;
  readonly scaledRepaid: bigint;
  readonly sold: bigint;
}

/**
 * The vault with `amount` more of an asset [token units]. `mayAct`: the caller is the owner or an
 * operator. Mirrors `VaultEngine.deposit`. Throws `NotAuthorised` or `TooManyCollaterals`.
 */
export function deposit(vault: VaultState, asset: number, amount: bigint, mayAct: boolean): VaultState {
  const held = vault.balances.get(asset);
  if (held === undefined) {
    if (!mayAct) throw new ModelError("NotAuthorised");
    if (vault.balances.size === MAX_COLLATERALS) {
      throw new ModelError("TooManyCollaterals", [BigInt(MAX_COLLATERALS)]);
    }
  }
  return { ...vault, balances: withBalance(vault.balances, asset, (held ?? 0n) + amount) };
}

/**
 * Throws `SupplyCapExceeded` if a deposit exceeds the supply cap by more than restores the vault.
 * @param deposited holdings of all vaults before the deposit [token units]
 * @param total holdings of all vaults after it [token units]
 */
export function requireRestoring(x: Context, asset: number, deposited: bigint, total: bigint): void {
  const { supplyCap } = x.at.termsOf(asset);
  const excess = total - max(deposited, supplyCap);
  if (excess > restoringAmount(x, asset)) throw new ModelError("SupplyCapExceeded", [total, supplyCap]);
}

/**
 * Repays `repay` [debt units] with `amount` [token units] of the vault's `asset`. Mirrors
 * `VaultEngine.deleverage`. Throws `AssetNotHeld`, `PriceDead`, `SaleTooExpensive`,
 * `HealthWouldFall` or `SolvencyWouldFall`.
 */
export function deleverage(x: Context, asset: number, amount: bigint, repay: bigint): Deleveraged {
  const { amount: held, price } = seizedAsset(x, asset);
  const sold = min(amount, held);
  const { paid, scaledRepaid } = repayment(x.p.scaledDebt, x.p.index, repay, x.at.system.dust);
  const cost = valueDown(sold, price);
  const most = mulDivDown(paid, BPS + x.at.termsOf(asset).maxBonus, BPS);
  if (cost > most) throw new ModelError("SaleTooExpensive", [cost, most]);
  const left = reduced(x, asset, sold, scaledRepaid);
  const after = contextOf(x.key, left, x.at);
  requireHealthNotReduced(x, after);
  if (cost > mulDivDown(paid, BPS + MARKET_COST, BPS)) {
    requireSolvencyNotReduced(conservativeValue(x), x.debt, conservativeValue(after), after.debt);
  }
  return { left, repaid: paid, scaledRepaid, sold };
}

/**
 * Most by which a deposit of `asset` may exceed its supply cap [token units]: enough for the target
 * health, but not above the health of a vault borrowed to its ltv. Otherwise an owner could
 * alternate borrow and deposit and bypass the cap. Mirrors `VaultRules.restoringAmountUp`.
 */
function restoringAmount({ vault, at, p, debt }: Context, asset: number): bigint {
  if (debt === 0n) return 0n;
  const target = [asset, ...vault.balances.keys()]
    .map(at.termsOf)
    .reduce((lowest, a) => min(lowest, (a.liquidationThreshold * BPS) / a.ltv), at.system.targetHealth);
  const { liquidation } = at.prices[asset] as Price;
  return restoringAmountUp(
    p.adjustedCollateral,
    debt,
    target,
    at.termsOf(asset).liquidationThreshold,
    liquidation,
  );
}

/** Mirrors `VaultRules.requireHealthNotReduced`. */
function requireHealthNotReduced(before: Context, after: Context): void {
  if (!healthNotReduced(before.p.adjustedCollateral, before.debt, after.p.adjustedCollateral, after.debt)) {
    throw new ModelError("HealthWouldFall", [
      healthFactorDown(before.p.adjustedCollateral, before.debt),
      healthFactorDown(after.p.adjustedCollateral, after.debt),
    ]);
  }
  requireSolvencyNotReduced(before.p.value, before.debt, after.p.value, after.debt);
}

function requireSolvencyNotReduced(value: bigint, debt: bigint, valueAfter: bigint, debtAfter: bigint): void {
  if (solvencyNotReduced(value, debt, valueAfter, debtAfter)) return;
  throw new ModelError("SolvencyWouldFall", [value, debt, valueAfter, debtAfter]);
}

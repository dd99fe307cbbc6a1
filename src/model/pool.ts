import { debtDown, scaledUp } from "./debt.js";
import { ModelError } from "./error.js";
import { BPS, MAX_UINT128, RAY, min, mulDivDown, mulDivUp, subFloor } from "./fixed.js";
import { type Curve, grownIndexDown, rateUp, utilisationUp } from "./interest.js";

/** Virtual shares per asset unit in the lenders' pool: 10^6. */
export const VIRTUAL_SHARES = 10n ** 6n;

/** Everything the pool stores: index in RAY, times in seconds, the rest in debt units or shares. */
export interface PoolState {
  readonly index: bigint;
  readonly accruedAt: bigint;
  readonly totalScaledDebt: bigint;
  readonly cash: bigint;
  readonly reserve: bigint;
  readonly totalShares: bigint;
}

/** Interest terms: `reserveFactor` is the reserve's share of interest [bps]. */
export interface PoolTerms {
  readonly curve: Curve;
  readonly reserveFactor: bigint;
}

/** What a write-off cost whom [debt units]. */
export interface Loss {
  readonly total: bigint;
  readonly reserve: bigint;
  readonly lenders: bigint;
}

/** An empty pool created at `timestamp` [s]. */
export function emptyPool(timestamp: bigint): PoolState {
  return { index: RAY, accruedAt: timestamp, totalScaledDebt: 0n, cash: 0n, reserve: 0n, totalShares: 0n };
}

/** The pool with interest brought up to `timestamp` [s]. Mirrors `LendingPool.accrue`. */
export function accrue(pool: PoolState, terms: PoolTerms, timestamp: bigint): PoolState {
  const elapsed = timestamp - pool.accruedAt;
  if (elapsed === 0n) return pool;
  if (pool.totalScaledDebt === 0n) return { ...pool, accruedAt: timestamp };
  const debt = debtDown(pool.totalScaledDebt, pool.index);
  const rate = rateUp(terms.curve, utilisationUp(pool.cash, debt));
  const index = grownIndexDown(pool.index, rate, elapsed);
  const interest = debtDown(pool.totalScaledDebt, index) - debt;
  const reserve = min(pool.reserve + mulDivDown(interest, terms.reserveFactor, BPS), MAX_UINT128);
  return { ...pool, index, accruedAt: timestamp, reserve };
}

/** Debt of all vaults of an accrued pool [debt units], rounded down. */
export function totalDebt(pool: PoolState): bigint {
  return debtDown(pool.totalScaledDebt, pool.index);
}

/** What belongs to the lenders of an accrued pool [debt units]. Mirrors `LendingPool.totalAssets`. */
export function totalAssets(pool: PoolState): bigint {
  return subFloor(pool.cash + totalDebt(pool), pool.reserve);
}

/** Shares for `assets`, rounded down. */
export function toSharesDown(pool: PoolState, assets: bigint): bigint {
  return mulDivDown(assets, pool.totalShares + VIRTUAL_SHARES, totalAssets(pool) + 1n);
}

/** Shares for `assets`, rounded up. */
export function toSharesUp(pool: PoolState, assets: bigint): bigint {
  return mulDivUp(assets, pool.totalShares + VIRTUAL_SHARES, totalAssets(pool) + 1n);
}

/** Assets for `shares`, rounded down. */
export function toAssetsDown(pool: PoolState, shares: bigint): bigint {
  return mulDivDown(shares, totalAssets(pool) + 1n, pool.totalShares + VIRTUAL_SHARES);
}

/** Assets for `shares`, rounded up. */
export function toAssetsUp(pool: PoolState, shares: bigint): bigint {
  return mulDivUp(shares, totalAssets(pool) + 1n, pool.totalShares + VIRTUAL_SHARES);
}

/** Lenders bring `assets` for `shares`, an exchange already priced. Takes an accrued pool. */
export function enter(pool: PoolState, assets: bigint, shares: bigint): PoolState {
  return { ...pool, cash: bounded(pool.cash + assets), totalShares: pool.totalShares + shares };
}

/** Lenders take `assets` for `shares`, an exchange already priced. Takes an accrued pool. */
export function leave(pool: PoolState, assets: bigint, shares: bigint): PoolState {
  if (assets > pool.cash) throw new ModelError("InsufficientCash", [assets, pool.cash]);
  return { ...pool, cash: pool.cash - assets, totalShares: pool.totalShares - shares };
}

/** Lends `amount`. Takes an accrued pool. Mirrors `LendingPool.draw`. */
export function draw(pool: PoolState, amount: bigint): PoolState {
  if (amount > pool.cash) throw new ModelError("InsufficientCash", [amount, pool.cash]);
  const totalScaledDebt = bounded(pool.totalScaledDebt + scaledUp(amount, pool.index));
  return { ...pool, totalScaledDebt, cash: pool.cash - amount };
}

/** Books a repayment. Takes an accrued pool. Mirrors `LendingPool.settle`. */
export function settle(pool: PoolState, paid: bigint, scaledRepaid: bigint): PoolState {
  return {
    ...pool,
    cash: bounded(pool.cash + paid),
    totalScaledDebt: pool.totalScaledDebt - scaledRepaid,
  };
}

/** Books a loss. Takes an accrued pool. Mirrors `LendingPool.writeOff`. */
export function writeOff(pool: PoolState, scaledDebt: bigint): { pool: PoolState; loss: Loss } {
  const totalScaledDebt = pool.totalScaledDebt - scaledDebt;
  const total = totalDebt(pool) - debtDown(totalScaledDebt, pool.index);
  const reserve = min(pool.reserve, total);
  return {
    pool: { ...pool, totalScaledDebt, reserve: pool.reserve - reserve },
    loss: { total, reserve, lenders: total - reserve },
  };
}

/** Gives `amount` to the reserve. Takes an accrued pool. Mirrors `LendingPool.donate`. */
export function donate(pool: PoolState, amount: bigint): PoolState {
  return { ...pool, cash: bounded(pool.cash + amount), reserve: bounded(pool.reserve + amount) };
}

function bounded(amount: bigint): bigint {
  if (amount > MAX_UINT128) throw new ModelError("AmountTooLarge", [amount, MAX_UINT128]);
  return amount;
}

import { bounded } from "../../math/bounded.js";
import { debtDown, scaledUp } from "../../math/debtMath.js";
import { ModelError } from "../../types/modelError.js";
import { BPS, RAY, min, mulDivDown, mulDivUp, subFloor } from "../../math/fixedPoint.js";
import { type Curve, grownIndexDown, rateUp, utilisationUp } from "../../math/interestMath.js";

/** Virtual shares per asset unit in the lenders' pool: 10^6. */
export const VIRTUAL_SHARES = 10n ** 6n;

/** Stored state of the pool: index in RAY, times in seconds, the rest in debt units or shares. */
export interface PoolState {
  readonly index: bigint;
  readonly accruedAt: bigint;
  /** Interest kept from lenders that is not yet divided between reserve and backstop. */
  readonly fees: bigint;
  readonly totalScaledDebt: bigint;
  readonly cash: bigint;
  readonly reserve: bigint;
  /** Interest owed to the backstop. */
  readonly backstopDue: bigint;
  /** Debt of absorbed vaults that auctions have not brought in yet. */
  readonly auctionDebt: bigint;
  readonly totalShares: bigint;
}

/** Interest terms. The factors are the shares of interest kept for reserve and backstop [bps]. */
export interface PoolTerms {
  readonly curve: Curve;
  readonly reserveFactor: bigint;
  readonly backstopFactor: bigint;
}

/** A written-off debt, and the part that each step of the waterfall bore [debt units]. */
export interface Loss {
  readonly total: bigint;
  readonly backstop: bigint;
  readonly reserve: bigint;
  readonly lenders: bigint;
}

export const NO_LOSS: Loss = { total: 0n, backstop: 0n, reserve: 0n, lenders: 0n };

const MAX_FEES = (1n << 104n) - 1n;

/** An empty pool created at `timestamp` [s]. */
export function emptyPool(timestamp: bigint): PoolState {
  return {
    index: RAY,
    accruedAt: timestamp,
    fees: 0n,
    totalScaledDebt: 0n,
    cash: 0n,
    reserve: 0n,
    backstopDue: 0n,
    auctionDebt: 0n,
    totalShares: 0n,
  };
}

/** The pool with interest accrued up to `timestamp` [s]. Mirrors `LendingPool.addInterest`. */
export function accrue(pool: PoolState, terms: PoolTerms, timestamp: bigint): PoolState {
  const elapsed = timestamp - pool.accruedAt;
  if (elapsed === 0n) return pool;
  if (pool.totalScaledDebt === 0n) return { ...pool, accruedAt: timestamp };
  const debt = debtDown(pool.totalScaledDebt, pool.index);
  const rate = rateUp(terms.curve, utilisationUp(pool.cash, debt));
  const index = grownIndexDown(pool.index, rate, elapsed);
  const interest = debtDown(pool.totalScaledDebt, index) - debt;
  const kept = (interest * (terms.reserveFactor + terms.backstopFactor)) / BPS;
  return { ...pool, index, accruedAt: timestamp, fees: min(pool.fees + kept, MAX_FEES) };
}

/** Debt of all vaults of an accrued pool [debt units], rounded down. */
export function totalDebt(pool: PoolState): bigint {
  return debtDown(pool.totalScaledDebt, pool.index);
}

/**
 * Assets of an accrued pool that belong to the lenders [debt units]. Mirrors
 * `LendingPool.totalAssets`.
 */
export function totalAssets(pool: PoolState): bigint {
  const assets = pool.cash + pool.auctionDebt + totalDebt(pool);
  return subFloor(assets, pool.fees + pool.reserve + pool.backstopDue);
}

/**
 * Assets of an accrued pool that belong to reserve and backstop [debt units]. Mirrors
 * `LendingPool.claims`.
 */
export function claims(pool: PoolState, terms: PoolTerms): { reserve: bigint; backstopDue: bigint } {
  const { reserve, backstopDue } = divideFees(pool, terms);
  return { reserve, backstopDue };
}

/**
 * Assets on which exit pricing of an accrued pool is based [debt units]. Mirrors
 * `LendingPool.exitAssets`.
 * Total assets, less the part of the low shortfall that the backstop's capital, the interest it is
 * owed and the reserve do not cover, at most the auction debt.
 * @param shortfallLow `low` of `AuctionHouse.shortfall` [debt units]
 * @param capital of the backstop [debt units]
 */
export function exitAssets(pool: PoolState, terms: PoolTerms, shortfallLow: bigint, capital: bigint): bigint {
  const { reserve, backstopDue } = claims(pool, terms);
  const uncovered = subFloor(shortfallLow, capital + backstopDue + reserve);
  return subFloor(totalAssets(pool), min(uncovered, pool.auctionDebt));
}

/** Shares for `assets` [debt units] on entry, rounded down. */
export function toSharesDown(pool: PoolState, assets: bigint): bigint {
  return mulDivDown(assets, pool.totalShares + VIRTUAL_SHARES, totalAssets(pool) + 1n);
}

/** Assets that `shares` cost on entry [debt units], rounded up. */
export function toAssetsUp(pool: PoolState, shares: bigint): bigint {
  return mulDivUp(shares, totalAssets(pool) + 1n, pool.totalShares + VIRTUAL_SHARES);
}

/**
 * Shares that `assets` [debt units] cost on exit, rounded up.
 * @param exit assets on which exit pricing is based [debt units]; see `exitAssets`
 */
export function toSharesUp(pool: PoolState, assets: bigint, exit: bigint = totalAssets(pool)): bigint {
  return mulDivUp(assets, pool.totalShares + VIRTUAL_SHARES, exit + 1n);
}

/** Assets for `shares` on exit [debt units], rounded down. `exit` as for `toSharesUp`. */
export function toAssetsDown(pool: PoolState, shares: bigint, exit: bigint = totalAssets(pool)): bigint {
  return mulDivDown(shares, exit + 1n, pool.totalShares + VIRTUAL_SHARES);
}

/** Adds `assets` and `shares` of an entry that is priced already. Takes an accrued pool. */
export function enter(pool: PoolState, assets: bigint, shares: bigint): PoolState {
  return { ...pool, cash: bounded(pool.cash + assets), totalShares: pool.totalShares + shares };
}

/**
 * Removes `assets` and `shares` of an exit that is priced already. Takes an accrued pool. Throws
 * `InsufficientCash`.
 */
export function leave(pool: PoolState, assets: bigint, shares: bigint): PoolState {
  if (assets > pool.cash) throw new ModelError("InsufficientCash", [assets, pool.cash]);
  return { ...pool, cash: pool.cash - assets, totalShares: pool.totalShares - shares };
}

/**
 * Lends `amount` [debt units] to a vault. Takes an accrued pool. Mirrors `LendingPool.disburse`.
 * Throws `InsufficientCash`.
 */
export function disburse(pool: PoolState, amount: bigint): PoolState {
  if (amount > pool.cash) throw new ModelError("InsufficientCash", [amount, pool.cash]);
  const totalScaledDebt = bounded(pool.totalScaledDebt + scaledUp(amount, pool.index));
  return { ...pool, totalScaledDebt, cash: pool.cash - amount };
}

/**
 * Books a repayment of `paid` [debt units]. Takes an accrued pool. Mirrors
 * `LendingPool.reduceDebt`.
 */
export function reduceDebt(pool: PoolState, paid: bigint, scaledRepaid: bigint): PoolState {
  return {
    ...pool,
    cash: bounded(pool.cash + paid),
    totalScaledDebt: pool.totalScaledDebt - scaledRepaid,
  };
}

/**
 * Moves the debt of an absorbed vault to the auction debt; returns it [debt units]. Takes an
 * accrued pool. Mirrors `LendingPool.toAuction`.
 */
export function toAuction(pool: PoolState, scaledDebt: bigint): { pool: PoolState; debt: bigint } {
  const totalScaledDebt = pool.totalScaledDebt - scaledDebt;
  const debt = totalDebt(pool) - debtDown(totalScaledDebt, pool.index);
  return { pool: { ...pool, totalScaledDebt, auctionDebt: bounded(pool.auctionDebt + debt) }, debt };
}

/**
 * Books proceeds of auctions and a written-off debt. Takes an accrued pool. Mirrors
 * `LendingPool.bookSale`.
 * @param paid proceeds, the backstop's part included [debt units]
 * @param lost written-off debt [debt units]
 * @returns the parts of `lost` borne by interest due to the backstop, reserve and lenders
 */
export function bookSale(
  pool: PoolState,
  terms: PoolTerms,
  paid: bigint,
  lost: bigint,
): { pool: PoolState; due: bigint; reserve: bigint; lenders: bigint } {
  const settled = {
    ...pool,
    cash: bounded(pool.cash + paid),
    auctionDebt: pool.auctionDebt - paid - lost,
  };
  if (lost === 0n) return { pool: settled, due: 0n, reserve: 0n, lenders: 0n };
  const divided = divideFees(settled, terms);
  const due = min(divided.backstopDue, lost);
  const reserve = min(divided.reserve, lost - due);
  return {
    pool: { ...divided, backstopDue: divided.backstopDue - due, reserve: divided.reserve - reserve },
    due,
    reserve,
    lenders: lost - due - reserve,
  };
}

/**
 * Takes out the interest owed to the backstop, at most the cash. Takes an accrued pool. Mirrors
 * `LendingPool.payBackstop`.
 */
export function payBackstop(pool: PoolState, terms: PoolTerms): { pool: PoolState; paid: bigint } {
  const divided = divideFees(pool, terms);
  const paid = min(divided.backstopDue, divided.cash);
  return {
    pool: { ...divided, backstopDue: divided.backstopDue - paid, cash: divided.cash - paid },
    paid,
  };
}

/**
 * Adds `amount` [debt units] to the reserve. Takes an accrued pool. Mirrors `LendingPool.donate`.
 */
export function donate(pool: PoolState, amount: bigint): PoolState {
  return { ...pool, cash: bounded(pool.cash + amount), reserve: bounded(pool.reserve + amount) };
}

/** Divides the fees between reserve and backstop; the reserve's part is rounded down. */
export function divideFees(pool: PoolState, terms: PoolTerms): PoolState {
  const both = terms.reserveFactor + terms.backstopFactor;
  const part = both === 0n ? pool.fees : mulDivDown(pool.fees, terms.reserveFactor, both);
  return {
    ...pool,
    fees: 0n,
    reserve: bounded(pool.reserve + part),
    backstopDue: bounded(pool.backstopDue + pool.fees - part),
  };
}

import { bounded } from "../../math/bounded.js";
import { ModelError } from "../../types/modelError.js";
import { min, mulDivDown, mulDivUp, subFloor } from "../../math/fixedPoint.js";

/** Virtual shares of the share price: 10^6. */
export const VIRTUAL_SHARES = 10n ** 6n;
/** Time from an exit request to its maturity, and the length of its window after that [s]. */
export const EXIT_WAIT = 259_200n;
export const EXIT_WINDOW = 172_800n;

/** An exit request: shares that mature at `from` [s] and are paid at most `value` [debt units]. */
export interface ExitRequest {
  readonly shares: bigint;
  readonly value: bigint;
  readonly from: bigint;
}

/** State of the backstop: cash in debt units, shares and exit requests by owner. */
export interface BackstopState {
  readonly cash: bigint;
  readonly totalShares: bigint;
  /** One whole token of the debt asset [debt units]. */
  readonly token: bigint;
  readonly shares: ReadonlyMap<string, bigint>;
  readonly requests: ReadonlyMap<string, ExitRequest>;
}

/** Figures besides the cash on which entry and exit pricing are based [debt units]. */
export interface SharePricing {
  /** `AuctionHouse.shortfall`. */
  readonly low: bigint;
  readonly high: bigint;
  /** `AuctionHouse.expectedPenalties`. */
  readonly penalties: bigint;
  /** The backstop's part of `LendingPool.claims`. */
  readonly due: bigint;
}

/** A backstop without deposits. */
export function emptyBackstop(debtDecimals: bigint): BackstopState {
  return { cash: 0n, totalShares: 0n, token: 10n ** debtDecimals, shares: new Map(), requests: new Map() };
}

/**
 * The amount it can still pay [debt units]: its cash less one whole token. Mirrors
 * `BackstopPool.capital`.
 */
export function capital(b: BackstopState): bigint {
  return subFloor(b.cash, b.token);
}

/** Assets on which entry pricing is based [debt units]. Mirrors `BackstopPool.entryAssets`. */
export function entryAssets(b: BackstopState, p: SharePricing): bigint {
  return b.cash + p.due + p.penalties - min(p.high, capital(b) + p.due);
}

/** Assets on which exit pricing is based [debt units]. Mirrors `BackstopPool.exitAssets`. */
export function exitAssets(b: BackstopState, p: SharePricing): bigint {
  return b.cash - min(p.low, capital(b));
}

/**
 * Pays a shortfall, at most the capital [debt units]. Mirrors `BackstopPool.cover` and `payTip`,
 * which differ only in the payee.
 */
export function cover(b: BackstopState, shortfall: bigint): { backstop: BackstopState; paid: bigint } {
  const paid = min(shortfall, capital(b));
  return { backstop: { ...b, cash: b.cash - paid }, paid };
}

/** Adds `amount` to the cash [debt units]. Mirrors `BackstopPool.donate` and `bookPenalty`. */
export function add(b: BackstopState, amount: bigint): BackstopState {
  return { ...b, cash: bounded(b.cash + amount) };
}

/**
 * Shares for `assets` [debt units] on entry, rounded down. Mirrors `BackstopPool.previewDeposit`.
 * @param total assets on which the pricing is based [debt units]
 */
export function toSharesDown(b: BackstopState, assets: bigint, total: bigint): bigint {
  return mulDivDown(assets, b.totalShares + VIRTUAL_SHARES, total + 1n);
}

/**
 * Shares that `assets` [debt units] cost on exit, rounded up. Mirrors
 * `BackstopPool.previewWithdraw`.
 * @param total assets on which the pricing is based [debt units]
 */
export function toSharesUp(b: BackstopState, assets: bigint, total: bigint): bigint {
  return mulDivUp(assets, b.totalShares + VIRTUAL_SHARES, total + 1n);
}

/**
 * Assets for `shares` on exit [debt units], rounded down. Mirrors `BackstopPool.previewRedeem`.
 * @param total assets on which the pricing is based [debt units]
 */
export function toAssetsDown(b: BackstopState, shares: bigint, total: bigint): bigint {
  return mulDivDown(shares, total + 1n, b.totalShares + VIRTUAL_SHARES);
}

/**
 * Assets that `shares` cost on entry [debt units], rounded up. Mirrors `BackstopPool.previewMint`.
 * @param total assets on which the pricing is based [debt units]
 */
export function toAssetsUp(b: BackstopState, shares: bigint, total: bigint): bigint {
  return mulDivUp(shares, total + 1n, b.totalShares + VIRTUAL_SHARES);
}

/** Deposits `assets` [debt units]. Mirrors `BackstopPool.deposit`. */
export function deposit(
  b: BackstopState,
  p: SharePricing,
  owner: string,
  assets: bigint,
): { backstop: BackstopState; shares: bigint } {
  const shares = toSharesDown(b, assets, entryAssets(b, p));
  const held = new Map(b.shares).set(owner, sharesOf(b, owner) + shares);
  return { backstop: { ...add(b, assets), totalShares: b.totalShares + shares, shares: held }, shares };
}

/** Buys `shares`. Mirrors `BackstopPool.mint`, inherited from ERC-4626. */
export function mint(
  b: BackstopState,
  p: SharePricing,
  owner: string,
  shares: bigint,
): { backstop: BackstopState; assets: bigint } {
  const assets = toAssetsUp(b, shares, entryAssets(b, p));
  const held = new Map(b.shares).set(owner, sharesOf(b, owner) + shares);
  return { backstop: { ...add(b, assets), totalShares: b.totalShares + shares, shares: held }, assets };
}

export function sharesOf(b: BackstopState, owner: string): bigint {
  return b.shares.get(owner) ?? 0n;
}

/**
 * Requests the exit of `shares` at `now` [s]; zero shares cancel the request. Mirrors
 * `BackstopPool.requestExit`. Throws `SharesNotFree`.
 * @param due interest that the lending pool owes the backstop [debt units]
 */
export function requestExit(
  b: BackstopState,
  due: bigint,
  owner: string,
  shares: bigint,
  now: bigint,
): BackstopState {
  const balance = sharesOf(b, owner);
  if (shares > balance) throw new ModelError("SharesNotFree", [owner, shares, balance]);
  const requests = new Map(b.requests);
  if (shares === 0n) requests.delete(owner);
  else
    requests.set(owner, {
      shares,
      value: bounded(toAssetsUp(b, shares, b.cash + due)),
      from: now + EXIT_WAIT,
    });
  return { ...b, requests };
}

/**
 * Shares of an exit request that its value pays for; 0 outside its window. Mirrors
 * `BackstopPool.maxRedeem`.
 */
export function maxRedeem(b: BackstopState, p: SharePricing, owner: string, now: bigint): bigint {
  const r = b.requests.get(owner);
  if (r === undefined || now < r.from || now > r.from + EXIT_WINDOW) return 0n;
  return min(r.shares, toSharesDown(b, r.value, exitAssets(b, p)));
}

/**
 * Redeems `shares` of a mature exit request. Mirrors `BackstopPool.redeem`. Throws
 * `ERC4626ExceededMaxRedeem` or `NotMature`.
 */
export function redeem(
  b: BackstopState,
  p: SharePricing,
  owner: string,
  shares: bigint,
  now: bigint,
): { backstop: BackstopState; assets: bigint; forfeited: bigint } {
  const most = maxRedeem(b, p, owner, now);
  if (shares > most) throw new ModelError("ERC4626ExceededMaxRedeem", [owner, shares, most]);
  const assets = toAssetsDown(b, shares, exitAssets(b, p));
  return { ...leave(b, owner, assets, shares, most, now), assets };
}

/**
 * Withdraws `assets` [debt units] of a mature exit request. Mirrors `BackstopPool.withdraw`,
 * inherited from ERC-4626. Throws `ERC4626ExceededMaxWithdraw` or `NotMature`.
 */
export function withdraw(
  b: BackstopState,
  p: SharePricing,
  owner: string,
  assets: bigint,
  now: bigint,
): { backstop: BackstopState; shares: bigint; forfeited: bigint } {
  const paid = maxRedeem(b, p, owner, now);
  const most = toAssetsDown(b, paid, exitAssets(b, p));
  if (assets > most) throw new ModelError("ERC4626ExceededMaxWithdraw", [owner, assets, most]);
  const shares = toSharesUp(b, assets, exitAssets(b, p));
  return { ...leave(b, owner, assets, shares, paid, now), shares };
}

/**
 * Pays `assets` for `shares` of an exit request. The request pays for `most` of its shares; the
 * others are forfeited in proportion. Throws `NotMature`.
 */
function leave(
  b: BackstopState,
  owner: string,
  assets: bigint,
  shares: bigint,
  most: bigint,
  now: bigint,
): { backstop: BackstopState; forfeited: bigint } {
  const r = b.requests.get(owner);
  if (r === undefined || r.shares === 0n || now < r.from || now > r.from + EXIT_WINDOW) {
    throw new ModelError("NotMature", [owner, r?.from ?? 0n, (r?.from ?? 0n) + EXIT_WINDOW]);
  }
  if (most === 0n) return { backstop: b, forfeited: 0n };
  const leaving = mulDivUp(r.shares, shares, most);
  const left = r.shares - leaving;
  const requests = new Map(b.requests).set(owner, {
    shares: left,
    value: mulDivDown(r.value, left, r.shares),
    from: r.from,
  });
  const held = new Map(b.shares).set(owner, sharesOf(b, owner) - leaving);
  return {
    backstop: { ...b, cash: b.cash - assets, totalShares: b.totalShares - leaving, shares: held, requests },
    forfeited: leaving - shares,
  };
}

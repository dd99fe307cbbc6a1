import {
  type AuctionTerms,
  type Tab,
  creditOf,
  elapsedAt,
  isHopeless,
  multiplierUp,
  priceUp,
  remaining,
  sale,
  split,
  sum,
  tabDown,
  tipShort,
} from "./auctionMath.js";
import { type BackstopState, add, cover } from "./backstop.js";
import { ModelError } from "./error.js";
import { subFloor } from "./fixed.js";
import { valueDown } from "./health.js";
import { type Loss, NO_LOSS, type PoolState, type PoolTerms, donate, settleAuction } from "./pool.js";
import type { LastingPrice } from "./price.js";

/** The id under which remnants are sold. */
export const REMNANTS = 0n;
/** Most absorptions valued one by one, and restarts of a lot that the backstop pays for. */
export const MAX_VALUED = 64;
export const PAID_RESTARTS = 3n;

const MAX_LEFT = (1n << 96n) - 1n;
const MAX_AMOUNT = (1n << 120n) - 1n;

/** One asset of an absorption, or the remnants of it: amount in token units, times in seconds. */
export interface Lot {
  readonly asset: number;
  readonly amount: bigint;
  /** Last checkpoint, in time that bidding was open, and what may count from there. */
  readonly checkpoint: bigint;
  readonly credit: bigint;
  readonly elapsed: bigint;
  readonly restarts: bigint;
  readonly terms: AuctionTerms;
  /** Oracle price at the (re)start under frozen terms, else 0. */
  readonly frozenPrice: bigint;
}

/** One vault's collateral for sale. `left` of its tab and `debt` in debt units. */
export interface Absorption {
  readonly id: bigint;
  readonly owner: string;
  readonly keeper: string;
  readonly debt: bigint;
  readonly left: bigint;
  readonly terms: AuctionTerms;
  readonly lots: readonly Lot[];
}

/** The auction house: open absorptions in the order of its list; claims by owner and asset [token units]; tips [debt units]. */
export interface AuctionState {
  readonly terms: AuctionTerms;
  readonly lastId: bigint;
  readonly open: readonly Absorption[];
  readonly remnants: ReadonlyMap<number, Lot>;
  readonly claims: ReadonlyMap<string, bigint>;
  readonly tips: ReadonlyMap<string, bigint>;
}

/** What an operation sees of the world. */
export interface AuctionWorld {
  /** Block timestamp [s], and seconds for which bidding was paused until then. */
  readonly now: bigint;
  readonly pausedSeconds: bigint;
  /** Smallest worth of what a take may leave [debt units]. */
  readonly dust: bigint;
  /** Price of an asset and when it expires. */
  readonly priceOf: (asset: number) => LastingPrice;
}

/** What an operation moves outside the house [debt units]; `settle` applies it. */
export interface Effects {
  /** From the bidder to the lenders' pool, to the backstop, and to the pool's reserve. */
  readonly repaid: bigint;
  readonly penalty: bigint;
  readonly donated: bigint;
  /** A debt nobody will pay, and a tip that is the backstop's to pay, if it can. */
  readonly shortfall: bigint;
  readonly tipOwed: { readonly keeper: string; readonly amount: bigint } | null;
}

const NOTHING: Effects = { repaid: 0n, penalty: 0n, donated: 0n, shortfall: 0n, tipOwed: null };

/** A house without auctions. */
export function emptyAuctions(terms: AuctionTerms): AuctionState {
  return { terms, lastId: 0n, open: [], remnants: new Map(), claims: new Map(), tips: new Map() };
}

/** Where a claim is kept. */
export function claimKey(owner: string, asset: number): string {
  return `${owner}/${String(asset)}`;
}

/** An open absorption. Throws `NotOpen`. */
export function absorptionOf(s: AuctionState, id: bigint): Absorption {
  const a = s.open.find((open) => open.id === id);
  if (a === undefined) throw new ModelError("NotOpen", [id]);
  return a;
}

/** What is left of an absorption's tab [debt units]. */
export function tabOf(a: Absorption): Tab {
  return remaining(tabDown(a.terms, a.debt), a.left);
}

/** Auctions a vault's collateral, assets ascending. Mirrors `AuctionHouse.open`. */
export function open(
  s: AuctionState,
  w: AuctionWorld,
  owner: string,
  keeper: string,
  debt: bigint,
  collateral: readonly { readonly asset: number; readonly amount: bigint }[],
): { state: AuctionState; effects: Effects; id: bigint } {
  const tab = tabDown(s.terms, debt);
  const left = sum(tab);
  if (left > MAX_LEFT) throw new ModelError("AmountTooLarge", [left, MAX_LEFT]);
  const id = s.lastId + 1n;
  const lots = collateral.map(({ asset, amount }) => newLot(w, s.terms, asset, amount));
  const a = { id, owner, keeper, debt, left, terms: s.terms, lots };
  const state = { ...s, lastId: id, open: placed(s.open, a) };
  if (left !== 0n && lots.length !== 0) return { state, effects: NOTHING, id };
  return { ...close(state, w, a), id };
}

/** Where a new absorption goes. Mirrors `AuctionHouse._place`. */
function placed(open: readonly Absorption[], a: Absorption): Absorption[] {
  if (open.length < MAX_VALUED) return [...open, a];
  let [least, at] = [a.left, open.length];
  for (const [i, { left }] of open.slice(0, MAX_VALUED).entries()) {
    if (left < least) [least, at] = [left, i];
  }
  const moved = open[at];
  return moved === undefined ? [...open, a] : [...open.with(at, a), moved];
}

/** Books a debt at once and keeps the collateral as remnants. Mirrors `AuctionHouse.abandon`. */
export function abandon(
  s: AuctionState,
  w: AuctionWorld,
  debt: bigint,
  collateral: readonly { readonly asset: number; readonly amount: bigint }[],
): { state: AuctionState; effects: Effects } {
  const state = collateral.reduce((to, { asset, amount }) => addRemnant(to, w, asset, amount), s);
  return { state, effects: { ...NOTHING, shortfall: debt } };
}

/** What a take would do now, the lot's clock brought up to now. Mirrors `AuctionHouse.quoteTake`. */
export function quoteTake(
  s: AuctionState,
  w: AuctionWorld,
  id: bigint,
  asset: number,
  maxAmount: bigint,
): { readonly amount: bigint; readonly cost: bigint; readonly price: bigint; readonly lot: Lot } {
  const lot = running(s, w, id, asset);
  const { price: p, expiresAt } = w.priceOf(asset);
  if (p.status === "dead") throw new ModelError("PriceDead", [asset]);
  if (lot.elapsed >= lot.terms.tail) throw new ModelError("LotExpired", [lot.elapsed, lot.terms.tail]);
  const base = lot.frozenPrice === 0n ? p.liq : lot.frozenPrice;
  const price = priceUp(base, multiplierUp(lot.terms, lot.elapsed));
  const { sold, cost } =
    id === REMNANTS
      ? saleOfAll(lot.amount, price, maxAmount, w.dust)
      : sale(lot.amount, price, absorptionOf(s, id).left, maxAmount, w.dust);
  return { amount: sold, cost, price, lot: { ...lot, credit: creditOf(expiresAt, w.now, lot.terms.maxGap) } };
}

/** Buys from a lot. Mirrors `AuctionHouse.take`. */
export function take(
  s: AuctionState,
  w: AuctionWorld,
  id: bigint,
  asset: number,
  maxAmount: bigint,
  maxPrice: bigint,
): { state: AuctionState; effects: Effects; amount: bigint; cost: bigint } {
  const { amount, cost, price, lot } = quoteTake(s, w, id, asset, maxAmount);
  if (price > maxPrice) throw new ModelError("PriceAboveMax", [price, maxPrice]);
  if (amount === 0n) return { state: s, effects: NOTHING, amount: 0n, cost: 0n };
  let state = withLot(s, id, { ...lot, amount: lot.amount - amount });
  if (id === REMNANTS) return { state, effects: { ...NOTHING, donated: cost }, amount, cost };

  const before = absorptionOf(state, id);
  const paid = split(tabOf(before), cost);
  state = credit(state, before.keeper, paid.tip);
  const a = { ...before, left: before.left - cost };
  state = { ...state, open: state.open.map((open) => (open.id === id ? a : open)) };
  let effects: Effects = { ...NOTHING, repaid: paid.debt, penalty: paid.penalty };
  const soldOut = lot.amount === amount;
  if (a.left === 0n || (soldOut && isHopeless(tabOf(a), valueHigh(w, a), w.dust))) {
    const closed = close(state, w, a);
    state = closed.state;
    effects = { ...closed.effects, repaid: paid.debt, penalty: paid.penalty };
  }
  return { state, effects, amount, cost };
}

/** Brings the clock of a lot up to now. Mirrors `AuctionHouse.checkpoint`. */
export function checkpoint(s: AuctionState, w: AuctionWorld, id: bigint, asset: number): AuctionState {
  const lot = running(s, w, id, asset);
  const { expiresAt } = w.priceOf(asset);
  return withLot(s, id, { ...lot, credit: creditOf(expiresAt, w.now, lot.terms.maxGap) });
}

/** Starts an expired lot again; `by` is tipped the first three times, if the lot is worth at least dust. Mirrors `AuctionHouse.restart`. */
export function restart(
  s: AuctionState,
  w: AuctionWorld,
  id: bigint,
  asset: number,
  by: string,
): { state: AuctionState; effects: Effects } {
  const lot = running(s, w, id, asset);
  const { terms } = lot;
  if (lot.elapsed < terms.tail) throw new ModelError("LotRunning", [lot.elapsed, terms.tail]);
  const { price, expiresAt } = w.priceOf(asset);
  if (price.status === "dead") throw new ModelError("PriceDead", [asset]);
  const restarts = lot.restarts === 255n ? 255n : lot.restarts + 1n;
  const state = withLot(s, id, {
    ...lot,
    elapsed: 0n,
    restarts,
    credit: creditOf(expiresAt, w.now, terms.maxGap),
    frozenPrice: terms.frozen ? price.liq : 0n,
  });
  const worthwhile = valueDown(lot.amount, price.liq) >= w.dust;
  const tipped = id !== REMNANTS && restarts <= PAID_RESTARTS && worthwhile;
  return {
    state,
    effects: tipped ? { ...NOTHING, tipOwed: { keeper: by, amount: terms.flatTip } } : NOTHING,
  };
}

/** Ends an absorption that is not worth its gas. Mirrors `AuctionHouse.giveUp`. */
export function giveUp(
  s: AuctionState,
  w: AuctionWorld,
  id: bigint,
): { state: AuctionState; effects: Effects } {
  const a = absorptionOf(s, id);
  const value = valueHigh(w, a);
  if (!isHopeless(tabOf(a), value, w.dust)) throw new ModelError("NotHopeless", [value, a.left, w.dust]);
  return close(s, w, a);
}

/** Takes out what `owner` may claim of `asset`. Mirrors `AuctionHouse.claim`. */
export function claim(
  s: AuctionState,
  owner: string,
  asset: number,
): { state: AuctionState; amount: bigint } {
  const claims = new Map(s.claims);
  const amount = claims.get(claimKey(owner, asset)) ?? 0n;
  claims.delete(claimKey(owner, asset));
  return { state: { ...s, claims }, amount };
}

/** Takes out the tips of `keeper`. Mirrors `AuctionHouse.claimTip`. */
export function claimTip(s: AuctionState, keeper: string): { state: AuctionState; amount: bigint } {
  const tips = new Map(s.tips);
  const amount = tips.get(keeper) ?? 0n;
  tips.delete(keeper);
  return { state: { ...s, tips }, amount };
}

/**
 * What open absorptions would fall short of if sold now [debt units]. `auctionDebt`: the pool's, all of it. Mirrors
 * `AuctionHouse.shortfall`.
 */
export function shortfall(
  s: AuctionState,
  w: AuctionWorld,
  auctionDebt: bigint,
): { readonly low: bigint; readonly high: bigint } {
  const partly = s.open.length > MAX_VALUED;
  let [low, high] = [partly ? auctionDebt + expectedPenalties(s) : 0n, 0n];
  for (const a of s.open.slice(0, MAX_VALUED)) {
    const left = tabOf(a);
    if (partly) low -= left.debt + left.penalty;
    let [valueLow, valueUp] = [0n, 0n];
    for (const lot of a.lots) {
      const { price } = w.priceOf(lot.asset);
      valueLow += valueDown(lot.amount, price.low);
      valueUp += valueDown(lot.amount, price.high);
    }
    low += subFloor(left.debt, valueLow) + tipShort(left, valueLow);
    high += subFloor(left.debt, valueUp);
  }
  return { low, high };
}

/** All penalties that may still come in [debt units]. Mirrors `AuctionHouse.expectedPenalties`. */
export function expectedPenalties(s: AuctionState): bigint {
  return s.open.reduce((total, a) => total + tabOf(a).penalty, 0n);
}

/** What auctions cost and brought, after `settle`. */
export interface Settled {
  readonly state: AuctionState;
  readonly backstop: BackstopState;
  /** Accrued. */
  readonly pool: PoolState;
  readonly loss: Loss;
  /** What the backstop paid of a tip [debt units]. */
  readonly tipPaid: bigint;
}

/**
 * Applies what an operation moves outside the house, in the order of the contracts: the shortfall, the backstop's tip, the payments.
 * Takes an accrued pool.
 */
export function settle(
  s: AuctionState,
  backstop: BackstopState,
  pool: PoolState,
  poolTerms: PoolTerms,
  e: Effects,
): Settled {
  let [state, loss, tipPaid] = [s, NO_LOSS, 0n];
  if (e.shortfall !== 0n) {
    const covered = cover(backstop, e.shortfall);
    backstop = covered.backstop;
    const lost = settleAuction(pool, poolTerms, covered.paid, e.shortfall - covered.paid);
    pool = lost.pool;
    const { reserve, lenders } = lost;
    loss = { total: e.shortfall, backstop: covered.paid + lost.due, reserve, lenders };
  }
  if (e.tipOwed !== null) {
    const tip = cover(backstop, e.tipOwed.amount);
    backstop = tip.backstop;
    tipPaid = tip.paid;
    state = credit(state, e.tipOwed.keeper, tip.paid);
  }
  if (e.repaid !== 0n) pool = settleAuction(pool, poolTerms, e.repaid, 0n).pool;
  backstop = add(backstop, e.penalty);
  if (e.donated !== 0n) pool = donate(pool, e.donated);
  return { state, backstop, pool, loss, tipPaid };
}

// ---------------------------------------------------------------------------------------------------- internals

function bidTime(w: AuctionWorld): bigint {
  return w.now - w.pausedSeconds;
}

function newLot(w: AuctionWorld, terms: AuctionTerms, asset: number, amount: bigint): Lot {
  if (amount > MAX_AMOUNT) throw new ModelError("AmountTooLarge", [amount, MAX_AMOUNT]);
  const { price, expiresAt } = w.priceOf(asset);
  return {
    asset,
    amount,
    checkpoint: bidTime(w),
    credit: creditOf(expiresAt, w.now, terms.maxGap),
    elapsed: 0n,
    restarts: 0n,
    terms,
    frozenPrice: terms.frozen && price.status !== "dead" ? price.liq : 0n,
  };
}

/** What a lot's clock says now [s]. */
export function elapsedOf(lot: Lot, w: AuctionWorld): bigint {
  return elapsedAt(lot.elapsed, lot.checkpoint, lot.credit, bidTime(w), lot.terms.tail);
}

/** A lot with something left, its clock brought up to now. */
function running(s: AuctionState, w: AuctionWorld, id: bigint, asset: number): Lot {
  const lot =
    id === REMNANTS
      ? s.remnants.get(asset)
      : s.open.find((a) => a.id === id)?.lots.find((one) => one.asset === asset);
  if (lot === undefined || lot.amount === 0n) throw new ModelError("NothingToSell", [id, asset]);
  return { ...lot, elapsed: elapsedOf(lot, w), checkpoint: bidTime(w) };
}

function withLot(s: AuctionState, id: bigint, lot: Lot): AuctionState {
  if (id === REMNANTS) return { ...s, remnants: new Map(s.remnants).set(lot.asset, lot) };
  const open = s.open.map((a) =>
    a.id === id ? { ...a, lots: a.lots.map((one) => (one.asset === lot.asset ? lot : one)) } : a,
  );
  return { ...s, open };
}

/** A sale without a tab to stop at. */
function saleOfAll(amount: bigint, price: bigint, maxAmount: bigint, dust: bigint) {
  return sale(amount, price, (1n << 256n) - 1n, maxAmount, dust);
}

function valueHigh(w: AuctionWorld, a: Absorption): bigint {
  return a.lots.reduce(
    (total, lot) =>
      lot.amount === 0n ? total : total + valueDown(lot.amount, w.priceOf(lot.asset).price.high),
    0n,
  );
}

function credit(s: AuctionState, keeper: string, amount: bigint): AuctionState {
  if (amount === 0n) return s;
  return { ...s, tips: new Map(s.tips).set(keeper, (s.tips.get(keeper) ?? 0n) + amount) };
}

function addRemnant(s: AuctionState, w: AuctionWorld, asset: number, amount: bigint): AuctionState {
  if (amount === 0n) return s;
  const lot = s.remnants.get(asset);
  const held = lot?.amount ?? 0n;
  const total = held + amount;
  if (lot === undefined || amount > held) return withLot(s, REMNANTS, newLot(w, s.terms, asset, total));
  if (total > MAX_AMOUNT) throw new ModelError("AmountTooLarge", [total, MAX_AMOUNT]);
  return withLot(s, REMNANTS, { ...lot, amount: total });
}

function close(s: AuctionState, w: AuctionWorld, a: Absorption): { state: AuctionState; effects: Effects } {
  const left = tabOf(a);
  const covered = a.left === 0n;
  let state = s;
  for (const lot of a.lots) {
    if (lot.amount === 0n) continue;
    if (!covered) {
      state = addRemnant(state, w, lot.asset, lot.amount);
      continue;
    }
    const key = claimKey(a.owner, lot.asset);
    state = { ...state, claims: new Map(state.claims).set(key, (state.claims.get(key) ?? 0n) + lot.amount) };
  }
  // The house's list is not in order: its last takes the place of what leaves.
  const open = [...state.open];
  const at = open.findIndex((one) => one.id === a.id);
  const last = open.pop();
  if (last !== undefined && last.id !== a.id) open[at] = last;
  const tipOwed = left.tip === 0n ? null : { keeper: a.keeper, amount: left.tip };
  return { state: { ...state, open }, effects: { ...NOTHING, shortfall: left.debt, tipOwed } };
}

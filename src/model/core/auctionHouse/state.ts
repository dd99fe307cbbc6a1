import { type AuctionWorld, type Lot, newLot } from "./lot.js";
import { type AuctionTerms, type Tab, remaining, tabDown } from "../../math/auctionMath.js";
import { ModelError } from "../../types/modelError.js";
import type { CollateralAmount } from "../../types/vault.js";

/** Id of the residuals where a call names an absorption. */
export const RESIDUALS = 0n;
/** Most absorptions that `shortfall` values: the first of the list. */
export const MAX_VALUED = 64;

/** An absorbed vault: `debt` and the unpaid part `left` of its tab in debt units. */
export interface Absorption {
  readonly id: bigint;
  readonly owner: string;
  readonly keeper: string;
  readonly debt: bigint;
  readonly left: bigint;
  readonly terms: AuctionTerms;
  readonly lots: readonly Lot[];
}

/**
 * State of the auction house: open absorptions in the contract's order, claims by owner and asset
 * [token units], tips by keeper [debt units].
 */
export interface AuctionState {
  readonly terms: AuctionTerms;
  readonly lastId: bigint;
  readonly open: readonly Absorption[];
  readonly residuals: ReadonlyMap<number, Lot>;
  readonly claims: ReadonlyMap<string, bigint>;
  readonly tips: ReadonlyMap<string, bigint>;
}

/** A house without auctions. */
export function emptyAuctions(terms: AuctionTerms): AuctionState {
  return { terms, lastId: 0n, open: [], residuals: new Map(), claims: new Map(), tips: new Map() };
}

/** Key of a claim in `AuctionState.claims`. */
export function claimKey(owner: string, asset: number): string {
  return `${owner}/${String(asset)}`;
}

/** An open absorption. Throws `NotOpen`. */
export function absorptionOf(s: AuctionState, id: bigint): Absorption {
  const a = s.open.find((open) => open.id === id);
  if (a === undefined) throw new ModelError("NotOpen", [id]);
  return a;
}

/** Unpaid part of an absorption's tab [debt units]. */
export function tabOf(a: Absorption): Tab {
  return remaining(tabDown(a.terms, a.debt), a.left);
}

/** A lot that is not sold out. Throws `NothingToSell`. */
export function lotOf(s: AuctionState, id: bigint, asset: number): Lot {
  const lot =
    id === RESIDUALS
      ? s.residuals.get(asset)
      : s.open.find((a) => a.id === id)?.lots.find((one) => one.asset === asset);
  if (lot === undefined || lot.amount === 0n) throw new ModelError("NothingToSell", [id, asset]);
  return lot;
}

/** The house with `lot` in place of its former state. Throws `NotOpen`. */
export function withLot(s: AuctionState, id: bigint, lot: Lot): AuctionState {
  if (id === RESIDUALS) return { ...s, residuals: new Map(s.residuals).set(lot.asset, lot) };
  const a = absorptionOf(s, id);
  return withAbsorption(s, { ...a, lots: a.lots.map((one) => (one.asset === lot.asset ? lot : one)) });
}

/** The house with `a` in place of its former state. */
export function withAbsorption(s: AuctionState, a: Absorption): AuctionState {
  return { ...s, open: s.open.map((open) => (open.id === a.id ? a : open)) };
}

/** The house with a new absorption. */
export function withNew(s: AuctionState, a: Absorption): AuctionState {
  return { ...s, lastId: a.id, open: placed(s.open, a) };
}

/**
 * The house without an absorption. Unsold collateral belongs to the owner if the tab is paid,
 * otherwise it joins the residuals. Mirrors `AuctionHouse._close`, which also moves the money.
 */
export function without(s: AuctionState, w: AuctionWorld, a: Absorption): AuctionState {
  const covered = a.left === 0n;
  const state = a.lots.reduce(
    (to, lot) => (covered ? withClaim(to, a.owner, lot) : withResidual(to, w, lot)),
    s,
  );
  return { ...state, open: removed(s.open, a.id) };
}

/**
 * The house with `amount` more residuals of an asset [token units]. All residuals of an asset share
 * one lot, whose clock starts anew at the next checkpoint. Mirrors `AuctionHouse._addResidual`.
 */
export function withResidual(
  s: AuctionState,
  w: AuctionWorld,
  { asset, amount }: CollateralAmount,
): AuctionState {
  if (amount === 0n) return s;
  const held = s.residuals.get(asset)?.amount ?? 0n;
  return withLot(s, RESIDUALS, newLot(w, s.terms, { asset, amount: held + amount }, false));
}

/** The house with a tip for `keeper` [debt units]. Mirrors `AuctionHouse._tip`. */
export function withTip(s: AuctionState, keeper: string, amount: bigint): AuctionState {
  if (amount === 0n) return s;
  return { ...s, tips: new Map(s.tips).set(keeper, (s.tips.get(keeper) ?? 0n) + amount) };
}

function withClaim(s: AuctionState, owner: string, { asset, amount }: CollateralAmount): AuctionState {
  if (amount === 0n) return s;
  const key = claimKey(owner, asset);
  return { ...s, claims: new Map(s.claims).set(key, (s.claims.get(key) ?? 0n) + amount) };
}

/**
 * The list with a new absorption. If `MAX_VALUED` or more are open, the new one takes the place of
 * the valued one with the smallest tab, provided that its own tab is larger. The replaced one moves
 * to the end. Mirrors `AuctionStorage._place`.
 */
function placed(open: readonly Absorption[], a: Absorption): Absorption[] {
  if (open.length < MAX_VALUED) return [...open, a];
  let [least, at] = [a.left, open.length];
  for (const [i, { left }] of open.slice(0, MAX_VALUED).entries()) {
    if (left < least) [least, at] = [left, i];
  }
  const moved = open[at];
  return moved === undefined ? [...open, a] : [...open.with(at, a), moved];
}

/**
 * The list without an absorption. If a valued one leaves, the largest of the next `MAX_VALUED`
 * takes its place. The last of the list fills every other gap. Mirrors `AuctionStorage.remove`.
 */
function removed(open: readonly Absorption[], id: bigint): Absorption[] {
  const left = [...open];
  let at = left.findIndex((one) => one.id === id);
  if (at < MAX_VALUED && left.length > MAX_VALUED) {
    const next = left.slice(MAX_VALUED, 2 * MAX_VALUED);
    const most = next.reduce((best, one, i) => (one.left > (next[best] as Absorption).left ? i : best), 0);
    left[at] = next[most] as Absorption;
    at = MAX_VALUED + most;
  }
  const last = left.pop();
  if (last !== undefined && at < left.length) left[at] = last;
  return left;
}

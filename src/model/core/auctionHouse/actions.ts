import {
  type AuctionWorld,
  type Lot,
  askedPrice,
  lotProceedsDown,
  marked,
  newLot,
  restarted,
} from "./lot.js";
import { isUneconomic, sale, split, sum, tabDown, tipOwed } from "../../math/auctionMath.js";
import { type CashFlows, NO_CASH_FLOWS } from "./settlement.js";
import {
  type Absorption,
  type AuctionState,
  MAX_VALUED,
  RESIDUALS,
  absorptionOf,
  claimKey,
  lotOf,
  tabOf,
  withAbsorption,
  withLot,
  withNew,
  withResidual,
  withTip,
  without,
} from "./state.js";
import { ModelError } from "../../types/modelError.js";
import type { CollateralAmount } from "../../types/vault.js";
import { MAX_UINT256, subFloor } from "../../math/fixedPoint.js";
import { valueDown } from "../../math/healthMath.js";

// What the house is made of, for whoever looks at it from outside.
export { type AuctionWorld, type Lot, elapsedOf } from "./lot.js";
export { type CashFlows, type Settled, settle } from "./settlement.js";
export {
  type Absorption,
  type AuctionState,
  MAX_VALUED,
  RESIDUALS,
  absorptionOf,
  claimKey,
  emptyAuctions,
  tabOf,
} from "./state.js";

/** The largest tab the house stores [debt units]. */
const MAX_LEFT = (1n << 96n) - 1n;

/** The house after an operation, and what that moves outside it. */
export interface AuctionResult {
  readonly state: AuctionState;
  readonly effects: CashFlows;
}

// ---------------------------------------------------------------------------------------------------- engine

/** Auctions a vault's collateral, assets ascending. Mirrors `AuctionHouse.open`. */
export function open(
  s: AuctionState,
  w: AuctionWorld,
  owner: string,
  keeper: string,
  debt: bigint,
  collateral: readonly CollateralAmount[],
): AuctionResult & { readonly id: bigint } {
  const left = sum(tabDown(s.terms, debt));
  if (left > MAX_LEFT) throw new ModelError("AmountTooLarge", [left, MAX_LEFT]);
  const id = s.lastId + 1n;
  const lots = collateral.map((handed) => newLot(w, s.terms, handed, true));
  const a = { id, owner, keeper, debt, left, terms: s.terms, lots };
  const state = withNew(s, a);
  // Without a debt there is nothing to sell for, without collateral nothing to sell.
  if (left === 0n || lots.length === 0) return { ...close(state, w, a), id };
  return { state, effects: NO_CASH_FLOWS, id };
}

/** Books a debt at once and keeps the collateral as residuals. Mirrors `AuctionHouse.writeOffVault`. */
export function writeOffVault(
  s: AuctionState,
  w: AuctionWorld,
  debt: bigint,
  collateral: readonly CollateralAmount[],
): AuctionResult {
  const state = collateral.reduce((to, handed) => withResidual(to, w, handed), s);
  return { state, effects: { ...NO_CASH_FLOWS, shortfall: debt } };
}

// ---------------------------------------------------------------------------------------------------- bidders

/** What a take would do now, the lot's clock brought up to now. Mirrors `AuctionHouse.quoteTake`. */
export function quoteTake(
  s: AuctionState,
  w: AuctionWorld,
  id: bigint,
  asset: number,
  maxAmount: bigint,
): { readonly amount: bigint; readonly cost: bigint; readonly price: bigint; readonly lot: Lot } {
  const lot = marked(lotOf(s, id, asset), w);
  const price = askedPrice(lot, w);
  // Residuals have no tab to stop at.
  const left = id === RESIDUALS ? MAX_UINT256 : absorptionOf(s, id).left;
  const { sold, cost } = sale(lot.amount, price, left, maxAmount, w.dust);
  return { amount: sold, cost, price, lot };
}

/** Buys from a lot. Mirrors `AuctionHouse.take`. */
export function take(
  s: AuctionState,
  w: AuctionWorld,
  id: bigint,
  asset: number,
  maxAmount: bigint,
  maxPrice: bigint,
): AuctionResult & { readonly amount: bigint; readonly cost: bigint } {
  const { amount, cost, price, lot } = quoteTake(s, w, id, asset, maxAmount);
  if (price > maxPrice) throw new ModelError("PriceAboveMax", [price, maxPrice]);
  if (amount === 0n) return { state: s, effects: NO_CASH_FLOWS, amount: 0n, cost: 0n };
  const state = withLot(s, id, { ...lot, amount: lot.amount - amount });
  const moved =
    id === RESIDUALS
      ? { state, effects: { ...NO_CASH_FLOWS, donated: cost } }
      : collect(state, w, absorptionOf(state, id), cost, amount === lot.amount);
  return { ...moved, amount, cost };
}

/** Brings the clock of a lot up to now. Mirrors `AuctionHouse.checkpoint`. */
export function checkpoint(s: AuctionState, w: AuctionWorld, id: bigint, asset: number): AuctionState {
  return withLot(s, id, marked(lotOf(s, id, asset), w));
}

/** Starts an expired lot again. Mirrors `AuctionHouse.restart`. */
export function restart(s: AuctionState, w: AuctionWorld, id: bigint, asset: number): AuctionState {
  return withLot(s, id, restarted(lotOf(s, id, asset), w));
}

/** Ends an absorption that is not worth its gas. Mirrors `AuctionHouse.writeOff`. */
export function writeOff(s: AuctionState, w: AuctionWorld, id: bigint): AuctionResult {
  const a = absorptionOf(s, id);
  const { high } = worth(w, a);
  if (!isUneconomic(tabOf(a), high, w.dust)) throw new ModelError("NotUneconomic", [high, a.left, w.dust]);
  return close(s, w, a);
}

// ---------------------------------------------------------------------------------------------------- what is left over

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

// ---------------------------------------------------------------------------------------------------- views

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
    let value = worth(w, a);
    // What anyone may give up now is worth nothing to who leaves.
    if (isUneconomic(left, value.high, w.dust)) value = { low: 0n, high: value.high };
    if (partly) low -= left.debt + left.penalty;
    const { penalty } = tabDown(a.terms, a.debt);
    low += subFloor(left.debt, value.low) + tipOwed(left, penalty, value.low);
    high += subFloor(left.debt, value.high);
  }
  return { low, high };
}

/** All penalties that may still come in [debt units]. Mirrors `AuctionHouse.expectedPenalties`. */
export function expectedPenalties(s: AuctionState): bigint {
  return s.open.reduce((total, a) => total + tabOf(a).penalty, 0n);
}

// ---------------------------------------------------------------------------------------------------- internals

/** What an absorption's lots are sure to bring, and what they are worth at high prices [debt units]. */
function worth(w: AuctionWorld, a: Absorption): { readonly low: bigint; readonly high: bigint } {
  let [low, high] = [0n, 0n];
  for (const lot of a.lots) {
    if (lot.amount === 0n) continue;
    const { price } = w.priceOf(lot.asset);
    low += lotProceedsDown(lot, w, price);
    high += valueDown(lot.amount, price.high);
  }
  return { low, high };
}

/**
 * Books what a take pays for a lot of `before`, and ends the absorption where nothing is left to pay, or to sell for it. Mirrors
 * `AuctionHouse._collect`.
 */
function collect(
  s: AuctionState,
  w: AuctionWorld,
  before: Absorption,
  cost: bigint,
  soldOut: boolean,
): AuctionResult {
  const paid = split(tabOf(before), cost);
  const a = { ...before, left: before.left - cost };
  const state = withTip(withAbsorption(s, a), a.keeper, paid.tip);
  const ended = a.left === 0n || (soldOut && isUneconomic(tabOf(a), worth(w, a).high, w.dust));
  const moved = ended ? close(state, w, a) : { state, effects: NO_CASH_FLOWS };
  return { ...moved, effects: { ...moved.effects, repaid: paid.debt, penalty: paid.penalty } };
}

/** Ends an absorption: what is missing is the backstop's to pay. Mirrors `AuctionHouse._close`. */
function close(s: AuctionState, w: AuctionWorld, a: Absorption): AuctionResult {
  const left = tabOf(a);
  const amount = tipOwed(left, tabDown(a.terms, a.debt).penalty, 0n);
  const owed = amount === 0n ? null : { keeper: a.keeper, amount };
  return { state: without(s, w, a), effects: { ...NO_CASH_FLOWS, shortfall: left.debt, tipOwed: owed } };
}

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

// `index.ts` exports this file as the namespace `auctions`.
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

/** The house after an operation, and the cash flows that `settle` applies outside it. */
export interface AuctionResult {
  readonly state: AuctionState;
  readonly effects: CashFlows;
}

// ------------------------------------------------------------------ engine

/**
 * Opens the auction of a vault's collateral. Mirrors `AuctionHouse.open`. Throws `AmountTooLarge`.
 * @param debt [debt units]
 * @param collateral assets ascending [token units]
 */
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
  // An absorption without a debt or without collateral closes at once.
  if (left === 0n || lots.length === 0) return { ...close(state, w, a), id };
  return { state, effects: NO_CASH_FLOWS, id };
}

/**
 * Books a debt as a loss at once and moves the collateral to the residuals. Mirrors
 * `AuctionHouse.writeOffVault`.
 * @param debt [debt units]
 */
export function writeOffVault(
  s: AuctionState,
  w: AuctionWorld,
  debt: bigint,
  collateral: readonly CollateralAmount[],
): AuctionResult {
  const state = collateral.reduce((to, handed) => withResidual(to, w, handed), s);
  return { state, effects: { ...NO_CASH_FLOWS, shortfall: debt } };
}

// ------------------------------------------------------------------ bidders

/**
 * Quotes a take, with the lot's clock brought up to now. Mirrors `AuctionHouse.quoteTake`. Throws
 * `NothingToSell`, `PriceDead` or `LotExpired`.
 * @param maxAmount [token units]
 * @returns amount [token units], cost [debt units], price [1e36-scaled] and the lot
 */
export function quoteTake(
  s: AuctionState,
  w: AuctionWorld,
  id: bigint,
  asset: number,
  maxAmount: bigint,
): { readonly amount: bigint; readonly cost: bigint; readonly price: bigint; readonly lot: Lot } {
  const lot = marked(lotOf(s, id, asset), w);
  const price = askedPrice(lot, w);
  // Residuals have no tab that could limit a sale.
  const left = id === RESIDUALS ? MAX_UINT256 : absorptionOf(s, id).left;
  const { sold, cost } = sale(lot.amount, price, left, maxAmount, w.dust);
  return { amount: sold, cost, price, lot };
}

/**
 * Buys from a lot. Mirrors `AuctionHouse.take`. Throws `PriceAboveMax`, or as `quoteTake` does.
 * @param maxAmount [token units]
 * @param maxPrice [1e36-scaled]
 * @returns amount [token units] and cost [debt units] besides the result
 */
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

/**
 * Brings the clock of a lot up to now and grants it a new credit. Mirrors
 * `AuctionHouse.checkpoint`.
 */
export function checkpoint(s: AuctionState, w: AuctionWorld, id: bigint, asset: number): AuctionState {
  return withLot(s, id, marked(lotOf(s, id, asset), w));
}

/** Restarts an expired lot at the start multiplier. Mirrors `AuctionHouse.restart`. */
export function restart(s: AuctionState, w: AuctionWorld, id: bigint, asset: number): AuctionState {
  return withLot(s, id, restarted(lotOf(s, id, asset), w));
}

/**
 * Ends an uneconomic absorption. Mirrors `AuctionHouse.writeOff`. Throws `NotOpen` or
 * `NotUneconomic`.
 */
export function writeOff(s: AuctionState, w: AuctionWorld, id: bigint): AuctionResult {
  const a = absorptionOf(s, id);
  const { high } = worth(w, a);
  if (!isUneconomic(tabOf(a), high, w.dust)) throw new ModelError("NotUneconomic", [high, a.left, w.dust]);
  return close(s, w, a);
}

// ------------------------------------------------------------------ claims and tips

/** Takes out the claim of `owner` to `asset` [token units]. Mirrors `AuctionHouse.claim`. */
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

/** Takes out the tips of `keeper` [debt units]. Mirrors `AuctionHouse.claimTip`. */
export function claimTip(s: AuctionState, keeper: string): { state: AuctionState; amount: bigint } {
  const tips = new Map(s.tips);
  const amount = tips.get(keeper) ?? 0n;
  tips.delete(keeper);
  return { state: { ...s, tips }, amount };
}

// ------------------------------------------------------------------ views

/**
 * Debt that open absorptions would leave uncovered if sold now [debt units]: `low` for exit
 * pricing, `high` for entry pricing. Mirrors `AuctionHouse.shortfall`.
 * @param auctionDebt the lending pool's whole auction debt [debt units]
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
    // Exit pricing counts an absorption at zero if anyone may write it off now.
    if (isUneconomic(left, value.high, w.dust)) value = { low: 0n, high: value.high };
    if (partly) low -= left.debt + left.penalty;
    const { penalty } = tabDown(a.terms, a.debt);
    low += subFloor(left.debt, value.low) + tipOwed(left, penalty, value.low);
    high += subFloor(left.debt, value.high);
  }
  return { low, high };
}

/**
 * Penalties that open absorptions may still bring in [debt units]. Mirrors
 * `AuctionHouse.expectedPenalties`.
 */
export function expectedPenalties(s: AuctionState): bigint {
  return s.open.reduce((total, a) => total + tabOf(a).penalty, 0n);
}

// ------------------------------------------------------------------ internals

/**
 * Value of an absorption's lots [debt units]: `low` as `lotProceedsDown` counts it, `high` at high
 * prices.
 */
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
 * Books the payment of a take on the absorption `before`. Closes the absorption if its tab is paid,
 * or if the lot sold out and the rest is uneconomic. Mirrors `AuctionHouse._collect`.
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

/**
 * Ends an absorption. Its unpaid debt is a shortfall, and the backstop owes its tip as `tipOwed`
 * says. Mirrors `AuctionHouse._close`.
 */
function close(s: AuctionState, w: AuctionWorld, a: Absorption): AuctionResult {
  const left = tabOf(a);
  const amount = tipOwed(left, tabDown(a.terms, a.debt).penalty, 0n);
  const owed = amount === 0n ? null : { keeper: a.keeper, amount };
  return { state: without(s, w, a), effects: { ...NO_CASH_FLOWS, shortfall: left.debt, tipOwed: owed } };
}

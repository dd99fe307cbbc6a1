import { type AuctionState, withTip } from "./state.js";
import { type BackstopState, add, cover } from "../backstopPool/state.js";
import {
  type Loss,
  NO_LOSS,
  type PoolState,
  type PoolTerms,
  donate,
  bookSale,
} from "../lendingPool/state.js";

/** Cash flows of an operation outside the house [debt units]; `settle` applies them. */
export interface CashFlows {
  /** Paid by the bidder to the lending pool, to the backstop, and to the pool's reserve. */
  readonly repaid: bigint;
  readonly penalty: bigint;
  readonly donated: bigint;
  /** Debt to write off, and a tip that the backstop owes as far as its capital goes. */
  readonly shortfall: bigint;
  readonly tipOwed: { readonly keeper: string; readonly amount: bigint } | null;
}

export const NO_CASH_FLOWS: CashFlows = {
  repaid: 0n,
  penalty: 0n,
  donated: 0n,
  shortfall: 0n,
  tipOwed: null,
};

/** The state after `settle`, and the loss it booked. */
export interface Settled {
  readonly state: AuctionState;
  readonly backstop: BackstopState;
  /** The lending pool, accrued. */
  readonly pool: PoolState;
  readonly loss: Loss;
  /** Part of the tip that the backstop paid [debt units]. */
  readonly tipPaid: bigint;
}

/**
 * Applies the cash flows of an operation in the order of the contracts: the shortfall, the tip owed
 * by the backstop, the payments.
 * @param pool accrued
 */
export function settle(
  s: AuctionState,
  backstop: BackstopState,
  pool: PoolState,
  poolTerms: PoolTerms,
  e: CashFlows,
): Settled {
  let [state, loss, tipPaid] = [s, NO_LOSS, 0n];
  if (e.shortfall !== 0n) {
    const covered = cover(backstop, e.shortfall);
    backstop = covered.backstop;
    const lost = bookSale(pool, poolTerms, covered.paid, e.shortfall - covered.paid);
    pool = lost.pool;
    const { reserve, lenders } = lost;
    loss = { total: e.shortfall, backstop: covered.paid + lost.due, reserve, lenders };
  }
  if (e.tipOwed !== null) {
    const tip = cover(backstop, e.tipOwed.amount);
    backstop = tip.backstop;
    tipPaid = tip.paid;
    state = withTip(state, e.tipOwed.keeper, tip.paid);
  }
  if (e.repaid !== 0n) pool = bookSale(pool, poolTerms, e.repaid, 0n).pool;
  backstop = add(backstop, e.penalty);
  if (e.donated !== 0n) pool = donate(pool, e.donated);
  return { state, backstop, pool, loss, tipPaid };
}

import type { BalanceResult } from "../../result/result.js";
import { ACCOUNTS } from "./accounts.js";
import type { Bookkeeper } from "./bookkeeper.js";

/** The gain or loss of every account, for the result. `money` prints debt units. */
export function balanceOf(books: Bookkeeper, money: (amount: bigint) => string): BalanceResult {
  const { accounts, rounding } = books;
  return {
    rows: ACCOUNTS.map(([account, who, what]) => ({ account, who, what, net: money(accounts.net(account)) })),
    sum: money(accounts.sum),
    rounding: money(rounding),
  };
}

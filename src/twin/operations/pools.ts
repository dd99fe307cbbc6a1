import { define } from "./definition.js";

export interface Assets {
  /** The caller, who receives everything. */
  readonly owner: string;
  /** [debt units]. */
  readonly assets: bigint;
}

export interface Shares {
  /** The caller, who receives everything. */
  readonly owner: string;
  readonly shares: bigint;
}

/** Operations of lenders and of depositors of the backstop. */
export const POOL_OPERATIONS = {
  lend: define({
    contract: "lendingPool",
    call: ({ assets, owner }: Assets) => ["deposit", assets, owner],
    apply: (model, { assets }) => model.lendingPool.deposit(assets),
  }),
  lendForShares: define({
    contract: "lendingPool",
    call: ({ shares, owner }: Shares) => ["mint", shares, owner],
    apply: (model, { shares }) => model.lendingPool.mint(shares),
  }),
  withdrawLent: define({
    contract: "lendingPool",
    call: ({ assets, owner }: Assets) => ["withdraw", assets, owner, owner],
    apply: (model, { assets }) => model.lendingPool.withdraw(assets),
  }),
  redeemLent: define({
    contract: "lendingPool",
    call: ({ shares, owner }: Shares) => ["redeem", shares, owner, owner],
    apply: (model, { shares }) => model.lendingPool.redeem(shares),
  }),
  donateToReserve: define({
    contract: "lendingPool",
    call: ({ amount }: { readonly amount: bigint }) => ["donate", amount],
    apply: (model, { amount }) => {
      model.lendingPool.donate(amount);
    },
  }),
  addInterest: define({
    contract: "lendingPool",
    call: () => ["addInterest"],
    apply: (model) => {
      model.lendingPool.addInterest();
    },
  }),
  payBackstop: define({
    contract: "lendingPool",
    call: () => ["payBackstop"],
    apply: (model) => model.lendingPool.payBackstop(),
  }),
  enterBackstop: define({
    contract: "backstopPool",
    call: ({ assets, owner }: Assets) => ["deposit", assets, owner],
    apply: (model, { assets, owner }) => model.backstopPool.deposit(owner, assets),
  }),
  enterBackstopForShares: define({
    contract: "backstopPool",
    call: ({ shares, owner }: Shares) => ["mint", shares, owner],
    apply: (model, { shares, owner }) => model.backstopPool.mint(owner, shares),
  }),
  requestExit: define({
    contract: "backstopPool",
    call: ({ shares }: Shares) => ["requestExit", shares],
    apply: (model, { shares, owner }) => {
      model.backstopPool.requestExit(owner, shares);
    },
  }),
  redeemBackstop: define({
    contract: "backstopPool",
    call: ({ shares, owner }: Shares) => ["redeem", shares, owner, owner],
    apply: (model, { shares, owner }) => model.backstopPool.redeem(owner, shares),
  }),
  withdrawBackstop: define({
    contract: "backstopPool",
    call: ({ assets, owner }: Assets) => ["withdraw", assets, owner, owner],
    apply: (model, { assets, owner }) => model.backstopPool.withdraw(owner, assets),
  }),
  donateToBackstop: define({
    contract: "backstopPool",
    call: ({ amount }: { readonly amount: bigint }) => ["donate", amount],
    apply: (model, { amount }) => {
      model.backstopPool.donate(amount);
    },
  }),
} as const;

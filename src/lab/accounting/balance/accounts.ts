/** Kinds of keepers that have an account. */
export const ROLES = ["liquidators", "absorbers", "bidders", "executors", "attendants"] as const;
export type Role = (typeof ROLES)[number];

/** Every account of a replay with its party and its label, in the order of the table. */
export const ACCOUNTS = [
  ["borrowers.liquidation", "Borrowers", "liquidations: seized less debt cleared"],
  ["borrowers.auctions", "Borrowers", "auctions: theirs, and not returned"],
  ["borrowers.autopilot", "Borrowers", "autopilot: sold less debt repaid"],
  ["borrowers.interest", "Borrowers", "interest"],
  ["borrowers.letOff", "Borrowers", "let off: debt beyond their collateral"],
  ["borrowers.rebound", "Borrowers", "returned beyond it: lots that rose"],
  ["lenders.interest", "Lenders", "interest"],
  ["lenders.losses", "Lenders", "bad debt"],
  ["backstop.losses", "Backstop", "bad debt"],
  ["backstop.tips", "Backstop", "tips that lots did not bring in"],
  ["backstop.penalties", "Backstop", "penalties"],
  ["backstop.interest", "Backstop", "its share of interest"],
  ["reserve.losses", "Reserve", "bad debt"],
  ["reserve.remnants", "Reserve", "residuals sold"],
  ["reserve.interest", "Reserve", "its share of interest"],
  ["liquidators", "Liquidators", "after slippage and gas"],
  ["bidders", "Bidders", "after slippage and gas"],
  ["absorbers", "Absorbers", "tips less gas"],
  ["executors", "Autopilot executors", "fees less gas"],
  ["attendants", "Attendants", "gas of what keeps the house in order"],
  ["liquidityPool", "Liquidity pool", "its trades, at market"],
  ["arbitrageur", "Arbitrageur", "from the pool, gas not counted"],
  ["gas", "Miners", "gas of all keepers"],
  ["drift", "Market", "price of lots, from taken to sold"],
  ["atAuction", "Still at auction", "lots at the last price, less their debt"],
] as const;

export type Account = (typeof ACCOUNTS)[number][0];

/**
 * Holders of tokens. The contracts of the system count as one. `pool n` is the AMM pool of asset n.
 */
export type Holder = "system" | "borrower" | KeeperHolder | "arbitrageur" | "miners" | `pool ${number}`;

type KeeperHolder = "keeper" | "bidder" | "absorber" | "attendant" | "executor";

/** A token: the debt asset, ether, or a collateral by its id. */
export type Asset = "debt" | "ether" | number;

/** The holder that acts for each kind of keeper. */
export const HOLDER_OF: Readonly<Record<Role, KeeperHolder>> = {
  liquidators: "keeper",
  bidders: "bidder",
  absorbers: "absorber",
  attendants: "attendant",
  executors: "executor",
};

/** The reference model: the contracts' arithmetic in bigint, exact to the unit. It imports nothing from the rest. */
export * as auctions from "./auction.js";
export * as auctionMath from "./auctionMath.js";
export * as backstops from "./backstop.js";
export * from "./debt.js";
export * from "./error.js";
export * from "./expLn.js";
export * from "./fixed.js";
export * from "./health.js";
export * from "./interest.js";
export * from "./key.js";
export * from "./liquidation.js";
export * from "./margin.js";
export * as pools from "./pool.js";
export * from "./price.js";
export * from "./system.js";
export type * from "./terms.js";
export * from "./volatility.js";

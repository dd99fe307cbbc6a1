/** The reference model: the contracts' arithmetic in bigint, exact to the unit. It imports nothing from the rest. */
export * from "./debt.js";
export * from "./deleverage.js";
export * from "./error.js";
export * from "./fixed.js";
export * from "./health.js";
export * from "./interest.js";
export * from "./key.js";
export * from "./liquidation.js";
export { Market } from "./market.js";
export * as pools from "./pool.js";
export * from "./price.js";
export * from "./system.js";
export type * from "./terms.js";

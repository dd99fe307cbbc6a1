import type { Price } from "../../model/index.js";

/** A block of a replay and its prices. */
export interface Moment {
  /** Time of the block to be mined [s], and its number. */
  readonly time: number;
  readonly block: number;
  /** Market prices [WAD] and prices of the guard, by asset. */
  readonly marketPrices: readonly bigint[];
  readonly prices: readonly Price[];
}

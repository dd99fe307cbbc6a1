import type { Price } from "../../model/index.js";

/** When something happens in a replay, and at what prices. */
export interface Moment {
  /** Time of the block to be mined [s], and its number. */
  readonly time: number;
  readonly block: number;
  /** Market prices [WAD] and prices of the guard, by asset. */
  readonly marketPrices: readonly bigint[];
  readonly prices: readonly Price[];
}

import type { PoolTerms } from "./core/lendingPool/state.js";
import type { AuctionTerms } from "./math/auctionMath.js";
import type { TripConfig } from "./policy/breakerState.js";
import type { VolatilityParameters } from "./policy/volatilityState.js";
import type { Source } from "./types/priceSource.js";
import type { AssetTerms, SystemTerms } from "./types/riskTerms.js";

/** Settings of the whole system. */
export interface ModelTerms {
  readonly system: SystemTerms;
  readonly pool: PoolTerms;
  readonly volatility: VolatilityParameters;
  /** The breaker's trip settings for every asset; absent if it watches nothing. */
  readonly watch?: TripConfig;
  readonly auction: AuctionTerms;
  readonly assets: readonly AssetTerms[];
  readonly debtDecimals: bigint;
  readonly debtSource?: Source;
}

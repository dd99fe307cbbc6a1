import type { AuctionTerms } from "../math/auctionMath.js";
import type { Watch } from "../policy/circuitBreaker.js";
import type { Outcome } from "../math/liquidationMath.js";
import type { Loss, PoolTerms } from "../core/lendingPool/state.js";
import type { Source } from "../prices/sourceReader.js";
import type { VolatilityParameters } from "../policy/volatilityModel.js";

/** Risk parameters of one asset [bps], its supply cap [token units] and its sources. */
export interface AssetTerms {
  readonly symbol: string;
  readonly decimals: bigint;
  readonly ltv: bigint;
  readonly liquidationThreshold: bigint;
  readonly minBonus: bigint;
  readonly maxBonus: bigint;
  readonly slope: bigint;
  readonly supplyCap: bigint;
  readonly primary: Source;
  readonly secondary?: Source;
  readonly maxDeviation: bigint;
  readonly composed: boolean;
}

/** Parameters that hold for every vault: cap and dust in debt units, target and stuck health in bps. */
export interface SystemTerms {
  readonly borrowCap: bigint;
  readonly dust: bigint;
  readonly targetHealth: bigint;
  /** Below this health a flag may ripen. */
  readonly stuckHealth: bigint;
}

/** What the whole system is set to. */
export interface ModelTerms {
  readonly system: SystemTerms;
  readonly pool: PoolTerms;
  readonly volatility: VolatilityParameters;
  /** What the breaker watches of every asset; left out where it watches nothing. */
  readonly watch?: Watch;
  readonly auction: AuctionTerms;
  readonly assets: readonly AssetTerms[];
  readonly debtDecimals: bigint;
  readonly debtSource?: Source;
}

/** One vault: scaled debt, the balance of every asset it holds, by id, none of them zero, and when it was flagged [s]. */
export interface VaultState {
  readonly scaledDebt: bigint;
  readonly balances: ReadonlyMap<number, bigint>;
  /** 0: it is not flagged. */
  readonly flaggedAt: bigint;
}

/** Health of one vault; see `IVaultLens.VaultHealth`. */
export interface VaultHealth {
  readonly debt: bigint;
  readonly value: bigint;
  readonly healthFactor: bigint;
  readonly liquidatable: boolean;
}

/** What one liquidation did; `loss` is zero unless the rest of the debt was written off. */
export interface LiquidationResult {
  readonly outcome: Outcome;
  readonly writtenOff: bigint;
  readonly loss: Loss;
}

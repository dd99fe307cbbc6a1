import type { Source } from "./priceSource.js";

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

/** Parameters of all vaults: borrow cap and dust in debt units, target and stuck health in bps. */
export interface SystemTerms {
  readonly borrowCap: bigint;
  readonly dust: bigint;
  readonly targetHealth: bigint;
  /** Health below which a flag may age. */
  readonly stuckHealth: bigint;
}

/**
 * One vault: its scaled debt, its balances above zero by asset id [token units], the time of its
 * flag [s].
 */
export interface VaultState {
  readonly scaledDebt: bigint;
  readonly balances: ReadonlyMap<number, bigint>;
  /** 0 without a flag. */
  readonly flaggedAt: bigint;
}

/**
 * Health of one vault: debt and value in debt units, health factor in WAD; see
 * `IVaultLens.VaultHealth`.
 */
export interface VaultHealth {
  readonly debt: bigint;
  readonly value: bigint;
  readonly healthFactor: bigint;
  readonly liquidatable: boolean;
}

/** An amount of one kind of collateral [token units]. */
export interface CollateralAmount {
  readonly asset: number;
  readonly amount: bigint;
}

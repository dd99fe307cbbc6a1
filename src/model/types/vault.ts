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

/** An amount of one kind of collateral [token units]. */
export interface CollateralAmount {
  readonly asset: number;
  readonly amount: bigint;
}

import { ModelError } from "../../types/modelError.js";
import type { VaultKey } from "../../types/vaultKey.js";
import type { CollateralAmount, VaultState } from "../../types/vault.js";
import { EMPTY_VAULT } from "./vaultRules.js";

/** Collateral of all vaults, and collateral at auction [token units]. */
export interface Totals {
  deposited: bigint;
  auctioned: bigint;
}

/** The engine's storage: all vaults and the totals of all assets. `store` keeps both in step. */
export class VaultStorage {
  private readonly vaults = new Map<VaultKey, VaultState>();
  private readonly totals: Totals[];

  /** Empty storage for `assets` assets. */
  constructor(assets: number) {
    this.totals = Array.from({ length: assets }, () => ({ deposited: 0n, auctioned: 0n }));
  }

  clone(): VaultStorage {
    const copy = new VaultStorage(this.totals.length);
    this.totals.forEach((totals, id) => Object.assign(copy.totalsOf(id), totals));
    for (const [key, vault] of this.vaults) copy.vaults.set(key, vault);
    return copy;
  }

  /** Keys of all vaults that ever held anything, in order of first use. */
  keys(): IterableIterator<VaultKey> {
    return this.vaults.keys();
  }

  vault(key: VaultKey): VaultState {
    return this.vaults.get(key) ?? EMPTY_VAULT;
  }

  /** Collateral of all vaults, and collateral at auction. Throws `UnknownAsset`. */
  totalsOf(asset: number): Totals {
    const totals = this.totals[asset];
    if (totals === undefined) throw new ModelError("UnknownAsset", [asset, this.totals.length]);
    return totals;
  }

  /** Writes a vault and updates the totals. */
  store(key: VaultKey, vault: VaultState): void {
    for (const [asset, balance] of this.vault(key).balances) this.totalsOf(asset).deposited -= balance;
    for (const [asset, balance] of vault.balances) this.totalsOf(asset).deposited += balance;
    this.vaults.set(key, vault);
  }

  /** Collateral of a vault, ids ascending. */
  collateralOf({ balances }: VaultState): CollateralAmount[] {
    return [...balances].map(([asset, amount]) => ({ asset, amount })).sort((a, b) => a.asset - b.asset);
  }

  /**
   * Empties a vault and moves the collateral of `left`, its last state, to auction. Mirrors
   * `VaultStorage.moveToAuction`.
   */
  moveToAuction(key: VaultKey, left: VaultState): void {
    this.store(key, EMPTY_VAULT);
    for (const { asset, amount } of this.collateralOf(left)) this.totalsOf(asset).auctioned += amount;
  }

  /** Releases auctioned collateral [token units]. Mirrors `VaultEngine.release`. */
  release(asset: number, amount: bigint): void {
    this.totalsOf(asset).auctioned -= amount;
  }
}

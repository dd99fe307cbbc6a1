import { type Price, type SystemModel, type VaultKey, WAD, mulDivDown } from "../../model/index.js";

/**
 * A full scan is due once a price has fallen below this share of its value at the last scan, or
 * after this time [s].
 */
const RESCAN_BELOW = (WAD * 95n) / 100n;
const RESCAN_AFTER = 3600n;
/** Allowance for rounding: a thousandth of a percent. */
const SLACK = (WAD * 100_001n) / 100_000n;

/**
 * Finds the vaults with HF < 1 without reading every vault each time. A vault's health since the
 * last full scan falls at most by the largest relative fall of any asset's price, times the growth
 * of the index.
 */
export class UnhealthyVaults {
  private scannedAt = -RESCAN_AFTER;
  private scannedPrices: readonly Price[] = [];
  private scannedIndex = 1n;
  /** All vaults by health at the last scan, lowest first. */
  private byHealth: { readonly key: VaultKey; readonly health: bigint }[] = [];
  /** Vaults touched since the last scan. They are read every time. */
  private readonly touched = new Set<VaultKey>();

  constructor(private readonly model: SystemModel) {}

  /** Marks a vault as changed since the last scan. */
  touch(key: VaultKey): void {
    this.touched.add(key);
  }

  /** The vaults with HF < 1: untouched ones by health at the last scan, then touched ones. */
  liquidatable(prices: readonly Price[]): VaultKey[] {
    const pool = this.model.lendingPool.accrued;
    let fall = this.fallSince(prices);
    if (fall < RESCAN_BELOW || this.model.now - this.scannedAt >= RESCAN_AFTER) {
      this.scan(prices);
      fall = WAD;
    }
    fall = mulDivDown(fall, this.scannedIndex, pool.index);
    const found: VaultKey[] = [];
    const look = (key: VaultKey): void => {
      if (this.model.vaultEngine.health(key, prices, pool).liquidatable) found.push(key);
    };
    for (const { key, health } of this.byHealth) {
      if (mulDivDown(health, fall, WAD) >= SLACK) break;
      if (!this.touched.has(key)) look(key);
    }
    for (const key of this.touched) look(key);
    return found;
  }

  private scan(prices: readonly Price[]): void {
    const pool = this.model.lendingPool.accrued;
    this.scannedAt = this.model.now;
    this.scannedPrices = prices;
    this.scannedIndex = pool.index;
    this.touched.clear();
    this.byHealth = [...this.model.vaultEngine.keys()]
      .map((key) => ({ key, health: this.model.vaultEngine.health(key, prices, pool).healthFactor }))
      .sort((a, b) => (a.health < b.health ? -1 : a.health > b.health ? 1 : a.key < b.key ? -1 : 1));
  }

  /** The smallest ratio of a price to its value at the last scan [WAD], at most 1. */
  private fallSince(prices: readonly Price[]): bigint {
    let fall = this.scannedPrices.length === 0 ? 0n : WAD;
    prices.forEach((price, id) => {
      const before = this.scannedPrices[id]?.liquidation ?? 0n;
      if (before === 0n) return;
      const ratio = mulDivDown(price.liquidation, WAD, before);
      if (ratio < fall) fall = ratio;
    });
    return fall;
  }
}

import { type Price, type SystemModel, type VaultKey, WAD, mulDivDown } from "../../model/index.js";

/** Scan again once prices have moved this far from the last scan, or this much time has passed. */
const RESCAN_BELOW = (WAD * 95n) / 100n;
const RESCAN_AFTER = 3600n;
/** Slack for rounding: a thousandth of a percent. */
const SLACK = (WAD * 100_001n) / 100_000n;

/**
 * Finds the vaults with HF < 1 without looking at all of them each time: a vault's health falls no faster than the asset
 * that fell most since the last full scan, times what interest can do.
 */
export class UnhealthyVaults {
  private scannedAt = -RESCAN_AFTER;
  private scannedPrices: readonly Price[] = [];
  private scannedIndex = 1n;
  /** By health at the last scan, lowest first. */
  private byHealth: { readonly key: VaultKey; readonly health: bigint }[] = [];
  /** Touched since the last scan: looked at every time. */
  private readonly touched = new Set<VaultKey>();

  constructor(private readonly model: SystemModel) {}

  /** The vault changed since the last scan. */
  touch(key: VaultKey): void {
    this.touched.add(key);
  }

  /** The vaults with HF < 1 now, in order of health at the last scan. */
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

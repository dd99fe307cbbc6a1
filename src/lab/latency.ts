import type { VaultKey } from "../model/index.js";

/** Blocks from the first at whose price a vault's HF is below 1 to the one that restores it or closes the vault. */
export class Latencies {
  private readonly since = new Map<VaultKey, number>();
  private readonly done: number[] = [];

  /** The vaults with HF < 1 after `block`. */
  observe(block: number, ripe: readonly VaultKey[]): void {
    const now = new Set(ripe);
    for (const [key, start] of this.since) {
      if (now.has(key)) continue;
      this.done.push(block - start);
      this.since.delete(key);
    }
    for (const key of now) if (!this.since.has(key)) this.since.set(key, block);
  }

  /** Vaults still below 1. */
  get unresolved(): number {
    return this.since.size;
  }

  /** Latencies of the resolved breaches [blocks], ascending. */
  resolved(): number[] {
    return [...this.done].sort((a, b) => a - b);
  }
}

/** The smallest value that `percent` % of the ascending `values` do not exceed; 0 without values. */
export function percentile(values: readonly number[], percent: number): number {
  return values[Math.max(0, Math.ceil((values.length * percent) / 100) - 1)] ?? 0;
}

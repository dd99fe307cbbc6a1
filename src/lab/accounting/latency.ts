import type { VaultKey } from "../../model/index.js";

/**
 * Latencies of breaches. A breach begins with the first block at whose price the vault's HF is
 * below 1, and ends with the block that restores the HF or closes the vault.
 */
export class Latencies {
  private readonly since = new Map<VaultKey, { readonly block: number; readonly time: number }>();
  private readonly done: { readonly blocks: number; readonly seconds: number }[] = [];

  /**
   * Updates the breaches. `unhealthy`: the vaults with HF < 1 after `block`, mined at `time` [s].
   */
  observe(block: number, time: number, unhealthy: readonly VaultKey[]): void {
    const now = new Set(unhealthy);
    for (const [key, start] of this.since) {
      if (now.has(key)) continue;
      this.done.push({ blocks: block - start.block, seconds: time - start.time });
      this.since.delete(key);
    }
    for (const key of now) if (!this.since.has(key)) this.since.set(key, { block, time });
  }

  /** Vaults whose HF is still below 1. */
  get unresolved(): number {
    return this.since.size;
  }

  /** Latencies of the ended breaches in `unit`, ascending. */
  resolved(unit: "blocks" | "seconds" = "blocks"): number[] {
    return this.done.map((d) => d[unit]).sort((a, b) => a - b);
  }
}

/**
 * The nearest-rank percentile of the ascending `values` and `unresolved` further values, which
 * count as longer than any. Null if the rank falls on an unresolved value. 0 without values.
 */
export function percentile(values: readonly number[], percent: number, unresolved = 0): number | null {
  const at = Math.max(0, Math.ceil(((values.length + unresolved) * percent) / 100) - 1);
  return values[at] ?? (unresolved > 0 ? null : 0);
}

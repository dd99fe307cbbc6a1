import type { VaultKey } from "../../model/index.js";

/** From the first block at whose price a vault's HF is below 1 to the one that restores it or closes the vault. */
export class Latencies {
  private readonly since = new Map<VaultKey, { readonly block: number; readonly time: number }>();
  private readonly done: { readonly blocks: number; readonly seconds: number }[] = [];

  /** The vaults with HF < 1 after `block`, mined at `time` [s]. */
  observe(block: number, time: number, unhealthy: readonly VaultKey[]): void {
    const now = new Set(unhealthy);
    for (const [key, start] of this.since) {
      if (now.has(key)) continue;
      this.done.push({ blocks: block - start.block, seconds: time - start.time });
      this.since.delete(key);
    }
    for (const key of now) if (!this.since.has(key)) this.since.set(key, { block, time });
  }

  /** Vaults still below 1. */
  get unresolved(): number {
    return this.since.size;
  }

  /** Latencies of the resolved breaches, ascending. */
  resolved(unit: "blocks" | "seconds" = "blocks"): number[] {
    return this.done.map((d) => d[unit]).sort((a, b) => a - b);
  }
}

/**
 * The smallest value that `percent` % do not exceed of the ascending `values` and of `unresolved` more, which are longer than any: null if
 * it is one of these. 0 without values.
 */
export function percentile(values: readonly number[], percent: number, unresolved = 0): number | null {
  const at = Math.max(0, Math.ceil(((values.length + unresolved) * percent) / 100) - 1);
  return values[at] ?? (unresolved > 0 ? null : 0);
}

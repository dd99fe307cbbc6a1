import type { VaultKey } from "../../model/index.js";
import { isUnreachable } from "./revert.js";

/** The block of a pass. The pass makes all its reads at this block. */
export interface Head {
  readonly number: number;
  readonly hash: string;
  /** [s] */
  readonly timestamp: bigint;
  /** [wei per gas] */
  readonly baseFee: bigint;
}

/** The calls that the index makes. */
export interface EventSource {
  /** Vaults named by events in blocks `from` to `to`, both included. */
  vaultsTouched(from: number, to: number): Promise<readonly VaultKey[]>;
  /** Hash of a block, or null if the chain has no such block. */
  blockHash(number: number): Promise<string | null>;
}

/**
 * Every vault that ever existed, and the vaults that may have changed since they were last read.
 * The index grows from events of the engine, chunk by chunk. A reorganisation restarts it: it
 * forgets no vault and marks all as changed. The newest blocks are read again until `OVERLAP` later
 * blocks are in.
 */
export class VaultIndex {
  private readonly known = new Set<VaultKey>();
  private readonly changed = new Set<VaultKey>();
  /** Last block whose events are in; null before the first. */
  private cursor: { readonly number: number; readonly hash: string | null } | null = null;

  constructor(
    private readonly source: EventSource,
    /** First block that may hold an event. */
    private readonly from: number,
    /** Most blocks requested at once. */
    private readonly chunk: number,
  ) {}

  /** All vaults, in the order in which they were first seen. */
  get keys(): readonly VaultKey[] {
    return [...this.known];
  }

  /** Vaults that must be read again. */
  get stale(): readonly VaultKey[] {
    return [...this.changed];
  }

  /** Adds all events up to `head`. After an error, the events added before it remain. */
  async advance(head: Head): Promise<void> {
    if (this.cursor !== null && !(await this.follows(head, this.cursor))) {
      this.cursor = null;
      for (const key of this.known) this.changed.add(key);
    }
    // Read the newest blocks again, because a lagging node answers for blocks it does not have yet
    // as if they contained no events.
    let from = this.cursor === null ? this.from : Math.max(this.from, this.cursor.number + 1 - OVERLAP);
    let chunk = this.chunk;
    while (from <= head.number) {
      const to = Math.min(from + chunk - 1, head.number);
      let touched: readonly VaultKey[];
      try {
        touched = await this.source.vaultsTouched(from, to);
      } catch (error) {
        // Nodes limit ranges and answers differently. Halve the range down to one block, then give
        // up for this pass.
        if (to === from || isUnreachable(error)) throw error;
        chunk = Math.ceil((to - from + 1) / 2);
        continue;
      }
      for (const key of touched) {
        this.known.add(key);
        this.changed.add(key);
      }
      if (this.cursor !== null && to <= this.cursor.number) {
        from = to + 1;
        continue;
      }
      this.cursor = { number: to, hash: to === head.number ? head.hash : await this.source.blockHash(to) };
      from = to + 1;
    }
  }

  /** Marks `keys` to be read again, regardless of events. */
  doubt(keys: Iterable<VaultKey>): void {
    for (const key of keys) if (this.known.has(key)) this.changed.add(key);
  }

  /** Records that `keys` were read at the head of the last `advance`. */
  read(keys: Iterable<VaultKey>): void {
    for (const key of keys) this.changed.delete(key);
  }

  private async follows(head: Head, cursor: { number: number; hash: string | null }): Promise<boolean> {
    if (cursor.number > head.number) return false;
    const hash = cursor.number === head.number ? head.hash : await this.source.blockHash(cursor.number);
    return hash !== null && hash === cursor.hash;
  }
}

/**
 * Blocks requested again in every pass: more than any node behind one endpoint lags behind another.
 */
export const OVERLAP = 32;

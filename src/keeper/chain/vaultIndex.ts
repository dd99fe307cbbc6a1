import type { VaultKey } from "../../model/index.js";
import { isUnreachable } from "./revert.js";

/** A block the keeper looks at: everything it reads in one pass, it reads there. */
export interface Head {
  readonly number: number;
  readonly hash: string;
  /** [s] */
  readonly timestamp: bigint;
  /** [wei per gas] */
  readonly baseFee: bigint;
}

/** What the index needs of a chain. */
export interface EventSource {
  /** Vaults named by events of blocks `from` to `to`, both included. */
  vaultsTouched(from: number, to: number): Promise<readonly VaultKey[]>;
  /** Hash of a block, or null if there is none. */
  blockHash(number: number): Promise<string | null>;
}

/**
 * Every vault there ever was, and which of them may have changed since they were last read. Grows from engine events,
 * chunk by chunk; a reorganisation starts it over, which forgets no vault and marks all as changed. The newest blocks are asked
 * for again and again, until `OVERLAP` later ones are in.
 */
export class VaultIndex {
  private readonly known = new Set<VaultKey>();
  private readonly changed = new Set<VaultKey>();
  /** Last block whose events are in, or null before the first. */
  private cursor: { readonly number: number; readonly hash: string | null } | null = null;

  constructor(
    private readonly source: EventSource,
    /** First block that may hold an event. */
    private readonly from: number,
    /** Most blocks asked for at once. */
    private readonly chunk: number,
  ) {}

  /** All vaults, in order of first sight. */
  get keys(): readonly VaultKey[] {
    return [...this.known];
  }

  /** Vaults to be read again. */
  get stale(): readonly VaultKey[] {
    return [...this.changed];
  }

  /** Takes in all events up to `head`. An error leaves what was taken in before it. */
  async advance(head: Head): Promise<void> {
    if (this.cursor !== null && !(await this.follows(head, this.cursor))) {
      this.cursor = null;
      for (const key of this.known) this.changed.add(key);
    }
    // A node that lags answers for blocks it does not have yet as if nothing had happened in them: the newest are asked for again.
    let from = this.cursor === null ? this.from : Math.max(this.from, this.cursor.number + 1 - OVERLAP);
    let chunk = this.chunk;
    while (from <= head.number) {
      const to = Math.min(from + chunk - 1, head.number);
      let touched: readonly VaultKey[];
      try {
        touched = await this.source.vaultsTouched(from, to);
      } catch (error) {
        // Nodes limit ranges and answers in ways of their own: halves, down to one block, then give up for this pass.
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

  /** Says that `keys` must be read again, whatever events say. */
  doubt(keys: Iterable<VaultKey>): void {
    for (const key of keys) if (this.known.has(key)) this.changed.add(key);
  }

  /** Says that `keys` were read at the head last advanced to. */
  read(keys: Iterable<VaultKey>): void {
    for (const key of keys) this.changed.delete(key);
  }

  private async follows(head: Head, cursor: { number: number; hash: string | null }): Promise<boolean> {
    if (cursor.number > head.number) return false;
    const hash = cursor.number === head.number ? head.hash : await this.source.blockHash(cursor.number);
    return hash !== null && hash === cursor.hash;
  }
}

/** Blocks asked for again in every pass: longer than any node of a pool of nodes lags behind another. */
export const OVERLAP = 32;

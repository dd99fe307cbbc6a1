/** Collateral that was taken and not yet sold [token units], and what it was worth when taken [debt units]. */
export interface Batch {
  readonly amount: bigint;
  readonly worth: bigint;
}

/** What the auction house has in stock, by absorption and asset; absorption 0 is that of residuals. */
export class Stock {
  private readonly batches = new Map<string, Batch>();

  /** `batch` comes in. */
  add(id: bigint, asset: number, batch: Batch): void {
    if (batch.amount === 0n) return;
    const held = this.of(id, asset);
    this.batches.set(keyOf(id, asset), {
      amount: held.amount + batch.amount,
      worth: held.worth + batch.worth,
    });
  }

  /**
   * `amount` goes out: what it was worth when taken, rounded down; the last unit carries the rest. Throws a `RangeError` for more
   * than there is.
   */
  remove(id: bigint, asset: number, amount: bigint): bigint {
    const held = this.of(id, asset);
    if (amount > held.amount) throw new RangeError(`stock ${id}/${asset}: ${amount} of ${held.amount}`);
    const worth = held.amount === 0n ? 0n : (held.worth * amount) / held.amount;
    this.set(id, asset, { amount: held.amount - amount, worth: held.worth - worth });
    return worth;
  }

  /** Everything of an absorption goes out. */
  removeAll(id: bigint): readonly (readonly [asset: number, batch: Batch])[] {
    const removed = this.entries().filter(([of]) => of === id);
    for (const [, asset] of removed) this.batches.delete(keyOf(id, asset));
    return removed.map(([, asset, batch]) => [asset, batch] as const);
  }

  /** What there is of an asset in all [token units]. */
  total(asset: number): bigint {
    return this.entries().reduce((sum, [, of, { amount }]) => (of === asset ? sum + amount : sum), 0n);
  }

  /** Everything there is. */
  entries(): readonly (readonly [id: bigint, asset: number, batch: Batch])[] {
    return [...this.batches].map(([key, batch]) => {
      const [id = "", asset = ""] = key.split("/");
      return [BigInt(id), Number(asset), batch] as const;
    });
  }

  private of(id: bigint, asset: number): Batch {
    return this.batches.get(keyOf(id, asset)) ?? { amount: 0n, worth: 0n };
  }

  private set(id: bigint, asset: number, batch: Batch): void {
    if (batch.amount === 0n) this.batches.delete(keyOf(id, asset));
    else this.batches.set(keyOf(id, asset), batch);
  }
}

function keyOf(id: bigint, asset: number): string {
  return `${id}/${asset}`;
}

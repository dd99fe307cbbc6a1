/** Collateral taken and not yet sold [token units], and its worth when taken [debt units]. */
export interface Batch {
  readonly amount: bigint;
  readonly worth: bigint;
}

/** The stock of the auction house by absorption and asset. Absorption 0 holds the residuals. */
export class Stock {
  private readonly batches = new Map<string, Batch>();

  add(id: bigint, asset: number, batch: Batch): void {
    if (batch.amount === 0n) return;
    const held = this.of(id, asset);
    this.batches.set(keyOf(id, asset), {
      amount: held.amount + batch.amount,
      worth: held.worth + batch.worth,
    });
  }

  /**
   * Removes `amount` and returns its worth when taken [debt units], rounded down. The last unit
   * carries the remainder. Throws a `RangeError` if `amount` exceeds the stock.
   */
  remove(id: bigint, asset: number, amount: bigint): bigint {
    const held = this.of(id, asset);
    if (amount > held.amount) throw new RangeError(`stock ${id}/${asset}: ${amount} of ${held.amount}`);
    const worth = held.amount === 0n ? 0n : (held.worth * amount) / held.amount;
    this.set(id, asset, { amount: held.amount - amount, worth: held.worth - worth });
    return worth;
  }

  /** Removes and returns the whole stock of an absorption. */
  removeAll(id: bigint): readonly (readonly [asset: number, batch: Batch])[] {
    const removed = this.entries().filter(([of]) => of === id);
    for (const [, asset] of removed) this.batches.delete(keyOf(id, asset));
    return removed.map(([, asset, batch]) => [asset, batch] as const);
  }

  /** The stock of an asset over all absorptions [token units]. */
  total(asset: number): bigint {
    return this.entries().reduce((sum, [, of, { amount }]) => (of === asset ? sum + amount : sum), 0n);
  }

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

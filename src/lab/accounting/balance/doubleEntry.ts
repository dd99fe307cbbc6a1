/** One side of a posting: what `account` gained, or lost if negative [debt units]. */
export type Entry<Account extends string> = readonly [account: Account, value: bigint];

/** Accounts in double entry: whatever one gains another one loses. Values in debt units. */
export class DoubleEntry<Account extends string> {
  private readonly nets = new Map<Account, bigint>();

  /** Books what one event moved. Throws a `RangeError` unless the entries sum to zero; then nothing is booked. */
  post(what: string, ...entries: readonly Entry<Account>[]): void {
    const sum = entries.reduce((all, [, value]) => all + value, 0n);
    if (sum !== 0n) throw new RangeError(`${what}: entries sum to ${sum}, must be 0`);
    for (const [account, value] of entries) this.nets.set(account, this.net(account) + value);
  }

  /** What `account` has gained so far, or lost if negative. */
  net(account: Account): bigint {
    return this.nets.get(account) ?? 0n;
  }

  /** The sum over all accounts: 0, or the books are wrong. */
  get sum(): bigint {
    return [...this.nets.values()].reduce((all, value) => all + value, 0n);
  }
}

/** What moved from whom to whom, in units of each asset. */
export class Movements<Holder extends string, Asset extends string | number> {
  private readonly changes = new Map<string, bigint>();

  /** `amount` units of `asset` went from one holder to another. */
  move(asset: Asset, amount: bigint, from: Holder, to: Holder): void {
    this.add(from, asset, -amount);
    this.add(to, asset, amount);
  }

  /** What `holder` should have more of `asset` than at the start, or less if negative [token units]. */
  change(holder: Holder, asset: Asset): bigint {
    return this.changes.get(keyOf(holder, asset)) ?? 0n;
  }

  private add(holder: Holder, asset: Asset, amount: bigint): void {
    this.changes.set(keyOf(holder, asset), this.change(holder, asset) + amount);
  }
}

function keyOf(holder: string, asset: string | number): string {
  return `${holder}/${asset}`;
}

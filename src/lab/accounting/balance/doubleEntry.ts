/** One side of a posting: the gain of `account`, or its loss if negative [debt units]. */
export type Entry<Account extends string> = readonly [account: Account, value: bigint];

/**
 * Accounts in double entry: every gain of one account is a loss of another. Values in debt units.
 */
export class DoubleEntry<Account extends string> {
  private readonly nets = new Map<Account, bigint>();

  /** Books one event. Throws a `RangeError` and books nothing unless the entries sum to zero. */
  post(what: string, ...entries: readonly Entry<Account>[]): void {
    const sum = entries.reduce((all, [, value]) => all + value, 0n);
    if (sum !== 0n) throw new RangeError(`${what}: entries sum to ${sum}, must be 0`);
    for (const [account, value] of entries) this.nets.set(account, this.net(account) + value);
  }

  /** Gain of `account` so far, or its loss if negative [debt units]. */
  net(account: Account): bigint {
    return this.nets.get(account) ?? 0n;
  }

  /** The sum over all accounts. It is 0 if the books are right. */
  get sum(): bigint {
    return [...this.nets.values()].reduce((all, value) => all + value, 0n);
  }
}

/** Movements of tokens between holders, in units of each asset. */
export class Movements<Holder extends string, Asset extends string | number> {
  private readonly changes = new Map<string, bigint>();

  move(asset: Asset, amount: bigint, from: Holder, to: Holder): void {
    this.add(from, asset, -amount);
    this.add(to, asset, amount);
  }

  /** Change of the holder's balance since the start [token units]. Negative if it fell. */
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

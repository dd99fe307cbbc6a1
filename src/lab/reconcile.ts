import { type SystemModel, type VaultKey, statusNumber } from "../model/index.js";
import type { Client } from "../protocol/client.js";
import { RECORDS_PER_CALL, readRecords } from "../protocol/records.js";

/** One difference between the chain and the model. */
export interface Mismatch {
  readonly what: string;
  readonly chain: string;
  readonly model: string;
}

/** How many figures were compared, and which differed. */
export interface Reconciliation {
  readonly comparisons: number;
  readonly mismatches: readonly Mismatch[];
}

const POOL_FIELDS = [
  "index",
  "accruedAt",
  "fees",
  "totalScaledDebt",
  "cash",
  "reserve",
  "backstopDue",
  "auctionDebt",
] as const;
const NO_RECORD = { scaledDebt: -1n, flaggedAt: -1n };

/** Collects comparisons. */
class Tally {
  comparisons = 0;
  readonly mismatches: Mismatch[] = [];

  equal(what: string, chain: bigint, model: bigint): void {
    this.comparisons += 1;
    if (chain !== model) this.mismatches.push({ what, chain: chain.toString(), model: model.toString() });
  }
}

/**
 * Compares totals, share price and the given vaults of the chain's newest block with the model, to the unit. The model's
 * `now` must be that block's time.
 */
export async function reconcile(
  client: Client,
  model: SystemModel,
  keys: readonly VaultKey[],
): Promise<Reconciliation> {
  const tally = new Tally();
  const { lens } = client;
  const chain = await lens.snapshot();
  const modelPool = model.pool;
  for (const field of POOL_FIELDS) tally.equal(`pool.${field}`, chain.pool[field], modelPool[field]);
  tally.equal("pool.totalShares", chain.totalShares, modelPool.totalShares);
  tally.equal("pool.totalAssets", chain.totalAssets, model.totalAssets());
  const prices = model.prices();
  client.deployment.assets.forEach(({ id, symbol }) => {
    const totals = model.assetTotals(id);
    tally.equal(`${symbol}.deposited`, chain.deposited[id] ?? -1n, totals.deposited);
    tally.equal(`${symbol}.auctioned`, chain.auctioned[id] ?? -1n, totals.auctioned);
    const [price, expected] = [chain.prices[id], prices[id]];
    if (price === undefined || expected === undefined) throw new RangeError(`no price of ${symbol}`);
    tally.equal(`${symbol}.price.liq`, price.liq, expected.liq);
    tally.equal(`${symbol}.price.low`, price.low, expected.low);
    tally.equal(`${symbol}.price.high`, price.high, expected.high);
    tally.equal(`${symbol}.price.status`, price.status, statusNumber(expected.status));
  });
  for (let from = 0; from < keys.length; from += RECORDS_PER_CALL) {
    const chunk = keys.slice(from, from + RECORDS_PER_CALL);
    const records = await readRecords(lens, chunk);
    chunk.forEach((key, i) => {
      const record = records[i] ?? { ...NO_RECORD, balances: new Map<number, bigint>() };
      const vault = model.vault(key);
      tally.equal(`${key}.scaledDebt`, record.scaledDebt, vault.scaledDebt);
      tally.equal(`${key}.flaggedAt`, record.flaggedAt, vault.flaggedAt);
      tally.equal(`${key}.collaterals`, BigInt(record.balances.size), BigInt(vault.balances.size));
      for (const [id, balance] of vault.balances) {
        tally.equal(`${key}.balance[${id}]`, record.balances.get(id) ?? -1n, balance);
      }
    });
  }
  return { comparisons: tally.comparisons, mismatches: tally.mismatches };
}

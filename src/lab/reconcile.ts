import { type SystemModel, type VaultKey, statusNumber } from "../model/index.js";
import type { Client } from "../protocol/client.js";

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

/** Most keys per call of the lens. */
const CHUNK = 500;

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
  const { pool, engine, lens, oracle } = client;
  const ids = client.deployment.assets.map((a) => a.id);
  const [state, totalShares, totalAssets, totals, prices] = await Promise.all([
    pool.poolState(),
    pool.totalSupply(),
    pool.totalAssets(),
    Promise.all(ids.map((id) => engine.assetTotals(id))),
    oracle.prices((1n << BigInt(ids.length)) - 1n),
  ]);
  const modelPool = model.pool;
  tally.equal("pool.index", state.index, modelPool.index);
  tally.equal("pool.accruedAt", state.accruedAt, modelPool.accruedAt);
  tally.equal("pool.totalScaledDebt", state.totalScaledDebt, modelPool.totalScaledDebt);
  tally.equal("pool.cash", state.cash, modelPool.cash);
  tally.equal("pool.reserve", state.reserve, modelPool.reserve);
  tally.equal("pool.totalShares", totalShares, modelPool.totalShares);
  tally.equal("pool.totalAssets", totalAssets, model.totalAssets());
  const modelPrices = model.prices();
  ids.forEach((id, i) => {
    const symbol = client.deployment.assets[i]?.symbol ?? "";
    const chain = totals[i];
    const expected = model.assetTotals(id);
    if (chain === undefined) return;
    tally.equal(`${symbol}.deposited`, chain.deposited, expected.deposited);
    tally.equal(`${symbol}.residue`, chain.residue, expected.residue);
    const [price, modelPrice] = [prices[i], modelPrices[i]];
    if (price === undefined || modelPrice === undefined) return;
    tally.equal(`${symbol}.price.liq`, price.liq, modelPrice.liq);
    tally.equal(`${symbol}.price.low`, price.low, modelPrice.low);
    tally.equal(`${symbol}.price.high`, price.high, modelPrice.high);
    tally.equal(`${symbol}.price.status`, price.status, statusNumber(modelPrice.status));
  });
  for (let from = 0; from < keys.length; from += CHUNK) {
    const chunk = keys.slice(from, from + CHUNK);
    const records = await lens.records(chunk);
    chunk.forEach((key, i) => {
      const record = records[i];
      if (record === undefined) return;
      const vault = model.vault(key);
      tally.equal(`${key}.scaledDebt`, record.scaledDebt, vault.scaledDebt);
      const held = [...vault.balances].sort(([a], [b]) => a - b);
      const set = held.reduce((bits, [id]) => bits | (1n << BigInt(id)), 0n);
      tally.equal(`${key}.collaterals`, record.collaterals, set);
      held.forEach(([id, balance], j) => {
        tally.equal(`${key}.balance[${id}]`, record.balances[j] ?? -1n, balance);
      });
    });
  }
  return { comparisons: tally.comparisons, mismatches: tally.mismatches };
}

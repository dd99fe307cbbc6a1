import {
  type SystemModel,
  type VaultKey,
  auctions,
  breakers,
  statusNumber,
  varianceOf,
} from "../model/index.js";
import type { Client } from "../protocol/client.js";
import { RECORDS_PER_CALL, readRecords } from "../protocol/vaultRecords.js";

/** Absorptions read per call. */
const ABSORPTIONS_PER_CALL = 50;

/** One difference between the chain and the model. */
export interface Mismatch {
  readonly what: string;
  readonly chain: string;
  readonly model: string;
}

/** The number of figures compared, and the figures that differ. */
export interface ModelComparison {
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

class Tally {
  comparisons = 0;
  readonly mismatches: Mismatch[] = [];

  equal(what: string, chain: bigint, model: bigint): void {
    this.comparisons += 1;
    if (chain !== model) this.mismatches.push({ what, chain: chain.toString(), model: model.toString() });
  }
}

/**
 * Compares totals, share price and the given vaults at the chain's newest block with the model, to
 * the unit. The model's `now` must be the time of that block.
 */
export async function compareWithModel(
  client: Client,
  model: SystemModel,
  keys: readonly VaultKey[],
): Promise<ModelComparison> {
  const tally = new Tally();
  const { vaultLens } = client;
  const chain = await vaultLens.snapshot();
  const modelPool = model.lendingPool.state;
  for (const field of POOL_FIELDS) tally.equal(`pool.${field}`, chain.pool[field], modelPool[field]);
  tally.equal("pool.totalShares", chain.totalShares, modelPool.totalShares);
  tally.equal("pool.totalAssets", chain.totalAssets, model.lendingPool.totalAssets());
  const prices = model.oracleGuard.prices();
  client.deployment.assets.forEach(({ id, symbol }) => {
    const totals = model.vaultEngine.assetTotals(id);
    tally.equal(`${symbol}.deposited`, chain.deposited[id] ?? -1n, totals.deposited);
    tally.equal(`${symbol}.auctioned`, chain.auctioned[id] ?? -1n, totals.auctioned);
    const [price, expected] = [chain.prices[id], prices[id]];
    if (price === undefined || expected === undefined) throw new RangeError(`no price of ${symbol}`);
    tally.equal(`${symbol}.price.liquidation`, price.liquidation, expected.liquidation);
    tally.equal(`${symbol}.price.low`, price.low, expected.low);
    tally.equal(`${symbol}.price.high`, price.high, expected.high);
    tally.equal(`${symbol}.price.status`, price.status, statusNumber(expected.status));
  });
  for (let from = 0; from < keys.length; from += RECORDS_PER_CALL) {
    const chunk = keys.slice(from, from + RECORDS_PER_CALL);
    const records = await readRecords(vaultLens, chunk);
    chunk.forEach((key, i) => {
      const record = records[i] ?? { ...NO_RECORD, balances: new Map<number, bigint>() };
      const vault = model.vaultEngine.vault(key);
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

/**
 * Compares auctions, backstop, breaker and volatility at the chain's newest block with the model,
 * to the unit. The model's `now` must be the time of that block.
 */
export async function compareDefencesWithModel(client: Client, model: SystemModel): Promise<ModelComparison> {
  const tally = new Tally();
  await compareAuctions(tally, client, model);
  await compareBackstop(tally, client, model);
  await compareBreaker(tally, client, model);
  for (const { id, symbol } of client.deployment.assets) {
    const variance = varianceOf(
      model.volatilityModel.state.series(id),
      model.volatilityModel.state.parameters.halfLife,
    );
    tally.equal(`${symbol}.variance`, await client.volatilityModel.varianceOf(id), variance);
    tally.equal(
      `${symbol}.haircut`,
      await client.volatilityModel.haircutOf(id),
      model.volatilityModel.state.haircut(id),
    );
    const inForce = await client.riskConfig.haircuts(id);
    tally.equal(`${symbol}.haircut in force`, inForce.model, model.riskConfig.haircuts(id).model);
  }
  return { comparisons: tally.comparisons, mismatches: tally.mismatches };
}

/** Compares every open absorption, lot and residual, in the order of the house. */
async function compareAuctions(tally: Tally, client: Client, model: SystemModel): Promise<void> {
  const { auctionHouse } = client;
  const { state: house } = model.auctionHouse;
  tally.equal("auctions.open", await auctionHouse.openCount(), BigInt(house.open.length));
  tally.equal(
    "auctions.expectedPenalties",
    await auctionHouse.expectedPenalties(),
    auctions.expectedPenalties(house),
  );
  for (let from = 0; from < house.open.length; from += ABSORPTIONS_PER_CALL) {
    const to = Math.min(from + ABSORPTIONS_PER_CALL, house.open.length);
    const words = await auctionHouse.absorptions(from, to);
    const expected = house.open
      .slice(from, to)
      .flatMap((a) => [
        a.id,
        BigInt(a.owner),
        BigInt(a.keeper),
        auctions.tabOf(a).debt,
        a.left,
        BigInt(a.lots.length),
        ...a.lots.flatMap((lot) => [BigInt(lot.asset), lot.amount, model.auctionHouse.clockOf(lot)]),
      ]);
    tally.equal("auctions.words", BigInt(words.length), BigInt(expected.length));
    expected.forEach((word, i) => {
      tally.equal(`auctions.word[${from}+${i}]`, words[i] ?? -1n, word);
    });
  }
  for (const [id, lot] of house.residuals) {
    const chain = await auctionHouse.lot(0, id);
    tally.equal(`residuals[${id}].amount`, chain.amount, lot.amount);
    tally.equal(`residuals[${id}].elapsed`, chain.elapsed, model.auctionHouse.clockOf(lot));
  }
}

async function compareBackstop(tally: Tally, client: Client, model: SystemModel): Promise<void> {
  tally.equal(
    "model.backstopPool.state.cash",
    await client.backstopPool.totalAssets(),
    model.backstopPool.state.cash,
  );
  tally.equal(
    "model.backstopPool.state.shares",
    await client.backstopPool.totalSupply(),
    model.backstopPool.state.totalShares,
  );
  tally.equal(
    "model.backstopPool.state.capital",
    await client.backstopPool.capital(),
    model.backstopPool.capital(),
  );
}

async function compareBreaker(tally: Tally, client: Client, model: SystemModel): Promise<void> {
  const state = model.circuitBreaker.state;
  for (const [number, action] of breakers.PAUSABLE_ACTIONS.entries()) {
    const closed = await client.circuitBreaker.pausedSeconds(number);
    tally.equal(`breaker.${action}`, closed, model.circuitBreaker.pausedSeconds(action));
  }
  tally.equal(
    "breaker.gatedActions",
    (await client.riskConfig.systemRisk()).gatedActions,
    breakers.gatedActionBits(state),
  );
}

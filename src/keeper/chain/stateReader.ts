import type { SystemModel, VaultHealth, VaultKey } from "../../model/index.js";
import type { ChainReader, MarketSnapshot } from "./chainReader.js";
import type { Head, VaultIndex } from "./vaultIndex.js";

/**
 * The chain was reorganised during a pass, so that the pass cannot be trusted. The next pass starts
 * from the new state.
 */
export class ReorganisedError extends Error {
  override readonly name = "ReorganisedError";
}

/**
 * Brings `model` to the state at `head`. Throws a `ReorganisedError` if that block is no longer
 * part of the chain afterwards.
 */
export async function readState(
  reader: ChainReader,
  index: VaultIndex,
  model: SystemModel,
  head: Head,
): Promise<void> {
  await index.advance(head);
  const { stale } = index;
  const [records, market] = await Promise.all([
    reader.records(stale, head.number),
    reader.market(head.number),
  ]);
  if ((await reader.blockHash(head.number)) !== head.hash) {
    throw new ReorganisedError(`block ${head.number} was replaced while it was being read`);
  }
  for (const [key, state] of records) model.vaultEngine.restoreVault(key, state);
  index.read(stale);
  restoreMarket(model, market);
  model.now = head.timestamp;
}

function restoreMarket({ lendingPool, oracleGuard, riskConfig }: SystemModel, market: MarketSnapshot): void {
  lendingPool.state = market.pool;
  oracleGuard.setDebtFeed(market.debtFeed);
  riskConfig.system = market.system;
  market.assets.forEach(({ primary, secondary, accepted, lastKnown, risk }, id) => {
    riskConfig.restore(id, risk);
    oracleGuard.setFeed(id, primary);
    oracleGuard.setFeed(id, secondary, "secondary");
    oracleGuard.restoreLastGoodPrice(id, accepted.price, accepted.timestamp);
    oracleGuard.restoreLastKnown(id, lastKnown);
  });
}

export function healthOfAll(model: SystemModel, keys: readonly VaultKey[]): Map<VaultKey, VaultHealth> {
  const prices = model.oracleGuard.prices();
  const pool = model.lendingPool.accrued;
  return new Map(keys.map((key) => [key, model.vaultEngine.health(key, prices, pool)]));
}

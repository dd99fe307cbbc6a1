import { BPS, type SystemModel, type VaultHealth, type VaultKey, debtUp } from "../model/index.js";
import type { Client } from "../protocol/client.js";

/** Counts the invariants checked and keeps what did not hold, in words. */
export class InvariantLog {
  checked = 0;
  readonly violations: string[] = [];

  /** One check: `holds`, or `what` goes on record. */
  require(holds: boolean, what: string): void {
    this.checked += 1;
    if (!holds) this.violations.push(what);
  }
}

/** What a step must not lower, kept from the step before. */
export interface Marks {
  readonly index: bigint;
  /** Assets and shares of the lenders. */
  readonly totalAssets: bigint;
  readonly totalShares: bigint;
  /** Losses lenders have taken so far [debt units]. */
  readonly lendersLost: bigint;
}

/** The marks of this moment. */
export function marksOf(model: SystemModel, lendersLost: bigint): Marks {
  return {
    index: model.accruedPool.index,
    totalAssets: model.totalAssets(),
    totalShares: model.pool.totalShares,
    lendersLost,
  };
}

/** Invariants of every step: the index never falls, lenders' share price falls only by losses booked to them. */
export function checkStep(log: InvariantLog, before: Marks, after: Marks, block: number): void {
  log.require(
    after.index >= before.index,
    `block ${block}: the debt index fell from ${before.index} to ${after.index}`,
  );
  const booked = after.lendersLost - before.lendersLost;
  log.require(
    (after.totalAssets + booked) * before.totalShares >= before.totalAssets * after.totalShares,
    `block ${block}: lenders' share price fell by more than the ${booked} booked to them`,
  );
}

/** Invariants of one liquidation, from the vault's health right before and after it at the same prices. */
export function checkLiquidation(
  log: InvariantLog,
  key: VaultKey,
  before: VaultHealth,
  after: VaultHealth,
  block: number,
): void {
  const where = `block ${block}, vault ${key}`;
  log.require(before.liquidatable, `${where}: a healthy vault was liquidated`);
  if (before.value < before.debt) return;
  log.require(after.value * before.debt >= before.value * after.debt, `${where}: a liquidation lowered C/D`);
  log.require(after.healthFactor >= before.healthFactor, `${where}: a liquidation lowered HF`);
}

/** Invariants of one touched vault: no debt without collateral above dust. */
export function checkVault(log: InvariantLog, model: SystemModel, key: VaultKey, block: number): void {
  const vault = model.vault(key);
  log.require(
    vault.balances.size > 0 || vault.scaledDebt === 0n,
    `block ${block}, vault ${key}: debt without any collateral was not booked`,
  );
}

/** Invariants over the whole book, against token balances on the chain. */
export async function checkBook(
  log: InvariantLog,
  model: SystemModel,
  client: Client,
  block: number,
): Promise<void> {
  let scaled = 0n;
  const sums = client.deployment.assets.map(() => 0n);
  for (const key of model.keys()) {
    const vault = model.vault(key);
    scaled += vault.scaledDebt;
    for (const [id, balance] of vault.balances) sums[id] = (sums[id] ?? 0n) + balance;
  }
  const { totalScaledDebt, cash, index } = model.pool;
  log.require(
    scaled === totalScaledDebt,
    `block ${block}: vault debts sum to ${scaled}, not ${totalScaledDebt}`,
  );
  const held = await client.debtToken.balanceOf(client.pool);
  log.require(held >= cash, `block ${block}: the pool counts ${cash} in cash but holds ${held}`);
  for (const { id, symbol } of client.deployment.assets) {
    const { deposited, auctioned } = model.assetTotals(id);
    log.require(
      sums[id] === deposited,
      `block ${block}: ${symbol} of vaults sums to ${sums[id]}, not ${deposited}`,
    );
    const balance = await client.tokens[id]?.balanceOf(client.engine);
    log.require(
      (balance ?? 0n) >= deposited + auctioned,
      `block ${block}: the engine counts ${deposited + auctioned} ${symbol} but holds ${balance}`,
    );
  }
  const debts = [...model.keys()].reduce((sum, key) => sum + debtUp(model.vault(key).scaledDebt, index), 0n);
  log.require(
    debts * BPS >= (totalScaledDebt * index * BPS) / 10n ** 27n,
    `block ${block}: vaults owe less than the pool counts on`,
  );
}

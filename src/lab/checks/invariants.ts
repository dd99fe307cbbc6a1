import {
  BPS,
  type SystemModel,
  type VaultHealth,
  type VaultKey,
  auctions,
  debtUp,
  pools,
} from "../../model/index.js";
import type { Client } from "../../protocol/client.js";

/** Counts invariant checks and records violations as text. */
export class InvariantLog {
  checked = 0;
  readonly violations: string[] = [];

  /** Counts one check and records `what` if `holds` is false. */
  require(holds: boolean, what: string): void {
    this.checked += 1;
    if (!holds) this.violations.push(what);
  }
}

/** Figures that bound the next step, read at the end of a step. */
export interface Marks {
  readonly index: bigint;
  /** Assets and shares of lenders. */
  readonly totalAssets: bigint;
  readonly totalShares: bigint;
  /** Losses of lenders so far [debt units]. */
  readonly lendersLost: bigint;
}

export function marksOf(model: SystemModel, lendersLost: bigint): Marks {
  return {
    index: model.lendingPool.accrued.index,
    totalAssets: model.lendingPool.totalAssets(),
    totalShares: model.lendingPool.state.totalShares,
    lendersLost,
  };
}

/**
 * Invariants of every step: the index never falls, and lenders' share price falls only by losses
 * booked to lenders.
 */
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

/**
 * Invariants of one liquidation, from the vault's health before and after it at the same prices.
 */
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

/** Invariant of one touched vault: debt without any collateral is written off. */
export function checkVault(log: InvariantLog, model: SystemModel, key: VaultKey, block: number): void {
  const vault = model.vaultEngine.vault(key);
  log.require(
    vault.balances.size > 0 || vault.scaledDebt === 0n,
    `block ${block}, vault ${key}: debt without any collateral was not booked`,
  );
}

/**
 * Invariants of a loss, from the model right after it: the backstop pays first, then the reserve,
 * then lenders.
 */
export function checkLoss(log: InvariantLog, model: SystemModel, loss: pools.Loss, block: number): void {
  if (loss.total === 0n) return;
  const { backstop, reserve, lenders, total } = loss;
  log.require(
    backstop + reserve + lenders === total,
    `block ${block}: a loss of ${total} was divided into ${backstop}, ${reserve} and ${lenders}`,
  );
  const capital = model.backstopPool.capital();
  log.require(
    reserve + lenders === 0n || capital === 0n,
    `block ${block}: the reserve or lenders paid while the backstop had ${capital}`,
  );
  const left = pools.claims(model.lendingPool.accrued, model.terms.pool).reserve;
  log.require(
    lenders === 0n || left === 0n,
    `block ${block}: lenders lost ${lenders} while the reserve had ${left}`,
  );
}

/** Invariant of an absorbed vault: no debt and no collateral is left. */
export function checkEmptied(log: InvariantLog, model: SystemModel, key: VaultKey, block: number): void {
  const { scaledDebt, balances } = model.vaultEngine.vault(key);
  log.require(
    scaledDebt === 0n && balances.size === 0,
    `block ${block}, vault ${key}: an absorbed vault was not emptied`,
  );
}

/** Clock of each lot by absorption and asset [s], and the time at which they were read [s]. */
export interface Clocks {
  readonly at: bigint;
  readonly elapsed: ReadonlyMap<string, { readonly elapsed: bigint; readonly restarts: bigint }>;
}

/**
 * Invariants of the auctions. Returns the clocks as of now.
 * - A clock runs no faster than time and stops at the tail.
 * - The debts of open tabs sum to the pool's auction debt.
 * - Lots, residuals and claims sum to the collateral that the engine keeps for auctions.
 */
export function checkAuctions(log: InvariantLog, model: SystemModel, before: Clocks, block: number): Clocks {
  const { now } = model;
  const { state: house } = model.auctionHouse;
  const elapsed = new Map<string, { elapsed: bigint; restarts: bigint }>();
  const kept = model.terms.assets.map(() => 0n);
  const count = (lot: auctions.Lot, id: bigint): void => {
    const clock = model.auctionHouse.clockOf(lot);
    const name = `${id}/${lot.asset}`;
    elapsed.set(name, { elapsed: clock, restarts: lot.restarts });
    kept[lot.asset] = (kept[lot.asset] ?? 0n) + lot.amount;
    const last = before.elapsed.get(name);
    const where = `block ${block}, lot ${name}`;
    log.require(clock <= lot.terms.tail, `${where}: its clock ran past its end, to ${clock}`);
    if (last?.restarts !== lot.restarts || id === 0n) return;
    log.require(
      clock >= last.elapsed && clock - last.elapsed <= now - before.at,
      `${where}: its clock went from ${last.elapsed} to ${clock} in ${now - before.at} seconds`,
    );
  };
  for (const a of house.open) for (const lot of a.lots) count(lot, a.id);
  for (const lot of house.residuals.values()) count(lot, 0n);
  for (const [claim, amount] of house.claims) {
    const asset = Number(claim.split("/")[1]);
    kept[asset] = (kept[asset] ?? 0n) + amount;
  }
  kept.forEach((sum, id) => {
    const { auctioned } = model.vaultEngine.assetTotals(id);
    log.require(
      sum === auctioned,
      `block ${block}: lots, residuals and claims of asset ${id} sum to ${sum}, not ${auctioned}`,
    );
  });
  const owed = house.open.reduce((sum, a) => sum + auctions.tabOf(a).debt, 0n);
  const { auctionDebt } = model.lendingPool.state;
  log.require(
    owed === auctionDebt,
    `block ${block}: open tabs owe ${owed}, the pool waits for ${auctionDebt}`,
  );
  return { at: now, elapsed };
}

/** Invariants over all vaults, checked against token balances on the chain. */
export async function checkBook(
  log: InvariantLog,
  model: SystemModel,
  client: Client,
  block: number,
): Promise<void> {
  let scaled = 0n;
  const sums = client.deployment.assets.map(() => 0n);
  for (const key of model.vaultEngine.keys()) {
    const vault = model.vaultEngine.vault(key);
    scaled += vault.scaledDebt;
    for (const [id, balance] of vault.balances) sums[id] = (sums[id] ?? 0n) + balance;
  }
  const { totalScaledDebt, cash, index } = model.lendingPool.state;
  log.require(
    scaled === totalScaledDebt,
    `block ${block}: vault debts sum to ${scaled}, not ${totalScaledDebt}`,
  );
  const held = await client.debtToken.balanceOf(client.lendingPool);
  log.require(held >= cash, `block ${block}: the pool counts ${cash} in cash but holds ${held}`);
  const { state: house } = model.auctionHouse;
  const capital = await client.debtToken.balanceOf(client.backstopPool);
  log.require(
    capital >= model.backstopPool.state.cash,
    `block ${block}: the backstop counts ${model.backstopPool.state.cash} but holds ${capital}`,
  );
  const tips = [...house.tips.values()].reduce((sum, tip) => sum + tip, 0n);
  const kept = await client.debtToken.balanceOf(client.auctionHouse);
  log.require(kept >= tips, `block ${block}: the auction house owes ${tips} in tips but holds ${kept}`);
  for (const { id, symbol } of client.deployment.assets) {
    const { deposited, auctioned } = model.vaultEngine.assetTotals(id);
    log.require(
      sums[id] === deposited,
      `block ${block}: ${symbol} of vaults sums to ${sums[id]}, not ${deposited}`,
    );
    const balance = await client.tokens[id]?.balanceOf(client.vaultEngine);
    log.require(
      (balance ?? 0n) >= deposited + auctioned,
      `block ${block}: the engine counts ${deposited + auctioned} ${symbol} but holds ${balance}`,
    );
  }
  const debts = [...model.vaultEngine.keys()].reduce(
    (sum, key) => sum + debtUp(model.vaultEngine.vault(key).scaledDebt, index),
    0n,
  );
  log.require(
    debts * BPS >= (totalScaledDebt * index * BPS) / 10n ** 27n,
    `block ${block}: vaults owe less than the pool counts on`,
  );
}

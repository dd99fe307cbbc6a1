import { bounded } from "../../math/bounded.js";
import { debtUp, repayment, scaledUp } from "../../math/debtMath.js";
import { BPS, MAX_UINT256, min } from "../../math/fixedPoint.js";
import { covers, valueDown } from "../../math/healthMath.js";
import type { Outcome, Position } from "../../math/liquidationMath.js";
import type { PausableAction } from "../../policy/breakerState.js";
import type { CircuitBreaker } from "../../policy/circuitBreaker.js";
import type { OracleGuard } from "../../policy/oracleGuard.js";
import type { RiskConfig } from "../../policy/riskConfig.js";
import type { VolatilityModel } from "../../policy/volatilityModel.js";
import type { Clock } from "../../types/clock.js";
import { ModelError } from "../../types/modelError.js";
import type { Price } from "../../types/price.js";
import type { VaultHealth, VaultState } from "../../types/vault.js";
import { type VaultKey, ownerOf } from "../../types/vaultKey.js";
import type { AuctionHouse } from "../auctionHouse/auctionHouse.js";
import type { LendingPool } from "../lendingPool/lendingPool.js";
import * as pools from "../lendingPool/state.js";
import * as liquidators from "./liquidators.js";
import * as owners from "./owners.js";
import {
  type Context,
  type Valuation,
  contextOf,
  healthOf,
  positionOf,
  reviewed,
  withBalance,
} from "./vaultRules.js";
import { type Totals, VaultStorage } from "./vaultStorage.js";

/** The contracts that the engine reads or moves. */
interface Surroundings {
  readonly oracleGuard: OracleGuard;
  readonly riskConfig: RiskConfig;
  readonly circuitBreaker: CircuitBreaker;
  readonly volatilityModel: VolatilityModel;
  readonly lendingPool: LendingPool;
  readonly auctionHouse: AuctionHouse;
}

/**
 * Result of a liquidation. `writtenOff` in debt units; `loss` is zero unless debt was written off.
 */
export interface LiquidationResult {
  readonly outcome: Outcome;
  readonly writtenOff: bigint;
  readonly loss: pools.Loss;
}

/**
 * The vaults and their operations. Mirrors `VaultEngine`. An operation that the contract refuses
 * throws a `ModelError` and changes nothing.
 */
export class VaultEngine {
  private readonly storage: VaultStorage;

  constructor(
    assets: number,
    private readonly clock: Clock,
    private readonly system: Surroundings,
  ) {
    this.storage = new VaultStorage(assets);
  }

  /** Copies the state of `other`. Later changes of one do not reach the other. */
  copyFrom(other: VaultEngine): void {
    Object.assign(this, { storage: other.storage.clone() });
  }

  // ------------------------------------------------------------------ views

  /** Keys of all vaults that ever held anything, in order of first use. */
  keys(): IterableIterator<VaultKey> {
    return this.storage.keys();
  }

  vault(key: VaultKey): VaultState {
    return this.storage.vault(key);
  }

  /** Collateral of all vaults, and collateral at auction [token units]. Throws `UnknownAsset`. */
  assetTotals(asset: number): Totals {
    return this.storage.totalsOf(asset);
  }

  /** A vault, stored or hypothetical, at liquidation prices. */
  position(vault: VaultState, prices: readonly Price[], pool: pools.PoolState): Position {
    return positionOf(vault, this.valuation(prices, pool));
  }

  /**
   * Health at liquidation prices. Mirrors `VaultLens.health`.
   * @param prices by asset id; pass prices and `pool` to reuse them for many vaults
   */
  health(
    key: VaultKey,
    prices: readonly Price[] = this.system.oracleGuard.prices(),
    pool = this.system.lendingPool.accrued,
  ): VaultHealth {
    return healthOf(this.context(key, pool, prices));
  }

  /** Quotes `liquidate` now; null where it would revert. Mirrors `VaultLens.quoteLiquidation`. */
  quoteLiquidation(
    key: VaultKey,
    asset: number,
    maxRepay: bigint,
    maxSeize: bigint,
    prices: readonly Price[] = this.system.oracleGuard.prices(),
  ): Outcome | null {
    const context = this.context(key, this.system.lendingPool.accrued, prices);
    return liquidators.quote(context, asset, maxRepay, maxSeize);
  }

  // ------------------------------------------------------------------ owners

  /**
   * Adds `amount` [token units] of collateral. `mayAct`: the caller is the owner or an operator.
   * Mirrors `VaultEngine.deposit`.
   */
  deposit(key: VaultKey, asset: number, amount: bigint, mayAct = true): void {
    const { riskConfig, oracleGuard, lendingPool } = this.system;
    if (amount === 0n) throw new ModelError("ZeroAmount");
    const { supplyCap } = riskConfig.termsOf(asset);
    const next = owners.deposit(this.vault(key), asset, amount, mayAct);
    oracleGuard.goodPrice(asset);

    const { deposited } = this.assetTotals(asset);
    const total = bounded(deposited + amount);
    if (total > supplyCap) {
      const pool = lendingPool.accrued;
      owners.requireRestoring(this.context(key, pool), asset, deposited, total);
      lendingPool.state = pool;
      if (this.vault(key).scaledDebt !== 0n) this.recordDeaths(this.vault(key));
    }
    oracleGuard.observe(asset);
    this.storage.store(key, this.reviewed(next));
  }

  /** Withdraws collateral; returns the amount [token units]. Mirrors `VaultEngine.withdraw`. */
  withdraw(key: VaultKey, asset: number, amount: bigint): bigint {
    const vault = this.vault(key);
    const balance = vault.balances.get(asset) ?? 0n;
    const withdrawn = min(amount, balance);
    if (withdrawn === 0n) return 0n;
    const balances = withBalance(vault.balances, asset, balance - withdrawn);
    if (vault.scaledDebt === 0n) {
      this.storage.store(key, { ...vault, balances });
      return withdrawn;
    }
    const debt = debtUp(vault.scaledDebt, this.system.lendingPool.accrued.index);
    this.requireMargin("WithdrawWithDebt", balances, debt);
    this.storage.store(key, { ...vault, balances, flaggedAt: 0n });
    return withdrawn;
  }

  /** Borrows `amount` [debt units]. Mirrors `VaultEngine.borrow`. */
  borrow(key: VaultKey, amount: bigint): void {
    const { lendingPool, riskConfig } = this.system;
    if (amount === 0n) throw new ModelError("ZeroAmount");
    const vault = this.vault(key);
    const pool = lendingPool.accrued;
    const scaledDebt = bounded(vault.scaledDebt + scaledUp(amount, pool.index));
    const debt = debtUp(scaledDebt, pool.index);
    this.requireMargin("Borrow", vault.balances, debt);
    const { dust, borrowCap } = riskConfig.system;
    if (debt < dust) throw new ModelError("DebtBelowDust", [debt, dust]);
    const disbursed = pools.disburse(pool, amount);
    const total = pools.totalDebt(disbursed);
    if (total > borrowCap) throw new ModelError("BorrowCapExceeded", [total, borrowCap]);
    lendingPool.state = disbursed;
    this.storage.store(key, { ...vault, scaledDebt, flaggedAt: 0n });
  }

  /** Repays; returns the amount paid [debt units]. Mirrors `VaultEngine.repay`. */
  repay(key: VaultKey, amount: bigint): bigint {
    const { lendingPool, riskConfig } = this.system;
    const vault = this.vault(key);
    const pool = lendingPool.accrued;
    const { paid, scaledRepaid } = repayment(vault.scaledDebt, pool.index, amount, riskConfig.system.dust);
    if (scaledRepaid === 0n) {
      lendingPool.state = pool;
      return 0n;
    }
    const left = this.reviewed({ ...vault, scaledDebt: vault.scaledDebt - scaledRepaid });
    lendingPool.state = pools.reduceDebt(pool, paid, scaledRepaid);
    this.storage.store(key, left);
    return paid;
  }

  /**
   * Repays `repay` [debt units] with `amount` [token units] of the vault's own collateral. Mirrors
   * `VaultEngine.deleverage`.
   */
  deleverage(
    key: VaultKey,
    asset: number,
    amount: bigint,
    repay: bigint,
  ): { readonly repaid: bigint; readonly sold: bigint } {
    const pool = this.system.lendingPool.accrued;
    const result = owners.deleverage(this.context(key, pool), asset, amount, repay);
    const { left, repaid, scaledRepaid, sold } = result;
    this.system.lendingPool.state = pools.reduceDebt(pool, repaid, scaledRepaid);
    this.recordDeaths(this.vault(key));
    this.storage.store(key, left);
    return { repaid, sold };
  }

  // ------------------------------------------------------------------ liquidators

  /**
   * Repays at most `maxRepay` [debt units] for `minSeize` to `maxSeize` [token units] of
   * collateral. Mirrors `VaultEngine.liquidate`.
   */
  liquidate(
    key: VaultKey,
    asset: number,
    maxRepay: bigint = MAX_UINT256,
    maxSeize: bigint = MAX_UINT256,
    minSeize = 0n,
  ): LiquidationResult {
    const { lendingPool, auctionHouse, circuitBreaker } = this.system;
    const pool = lendingPool.accrued;
    const context = this.context(key, pool);
    circuitBreaker.requireOpen("Liquidate", context.p.value, context.debt);
    const { outcome, left, writtenOff } = liquidators.liquidate(context, asset, maxRepay, maxSeize, minSeize);
    this.recordDeaths(context.vault);
    if (writtenOff === 0n) {
      lendingPool.state = pools.reduceDebt(pool, outcome.repaid, outcome.scaledRepaid);
      this.storage.store(key, left);
      return { outcome, writtenOff, loss: pools.NO_LOSS };
    }
    const taken = pools.toAuction(pool, left.scaledDebt);
    const loss = this.onPool(taken.pool, () => {
      const booked = auctionHouse.writeOffVault(taken.debt, this.storage.collateralOf(left));
      lendingPool.state = pools.reduceDebt(lendingPool.state, outcome.repaid, outcome.scaledRepaid);
      return booked;
    });
    this.storage.moveToAuction(key, left);
    return { outcome, writtenOff, loss };
  }

  /**
   * Flags a stuck vault, clears the flag of any other; returns the time of the flag [s], 0 without
   * one. Mirrors `VaultEngine.flag`.
   */
  flag(key: VaultKey): bigint {
    this.system.lendingPool.addInterest();
    const context = this.context(key);
    const flaggedAt = liquidators.flagOf(context, this.system.circuitBreaker.openedAt(), this.clock.now);
    this.recordDeaths(context.vault);
    if (flaggedAt !== context.vault.flaggedAt) this.storage.store(key, { ...context.vault, flaggedAt });
    return flaggedAt;
  }

  /**
   * Moves a vault to the auction house; `keeper` earns the tip. Returns the absorption's id.
   * Mirrors `VaultEngine.absorb`.
   */
  absorb(key: VaultKey, keeper: string): bigint {
    const { lendingPool, auctionHouse, circuitBreaker } = this.system;
    const pool = lendingPool.accrued;
    const context = this.context(key, pool);
    circuitBreaker.requireOpen("Liquidate", context.p.value, context.debt);
    liquidators.requireAbsorbable(context, circuitBreaker.openedAt(), this.clock.now);
    const taken = pools.toAuction(pool, context.vault.scaledDebt);
    this.recordDeaths(context.vault);
    const collateral = this.storage.collateralOf(context.vault);
    const id = this.onPool(taken.pool, () => auctionHouse.open(ownerOf(key), keeper, taken.debt, collateral));
    this.storage.moveToAuction(key, context.vault);
    return id;
  }

  // ------------------------------------------------------------------ auction house

  /** Releases auctioned collateral [token units]. Mirrors `VaultEngine.release`. */
  release(asset: number, amount: bigint): void {
    this.storage.release(asset, amount);
  }

  // ------------------------------------------------------------------ restoring

  /** Sets a vault to its state as read from a chain. */
  restoreVault(key: VaultKey, vault: VaultState): void {
    this.storage.store(key, vault);
  }

  // ------------------------------------------------------------------ internals

  /**
   * Throws unless `balances` carry `debt` [debt units] at the initial margin. Mirrors
   * `VaultEngine._requireMargin`.
   */
  private requireMargin(action: PausableAction, balances: VaultState["balances"], debt: bigint): void {
    const { circuitBreaker, oracleGuard, volatilityModel } = this.system;
    circuitBreaker.requireOpen(action);
    const held = [...balances].sort(([a], [b]) => a - b);
    const ids = held.map(([id]) => id);
    const values = held.map(([id, amount]) => valueDown(amount, oracleGuard.goodPrice(id).low));
    const power = volatilityModel.borrowingPowerDown(ids, values);
    if (!covers(power, debt)) throw new ModelError("NotEnoughCollateral", [power, debt * BPS]);
    for (const id of ids) circuitBreaker.requireCalm(id);
  }

  /**
   * Runs `operation` with the lending pool set to `pool`. If the operation throws, the pool returns
   * to its former state.
   */
  private onPool<T>(pool: pools.PoolState, operation: () => T): T {
    const { lendingPool } = this.system;
    const before = lendingPool.state;
    lendingPool.state = pool;
    try {
      return operation();
    } catch (error) {
      lendingPool.state = before;
      throw error;
    }
  }

  private context(
    key: VaultKey,
    pool = this.system.lendingPool.accrued,
    prices: readonly Price[] = this.system.oracleGuard.prices(),
  ): Context {
    return contextOf(key, this.vault(key), this.valuation(prices, pool));
  }

  /**
   * The vault as it is stored: without its flag if it is no longer stuck. Accrues interest if the
   * vault is flagged, as the engine does.
   */
  private reviewed(vault: VaultState): VaultState {
    if (vault.flaggedAt === 0n) return vault;
    const { lendingPool, oracleGuard } = this.system;
    lendingPool.addInterest();
    this.recordDeaths(vault);
    return reviewed(vault, this.valuation(oracleGuard.prices(), lendingPool.state));
  }

  /** Records deaths, because the engine reads the prices of a vault's collateral. */
  private recordDeaths(vault: VaultState): void {
    this.system.oracleGuard.recordDeaths(vault.balances.keys());
  }

  private valuation(prices: readonly Price[], pool: pools.PoolState): Valuation {
    const { riskConfig } = this.system;
    return { prices, termsOf: (id) => riskConfig.termsOf(id), system: riskConfig.system, index: pool.index };
  }
}

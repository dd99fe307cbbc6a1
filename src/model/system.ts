import { Backing } from "./core/backing.js";
import { bounded } from "./math/bounded.js";
import { debtUp, repayment, scaledUp } from "./math/debtMath.js";
import { ModelError } from "./types/modelError.js";
import { MAX_UINT256, min } from "./math/fixedPoint.js";
import { type VaultKey, ownerOf } from "./types/vaultKey.js";
import { Lenders } from "./core/lendingPool/lendingPool.js";
import type { Outcome, Position } from "./math/liquidationMath.js";
import * as liquidators from "./core/vaultEngine/liquidators.js";
import { Market } from "./policy/market.js";
import * as owners from "./core/vaultEngine/owners.js";
import * as pools from "./core/lendingPool/state.js";
import type { Price } from "./types/price.js";
import type { FeedAnswer } from "./prices/sourceReader.js";
import type {
  LiquidationResult,
  ModelTerms,
  SystemTerms,
  VaultHealth,
  VaultState,
} from "./types/systemTerms.js";
import {
  type Context,
  type Valuation,
  contextOf,
  healthOf,
  positionOf,
  reviewed,
  withBalance,
} from "./core/vaultEngine/vaultRules.js";
import { type Totals, VaultBook } from "./core/vaultEngine/vaultStorage.js";

/**
 * The reference model: the contracts' state machine in bigint, exact to the unit. No I/O, no clock of its own: every
 * operation happens at `now`. An operation that the contracts refuse throws a `ModelError` and changes nothing.
 */
export class SystemModel {
  readonly market: Market;
  readonly lenders: Lenders;
  /** Auctions and backstop. */
  readonly backing: Backing;
  private readonly book: VaultBook;

  constructor(
    readonly terms: ModelTerms,
    createdAt: bigint,
    /** Time of the block the next operation is in [s]. */
    public now: bigint = createdAt,
  ) {
    this.market = new Market(terms);
    this.lenders = new Lenders(this, createdAt);
    this.backing = new Backing(this);
    this.book = new VaultBook(terms.assets.length);
  }

  /** An independent copy. */
  clone(): SystemModel {
    const copy = new SystemModel(this.terms, this.pool.accruedAt, this.now);
    return Object.assign(copy, {
      market: this.market.clone(),
      lenders: this.lenders.clone(copy),
      backing: this.backing.clone(copy),
      book: this.book.clone(),
    });
  }

  // ------------------------------------------------------------------ reading

  /** The pool as stored, as of its last accrual. */
  get pool(): pools.PoolState {
    return this.lenders.pool;
  }

  /** The pool with interest up to now, as views see it. */
  get accruedPool(): pools.PoolState {
    return this.lenders.accrued;
  }

  /** What belongs to the lenders now [debt units]. */
  totalAssets(): bigint {
    return pools.totalAssets(this.accruedPool);
  }

  /** What leavers of the pool are paid on now [debt units]. Mirrors `LendingPool.exitAssets`. */
  exitAssets(): bigint {
    return this.lenders.exitAssets();
  }

  /** Keys of all vaults that ever held anything, in order of first use. */
  keys(): IterableIterator<VaultKey> {
    return this.book.keys();
  }

  vault(key: VaultKey): VaultState {
    return this.book.vault(key);
  }

  /** What all vaults hold of an asset, and what is at auction [token units]. */
  assetTotals(asset: number): Totals {
    return this.book.totalsOf(asset);
  }

  /** Parameters that hold for every vault now. */
  get system(): SystemTerms {
    return this.market.risk.system;
  }

  price(asset: number): Price {
    return this.market.price(asset, this.now);
  }

  /** A vault as it stands, or as it might, at liquidation prices. */
  position(vault: VaultState, prices: readonly Price[], pool: pools.PoolState): Position {
    return positionOf(vault, this.valuation(prices, pool));
  }

  /** Health at liquidation prices. Pass `prices` (by id) and `pool` to reuse them over many vaults. */
  health(key: VaultKey, prices: readonly Price[] = this.prices(), pool = this.accruedPool): VaultHealth {
    return healthOf(this.context(key, pool, prices));
  }

  /** Prices of all assets now, by id. */
  prices(): Price[] {
    return this.market.prices(this.now);
  }

  /** What `liquidate` would do now, or null where it would revert. Mirrors `VaultLens.quoteLiquidation`. */
  quote(
    key: VaultKey,
    asset: number,
    maxRepay: bigint,
    maxSeize: bigint,
    prices: readonly Price[] = this.prices(),
  ): Outcome | null {
    return liquidators.quote(this.context(key, this.accruedPool, prices), asset, maxRepay, maxSeize);
  }

  // ------------------------------------------------------------------ feeds

  /** A feed of an asset answers `answer`; null: it stops answering. */
  setFeed(asset: number, feed: FeedAnswer | null, which: "primary" | "secondary" = "primary"): void {
    this.market.setFeed(asset, feed, which);
  }

  /** What an asset's primary feed answers now [feed units]; 0 if it does not answer. */
  feedAnswer(asset: number): bigint {
    return this.market.feedAnswer(asset);
  }

  /** The debt asset's own feed answers. */
  setDebtFeed(feed: FeedAnswer | null): void {
    this.market.setDebtFeed(feed);
  }

  /** Remembers a Good price. Mirrors `OracleGuard.accept`. */
  accept(asset: number): boolean {
    return this.market.accept(asset, this.now);
  }

  // ------------------------------------------------------------------ owners

  /** Adds collateral. `mayAct`: the caller is the owner or an operator. Mirrors `VaultEngine.deposit`. */
  deposit(key: VaultKey, asset: number, amount: bigint, mayAct = true): void {
    if (amount === 0n) throw new ModelError("ZeroAmount");
    const { supplyCap } = this.market.risk.termsOf(asset, this.now);
    const next = owners.deposit(this.vault(key), asset, amount, mayAct);
    this.market.goodPrice(asset, this.now);

    const { deposited } = this.assetTotals(asset);
    const total = bounded(deposited + amount);
    if (total > supplyCap) {
      const pool = this.accruedPool;
      owners.requireRestoring(this.context(key, pool), asset, deposited, total);
      this.lenders.pool = pool;
      if (this.vault(key).scaledDebt !== 0n) this.met(this.vault(key));
    }
    this.market.observe(asset, this.now);
    this.book.store(key, this.reviewed(next));
  }

  /** Takes collateral out; returns what was taken. Mirrors `VaultEngine.withdraw`. */
  withdraw(key: VaultKey, asset: number, amount: bigint): bigint {
    const vault = this.vault(key);
    const balance = vault.balances.get(asset) ?? 0n;
    const withdrawn = min(amount, balance);
    if (withdrawn === 0n) return 0n;
    const balances = withBalance(vault.balances, asset, balance - withdrawn);
    if (vault.scaledDebt === 0n) {
      this.book.store(key, { ...vault, balances });
      return withdrawn;
    }
    const debt = debtUp(vault.scaledDebt, this.accruedPool.index);
    this.market.requireMargin("WithdrawWithDebt", balances, debt, this.now);
    this.book.store(key, { ...vault, balances, flaggedAt: 0n });
    return withdrawn;
  }

  /** Borrows. Mirrors `VaultEngine.borrow`. */
  borrow(key: VaultKey, amount: bigint): void {
    if (amount === 0n) throw new ModelError("ZeroAmount");
    const vault = this.vault(key);
    const pool = this.accruedPool;
    const scaledDebt = bounded(vault.scaledDebt + scaledUp(amount, pool.index));
    const debt = debtUp(scaledDebt, pool.index);
    this.market.requireMargin("Borrow", vault.balances, debt, this.now);
    const { dust, borrowCap } = this.system;
    if (debt < dust) throw new ModelError("DebtBelowDust", [debt, dust]);
    const drawn = pools.draw(pool, amount);
    const total = pools.totalDebt(drawn);
    if (total > borrowCap) throw new ModelError("BorrowCapExceeded", [total, borrowCap]);
    this.lenders.pool = drawn;
    this.book.store(key, { ...vault, scaledDebt, flaggedAt: 0n });
  }

  /** Repays; returns what was paid [debt units]. Mirrors `VaultEngine.repay`. */
  repay(key: VaultKey, amount: bigint): bigint {
    const vault = this.vault(key);
    const pool = this.accruedPool;
    const { paid, scaledRepaid } = repayment(vault.scaledDebt, pool.index, amount, this.system.dust);
    if (scaledRepaid === 0n) {
      this.lenders.pool = pool;
      return 0n;
    }
    const left = this.reviewed({ ...vault, scaledDebt: vault.scaledDebt - scaledRepaid });
    this.lenders.pool = pools.settle(pool, paid, scaledRepaid);
    this.book.store(key, left);
    return paid;
  }

  /** Repays with the vault's own collateral. Mirrors `VaultEngine.deleverage`. */
  deleverage(key: VaultKey, asset: number, amount: bigint, repay: bigint): { repaid: bigint; sold: bigint } {
    const pool = this.accruedPool;
    const { left, repaid, scaledRepaid, sold } = owners.deleverage(
      this.context(key, pool),
      asset,
      amount,
      repay,
    );
    this.lenders.pool = pools.settle(pool, repaid, scaledRepaid);
    this.met(this.vault(key));
    this.book.store(key, left);
    return { repaid, sold };
  }

  // ------------------------------------------------------------------ liquidators

  /** Liquidates. Mirrors `VaultEngine.liquidate`. */
  liquidate(
    key: VaultKey,
    asset: number,
    maxRepay: bigint = MAX_UINT256,
    maxSeize: bigint = MAX_UINT256,
    minSeize = 0n,
  ): LiquidationResult {
    const pool = this.accruedPool;
    const x = this.context(key, pool);
    this.market.requireOpen("Liquidate", x.p.value, x.debt, this.now);
    const { outcome, left, writtenOff } = liquidators.liquidate(x, asset, maxRepay, maxSeize, minSeize);
    let [settled, loss] = [pool, pools.NO_LOSS];
    this.met(x.vault);
    if (writtenOff === 0n) {
      this.book.store(key, left);
    } else {
      const taken = pools.toAuction(pool, left.scaledDebt);
      ({ pool: settled, loss } = this.backing.abandon(taken.pool, taken.debt, this.book.empty(key, left)));
    }
    this.lenders.pool = pools.settle(settled, outcome.repaid, outcome.scaledRepaid);
    return { outcome, writtenOff, loss };
  }

  /** Flags an unhealthy vault, clears the flag of a healthy one; returns when it was flagged [s]. Mirrors `VaultEngine.flag`. */
  flag(key: VaultKey): bigint {
    this.lenders.accrue();
    const x = this.context(key);
    const flaggedAt = liquidators.flagOf(x, this.market.opened(), this.now);
    this.met(x.vault);
    if (flaggedAt !== x.vault.flaggedAt) this.book.store(key, { ...x.vault, flaggedAt });
    return flaggedAt;
  }

  /** Takes a vault over for `keeper`; returns the absorption's id. Mirrors `VaultEngine.absorb`. */
  absorb(key: VaultKey, keeper: string): bigint {
    const pool = this.accruedPool;
    const x = this.context(key, pool);
    this.market.requireOpen("Liquidate", x.p.value, x.debt, this.now);
    liquidators.requireAbsorbable(x, this.market.opened(), this.now);
    const taken = pools.toAuction(pool, x.vault.scaledDebt);
    this.met(x.vault);
    return this.backing.open(taken.pool, ownerOf(key), keeper, taken.debt, this.book.empty(key, x.vault));
  }

  // ------------------------------------------------------------------ auction house

  /** Auctioned collateral leaves the engine. */
  release(asset: number, amount: bigint): void {
    this.book.release(asset, amount);
  }

  // ------------------------------------------------------------------ as read from a chain

  /** Restores a vault as read from a chain: how the keeper fills its model. */
  restoreVault(key: VaultKey, vault: VaultState): void {
    this.book.store(key, vault);
  }

  /** Restores the pool as read from a chain. */
  restorePool(pool: pools.PoolState): void {
    this.lenders.pool = pool;
  }

  /** Restores the guard's accepted price of an asset as read from a chain. */
  restoreAccepted(asset: number, price: bigint, timestamp: bigint): void {
    this.market.restoreAccepted(asset, price, timestamp);
  }

  // ------------------------------------------------------------------ internals

  private context(key: VaultKey, pool = this.accruedPool, prices: readonly Price[] = this.prices()): Context {
    return contextOf(key, this.vault(key), this.valuation(prices, pool));
  }

  /** A vault as it is kept: a flag goes with what made the vault stuck. Accrues like the engine, where it is flagged. */
  private reviewed(vault: VaultState): VaultState {
    if (vault.flaggedAt === 0n) return vault;
    const pool = this.accruedPool;
    this.lenders.pool = pool;
    this.met(vault);
    return reviewed(vault, this.valuation(this.prices(), pool));
  }

  /** The engine read the prices of what a vault holds. */
  private met(vault: VaultState): void {
    this.market.met(vault.balances.keys(), this.now);
  }

  private valuation(prices: readonly Price[], pool: pools.PoolState): Valuation {
    const { risk } = this.market;
    return { prices, termsOf: (id) => risk.termsOf(id, this.now), system: risk.system, index: pool.index };
  }
}

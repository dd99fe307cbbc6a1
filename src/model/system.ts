import type { Handed } from "./auctionLot.js";
import { Backing } from "./backing.js";
import type { Action } from "./breaker.js";
import { debtUp, repayment, scaledUp } from "./debt.js";
import { ModelError } from "./error.js";
import { BPS, MAX_UINT128, MAX_UINT256, min, mulDivDown } from "./fixed.js";
import { covers, healthFactorDown, noPoorer, noWorse, valueDown } from "./health.js";
import { type VaultKey, ownerOf } from "./key.js";
import { type Outcome, type Position, decide, isHopeless } from "./liquidation.js";
import { Market } from "./market.js";
import * as pools from "./pool.js";
import { type FeedAnswer, type Price, statusNumber } from "./price.js";
import type { LiquidationResult, ModelTerms, SystemTerms, VaultHealth, VaultState } from "./terms.js";
import {
  EMPTY_VAULT,
  type Valuation,
  isHealthy,
  positionOf,
  restoringAmount,
  seizedAsset,
  valueHigh,
  withBalance,
} from "./vault.js";

/** Collateral of all vaults, and collateral at auction [token units]. */
interface Totals {
  deposited: bigint;
  auctioned: bigint;
}

const MAX_COLLATERALS = 8;
/** Below this collateral ratio anyone may absorb [bps]. */
const ABSORB_RATIO = 10_200n;
/** A flag lets a vault be absorbed from this age to twice this age [s]. */
const FLAG_AGE = 3600n;

/**
 * The reference model: the contracts' state machine in bigint, exact to the unit. No I/O, no clock of its own: every
 * operation happens at `now`. An operation that the contracts refuse throws a `ModelError` and changes nothing.
 */
export class SystemModel {
  readonly market: Market;
  /** Auctions and backstop. */
  readonly backing: Backing;
  private readonly totals: Totals[];
  private readonly vaults = new Map<VaultKey, VaultState>();
  private poolState: pools.PoolState;

  constructor(
    readonly terms: ModelTerms,
    createdAt: bigint,
    /** Time of the block the next operation is in [s]. */
    public now: bigint = createdAt,
  ) {
    this.poolState = pools.emptyPool(createdAt);
    this.market = new Market(terms);
    this.totals = terms.assets.map(() => ({ deposited: 0n, auctioned: 0n }));
    this.backing = new Backing(this);
  }

  /** An independent copy. */
  clone(): SystemModel {
    const copy = new SystemModel(this.terms, this.poolState.accruedAt, this.now);
    copy.poolState = this.poolState;
    Object.assign(copy, { market: this.market.clone(), backing: this.backing.clone(copy) });
    this.totals.forEach((totals, id) => Object.assign(copy.assetTotals(id), totals));
    for (const [key, vault] of this.vaults) copy.vaults.set(key, vault);
    return copy;
  }

  // ------------------------------------------------------------------ reading

  /** The pool as stored, as of its last accrual. */
  get pool(): pools.PoolState {
    return this.poolState;
  }

  /** The pool with interest up to now, as views see it. */
  get accruedPool(): pools.PoolState {
    return pools.accrue(this.poolState, this.terms.pool, this.now);
  }

  /** What belongs to the lenders now [debt units]. */
  totalAssets(): bigint {
    return pools.totalAssets(this.accruedPool);
  }

  /** What leavers of an accrued pool are paid on [debt units]. Mirrors `LendingPool.exitAssets`. */
  exitAssets(pool: pools.PoolState = this.accruedPool): bigint {
    return pool.auctionDebt === 0n
      ? pools.totalAssets(pool)
      : pools.exitAssets(pool, this.backing.shortfall().low, this.backing.capital());
  }

  /** Keys of all vaults that ever held anything, in order of first use. */
  keys(): IterableIterator<VaultKey> {
    return this.vaults.keys();
  }

  vault(key: VaultKey): VaultState {
    return this.vaults.get(key) ?? EMPTY_VAULT;
  }

  /** What all vaults hold of an asset, and what is at auction [token units]. */
  assetTotals(asset: number): Totals {
    const totals = this.totals[asset];
    if (totals === undefined) throw new ModelError("UnknownAsset", [asset, this.totals.length]);
    return totals;
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
    const p = this.position(this.vault(key), prices, pool);
    const debt = debtUp(p.scaledDebt, p.index);
    return {
      debt,
      value: p.value,
      healthFactor: healthFactorDown(p.weighted, debt),
      liquidatable: !covers(p.weighted, debt),
    };
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
    const vault = this.vault(key);
    const amount = vault.balances.get(asset);
    const price = prices[asset];
    if (amount === undefined || price === undefined || price.status === "dead") return null;
    const outcome = decide(
      this.position(vault, prices, this.accruedPool),
      seizedAsset(amount, price, this.market.risk.termsOf(asset, this.now)),
      {
        maxRepay,
        maxSeize,
        target: this.system.targetHealth,
        dust: this.system.dust,
      },
    );
    return outcome.verdict === "executable" || outcome.verdict === "nothingToDo" ? outcome : null;
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

  // ------------------------------------------------------------------ lenders

  /** Lends `assets`; returns the shares. */
  lend(assets: bigint): bigint {
    const pool = this.accruedPool;
    const shares = pools.toSharesDown(pool, assets);
    this.poolState = pools.enter(pool, assets, shares);
    return shares;
  }

  /** Buys `shares`; returns the assets they cost. */
  mint(shares: bigint): bigint {
    const pool = this.accruedPool;
    const assets = pools.toAssetsUp(pool, shares);
    this.poolState = pools.enter(pool, assets, shares);
    return assets;
  }

  /** Takes `assets` out; returns the shares burned. */
  unlend(assets: bigint): bigint {
    const pool = this.accruedPool;
    const shares = pools.toSharesUp(pool, assets, this.exitAssets(pool));
    this.poolState = pools.leave(pool, assets, shares);
    return shares;
  }

  /** Redeems `shares`; returns the assets. */
  redeem(shares: bigint): bigint {
    const pool = this.accruedPool;
    const assets = pools.toAssetsDown(pool, shares, this.exitAssets(pool));
    this.poolState = pools.leave(pool, assets, shares);
    return assets;
  }

  /** Gives `amount` to the reserve. */
  donate(amount: bigint): void {
    this.poolState = pools.donate(this.accruedPool, amount);
  }

  /** Brings interest up to now. */
  accrue(): void {
    this.poolState = this.accruedPool;
  }

  // ------------------------------------------------------------------ vaults

  /** Adds collateral. `mayAct`: the caller is the owner or an operator. Mirrors `VaultEngine.deposit`. */
  deposit(key: VaultKey, asset: number, amount: bigint, mayAct = true): void {
    if (amount === 0n) throw new ModelError("ZeroAmount");
    const { supplyCap } = this.market.risk.termsOf(asset, this.now);
    const vault = this.vault(key);
    const held = vault.balances.get(asset);
    if (held === undefined) {
      if (!mayAct) throw new ModelError("NotAuthorised");
      if (vault.balances.size === MAX_COLLATERALS) {
        throw new ModelError("TooManyCollaterals", [BigInt(MAX_COLLATERALS)]);
      }
    }
    const price = this.price(asset);
    if (price.status !== "good") throw priceNotGood(asset, price);

    const totals = this.assetTotals(asset);
    const total = bounded(totals.deposited + amount);
    let pool = this.poolState;
    if (total > supplyCap) {
      const excess = total - (totals.deposited > supplyCap ? totals.deposited : supplyCap);
      if (vault.scaledDebt !== 0n) pool = this.accruedPool;
      const at = this.valuation(this.prices(), pool);
      if (excess > restoringAmount(vault, asset, at, this.system.targetHealth)) {
        throw new ModelError("SupplyCapExceeded", [total, supplyCap]);
      }
    }
    this.poolState = pool;
    this.market.observe(asset, this.now);
    totals.deposited = total;
    this.store(key, { ...vault, balances: withBalance(vault.balances, asset, (held ?? 0n) + amount) });
  }

  /** Takes collateral out; returns what was taken. Mirrors `VaultEngine.withdraw`. */
  withdraw(key: VaultKey, asset: number, amount: bigint): bigint {
    const vault = this.vault(key);
    const balance = vault.balances.get(asset) ?? 0n;
    const withdrawn = min(amount, balance);
    if (withdrawn === 0n) return 0n;
    const next = { ...vault, balances: withBalance(vault.balances, asset, balance - withdrawn) };
    if (vault.scaledDebt !== 0n) {
      this.requireMargin(next, debtUp(vault.scaledDebt, this.accruedPool.index), "WithdrawWithDebt");
    }
    this.assetTotals(asset).deposited -= withdrawn;
    this.store(key, vault.scaledDebt === 0n ? next : { ...next, flaggedAt: 0n });
    return withdrawn;
  }

  /** Borrows. Mirrors `VaultEngine.borrow`. */
  borrow(key: VaultKey, amount: bigint): void {
    if (amount === 0n) throw new ModelError("ZeroAmount");
    const vault = this.vault(key);
    const pool = this.accruedPool;
    const scaledDebt = bounded(vault.scaledDebt + scaledUp(amount, pool.index));
    const debt = debtUp(scaledDebt, pool.index);
    this.requireMargin(vault, debt, "Borrow");
    const { dust, borrowCap } = this.system;
    if (debt < dust) throw new ModelError("DebtBelowDust", [debt, dust]);
    const drawn = pools.draw(pool, amount);
    const total = pools.totalDebt(drawn);
    if (total > borrowCap) throw new ModelError("BorrowCapExceeded", [total, borrowCap]);
    this.poolState = drawn;
    this.store(key, { ...vault, scaledDebt, flaggedAt: 0n });
  }

  /** Repays; returns what was paid [debt units]. Mirrors `VaultEngine.repay`. */
  repay(key: VaultKey, amount: bigint): bigint {
    const vault = this.vault(key);
    const pool = this.accruedPool;
    const { paid, scaledRepaid } = repayment(vault.scaledDebt, pool.index, amount, this.system.dust);
    if (scaledRepaid === 0n) {
      this.poolState = pool;
      return 0n;
    }
    this.poolState = pools.settle(pool, paid, scaledRepaid);
    const scaledDebt = vault.scaledDebt - scaledRepaid;
    this.store(key, { ...vault, scaledDebt, flaggedAt: scaledDebt === 0n ? 0n : vault.flaggedAt });
    return paid;
  }

  /** Liquidates. Mirrors `VaultEngine.liquidate`. */
  liquidate(
    key: VaultKey,
    asset: number,
    maxRepay: bigint = MAX_UINT256,
    maxSeize: bigint = MAX_UINT256,
    minSeize = 0n,
  ): LiquidationResult {
    const vault = this.vault(key);
    const prices = this.prices();
    const pool = this.accruedPool;
    const p = this.position(vault, prices, pool);
    const { targetHealth, dust } = this.system;
    this.market.requireOpen("Liquidate", p.value, debtUp(p.scaledDebt, p.index), this.now);
    const amount = vault.balances.get(asset);
    if (amount === undefined) throw new ModelError("AssetNotHeld", [key, asset]);
    const price = prices[asset] as Price;
    if (price.status === "dead") throw new ModelError("PriceDead", [asset]);
    const seizable = seizedAsset(amount, price, this.market.risk.termsOf(asset, this.now));
    const outcome = decide(p, seizable, { maxRepay, maxSeize, target: targetHealth, dust });
    const debtBefore = debtUp(p.scaledDebt, p.index);
    if (outcome.verdict === "healthy") throw new ModelError("VaultHealthy", [p.weighted, debtBefore * BPS]);
    if (outcome.verdict === "assetNotSeizable") {
      const healthFactor = healthFactorDown(p.weighted, debtBefore);
      throw new ModelError("AssetNotSeizable", [asset, seizable.threshold, healthFactor]);
    }
    if (outcome.seized < minSeize) throw new ModelError("SeizedTooLittle", [outcome.seized, minSeize]);

    const left: VaultState = {
      scaledDebt: vault.scaledDebt - outcome.scaledRepaid,
      balances: withBalance(vault.balances, asset, amount - outcome.seized),
      flaggedAt: vault.flaggedAt,
    };
    const debt = debtUp(left.scaledDebt, p.index);
    this.assetTotals(asset).deposited -= outcome.seized;
    const hopeless = !outcome.limited && isHopeless(valueHigh(left.balances, prices), debt, dust);
    let loss = pools.NO_LOSS;
    let settled = pool;
    if (hopeless) {
      const taken = pools.toAuction(pool, left.scaledDebt);
      ({ pool: settled, loss } = this.backing.abandon(taken.pool, taken.debt, this.empty(key, left)));
    } else {
      this.store(key, this.unflagIfHealthy(left, prices, pool));
    }
    this.poolState = pools.settle(settled, outcome.repaid, outcome.scaledRepaid);
    return { outcome, writtenOff: hopeless ? debt : 0n, loss };
  }

  /** Flags an unhealthy vault, clears the flag of a healthy one; returns when it was flagged [s]. Mirrors `VaultEngine.flag`. */
  flag(key: VaultKey): bigint {
    this.poolState = this.accruedPool;
    const vault = this.vault(key);
    const p = this.position(vault, this.prices(), this.poolState);
    let { flaggedAt } = vault;
    if (covers(p.weighted, debtUp(p.scaledDebt, p.index))) flaggedAt = 0n;
    else if (flaggedAt === 0n || this.now > flaggedAt + 2n * FLAG_AGE) flaggedAt = this.now;
    if (flaggedAt !== vault.flaggedAt) this.store(key, { ...vault, flaggedAt });
    return flaggedAt;
  }

  /** Takes a vault over for `keeper`; returns the absorption's id. Mirrors `VaultEngine.absorb`. */
  absorb(key: VaultKey, keeper: string): bigint {
    const vault = this.vault(key);
    const pool = this.accruedPool;
    const p = this.position(vault, this.prices(), pool);
    const debt = debtUp(p.scaledDebt, p.index);
    this.market.requireOpen("Liquidate", p.value, debt, this.now);
    if (covers(p.weighted, debt)) throw new ModelError("VaultHealthy", [p.weighted, debt * BPS]);
    const { flaggedAt } = vault;
    const ripe = this.now >= flaggedAt + FLAG_AGE && this.now <= flaggedAt + 2n * FLAG_AGE;
    if (p.value * BPS >= debt * ABSORB_RATIO && !ripe) {
      throw new ModelError("NotAbsorbable", [p.value, debt, flaggedAt]);
    }
    const taken = pools.toAuction(pool, vault.scaledDebt);
    return this.backing.open(taken.pool, ownerOf(key), keeper, taken.debt, this.empty(key, vault));
  }

  /** Repays with the vault's own collateral. Mirrors `VaultEngine.deleverage`. */
  deleverage(key: VaultKey, asset: number, amount: bigint, repay: bigint): { repaid: bigint; sold: bigint } {
    const vault = this.vault(key);
    const held = vault.balances.get(asset);
    if (held === undefined) throw new ModelError("AssetNotHeld", [key, asset]);
    const prices = this.prices();
    const price = prices[asset] as Price;
    if (price.status === "dead") throw new ModelError("PriceDead", [asset]);
    const pool = this.accruedPool;
    const before = this.position(vault, prices, pool);
    const debt = debtUp(before.scaledDebt, before.index);
    const sold = min(amount, held);
    const { dust } = this.system;
    const { paid, scaledRepaid } = repayment(vault.scaledDebt, pool.index, repay, dust);
    const cost = valueDown(sold, price.liq);
    const most = mulDivDown(paid, BPS + this.market.risk.termsOf(asset, this.now).maxBonus, BPS);
    if (cost > most) throw new ModelError("SoldTooMuch", [cost, most]);
    const left: VaultState = {
      ...vault,
      scaledDebt: vault.scaledDebt - scaledRepaid,
      balances: withBalance(vault.balances, asset, held - sold),
    };
    const after = this.position(left, prices, pool);
    const debtAfter = debtUp(after.scaledDebt, after.index);
    if (!noWorse(before.weighted, debt, after.weighted, debtAfter)) {
      throw new ModelError("HealthWouldFall", [
        healthFactorDown(before.weighted, debt),
        healthFactorDown(after.weighted, debtAfter),
      ]);
    }
    if (!noPoorer(before.value, debt, after.value, debtAfter)) {
      throw new ModelError("VaultWouldBePoorer", [before.value, debt, after.value, debtAfter]);
    }
    this.assetTotals(asset).deposited -= sold;
    this.poolState = pools.settle(pool, paid, scaledRepaid);
    this.store(key, this.unflagIfHealthy(left, prices, pool));
    return { repaid: paid, sold };
  }

  /** Auctioned collateral leaves the engine. */
  release(asset: number, amount: bigint): void {
    this.assetTotals(asset).auctioned -= amount;
  }

  /** Restores a vault as read from a chain: how the keeper fills its model. */
  restoreVault(key: VaultKey, vault: VaultState): void {
    const before = this.vault(key);
    for (const [id, balance] of before.balances) this.assetTotals(id).deposited -= balance;
    for (const [id, balance] of vault.balances) this.assetTotals(id).deposited += balance;
    this.store(key, vault);
  }

  /** Restores the pool as read from a chain. */
  restorePool(pool: pools.PoolState): void {
    this.poolState = pool;
  }

  /** Restores the guard's accepted price of an asset as read from a chain. */
  restoreAccepted(asset: number, price: bigint, timestamp: bigint): void {
    this.market.restoreAccepted(asset, price, timestamp);
  }

  // ------------------------------------------------------------------ internals

  /** Moves all collateral of a vault, as `vault` says, to auction and forgets the vault; ids ascending. */
  private empty(key: VaultKey, vault: VaultState): Handed[] {
    const handed = [...vault.balances]
      .map(([asset, amount]) => ({ asset, amount }))
      .sort((a, b) => a.asset - b.asset);
    for (const { asset, amount } of handed) {
      const totals = this.assetTotals(asset);
      totals.deposited -= amount;
      totals.auctioned += amount;
    }
    this.store(key, EMPTY_VAULT);
    return handed;
  }

  private unflagIfHealthy(vault: VaultState, prices: readonly Price[], pool: pools.PoolState): VaultState {
    return isHealthy(vault, this.valuation(prices, pool)) ? { ...vault, flaggedAt: 0n } : vault;
  }

  private store(key: VaultKey, vault: VaultState): void {
    this.vaults.set(key, vault);
  }

  private valuation(prices: readonly Price[], pool: pools.PoolState): Valuation {
    const { risk } = this.market;
    return { prices, termsOf: (id) => risk.termsOf(id, this.now), index: pool.index };
  }

  private requireMargin(vault: VaultState, debt: bigint, action: Action): void {
    this.market.requireOpen(action, 0n, 0n, this.now);
    const ids = [...vault.balances.keys()].sort((a, b) => a - b);
    const values = ids.map((id) => {
      const price = this.price(id);
      if (price.status !== "good") throw priceNotGood(id, price);
      return valueDown(vault.balances.get(id) as bigint, price.low);
    });
    const power = this.market.borrowingPowerDown(ids, values, this.now);
    if (!covers(power, debt)) throw new ModelError("NotEnoughCollateral", [power, debt * BPS]);
  }
}

function priceNotGood(asset: number, price: Price): ModelError {
  return new ModelError("PriceNotGood", [asset, statusNumber(price.status)]);
}

function bounded(amount: bigint): bigint {
  if (amount > MAX_UINT128) throw new ModelError("AmountTooLarge", [amount, MAX_UINT128]);
  return amount;
}

import * as auctions from "./auctionHouse/actions.js";
import * as backstops from "./backstopPool/state.js";
import { ModelError } from "../types/modelError.js";
import type { Market } from "../policy/market.js";
import * as pools from "./lendingPool/state.js";
import type { ModelTerms } from "../types/systemTerms.js";

/** What auctions and backstop need of the system they stand behind. */
export interface Backed {
  readonly terms: ModelTerms;
  readonly market: Market;
  /** Time of the block the next operation is in [s]. */
  readonly now: bigint;
  readonly accruedPool: pools.PoolState;
  restorePool(pool: pools.PoolState): void;
  /** Auctioned collateral leaves the engine [token units]. */
  release(asset: number, amount: bigint): void;
}

/** The auction house and the backstop pool: what stands between a vault that failed and the lenders. */
export class Backing {
  house: auctions.AuctionState;
  backstop: backstops.BackstopState;

  constructor(private readonly system: Backed) {
    this.house = auctions.emptyAuctions(system.terms.auction);
    this.backstop = backstops.emptyBackstop(system.terms.debtDecimals);
  }

  /** An independent copy behind `system`. */
  clone(system: Backed): Backing {
    const copy = new Backing(system);
    copy.house = this.house;
    copy.backstop = this.backstop;
    return copy;
  }

  /** What open absorptions would fall short of now [debt units]. Mirrors `AuctionHouse.shortfall`. */
  shortfall(): { low: bigint; high: bigint } {
    const { auctionDebt } = this.system.accruedPool;
    return auctionDebt === 0n && this.house.open.length === 0
      ? { low: 0n, high: 0n }
      : auctions.shortfall(this.house, this.world(), auctionDebt);
  }

  /** What the backstop can still pay [debt units]. */
  capital(): bigint {
    return backstops.capital(this.backstop);
  }

  /** What entering and leaving the backstop is priced on. */
  prospects(): backstops.Prospects {
    const pool = this.system.accruedPool;
    return {
      ...this.shortfall(),
      penalties: auctions.expectedPenalties(this.house),
      due: pools.claims(pool, this.system.terms.pool).backstopDue,
    };
  }

  // ------------------------------------------------------------------ engine

  /** Auctions a vault's collateral. Takes an accrued pool that owes `debt` to auctions already. Mirrors `AuctionHouse.open`. */
  open(
    pool: pools.PoolState,
    owner: string,
    keeper: string,
    debt: bigint,
    handed: readonly auctions.Handed[],
  ): bigint {
    const { state, effects, id } = auctions.open(this.house, this.world(), owner, keeper, debt, handed);
    this.settle(pool, state, effects);
    this.system.restorePool(this.touched(effects) ? this.poolAfter : pool);
    return id;
  }

  /** Books a debt at once. Takes an accrued pool; returns it. Mirrors `AuctionHouse.abandon`. */
  abandon(
    pool: pools.PoolState,
    debt: bigint,
    handed: readonly auctions.Handed[],
  ): { pool: pools.PoolState; loss: pools.Loss } {
    const { state, effects } = auctions.abandon(this.house, this.world(), debt, handed);
    const loss = this.settle(pool, state, effects);
    return { pool: this.poolAfter, loss };
  }

  // ------------------------------------------------------------------ bidders

  /** Buys from a lot. Mirrors `AuctionHouse.take`. */
  take(
    id: bigint,
    asset: number,
    maxAmount: bigint,
    maxPrice: bigint,
  ): { amount: bigint; cost: bigint; loss: pools.Loss } {
    this.system.market.requireOpen("Bid", 0n, 0n, this.system.now);
    const { state, effects, amount, cost } = auctions.take(
      this.house,
      this.world(),
      id,
      asset,
      maxAmount,
      maxPrice,
    );
    if (amount === 0n) return { amount, cost, loss: pools.NO_LOSS };
    const loss = this.apply(state, effects);
    this.system.release(asset, amount);
    return { amount, cost, loss };
  }

  /** What `take` would do now; throws where it would. Mirrors `AuctionHouse.quoteTake`. */
  quoteTake(
    id: bigint,
    asset: number,
    maxAmount: bigint,
  ): { readonly amount: bigint; readonly cost: bigint; readonly price: bigint } {
    this.system.market.requireOpen("Bid", 0n, 0n, this.system.now);
    return auctions.quoteTake(this.house, this.world(), id, asset, maxAmount);
  }

  /** What the clock of a lot says now [s]. */
  clockOf(lot: auctions.Lot): bigint {
    return auctions.elapsedOf(lot, this.world());
  }

  /** Brings a lot's clock up to now. Mirrors `AuctionHouse.checkpoint`. */
  checkpoint(id: bigint, asset: number): void {
    this.house = auctions.checkpoint(this.house, this.world(), id, asset);
  }

  /** Starts an expired lot again. Mirrors `AuctionHouse.restart`. */
  restart(id: bigint, asset: number): void {
    this.house = auctions.restart(this.house, this.world(), id, asset);
  }

  /** Ends an absorption not worth its gas. Mirrors `AuctionHouse.giveUp`. */
  giveUp(id: bigint): pools.Loss {
    const { state, effects } = auctions.giveUp(this.house, this.world(), id);
    return this.apply(state, effects);
  }

  /** Takes out what an owner may claim [token units]. Mirrors `AuctionHouse.claim`. */
  claim(owner: string, asset: number): bigint {
    const { state, amount } = auctions.claim(this.house, owner, asset);
    this.house = state;
    this.system.release(asset, amount);
    return amount;
  }

  /** Takes out a keeper's tips [debt units]. Mirrors `AuctionHouse.claimTip`. */
  claimTip(keeper: string): bigint {
    const { state, amount } = auctions.claimTip(this.house, keeper);
    this.house = state;
    return amount;
  }

  // ------------------------------------------------------------------ backstop

  /** Enters the backstop; returns the shares. */
  deposit(owner: string, assets: bigint): bigint {
    const { backstop, shares } = backstops.deposit(this.backstop, this.prospects(), owner, assets);
    this.backstop = backstop;
    return shares;
  }

  /** Buys shares of the backstop; returns what they cost. */
  mint(owner: string, shares: bigint): bigint {
    const { backstop, assets } = backstops.mint(this.backstop, this.prospects(), owner, shares);
    this.backstop = backstop;
    return assets;
  }

  /** Requests that shares may leave. */
  requestExit(owner: string, shares: bigint): void {
    const { due } = this.prospects();
    this.backstop = backstops.requestExit(this.backstop, due, owner, shares, this.system.now);
  }

  /** Leaves with shares of a mature request; returns the assets. */
  redeem(owner: string, shares: bigint): bigint {
    const { backstop, assets } = backstops.redeem(
      this.backstop,
      this.prospects(),
      owner,
      shares,
      this.system.now,
    );
    this.backstop = backstop;
    return assets;
  }

  /** Leaves with assets of a mature request; returns the shares they cost. */
  withdraw(owner: string, assets: bigint): bigint {
    const { backstop, shares } = backstops.withdraw(
      this.backstop,
      this.prospects(),
      owner,
      assets,
      this.system.now,
    );
    this.backstop = backstop;
    return shares;
  }

  /** Gives `amount` to the backstop. */
  donate(amount: bigint): void {
    this.backstop = backstops.add(this.backstop, amount);
  }

  /** Sends the backstop what it has earned of interest; returns it. Mirrors `LendingPool.payBackstop`. */
  collect(): bigint {
    const { pool, paid } = pools.payBackstop(this.system.accruedPool, this.system.terms.pool);
    this.system.restorePool(pool);
    this.donate(paid);
    return paid;
  }

  // ------------------------------------------------------------------ internals

  private poolAfter: pools.PoolState = pools.emptyPool(0n);

  private world(): auctions.AuctionWorld {
    const { market, now } = this.system;
    return {
      now,
      closedBetween: (from, to) => market.pausedBetween("Bid", from, to),
      dust: market.risk.system.dust,
      priceOf: (asset) => market.priceAndExpiry(asset, now),
    };
  }

  /** Applies an operation to the pool as it is now, accrued only if the operation reaches it. */
  private apply(state: auctions.AuctionState, effects: auctions.Effects): pools.Loss {
    const loss = this.settle(this.system.accruedPool, state, effects);
    if (this.touched(effects)) this.system.restorePool(this.poolAfter);
    return loss;
  }

  private settle(pool: pools.PoolState, state: auctions.AuctionState, effects: auctions.Effects): pools.Loss {
    const settled = auctions.settle(state, this.backstop, pool, this.system.terms.pool, effects);
    this.house = settled.state;
    this.backstop = settled.backstop;
    this.poolAfter = settled.pool;
    if (settled.pool.auctionDebt < 0n) throw new ModelError("Panic", [settled.pool.auctionDebt]);
    return settled.loss;
  }

  private touched(e: auctions.Effects): boolean {
    return e.repaid !== 0n || e.shortfall !== 0n || e.donated !== 0n;
  }
}

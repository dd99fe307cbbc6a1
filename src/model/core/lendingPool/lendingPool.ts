import type { Clock } from "../../types/clock.js";
import * as pools from "./state.js";

/** Auctions and backstop, as exit pricing and `payBackstop` use them. */
interface Backing {
  /** `low` of `AuctionHouse.shortfall` [debt units]. */
  readonly auctionHouse: { shortfall(): { readonly low: bigint } };
  /** Amounts in debt units. */
  readonly backstopPool: { capital(): bigint; donate(amount: bigint): void };
}

/** Mirrors `LendingPool`. Amounts in debt units. */
export class LendingPool {
  /** As of the last accrual. */
  state: pools.PoolState;

  constructor(
    private readonly terms: pools.PoolTerms,
    private readonly clock: Clock,
    private readonly backing: Backing,
    createdAt: bigint,
  ) {
    this.state = pools.emptyPool(createdAt);
  }

  /** Copies the state of `other`. */
  copyFrom(other: LendingPool): void {
    this.state = other.state;
  }

  /** The pool with interest up to now, as the contract's views report it. */
  get accrued(): pools.PoolState {
    return pools.accrue(this.state, this.terms, this.clock.now);
  }

  /** Assets that belong to the lenders now [debt units]. Mirrors `LendingPool.totalAssets`. */
  totalAssets(): bigint {
    return pools.totalAssets(this.accrued);
  }

  /**
   * Assets on which exit pricing of an accrued pool is based [debt units]. Mirrors
   * `LendingPool.exitAssets`.
   */
  exitAssets(pool: pools.PoolState = this.accrued): bigint {
    const { auctionHouse, backstopPool } = this.backing;
    return pool.auctionDebt === 0n
      ? pools.totalAssets(pool)
      : pools.exitAssets(pool, this.terms, auctionHouse.shortfall().low, backstopPool.capital());
  }

  /** Assets that belong to reserve and backstop now [debt units]. Mirrors `LendingPool.claims`. */
  claims(): ReturnType<typeof pools.claims> {
    return pools.claims(this.accrued, this.terms);
  }

  /** Deposits `assets`; returns the shares. Mirrors `LendingPool.deposit`. */
  deposit(assets: bigint): bigint {
    const pool = this.accrued;
    const shares = pools.toSharesDown(pool, assets);
    this.state = pools.enter(pool, assets, shares);
    return shares;
  }

  /** Buys `shares`; returns their cost. Mirrors `LendingPool.mint`, inherited from ERC-4626. */
  mint(shares: bigint): bigint {
    const pool = this.accrued;
    const assets = pools.toAssetsUp(pool, shares);
    this.state = pools.enter(pool, assets, shares);
    return assets;
  }

  /** Withdraws `assets`; returns the shares burned. Mirrors `LendingPool.withdraw`. */
  withdraw(assets: bigint): bigint {
    const pool = this.accrued;
    const shares = pools.toSharesUp(pool, assets, this.exitAssets(pool));
    this.state = pools.leave(pool, assets, shares);
    return shares;
  }

  /** Redeems `shares`; returns the assets. Mirrors `LendingPool.redeem`. */
  redeem(shares: bigint): bigint {
    const pool = this.accrued;
    const assets = pools.toAssetsDown(pool, shares, this.exitAssets(pool));
    this.state = pools.leave(pool, assets, shares);
    return assets;
  }

  /** Adds `amount` to the reserve. Mirrors `LendingPool.donate`. */
  donate(amount: bigint): void {
    this.state = pools.donate(this.accrued, amount);
  }

  /** Accrues interest up to now. Mirrors `LendingPool.addInterest`. */
  addInterest(): void {
    this.state = this.accrued;
  }

  /**
   * Pays the backstop the interest it is owed, at most the cash; returns the amount. Mirrors
   * `LendingPool.payBackstop`.
   */
  payBackstop(): bigint {
    const { pool, paid } = pools.payBackstop(this.accrued, this.terms);
    this.state = pool;
    this.backing.backstopPool.donate(paid);
    return paid;
  }
}

import type { Clock } from "../../types/clock.js";
import * as pools from "./state.js";

/** What stands between a vault that failed and the lenders. */
interface Backing {
  /** `low` of `AuctionHouse.shortfall` [debt units]. */
  readonly auctionHouse: { shortfall(): { readonly low: bigint } };
  /** Amounts in debt units. */
  readonly backstopPool: { capital(): bigint; donate(amount: bigint): void };
}

/** The lenders' pool. Mirrors `LendingPool`. */
export class LendingPool {
  /** As stored, as of its last accrual. */
  state: pools.PoolState;

  constructor(
    private readonly terms: pools.PoolTerms,
    private readonly clock: Clock,
    private readonly backing: Backing,
    createdAt: bigint,
  ) {
    this.state = pools.emptyPool(createdAt);
  }

  /** Takes over what `other` knows. */
  copyFrom(other: LendingPool): void {
    this.state = other.state;
  }

  /** The pool with interest up to now, as views see it. */
  get accrued(): pools.PoolState {
    return pools.accrue(this.state, this.terms, this.clock.now);
  }

  /** What belongs to the lenders now [debt units]. Mirrors `LendingPool.totalAssets`. */
  totalAssets(): bigint {
    return pools.totalAssets(this.accrued);
  }

  /** What leavers of an accrued pool are paid on [debt units]. Mirrors `LendingPool.exitAssets`. */
  exitAssets(pool: pools.PoolState = this.accrued): bigint {
    const { auctionHouse, backstopPool } = this.backing;
    return pool.auctionDebt === 0n
      ? pools.totalAssets(pool)
      : pools.exitAssets(pool, this.terms, auctionHouse.shortfall().low, backstopPool.capital());
  }

  /** What belongs to reserve and backstop now [debt units]. Mirrors `LendingPool.claims`. */
  claims(): ReturnType<typeof pools.claims> {
    return pools.claims(this.accrued, this.terms);
  }

  /** Lends `assets`; returns the shares. Mirrors `LendingPool.deposit`. */
  deposit(assets: bigint): bigint {
    const pool = this.accrued;
    const shares = pools.toSharesDown(pool, assets);
    this.state = pools.enter(pool, assets, shares);
    return shares;
  }

  /** Buys `shares`; returns the assets they cost. Mirrors `LendingPool.mint`. */
  mint(shares: bigint): bigint {
    const pool = this.accrued;
    const assets = pools.toAssetsUp(pool, shares);
    this.state = pools.enter(pool, assets, shares);
    return assets;
  }

  /** Takes `assets` out; returns the shares burned. Mirrors `LendingPool.withdraw`. */
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

  /** Gives `amount` to the reserve. Mirrors `LendingPool.donate`. */
  donate(amount: bigint): void {
    this.state = pools.donate(this.accrued, amount);
  }

  /** Brings interest up to now. Mirrors `LendingPool.addInterest`. */
  addInterest(): void {
    this.state = this.accrued;
  }

  /** Pays the backstop what it has earned, as far as there is cash; returns it. Mirrors `LendingPool.payBackstop`. */
  payBackstop(): bigint {
    const { pool, paid } = pools.payBackstop(this.accrued, this.terms);
    this.state = pool;
    this.backing.backstopPool.donate(paid);
    return paid;
  }
}

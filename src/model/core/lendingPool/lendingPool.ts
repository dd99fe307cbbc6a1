import type { Backing } from "../backing.js";
import * as pools from "./state.js";
import type { ModelTerms } from "../../types/systemTerms.js";

/** What the lenders' pool needs of the system it lends to. */
export interface Lending {
  readonly terms: ModelTerms;
  /** What stands between a vault that failed and the lenders. */
  readonly backing: Backing;
  /** Time of the block the next operation is in [s]. */
  readonly now: bigint;
}

/** The lenders' pool, and what lenders do with it. Mirrors `LendingPool`. */
export class Lenders {
  /** As stored, as of its last accrual. */
  pool: pools.PoolState;

  constructor(
    private readonly system: Lending,
    createdAt: bigint,
  ) {
    this.pool = pools.emptyPool(createdAt);
  }

  /** An independent copy that lends to `system`. */
  clone(system: Lending): Lenders {
    const copy = new Lenders(system, this.pool.accruedAt);
    copy.pool = this.pool;
    return copy;
  }

  /** The pool with interest up to now, as views see it. */
  get accrued(): pools.PoolState {
    return pools.accrue(this.pool, this.system.terms.pool, this.system.now);
  }

  /** What leavers of an accrued pool are paid on [debt units]. Mirrors `LendingPool.exitAssets`. */
  exitAssets(pool: pools.PoolState = this.accrued): bigint {
    const { backing } = this.system;
    return pool.auctionDebt === 0n
      ? pools.totalAssets(pool)
      : pools.exitAssets(pool, this.system.terms.pool, backing.shortfall().low, backing.capital());
  }

  /** Lends `assets`; returns the shares. */
  lend(assets: bigint): bigint {
    const pool = this.accrued;
    const shares = pools.toSharesDown(pool, assets);
    this.pool = pools.enter(pool, assets, shares);
    return shares;
  }

  /** Buys `shares`; returns the assets they cost. */
  mint(shares: bigint): bigint {
    const pool = this.accrued;
    const assets = pools.toAssetsUp(pool, shares);
    this.pool = pools.enter(pool, assets, shares);
    return assets;
  }

  /** Takes `assets` out; returns the shares burned. */
  unlend(assets: bigint): bigint {
    const pool = this.accrued;
    const shares = pools.toSharesUp(pool, assets, this.exitAssets(pool));
    this.pool = pools.leave(pool, assets, shares);
    return shares;
  }

  /** Redeems `shares`; returns the assets. */
  redeem(shares: bigint): bigint {
    const pool = this.accrued;
    const assets = pools.toAssetsDown(pool, shares, this.exitAssets(pool));
    this.pool = pools.leave(pool, assets, shares);
    return assets;
  }

  /** Gives `amount` to the reserve. */
  donate(amount: bigint): void {
    this.pool = pools.donate(this.accrued, amount);
  }

  /** Brings interest up to now. */
  accrue(): void {
    this.pool = this.accrued;
  }
}

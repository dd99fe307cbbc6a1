import type { Clock } from "../../types/clock.js";
import * as backstops from "./state.js";

/** The contracts whose figures enter the share pricing. */
interface Earnings {
  readonly auctionHouse: {
    shortfall(): { readonly low: bigint; readonly high: bigint };
    expectedPenalties(): bigint;
  };
  readonly lendingPool: { claims(): { readonly backstopDue: bigint } };
}

/** First-loss capital, amounts in debt units. Mirrors `BackstopPool`. */
export class BackstopPool {
  state: backstops.BackstopState;

  constructor(
    debtDecimals: bigint,
    private readonly clock: Clock,
    private readonly earnings: Earnings,
  ) {
    this.state = backstops.emptyBackstop(debtDecimals);
  }

  /** Copies the state of `other`. */
  copyFrom(other: BackstopPool): void {
    this.state = other.state;
  }

  /** The amount it can still pay [debt units]. Mirrors `BackstopPool.capital`. */
  capital(): bigint {
    return backstops.capital(this.state);
  }

  /** The figures on which entry and exit pricing are based. */
  pricing(): backstops.SharePricing {
    const { auctionHouse, lendingPool } = this.earnings;
    return {
      ...auctionHouse.shortfall(),
      penalties: auctionHouse.expectedPenalties(),
      due: lendingPool.claims().backstopDue,
    };
  }

  /** Deposits `assets`; returns the shares. Mirrors `BackstopPool.deposit`. */
  deposit(owner: string, assets: bigint): bigint {
    const { backstop, shares } = backstops.deposit(this.state, this.pricing(), owner, assets);
    this.state = backstop;
    return shares;
  }

  /** Buys `shares`; returns their cost. Mirrors `BackstopPool.mint`, inherited from ERC-4626. */
  mint(owner: string, shares: bigint): bigint {
    const { backstop, assets } = backstops.mint(this.state, this.pricing(), owner, shares);
    this.state = backstop;
    return assets;
  }

  /** Requests the exit of `shares`. Mirrors `BackstopPool.requestExit`. */
  requestExit(owner: string, shares: bigint): void {
    const { due } = this.pricing();
    this.state = backstops.requestExit(this.state, due, owner, shares, this.clock.now);
  }

  /** Redeems shares of a mature exit request; returns the assets. Mirrors `BackstopPool.redeem`. */
  redeem(owner: string, shares: bigint): bigint {
    const { backstop, assets } = backstops.redeem(this.state, this.pricing(), owner, shares, this.clock.now);
    this.state = backstop;
    return assets;
  }

  /**
   * Withdraws assets of a mature exit request; returns the shares they cost. Mirrors
   * `BackstopPool.withdraw`, inherited from ERC-4626.
   */
  withdraw(owner: string, assets: bigint): bigint {
    const { backstop, shares } = backstops.withdraw(
      this.state,
      this.pricing(),
      owner,
      assets,
      this.clock.now,
    );
    this.state = backstop;
    return shares;
  }

  /** Adds `amount` to its cash. Mirrors `BackstopPool.donate`. */
  donate(amount: bigint): void {
    this.state = backstops.add(this.state, amount);
  }
}

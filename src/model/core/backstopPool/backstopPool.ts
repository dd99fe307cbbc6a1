import type { Clock } from "../../types/clock.js";
import * as backstops from "./state.js";

/** What the backstop is priced by, together with its own cash. */
interface Earnings {
  readonly auctionHouse: {
    shortfall(): { readonly low: bigint; readonly high: bigint };
    expectedPenalties(): bigint;
  };
  readonly lendingPool: { claims(): { readonly backstopDue: bigint } };
}

/** The first-loss capital. Mirrors `BackstopPool`. */
export class BackstopPool {
  state: backstops.BackstopState;

  constructor(
    debtDecimals: bigint,
    private readonly clock: Clock,
    private readonly earnings: Earnings,
  ) {
    this.state = backstops.emptyBackstop(debtDecimals);
  }

  /** Takes over what `other` knows. */
  copyFrom(other: BackstopPool): void {
    this.state = other.state;
  }

  /** What it can still pay [debt units]. Mirrors `BackstopPool.capital`. */
  capital(): bigint {
    return backstops.capital(this.state);
  }

  /** What entering and leaving are priced on. */
  pricing(): backstops.SharePricing {
    const { auctionHouse, lendingPool } = this.earnings;
    return {
      ...auctionHouse.shortfall(),
      penalties: auctionHouse.expectedPenalties(),
      due: lendingPool.claims().backstopDue,
    };
  }

  /** Enters; returns the shares. Mirrors `BackstopPool.deposit`. */
  deposit(owner: string, assets: bigint): bigint {
    const { backstop, shares } = backstops.deposit(this.state, this.pricing(), owner, assets);
    this.state = backstop;
    return shares;
  }

  /** Buys shares; returns what they cost. Mirrors `BackstopPool.mint`. */
  mint(owner: string, shares: bigint): bigint {
    const { backstop, assets } = backstops.mint(this.state, this.pricing(), owner, shares);
    this.state = backstop;
    return assets;
  }

  /** Requests that shares may leave. Mirrors `BackstopPool.requestExit`. */
  requestExit(owner: string, shares: bigint): void {
    const { due } = this.pricing();
    this.state = backstops.requestExit(this.state, due, owner, shares, this.clock.now);
  }

  /** Leaves with shares of a mature request; returns the assets. Mirrors `BackstopPool.redeem`. */
  redeem(owner: string, shares: bigint): bigint {
    const { backstop, assets } = backstops.redeem(this.state, this.pricing(), owner, shares, this.clock.now);
    this.state = backstop;
    return assets;
  }

  /** Leaves with assets of a mature request; returns the shares they cost. Mirrors `BackstopPool.withdraw`. */
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

  /** Gives it `amount`. Mirrors `BackstopPool.donate`. */
  donate(amount: bigint): void {
    this.state = backstops.add(this.state, amount);
  }
}

import type { CircuitBreaker } from "../../policy/circuitBreaker.js";
import type { OracleGuard } from "../../policy/oracleGuard.js";
import type { RiskConfig } from "../../policy/riskConfig.js";
import type { AuctionTerms } from "../../math/auctionMath.js";
import type { Clock } from "../../types/clock.js";
import { ModelError } from "../../types/modelError.js";
import type { CollateralAmount } from "../../types/vault.js";
import type { BackstopPool } from "../backstopPool/backstopPool.js";
import type { LendingPool } from "../lendingPool/lendingPool.js";
import * as pools from "../lendingPool/state.js";
import * as auctions from "./actions.js";

/** The contracts that price auctions, receive their proceeds or hold their collateral. */
interface Surroundings {
  readonly oracleGuard: OracleGuard;
  readonly riskConfig: RiskConfig;
  readonly circuitBreaker: CircuitBreaker;
  readonly lendingPool: LendingPool;
  readonly backstopPool: BackstopPool;
  /** The engine releases auctioned collateral [token units]. */
  readonly vaultEngine: { release(asset: number, amount: bigint): void };
}

/** Mirrors `AuctionHouse`. An operation that the contract refuses throws a `ModelError`. */
export class AuctionHouse {
  state: auctions.AuctionState;

  constructor(
    terms: AuctionTerms,
    private readonly poolTerms: pools.PoolTerms,
    private readonly clock: Clock,
    private readonly system: Surroundings,
  ) {
    this.state = auctions.emptyAuctions(terms);
  }

  /** Copies the state of `other`. */
  copyFrom(other: AuctionHouse): void {
    this.state = other.state;
  }

  // ------------------------------------------------------------------ views

  /**
   * Debt that open absorptions would leave uncovered if sold now [debt units]. Mirrors
   * `AuctionHouse.shortfall`.
   */
  shortfall(): { readonly low: bigint; readonly high: bigint } {
    const { auctionDebt } = this.system.lendingPool.accrued;
    return auctionDebt === 0n && this.state.open.length === 0
      ? { low: 0n, high: 0n }
      : auctions.shortfall(this.state, this.world(), auctionDebt);
  }

  /**
   * Penalties that open absorptions may still bring in [debt units]. Mirrors
   * `AuctionHouse.expectedPenalties`.
   */
  expectedPenalties(): bigint {
    return auctions.expectedPenalties(this.state);
  }

  /**
   * Quotes `take` now; throws as `take` does. Amounts in token units, cost in debt units, price
   * 1e36-scaled. Mirrors `AuctionHouse.quoteTake`.
   */
  quoteTake(
    id: bigint,
    asset: number,
    maxAmount: bigint,
  ): { readonly amount: bigint; readonly cost: bigint; readonly price: bigint } {
    this.system.circuitBreaker.requireOpen("Bid");
    return auctions.quoteTake(this.state, this.world(), id, asset, maxAmount);
  }

  /** Time on the clock of a lot now [s]. */
  clockOf(lot: auctions.Lot): bigint {
    return auctions.elapsedOf(lot, this.world());
  }

  // ------------------------------------------------------------------ engine

  /**
   * Opens the auction of a vault's collateral; returns the id. The pool must count `debt` as
   * auction debt already. Mirrors `AuctionHouse.open`.
   */
  open(owner: string, keeper: string, debt: bigint, collateral: readonly CollateralAmount[]): bigint {
    const { state, effects, id } = auctions.open(this.state, this.world(), owner, keeper, debt, collateral);
    this.apply(state, effects);
    return id;
  }

  /**
   * Books a debt as a loss at once and moves the collateral to the residuals. Mirrors
   * `AuctionHouse.writeOffVault`.
   */
  writeOffVault(debt: bigint, collateral: readonly CollateralAmount[]): pools.Loss {
    const { state, effects } = auctions.writeOffVault(this.state, this.world(), debt, collateral);
    return this.apply(state, effects);
  }

  // ------------------------------------------------------------------ bidders

  /** Buys from a lot: amounts in token units, cost in debt units. Mirrors `AuctionHouse.take`. */
  take(
    id: bigint,
    asset: number,
    maxAmount: bigint,
    maxPrice: bigint,
  ): { readonly amount: bigint; readonly cost: bigint; readonly loss: pools.Loss } {
    this.system.circuitBreaker.requireOpen("Bid");
    const taken = auctions.take(this.state, this.world(), id, asset, maxAmount, maxPrice);
    const { state, effects, amount, cost } = taken;
    if (amount === 0n) return { amount, cost, loss: pools.NO_LOSS };
    const loss = this.apply(state, effects);
    this.system.vaultEngine.release(asset, amount);
    return { amount, cost, loss };
  }

  /**
   * Brings the clock of a lot up to now and grants it a new credit. Mirrors
   * `AuctionHouse.checkpoint`.
   */
  checkpoint(id: bigint, asset: number): void {
    this.state = auctions.checkpoint(this.state, this.world(), id, asset);
  }

  /** Restarts an expired lot at the start multiplier. Mirrors `AuctionHouse.restart`. */
  restart(id: bigint, asset: number): void {
    this.state = auctions.restart(this.state, this.world(), id, asset);
  }

  /**
   * Ends an uneconomic absorption; returns the loss [debt units]. Mirrors `AuctionHouse.writeOff`.
   */
  writeOff(id: bigint): pools.Loss {
    const { state, effects } = auctions.writeOff(this.state, this.world(), id);
    return this.apply(state, effects);
  }

  // ------------------------------------------------------------------ claims and tips

  /** Takes out the claim of an owner [token units]. Mirrors `AuctionHouse.claim`. */
  claim(owner: string, asset: number): bigint {
    const { state, amount } = auctions.claim(this.state, owner, asset);
    this.state = state;
    this.system.vaultEngine.release(asset, amount);
    return amount;
  }

  /** Takes out the tips of a keeper [debt units]. Mirrors `AuctionHouse.claimTip`. */
  claimTip(keeper: string): bigint {
    const { state, amount } = auctions.claimTip(this.state, keeper);
    this.state = state;
    return amount;
  }

  // ------------------------------------------------------------------ internals

  private world(): auctions.AuctionWorld {
    const { circuitBreaker, riskConfig, oracleGuard } = this.system;
    return {
      now: this.clock.now,
      closedBetween: (from, to) => circuitBreaker.pausedBetween("Bid", from, to),
      dust: riskConfig.system.dust,
      priceOf: (asset) => oracleGuard.priceAndExpiry(asset),
    };
  }

  /**
   * Applies the cash flows of an operation. The pool accrues only if they reach it. Throws `Panic`
   * where the auction debt would fall below zero.
   */
  private apply(state: auctions.AuctionState, flows: auctions.CashFlows): pools.Loss {
    const { lendingPool, backstopPool } = this.system;
    const settled = auctions.settle(state, backstopPool.state, lendingPool.accrued, this.poolTerms, flows);
    if (settled.pool.auctionDebt < 0n) throw new ModelError("Panic", [settled.pool.auctionDebt]);
    this.state = settled.state;
    backstopPool.state = settled.backstop;
    const reached = flows.repaid !== 0n || flows.shortfall !== 0n || flows.donated !== 0n;
    if (reached) lendingPool.state = settled.pool;
    return settled.loss;
  }
}

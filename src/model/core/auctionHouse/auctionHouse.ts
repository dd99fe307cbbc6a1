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

/** What auctions are judged by, paid to, and hand over from. */
interface Surroundings {
  readonly oracleGuard: OracleGuard;
  readonly riskConfig: RiskConfig;
  readonly circuitBreaker: CircuitBreaker;
  readonly lendingPool: LendingPool;
  readonly backstopPool: BackstopPool;
  /** Auctioned collateral leaves the engine [token units]. */
  readonly vaultEngine: { release(asset: number, amount: bigint): void };
}

/** The auction house. Mirrors `AuctionHouse`. */
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

  /** Takes over what `other` knows. */
  copyFrom(other: AuctionHouse): void {
    this.state = other.state;
  }

  // ------------------------------------------------------------------ views

  /** What open absorptions would fall short of now [debt units]. Mirrors `AuctionHouse.shortfall`. */
  shortfall(): { readonly low: bigint; readonly high: bigint } {
    const { auctionDebt } = this.system.lendingPool.accrued;
    return auctionDebt === 0n && this.state.open.length === 0
      ? { low: 0n, high: 0n }
      : auctions.shortfall(this.state, this.world(), auctionDebt);
  }

  /** All penalties that may still come in [debt units]. Mirrors `AuctionHouse.expectedPenalties`. */
  expectedPenalties(): bigint {
    return auctions.expectedPenalties(this.state);
  }

  /** What `take` would do now; throws where it would. Mirrors `AuctionHouse.quoteTake`. */
  quoteTake(
    id: bigint,
    asset: number,
    maxAmount: bigint,
  ): { readonly amount: bigint; readonly cost: bigint; readonly price: bigint } {
    this.system.circuitBreaker.requireOpen("Bid");
    return auctions.quoteTake(this.state, this.world(), id, asset, maxAmount);
  }

  /** What the clock of a lot says now [s]. */
  clockOf(lot: auctions.Lot): bigint {
    return auctions.elapsedOf(lot, this.world());
  }

  // ------------------------------------------------------------------ engine

  /** Auctions a vault's collateral; returns the id. The pool must owe `debt` to auctions already. Mirrors `AuctionHouse.open`. */
  open(owner: string, keeper: string, debt: bigint, collateral: readonly CollateralAmount[]): bigint {
    const { state, effects, id } = auctions.open(this.state, this.world(), owner, keeper, debt, collateral);
    this.apply(state, effects);
    return id;
  }

  /** Books a debt at once and keeps the collateral as residuals. Mirrors `AuctionHouse.writeOffVault`. */
  writeOffVault(debt: bigint, collateral: readonly CollateralAmount[]): pools.Loss {
    const { state, effects } = auctions.writeOffVault(this.state, this.world(), debt, collateral);
    return this.apply(state, effects);
  }

  // ------------------------------------------------------------------ bidders

  /** Buys from a lot. Mirrors `AuctionHouse.take`. */
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

  /** Brings a lot's clock up to now. Mirrors `AuctionHouse.checkpoint`. */
  checkpoint(id: bigint, asset: number): void {
    this.state = auctions.checkpoint(this.state, this.world(), id, asset);
  }

  /** Starts an expired lot again. Mirrors `AuctionHouse.restart`. */
  restart(id: bigint, asset: number): void {
    this.state = auctions.restart(this.state, this.world(), id, asset);
  }

  /** Ends an absorption not worth its gas. Mirrors `AuctionHouse.writeOff`. */
  writeOff(id: bigint): pools.Loss {
    const { state, effects } = auctions.writeOff(this.state, this.world(), id);
    return this.apply(state, effects);
  }

  // ------------------------------------------------------------------ what is left over

  /** Takes out what an owner may claim [token units]. Mirrors `AuctionHouse.claim`. */
  claim(owner: string, asset: number): bigint {
    const { state, amount } = auctions.claim(this.state, owner, asset);
    this.state = state;
    this.system.vaultEngine.release(asset, amount);
    return amount;
  }

  /** Takes out a keeper's tips [debt units]. Mirrors `AuctionHouse.claimTip`. */
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

  /** Moves the money of an operation. The pool accrues only if the operation reaches it. */
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

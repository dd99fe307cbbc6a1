import { AuctionHouse } from "./core/auctionHouse/auctionHouse.js";
import { BackstopPool } from "./core/backstopPool/backstopPool.js";
import { LendingPool } from "./core/lendingPool/lendingPool.js";
import { VaultEngine } from "./core/vaultEngine/vaultEngine.js";
import { CircuitBreaker } from "./policy/circuitBreaker.js";
import { OracleGuard } from "./policy/oracleGuard.js";
import { RiskConfig } from "./policy/riskConfig.js";
import { VolatilityModel } from "./policy/volatilityModel.js";
import type { ModelTerms } from "./systemTerms.js";
import type { Clock } from "./types/clock.js";

/**
 * The reference model: the contracts' state machine in bigint, exact to the unit, with one member
 * per contract. It has no I/O and no clock of its own: every operation happens at `now`. An
 * operation that the contracts refuse throws a `ModelError` and changes nothing.
 */
export class SystemModel implements Clock {
  readonly oracleGuard: OracleGuard;
  readonly riskConfig: RiskConfig;
  readonly circuitBreaker: CircuitBreaker;
  readonly volatilityModel: VolatilityModel;
  readonly lendingPool: LendingPool;
  readonly backstopPool: BackstopPool;
  readonly auctionHouse: AuctionHouse;
  readonly vaultEngine: VaultEngine;

  constructor(
    readonly terms: ModelTerms,
    createdAt: bigint,
    /** Timestamp of the block of the next operation [s]. */
    public now: bigint = createdAt,
  ) {
    const { assets, volatility, pool, auction, debtDecimals, watch } = terms;
    this.oracleGuard = new OracleGuard(terms, this);
    this.riskConfig = new RiskConfig(terms, this);
    this.circuitBreaker = new CircuitBreaker(this.oracleGuard, this, assets.length, watch);
    this.volatilityModel = new VolatilityModel(assets, this.riskConfig, this, volatility);
    this.lendingPool = new LendingPool(pool, this, this, createdAt);
    this.backstopPool = new BackstopPool(debtDecimals, this, this);
    this.auctionHouse = new AuctionHouse(auction, pool, this, this);
    this.vaultEngine = new VaultEngine(assets.length, this, this);
  }

  clone(): SystemModel {
    const copy = new SystemModel(this.terms, this.now);
    copy.oracleGuard.copyFrom(this.oracleGuard);
    copy.riskConfig.copyFrom(this.riskConfig);
    copy.circuitBreaker.copyFrom(this.circuitBreaker);
    copy.volatilityModel.copyFrom(this.volatilityModel);
    copy.lendingPool.copyFrom(this.lendingPool);
    copy.backstopPool.copyFrom(this.backstopPool);
    copy.auctionHouse.copyFrom(this.auctionHouse);
    copy.vaultEngine.copyFrom(this.vaultEngine);
    return copy;
  }
}

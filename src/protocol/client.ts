import type { ContractRunner } from "ethers";

import {
  AuctionHouse__factory,
  BackstopPool__factory,
  CircuitBreaker__factory,
  LendingPool__factory,
  OracleGuard__factory,
  RiskConfig__factory,
  TestToken__factory,
  VaultEngine__factory,
  VaultLens__factory,
  VolatilityModel__factory,
  MockPriceFeed__factory,
} from "../../types/index.js";
import type {
  AuctionHouse,
  BackstopPool,
  CircuitBreaker,
  LendingPool,
  MockPriceFeed,
  OracleGuard,
  RiskConfig,
  TestToken,
  VaultEngine,
  VaultLens,
  VolatilityModel,
} from "../../types/index.js";
import type { Deployment } from "./deployments.js";

/**
 * Typed contracts of one deployment. Tokens and feeds have the interface of the mocks, because its
 * read functions are those of every token and feed.
 */
export interface Client {
  readonly deployment: Deployment;
  readonly vaultEngine: VaultEngine;
  readonly lendingPool: LendingPool;
  readonly oracleGuard: OracleGuard;
  readonly riskConfig: RiskConfig;
  readonly auctionHouse: AuctionHouse;
  readonly backstopPool: BackstopPool;
  readonly circuitBreaker: CircuitBreaker;
  readonly volatilityModel: VolatilityModel;
  readonly vaultLens: VaultLens;
  readonly debtToken: TestToken;
  /** By asset id. */
  readonly tokens: readonly TestToken[];
  readonly feeds: readonly MockPriceFeed[];
}

/** Connects a deployment's contracts to `runner`: a provider to read, a signer to write. */
export function connect(deployment: Deployment, runner: ContractRunner): Client {
  const { contracts } = deployment;
  return {
    deployment,
    vaultEngine: VaultEngine__factory.connect(contracts.engine, runner),
    lendingPool: LendingPool__factory.connect(contracts.pool, runner),
    oracleGuard: OracleGuard__factory.connect(contracts.oracle, runner),
    riskConfig: RiskConfig__factory.connect(contracts.riskConfig, runner),
    auctionHouse: AuctionHouse__factory.connect(contracts.auctionHouse, runner),
    backstopPool: BackstopPool__factory.connect(contracts.backstop, runner),
    circuitBreaker: CircuitBreaker__factory.connect(contracts.breaker, runner),
    volatilityModel: VolatilityModel__factory.connect(contracts.volatility, runner),
    vaultLens: VaultLens__factory.connect(contracts.lens, runner),
    debtToken: TestToken__factory.connect(deployment.debtAsset.token, runner),
    tokens: deployment.assets.map((a) => TestToken__factory.connect(a.token, runner)),
    feeds: deployment.assets.map((a) => MockPriceFeed__factory.connect(a.primary.feed, runner)),
  };
}

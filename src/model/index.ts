/**
 * The reference model: the contracts' arithmetic in bigint, exact to the unit. It imports nothing
 * from the other folders of `src`.
 */
export * as auctions from "./core/auctionHouse/actions.js";
export { AuctionHouse } from "./core/auctionHouse/auctionHouse.js";
export { BackstopPool } from "./core/backstopPool/backstopPool.js";
export * as backstops from "./core/backstopPool/state.js";
export { LendingPool } from "./core/lendingPool/lendingPool.js";
export * as pools from "./core/lendingPool/state.js";
export { ABSORB_RATIO, FLAG_AGE, absorbWindow as ripeness } from "./core/vaultEngine/liquidators.js";
export { type LiquidationResult, VaultEngine } from "./core/vaultEngine/vaultEngine.js";
export * as auctionMath from "./math/auctionMath.js";
export * from "./math/compactFloat.js";
export * from "./math/debtMath.js";
export * from "./math/deleverageMath.js";
export * from "./math/expLn.js";
export * from "./math/fixedPoint.js";
export * from "./math/healthMath.js";
export * from "./math/interestMath.js";
export * from "./math/liquidationMath.js";
export * from "./math/marginMath.js";
export * from "./math/rampMath.js";
export * as breakers from "./policy/breakerState.js";
export { CircuitBreaker } from "./policy/circuitBreaker.js";
export { OracleGuard } from "./policy/oracleGuard.js";
export * from "./policy/riskConfig.js";
export { VolatilityModel } from "./policy/volatilityModel.js";
export * from "./policy/volatilityState.js";
export type { Death, Known } from "./prices/lastKnown.js";
export * from "./prices/priceMath.js";
export { SystemModel } from "./system.js";
export type { ModelTerms } from "./systemTerms.js";
export type { Clock } from "./types/clock.js";
export * from "./types/modelError.js";
export * from "./types/price.js";
export type * from "./types/priceSource.js";
export type * from "./types/riskTerms.js";
export type * from "./types/vault.js";
export * from "./types/vaultKey.js";

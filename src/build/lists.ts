/** Contracts that are deployed to a chain: without their imports and without the mocks. */
export const DEPLOYABLE = "contracts/{core,policy,periphery}/*.sol";

const OPEN_ZEPPELIN = "npm:@openzeppelin/contracts";

/** The contracts of a system, and the mocks of a development chain. */
const SYSTEM = [
  `${OPEN_ZEPPELIN}/access/manager/AccessManager.sol`,
  "contracts/core/AuctionHouse.sol",
  "contracts/periphery/Autopilot.sol",
  "contracts/core/BackstopPool.sol",
  "contracts/policy/CircuitBreaker.sol",
  "contracts/core/LendingPool.sol",
  "contracts/policy/OracleGuard.sol",
  "contracts/policy/RiskConfig.sol",
  "contracts/core/VaultEngine.sol",
  "contracts/periphery/VaultLens.sol",
  "contracts/policy/VolatilityModel.sol",
  "contracts/mocks/MockPriceFeed.sol",
  "contracts/mocks/TestToken.sol",
];

/** The contracts that a deployment and its keeper may need in addition. */
const OPERATED = [
  ...SYSTEM,
  `${OPEN_ZEPPELIN}/token/ERC20/extensions/IERC20Metadata.sol`,
  "contracts/periphery/LiquidationExecutor.sol",
  "contracts/periphery/UniswapTwapSource.sol",
  "contracts/interfaces/external/AggregatorV3Interface.sol",
  "contracts/interfaces/external/IUniswapV3Factory.sol",
];

/**
 * The files that a command needs compiled, and the build time on two idle cores [s]. No files means
 * all.
 */
export interface BuildList {
  readonly files: readonly string[];
  readonly seconds: number;
}

/** Build lists by the name of a command's script. */
export const BUILDS: Readonly<Record<string, BuildList>> = {
  crash: { files: SYSTEM, seconds: 50 },
  "crash-seeds": { files: SYSTEM, seconds: 50 },
  deploy: { files: OPERATED, seconds: 55 },
  keeper: { files: OPERATED, seconds: 55 },
  "bench-gas": { files: [], seconds: 90 },
};

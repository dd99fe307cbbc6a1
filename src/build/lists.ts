const OPEN_ZEPPELIN = "npm:@openzeppelin/contracts";

/** What a system consists of, and the mocks of a development chain. */
const SYSTEM = [
  `${OPEN_ZEPPELIN}/access/manager/AccessManager.sol`,
  "contracts/AuctionHouse.sol",
  "contracts/Autopilot.sol",
  "contracts/BackstopPool.sol",
  "contracts/CircuitBreaker.sol",
  "contracts/LendingPool.sol",
  "contracts/OracleGuard.sol",
  "contracts/RiskConfig.sol",
  "contracts/VaultEngine.sol",
  "contracts/VaultLens.sol",
  "contracts/VolatilityModel.sol",
  "contracts/mocks/MockPriceFeed.sol",
  "contracts/mocks/TestToken.sol",
];

/** What a deployment and its keeper may need besides. */
const OPERATED = [
  ...SYSTEM,
  `${OPEN_ZEPPELIN}/token/ERC20/extensions/IERC20Metadata.sol`,
  "contracts/LiquidationExecutor.sol",
  "contracts/UniswapTwapSource.sol",
  "contracts/interfaces/AggregatorV3Interface.sol",
  "contracts/interfaces/IUniswapV3Factory.sol",
];

/** The files a command needs compiled, and how long that takes on two quiet cores [s]. No files: all there are. */
export interface BuildList {
  readonly files: readonly string[];
  readonly seconds: number;
}

/** By the name of a command's script. */
export const BUILDS: Readonly<Record<string, BuildList>> = {
  crash: { files: SYSTEM, seconds: 50 },
  "crash-seeds": { files: SYSTEM, seconds: 50 },
  deploy: { files: OPERATED, seconds: 55 },
  keeper: { files: OPERATED, seconds: 55 },
  "bench-gas": { files: [], seconds: 90 },
};

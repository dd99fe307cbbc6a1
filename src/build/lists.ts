/** Where the contracts are that go to a chain: not what they import, not the mocks. */
export const DEPLOYABLE = "contracts/{core,policy,periphery}/*.sol";

const OPEN_ZEPPELIN = "npm:@openzeppelin/contracts";

/** What a system consists of, and the mocks of a development chain. */
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

/** What a deployment and its keeper may need besides. */
const OPERATED = [
  ...SYSTEM,
  `${OPEN_ZEPPELIN}/token/ERC20/extensions/IERC20Metadata.sol`,
  "contracts/periphery/LiquidationExecutor.sol",
  "contracts/periphery/UniswapTwapSource.sol",
  "contracts/interfaces/external/AggregatorV3Interface.sol",
  "contracts/interfaces/external/IUniswapV3Factory.sol",
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

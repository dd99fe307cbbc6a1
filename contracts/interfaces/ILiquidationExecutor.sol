// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

import {VaultKey} from "../types/VaultKey.sol";
import {ILiquidationCallback} from "./callbacks/ILiquidationCallback.sol";
import {IUniswapV3Factory} from "./external/IUniswapV3Factory.sol";
import {IUniswapV3SwapCallback} from "./external/IUniswapV3SwapCallback.sol";
import {IVaultEngine} from "./IVaultEngine.sol";

/// @notice Who advances what the liquidations repay.
enum Funding {
    /// The executor's own balance; `loan` is not used.
    Held,
    /// The lending pool lends `loan` until the collateral is sold. Skipped vaults do no harm.
    FlashLoan,
    /// The market pays `loan` ahead of the collateral. The collateral seized must cover that, so too many skipped vaults
    /// fail the call.
    FlashSwap,
    /// Nobody: each vault's collateral is sold between its seizure and its payment; `loan` is not used. One sale per vault, and each
    /// must pay for its own vault.
    Callback
}

/// @notice Liquidations of one collateral, as one order.
struct Batch {
    /// Id of the collateral to seize.
    uint8 asset;
    /// Fee of the Uniswap v3 pool it is sold in [millionths].
    uint24 fee;
    Funding funding;
    /// What is advanced [debt units].
    uint128 loan;
    /// Least to earn over the whole call, or it reverts [debt units]. Gas is not counted.
    uint128 minProfit;
    /// Last second at which the call is good [s].
    uint40 deadline;
}

/// @notice One vault of a batch.
struct Target {
    VaultKey vault;
    /// Most to pay [debt units]; the largest 128-bit number for no limit.
    uint128 maxRepay;
}

/// @title The keeper's half on the chain
/// @notice Liquidates many vaults of one collateral in one transaction: funds itself, liquidates through one multicall of the
/// engine, so that prices are read once, sells the collateral in the canonical Uniswap v3 pool, and sends what it earned to its
/// owner. The owner and the keepers it named may call; whatever they ask for, the executor's balances do not fall, and nothing
/// goes to anybody but the owner.
///
/// If one vault fails, since it is healthy or gone, the multicall fails with it and the vaults are tried one by one: those that
/// fail are skipped. That costs the gas of the multicall again; see docs/keeper.md for the figures and a safe gas limit.
interface ILiquidationExecutor is ILiquidationCallback, IERC3156FlashBorrower, IUniswapV3SwapCallback {
    /// @notice A batch went through and `profit` was sent to the owner [debt units].
    event Executed(uint8 indexed asset, address indexed keeper, Funding funding, uint256 profit);
    /// @notice A vault was left out; `reason` is what the engine reverted with.
    event Skipped(VaultKey indexed vault, bytes reason);
    /// @notice `keeper` may or may no longer call.
    event KeeperUpdated(address indexed keeper, bool approved);
    /// @notice The whole balance of `token` was sent to the owner [token units].
    event Swept(address indexed token, uint256 amount);

    /// @notice Neither the owner nor a keeper.
    error NotKeeper(address caller);
    /// @notice Too late [s].
    error DeadlinePassed(uint256 timestamp, uint256 deadline);
    /// @notice The whole call earned too little; negative if it lost [debt units].
    error ProfitTooSmall(int256 profit, uint256 minProfit);
    /// @notice No vault gave anything. `reason` is what the engine said of the first one, empty if nothing.
    error NothingLiquidated(bytes reason);
    /// @notice The collateral seized does not cover what the market is owed for paying ahead [collateral units].
    error SeizedTooLittle(uint256 seized, uint256 owed);
    /// @notice The collateral of one vault sold for less than its repayment [debt units].
    error SoldTooLow(uint256 received, uint256 repaid);
    /// @notice A callback that this contract did not bring about.
    error UnexpectedCaller(address caller, address initiator);

    /// @notice Liquidates `targets`, sells what was seized, pays back what was advanced, and sends the profit to the owner.
    /// Owner or keeper. Reverts past the deadline, if no vault could be liquidated, if the market's pool does not exist, and if
    /// the profit is below `minProfit`.
    /// @return profit what the owner was sent [debt units]
    function liquidate(Batch calldata batch, Target[] calldata targets) external returns (uint256 profit);

    /// @notice Sends the whole balance of `token` to the owner. Owner or keeper.
    function sweep(address token) external returns (uint256 amount);

    /// @notice Lets `keeper` call, or no longer. Owner only.
    function setKeeper(address keeper, bool approved) external;

    /// @notice Whether the owner let `account` call.
    function isKeeper(address account) external view returns (bool);

    /// @notice The engine whose vaults are liquidated.
    function engine() external view returns (IVaultEngine);

    /// @notice Where markets are looked up.
    function factory() external view returns (IUniswapV3Factory);
}

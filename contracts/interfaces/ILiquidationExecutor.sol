// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

import {VaultKey} from "../types/VaultKey.sol";
import {ILiquidationCallback} from "./callbacks/ILiquidationCallback.sol";
import {IUniswapV3Factory} from "./external/IUniswapV3Factory.sol";
import {IUniswapV3SwapCallback} from "./external/IUniswapV3SwapCallback.sol";
import {IVaultEngine} from "./IVaultEngine.sol";

/// @notice The source of the debt asset that the liquidations repay.
enum Funding {
    /// The executor's own balance; `loan` is not used.
    Held,
    /// A flash loan of `loan` from the lending pool, repaid after the sale. Skipped vaults do no
    /// harm.
    FlashLoan,
    /// The market pays `loan` ahead of the collateral. The collateral seized must cover the
    /// market's claim, so too many skipped vaults fail the call.
    FlashSwap,
    /// No advance: each vault's collateral is sold between its seizure and its payment; `loan` is
    /// not used. One sale per vault, and each sale must pay for its own vault.
    Callback
}

/// @notice Liquidations of one collateral in one call.
struct Batch {
    /// Id of the collateral to seize.
    uint8 asset;
    /// Fee of the Uniswap v3 pool the collateral is sold in [millionths].
    uint24 fee;
    Funding funding;
    /// Amount advanced [debt units].
    uint128 loan;
    /// Least profit of the whole call [debt units]; below it the call reverts. Gas is not counted.
    uint128 minProfit;
    /// Last second at which the call is valid [s].
    uint40 deadline;
}

/// @notice One vault of a batch.
struct Target {
    VaultKey vault;
    /// Most to repay [debt units]; the largest 128-bit number for no limit.
    uint128 maxRepay;
}

/// @title Liquidation executor: the on-chain part of the keeper
/// @notice Liquidates many vaults of one collateral in one transaction. It funds itself, liquidates
/// through one multicall of the engine, so that each price is read once, sells the collateral in
/// the canonical Uniswap v3 pool, and sends the profit to its owner. The owner and the keepers it
/// approved may call. Whatever they request, the executor's balances do not fall, and tokens leave
/// only to the owner.
///
/// If one vault fails, because it is healthy or gone, the multicall fails, and the vaults are tried
/// one by one; those that fail are skipped. That costs the multicall's gas again:
/// docs/guides/run-a-keeper.md gives the figures and a safe gas limit.
interface ILiquidationExecutor is ILiquidationCallback, IERC3156FlashBorrower, IUniswapV3SwapCallback {
    /// @notice A batch succeeded and the profit was sent to the owner.
    /// @param profit amount sent [debt units]
    event Executed(uint8 indexed asset, address indexed keeper, Funding funding, uint256 profit);
    /// @notice A vault was skipped.
    /// @param reason revert data of the engine
    event Skipped(VaultKey indexed vault, bytes reason);
    /// @notice The owner approved or revoked a keeper.
    event KeeperUpdated(address indexed keeper, bool approved);
    /// @notice The whole balance of `token` was sent to the owner.
    /// @param amount amount sent [token units]
    event Swept(address indexed token, uint256 amount);

    /// @notice The caller is neither the owner nor a keeper.
    error NotKeeper(address caller);
    /// @notice The call arrived after its deadline [s].
    error DeadlinePassed(uint256 timestamp, uint256 deadline);
    /// @notice The profit of the whole call is below the minimum; a loss is negative [debt units].
    error ProfitTooSmall(int256 profit, uint256 minProfit);
    /// @notice No vault could be liquidated.
    /// @param reason revert data of the first vault that failed; empty if none did
    error NothingLiquidated(bytes reason);
    /// @notice The collateral seized does not cover the market's claim for paying ahead
    /// [collateral units].
    error SeizedTooLittle(uint256 seized, uint256 owed);
    /// @notice The collateral of one vault sold for less than its repayment [debt units].
    error SoldTooLow(uint256 received, uint256 repaid);
    /// @notice This contract did not cause the callback.
    error UnexpectedCaller(address caller, address initiator);

    /// @notice Liquidates `targets`, sells the collateral, repays the advance, and sends the profit
    /// to the owner. Owner or keeper.
    /// @dev Reverts after the deadline, if no vault could be liquidated, if the market's pool does
    /// not exist, and if the profit is below `minProfit`.
    /// @return profit amount sent to the owner [debt units]
    function liquidate(Batch calldata batch, Target[] calldata targets) external returns (uint256 profit);

    /// @notice Sends the whole balance of `token` to the owner. Owner or keeper.
    /// @return amount amount sent [token units]
    function sweep(address token) external returns (uint256 amount);

    /// @notice Approves `keeper` as a caller, or revokes the approval. Owner only.
    function setKeeper(address keeper, bool approved) external;

    /// @notice Whether the owner approved `account` as a keeper.
    function isKeeper(address account) external view returns (bool);

    /// @notice The engine whose vaults are liquidated.
    function engine() external view returns (IVaultEngine);

    /// @notice The Uniswap v3 factory that names the pools.
    function factory() external view returns (IUniswapV3Factory);
}

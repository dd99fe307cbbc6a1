// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {ILiquidationCallback} from "../../contracts/interfaces/callbacks/ILiquidationCallback.sol";
import {IVaultEngine, LiquidationCall} from "../../contracts/interfaces/IVaultEngine.sol";
import {VaultKey} from "../../contracts/types/VaultKey.sol";

/// @notice The one function of Uniswap v3's SwapRouter that is used here.
interface ISwapRouter {
    struct ExactInputSingleParams {
        address tokenIn;
        address tokenOut;
        uint24 fee;
        address recipient;
        uint256 deadline;
        uint256 amountIn;
        uint256 amountOutMinimum;
        uint160 sqrtPriceLimitX96;
    }

    function exactInputSingle(ExactInputSingleParams calldata params) external returns (uint256 amountOut);
}

/// @title FlashLiquidator
/// @notice An example of a liquidator without capital. The engine sends the collateral first, the
/// callback sells it, and the engine then takes the repayment out of the proceeds. The owner
/// receives the rest.
contract FlashLiquidator is ILiquidationCallback {
    using SafeERC20 for IERC20;

    IVaultEngine public immutable engine;
    ISwapRouter public immutable router;
    address public immutable owner;
    IERC20 private immutable _debtAsset;

    /// @notice Only the owner may liquidate: the caller names the pool and the least profit.
    error OnlyOwner(address caller, address owner);
    /// @notice Only the engine may call back.
    error OnlyEngine(address caller, address engine);
    /// @notice The sale left less than the caller wants [debt units].
    error ProfitTooSmall(uint256 profit, uint256 min);

    constructor(IVaultEngine engine_, ISwapRouter router_) {
        (engine, router, owner) = (engine_, router_, msg.sender);
        _debtAsset = IERC20(engine_.debtAsset());
        // The engine takes only what this contract asks it to.
        _debtAsset.forceApprove(address(engine_), type(uint256).max);
    }

    /// @notice Liquidates `vault` and sells `asset` in the pool of that fee.
    /// @param fee of the pool [millionths]
    /// @param minProfit least profit, or the call reverts [debt units]
    /// @return profit what the owner receives [debt units]
    function liquidate(VaultKey vault, uint8 asset, uint24 fee, uint256 minProfit) external returns (uint256 profit) {
        if (msg.sender != owner) revert OnlyOwner(msg.sender, owner);
        engine.liquidate(
            LiquidationCall({
                vault: vault,
                asset: asset,
                maxRepay: type(uint256).max,
                maxSeize: type(uint256).max,
                minSeize: 0,
                deadline: block.timestamp,
                receiver: address(this),
                data: abi.encode(fee)
            })
        );
        profit = _debtAsset.balanceOf(address(this));
        if (profit < minProfit) revert ProfitTooSmall(profit, minProfit);
        _debtAsset.safeTransfer(owner, profit);
    }

    /// @inheritdoc ILiquidationCallback
    /// @dev The engine calls back only its own caller, so `data` is always this contract's.
    function onLiquidate(VaultKey, uint8 asset, uint256 seized, uint256 repaid, bytes calldata data) external {
        if (msg.sender != address(engine)) revert OnlyEngine(msg.sender, address(engine));
        IERC20 collateral = IERC20(engine.riskConfig().tokenOf(asset));
        collateral.forceApprove(address(router), seized);
        router.exactInputSingle(
            ISwapRouter.ExactInputSingleParams({
                tokenIn: address(collateral),
                tokenOut: address(_debtAsset),
                fee: abi.decode(data, (uint24)),
                recipient: address(this),
                deadline: block.timestamp,
                amountIn: seized,
                amountOutMinimum: repaid,
                sqrtPriceLimitX96: 0
            })
        );
    }
}

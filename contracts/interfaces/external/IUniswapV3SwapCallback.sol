// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Callback of a Uniswap v3 swap
/// @notice Implemented by a contract that trades with a Uniswap v3 pool.
/// @dev Declared here because the original carries another licence.
interface IUniswapV3SwapCallback {
    /// @notice Called by the pool inside `swap`, after it sent the bought tokens. Must pay the
    /// amount owed.
    /// @param amount0Delta owed of token0 if positive, received if negative
    /// @param amount1Delta owed of token1 if positive, received if negative
    /// @param data data the trader passed to `swap`
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external;
}

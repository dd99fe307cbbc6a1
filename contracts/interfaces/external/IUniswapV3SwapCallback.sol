// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Whoever trades with a Uniswap v3 pool: declared here because the original carries another licence.
interface IUniswapV3SwapCallback {
    /// @notice Called by the pool inside `swap`, after it sent what was bought. Must pay what is owed.
    /// @param amount0Delta owed of token0 if positive, received if negative
    /// @param amount1Delta owed of token1 if positive, received if negative
    /// @param data what the trader passed to `swap`
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external;
}

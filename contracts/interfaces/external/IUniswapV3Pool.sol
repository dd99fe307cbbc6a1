// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What is used of a Uniswap v3 pool, declared here because its own files carry another licence.
interface IUniswapV3Pool {
    /// @notice Trades. What is bought is sent to `recipient` first; then the caller is called back and must pay.
    /// @param zeroForOne true to sell token0
    /// @param amountSpecified what to sell if positive, what to buy if negative
    /// @param sqrtPriceLimitX96 square root price at which to stop, in 96 fractional bits
    /// @return amount0 change of the pool's balance of token0
    /// @return amount1 change of the pool's balance of token1
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1);

    /// @notice The current price and what goes with it.
    /// @return sqrtPriceX96 square root of token1 per token0, in smallest units, in 96 fractional bits
    function slot0()
        external
        view
        returns (
            uint160 sqrtPriceX96,
            int24 tick,
            uint16 observationIndex,
            uint16 observationCardinality,
            uint16 observationCardinalityNext,
            uint8 feeProtocol,
            bool unlocked
        );
}

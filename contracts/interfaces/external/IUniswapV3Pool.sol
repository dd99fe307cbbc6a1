// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Uniswap v3 pool as a market
/// @notice The functions of a Uniswap v3 pool that a trade uses.
/// @dev Declared here because its own files carry another licence.
interface IUniswapV3Pool {
    /// @notice Swaps tokens: sends the bought tokens to `recipient`, then calls the caller back for
    /// payment.
    /// @param zeroForOne true to sell token0
    /// @param amountSpecified amount to sell if positive, amount to buy if negative
    /// @param sqrtPriceLimitX96 square root price at which the swap stops, in 96 fractional bits
    /// @param data passed on to the callback
    /// @return amount0 change of the pool's balance of token0
    /// @return amount1 change of the pool's balance of token1
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1);

    /// @notice The current price and the state that goes with it.
    /// @return sqrtPriceX96 square root of token1 per token0, in smallest units, in 96 fractional
    /// bits
    /// @return tick current tick
    /// @return observationIndex index of the newest observation
    /// @return observationCardinality number of observations stored
    /// @return observationCardinalityNext number of observations to store from the next one on
    /// @return feeProtocol share of the protocol in the swap fee
    /// @return unlocked whether the pool is not locked
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

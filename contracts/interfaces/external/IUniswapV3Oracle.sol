// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What is used of a Uniswap v3 pool as a source of prices, declared here because its own files carry another licence.
interface IUniswapV3Oracle {
    /// @notice Sums over time, as of each of `secondsAgos` [s]. Reverts where the pool's memory does not reach back that far.
    /// @return tickCumulatives tick times seconds
    /// @return secondsPerLiquidityCumulativeX128s seconds over liquidity in range, in 128 fractional bits
    function observe(
        uint32[] calldata secondsAgos
    ) external view returns (int56[] memory tickCumulatives, uint160[] memory secondsPerLiquidityCumulativeX128s);

    /// @notice The current price and what goes with it; see `IUniswapV3Pool`.
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

    /// @notice One observation: when it was made [s], and the sums as of then.
    function observations(
        uint256 index
    )
        external
        view
        returns (
            uint32 blockTimestamp,
            int56 tickCumulative,
            uint160 secondsPerLiquidityCumulativeX128,
            bool initialized
        );

    /// @notice The token with the smaller address.
    function token0() external view returns (address);

    /// @notice The other token.
    function token1() external view returns (address);
}

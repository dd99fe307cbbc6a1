// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Uniswap v3 pool as an oracle
/// @notice The functions of a Uniswap v3 pool that a price source uses.
/// @dev Declared here because its own files carry another licence.
interface IUniswapV3Oracle {
    /// @notice The pool's cumulative sums at each of `secondsAgos`. Reverts if its observations do
    /// not reach back that far.
    /// @param secondsAgos ages of the sums [s]
    /// @return tickCumulatives tick times seconds
    /// @return secondsPerLiquidityCumulativeX128s seconds over liquidity in range, in 128
    /// fractional bits
    function observe(
        uint32[] calldata secondsAgos
    ) external view returns (int56[] memory tickCumulatives, uint160[] memory secondsPerLiquidityCumulativeX128s);

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

    /// @notice One stored observation.
    /// @return blockTimestamp time of the observation [s], low 32 bits
    /// @return tickCumulative tick times seconds as of then
    /// @return secondsPerLiquidityCumulativeX128 seconds over liquidity in range as of then, in 128
    /// fractional bits
    /// @return initialized whether the observation was written
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

    /// @notice The token with the larger address.
    function token1() external view returns (address);
}

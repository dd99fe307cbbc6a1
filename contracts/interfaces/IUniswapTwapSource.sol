// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "./external/AggregatorV3Interface.sol";
import {IUniswapV3Oracle} from "./external/IUniswapV3Oracle.sol";

/// @title A Uniswap v3 pool as a price feed
/// @notice Answers the geometric mean price of one token in the other over the last `window` seconds. What happens inside
/// the current block does not count; a price held for t seconds counts for t / window. Immutable: nobody can change what
/// it answers, and a different window is a different contract.
///
/// An answer is within one basis point (the pool's own resolution) of the mean: the mean tick is rounded towards minus infinity, so the
/// answer is below the mean if `base` is token0, and above it by less than that if it is token1.
///
/// The pool must remember as far back as the window: see `increaseObservationCardinalityNext` of the pool, and docs/oracle.md.
///
/// `updatedAt` is the pool's last observation, made in every block in which a trade moves the price by a tick or liquidity
/// in range changes. A pool in which nothing happens keeps its price, but then nobody vouches for it, and it ages like any feed
/// that falls silent.
///
/// A round is a second: its id is the block's timestamp, and an answer is the same at every point of a block. Past rounds are not kept, so
/// this feed cannot be the primary source of an asset whose volatility is measured.
interface IUniswapTwapSource is AggregatorV3Interface {
    /// @notice The token is not one of the pool's.
    error NotInPool(address token, address token0, address token1);
    /// @notice A window of no length has no mean.
    error WindowIsZero();
    /// @notice Base and answer decimals together, and quote decimals, must be at most 48.
    error DecimalsOutOfRange(uint256 baseDecimals, uint256 quoteDecimals, uint256 answerDecimals);
    /// @notice Over the window less liquidity was in range, in the harmonic mean, than the answer needs to be trusted.
    error LiquidityTooLow(uint256 liquidity, uint256 min);
    /// @notice Only the round of this second is known.
    error NoHistory(uint80 roundId, uint256 timestamp);

    /// @notice Harmonic mean of the liquidity in range over the window, rounded down. It is what a price that is cheap to
    /// move cannot fake: a moment without liquidity pulls it down to almost nothing.
    function meanLiquidity() external view returns (uint256 liquidity);

    /// @notice The pool.
    function pool() external view returns (IUniswapV3Oracle);

    /// @notice The token that is priced.
    function base() external view returns (address);

    /// @notice The token it is priced in.
    function quote() external view returns (address);

    /// @notice Length of the mean [s].
    function window() external view returns (uint32);

    /// @notice Least harmonic mean liquidity; below it there is no answer.
    function minLiquidity() external view returns (uint128);
}

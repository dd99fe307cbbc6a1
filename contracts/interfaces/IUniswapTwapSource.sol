// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "./external/AggregatorV3Interface.sol";
import {IUniswapV3Oracle} from "./external/IUniswapV3Oracle.sol";

/// @title A Uniswap v3 pool as a price feed
/// @notice Answers the geometric mean price of one token in the other over the last `window`
/// seconds. Trades within the current block do not count; a price held for t seconds counts for t /
/// window. The contract is immutable: nobody can change its answers, and another window needs
/// another contract.
///
/// An answer is within one basis point (the pool's own resolution) of the mean. The mean tick is
/// rounded towards minus infinity, so the answer is below the mean if `base` is token0, and above
/// it by less than that if it is token1.
///
/// The pool's observations must reach back as far as the window: see
/// `increaseObservationCardinalityNext` of the pool, and docs/concepts/prices.md.
///
/// `updatedAt` is the time of the pool's last observation, which is made in every block in which a
/// trade moves the price by a tick or liquidity in range changes. A pool without activity keeps its
/// price, but no trade confirms it, and the answer ages like that of any silent feed.
///
/// A round is one second: its id is the block's timestamp, and the answer is the same throughout a
/// block. Past rounds are not kept, so this feed cannot be the primary source of an asset whose
/// volatility is measured.
interface IUniswapTwapSource is AggregatorV3Interface {
    /// @notice The token is not one of the pool's.
    error NotInPool(address token, address token0, address token1);
    /// @notice The window is zero.
    error WindowIsZero();
    /// @notice Base + answer decimals, or quote decimals, exceed 48.
    error DecimalsOutOfRange(uint256 baseDecimals, uint256 quoteDecimals, uint256 answerDecimals);
    /// @notice The harmonic mean liquidity in range over the window is below the minimum.
    error LiquidityTooLow(uint256 liquidity, uint256 min);
    /// @notice Only the round of the current second is known [s].
    error NoHistory(uint80 roundId, uint256 timestamp);

    /// @notice Harmonic mean of the liquidity in range over the window.
    /// @dev A price that is cheap to move cannot fake it: one moment without liquidity pulls the
    /// mean down to almost zero.
    /// @return liquidity mean liquidity, rounded down
    function meanLiquidity() external view returns (uint256 liquidity);

    /// @notice The pool.
    function pool() external view returns (IUniswapV3Oracle);

    /// @notice The token that is priced.
    function base() external view returns (address);

    /// @notice The token it is priced in.
    function quote() external view returns (address);

    /// @notice Length of the window [s].
    function window() external view returns (uint32);

    /// @notice Least harmonic mean liquidity; below it the feed gives no answer.
    function minLiquidity() external view returns (uint128);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../../interfaces/external/AggregatorV3Interface.sol";
import {ExpLn} from "./ExpLn.sol";
import {FixedPoint, WAD} from "./FixedPoint.sol";

/// @notice The variance of one asset's price, round by round. Two estimates run side by side, each
/// an exponentially weighted mean of variance per second [RAY per second]:
/// - returns: r^2 / dt of each round, weighted by the time dt it covers, so that irregular rounds
///   count correctly;
/// - range: ln(high / low)^2 / (4 ln 2) of each hour (Parkinson, "The Extreme Value Method for
///   Estimating the Variance of the Rate of Return", Journal of Business 53, 1980). It sees a wick
///   that opened and closed between two closes.
///
/// An estimate changes only when a round is folded in, one at a time: the distribution of rounds
/// over calls changes nothing.
library VolatilityMath {
    /// @notice Length of a bar [s]. Bar n holds the rounds after (n - 1) and up to n whole hours.
    uint256 internal constant BAR = 1 hours;
    /// @notice ln 2 and 4 ln 2 [WAD], rounded down.
    uint256 internal constant LN_2 = 693147180559945309;
    uint256 internal constant FOUR_LN_2 = 2772588722239781237;
    /// @dev A squared return [WAD * WAD] over this is in RAY.
    uint256 internal constant SQUARE_TO_RAY = 1e9;

    /// @notice The state of one asset, in three words. Prices are natural logarithms of the feed's
    /// answers [WAD]: differences are returns, and decimals cancel.
    struct Series {
        /// The feed of the rounds, and the last round dealt with (0: none).
        AggregatorV3Interface feed;
        uint80 round;
        /// Whether a round has been folded in since the series (re)started, and whether an hour has
        /// closed since.
        bool priced;
        bool linked;
        /// The last round folded in: its time [s] and its price.
        uint40 updatedAt;
        uint72 lnPrice;
        uint96 variance;
        /// The extremes of the open bar, the close before it included.
        uint72 lnHigh;
        uint72 lnLow;
        uint96 rangeVariance;
        /// Consecutive missing rounds up to `round`, itself included.
        uint16 missing;
    }

    /// @notice The bar of a moment; a moment on the hour belongs to the bar it ends.
    function barOf(uint256 timestamp) internal pure returns (uint256) {
        return (timestamp + BAR - 1) / BAR;
    }

    /// @notice Folds one round into `s`, in memory. A later bar closes the open one and the bars
    /// without a round in between. Requires updatedAt >= s.updatedAt and halfLife > 0.
    /// @return closed the bar that closed, at the price before this round; 0 if none
    function fold(
        Series memory s,
        uint256 lnPrice,
        uint256 updatedAt,
        uint256 halfLife
    ) internal pure returns (uint256 closed) {
        uint72 price = uint72(lnPrice);
        if (!s.priced) {
            // The first price has no predecessor: no return, no range.
            (s.priced, s.lnHigh, s.lnLow) = (true, price, price);
        } else {
            uint256 open = barOf(s.updatedAt);
            uint256 bar = barOf(updatedAt);
            if (bar > open) {
                closed = open;
                uint256 range = rangeVarianceOf(s, halfLife);
                s.rangeVariance = _narrow((range * ExpLn.decayDown((bar - open - 1) * BAR, halfLife)) / WAD);
                (s.lnHigh, s.lnLow) = (s.lnPrice, s.lnPrice);
            }
            uint256 r = price > s.lnPrice ? price - s.lnPrice : s.lnPrice - price;
            s.variance = _narrow(nextVariance(s.variance, r, updatedAt - s.updatedAt, halfLife));
            if (price > s.lnHigh) s.lnHigh = price;
            if (price < s.lnLow) s.lnLow = price;
        }
        (s.updatedAt, s.lnPrice) = (uint40(updatedAt), price);
    }

    /// @notice The variance after one more round [RAY per second]: v * d + r^2 * (1 - d) / dt with
    /// d = 2^(-dt / halfLife); for dt = 0 its limit, v + r^2 * ln 2 / halfLife. Each term rounds
    /// down; d is at most 2e-18 too small.
    /// @param v variance so far [RAY per second]
    /// @param r size of the return [WAD], at most 2^72
    /// @param dt time it covers [s]
    function nextVariance(uint256 v, uint256 r, uint256 dt, uint256 halfLife) internal pure returns (uint256) {
        if (dt == 0) return v + (r * r * LN_2) / (halfLife * WAD * SQUARE_TO_RAY);
        uint256 decay = ExpLn.decayDown(dt, halfLife);
        return (v * decay) / WAD + (r * r * (WAD - decay)) / (dt * WAD * SQUARE_TO_RAY);
    }

    /// @notice The range estimate if the open bar ended now [RAY per second]. Each term rounds
    /// down.
    function rangeVarianceOf(Series memory s, uint256 halfLife) internal pure returns (uint256) {
        uint256 range = s.lnHigh - s.lnLow;
        uint256 decay = ExpLn.decayDown(BAR, halfLife);
        return (s.rangeVariance * decay) / WAD + (range * range * (WAD - decay)) / (BAR * FOUR_LN_2 * SQUARE_TO_RAY);
    }

    /// @notice The variance the haircut is computed from [RAY per second]: the largest of returns,
    /// range, and range with the open bar.
    function varianceOf(Series memory s, uint256 halfLife) internal pure returns (uint256 v) {
        v = rangeVarianceOf(s, halfLife);
        if (s.variance > v) v = s.variance;
        if (s.rangeVariance > v) v = s.rangeVariance;
    }

    /// @dev It saturates at 79 per second, which is beyond any haircut's ceiling.
    function _narrow(uint256 v) private pure returns (uint96) {
        return uint96(FixedPoint.min(v, type(uint96).max));
    }
}

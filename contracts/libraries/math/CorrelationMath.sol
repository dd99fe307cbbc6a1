// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ExpLn} from "./ExpLn.sol";
import {FixedPoint, WAD} from "./FixedPoint.sol";
import {VolatilityMath} from "./VolatilityMath.sol";

/// @notice The correlation of two assets on a common hourly grid. Feeds update at moments of their own, which makes assets
/// that move together look unrelated; the last price at or before each full hour does so far less.
library CorrelationMath {
    /// @notice Correlation in steps: level l stands for 1 - l / 75, from 1 (level 0) down to 0.8 (level 15). 0.8 is the least that
    /// is ever assumed, because in a crash correlations go to one. Level 0 is also what nothing is known of.
    uint256 internal constant STEPS = 75;
    uint256 internal constant MAX_LEVEL = 15;

    /// @notice One pair's state, two words. Second moments of hourly returns [RAY per hour], weighted alike.
    struct Pair {
        int128 covariance;
        /// The last hour folded in, and the hour since which both assets are followed.
        uint32 bar;
        uint32 start;
        /// The next close of each asset.
        uint32 nextA;
        uint32 nextB;
        uint128 varianceA;
        uint128 varianceB;
    }

    /// @notice Starts over at `bar`: the hour in which one of the two series began.
    function restart(Pair memory p, uint256 bar) internal pure {
        (p.covariance, p.varianceA, p.varianceB) = (0, 0, 0);
        (p.bar, p.start) = (uint32(bar), uint32(bar));
    }

    /// @notice Folds the returns of hour `bar` [WAD, below 2^72] in; the hours since the last one had none. Rounds towards 0.
    /// Requires bar > p.bar.
    function fold(Pair memory p, uint256 bar, int256 a, int256 b, uint256 halfLife) internal pure {
        uint256 weight = WAD - ExpLn.decayDown(VolatilityMath.BAR, halfLife);
        uint256 decay = ExpLn.decayDown((bar - p.bar) * VolatilityMath.BAR, halfLife);
        int256 unit = int256(WAD * VolatilityMath.SQUARE_TO_RAY);
        p.covariance = int128((p.covariance * int256(decay)) / int256(WAD) + (a * b * int256(weight)) / unit);
        p.varianceA = uint128((p.varianceA * decay) / WAD + uint256(a * a * int256(weight)) / uint256(unit));
        p.varianceB = uint128((p.varianceB * decay) / WAD + uint256(b * b * int256(weight)) / uint256(unit));
        p.bar = uint32(bar);
    }

    /// @notice The level of the pair's correlation, rounded to the higher correlation. 0 (correlation 1) until both have been
    /// followed for a half-life, and while either has not moved.
    function levelDown(Pair memory p, uint256 halfLife) internal pure returns (uint256) {
        if ((p.bar - p.start) * VolatilityMath.BAR < halfLife) return 0;
        uint256 scale = Math.sqrt(uint256(p.varianceA) * p.varianceB);
        if (scale == 0) return 0;
        if (p.covariance <= 0) return MAX_LEVEL;
        uint256 correlation = FixedPoint.mulDivUp(uint256(int256(p.covariance)), WAD, scale);
        return FixedPoint.min((FixedPoint.subFloor(WAD, correlation) * STEPS) / WAD, MAX_LEVEL);
    }
}

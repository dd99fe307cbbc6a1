// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ExpLn} from "./ExpLn.sol";
import {FixedPoint, WAD} from "./FixedPoint.sol";
import {VolatilityMath} from "./VolatilityMath.sol";

/// @notice The correlation of two assets on a common hourly grid.
/// @dev Feeds update at different moments, which makes assets that move together look unrelated.
/// The last price at or before each full hour reduces that error greatly.
library CorrelationMath {
    /// @notice Correlation in steps: level l is a correlation of 1 - l / 75, from 1 (level 0) down
    /// to 0.8 (level 15). 0.8 is the least correlation assumed, because in a crash correlations
    /// rise towards 1. Level 0 also applies to an unknown correlation.
    uint256 internal constant STEPS = 75;
    uint256 internal constant MAX_LEVEL = 15;

    /// @notice The state of one pair, in two words. Second moments of hourly returns
    /// [RAY per hour], all three with the same weights.
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

    /// @notice Starts again at `bar`, the hour in which one of the two series started.
    function restart(Pair memory p, uint256 bar) internal pure {
        (p.covariance, p.varianceA, p.varianceB) = (0, 0, 0);
        (p.bar, p.start) = (uint32(bar), uint32(bar));
    }

    /// @notice Folds in the returns of hour `bar` [WAD, below 2^72]; the hours since the last one
    /// had no return. Rounds towards 0. Requires bar > p.bar.
    function fold(Pair memory p, uint256 bar, int256 a, int256 b, uint256 halfLife) internal pure {
        uint256 weight = WAD - ExpLn.decayDown(VolatilityMath.BAR, halfLife);
        uint256 decay = ExpLn.decayDown((bar - p.bar) * VolatilityMath.BAR, halfLife);
        int256 unit = int256(WAD * VolatilityMath.SQUARE_TO_RAY);
        p.covariance = int128((p.covariance * int256(decay)) / int256(WAD) + (a * b * int256(weight)) / unit);
        p.varianceA = uint128((p.varianceA * decay) / WAD + uint256(a * a * int256(weight)) / uint256(unit));
        p.varianceB = uint128((p.varianceB * decay) / WAD + uint256(b * b * int256(weight)) / uint256(unit));
        p.bar = uint32(bar);
    }

    /// @notice The level of the pair's correlation, rounded towards the higher correlation. 0
    /// (correlation 1) until both assets have been followed for one half-life, and while either has
    /// not moved.
    function levelDown(Pair memory p, uint256 halfLife) internal pure returns (uint256) {
        if ((p.bar - p.start) * VolatilityMath.BAR < halfLife) return 0;
        uint256 scale = Math.sqrt(uint256(p.varianceA) * p.varianceB);
        if (scale == 0) return 0;
        if (p.covariance <= 0) return MAX_LEVEL;
        uint256 correlation = FixedPoint.mulDivUp(uint256(int256(p.covariance)), WAD, scale);
        return FixedPoint.min((FixedPoint.subFloor(WAD, correlation) * STEPS) / WAD, MAX_LEVEL);
    }
}

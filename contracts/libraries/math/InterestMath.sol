// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {FixedPoint, RAY, WAD} from "./FixedPoint.sol";

/// @notice A kinked per-second rate and the growth of the debt index. Neither can revert.
library InterestMath {
    /// @notice The largest index, for which every product with a 128-bit scaled debt fits in a
    /// word.
    uint256 internal constant MAX_INDEX = type(uint112).max;
    /// @notice The longest time that one accrual counts [s]: ten years.
    uint256 internal constant MAX_ELAPSED = 3650 days;

    /// @notice The largest per-second rate the pool may be set to charge [RAY]: 1,000 % a year.
    uint256 internal constant MAX_RATE = (10 * RAY) / 365 days;

    /// @notice Parameters of a kinked rate. Rates are per second [RAY], `kink` is a utilisation
    /// [WAD].
    struct Curve {
        uint256 base;
        uint256 kink;
        uint256 slopeBelow;
        uint256 slopeAbove;
        uint256 max;
    }

    /// @notice The borrowed share of the pool [WAD], rounded up: 0 for an empty pool, at most 1.
    function utilisationUp(uint256 cash, uint256 debt) internal pure returns (uint256) {
        return debt == 0 ? 0 : FixedPoint.wordDivUp(debt, WAD, cash + debt);
    }

    /// @notice The per-second rate [RAY] at `utilisation` [WAD]: base, plus slopeBelow * u / kink
    /// up to the kink, plus slopeAbove * (u - kink) / (1 - kink) beyond it, and at most `max`.
    /// Requires 0 < kink < 1.
    function rateUp(Curve memory c, uint256 utilisation) internal pure returns (uint256) {
        uint256 rate = c.base;
        if (utilisation <= c.kink) {
            rate += FixedPoint.wordDivUp(c.slopeBelow, utilisation, c.kink);
        } else {
            rate += c.slopeBelow + FixedPoint.wordDivUp(c.slopeAbove, utilisation - c.kink, WAD - c.kink);
        }
        return FixedPoint.min(rate, c.max);
    }

    /// @notice The index after `elapsed` seconds at `rate` [RAY per second], every term rounded
    /// down: index * (1 + x + x^2/2 + x^3/6) with x = rate * elapsed. Requires rate <= RAY.
    /// @dev The series stays below the exponential, so more frequent compounding costs the borrower
    /// at most the true compound interest.
    function grownIndexDown(uint256 index, uint256 rate, uint256 elapsed) internal pure returns (uint256) {
        uint256 x = rate * FixedPoint.min(elapsed, MAX_ELAPSED);
        uint256 x2 = FixedPoint.wordDivDown(x, x, 2 * RAY);
        uint256 x3 = FixedPoint.mulDivDown(x2, x, 3 * RAY);
        return FixedPoint.min(FixedPoint.mulDivDown(index, RAY + x + x2 + x3, RAY), MAX_INDEX);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {RAY, WAD} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {InterestMath} from "../../../../contracts/libraries/math/InterestMath.sol";

contract InterestMathTest is Test {
    function _curve(uint256 seed) private pure returns (InterestMath.Curve memory c) {
        c.base = uint256(keccak256(abi.encode(seed, 0))) % (RAY + 1);
        c.kink = 1 + (uint256(keccak256(abi.encode(seed, 1))) % (WAD - 1));
        c.slopeBelow = uint256(keccak256(abi.encode(seed, 2))) % (RAY + 1);
        c.slopeAbove = uint256(keccak256(abi.encode(seed, 3))) % (RAY + 1);
        c.max = uint256(keccak256(abi.encode(seed, 4))) % (RAY + 1);
    }

    function testFuzz_utilisation_isBetweenZeroAndOne(uint128 cash, uint256 debt) public pure {
        debt = bound(debt, 0, type(uint192).max);
        uint256 u = InterestMath.utilisationUp(cash, debt);
        assertLe(u, WAD);
        if (debt == 0) assertEq(u, 0);
        else assertGt(u, 0);
        if (debt != 0 && cash == 0) assertEq(u, WAD);
    }

    function testFuzz_utilisation_growsWithDebt(uint128 cash, uint128 debt, uint128 more) public pure {
        assertLe(InterestMath.utilisationUp(cash, debt), InterestMath.utilisationUp(cash, uint256(debt) + more));
    }

    function testFuzz_rate_isBoundedAndNeverFallsWithUtilisation(uint256 seed, uint256 u, uint256 v) public pure {
        InterestMath.Curve memory c = _curve(seed);
        (u, v) = (bound(u, 0, WAD), bound(v, 0, WAD));
        if (u > v) (u, v) = (v, u);
        uint256 rate = InterestMath.rateUp(c, u);
        assertLe(rate, InterestMath.rateUp(c, v));
        assertLe(InterestMath.rateUp(c, v), c.max);
    }

    function testFuzz_rate_hitsItsThreeCorners(uint256 seed) public pure {
        InterestMath.Curve memory c = _curve(seed);
        c.max = 3 * RAY;
        assertEq(InterestMath.rateUp(c, 0), c.base);
        assertEq(InterestMath.rateUp(c, c.kink), c.base + c.slopeBelow);
        assertEq(InterestMath.rateUp(c, WAD), c.base + c.slopeBelow + c.slopeAbove);
    }

    function testFuzz_index_neverFallsAndNeverLeavesItsBound(uint256 index, uint256 rate, uint256 elapsed) public pure {
        index = bound(index, RAY, InterestMath.MAX_INDEX);
        uint256 grown = InterestMath.grownIndexDown(index, bound(rate, 0, RAY), elapsed);
        assertGe(grown, index);
        assertLe(grown, InterestMath.MAX_INDEX);
    }

    function testFuzz_index_countsAtMostTenYears(uint256 index, uint256 rate, uint256 elapsed) public pure {
        index = bound(index, RAY, 1e9 * RAY);
        rate = bound(rate, 0, RAY / 365 days);
        elapsed = bound(elapsed, InterestMath.MAX_ELAPSED, type(uint256).max);
        assertEq(
            InterestMath.grownIndexDown(index, rate, elapsed),
            InterestMath.grownIndexDown(index, rate, InterestMath.MAX_ELAPSED)
        );
    }

    /// @dev Two accruals grow at least as much as one. Frequent accruals lower the debt by no more
    /// than the rounding.
    function testFuzz_index_compoundsOnSplitting(uint256 rate, uint256 a, uint256 b) public pure {
        rate = bound(rate, 0, RAY / 365 days);
        (a, b) = (bound(a, 0, 365 days), bound(b, 0, 365 days));
        uint256 once = InterestMath.grownIndexDown(RAY, rate, a + b);
        uint256 twice = InterestMath.grownIndexDown(InterestMath.grownIndexDown(RAY, rate, a), rate, b);
        assertGe(twice + 100, once);
    }

    /// @dev At least simple interest, at most e^x: (1 + x/n)^n from below and 1/(1 - x) from above
    /// bracket it for x < 1.
    function testFuzz_index_liesBetweenSimpleInterestAndTheExponential(uint256 rate, uint256 elapsed) public pure {
        rate = bound(rate, 0, RAY / 365 days);
        elapsed = bound(elapsed, 0, 180 days);
        uint256 x = rate * elapsed;
        uint256 grown = InterestMath.grownIndexDown(RAY, rate, elapsed);
        assertGe(grown, RAY + x);
        assertLe(grown, (RAY * RAY) / (RAY - x));
    }

    function testFuzz_rate_isTheLinePieceByPieceRoundedUp(uint256 seed, uint256 u) public pure {
        InterestMath.Curve memory c = _curve(seed);
        (c.max, u) = (4 * RAY, bound(u, 0, WAD));
        uint256 rate = InterestMath.rateUp(c, u);
        if (u <= c.kink) {
            uint256 part = rate - c.base;
            assertTrue(part * c.kink >= c.slopeBelow * u && (part == 0 || (part - 1) * c.kink < c.slopeBelow * u));
        } else {
            uint256 part = rate - c.base - c.slopeBelow;
            (uint256 run, uint256 width) = (u - c.kink, WAD - c.kink);
            assertTrue(part * width >= c.slopeAbove * run && (part == 0 || (part - 1) * width < c.slopeAbove * run));
        }
    }

    function test_maxRate_isTenfoldAYear() public pure {
        assertLe(InterestMath.MAX_RATE * 365 days, 10 * RAY);
        assertGt((InterestMath.MAX_RATE + 1) * 365 days, 10 * RAY);
    }

    function testFuzz_index_growsForTenYearsAndNoSecondLonger(uint256 rate) public pure {
        rate = bound(rate, RAY / 1e12, RAY / 365 days);
        uint256 tenYears = InterestMath.grownIndexDown(RAY, rate, 3650 days);
        assertLt(InterestMath.grownIndexDown(RAY, rate, 3650 days - 1), tenYears);
        assertEq(InterestMath.grownIndexDown(RAY, rate, 3650 days + 1), tenYears);
    }

    /// @dev Each term by the inequalities that define its floor.
    function testFuzz_index_isTheSeriesTermByTermRoundedDown(uint256 index, uint256 rate, uint256 elapsed) public pure {
        index = bound(index, RAY, 1e4 * RAY);
        rate = bound(rate, 0, RAY / 365 days);
        uint256 x = rate * bound(elapsed, 0, 3650 days);
        uint256 square = (x * x) / RAY / 2;
        uint256 cube = (square * x) / RAY / 3;
        uint256 grown = InterestMath.grownIndexDown(index, rate, rate == 0 ? 0 : x / rate);
        uint256 factor = RAY + x + square + cube;
        assertTrue(grown * RAY <= index * factor && index * factor < (grown + 1) * RAY);
    }
}

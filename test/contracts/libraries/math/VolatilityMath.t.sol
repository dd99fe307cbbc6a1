// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ExpLn} from "../../../../contracts/libraries/math/ExpLn.sol";
import {VolatilityMath} from "../../../../contracts/libraries/math/VolatilityMath.sol";

contract VolatilityMathTest is Test {
    uint256 private constant DAY = 1 days;
    /// @dev A full hour: rounds after it lie in the next bar.
    uint256 private constant HOUR = 480_000 hours;
    uint256 private constant PRICE = 20e18;

    function _series(uint96 v) private pure returns (VolatilityMath.Series memory s) {
        (s.variance, s.rangeVariance) = (v, v);
        VolatilityMath.fold(s, PRICE, HOUR, DAY);
    }

    function testFuzz_barOf_putsAMomentOnTheHourIntoTheBarItEnds(uint256 n, uint256 within) public pure {
        (n, within) = (bound(n, 1, 1e7), bound(within, 1, 3_600));
        assertEq(VolatilityMath.barOf((n - 1) * 3_600 + within), n);
    }

    /// @dev Returns of constant size at constant intervals leave their variance per second
    /// unchanged.
    function testFuzz_variance_ofConstantReturnsIsTheirSquareOverTime(uint256 r, uint256 dt) public pure {
        (r, dt) = (bound(r, 1e12, 1e17), bound(dt, 1, 7 days));
        uint256 exact = (r * r) / (dt * 1e9);
        uint256 v = VolatilityMath.nextVariance(exact, r, dt, DAY);
        assertApproxEqAbs(v, exact, 2 + exact / 1e10);
    }

    /// @dev Weighted by time: one interval of 2t counts as much as two of t with the same variance
    /// per second.
    function testFuzz_variance_weighsAReturnByTheTimeItCovers(uint96 v, uint256 r, uint256 dt) public pure {
        (r, dt) = (bound(r, 1e13, 1e18), bound(dt, 60, 10 days));
        // r^2 / dt is the same for 2r over 4dt as for r over dt four times.
        uint256 once = VolatilityMath.nextVariance(v, 2 * r, 4 * dt, DAY);
        uint256 split = v;
        for (uint256 i = 0; i < 4; ++i) split = VolatilityMath.nextVariance(split, r, dt, DAY);
        assertApproxEqAbs(once, split, 10 + once / 1e9 + v / 1e16);
    }

    /// @dev A second round in the same second counts like one a moment later: no return is lost or
    /// counted twice.
    function testFuzz_variance_ofNoTimeIsTheLimitOfLittleTime(uint96 v, uint256 r) public pure {
        r = bound(r, 1e13, 1e19);
        uint256 atOnce = VolatilityMath.nextVariance(v, r, 0, DAY);
        uint256 secondLater = VolatilityMath.nextVariance(v, r, 1, DAY);
        assertApproxEqRel(atOnce + 1, secondLater + 1, 1e13);
    }

    function testFuzz_variance_halvesInAQuietHalfLife(uint96 v) public pure {
        assertEq(VolatilityMath.nextVariance(v, 0, DAY, DAY), v / 2);
    }

    /// @dev A wick that opened and closed between two closes: returns hardly show it, the range
    /// shows it fully. Parkinson's figure for one hour is ln(H/L)^2 / (4 ln 2).
    function testFuzz_range_seesAWickThatClosesWhereItOpened(uint256 depth) public pure {
        depth = bound(depth, 1e15, 1e18);
        VolatilityMath.Series memory s = _series(0);
        VolatilityMath.fold(s, PRICE - depth, HOUR + 20 minutes, DAY);
        VolatilityMath.fold(s, PRICE, HOUR + 40 minutes, DAY);
        uint256 weight = 1e18 - ExpLn.decayDown(1 hours, DAY);
        uint256 hourly = (depth * depth * 1e9) / 2772588722239781237;
        uint256 expected = (hourly * weight) / 3_600 / 1e18;
        // It counts before the hour has closed, and after.
        assertApproxEqAbs(VolatilityMath.rangeVarianceOf(s, DAY), expected, 2);
        assertEq(VolatilityMath.fold(s, PRICE, HOUR + 90 minutes, DAY), HOUR / 3_600 + 1);
        assertApproxEqAbs(s.rangeVariance, expected, 2);
        assertGe(VolatilityMath.varianceOf(s, DAY), s.rangeVariance);
    }

    /// @dev The close before an hour belongs to its range: a gap between two bars is not lost.
    function testFuzz_range_countsTheGapFromThePreviousClose(uint256 gap, uint256 hours_) public pure {
        (gap, hours_) = (bound(gap, 1e15, 1e18), bound(hours_, 1, 50));
        VolatilityMath.Series memory s = _series(0);
        assertEq(VolatilityMath.fold(s, PRICE - gap, HOUR + hours_ * 3_600, DAY), HOUR / 3_600);
        assertEq(s.lnHigh, PRICE);
        assertEq(s.lnLow, PRICE - gap);
    }

    function testFuzz_range_fadesThroughEmptyHours(uint96 v, uint256 hours_) public pure {
        hours_ = bound(hours_, 1, 500);
        VolatilityMath.Series memory s = _series(v);
        VolatilityMath.fold(s, PRICE, HOUR + hours_ * 3_600, DAY);
        assertApproxEqAbs(s.rangeVariance, (uint256(v) * ExpLn.decayDown(hours_ * 3_600, DAY)) / 1e18, 2 + v / 1e16);
    }

    function testFuzz_fold_ofTheFirstPriceKnowsNoReturn(uint96 v, uint72 price, uint40 at) public pure {
        VolatilityMath.Series memory s;
        (s.variance, s.rangeVariance) = (v, v);
        assertEq(VolatilityMath.fold(s, price, at, DAY), 0);
        assertEq(s.variance, v);
        assertEq(s.rangeVariance, v);
        assertTrue(s.priced && s.lnHigh == price && s.lnLow == price && s.lnPrice == price && s.updatedAt == at);
    }

    /// @dev Whatever a feed says, nothing overflows: the state saturates.
    function testFuzz_fold_neverReverts(uint96 v, uint72[4] memory prices, uint32[4] memory gaps) public pure {
        VolatilityMath.Series memory s = _series(v);
        uint256 at = HOUR;
        for (uint256 i = 0; i < 4; ++i) {
            at += gaps[i] % 2 == 0 ? gaps[i] : gaps[i] % 3;
            VolatilityMath.fold(s, prices[i], at, 1 hours);
            VolatilityMath.varianceOf(s, 1 hours);
            assertLe(s.lnLow, s.lnHigh);
        }
    }

    /// @dev ln 2 to its last digit: the quotient is exact, rounded down.
    function testFuzz_variance_ofNoTimeAddsTheExactQuotientRoundedDown(
        uint96 v,
        uint72 r,
        uint256 halfLife
    ) public pure {
        halfLife = bound(halfLife, 1, 30 days);
        uint256 added = VolatilityMath.nextVariance(v, r, 0, halfLife) - v;
        uint256 exact = uint256(r) * r * 693147180559945309;
        assertLe(added * halfLife * 1e27, exact);
        assertGt((added + 1) * halfLife * 1e27, exact);
    }

    /// @dev Any state of a series that has a price: its last one lies inside the open bar.
    function _open(uint96[2] memory v, uint72[3] memory p) private pure returns (VolatilityMath.Series memory s) {
        (s.variance, s.rangeVariance, s.priced) = (v[0], v[1], true);
        s.lnHigh = uint72(Math.max(p[0], Math.max(p[1], p[2])));
        s.lnLow = uint72(Math.min(p[0], Math.min(p[1], p[2])));
        s.lnPrice = p[0];
    }

    function _assertReturnCounted(VolatilityMath.Series memory s, uint96 v, uint72 last, uint256 dt) private pure {
        uint256 r = Math.max(s.lnPrice, last) - Math.min(s.lnPrice, last);
        assertEq(s.variance, Math.min(VolatilityMath.nextVariance(v, r, dt, DAY), type(uint96).max));
    }

    function testFuzz_fold_withinAnHourCountsTheReturnAndStretchesTheBar(
        uint96[2] memory v,
        uint72[3] memory p,
        uint72 price,
        uint256 at,
        uint256 dt
    ) public pure {
        VolatilityMath.Series memory s = _open(v, p);
        at = bound(at, 1, 3_600);
        dt = bound(dt, 0, 3_600 - at);
        (uint72 high, uint72 low) = (s.lnHigh, s.lnLow);
        s.updatedAt = uint40(HOUR + at);
        assertEq(VolatilityMath.fold(s, price, HOUR + at + dt, DAY), 0);
        assertTrue(s.lnPrice == price && s.updatedAt == HOUR + at + dt && s.rangeVariance == v[1]);
        _assertReturnCounted(s, v[0], p[0], dt);
        assertEq(s.lnHigh, Math.max(high, price));
        assertEq(s.lnLow, Math.min(low, price));
    }

    function testFuzz_fold_intoALaterHourStartsItsBarAtTheLastPrice(
        uint96[2] memory v,
        uint72[3] memory p,
        uint72 price,
        uint256 dt
    ) public pure {
        VolatilityMath.Series memory s = _open(v, p);
        dt = bound(dt, 1, 100 days);
        s.updatedAt = uint40(HOUR);
        assertEq(VolatilityMath.fold(s, price, HOUR + dt, DAY), HOUR / 3_600);
        assertTrue(s.lnPrice == price && s.updatedAt == HOUR + dt);
        _assertReturnCounted(s, v[0], p[0], dt);
        assertEq(s.lnHigh, Math.max(p[0], price));
        assertEq(s.lnLow, Math.min(p[0], price));
    }

    function testFuzz_varianceOf_isTheLargestOfItsThreeEstimates(
        uint96[2] memory v,
        uint72[3] memory p,
        uint256 width
    ) public pure {
        VolatilityMath.Series memory s = _open(v, p);
        // Else the open bar is nearly always the largest.
        s.lnHigh = uint72(Math.min(s.lnHigh, s.lnLow + bound(width, 0, 1e21)));
        uint256 open = VolatilityMath.rangeVarianceOf(s, DAY);
        assertEq(VolatilityMath.varianceOf(s, DAY), Math.max(open, Math.max(v[0], v[1])));
    }

    function test_varianceOf_isEachEstimateWhereThatIsTheLargest() public pure {
        VolatilityMath.Series memory s = _open([uint96(9), 7], [uint72(0), 0, 0]);
        assertEq(VolatilityMath.varianceOf(s, DAY), 9);
        s.variance = 6;
        assertEq(VolatilityMath.varianceOf(s, DAY), 7);
        s.lnHigh = 1e18;
        uint256 open = VolatilityMath.rangeVarianceOf(s, DAY);
        assertGt(open, 7);
        assertEq(VolatilityMath.varianceOf(s, DAY), open);
    }
}

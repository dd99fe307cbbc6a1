// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {ExpLn} from "../../../../contracts/libraries/math/ExpLn.sol";

contract ExpLnTest is Test {
    uint256 private constant LN_2 = 693147180559945309;
    /// @dev The floor of e^137, computed to 120 digits. Its logarithm is below 137 by less than
    /// 1e-59.
    uint256 private constant E_137 = 315024274997145191841116429113369789455659977905026133889753;

    function lnDown(uint256 x) external pure returns (uint256) {
        return ExpLn.lnDown(x);
    }

    /// @dev Digits as published: ln 2, ln 3, ln 10, 30 ln 10, ln(2^127 + 1) = 127 ln 2 to this
    /// precision, 256 ln 2.
    function test_ln_givesThePublishedDigitsRoundedDown() public pure {
        assertEq(ExpLn.lnDown(1), 0);
        assertEq(ExpLn.lnDown(2), LN_2);
        assertEq(ExpLn.lnDown(3), 1_098612288668109691);
        assertEq(ExpLn.lnDown(10), 2_302585092994045684);
        assertEq(ExpLn.lnDown(10 ** 30), 69_077552789821370520);
        assertEq(ExpLn.lnDown((1 << 127) + 1), 88_029691931113054295);
        assertEq(ExpLn.lnDown(type(uint256).max), 177_445678223345999210);
    }

    function test_ln_ofZeroReverts() public {
        vm.expectRevert(ExpLn.LogarithmOfZero.selector);
        this.lnDown(0);
    }

    /// @dev The logarithm of a product is the sum of logarithms. Each of three roundings is below 2
    /// units.
    function testFuzz_ln_turnsProductsIntoSums(uint128 x, uint128 y) public pure {
        vm.assume(x != 0 && y != 0);
        assertApproxEqAbs(ExpLn.lnDown(uint256(x) * y), ExpLn.lnDown(x) + ExpLn.lnDown(y), 4);
    }

    /// @dev 1 - 1/a < ln a < a - 1 for a = (x + step) / x fixes the slope everywhere, also across
    /// the seams of the reduction.
    function testFuzz_ln_growsByTheRelativeStep(uint256 x, uint256 step) public pure {
        x = bound(x, 1, type(uint128).max);
        step = bound(step, 1, x);
        uint256 grown = ExpLn.lnDown(x + step) + 2;
        uint256 before = ExpLn.lnDown(x);
        assertGe(grown - before, (step * 1e18) / (x + step));
        assertLe(grown - before, (step * 1e18) / x + 5);
    }

    function testFuzz_decay_halvesExactlyWithEveryHalfLife(uint256 count, uint256 halfLife) public pure {
        (count, halfLife) = (bound(count, 0, 100), bound(halfLife, 1, type(uint32).max));
        assertEq(ExpLn.decayDown(count * halfLife, halfLife), count < 60 ? uint256(1e18) >> count : 0);
    }

    /// @dev Two steps leave as much as one, so irregular rounds weigh as much as the time they
    /// cover.
    function testFuzz_decay_dependsOnTheTotalTimeOnly(uint256 a, uint256 b, uint256 halfLife) public pure {
        halfLife = bound(halfLife, 1 hours, 365 days);
        (a, b) = (bound(a, 0, 20 * halfLife), bound(b, 0, 20 * halfLife));
        uint256 product = (ExpLn.decayDown(a, halfLife) * ExpLn.decayDown(b, halfLife)) / 1e18;
        assertApproxEqAbs(product, ExpLn.decayDown(a + b, halfLife), 6);
    }

    function testFuzz_decay_isBetweenZeroAndOneAndNeverGrows(uint256 a, uint256 b, uint256 halfLife) public pure {
        halfLife = bound(halfLife, 1, 365 days);
        if (a > b) (a, b) = (b, a);
        assertLe(ExpLn.decayDown(a, halfLife), 1e18);
        assertLe(ExpLn.decayDown(b, halfLife), ExpLn.decayDown(a, halfLife) + 1);
    }

    /// @dev 2^x against the logarithm, which shares no code with it: ln(2^(-n/h) * 1e36) = 36 ln 10
    /// - n/h * ln 2.
    function testFuzz_decay_isTheInverseOfTheLogarithm(uint256 elapsed, uint256 halfLife) public pure {
        halfLife = bound(halfLife, 1, 365 days);
        elapsed = bound(elapsed, 0, 2 * halfLife);
        uint256 decay = ExpLn.decayDown(elapsed, halfLife);
        uint256 expected = ExpLn.lnDown(1e36) - (elapsed * LN_2) / halfLife;
        assertApproxEqAbs(ExpLn.lnDown(decay * 1e18), expected, 15);
    }

    /// @dev The digits of the internal constants matter. With one unit more of ln 2 / 2 the result
    /// is above the true value. With one unit less, or one term less of the series, more than 2e-34
    /// is lost.
    function test_ln_isBelowTheTrueValueByLessThan2e34BeforeItsLastRounding() public pure {
        assertEq(ExpLn.lnDown(E_137), 137e18 - 1);
        assertEq(ExpLn.lnDown(E_137 + E_137 / 5e33), 137e18);
    }

    /// @dev A reimplementation (src/model/math/expLn.ts) must change at the same number: e^137 (1 +
    /// c / 1e39).
    function test_ln_turnsAtTheNumberWhereTheStepsThatRoundSayAndNotBefore() public pure {
        assertEq(ExpLn.lnDown(E_137 + (E_137 * 104_064) / 1e39), 137e18 - 1);
        assertEq(ExpLn.lnDown(E_137 + (E_137 * 104_065) / 1e39), 137e18);
    }

    /// @dev Fractions next to -log2(0.65), from its continued fraction: 2^-(p / q) / 0.65 - 1 is
    /// -1.73, 2.68 and 2.98 times 2^-120. The result of the first must be below 0.65. The internal
    /// rounding loses between 2.68 and 2.98 units, and a reimplementation (src/model/math/expLn.ts)
    /// must change there too.
    function test_decay_isBelowTheTrueValueByLessThanThreeUnitsInsideAndTurnsThere() public pure {
        assertEq(ExpLn.decayDown(71638257631937221, 115268861514339097), 0.65e18 - 1);
        assertEq(ExpLn.decayDown(1126183542649190497, 1812074987701609010), 0.65e18 - 1);
        assertEq(ExpLn.decayDown(1054545285017253276, 1696806126187269913), 0.65e18);
    }

    /// @dev 2^-59 is 1.7e-18, 2^-60 is 0.9e-18.
    function testFuzz_decay_leavesAUnitAfter59HalfLivesAndNothingAfter60(uint256 halfLife) public pure {
        halfLife = bound(halfLife, 1, type(uint64).max);
        assertEq(ExpLn.decayDown(59 * halfLife, halfLife), 1);
        assertEq(ExpLn.decayDown(60 * halfLife, halfLife), 0);
    }
}

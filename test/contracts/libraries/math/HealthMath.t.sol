// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {BPS, PRICE_ONE, WAD} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {HealthMath} from "../../../../contracts/libraries/math/HealthMath.sol";

contract HealthMathTest is Test {
    function testFuzz_value_isTheFloorOfAmountTimesPrice(uint128 amount, uint128 price) public pure {
        assertEq(HealthMath.valueDown(amount, price), (uint256(amount) * price) / PRICE_ONE);
    }

    function testFuzz_value_ofTwoHalvesIsAtMostTheWhole(uint112 a, uint112 b, uint128 price) public pure {
        uint256 whole = HealthMath.valueDown(uint256(a) + b, price);
        uint256 parts = HealthMath.valueDown(a, price) + HealthMath.valueDown(b, price);
        assertLe(parts, whole);
        assertLe(whole, parts + 1);
    }

    function testFuzz_covers_isTheExactComparison(uint128 adjustedCollateral, uint112 debt) public pure {
        assertEq(HealthMath.covers(adjustedCollateral, debt), adjustedCollateral >= uint256(debt) * 10_000);
    }

    /// @dev The rounded health factor never says "healthy" for a vault that is not.
    function testFuzz_healthFactor_atLeastOneExactlyWhenCovered(uint128 adjustedCollateral, uint112 debt) public pure {
        assertEq(
            HealthMath.healthFactorDown(adjustedCollateral, debt) >= WAD,
            HealthMath.covers(adjustedCollateral, debt)
        );
    }

    function testFuzz_ratios_withoutDebtAreTheLargestWord(uint256 value) public pure {
        assertEq(HealthMath.healthFactorDown(value, 0), type(uint256).max);
        assertEq(HealthMath.collateralRatioDown(value, 0), type(uint256).max);
    }

    function testFuzz_collateralRatio_isTheFloor(uint128 value, uint112 debt) public pure {
        vm.assume(debt != 0);
        assertEq(HealthMath.collateralRatioDown(value, debt), (uint256(value) * 1e18) / debt);
    }

    function testFuzz_restoringAmount_restoresTheTarget(
        uint128 adjustedCollateral,
        uint112 debt,
        uint256 target,
        uint256 threshold,
        uint256 price
    ) public pure {
        (target, threshold) = (bound(target, 10_100, 15_000), bound(threshold, 1, BPS - 1));
        price = bound(price, 1e24, 1e48);
        uint256 amount = HealthMath.restoringAmountUp(adjustedCollateral, debt, target, threshold, price);
        uint256 after_ = adjustedCollateral + HealthMath.valueDown(amount, price) * threshold;
        assertGe(after_, uint256(debt) * target);
    }

    function testFuzz_restoringAmount_isTheSmallestThatDoes(
        uint128 adjustedCollateral,
        uint112 debt,
        uint256 target,
        uint256 threshold,
        uint256 price
    ) public pure {
        (target, threshold) = (bound(target, 10_100, 15_000), bound(threshold, 1, BPS - 1));
        price = bound(price, 1e24, 1e48);
        uint256 amount = HealthMath.restoringAmountUp(adjustedCollateral, debt, target, threshold, price);
        if (amount == 0) return assertGe(adjustedCollateral, uint256(debt) * target);
        uint256 less = adjustedCollateral + HealthMath.valueDown(amount - 1, price) * threshold;
        assertLt(less, uint256(debt) * target);
    }

    function testFuzz_restoringAmount_isUnboundedIfTheAssetCountsForNothing(uint112 debt, uint256 price) public pure {
        vm.assume(debt != 0);
        assertEq(HealthMath.restoringAmountUp(0, debt, 10_500, 0, price), type(uint256).max);
        assertEq(HealthMath.restoringAmountUp(0, debt, 10_500, 8_000, 0), type(uint256).max);
    }

    function testFuzz_covers_fromExactlyHealthOne(uint112 debt) public pure {
        vm.assume(debt != 0);
        assertTrue(HealthMath.covers(uint256(debt) * BPS, debt));
        assertFalse(HealthMath.covers(uint256(debt) * BPS - 1, debt));
    }

    function testFuzz_restoringAmount_isNothingAtTheTargetEvenOfAWorthlessAsset(
        uint112 debt,
        uint256 target
    ) public pure {
        target = bound(target, 10_100, 15_000);
        assertEq(HealthMath.restoringAmountUp(debt * target, debt, target, 0, 0), 0);
    }

    function testFuzz_restoringAmount_ofTheSmallestShortfallIsOneUnit(uint112 debt, uint256 target) public pure {
        vm.assume(debt != 0);
        target = bound(target, 10_100, 15_000);
        assertEq(HealthMath.restoringAmountUp(debt * target - 1, debt, target, BPS - 1, PRICE_ONE), 1);
    }

    function testFuzz_noWorse_isTheExactComparisonOfTheTwoQuotients(
        uint256 w,
        uint256 d,
        uint256 v,
        uint256 e
    ) public pure {
        (uint256 high, uint256 low) = Math.mul512(v, d);
        (uint256 highBefore, uint256 lowBefore) = Math.mul512(w, e);
        bool expected = high == highBefore ? low >= lowBefore : high > highBefore;
        assertEq(HealthMath.healthNotReduced(w, d, v, e), expected);
    }

    function testFuzz_noPoorer_comparesTheRatioOfASolventVaultAndTheShortfallOfAnother(
        uint128 value,
        uint128 debt,
        uint128 valueAfter,
        uint128 debtAfter
    ) public pure {
        bool expected =
            value >= debt
                ? uint256(valueAfter) * debt >= uint256(value) * debtAfter
                : int256(uint256(debtAfter)) - int256(uint256(valueAfter)) <=
                    int256(uint256(debt)) - int256(uint256(value));
        assertEq(HealthMath.solvencyNotReduced(value, debt, valueAfter, debtAfter), expected);
    }

    function test_noPoorer_atItsEdges() public pure {
        // Worth exactly its debt: the ratio counts.
        assertTrue(HealthMath.solvencyNotReduced(100, 100, 50, 50));
        assertFalse(HealthMath.solvencyNotReduced(100, 100, 49, 50));
        // A unit short: a shortfall of one is as before, whatever the ratio.
        assertTrue(HealthMath.solvencyNotReduced(99, 100, 49, 50));
        assertFalse(HealthMath.solvencyNotReduced(99, 100, 48, 50));
    }

    /// @dev Value and debt of 0 are the only equal pair for which ratio and shortfall disagree. No
    /// action of the engine adds debt to it.
    function testFuzz_noPoorer_nothingAgainstNoDebtHasNoRatioThatCouldFall(uint128 value, uint128 debt) public pure {
        assertTrue(HealthMath.solvencyNotReduced(0, 0, value, uint256(value) + debt));
    }

    function testFuzz_noWorse_sameHealthIsNoWorseAndOneUnitLessIs(uint128 w, uint128 d, uint64 factor) public pure {
        vm.assume(w != 0 && d != 0 && factor != 0);
        (uint256 v, uint256 e) = (uint256(w) * factor, uint256(d) * factor);
        assertTrue(HealthMath.healthNotReduced(w, d, v, e) && HealthMath.healthNotReduced(v, e, w, d));
        assertFalse(HealthMath.healthNotReduced(w, d, v - 1, e));
        assertFalse(HealthMath.healthNotReduced(w, d, v, e + 1));
        assertTrue(HealthMath.healthNotReduced(w, d, v + 1, e));
    }
}

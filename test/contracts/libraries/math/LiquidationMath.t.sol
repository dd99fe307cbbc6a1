// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DebtMath} from "../../../../contracts/libraries/math/DebtMath.sol";
import {BPS, RAY, WAD} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {LiquidationMath as L} from "../../../../contracts/libraries/math/LiquidationMath.sol";
import {LiquidationCases} from "../../support/fixtures/LiquidationCases.sol";

contract LiquidationMathTest is LiquidationCases {
    // ------------------------------------------------------------------ who may be liquidated

    function testFuzz_decide_verdictFollowsHealthAndSeizability(Seed memory s) public pure {
        Case memory c = _run(s);
        bool healthy = c.p.adjustedCollateral >= c.debt * BPS;
        assertEq(c.o.verdict == L.Verdict.Healthy, healthy);
        bool refused = !healthy && c.p.value >= c.debt && c.p.adjustedCollateral < c.debt * c.a.threshold;
        assertEq(c.o.verdict == L.Verdict.AssetNotSeizable, refused);
        if (!_acted(c)) assertEq(c.o.repaid + c.o.scaledRepaid + c.o.seized, 0);
    }

    /// @dev While C >= D the asset with the lower threshold can always be seized, so every
    /// unhealthy vault can be liquidated.
    function testFuzz_decide_someAssetOfEveryUnhealthyVaultIsSeizable(Seed memory s) public pure {
        Case memory c = _draw(s);
        uint256 rest = c.p.value - c.assetValue;
        if (rest != 0) {
            uint256 restThreshold = (c.p.adjustedCollateral - c.assetValue * c.a.threshold) / rest;
            if (restThreshold < c.a.threshold) c.a.threshold = restThreshold;
        }
        assertTrue(_decide(c).o.verdict != L.Verdict.AssetNotSeizable);
    }

    // ------------------------------------------------------------------ harmlessness

    /// @dev Exact: cross-multiplied integers, no tolerance.
    function testFuzz_decide_neverLowersTheCollateralRatioWhileItIsAtLeastOne(Seed memory s) public pure {
        Case memory c = _run(s);
        if (!_acted(c) || c.p.value < c.debt) return;
        assertGe(c.valueAfter * c.debt, c.p.value * c.debtAfter);
    }

    function testFuzz_decide_neverLowersHealthWhileTheCollateralRatioIsAtLeastOne(Seed memory s) public pure {
        Case memory c = _run(s);
        if (!_acted(c) || c.p.value < c.debt) return;
        // adjustedCollateral may take 142 bits and debt 141. Compare quotients and remainders, to
        // keep the full precision of both.
        assertTrue(_ratioAtLeast(c.weightedAfter, c.debtAfter, c.p.adjustedCollateral, c.debt));
    }

    /// @dev a / b >= x / y, exactly, without overflow, by the Euclidean algorithm. A zero divisor
    /// is infinity.
    function _ratioAtLeast(uint256 a, uint256 b, uint256 x, uint256 y) private pure returns (bool) {
        while (true) {
            if (b == 0) return true;
            if (y == 0) return false;
            if (a / b != x / y) return a / b > x / y;
            (a, x) = (a % b, x % y);
            // a / b >= x / y if and only if y / x >= b / a.
            (a, b, x, y) = (y, x, b, a);
        }
        return true;
    }

    function testFuzz_decide_nobodyGetsMoreThanWhatTheDebtRemovedIsWorthWithTheBonus(Seed memory s) public pure {
        Case memory c = _run(s);
        uint256 removed = c.debt - c.debtAfter;
        assertLe(c.assetValue - c.assetAfter, (removed * (WAD + c.o.bonus)) / WAD);
        assertGe(c.o.repaid, removed);
    }

    // ------------------------------------------------------------------ quantity

    function testFuzz_decide_neverRepaysMoreThanTheLimitOrTheDebt(Seed memory s) public pure {
        Case memory c = _run(s);
        assertLe(c.o.repaid, c.l.maxRepay);
        assertLe(c.o.repaid, c.debt);
        assertLe(c.o.scaledRepaid, c.p.scaledDebt);
    }

    function testFuzz_decide_neverSeizesMoreThanTheLimitOrTheBalance(Seed memory s) public pure {
        Case memory c = _run(s);
        assertLe(c.o.seized, c.l.maxSeize);
        assertLe(c.o.seized, c.a.amount);
    }

    /// @dev Where no clamp binds, target health is reached from above, by no more than a rounding.
    function testFuzz_decide_reachesTheTargetAndStopsThere(Seed memory s) public pure {
        Case memory c = _draw(s);
        (c.l.maxRepay, c.l.maxSeize, c.l.dust) = (MAX, MAX, 1);
        c = _decide(c);
        if (!_acted(c) || c.debtAfter == 0 || c.assetAfter == 0) return;
        assertGe(c.weightedAfter, c.debtAfter * c.l.target);
        uint256 slack = c.p.index / RAY + 2;
        uint256 removed = c.debt - c.debtAfter;
        if (removed <= slack) return;
        uint256 missing = c.debt * c.l.target - c.p.adjustedCollateral;
        uint256 gain = c.l.target * WAD - (WAD + c.o.bonus) * c.a.threshold;
        // A repayment smaller by the rounding slack would have missed the target.
        assertLt((removed - slack) * (gain / 1e9), missing * 1e9 + removed);
    }

    function testFuzz_decide_leavesDustDebtOnlyWhereTheAssetCannotPayTheRest(Seed memory s) public pure {
        Case memory c = _run(s);
        if (!_acted(c) || c.debtAfter == 0 || c.debtAfter >= c.l.dust || c.debt < c.l.dust) return;
        assertLt(c.assetValue, (c.debt * (WAD + c.o.bonus)) / WAD);
    }

    function testFuzz_decide_leavesNoDustOfTheAssetBesideADebt(Seed memory s) public pure {
        Case memory c = _run(s);
        if (!_acted(c) || c.debtAfter == 0) return;
        assertTrue(c.assetAfter == 0 || c.assetAfter >= c.l.dust);
    }

    /// @dev The value of a vault's only asset above its debt always suffices to clear a debt that
    /// would be dust.
    function testFuzz_decide_ofASolventVaultWithOneAssetLeavesNoDustAtAll(Seed memory s) public pure {
        s.rest = 0;
        Case memory c = _run(s);
        if (!_acted(c) || c.p.value < c.debt || c.debtAfter == 0 || c.debt < c.l.dust) return;
        assertGe(c.debtAfter, c.l.dust);
        assertGe(c.assetAfter, c.l.dust);
    }

    // ------------------------------------------------------------------ limits

    function testFuzz_decide_byCollateralEqualsByTheDebtItRepays(Seed memory s) public pure {
        Case memory c = _draw(s);
        c.l.maxRepay = MAX;
        c.l.maxSeize = bound(s.maxSeize, 0, c.a.amount);
        L.Outcome memory byCollateral = L.decide(c.p, c.a, c.l);
        if (byCollateral.verdict != L.Verdict.Executable) return;
        (c.l.maxRepay, c.l.maxSeize) = (byCollateral.repaid, MAX);
        L.Outcome memory byDebt = L.decide(c.p, c.a, c.l);
        assertEq(byDebt.repaid, byCollateral.repaid);
        assertEq(byDebt.scaledRepaid, byCollateral.scaledRepaid);
        assertGe(byDebt.seized, byCollateral.seized);
        uint256 difference = byDebt.seized - byCollateral.seized;
        assertLe((difference * c.a.price) / 1e36, 1);
    }

    function testFuzz_decide_aLimitAboveTheUnlimitedOutcomeChangesNothing(Seed memory s, uint256 more) public pure {
        Case memory c = _runUnlimited(s);
        c.l.maxRepay = bound(more, c.o.repaid, MAX);
        assertEq(abi.encode(L.decide(c.p, c.a, c.l)), abi.encode(c.o));
        c.l.maxSeize = bound(more, c.a.amount, MAX);
        assertEq(abi.encode(L.decide(c.p, c.a, c.l)), abi.encode(c.o));
    }

    function testFuzz_decide_aLimitOnlyLowersTheOutcome(Seed memory s) public pure {
        Case memory c = _run(s);
        (c.l.maxRepay, c.l.maxSeize) = (MAX, MAX);
        L.Outcome memory free = L.decide(c.p, c.a, c.l);
        assertLe(c.o.repaid, free.repaid);
        assertLe(c.o.seized, free.seized);
        assertEq(c.o.bonus, free.bonus);
    }

    function testFuzz_decide_repaysMoreUnderALooserLimit(Seed memory s, uint256 x, uint256 y) public pure {
        Case memory c = _draw(s);
        (x, y) = (bound(x, 0, c.debt), bound(y, 0, c.debt));
        if (x > y) (x, y) = (y, x);
        (c.l.maxRepay, c.l.maxSeize) = (x, MAX);
        uint256 tight = L.decide(c.p, c.a, c.l).repaid;
        c.l.maxRepay = y;
        assertLe(tight, L.decide(c.p, c.a, c.l).repaid);
    }

    // ------------------------------------------------------------------ bonus

    function testFuzz_bonus_isWithinAllItsBounds(Seed memory s) public pure {
        Case memory c = _runUnlimited(s);
        if (!_acted(c)) return;
        assertLe(c.o.bonus * BPS, c.a.maxBonus * WAD);
        if (c.p.value <= c.debt) return assertEq(c.o.bonus, 0);
        assertLe((WAD + c.o.bonus) * c.debt, c.p.value * WAD);
        // (1 + b) * LT * D <= W, compared as quotients because the product may exceed a word.
        assertTrue(_ratioAtLeast(c.p.adjustedCollateral, c.debt, (WAD + c.o.bonus) * c.a.threshold, WAD));
    }

    function testFuzz_bonus_nearHealthOneIsTheSmallestIfTheVaultCanAffordIt(uint256 seed, uint112 debt) public pure {
        vm.assume(debt >= 1e15);
        L.Asset memory a = L.Asset(1, 1e36, bound(seed, 1, 8_000), 0, 1_000, 2_500);
        a.minBonus = bound(seed >> 16, 0, 1_000);
        uint256 adjustedCollateral = uint256(debt) * BPS - 1;
        L.Position memory p = L.Position(debt, RAY, adjustedCollateral / a.threshold, adjustedCollateral);
        assertEq(L.bonusDown(p, a, debt), (a.minBonus * WAD) / BPS);
    }

    /// @dev Without the two affordability bounds the bonus rises as health falls: an auction in
    /// health.
    function testFuzz_bonus_growsAsHealthFallsWhileTheVaultCanAffordIt(uint256 x, uint256 y, uint256 seed) public pure {
        uint256 debt = 1e24;
        (x, y) = (bound(x, 9_000, 9_999), bound(y, 9_000, 9_999));
        if (x > y) (x, y) = (y, x);
        L.Asset memory a = L.Asset(1, 1e36, 5_000, 10, 1_000, uint16(seed));
        uint256 lower = L.bonusDown(L.Position(debt, RAY, 2 * debt, debt * x), a, debt);
        assertGe(lower, L.bonusDown(L.Position(debt, RAY, 2 * debt, debt * y), a, debt));
        uint256 expected = (10 * WAD + a.slope * (WAD - x * 1e14)) / BPS;
        assertEq(lower, expected < WAD / 10 ? expected : WAD / 10);
    }

    function testFuzz_bonus_neverFallsWithMoreCollateralAtTheSameHealth(Seed memory s, uint64 more) public pure {
        Case memory c = _draw(s);
        if (c.p.adjustedCollateral >= c.debt * BPS || c.p.adjustedCollateral < c.debt * c.a.threshold) return;
        uint256 bonus = L.bonusDown(c.p, c.a, c.debt);
        c.p.value += more;
        assertGe(L.bonusDown(c.p, c.a, c.debt), bonus);
    }

    // ------------------------------------------------------------------ edges

    function testFuzz_isHopeless_exactlyBelowDustAndBelowTheDebt(
        uint128 value,
        uint128 debt,
        uint128 dust
    ) public pure {
        assertEq(L.isUneconomic(value, debt, dust), value < dust && value < debt);
    }

    function testFuzz_decide_neverRevertsOnAWorthlessAsset(Seed memory s) public pure {
        Case memory c = _draw(s);
        c.a.amount = _sized(s.amount, 16);
        c.a.price = 1e6;
        c.p.adjustedCollateral =
            c.p.adjustedCollateral > c.assetValue * c.a.threshold
                ? c.p.adjustedCollateral - c.assetValue * c.a.threshold
                : 0;
        c.p.value -= c.assetValue;
        L.Outcome memory o = L.decide(c.p, c.a, c.l);
        assertEq(o.repaid, 0);
    }

    /// @dev One ether at 1,800 against 1,500, threshold 0.8: health 0.96, bonus 1 %, repay 1500 *
    /// 0.09 / (1.05 - 0.808).
    function test_decide_workedExample() public pure {
        L.Position memory p = L.Position(1_500e6, RAY, 1_800e6, 1_800e6 * 8_000);
        L.Asset memory a = L.Asset(1e18, 1_800e24, 8_000, 0, 1_000, 2_500);
        L.Outcome memory o = L.decide(p, a, L.Limits(MAX, MAX, 10_500, 100e6));
        assertTrue(o.verdict == L.Verdict.Executable);
        assertEq(o.bonus, 0.01e18);
        assertEq(o.repaid, 557_851_240);
        assertEq(o.seized, (uint256(563_429_752) * 1e12) / 1_800);
        assertEq(DebtMath.debtUp(o.scaledRepaid, RAY), o.repaid);
    }

    function testFuzz_bonus_neverExceedsItsRampAndReachesItToTheUnit(Seed memory s) public pure {
        Case memory c = _draw(s);
        if (c.p.adjustedCollateral >= c.debt * BPS || c.p.value <= c.debt) return;
        // Only the ramp binds: an asset of threshold 0, and more than twice the debt in value.
        (c.a.threshold, c.a.maxBonus, c.p.value) = (0, BPS, 3 * c.debt);
        c.a.slope %= BPS - c.a.minBonus;
        uint256 bonus = L.bonusDown(c.p, c.a, c.debt);
        uint256 ramp = c.a.minBonus * WAD * c.debt + c.a.slope * (WAD * c.debt - c.p.adjustedCollateral * (WAD / BPS));
        assertLe(bonus * BPS * c.debt, ramp);
        // Health is rounded by less than one unit, the quotient by less than another.
        assertGt((bonus * BPS + BPS + c.a.slope) * c.debt, ramp);
    }

    /// @dev At HF = LT a bonus would lower health, whatever else the vault holds.
    function testFuzz_bonus_isNothingWhereHealthIsTheThreshold(
        uint256 threshold,
        uint112 debt,
        bool smallest
    ) public pure {
        vm.assume(debt != 0);
        threshold = smallest ? 1 : bound(threshold, 1, BPS - 1);
        L.Asset memory a = L.Asset(1, 1e36, threshold, 500, 1_000, 2_500);
        assertEq(L.bonusDown(L.Position(debt, RAY, 2 * uint256(debt), debt * threshold), a, debt), 0);
    }

    function testFuzz_decide_atParAnAssetAboveHealthIsRefused(uint256 threshold, uint96 debt) public pure {
        threshold = bound(threshold, 2, BPS - 1);
        vm.assume(debt != 0);
        L.Asset memory a = L.Asset(debt, 1e36, threshold, 500, 1_000, 2_500);
        L.Position memory p = L.Position(debt, RAY, debt, debt * threshold - 1);
        assertTrue(L.decide(p, a, L.Limits(MAX, MAX, 10_500, 1)).verdict == L.Verdict.AssetNotSeizable);
        p.value -= 1;
        assertTrue(L.decide(p, a, L.Limits(MAX, MAX, 10_500, 1)).verdict == L.Verdict.Executable);
    }

    function test_isHopeless_notAtDustAndNotAtTheDebt() public pure {
        assertTrue(L.isUneconomic(9, 10, 10));
        assertFalse(L.isUneconomic(10, 11, 10));
        assertFalse(L.isUneconomic(10, 10, 11));
    }

    /// @dev An asset of threshold 0.8 is worth the debt and a bonus of 10 %. The rest lifts health
    /// to 0.93, so 0.12 / 0.17 of the debt reaches the target. The remaining debt would be dust, so
    /// the asset pays for all of it. With one unit of the asset less it does not.
    function testFuzz_decide_clearsADebtThatWouldBeDustFromAnAssetThatJustCoversIt(uint64 n) public pure {
        vm.assume(n != 0);
        uint256 debt = 1_000 * uint256(n);
        uint256 value = 1_100 * uint256(n);
        L.Position memory p = L.Position(debt, RAY, value + debt / 10, debt * 9_300);
        L.Asset memory a = L.Asset(value, 1e36, 8_000, 1_000, 1_000, 0);
        L.Limits memory limits = L.Limits(MAX, MAX, 10_500, 300 * uint256(n));
        L.Outcome memory o = L.decide(p, a, limits);
        assertTrue(o.repaid == debt && o.seized == value);
        (a.amount, p.value, p.adjustedCollateral) = (value - 1, p.value - 1, p.adjustedCollateral - 8_000);
        o = L.decide(p, a, limits);
        assertEq(o.repaid, (debt * 1_200 + 8_000 + 1_699) / 1_700);
    }

    /// @dev An asset worth one unit less than debt and bonus. The target is reached with all but
    /// one unit repaid. That leaves a unit of the asset, which is dust, so the whole asset is
    /// seized for the whole debt.
    function testFuzz_decide_leavesNotEvenOneUnitOfDebtBesideDust(uint64 n, uint256 dust) public pure {
        vm.assume(n != 0);
        (uint256 debt, uint256 value) = (10 * uint256(n), 11 * uint256(n) - 1);
        L.Position memory p = L.Position(debt, RAY, value + 2, debt * 10_500 - (debt - 1) * 1_700);
        L.Asset memory a = L.Asset(value, 1e36, 8_000, 1_000, 1_000, 0);
        L.Outcome memory o = L.decide(p, a, L.Limits(MAX, MAX, 10_500, bound(dust, 2, type(uint64).max)));
        assertTrue(o.bonus == 0.1e18 && o.repaid == debt && o.seized == value);
    }
}

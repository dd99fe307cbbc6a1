// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {DebtMath} from "../../../../contracts/libraries/math/DebtMath.sol";
import {DeleverageMath} from "../../../../contracts/libraries/math/DeleverageMath.sol";
import {LiquidationMath} from "../../../../contracts/libraries/math/LiquidationMath.sol";

contract DeleverageMathTest is Test {
    uint256 private constant RAY = 1e27;

    struct Seed {
        uint96 scaledDebt;
        uint256 index;
        uint256 adjustedCollateral;
        uint256 target;
        uint256 threshold;
        uint256 maxCost;
        uint256 fee;
        uint256 dust;
    }

    /// @dev A vault below its target, and terms the autopilot accepts.
    function _case(
        Seed memory s
    ) private pure returns (LiquidationMath.Position memory p, DeleverageMath.Terms memory t, uint256 debt) {
        p.scaledDebt = bound(s.scaledDebt, 1, type(uint96).max);
        // Every other index is hardly above 1, where a single unit decides.
        p.index = bound(s.index, RAY, s.index % 2 == 0 ? 2 * RAY : 100 * RAY);
        debt = DebtMath.debtUp(p.scaledDebt, p.index);
        t.target = bound(s.target, 10_001, 30_000);
        p.adjustedCollateral = bound(s.adjustedCollateral, 0, debt * t.target - 1);
        t.threshold = bound(s.threshold, 0, 9_900);
        t.maxCost = bound(s.maxCost, 1, 1_000);
        t.fee = bound(s.fee, 0, t.maxCost);
        t.dust = bound(s.dust, 0, debt);
    }

    /// @dev The main property: any sale within the limit leaves the vault at its target or free of
    /// debt.
    function testFuzz_size_reachesTheTargetAtTheHighestCost(Seed memory seed) public pure {
        (LiquidationMath.Position memory p, DeleverageMath.Terms memory t, ) = _case(seed);
        DeleverageMath.Sale memory s = DeleverageMath.size(p, t);
        if (s.repaid == 0) return;
        uint256 left = DebtMath.debtUp(p.scaledDebt - s.scaledRepaid, p.index);
        if (left == 0) return;
        assertGe(p.adjustedCollateral, s.mostSold * t.threshold + left * t.target);
    }

    /// @dev No more than needed: with one unit less repaid, at the highest cost, it falls short.
    function testFuzz_size_isTheSmallestThatDoes(Seed memory seed) public pure {
        seed.index = RAY;
        seed.dust = 0;
        (LiquidationMath.Position memory p, DeleverageMath.Terms memory t, uint256 debt) = _case(seed);
        t.dust = 0;
        DeleverageMath.Sale memory s = DeleverageMath.size(p, t);
        vm.assume(s.repaid != 0 && s.scaledRepaid < p.scaledDebt);
        uint256 less = s.repaid - 1;
        uint256 sold = less * (10_000 + t.maxCost);
        assertLt(p.adjustedCollateral * 10_000, sold * t.threshold + (debt - less) * t.target * 10_000);
    }

    /// @dev The engine takes exactly what was computed: its own dust rule finds nothing to lower.
    function testFuzz_size_isWhatTheEngineTakes(Seed memory seed) public pure {
        (LiquidationMath.Position memory p, DeleverageMath.Terms memory t, uint256 debt) = _case(seed);
        DeleverageMath.Sale memory s = DeleverageMath.size(p, t);
        if (s.repaid == 0) return;
        (uint256 paid, uint256 scaledRepaid) = DebtMath.repayment(p.scaledDebt, p.index, s.repaid, t.dust);
        assertEq(paid, s.repaid);
        assertEq(scaledRepaid, s.scaledRepaid);
        assertLe(paid, debt);
        uint256 left = DebtMath.debtUp(p.scaledDebt - scaledRepaid, p.index);
        assertTrue(left == 0 || left > t.dust);
    }

    /// @dev A sale that would leave exactly dust clears the debt, because after rounding the engine
    /// would see one unit less.
    function testFuzz_size_leavesMoreThanDustOrNothing(Seed memory seed) public pure {
        seed.dust = 0;
        (LiquidationMath.Position memory p, DeleverageMath.Terms memory t, ) = _case(seed);
        t.dust = 0;
        DeleverageMath.Sale memory s = DeleverageMath.size(p, t);
        vm.assume(s.repaid != 0 && s.scaledRepaid < p.scaledDebt);
        t.dust = DebtMath.debtUp(p.scaledDebt - s.scaledRepaid, p.index) - 1;
        assertEq(DeleverageMath.size(p, t).scaledRepaid, s.scaledRepaid);
        t.dust += 1;
        assertEq(DeleverageMath.size(p, t).scaledRepaid, p.scaledDebt);
    }

    /// @dev The owner pays at most the agreed cost, and the executor gets no more than its part of
    /// it.
    function testFuzz_size_costsAtMostWhatWasAgreed(Seed memory seed) public pure {
        (LiquidationMath.Position memory p, DeleverageMath.Terms memory t, ) = _case(seed);
        DeleverageMath.Sale memory s = DeleverageMath.size(p, t);
        assertLe(s.mostSold * 10_000, s.repaid * (10_000 + t.maxCost));
        assertLe(s.fee * 10_000, s.repaid * t.fee);
    }

    function testFuzz_size_isNothingExactlyWhereSellingCannotHelp(Seed memory seed) public pure {
        (LiquidationMath.Position memory p, DeleverageMath.Terms memory t, ) = _case(seed);
        DeleverageMath.Sale memory s = DeleverageMath.size(p, t);
        assertEq(s.repaid == 0, (10_000 + t.maxCost) * t.threshold >= t.target * 10_000);
    }

    function testFuzz_isTriggered_isTheExactComparison(Seed memory seed, uint256 trigger) public pure {
        (LiquidationMath.Position memory p, , uint256 debt) = _case(seed);
        trigger = bound(trigger, 10_000, 30_000);
        assertEq(DeleverageMath.isTriggered(p, trigger), p.adjustedCollateral < debt * trigger);
        p.adjustedCollateral = debt * trigger;
        assertFalse(DeleverageMath.isTriggered(p, trigger));
        p.adjustedCollateral -= 1;
        assertTrue(DeleverageMath.isTriggered(p, trigger));
    }

    function testFuzz_differ_inEitherDirection(uint128 oracle, uint256 most, uint256 off) public pure {
        most = bound(most, 0, 10_000);
        uint256 limit = (uint256(oracle) * most) / 10_000;
        off = bound(off, 0, oracle);
        assertEq(DeleverageMath.differ(uint256(oracle) + off, oracle, most), off > limit);
        assertEq(DeleverageMath.differ(uint256(oracle) - off, oracle, most), off > limit);
    }

    /// @dev Checks both quotients by the inequalities that define their floor. A cleared debt
    /// counts to its last unit.
    function testFuzz_size_feeAndMostSoldAreTheFloorsOfTheirShares(Seed memory seed) public pure {
        (LiquidationMath.Position memory p, DeleverageMath.Terms memory t, uint256 debt) = _case(seed);
        DeleverageMath.Sale memory s = DeleverageMath.size(p, t);
        uint256 fee = s.repaid * t.fee;
        assertTrue(s.fee * 10_000 <= fee && fee < (s.fee + 1) * 10_000);
        uint256 removed = debt - DebtMath.debtUp(p.scaledDebt - s.scaledRepaid, p.index);
        uint256 sold = removed * (10_000 + t.maxCost);
        assertTrue(s.mostSold * 10_000 <= sold && sold < (s.mostSold + 1) * 10_000);
    }

    /// @dev Each unit repaid removes exactly the health it adds, so no sale reaches the target.
    /// With one point more a sale does.
    function testFuzz_size_isNothingWhereSellingTakesOutAsMuchHealthAsItGives(
        Seed memory seed,
        uint256 cost,
        uint256 threshold
    ) public pure {
        (LiquidationMath.Position memory p, DeleverageMath.Terms memory t, uint256 debt) = _case(seed);
        cost = bound(cost, 2, 10);
        threshold = bound(threshold, 10_000 / (100 + cost) + 1, 99);
        (t.maxCost, t.threshold, t.target) = (100 * cost, 100 * threshold, (100 + cost) * threshold);
        p.adjustedCollateral = bound(seed.adjustedCollateral, 0, debt * t.target - 1);
        assertEq(DeleverageMath.size(p, t).repaid, 0);
        t.target += 1;
        assertGt(DeleverageMath.size(p, t).repaid, 0);
    }
}

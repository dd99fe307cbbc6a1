// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {DebtMath} from "../../../../contracts/libraries/math/DebtMath.sol";
import {RAY} from "../../../../contracts/libraries/math/FixedPoint.sol";

contract DebtMathTest is Test {
    uint256 private constant MAX_INDEX = 1e9 * RAY;

    function _index(uint256 seed) private pure returns (uint256) {
        return bound(seed, RAY, MAX_INDEX);
    }

    function testFuzz_borrowing_neverOwesLessThanWasBorrowed(uint112 amount, uint256 index) public pure {
        index = _index(index);
        uint256 scaled = DebtMath.scaledUp(amount, index);
        assertGe(DebtMath.debtUp(scaled, index), amount);
        assertGe(DebtMath.debtDown(scaled, index), amount);
    }

    function testFuzz_borrowing_addsLessThanOneIndexStepTooMuch(uint112 amount, uint256 index) public pure {
        index = _index(index);
        assertLe(DebtMath.debtUp(DebtMath.scaledUp(amount, index), index), uint256(amount) + index / RAY + 1);
    }

    function testFuzz_totalDebt_isNeverMoreThanTheSumOfVaultDebts(uint112 a, uint112 b, uint256 index) public pure {
        index = _index(index);
        uint256 total = DebtMath.debtDown(uint256(a) + b, index);
        assertLe(total, DebtMath.debtUp(a, index) + DebtMath.debtUp(b, index));
    }

    function testFuzz_debt_growsWithIndexAndScaledDebt(uint112 scaled, uint256 i, uint256 j, uint112 more) public pure {
        (i, j) = (_index(i), _index(j));
        if (i > j) (i, j) = (j, i);
        assertLe(DebtMath.debtUp(scaled, i), DebtMath.debtUp(scaled, j));
        assertLe(DebtMath.debtUp(scaled, i), DebtMath.debtUp(uint256(scaled) + more, i));
    }

    function testFuzz_repayment_ofTheWholeDebtOrMoreLeavesNothing(
        uint112 scaled,
        uint256 index,
        uint256 more
    ) public pure {
        index = _index(index);
        uint256 debt = DebtMath.debtUp(scaled, index);
        (uint256 paid, uint256 removed) = DebtMath.repayment(scaled, index, bound(more, debt, type(uint256).max), 1);
        assertEq(paid, debt);
        assertEq(removed, scaled);
    }

    function testFuzz_repayment_neverTakesMoreThanOfferedOrOwed(
        uint112 scaled,
        uint256 index,
        uint256 amount,
        uint112 dust
    ) public pure {
        index = _index(index);
        (uint256 paid, uint256 removed) = DebtMath.repayment(scaled, index, amount, dust);
        assertLe(paid, amount);
        assertLe(paid, DebtMath.debtUp(scaled, index));
        assertLe(removed, scaled);
    }

    function testFuzz_repayment_paysForEveryUnitItRemoves(
        uint112 scaled,
        uint256 index,
        uint256 amount,
        uint112 dust
    ) public pure {
        index = _index(index);
        (uint256 paid, uint256 removed) = DebtMath.repayment(scaled, index, amount, dust);
        uint256 vaultDrop = DebtMath.debtUp(scaled, index) - DebtMath.debtUp(scaled - removed, index);
        uint256 totalDrop = DebtMath.debtDown(scaled, index) - DebtMath.debtDown(scaled - removed, index);
        assertGe(paid, vaultDrop);
        assertGe(paid, totalDrop);
    }

    function testFuzz_repayment_takesAllButAnIndexStepOfAPartialOffer(
        uint112 scaled,
        uint256 index,
        uint256 amount
    ) public pure {
        index = _index(index);
        uint256 debt = DebtMath.debtUp(scaled, index);
        amount = bound(amount, 0, debt);
        (uint256 paid, ) = DebtMath.repayment(scaled, index, amount, 0);
        assertGe(paid + index / RAY + 1, amount);
    }

    function testFuzz_repayment_leavesNoNewDust(
        uint112 scaled,
        uint256 index,
        uint256 amount,
        uint112 dust
    ) public pure {
        index = _index(index);
        uint256 debt = DebtMath.debtUp(scaled, index);
        vm.assume(debt >= dust);
        (, uint256 removed) = DebtMath.repayment(scaled, index, bound(amount, 0, debt), dust);
        uint256 left = DebtMath.debtUp(scaled - removed, index);
        assertTrue(left == 0 || left >= dust);
    }

    function testFuzz_repayment_ofDustIsPossibleInParts(uint112 scaled, uint256 amount, uint112 dust) public pure {
        vm.assume(scaled < dust);
        amount = bound(amount, 0, scaled);
        (uint256 paid, ) = DebtMath.repayment(scaled, RAY, amount, dust);
        assertEq(paid, amount);
    }

    function testFuzz_debt_isTheFloorAndTheCeilingOfTheExactProduct(uint112 scaled, uint256 index) public pure {
        index = _index(index);
        uint256 exact = uint256(scaled) * index;
        assertEq(DebtMath.debtDown(scaled, index), exact / RAY);
        assertEq(DebtMath.debtUp(scaled, index), (exact + RAY - 1) / RAY);
    }

    /// @dev A debt of exactly dust is repaid whole or not at all.
    function testFuzz_repayment_ofADebtOfExactlyDustTakesNoPart(uint112 debt, uint256 amount) public pure {
        vm.assume(debt != 0);
        (uint256 paid, uint256 removed) = DebtMath.repayment(debt, RAY, bound(amount, 0, debt - 1), debt);
        assertEq(paid + removed, 0);
    }
}

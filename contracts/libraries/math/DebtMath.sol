// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {FixedPoint, RAY} from "./FixedPoint.sol";

/// @notice Debt behind an index. A vault stores *scaled* debt; what it owes is scaled debt times the pool's index [RAY],
/// which starts at 1 and never falls. Every conversion rounds against the one who owes. Scaled debts have 128 bits and indices
/// 112, so that a debt is a product inside a word.
library DebtMath {
    /// @notice What `scaled` owes [debt units], rounded up.
    function debtUp(uint256 scaled, uint256 index) internal pure returns (uint256) {
        return FixedPoint.wordDivUp(scaled, index, RAY);
    }

    /// @notice What `scaled` owes in total [debt units], rounded down: the claim the lenders may count on.
    function debtDown(uint256 scaled, uint256 index) internal pure returns (uint256) {
        return FixedPoint.wordDivDown(scaled, index, RAY);
    }

    /// @notice Scaled debt that borrowing `amount` adds, rounded up.
    function scaledUp(uint256 amount, uint256 index) internal pure returns (uint256) {
        return FixedPoint.mulDivUp(amount, RAY, index);
    }

    /// @notice Scaled debt that paying `amount` removes, rounded down.
    function scaledDown(uint256 amount, uint256 index) internal pure returns (uint256) {
        return FixedPoint.mulDivDown(amount, RAY, index);
    }

    /// @notice What a repayment offered at `amount` does to a debt.
    /// The offer is clamped to the debt, and a partial one is lowered so that it never turns a debt of at least `dust`
    /// into a smaller one that would pay no liquidator.
    /// @return paid what the payer owes for it [debt units], at most `amount`
    /// @return scaledRepaid the scaled debt removed
    function repayment(
        uint256 scaled,
        uint256 index,
        uint256 amount,
        uint256 dust
    ) internal pure returns (uint256 paid, uint256 scaledRepaid) {
        uint256 debt = debtUp(scaled, index);
        if (amount >= debt) return (debt, scaled);
        if (debt >= dust && debt - amount < dust) amount = debt - dust;
        scaledRepaid = scaledDown(amount, index);
        paid = debtUp(scaledRepaid, index);
    }
}

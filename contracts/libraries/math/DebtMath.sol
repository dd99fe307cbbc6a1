// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {FixedPoint, RAY} from "./FixedPoint.sol";

/// @notice Debt behind an index. A vault stores *scaled* debt; its debt is scaled debt times the
/// pool's index [RAY], which starts at 1 and never falls. Conversions of a vault's debt round
/// against the borrower; the total debt rounds down.
/// @dev Scaled debts have 128 bits and indices 112, so their product fits in a word.
library DebtMath {
    /// @notice The debt of `scaled` [debt units], rounded up.
    function debtUp(uint256 scaled, uint256 index) internal pure returns (uint256) {
        return FixedPoint.wordDivUp(scaled, index, RAY);
    }

    /// @notice The total debt of `scaled` [debt units], rounded down: the claim the lenders may
    /// count on.
    function debtDown(uint256 scaled, uint256 index) internal pure returns (uint256) {
        return FixedPoint.wordDivDown(scaled, index, RAY);
    }

    /// @notice The scaled debt that borrowing `amount` adds, rounded up.
    function scaledUp(uint256 amount, uint256 index) internal pure returns (uint256) {
        return FixedPoint.mulDivUp(amount, RAY, index);
    }

    /// @notice The scaled debt that paying `amount` removes, rounded down.
    function scaledDown(uint256 amount, uint256 index) internal pure returns (uint256) {
        return FixedPoint.mulDivDown(amount, RAY, index);
    }

    /// @notice The effect of offering `amount` as a repayment.
    /// @dev The offer is clamped to the debt. A partial repayment is lowered so that it never turns
    /// a debt of at least `dust` into a smaller one that no liquidation would pay for.
    /// @return paid amount owed for it [debt units], at most `amount`
    /// @return scaledRepaid scaled debt removed
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

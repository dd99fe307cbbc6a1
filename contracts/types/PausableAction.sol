// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice The actions that can be paused. All others are always open: depositing a Good
/// collateral, repaying, withdrawing without debt, and claiming.
enum PausableAction {
    /// Borrowing.
    Borrow,
    /// Withdrawing collateral from a vault with debt.
    WithdrawWithDebt,
    /// Liquidating and absorbing.
    Liquidate,
    /// Bidding in auctions.
    Bid,
    /// Flash loans.
    FlashLoan
}

// Not an action: in a set of actions it says that the breaker watches price moves.
uint8 constant WATCHED = 1 << 7;

/// @notice The bit of `action` in a set of actions.
function bitOf(PausableAction action) pure returns (uint8) {
    return uint8(1 << uint8(action));
}

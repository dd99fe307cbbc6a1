// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A bidder that pays out of what it buys.
interface IAuctionCallback {
    /// @notice Called on the bidder after the collateral was sent and before `cost` is taken from its allowance to the auction house.
    /// Everything in the auction house is locked meanwhile, and so are entering and leaving the backstop.
    /// @param id absorption; 0 for residuals
    /// @param asset id of the collateral
    /// @param amount what was sent to the receiver [token units]
    /// @param cost what will be taken [debt units]
    /// @param data what the bidder passed in its call
    function onTake(uint256 id, uint8 asset, uint256 amount, uint256 cost, bytes calldata data) external;
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Callback of a bidder
/// @notice Lets a bidder pay with the proceeds of the collateral it buys.
interface IAuctionCallback {
    /// @notice Called on the bidder after the collateral was sent and before `cost` is taken from
    /// its allowance to the auction house.
    /// @dev Meanwhile the auction house is locked, and so are deposits into and redemptions from
    /// the backstop.
    /// @param id absorption; 0 for residuals
    /// @param asset id of the collateral
    /// @param amount collateral sent to the receiver [token units]
    /// @param cost amount that will be taken [debt units]
    /// @param data data the bidder passed in its call
    function onTake(uint256 id, uint8 asset, uint256 amount, uint256 cost, bytes calldata data) external;
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice How far the sources of a price may be trusted. A composed price has the worse status of its parts.
enum Status {
    /// The primary source is fresh and nothing contradicts it.
    Good,
    /// Sources disagree, or one of them is past its heartbeat.
    Doubtful,
    /// No usable source: the price is the last accepted one, fading to zero.
    Dead
}

/// @notice A price of one collateral asset, scaled so that `amount * price / 1e36` is in units of the debt asset,
/// whatever the decimals of either token.
struct Price {
    /// For eligibility, quantity and bonus of a liquidation.
    uint256 liquidation;
    /// Smallest of the usable sources: for taking risk (borrow, withdraw).
    uint256 low;
    /// Largest of the usable sources: for giving up on a debt (booking bad debt).
    uint256 high;
    Status status;
}

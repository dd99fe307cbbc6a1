// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice The quality of a price. A composed price has the worse status of its parts.
enum Status {
    /// The primary source is fresh and nothing contradicts it.
    Good,
    /// Sources disagree, one of them is past its heartbeat or unusable, or the sequencer is not
    /// known to be up.
    Doubtful,
    /// No usable source: the last known price, fading to zero (`LastKnown`).
    Dead
}

/// @notice The price of one collateral asset, scaled so that `amount * price / 1e36` is in debt
/// units, whatever the decimals of either token.
struct Price {
    /// For the eligibility, size and bonus of a liquidation.
    uint256 liquidation;
    /// Smallest of the usable sources: for taking risk (borrow, withdraw) and exit pricing.
    uint256 low;
    /// Largest of the usable sources: for write-offs and entry pricing.
    uint256 high;
    Status status;
}

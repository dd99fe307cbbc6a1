// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTerms} from "../../interfaces/IAuctionHouse.sol";
import {BPS} from "../math/FixedPoint.sol";

/// @notice Acceptable auction terms: the price falls from at least the oracle's to a positive floor
/// in finite time, and neither borrower nor backstop pays more than announced. A tip must not
/// exceed what being absorbed by age costs the vault's owner.
library AuctionRules {
    /// @notice Bounds [bps].
    uint256 internal constant MAX_START = 2 * BPS;
    uint256 internal constant MAX_PENALTY = 2_000;
    uint256 internal constant MIN_FLOOR = 1_000;
    /// @notice Largest tip [bps of the debt]: the least surplus over its debt of a vault that is
    /// absorbed by age, so that its owner never earns by having it absorbed.
    uint256 internal constant MAX_TIP = 200;
    /// @notice Longest auction [s]: four auctions, a flag and the pauses of three days all fit
    /// before a depositor can have left the backstop.
    uint256 internal constant MAX_TAIL = 16 hours;

    /// @notice The start multiplier is not between 1 and 2 [bps].
    error StartOutOfRange(uint256 start, uint256 min, uint256 max);
    /// @notice The reserve price is too low to be meaningful, or above the oracle price [bps].
    error FloorOutOfRange(uint256 floor, uint256 min, uint256 max);
    /// @notice The price must fall: 0 < cut < 1 [bps], 0 < step <= tail [s].
    error PriceNeverFalls(uint256 cut, uint256 step, uint256 tail);
    /// @notice A longer auction would outlast the exit wait of the backstop [s].
    error TailTooLong(uint256 tail, uint256 max);
    /// @notice The gap must be above 0 and at most a whole auction [s].
    error GapOutOfRange(uint256 maxGap, uint256 max);
    /// @notice The bound of the tip exceeds its own limit [bps].
    error TipTooLarge(uint256 maxTip, uint256 max);
    /// @notice The bound of the tip exceeds the penalty, or the penalty exceeds its limit [bps].
    error PenaltyOutOfRange(uint256 maxTip, uint256 penalty, uint256 max);

    /// @notice Reverts unless the terms are acceptable.
    function check(AuctionTerms memory t) internal pure {
        if (t.start < BPS || t.start > MAX_START) revert StartOutOfRange(t.start, BPS, MAX_START);
        if (t.floor < MIN_FLOOR || t.floor > BPS) revert FloorOutOfRange(t.floor, MIN_FLOOR, BPS);
        if (t.cut == 0 || t.cut >= BPS || t.step == 0 || t.step > t.tail) revert PriceNeverFalls(t.cut, t.step, t.tail);
        if (t.tail > MAX_TAIL) revert TailTooLong(t.tail, MAX_TAIL);
        if (t.maxGap == 0 || t.maxGap > t.tail) revert GapOutOfRange(t.maxGap, t.tail);
        if (t.maxTip > MAX_TIP) revert TipTooLarge(t.maxTip, MAX_TIP);
        if (t.maxTip > t.penalty || t.penalty > MAX_PENALTY) revert PenaltyOutOfRange(t.maxTip, t.penalty, MAX_PENALTY);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PausableAction} from "../../types/PausableAction.sol";
import {CompactFloat} from "./CompactFloat.sol";
import {BPS, FixedPoint} from "./FixedPoint.sol";

/// @notice Closures of actions, and the price moves that cause them. All times are seconds.
library BreakerMath {
    /// @notice Longest pause of actions that settle debts (liquidations and bidding), and least
    /// time from the start of one pause to the start of the next. At most one hour of any day is
    /// paused, because borrowers owe interest meanwhile and lenders bear the market risk.
    uint256 internal constant SETTLING_PAUSE = 1 hours;
    uint256 internal constant SETTLING_CYCLE = 1 days;
    /// @notice The same for the other actions: taking risk can wait.
    uint256 internal constant RISK_PAUSE = 3 days;
    uint256 internal constant RISK_CYCLE = 7 days;
    /// @notice Time after a pause of liquidations in which borrowers may still restore their
    /// vaults.
    uint256 internal constant GRACE = 30 minutes;
    /// @notice Collateral ratio below which grace does not apply, because lenders could lose money
    /// [bps].
    uint256 internal constant GRACE_RATIO = 11_000;

    /// @dev A window is stored in this many buckets, of which the newest is not yet full.
    uint256 private constant BUCKETS = 4;
    uint256 private constant BUCKET_BITS = 48;

    /// @notice The pause would exceed the longest one, counted from its start [s].
    error PauseTooLong(uint256 length, uint256 most);
    /// @notice The last pause of this action started too recently [s].
    error PauseTooSoon(uint256 timestamp, uint256 from);

    /// @notice The closure of an action: its start, its end and the total time closed, in one word.
    struct Closure {
        /// Start of the running or last spell in which the action was closed.
        uint40 closedAt;
        /// Seconds closed in the spells before that one.
        uint40 closedBefore;
        /// Start of the guardian's running or last pause.
        uint40 pausedAt;
        /// End of that pause.
        uint40 pausedUntil;
        /// End of the last trip.
        uint40 trippedUntil;
    }

    /// @notice The lowest and highest price in each of the last four buckets, in one word.
    struct Window {
        /// Newest bucket in the low 48 bits; in each, the lowest price, rounded down, in the low 24
        /// bits and the highest, rounded up, above it.
        uint192 cells;
        /// Number of the newest bucket since the epoch.
        uint40 head;
    }

    // ------------------------------------------------------------------ closures

    /// @notice The first second at which the action is open again.
    function closedUntil(Closure memory c) internal pure returns (uint256) {
        return c.pausedUntil > c.trippedUntil ? c.pausedUntil : c.trippedUntil;
    }

    /// @notice Seconds for which the action has been closed up to `timestamp`.
    function closedSeconds(Closure memory c, uint256 timestamp) internal pure returns (uint256) {
        return c.closedBefore + FixedPoint.min(timestamp, closedUntil(c)) - c.closedAt;
    }

    /// @notice The spell of `c` in one word: its start, its end, and the seconds closed before it.
    function packSpell(Closure memory c) internal pure returns (uint208) {
        return uint208((uint256(c.closedBefore) << 96) | (uint256(c.closedAt) << 48) | closedUntil(c));
    }

    /// @notice A closure with the spell that `packSpell` packed, and nothing else.
    function unpackSpell(uint256 spell) internal pure returns (Closure memory c) {
        c.closedBefore = uint40(spell >> 96);
        c.closedAt = uint40(uint48(spell >> 48));
        c.trippedUntil = uint40(uint48(spell));
    }

    /// @notice `c` paused for `duration` from now. A running pause is lengthened, never shortened,
    /// and keeps its start.
    function pause(
        Closure memory c,
        PausableAction action,
        uint256 timestamp,
        uint256 duration
    ) internal pure returns (Closure memory) {
        bool settling = action == PausableAction.Liquidate || action == PausableAction.Bid;
        uint256 most = settling ? SETTLING_PAUSE : RISK_PAUSE;
        if (timestamp >= c.pausedUntil) {
            uint256 from = c.pausedAt == 0 ? 0 : c.pausedAt + (settling ? SETTLING_CYCLE : RISK_CYCLE);
            if (timestamp < from) revert PauseTooSoon(timestamp, from);
            c = _begin(c, timestamp);
            c.pausedAt = uint40(timestamp);
        }
        uint256 length = timestamp - c.pausedAt + FixedPoint.min(duration, most + 1);
        if (length > most) revert PauseTooLong(length, most);
        if (c.pausedAt + length > c.pausedUntil) c.pausedUntil = uint40(c.pausedAt + length);
        return c;
    }

    /// @notice `c` with its running pause ended now.
    function lift(Closure memory c, uint256 timestamp) internal pure returns (Closure memory) {
        c.pausedUntil = uint40(timestamp);
        return c;
    }

    /// @notice `c` tripped until at least `until`, which must not lie before `timestamp`.
    function trip(Closure memory c, uint256 timestamp, uint256 until) internal pure returns (Closure memory) {
        c = _begin(c, timestamp);
        if (until > c.trippedUntil) c.trippedUntil = uint40(until);
        return c;
    }

    /// @notice The end of the grace period after a pause of liquidations; 0 if there was none.
    function graceUntil(Closure memory c) internal pure returns (uint256) {
        return c.pausedUntil == 0 ? 0 : c.pausedUntil + GRACE;
    }

    /// @notice Whether the grace period protects a vault of this collateral value and debt
    /// [debt units].
    function inGrace(uint256 value, uint256 debt) internal pure returns (bool) {
        return value * BPS >= debt * GRACE_RATIO;
    }

    /// @dev Starts a new spell unless one is running. The caller sets its end.
    function _begin(Closure memory c, uint256 timestamp) private pure returns (Closure memory) {
        uint256 until = closedUntil(c);
        if (timestamp < until) return c;
        c.closedBefore += uint40(until - c.closedAt);
        c.closedAt = uint40(timestamp);
        return c;
    }

    // ------------------------------------------------------------------ price moves

    /// @notice `w` with one more price, seen now.
    /// @param window time for which prices must be stored [s]
    function record(
        Window memory w,
        uint256 price,
        uint256 timestamp,
        uint256 window
    ) internal pure returns (Window memory) {
        uint256 bucket = _bucketOf(timestamp, window);
        uint256 cells = _cellsAt(w, bucket);
        (uint24 low, uint24 high) = (CompactFloat.encodeDown(price), CompactFloat.encodeUp(price));
        (uint24 oldLow, uint24 oldHigh) = _cell(cells, 0);
        if (oldLow != 0 && oldLow < low) low = oldLow;
        if (oldHigh > high) high = oldHigh;
        cells = ((cells >> BUCKET_BITS) << BUCKET_BITS) | low | (uint256(high) << 24);
        return Window(uint192(cells), uint40(bucket));
    }

    /// @notice The lowest stored price, rounded down, and the highest, rounded up; zeros if there
    /// is none. Covers every price of the last `window` seconds, and none older than four thirds of
    /// it plus a few seconds.
    function range(
        Window memory w,
        uint256 timestamp,
        uint256 window
    ) internal pure returns (uint256 lowest, uint256 highest) {
        uint256 cells = _cellsAt(w, _bucketOf(timestamp, window));
        (uint24 low, uint24 high) = (0, 0);
        for (uint256 i = 0; i < BUCKETS; ++i) {
            (uint24 cellLow, uint24 cellHigh) = _cell(cells, i);
            if (cellLow != 0 && (low == 0 || cellLow < low)) low = cellLow;
            if (cellHigh > high) high = cellHigh;
        }
        return (CompactFloat.decode(low), CompactFloat.decode(high));
    }

    /// @notice The price that `price` has moved away from by at least `limit` [bps of that price];
    /// 0 if it has not.
    function movedFrom(uint256 price, uint256 lowest, uint256 highest, uint256 limit) internal pure returns (uint256) {
        if (price * BPS <= highest * (BPS - limit)) return highest;
        if (lowest != 0 && price * BPS >= lowest * (BPS + limit)) return lowest;
        return 0;
    }

    /// @dev A bucket is a third of the window, rounded up, so that a price as old as the window is
    /// at most three buckets back.
    function _bucketOf(uint256 timestamp, uint256 window) private pure returns (uint256) {
        return timestamp / ((window + BUCKETS - 2) / (BUCKETS - 1));
    }

    /// @dev The cells of `w` once `bucket` is the newest.
    function _cellsAt(Window memory w, uint256 bucket) private pure returns (uint256) {
        uint256 steps = bucket - w.head;
        return steps >= BUCKETS ? 0 : uint192(uint256(w.cells) << (BUCKET_BITS * steps));
    }

    function _cell(uint256 cells, uint256 i) private pure returns (uint24 low, uint24 high) {
        uint256 cell = cells >> (BUCKET_BITS * i);
        return (uint24(cell), uint24(cell >> 24));
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {FixedPoint} from "./FixedPoint.sol";

/// @notice The fall of a liquidation threshold.
library RampMath {
    /// @notice Time in which a threshold falls by one basis point [s]: one percentage point a day.
    /// @dev For a vault this equals a fall in price of some 1.25 % a day, less than an ordinary
    /// day's move, so an owner who watches the market is never surprised by governance.
    uint256 internal constant SECONDS_PER_BPS = 864;

    /// @notice A falling threshold, in one word.
    struct Ramp {
        /// Threshold at the start [bps].
        uint16 start;
        /// Threshold at the end [bps].
        uint16 end;
        /// Start of the ramp [s].
        uint40 startedAt;
    }

    /// @notice The threshold at `timestamp` [bps], rounded up: in the borrower's favour.
    function thresholdUp(Ramp memory r, uint256 timestamp) internal pure returns (uint256) {
        uint256 fallen = FixedPoint.min((timestamp - r.startedAt) / SECONDS_PER_BPS, r.start - r.end);
        return r.start - fallen;
    }

    /// @notice The start of a ramp that replaces `r` at `timestamp` [s]: now, or, while `r` runs,
    /// the start of its current step.
    /// @dev The running step continues, so that requesting ramps repeatedly does not delay the
    /// fall.
    function restartedAt(Ramp memory r, uint256 timestamp) internal pure returns (uint256) {
        return timestamp < endsAt(r) ? timestamp - ((timestamp - r.startedAt) % SECONDS_PER_BPS) : timestamp;
    }

    /// @notice The first second at which the threshold has reached its end.
    function endsAt(Ramp memory r) internal pure returns (uint256) {
        return r.startedAt + (r.start - r.end) * SECONDS_PER_BPS;
    }
}

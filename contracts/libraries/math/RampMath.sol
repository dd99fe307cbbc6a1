// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {FixedPoint} from "./FixedPoint.sol";

/// @notice How a liquidation threshold comes down.
library RampMath {
    /// @notice Time in which a threshold falls by one basis point [s]: one percentage point a day. To a vault that is what a
    /// fall in price of some 1.25 % a day would be, less than an ordinary day's move, so whoever looks after a vault
    /// for the market's sake is never surprised by governance.
    uint256 internal constant SECONDS_PER_BPS = 864;

    /// @notice A threshold on its way down. One word.
    struct Ramp {
        /// Where it started [bps].
        uint16 start;
        /// Where it ends [bps].
        uint16 end;
        /// When it started [s].
        uint40 startedAt;
    }

    /// @notice The threshold at `timestamp` [bps], rounded up: in the borrower's favour.
    function thresholdUp(Ramp memory r, uint256 timestamp) internal pure returns (uint256) {
        uint256 fallen = FixedPoint.min((timestamp - r.startedAt) / SECONDS_PER_BPS, r.start - r.end);
        return r.start - fallen;
    }

    /// @notice When a ramp that takes the place of `r` at `timestamp` counts as started [s]: a step under way goes on, so that
    /// asking for a ramp again and again does not hold it up. Now, if `r` has run its course or is none.
    function restartedAt(Ramp memory r, uint256 timestamp) internal pure returns (uint256) {
        return timestamp < endsAt(r) ? timestamp - ((timestamp - r.startedAt) % SECONDS_PER_BPS) : timestamp;
    }

    /// @notice The first second at which the threshold is where it ends.
    function endsAt(Ramp memory r) internal pure returns (uint256) {
        return r.startedAt + (r.start - r.end) * SECONDS_PER_BPS;
    }
}

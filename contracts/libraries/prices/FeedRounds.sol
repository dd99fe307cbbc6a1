// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../../interfaces/external/AggregatorV3Interface.sol";
import {IOracleGuard} from "../../interfaces/IOracleGuard.sol";
import {BoundedCall} from "../integration/BoundedCall.sol";
import {FixedPoint} from "../math/FixedPoint.sol";

/// @notice Reads rounds of an untrusted feed at a bounded cost.
/// @dev Fields are whole words, because a field out of its type's range must not revert. A caller
/// with too little gas is refused, so that starving a feed of gas cannot make it look broken.
library FeedRounds {
    /// @notice Gas a feed may use for its newest round, and for each earlier one.
    uint256 internal constant FEED_GAS = 200_000;
    uint256 internal constant PAST_GAS = 60_000;
    /// @dev An upper bound of the gas a call uses before its callee gets any: a cold account,
    /// memory.
    uint256 private constant CALL_GAS = 5_000;

    // Positions in a round: five words, as the feed gives them. All are 0 if the feed failed or
    // answered too little.
    uint256 internal constant ID = 0;
    uint256 internal constant ANSWER = 1;
    uint256 internal constant STARTED_AT = 2;
    uint256 internal constant UPDATED_AT = 3;

    /// @notice The newest round of `feed`.
    function latest(address feed) internal view returns (uint256[5] memory round) {
        uint256 available = gasleft();
        bool ok;
        uint256 size;
        (ok, size, round) = BoundedCall.read(feed, FEED_GAS, AggregatorV3Interface.latestRoundData.selector);
        if (!ok) _requireGas(feed, available, FEED_GAS);
        if (!ok || size < 160) delete round;
    }

    /// @notice The round `id` of `feed`.
    function at(address feed, uint256 id) internal view returns (uint256[5] memory round) {
        uint256 available = gasleft();
        bool ok;
        uint256 size;
        bytes4 selector = AggregatorV3Interface.getRoundData.selector;
        (ok, size, round) = BoundedCall.readWith(feed, PAST_GAS, selector, id);
        if (!ok) _requireGas(feed, available, PAST_GAS);
        if (!ok || size < 160) delete round;
    }

    /// @dev Reverts if the failed call may have failed for lack of gas.
    function _requireGas(address feed, uint256 available, uint256 needed) private pure {
        available = FixedPoint.subFloor(available, CALL_GAS);
        uint256 forwarded = available - available / 64;
        if (forwarded < needed) revert IOracleGuard.InsufficientGas(feed, forwarded, needed);
    }
}

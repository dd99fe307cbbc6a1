// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../interfaces/AggregatorV3Interface.sol";
import {IOracleGuard} from "../interfaces/IOracleGuard.sol";
import {BoundedCall} from "./BoundedCall.sol";
import {FixedPoint} from "./FixedPoint.sol";

/// @notice Reading rounds of a feed that is not trusted: at a bounded price, and as whole words, because a field out of its type's range
/// must not revert. A caller with too little gas is refused, so that nobody can fake a broken feed by starving it.
library FeedRounds {
    /// @notice Gas a feed may use.
    uint256 internal constant FEED_GAS = 200_000;
    /// @dev More than a call takes before its callee gets any gas: a cold account, memory.
    uint256 private constant CALL_GAS = 5_000;

    /// @notice One round. All are 0 if the feed failed or answered too little.
    struct Round {
        bool ok;
        uint256 id;
        uint256 answer;
        uint256 startedAt;
        uint256 updatedAt;
    }

    /// @notice The newest round of `feed`.
    function latest(address feed) internal view returns (Round memory) {
        uint256 available = gasleft();
        (bool ok, uint256 size, uint256[5] memory words) = BoundedCall.read(
            feed,
            FEED_GAS,
            AggregatorV3Interface.latestRoundData.selector
        );
        return _round(feed, available, ok, size, words);
    }

    /// @notice The round `id` of `feed`.
    function at(address feed, uint256 id) internal view returns (Round memory) {
        uint256 available = gasleft();
        (bool ok, uint256 size, uint256[5] memory words) = BoundedCall.readWith(
            feed,
            FEED_GAS,
            AggregatorV3Interface.getRoundData.selector,
            id
        );
        return _round(feed, available, ok, size, words);
    }

    function _round(
        address feed,
        uint256 available,
        bool ok,
        uint256 size,
        uint256[5] memory words
    ) private pure returns (Round memory r) {
        if (!ok) {
            available = FixedPoint.subFloor(available, CALL_GAS);
            uint256 forwarded = available - available / 64;
            if (forwarded < FEED_GAS) revert IOracleGuard.InsufficientGas(feed, forwarded, FEED_GAS);
        }
        if (!ok || size < 160) return r;
        return Round(true, words[0], words[1], words[2], words[3]);
    }
}

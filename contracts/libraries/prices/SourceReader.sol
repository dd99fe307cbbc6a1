// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PriceSource} from "../../types/PriceSource.sol";
import {FeedRounds} from "./FeedRounds.sol";
import {FixedPoint} from "../math/FixedPoint.sol";
import {LastKnown} from "./LastKnown.sol";
import {PriceMath} from "../math/PriceMath.sol";

/// @notice The current reading of one source and, if that is unusable, its last usable answer.
library SourceReader {
    /// @notice Number of rounds before an unusable newest one that are searched for a usable
    /// answer.
    uint256 internal constant MAX_ROUNDS_BACK = 8;
    /// @dev A proxy's round id: the phase in the bits from here up, the round within it below.
    uint256 private constant PHASE = 1 << 64;

    /// @notice The newest round of a source.
    function newest(PriceSource source) internal view returns (uint256[5] memory round) {
        if (source.feed() != address(0)) round = FeedRounds.latest(source.feed());
    }

    /// @notice A round of a source, judged.
    /// @param unit factor that scales an answer
    function read(
        PriceSource source,
        uint256 unit,
        uint256[5] memory round
    ) internal view returns (PriceMath.Reading memory r) {
        (r.price, r.updatedAt, r.expiresAt, r.freshness) = judge(source, unit, round);
    }

    /// @notice The fields of the reading that `read` returns.
    function judge(
        PriceSource source,
        uint256 unit,
        uint256[5] memory round
    ) internal view returns (uint256 price, uint256 readAt, uint256 expiresAt, PriceMath.Freshness freshness) {
        return
            PriceMath.read(
                int256(round[FeedRounds.ANSWER]),
                round[FeedRounds.UPDATED_AT],
                block.timestamp,
                source.minAnswer(),
                source.maxAnswer(),
                source.heartbeat(),
                unit
            );
    }

    /// @notice The latest answers of a source: its newest answer, from the round `latest`, and if
    /// that is unusable the rounds before it.
    function said(
        PriceSource source,
        uint256 unit,
        uint256[5] memory latest
    ) internal view returns (LastKnown.Said memory s) {
        s.unseenBefore = block.timestamp;
        uint256 updatedAt = latest[FeedRounds.UPDATED_AT];
        PriceMath.Reading memory r = read(source, unit, latest);
        if (r.freshness != PriceMath.Freshness.Unusable) {
            return LastKnown.Said(r.price, r.updatedAt, 0, 0, 0, r.freshness >= PriceMath.Freshness.Aged, true);
        }
        if (updatedAt != 0 && updatedAt <= block.timestamp) {
            (s.floor, s.ceiling) = PriceMath.bounds(
                latest[FeedRounds.ANSWER],
                source.minAnswer(),
                source.maxAnswer(),
                unit
            );
            s.recent = block.timestamp - updatedAt <= PriceMath.AGED_HEARTBEATS * source.heartbeat();
            s.unseenBefore = updatedAt;
        }
        uint256 most = FixedPoint.min(latest[FeedRounds.ID] % PHASE, MAX_ROUNDS_BACK + 1);
        for (uint256 back = 1; back < most; ++back) {
            uint256[5] memory round = FeedRounds.at(source.feed(), latest[FeedRounds.ID] - back);
            r = read(source, unit, round);
            if (r.freshness != PriceMath.Freshness.Unusable) {
                (s.price, s.at, s.unseenBefore) = (r.price, r.updatedAt, 0);
                return s;
            }
            uint256 at = round[FeedRounds.UPDATED_AT];
            if (at != 0 && at < s.unseenBefore) s.unseenBefore = at;
        }
    }

    /// @notice The reading that an unusable primary source still contributes beside a secondary:
    /// its last usable answer until that expires, or the ceiling its newest answer reaches. Nothing
    /// if the newest answer is at or below the floor, because the price has left the earlier
    /// answers.
    function anchor(PriceSource source, LastKnown.Said memory s) internal view returns (PriceMath.Reading memory r) {
        if (s.ceiling != 0 && s.recent) return PriceMath.Reading(s.ceiling, 0, 0, PriceMath.Freshness.Aged);
        uint256 expiresAt = s.at + PriceMath.AGED_HEARTBEATS * source.heartbeat();
        if (s.floor != 0 || s.price == 0 || block.timestamp > expiresAt) return r;
        return PriceMath.Reading(s.price, s.at, expiresAt, PriceMath.Freshness.Aged);
    }

    /// @notice The lowest, the highest and the newest usable answer since `since` [s], and the one
    /// in force at that time, among the newest rounds.
    function recentRange(
        PriceSource source,
        uint256 unit,
        uint256 since
    ) internal view returns (uint256 lowest, uint256 highest, uint256 last) {
        uint256[5] memory round = newest(source);
        uint256 id = round[FeedRounds.ID];
        uint256 most = FixedPoint.min(id % PHASE, MAX_ROUNDS_BACK + 1);
        for (uint256 back = 0; back < most; ++back) {
            if (back != 0) round = FeedRounds.at(source.feed(), id - back);
            PriceMath.Reading memory r = read(source, unit, round);
            if (r.freshness == PriceMath.Freshness.Unusable) continue;
            if (last == 0) (lowest, last) = (r.price, r.price);
            lowest = FixedPoint.min(lowest, r.price);
            highest = FixedPoint.max(highest, r.price);
            if (r.updatedAt < since) break;
        }
    }
}

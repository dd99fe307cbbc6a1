// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {AggregatorV3Interface} from "../../../../contracts/interfaces/external/AggregatorV3Interface.sol";
import {FeedRounds} from "../../../../contracts/libraries/prices/FeedRounds.sol";
import {LastKnown} from "../../../../contracts/libraries/prices/LastKnown.sol";
import {PriceMath} from "../../../../contracts/libraries/math/PriceMath.sol";
import {SourceReader} from "../../../../contracts/libraries/prices/SourceReader.sol";
import {MockPriceFeed} from "../../../../contracts/mocks/MockPriceFeed.sol";
import {PriceSource, PriceSourceFields, packPriceSource} from "../../../../contracts/types/PriceSource.sol";
import {OddFeed} from "../../support/fakes/OddFeed.sol";

/// @dev Bounds of 64 and 1024, which compact floats keep exactly; a heartbeat of an hour; answers
/// are multiplied by 10.
contract SourceReaderTest is Test {
    uint256 private constant NOW = 1_700_000_000;
    uint256 private constant HEARTBEAT = 1 hours;
    uint256 private constant UNIT = 10;

    MockPriceFeed private feed;
    PriceSource private source;

    function setUp() public {
        vm.warp(NOW);
        feed = new MockPriceFeed(8, "feed", 0);
        PriceSourceFields memory f;
        (f.feed, f.heartbeat, f.minAnswer, f.maxAnswer) = (feed, uint24(HEARTBEAT), 64, 1_024);
        source = packPriceSource(f);
    }

    function _said() private view returns (LastKnown.Said memory) {
        return SourceReader.said(source, UNIT, SourceReader.newest(source));
    }

    /// @dev An answer and its time. The answer is usable, below the floor, above the ceiling, not
    /// positive, undated, of the future, or usable and recent.
    function _round(uint256 seed) private pure returns (int256 answer, uint256 at) {
        uint256 kind = seed % 8;
        at = NOW - 1 - ((seed >> 8) % 10 days);
        if (kind < 2) answer = int256(65 + ((seed >> 64) % 959));
        if (kind == 2) answer = int256(1 + ((seed >> 64) % 64));
        if (kind == 3) answer = int256(1_024 + ((seed >> 64) % 1_000));
        if (kind == 4) answer = -int256((seed >> 64) % 1_000);
        if (kind == 5) (answer, at) = (500, 0);
        if (kind == 6) (answer, at) = (500, NOW + 1);
        if (kind == 7) (answer, at) = (500, NOW - ((seed >> 8) % 4 hours));
    }

    function _usable(int256 answer, uint256 at) private pure returns (bool) {
        return answer > 64 && answer < 1_024 && at != 0 && at <= NOW;
    }

    // ------------------------------------------------------------------ what it says

    /// @dev For any rounds the reader gives the last usable answer among the newest nine rounds of
    /// the phase, the bounds that the newest round tells, and the time since when no usable answer
    /// can have been missed.
    function testFuzz_said_isTheLastUsableAnswerOfNineRounds(
        uint256[12] memory seeds,
        uint256 count,
        bool phased
    ) public {
        count = bound(count, 1, 12);
        (int256 answer, uint256 at) = (0, NOW);
        // A phase of its own, behind which nothing is looked for; or the first there is.
        if (phased) {
            (answer, at) = _round(seeds[0]);
            feed.setAnswerAt(777, NOW - 1);
            feed.startPhase(3, answer, at);
        }
        for (uint256 i = 1; i < count; ++i) {
            if (seeds[i] % 11 == 0) feed.skipRounds(2);
            (answer, at) = _round(seeds[i]);
            feed.setAnswerAt(answer, at);
        }
        LastKnown.Said memory s = _said();
        LastKnown.Said memory expected;
        if (_usable(answer, at)) {
            (expected.price, expected.at, expected.recent) = (uint256(answer) * UNIT, at, true);
            expected.alive = NOW - at <= 3 * HEARTBEAT;
            assertEq(abi.encode(s), abi.encode(expected));
            return;
        }
        if (at != 0 && at <= NOW) {
            if (answer > 0 && answer <= 64) expected.floor = 64 * UNIT;
            if (answer >= 1_024) expected.ceiling = 1_024 * UNIT;
            expected.recent = NOW - at <= 3 * HEARTBEAT;
        }
        (expected.price, expected.at, expected.unseenBefore) = _lastUsable();
        assertEq(abi.encode(s), abi.encode(expected));
    }

    /// @dev Looks round by round, newest first, as far back as the reader may.
    function _lastUsable() private view returns (uint256 price, uint256 at, uint256 unseen) {
        (uint80 id, , , , ) = feed.latestRoundData();
        unseen = NOW;
        for (uint256 back = 0; back <= 8 && (id - back) % 2 ** 64 != 0; ++back) {
            try feed.getRoundData(uint80(id - back)) returns (uint80, int256 answer, uint256, uint256 given, uint80) {
                if (_usable(answer, given)) return (uint256(answer) * UNIT, given, 0);
                if (given != 0 && given < unseen) unseen = given;
            } catch {}
        }
    }

    /// @dev A round counts from the time of its answer, not from its start. This holds for the
    /// newest round and for those before it.
    function testFuzz_said_countsFromWhenARoundWasAnswered(int256 answer, uint256 startedAt, uint256 age) public {
        age = bound(age, 0, 10 days);
        uint256 answeredAt = NOW - age;
        OddFeed odd = new OddFeed();
        PriceSourceFields memory f;
        (f.feed, f.heartbeat) = (AggregatorV3Interface(address(odd)), uint24(HEARTBEAT));
        (f.minAnswer, f.maxAnswer) = (64, 1_024);
        source = packPriceSource(f);
        odd.setAnswer(abi.encode(5, answer % 2_000, startedAt, answeredAt, 5));
        LastKnown.Said memory s = _said();
        if (_usable(answer % 2_000, answeredAt)) {
            assertEq(abi.encode(s.at, s.alive), abi.encode(answeredAt, age <= 3 * HEARTBEAT));
        } else {
            assertEq(abi.encode(s.unseenBefore, s.recent), abi.encode(answeredAt, age <= 3 * HEARTBEAT));
            // Only those before it are dated.
            uint256[5] memory latest = SourceReader.newest(source);
            latest[FeedRounds.UPDATED_AT] = 0;
            assertEq(SourceReader.said(source, UNIT, latest).unseenBefore, answeredAt);
        }
    }

    /// @dev Eight rounds before the newest, three heartbeats, each to the last.
    function test_said_edges() public {
        feed.setAnswerAt(500, NOW - 1 days);
        for (uint256 i = 0; i < 8; ++i) feed.setAnswerAt(64, NOW - 3 * HEARTBEAT);
        LastKnown.Said memory s = _said();
        assertEq(abi.encode(s.price, s.recent, s.unseenBefore), abi.encode(500 * UNIT, true, 0));
        feed.setAnswerAt(64, NOW - 3 * HEARTBEAT - 1);
        s = _said();
        assertEq(abi.encode(s.price, s.recent), abi.encode(0, false));
    }

    function test_said_aFeedThatDoesNotAnswerSaysNothing() public {
        vm.etch(address(feed), "");
        LastKnown.Said memory expected;
        expected.unseenBefore = NOW;
        assertEq(abi.encode(_said()), abi.encode(expected));
        uint256[5] memory nothing;
        assertEq(abi.encode(SourceReader.newest(PriceSource.wrap(0))), abi.encode(nothing));
    }

    // ------------------------------------------------------------------ what it is now

    function testFuzz_read_judgesTheRound(uint256 seed) public {
        (int256 answer, uint256 at) = _round(seed);
        feed.setAnswerAt(answer, at);
        PriceMath.Reading memory r = SourceReader.read(source, UNIT, SourceReader.newest(source));
        PriceMath.Reading memory expected;
        if (_usable(answer, at)) {
            (expected.price, expected.updatedAt, expected.expiresAt) = (uint256(answer) * UNIT, at, at + 3 * HEARTBEAT);
            uint256 beats = (NOW - at + HEARTBEAT - 1) / HEARTBEAT;
            expected.freshness = PriceMath.Freshness.Expired;
            if (beats <= 3) expected.freshness = PriceMath.Freshness.Aged;
            if (beats <= 1) expected.freshness = PriceMath.Freshness.Fresh;
        }
        assertEq(abi.encode(r), abi.encode(expected));
        uint256[5] memory none;
        PriceMath.Reading memory nothing;
        assertEq(abi.encode(SourceReader.read(source, UNIT, none)), abi.encode(nothing));
    }
}

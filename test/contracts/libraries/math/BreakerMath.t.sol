// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {BreakerMath} from "../../../../contracts/libraries/math/BreakerMath.sol";
import {PausableAction} from "../../../../contracts/types/PausableAction.sol";

contract BreakerMathTest is Test {
    using BreakerMath for BreakerMath.Closure;

    uint256 private constant START = 1_700_000_000;
    uint256 private constant STEPS = 24;
    uint256 private constant MINUTE = 1 minutes;

    uint256[] private _times;
    uint256[] private _prices;

    /// @dev Longest pause, and least time from one to the next.
    function _limits(PausableAction action) private pure returns (uint256 most, uint256 cycle) {
        bool settling = action == PausableAction.Liquidate || action == PausableAction.Bid;
        return settling ? (1 hours, 1 days) : (3 days, 7 days);
    }

    function tryPause(
        BreakerMath.Closure memory c,
        PausableAction action,
        uint256 timestamp,
        uint256 duration
    ) external pure returns (BreakerMath.Closure memory) {
        return c.pause(action, timestamp, duration);
    }

    // ------------------------------------------------------------------ closures

    /// @dev Any sequence of pauses, lifts and trips, against a count of closed minutes.
    function testFuzz_closedSeconds_countsEveryClosedSecondOnce(uint256 seed, uint8 which) public view {
        PausableAction action = PausableAction(which % 5);
        BreakerMath.Closure memory c;
        uint256 counted;
        uint256 time = START;
        for (uint256 i = 0; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 duration = (seed >> 8) % (2 hours);
            if (seed % 4 == 0) {
                try this.tryPause(c, action, time, duration) returns (BreakerMath.Closure memory paused) {
                    c = paused;
                } catch {}
            } else if (seed % 4 == 1) {
                c = c.trip(time, time + 1 + duration / 4);
            } else if (seed % 4 == 2 && time < c.pausedUntil) {
                c = c.lift(time);
            }
            assertEq(c.closedSeconds(time), counted);
            uint256 later = time + ((seed >> 64) % ((seed >> 48) % 3 == 0 ? 2 days : 40 minutes));
            uint256 until = c.closedUntil();
            if (until > time) counted += (until < later ? until : later) - time;
            time = later;
            assertEq(c.closedSeconds(time), counted);
        }
    }

    /// @dev For any calls of the guardian, no day holds more than an hour of paused liquidations,
    /// and no week more than three days of other pauses.
    function testFuzz_pause_neverExceedsItsShareOfAnyCycle(uint256 seed, uint8 which) public {
        PausableAction action = PausableAction(which % 5);
        (uint256 most, uint256 cycle) = _limits(action);
        BreakerMath.Closure memory c;
        delete _times;
        delete _prices;
        uint256 time = START;
        for (uint256 i = 0; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            try this.tryPause(c, action, time, (seed >> 8) % (most + 2)) returns (BreakerMath.Closure memory paused) {
                c = paused;
            } catch {}
            if (seed % 5 == 0 && time < c.pausedUntil) c = c.lift(time);
            uint256 later = time + ((seed >> 64) % (cycle / 3));
            if (c.pausedUntil > time) {
                _times.push(time);
                _prices.push(c.pausedUntil < later ? c.pausedUntil : later);
            }
            time = later;
        }
        // Windows that begin or end with a paused spell hold the most.
        for (uint256 i = 0; i < _times.length; ++i) {
            assertLe(_pausedWithin(_times[i], _times[i] + cycle), most);
            assertLe(_pausedWithin(_prices[i] - cycle, _prices[i]), most);
        }
    }

    /// @dev Here `_times` are starts and `_prices` ends of paused spells.
    function _pausedWithin(uint256 start, uint256 end) private view returns (uint256 sum) {
        for (uint256 i = 0; i < _times.length; ++i) {
            uint256 a = _times[i] > start ? _times[i] : start;
            uint256 b = _prices[i] < end ? _prices[i] : end;
            if (b > a) sum += b - a;
        }
    }

    function test_pause_mayBeLengthenedButNotBeyondItsLimit() public {
        BreakerMath.Closure memory c = BreakerMath.Closure(0, 0, 0, 0, 0).pause(
            PausableAction.Liquidate,
            START,
            20 minutes
        );
        c = c.pause(PausableAction.Liquidate, START + 10 minutes, 50 minutes);
        assertEq(c.closedUntil(), START + 1 hours);
        c = c.pause(PausableAction.Liquidate, START + 20 minutes, 1);
        assertEq(c.closedUntil(), START + 1 hours);
        vm.expectRevert(abi.encodeWithSelector(BreakerMath.PauseTooLong.selector, 3_601, 3_600));
        this.tryPause(c, PausableAction.Liquidate, START + 10 minutes, 3_001);
        vm.expectRevert(abi.encodeWithSelector(BreakerMath.PauseTooSoon.selector, START + 1 days - 1, START + 1 days));
        this.tryPause(c, PausableAction.Liquidate, START + 1 days - 1, 1);
        c = c.pause(PausableAction.Liquidate, START + 1 days, 1 hours);
    }

    function testFuzz_pause_lastsUpToItsLimitAndBeginsAgainACycleLater(uint8 which) public {
        PausableAction action = PausableAction(which % 5);
        (uint256 most, uint256 cycle) = _limits(action);
        BreakerMath.Closure memory c = BreakerMath.Closure(0, 0, 0, 0, 0).pause(action, START, most);
        assertEq(c.closedUntil(), START + most);
        uint256 next = START + cycle;
        vm.expectRevert(abi.encodeWithSelector(BreakerMath.PauseTooSoon.selector, next - 1, next));
        this.tryPause(c, action, next - 1, 1);
        assertEq(c.pause(action, next, most).closedUntil(), next + most);
    }

    function testFuzz_pause_beyondItsLimitIsOneSecondTooLongHoweverLong(uint8 which, uint256 more, uint256 at) public {
        PausableAction action = PausableAction(which % 5);
        (uint256 most, ) = _limits(action);
        BreakerMath.Closure memory c = BreakerMath.Closure(0, 0, 0, 0, 0);
        uint256 longest = type(uint256).max;
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(BreakerMath.PauseTooLong.selector, most + 1, most));
            this.tryPause(c, action, START, i == 0 ? most + 1 : bound(more, most + 2, longest));
        }
        c = c.pause(action, START, most);
        at = bound(at, 1, most - 1);
        vm.expectRevert(abi.encodeWithSelector(BreakerMath.PauseTooLong.selector, at + most + 1, most));
        this.tryPause(c, action, START + at, longest);
    }

    function test_pause_inItsLastSecondIsLengthenedAndInTheNextANewOne() public {
        BreakerMath.Closure memory c = BreakerMath.Closure(0, 0, 0, 0, 0).pause(PausableAction.Bid, START, 20 minutes);
        uint256 end = START + 20 minutes;
        assertEq(this.tryPause(c, PausableAction.Bid, end - 1, 5 minutes).pausedUntil, end - 1 + 5 minutes);
        vm.expectRevert(abi.encodeWithSelector(BreakerMath.PauseTooSoon.selector, end, START + 1 days));
        this.tryPause(c, PausableAction.Bid, end, 5 minutes);
    }

    function testFuzz_pause_theFirstMayBeginInAnySecond(uint32 timestamp, uint8 which) public pure {
        PausableAction action = PausableAction(which % 5);
        BreakerMath.Closure memory c = BreakerMath.Closure(0, 0, 0, 0, 0).pause(action, timestamp, 1 hours);
        assertEq(c.closedUntil(), uint256(timestamp) + 1 hours);
        c = BreakerMath.Closure(0, 0, 0, 0, 0).pause(action, 0, 1 hours);
        assertEq(c.closedUntil(), 1 hours);
    }

    function testFuzz_lift_endsThePauseNowAndLeavesWhatWasTripped(uint256 at, uint256 tripped) public pure {
        uint256 time = START + bound(at, 0, 3 days - 1);
        tripped = START + bound(tripped, 1, 6 days);
        BreakerMath.Closure memory c = BreakerMath.Closure(0, 0, 0, 0, 0).pause(PausableAction.Borrow, START, 3 days);
        c = c.trip(START, tripped).lift(time);
        assertEq(c.pausedUntil, time);
        assertEq(c.closedUntil(), time > tripped ? time : tripped);
    }

    function testFuzz_trip_fromTheFirstOpenSecondBeginsANewSpell(uint256 first, uint256 second) public pure {
        first = bound(first, 2, 1 days);
        second = bound(second, 1, 1 days);
        BreakerMath.Closure memory c = BreakerMath.Closure(0, 0, 0, 0, 0).trip(START, START + first);
        c = c.trip(START + first - 1, START + first);
        assertEq(c.closedAt, START);
        assertEq(c.closedBefore, 0);
        c = c.trip(START + first, START + first + second);
        assertEq(c.closedAt, START + first);
        assertEq(c.closedBefore, first);
    }

    function testFuzz_grace_lastsHalfAnHourFromTheEndOfAPauseAndNeedsOne(uint256 length, uint256 lifted) public pure {
        BreakerMath.Closure memory c = BreakerMath.Closure(0, 0, 0, 0, 0);
        assertEq(c.graceUntil(), 0);
        c = c.trip(START, START + 1 hours);
        assertEq(c.graceUntil(), 0, "a trip is no pause");
        length = bound(length, 1, 1 hours);
        c = c.pause(PausableAction.Liquidate, START, length);
        assertEq(c.graceUntil(), START + length + 30 minutes);
        lifted = START + bound(lifted, 0, length - 1);
        assertEq(c.lift(lifted).graceUntil(), lifted + 30 minutes);
    }

    function testFuzz_inGrace_holdsAtTheRatioAndNotOneUnitBelow(uint128 tenth) public pure {
        vm.assume(tenth != 0);
        uint256 value = uint256(tenth) * 11;
        assertTrue(BreakerMath.inGrace(value, uint256(tenth) * 10));
        assertFalse(BreakerMath.inGrace(value - 1, uint256(tenth) * 10));
    }

    function testFuzz_inGrace_endsExactlyAtARatioOfOnePointOne(uint128 debt, uint128 value) public pure {
        assertEq(BreakerMath.inGrace(value, debt), uint256(value) * 100 >= uint256(debt) * 110);
    }

    // ------------------------------------------------------------------ price moves

    /// @dev A poke trips if the newest price has moved by the limit from any price seen within the
    /// window, however many prices were seen between. A price older than four thirds of the window,
    /// plus rounding, does not trip.
    function testFuzz_record_tripsWhereverTheSeenPricesJustifyIt(uint256 seed, uint256 window, uint256 limit) public {
        window = bound(window, 60, 1 days);
        limit = bound(limit, 1, 9_999);
        BreakerMath.Window memory w;
        delete _times;
        delete _prices;
        uint256 time = START;
        uint256 price = bound(seed, 1e6, 1e57);
        for (uint256 i = 0; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            time += (seed >> 16) % (window / 3 + 2);
            price = (price * (8_000 + ((seed >> 80) % 4_500))) / 10_000;
            if (price < 1e6) price = 1e6;
            (uint256 lowest, uint256 highest) = BreakerMath.range(w, time, window);
            uint256 moved = BreakerMath.movedFrom(price, lowest, highest, limit);
            if (_movedWithin(window, time, price, limit)) assertNotEq(moved, 0);
            // Backwards: a trip needs a price that moved by all but one part in 2^14 of the limit.
            uint256 oldest = (window * 4) / 3 + 4;
            if (moved != 0) assertTrue(_movedLoosely(oldest, time, price, limit));
            w = BreakerMath.record(w, price, time, window);
            _times.push(time);
            _prices.push(price);
        }
    }

    function _movedWithin(uint256 age, uint256 time, uint256 price, uint256 limit) private view returns (bool) {
        for (uint256 i = 0; i < _times.length; ++i) {
            if (_times[i] + age < time) continue;
            uint256 past = _prices[i];
            if (price * 10_000 <= past * (10_000 - limit) || price * 10_000 >= past * (10_000 + limit)) return true;
        }
        return false;
    }

    function _movedLoosely(uint256 age, uint256 time, uint256 price, uint256 limit) private view returns (bool) {
        for (uint256 i = 0; i < _times.length; ++i) {
            if (_times[i] + age < time) continue;
            uint256 past = _prices[i];
            if (price * 10_000 <= (past + (past >> 15)) * (10_000 - limit)) return true;
            if (price * 10_000 >= (past - (past >> 15)) * (10_000 + limit)) return true;
        }
        return false;
    }

    function testFuzz_movedFrom_beginsExactlyAtTheLimit(uint128 n, uint256 limit) public pure {
        vm.assume(n != 0);
        limit = bound(limit, 1, 9_999);
        uint256 past = uint256(n) * 10_000;
        uint256 fallen = n * (10_000 - limit);
        assertEq(BreakerMath.movedFrom(fallen, past, past, limit), past);
        assertEq(BreakerMath.movedFrom(fallen + 1, past, past, limit), 0);
        uint256 risen = n * (10_000 + limit);
        assertEq(BreakerMath.movedFrom(risen, past, past, limit), past);
        assertEq(BreakerMath.movedFrom(risen - 1, past, past, limit), 0);
    }

    function testFuzz_movedFrom_thePriceOfOneUnitIsAPriceAndZeroIsNone(uint128 price, uint256 limit) public pure {
        vm.assume(price > 1);
        limit = bound(limit, 1, 9_999);
        assertEq(BreakerMath.movedFrom(price, 1, 1, limit), 1);
        assertEq(BreakerMath.movedFrom(price, 0, 0, limit), 0);
    }

    function testFuzz_range_isThatOfThePricesSeenRoundedOutwards(uint256 seed, uint256 window) public pure {
        window = bound(window, 60, 1 days);
        BreakerMath.Window memory w;
        (uint256 lowest, uint256 highest) = BreakerMath.range(w, START, window);
        assertEq(lowest + highest, 0, "nothing seen");
        (uint256 least, uint256 greatest) = (type(uint256).max, 0);
        for (uint256 i = 0; i < STEPS; ++i) {
            uint256 price = bound(uint256(keccak256(abi.encode(seed, i))), 1, 1e57) >> ((seed >> i) % 64);
            if (price == 0) price = 1;
            if (price < least) least = price;
            if (price > greatest) greatest = price;
            uint256 time = START + (window * i) / STEPS;
            w = BreakerMath.record(w, price, time, window);
            (lowest, highest) = BreakerMath.range(w, time, window);
            assertLe(lowest, least);
            assertLe(least - lowest, least >> 15);
            assertGe(highest, greatest);
            assertLe(highest - greatest, greatest >> 15);
        }
    }

    /// @dev Buckets are the least whole number of seconds of which three make a window.
    function testFuzz_range_holdsAPriceForThreeMoreBucketsThanItsOwn(uint256 third, uint256 bucket) public pure {
        third = bound(third, 20, 8 hours);
        uint256 start = bound(bucket, 4, 1e7) * third;
        for (uint256 less = 0; less < 3; ++less) {
            uint256 window = 3 * third - less;
            // Seen in the first second of a bucket, and in the last.
            for (uint256 i = 0; i < 2; ++i) {
                BreakerMath.Window memory w;
                w = BreakerMath.record(w, 1e24, i == 0 ? start : start + third - 1, window);
                (uint256 lowest, uint256 highest) = BreakerMath.range(w, start + 4 * third - 1, window);
                assertTrue(lowest != 0 && highest != 0);
                (lowest, highest) = BreakerMath.range(w, start + 4 * third, window);
                assertEq(lowest + highest, 0);
            }
        }
    }

    /// @dev Seeing a price more often can only widen what is remembered.
    function testFuzz_record_moreObservationsNeverNarrowTheRange(uint256 seed, uint256 window) public pure {
        window = bound(window, 60, 1 days);
        BreakerMath.Window memory few;
        BreakerMath.Window memory many;
        uint256 time = START;
        for (uint256 i = 0; i < STEPS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            time += (seed >> 16) % (window / 4 + 1);
            uint256 price = 1e24 + ((seed >> 80) % 1e24);
            many = BreakerMath.record(many, price, time, window);
            if (seed % 2 == 0) few = BreakerMath.record(few, price, time, window);
            (uint256 low, uint256 high) = BreakerMath.range(few, time, window);
            (uint256 lowest, uint256 highest) = BreakerMath.range(many, time, window);
            if (low != 0) assertLe(lowest, low);
            assertGe(highest, high);
        }
    }
}

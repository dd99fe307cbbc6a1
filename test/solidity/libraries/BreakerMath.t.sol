// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {BreakerMath} from "../../../contracts/libraries/BreakerMath.sol";
import {Action} from "../../../contracts/types/Action.sol";

contract BreakerMathTest is Test {
    using BreakerMath for BreakerMath.Closure;

    uint256 private constant START = 1_700_000_000;
    uint256 private constant STEPS = 24;
    uint256 private constant MINUTE = 1 minutes;

    uint256[] private _times;
    uint256[] private _prices;

    function tryPause(
        BreakerMath.Closure memory c,
        Action action,
        uint256 timestamp,
        uint256 duration
    ) external pure returns (BreakerMath.Closure memory) {
        return c.pause(action, timestamp, duration);
    }

    // ------------------------------------------------------------------ closures

    /// @dev Any sequence of pauses, lifts and trips, against a count of closed minutes.
    function testFuzz_closedSeconds_countsEveryClosedSecondOnce(uint256 seed, uint8 which) public view {
        Action action = Action(which % 5);
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

    /// @dev Whatever the guardian tries, no day holds more than an hour of paused liquidations, no week three days of others.
    function testFuzz_pause_neverExceedsItsShareOfAnyCycle(uint256 seed, uint8 which) public {
        Action action = Action(which % 5);
        bool settling = action == Action.Liquidate || action == Action.Bid;
        (uint256 most, uint256 cycle) = settling ? (1 hours, 1 days) : (3 days, 7 days);
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
        BreakerMath.Closure memory c = BreakerMath.Closure(0, 0, 0, 0, 0).pause(Action.Liquidate, START, 20 minutes);
        c = c.pause(Action.Liquidate, START + 10 minutes, 50 minutes);
        assertEq(c.closedUntil(), START + 1 hours);
        c = c.pause(Action.Liquidate, START + 20 minutes, 1);
        assertEq(c.closedUntil(), START + 1 hours);
        vm.expectRevert(abi.encodeWithSelector(BreakerMath.PauseTooLong.selector, 3_601, 3_600));
        this.tryPause(c, Action.Liquidate, START + 10 minutes, 3_001);
        vm.expectRevert(abi.encodeWithSelector(BreakerMath.PauseTooSoon.selector, START + 1 days - 1, START + 1 days));
        this.tryPause(c, Action.Liquidate, START + 1 days - 1, 1);
        c = c.pause(Action.Liquidate, START + 1 days, 1 hours);
    }

    function testFuzz_inGrace_endsExactlyAtARatioOfOnePointOne(uint128 debt, uint128 value) public pure {
        assertEq(BreakerMath.inGrace(value, debt), uint256(value) * 100 >= uint256(debt) * 110);
    }

    // ------------------------------------------------------------------ price moves

    /// @dev Any price seen within the window from which the newest has moved by the limit trips, however many others were
    /// seen between; and nothing older than four thirds of the window, and what rounding takes, does.
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

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {PriceMath} from "../../../../contracts/libraries/math/PriceMath.sol";
import {Price, Status} from "../../../../contracts/types/Price.sol";

contract PriceMathTest is Test {
    uint256 private constant NOW = 1_700_000_000;

    function _read(
        int256 answer,
        uint256 updatedAt,
        uint256 timestamp,
        uint256 min,
        uint256 max,
        uint256 heartbeat,
        uint256 unit
    ) private pure returns (PriceMath.Reading memory r) {
        (r.price, r.updatedAt, r.expiresAt, r.freshness) = PriceMath.read(
            answer,
            updatedAt,
            timestamp,
            min,
            max,
            heartbeat,
            unit
        );
    }

    function _reading(uint256 price, uint8 freshness) private pure returns (PriceMath.Reading memory) {
        return PriceMath.Reading(price, NOW, NOW + 3 hours, PriceMath.Freshness(freshness % 4));
    }

    function _fresh(uint256 price) private pure returns (PriceMath.Reading memory) {
        return _reading(price, uint8(PriceMath.Freshness.Fresh));
    }

    function _usable(uint256 price, uint8 late) private pure returns (PriceMath.Reading memory) {
        return _reading(price, uint8(PriceMath.Freshness.Aged) + (late % 2));
    }

    // ------------------------------------------------------------------ read

    function testFuzz_read_refusesAnswersAtOrBeyondTheirBounds(int256 answer, uint128 min, uint128 max) public pure {
        PriceMath.Reading memory r = _read(answer, NOW, NOW, min, max, 1 hours, 1);
        bool inside = answer > 0 && uint256(answer) > min && uint256(answer) < max;
        assertEq(r.freshness == PriceMath.Freshness.Fresh, inside);
        if (inside) assertEq(r.price, uint256(answer));
    }

    function testFuzz_read_refusesTheFutureAndNoTime(uint256 updatedAt) public pure {
        PriceMath.Reading memory r = _read(5, updatedAt, NOW, 0, 10, type(uint32).max, 1);
        bool dated = updatedAt != 0 && updatedAt <= NOW;
        assertEq(r.freshness != PriceMath.Freshness.Unusable, dated);
        assertEq(r.updatedAt, dated ? updatedAt : 0);
    }

    /// @dev On its bound, from the future, and too large to be scaled.
    function testFuzz_read_ofAnUnusableAnswerIsZeroThroughout(uint64 answer, uint32 ahead) public pure {
        int256 next = int256(uint256(answer)) + 1;
        _assertNothing(_read(next, NOW, NOW, uint256(next), type(uint256).max, 1 hours, 1));
        _assertNothing(_read(next, NOW + 1 + uint256(ahead), NOW, 0, type(uint256).max, 1 hours, 1));
        _assertNothing(_read(next + 1, NOW, NOW, 0, type(uint256).max, 1 hours, PriceMath.MAX_PRICE));
    }

    function _assertNothing(PriceMath.Reading memory r) private pure {
        assertEq(abi.encode(r), abi.encode(PriceMath.Reading(0, 0, 0, PriceMath.Freshness.Unusable)));
    }

    function testFuzz_read_agesByHeartbeats(uint256 age, uint32 heartbeat) public pure {
        vm.assume(heartbeat != 0);
        age = bound(
            age,
            0,
            age % 2 == 0
                ? NOW - 1
                : 5 * uint256(heartbeat) < NOW
                    ? 5 * uint256(heartbeat)
                    : NOW - 1
        );
        PriceMath.Freshness f = _read(5, NOW - age, NOW, 0, 10, heartbeat, 1).freshness;
        if (age <= heartbeat) assertTrue(f == PriceMath.Freshness.Fresh);
        else if (age <= 3 * uint256(heartbeat)) assertTrue(f == PriceMath.Freshness.Aged);
        else assertTrue(f == PriceMath.Freshness.Expired);
    }

    function testFuzz_read_neverReverts(
        int256 answer,
        uint256 updatedAt,
        uint256 timestamp,
        uint256 min,
        uint256 max,
        uint32 heartbeat,
        uint256 unit
    ) public pure {
        _read(answer, updatedAt, timestamp, min, max, heartbeat, unit == 0 ? 1 : unit);
    }

    // ------------------------------------------------------------------ single and pair

    function testFuzz_single_statusFollowsFreshness(uint256 price, uint8 freshness) public pure {
        PriceMath.Reading memory r = _reading(price, freshness);
        Price memory p = PriceMath.single(r);
        if (r.freshness == PriceMath.Freshness.Fresh) assertTrue(p.status == Status.Good);
        else if (r.freshness == PriceMath.Freshness.Aged) assertTrue(p.status == Status.Doubtful);
        else assertTrue(p.status == Status.Dead);
        uint256 expected = p.status == Status.Dead ? 0 : price;
        assertTrue(p.liquidation == expected && p.low == expected && p.high == expected);
    }

    function testFuzz_pair_isGoodExactlyWhenBothAreFreshAndAgree(
        uint128 a,
        uint128 b,
        uint8 fa,
        uint8 fb,
        uint256 deviation
    ) public pure {
        deviation = bound(deviation, 0, 20_000);
        PriceMath.Reading memory p = _reading(a, fa);
        PriceMath.Reading memory s = _reading(b, fb);
        bool bothFresh = p.freshness == PriceMath.Freshness.Fresh && s.freshness == PriceMath.Freshness.Fresh;
        (uint256 low, uint256 high) = a < b ? (a, b) : (b, a);
        bool agree = high - low <= (low * deviation) / 10_000;
        assertEq(PriceMath.pair(p, s, deviation).status == Status.Good, bothFresh && agree);
    }

    /// @dev The guard raises a liquidation price by 2 % at most and never lowers it below a usable
    /// primary, fresh or late.
    function testFuzz_pair_liqIsThePrimaryOrAtMostTwoPercentAbove(
        uint128 a,
        uint128 b,
        uint8 fa,
        uint8 fb,
        uint256 deviation
    ) public pure {
        Price memory p = PriceMath.pair(_usable(a, fa), _usable(b, fb), bound(deviation, 0, 1e6));
        assertGe(p.liquidation, a);
        assertLe(p.liquidation, (uint256(a) * 10_200) / 10_000);
        assertLe(p.low, p.liquidation);
        assertLe(p.low, p.high);
        assertTrue(p.liquidation == a || p.liquidation == b || p.liquidation == (uint256(a) * 10_200) / 10_000);
        if (b >= a) assertLe(p.liquidation, p.high);
    }

    /// @dev A source stands alone only if the other is unusable. Risk and write-offs use the
    /// extremes of all usable sources.
    function testFuzz_pair_standsAtTheExtremesOfWhatIsUsable(uint128 a, uint128 b, uint8 fa, uint8 fb) public pure {
        Price memory p = PriceMath.pair(_reading(a, fa), _reading(b, fb), 100);
        bool first = fa % 4 >= 2;
        bool second = fb % 4 >= 2;
        if (!first && !second) return assertTrue(p.status == Status.Dead && p.liquidation + p.low + p.high == 0);
        if (first && second) {
            assertEq(p.low, a < b ? a : b);
            assertEq(p.high, a < b ? b : a);
            return;
        }
        uint256 expected = first ? a : b;
        assertTrue(p.status == Status.Doubtful);
        assertTrue(p.liquidation == expected && p.low == expected && p.high == expected);
    }

    // ------------------------------------------------------------------ compose, range, fading

    function testFuzz_compose_bracketsTheExactQuotientAndKeepsTheOrder(
        uint128 low,
        uint128 width,
        uint128 d,
        uint8 decimals
    ) public pure {
        vm.assume(d != 0);
        uint256 unit = 10 ** (decimals % 19);
        Price memory price = Price(low, low, uint256(low) + width, Status.Good);
        uint256 high = price.high;
        Price memory c = PriceMath.compose(price, _fresh(d), unit);
        assertTrue(c.status == Status.Good);
        assertTrue(c.low * d <= uint256(low) * unit && uint256(low) * unit < (c.low + 1) * d);
        assertTrue(c.high * d >= high * unit && (c.high == 0 || (c.high - 1) * d < high * unit));
        assertTrue(c.low == c.liquidation && c.liquidation <= c.high);
    }

    function testFuzz_compose_hasTheWorseStatus(uint128 price, uint8 status, uint8 freshness) public pure {
        status %= 3;
        PriceMath.Reading memory d = _reading(1e8, freshness);
        Status s = PriceMath.compose(Price(price, price, price, Status(status)), d, 1e8).status;
        uint8 other =
            d.freshness == PriceMath.Freshness.Fresh
                ? 0
                : d.freshness == PriceMath.Freshness.Aged
                    ? 1
                    : 2;
        assertEq(uint8(s), status > other ? status : other);
    }

    function testFuzz_compose_neverReverts(uint256 price, uint256 d, uint256 unit) public pure {
        vm.assume(d != 0);
        PriceMath.compose(Price(price, price, price, Status.Good), _fresh(d), unit);
    }

    function testFuzz_inRange_isTheClosedRange(uint256 price) public pure {
        assertEq(PriceMath.inRange(price), price >= 1e6 && price <= 1e58);
    }

    function test_inRange_includesItsEnds() public pure {
        assertTrue(PriceMath.inRange(1e6) && PriceMath.inRange(1e58));
        assertFalse(PriceMath.inRange(1e6 - 1) || PriceMath.inRange(1e58 + 1));
    }

    /// @dev An answer on or beyond a bound is reported. An answer between the bounds or one that is
    /// no price is not.
    function testFuzz_bounds_areWhatAnAnswerBeyondThemSays(int128 answer, uint64 min, uint64 width) public pure {
        uint256 max = uint256(min) + 2 + width;
        (uint256 floor, uint256 ceiling) = PriceMath.bounds(uint256(int256(answer)), min, max, 1e20);
        assertEq(floor, answer > 0 && answer <= int128(uint128(min)) ? uint256(min) * 1e20 : 0);
        bool above = answer > 0 && uint128(answer) >= max;
        assertEq(ceiling, above ? max * 1e20 : 0);
    }

    function test_bounds_ofAnAnswerTooLargeToScaleIsTheLargestPrice() public pure {
        (, uint256 ceiling) = PriceMath.bounds(1e30, 0, type(uint256).max, 1e40);
        assertEq(ceiling, PriceMath.MAX_PRICE);
    }

    // ------------------------------------------------------------------ edges

    function testFuzz_read_refusesAnAnswerOnItsBoundAndTakesTheNext(uint64 min, uint64 width) public pure {
        uint256 max = uint256(min) + 2 + width;
        assertEq(_read(int256(uint256(min)), NOW, NOW, min, max, 1, 1).price, 0);
        assertEq(_read(int256(max), NOW, NOW, min, max, 1, 1).price, 0);
        assertEq(_read(int256(uint256(min) + 1), NOW, NOW, min, max, 1, 1).price, uint256(min) + 1);
        assertEq(_read(int256(max - 1), NOW, NOW, min, max, 1, 1).price, max - 1);
    }

    function testFuzz_read_scalesByTheUnitUpToTheLargestPrice(uint128 answer, uint8 decimals) public pure {
        vm.assume(answer != 0);
        uint256 unit = 10 ** (decimals % 40);
        uint256 price = _read(int256(uint256(answer)), NOW, NOW, 0, type(uint256).max, 1, unit).price;
        assertEq(price, answer <= 1e58 / unit ? answer * unit : 0);
    }

    function test_read_takesTheLargestPriceAndNothingAbove() public pure {
        assertEq(_read(1e8, NOW, NOW, 0, 1e9, 1, 1e50).price, 1e58);
        assertEq(_read(1e8 + 1, NOW, NOW, 0, 1e9, 1, 1e50).price, 0);
    }

    function testFuzz_read_expiresThreeHeartbeatsAfterTheAnswer(uint32 age, uint32 heartbeat) public pure {
        PriceMath.Reading memory r = _read(5, NOW - (age % NOW), NOW, 0, 10, heartbeat, 1);
        assertEq(r.expiresAt, NOW - (age % NOW) + 3 * uint256(heartbeat));
    }

    function test_read_expiryStaysInTheWord() public pure {
        assertEq(_read(5, NOW, NOW, 0, 10, type(uint256).max / 3, 1).expiresAt, type(uint256).max);
    }

    function testFuzz_pair_agreesUpToExactlyTheDeviation(uint64 low, uint16 deviation, bool swap) public pure {
        uint256 most = (uint256(low) * deviation) / 10_000;
        for (uint256 more = 0; more < 2; ++more) {
            (uint256 a, uint256 b) = (uint256(low), low + most + more);
            if (swap) (a, b) = (b, a);
            bool good = PriceMath.pair(_fresh(a), _fresh(b), deviation).status == Status.Good;
            assertEq(good, more == 0);
        }
    }

    function testFuzz_compose_ofADeadPriceOrByAnOldOneIsNothing(uint128 price, uint128 d, uint8 old) public pure {
        vm.assume(d != 0);
        Price memory dead = PriceMath.compose(Price(price, price, price, Status.Dead), _fresh(d), 1e8);
        assertTrue(dead.status == Status.Dead && dead.liquidation + dead.low + dead.high == 0);
        Price memory good = Price(price, price, price, Status.Good);
        dead = PriceMath.compose(good, _reading(d, old % 2), 1e8);
        assertTrue(dead.status == Status.Dead && dead.liquidation + dead.low + dead.high == 0);
    }
}

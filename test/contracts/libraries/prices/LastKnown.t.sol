// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {LastKnown} from "../../../../contracts/libraries/prices/LastKnown.sol";
import {PriceMath} from "../../../../contracts/libraries/math/PriceMath.sol";
import {Price, Status} from "../../../../contracts/types/Price.sol";

/// @dev Prices are around 2,000e24; NOW is when everything is looked at.
contract LastKnownTest is Test {
    uint256 private constant NOW = 1_700_000_000;
    uint256 private constant ONE = 1e24;

    function _said(uint256 price, uint256 at) private pure returns (LastKnown.Said memory s) {
        (s.price, s.at) = (price, at);
    }

    function _known(uint256 base) private pure returns (LastKnown.Known memory k) {
        (k.base, k.most, k.fades) = (base, type(uint256).max, true);
    }

    function _assertPrice(Price memory p, uint256 liquidation, uint256 low, uint256 high) private pure {
        assertEq(abi.encode(p.liquidation, p.low, p.high), abi.encode(liquidation, low, high));
        assertTrue(p.status == Status.Dead);
    }

    // ------------------------------------------------------------------ the price

    /// @dev Not on record, and for a day after that: in full.
    function testFuzz_price_countsInFullUntilADayOnRecord(uint256 base, uint256 age) public pure {
        base = bound(base, 1, PriceMath.MAX_PRICE);
        age = bound(age, 0, 24 hours);
        _assertPrice(LastKnown.priceOf(_known(base), age), base, base, base);
    }

    function testFuzz_price_fadesOverAnotherDayAndItsHighestAWeekLater(uint256 base, uint256 age) public pure {
        base = bound(base, 1, PriceMath.MAX_PRICE);
        age = bound(age, 24 hours, 9 days);
        Price memory p = LastKnown.priceOf(_known(base), age);
        uint256 faded = age >= 48 hours ? 0 : (base * (48 hours - age)) / 24 hours;
        uint256 high =
            age <= 7 days
                ? base
                : age >= 8 days
                    ? 0
                    : (base * (8 days - age)) / 24 hours;
        _assertPrice(p, faded, faded, high);
        Price memory later = LastKnown.priceOf(_known(base), age + 1);
        assertTrue(later.liquidation <= p.liquidation && later.high <= p.high, "a price rose with age");
    }

    /// @dev One answer below the floor. Exits are priced at 0 at once. Health is judged by the
    /// answer after an hour on record.
    function testFuzz_price_belowTheFloorLowersOnlyWhatIsConfirmed(
        uint256 base,
        uint256 most,
        uint256 age
    ) public pure {
        base = bound(base, ONE, 1e6 * ONE);
        LastKnown.Known memory k = _known(base);
        k.most = bound(most, 1, 1e6 * ONE);
        age = bound(age, 0, 24 hours);
        uint256 liquidation = age < 1 hours || k.most > base ? base : k.most;
        _assertPrice(LastKnown.priceOf(k, age), liquidation, 0, base);
    }

    /// @dev Above the ceiling the price is at least the ceiling, and does not fade while the source
    /// says so.
    function testFuzz_price_aboveTheCeilingIsWorthIt(uint256 base, uint256 least, uint256 age) public pure {
        LastKnown.Known memory k = _known(bound(base, ONE, 1e6 * ONE));
        (k.least, k.fades) = (bound(least, ONE, 1e6 * ONE), false);
        uint256 liquidation = k.least > k.base ? k.least : k.base;
        _assertPrice(LastKnown.priceOf(k, bound(age, 0, 365 days)), liquidation, k.base, liquidation);
    }

    function test_price_ofWhatNothingIsKnownIsWithoutBoundForEightDaysOnRecord() public pure {
        LastKnown.Known memory k = _known(0);
        _assertPrice(LastKnown.priceOf(k, 0), 0, 0, PriceMath.MAX_PRICE);
        _assertPrice(LastKnown.priceOf(k, 8 days - 1), 0, 0, PriceMath.MAX_PRICE);
        _assertPrice(LastKnown.priceOf(k, 8 days), 0, 0, 0);
    }

    function test_price_ofWhatOnlyABoundIsKnownIsThatBound() public pure {
        LastKnown.Known memory k = _known(0);
        k.most = 7;
        _assertPrice(LastKnown.priceOf(k, 0), 7, 0, 7);
        (k.most, k.least) = (type(uint256).max, 9);
        _assertPrice(LastKnown.priceOf(k, 0), 9, 9, 9);
    }

    function test_price_neverLeavesTheRangeOfAWord() public pure {
        LastKnown.Known memory k = _known(type(uint256).max - 1);
        k.least = type(uint256).max;
        uint256 max = PriceMath.MAX_PRICE;
        _assertPrice(LastKnown.priceOf(k, 0), max, max, max);
    }

    // ------------------------------------------------------------------ the record

    function testFuzz_record_isOfThisDeathOnly(uint256 since, uint256 aliveAt) public pure {
        LastKnown.Known memory k = _known(ONE);
        since = bound(since, 1, NOW);
        k.aliveAt = bound(aliveAt, 0, NOW);
        LastKnown.Death memory d = LastKnown.Death(uint48(since), uint48(since));
        assertEq(LastKnown.isRecorded(d, k, NOW), k.aliveAt <= since);
        LastKnown.Death memory next = LastKnown.recorded(d, k, NOW);
        assertEq(abi.encode(next.since, next.seen), abi.encode(k.aliveAt <= since ? since : NOW, NOW));
    }

    /// @dev If rounds may have been missed, a record is trusted for a day after it was last
    /// observed.
    function testFuzz_record_withoutHistoryNeedsToBeSeenDaily(uint256 since, uint256 seen, uint256 unseen) public pure {
        LastKnown.Known memory k = _known(ONE);
        since = bound(since, NOW - 10 days, NOW);
        seen = bound(seen, since, NOW);
        k.unseenBefore = bound(unseen, NOW - 10 days, NOW);
        LastKnown.Death memory d = LastKnown.Death(uint48(since), uint48(seen));
        assertEq(LastKnown.isRecorded(d, k, NOW), k.unseenBefore <= since || NOW <= seen + 24 hours);
    }

    /// @dev The last second of each condition.
    function test_record_edges() public pure {
        LastKnown.Known memory k = _known(ONE);
        (k.aliveAt, k.unseenBefore) = (NOW - 2 days, NOW - 2 days);
        LastKnown.Death memory d = LastKnown.Death(uint48(NOW - 2 days), uint48(NOW - 2 days));
        assertTrue(LastKnown.isRecorded(d, k, NOW), "alive until it was seen dead");
        k.unseenBefore = NOW;
        d.seen = uint48(NOW - 24 hours);
        assertTrue(LastKnown.isRecorded(d, k, NOW), "seen a day ago");
        --d.seen;
        assertFalse(LastKnown.isRecorded(d, k, NOW));
        assertEq(LastKnown.withLastGoodPrice(k, 7, NOW, NOW).base, ONE, "both at once: what the source said");
        (k.most, k.fades) = (5, false);
        assertEq(LastKnown.priceOf(k, 1 hours - 1).liquidation, ONE);
        assertEq(LastKnown.priceOf(k, 1 hours).liquidation, 5);
    }

    function test_record_thereIsNoneAtFirst() public pure {
        LastKnown.Death memory d;
        assertFalse(LastKnown.isRecorded(d, _known(ONE), NOW));
        assertEq(LastKnown.recorded(d, _known(ONE), NOW).since, NOW);
    }

    // ------------------------------------------------------------------ what is known

    function testFuzz_either_takesTheNewerPriceAndTheFirstBound(uint64 p, uint64 s, bool bounded) public pure {
        LastKnown.Said memory a = _said(3, p);
        LastKnown.Said memory b = _said(5, s);
        (a.unseenBefore, b.unseenBefore) = (p / 2, s / 2);
        (b.floor, b.recent) = (9, true);
        if (bounded) a.ceiling = 8;
        LastKnown.Said memory r = LastKnown.either(a, b);
        assertEq(abi.encode(r.price, r.at), p >= s ? abi.encode(3, p) : abi.encode(5, s));
        assertEq(r.unseenBefore, (p > s ? p : s) / 2);
        assertEq(abi.encode(r.floor, r.ceiling, r.recent), bounded ? abi.encode(0, 8, false) : abi.encode(9, 0, true));
        assertFalse(r.alive);
    }

    function test_ofSources_readsBoundsAndTimes() public pure {
        LastKnown.Said memory n = LastKnown.Said(7, 11, 3, 0, 5, false, true);
        LastKnown.Known memory k = LastKnown.ofSources(n);
        assertEq(abi.encode(k), abi.encode(LastKnown.Known(7, 3, 0, 11, 5, true)));
        (n.floor, n.ceiling) = (0, 13);
        k = LastKnown.ofSources(n);
        assertEq(abi.encode(k), abi.encode(LastKnown.Known(7, type(uint256).max, 13, 11, 5, false)));
        n.recent = false;
        assertTrue(LastKnown.ofSources(n).fades, "what it said long ago does not hold it up");
        n = LastKnown.Said(7, 11, 0, 0, 0, true, true);
        k = LastKnown.ofSources(n);
        assertEq(abi.encode(k), abi.encode(LastKnown.Known(7, type(uint256).max, 0, 0, 0, false)));
    }

    /// @dev The debt asset's own bounds act in reverse: the cheaper it is, the more of it the
    /// collateral is worth.
    function test_composed_dividesByTheDebtAssetsPrice() public pure {
        LastKnown.Said memory n = LastKnown.Said(2_000, 20, 100, 0, 4, false, true);
        LastKnown.Said memory d = LastKnown.Said(10, 30, 0, 0, 9, true, true);
        LastKnown.Known memory k = LastKnown.composed(n, d, 10);
        assertEq(abi.encode(k), abi.encode(LastKnown.Known(2_000, 100, 0, 20, 4, true)));
        n = LastKnown.Said(2_000, 20, 0, 0, 0, true, true);
        (d.alive, d.floor) = (false, 5);
        k = LastKnown.composed(n, d, 10);
        assertEq(abi.encode(k), abi.encode(LastKnown.Known(2_000, type(uint256).max, 4_000, 30, 9, false)));
        (d.floor, d.ceiling) = (0, 20);
        k = LastKnown.composed(n, d, 10);
        assertEq(abi.encode(k), abi.encode(LastKnown.Known(2_000, 1_000, 0, 30, 9, true)));
        (d.floor, d.ceiling, d.recent) = (5, 0, false);
        assertTrue(LastKnown.composed(n, d, 10).fades);
        n = LastKnown.Said(2_000, 20, 0, 4_000, 0, false, true);
        d = LastKnown.Said(20, 10, 0, 0, 0, true, true);
        k = LastKnown.composed(n, d, 10);
        assertEq(abi.encode(k), abi.encode(LastKnown.Known(1_000, type(uint256).max, 2_000, 20, 0, false)));
    }

    /// @dev Whatever either says or does not say. Nothing and one are among the figures.
    function testFuzz_composed_dividesWhateverIsSaid(uint64[6] memory f, uint64 unit, bool alive) public pure {
        for (uint256 i = 0; i < 6; ++i)
            f[i] =
                f[i] % 3 == 0
                    ? 0
                    : f[i] % 3 == 1
                        ? 1
                        : f[i];
        LastKnown.Said memory n = LastKnown.Said(f[0], 20, f[1], f[2], 4, false, true);
        LastKnown.Said memory d = LastKnown.Said(f[3], 30, f[4], f[5], 9, alive, true);
        LastKnown.Known memory k = LastKnown.composed(n, d, unit);
        uint256 base = f[3] == 0 ? 0 : (uint256(f[0]) * unit) / f[3];
        uint256 most = type(uint256).max;
        uint256 least;
        if (f[3] != 0 && f[1] != 0) most = (uint256(f[1]) * unit) / f[3];
        if (f[3] != 0) least = (uint256(f[2]) * unit) / f[3];
        if (f[4] != 0 && (uint256(f[0]) * unit) / f[4] > least) least = (uint256(f[0]) * unit) / f[4];
        if (f[0] != 0 && f[5] != 0 && (uint256(f[0]) * unit) / f[5] < most) most = (uint256(f[0]) * unit) / f[5];
        assertEq(abi.encode(k.base, k.most, k.least), abi.encode(base, most, least));
    }

    function test_composed_withoutADebtPriceKnowsNothingOfWorth() public pure {
        LastKnown.Said memory n = LastKnown.Said(2_000, 20, 100, 0, 0, false, true);
        LastKnown.Said memory d;
        d.unseenBefore = 40;
        LastKnown.Known memory k = LastKnown.composed(n, d, 10);
        assertEq(abi.encode(k), abi.encode(LastKnown.Known(0, type(uint256).max, 0, 20, 40, true)));
    }

    function testFuzz_accepted_countsIfNothingUsableWasSaidSince(
        uint64 acceptedAt,
        uint64 newest,
        bool known
    ) public pure {
        LastKnown.Known memory k = _known(known ? 7 : 0);
        k.aliveAt = newest;
        k = LastKnown.withLastGoodPrice(k, 9, acceptedAt, newest);
        assertEq(k.base, known && acceptedAt <= newest ? 7 : 9);
        assertEq(k.aliveAt, acceptedAt > newest ? acceptedAt : newest);
        k = LastKnown.withLastGoodPrice(_known(7), 0, acceptedAt, 0);
        assertEq(abi.encode(k.base, k.aliveAt), abi.encode(7, 0));
    }
}

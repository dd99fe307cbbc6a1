// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IOracleGuard, SourceConfig} from "../../../../contracts/interfaces/IOracleGuard.sol";
import {MockPriceFeed} from "../../../../contracts/mocks/MockPriceFeed.sol";
import {LastKnown} from "../../../../contracts/libraries/prices/LastKnown.sol";
import {PriceMath} from "../../../../contracts/libraries/math/PriceMath.sol";
import {Price, Status} from "../../../../contracts/types/Price.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

/// @notice The expiry of a price and the prices that the guard remembers, for any sources.
contract OracleMemoryTest is SystemFixture {
    MockPriceFeed private second;
    MockPriceFeed private debtFeed;

    /// @dev Ether priced by one source or two, in the debt asset or in another currency, each
    /// source with a heartbeat of its own.
    function _setSources(bool paired, bool composed) private {
        second = _newFeed(8, 2_020e8);
        debtFeed = _newFeed(8, 1e8);
        oracle.setDebtSource(SourceConfig(debtFeed, 50 minutes, 0.5e8, 2e8));
        SourceConfig memory none = _noSource();
        SourceConfig memory other = SourceConfig(second, 90 minutes, 100e8, 1e14);
        SourceConfig memory first = SourceConfig(feeds[WETH], HEARTBEAT, 100e8, 1e14);
        oracle.setAssetSources(WETH, first, paired ? other : none, 500, composed);
    }

    function _status() private view returns (Status) {
        return oracle.price(WETH).status;
    }

    // ------------------------------------------------------------------ expiry

    /// @dev For one source or two, composed or not, in any state: a price exists at the expiry, and
    /// none a second later.
    function testFuzz_expiry_isTheLastSecondOfAUsablePrice(
        bool paired,
        bool composed,
        uint256[3] memory ages,
        uint256 broken
    ) public {
        _setSources(paired, composed);
        feeds[WETH].setAnswerAt(broken % 4 == 1 ? int256(1) : int256(2_000e8), START - bound(ages[0], 0, 4 hours));
        second.setAnswerAt(broken % 4 == 2 ? int256(1) : int256(2_020e8), START - bound(ages[1], 0, 5 hours));
        debtFeed.setAnswerAt(1e8, START - bound(ages[2], 0, 3 hours));
        (Price memory p, uint256 expiresAt) = oracle.priceAndExpiry(WETH);
        assertEq(expiresAt == 0, p.status == Status.Dead);
        if (expiresAt == 0) return;
        vm.warp(expiresAt);
        assertTrue(_status() != Status.Dead, "usable until then");
        vm.warp(expiresAt + 1);
        assertTrue(_status() == Status.Dead, "and no longer");
    }

    /// @dev Lowest and highest must both be in the range in which the engine's arithmetic is exact.
    function testFuzz_range_isThatOfTheLowestAndOfTheHighest(bool fine, uint256 a, uint256 b, uint256 debt) public {
        debtFeed = _newFeed(18, int256(bound(debt, 1, 1e36)));
        oracle.setDebtSource(SourceConfig(debtFeed, HEARTBEAT, 0, 1e38));
        uint8 asset = _list("Any", fine ? 24 : 0, 5_000, 6_000, 0, 500, 2_500, 1e8);
        (a, b) = (bound(a, 1, 1e16), bound(b, 1, 1e16));
        uint8 decimals = fine ? 18 : 0;
        SourceConfig memory first = SourceConfig(_newFeed(decimals, int256(a)), HEARTBEAT, 0, 1e30);
        SourceConfig memory other = SourceConfig(_newFeed(decimals, int256(b)), HEARTBEAT, 0, 1e30);
        oracle.setAssetSources(asset, first, other, 10_000, true);
        (, int256 d, , , ) = debtFeed.latestRoundData();
        uint256 unit = fine ? 1e18 : 1e60;
        uint256 low = ((a < b ? a : b) * unit) / uint256(d);
        uint256 high = ((a < b ? b : a) * unit + uint256(d) - 1) / uint256(d);
        bool exact = low >= 1e6 && high <= 1e58;
        assertEq(oracle.price(asset).status != Status.Dead, exact);
    }

    // ------------------------------------------------------------------ what is accepted

    /// @dev For every way to record it, the last good price is the liquidation price, between low
    /// and high.
    function testFuzz_memory_isOfThePriceToLiquidateAt(bool composed, uint8 how, uint256 other, uint256 debt) public {
        _setSources(true, composed);
        vm.warp(START + 1 hours);
        _setPrice(WETH, 2_000e8);
        second.setAnswer(int256(bound(other, 1_910e8, 2_090e8)));
        debtFeed.setAnswer(int256(bound(debt, 0.6e8, 1.9e8)));
        Price memory p = oracle.price(WETH);
        assertTrue(p.status == Status.Good);
        vm.expectEmit(address(oracle));
        emit IOracleGuard.LastGoodPriceUpdated(WETH, p.liquidation, block.timestamp);
        if (how % 3 == 0) oracle.updateLastGoodPrice(WETH);
        else if (how % 3 == 1) oracle.observe(WETH);
        else _name(composed);
        (uint256 price, uint256 at) = oracle.lastGoodPrice(WETH);
        assertEq(abi.encode(price, at), abi.encode(p.liquidation, block.timestamp));
    }

    /// @dev The same sources again.
    function _name(bool composed) private {
        (SourceConfig memory first, SourceConfig memory other, uint16 deviation, ) = oracle.assetSources(WETH);
        oracle.setAssetSources(WETH, first, other, deviation, composed);
    }

    function test_memory_observingRemembersOnceAnHour() public {
        uint256 kept = START;
        for (uint256 time = START; time <= START + 6 hours; time += 10 minutes) {
            vm.warp(time);
            _setPrice(WETH, 2_000e8);
            oracle.observe(WETH);
            if (time - kept >= 1 hours) kept = time;
            (, uint256 at) = oracle.lastGoodPrice(WETH);
            assertEq(at, kept);
        }
    }

    // ------------------------------------------------------------------ other sources

    /// @dev New sources are set that have not answered yet. The record of the old ones still
    /// counts, no party gains or loses, and a fading price continues to fade.
    function testFuzz_naming_leavesWhatCounted(
        bool paired,
        bool composed,
        uint256 other,
        uint256 silence,
        bool recorded,
        uint256 later
    ) public {
        _setSources(paired, composed);
        vm.warp(START + 1 hours);
        _setPrice(WETH, 1_700e8);
        second.setAnswer(int256(bound(other, 1_500e8, 1_900e8)));
        debtFeed.setAnswer(1.25e8);
        vm.warp(block.timestamp + bound(silence, 0, 6 hours));
        Price memory before = oracle.price(WETH);
        recorded = recorded && before.status == Status.Dead;
        if (recorded) oracle.updateLastGoodPrice(WETH);
        (, uint256 since) = oracle.lastKnown(WETH);
        vm.warp(block.timestamp + bound(later, 0, recorded ? 2 days : 0));
        if (recorded) oracle.updateLastGoodPrice(WETH);
        before = oracle.price(WETH);
        SourceConfig memory next = SourceConfig(_newFeed(8, 0), HEARTBEAT, 100e8, 1e14);
        oracle.setAssetSources(WETH, next, _noSource(), 0, composed);
        Price memory p = oracle.price(WETH);
        assertEq(abi.encode(p.liquidation, p.status), abi.encode(before.liquidation, Status.Dead));
        (, uint256 deadSince) = oracle.lastKnown(WETH);
        assertEq(deadSince, since, "the record of the death");
    }

    /// @dev If new sources have answered with a Good price, it becomes the last good price.
    /// Otherwise the old one stays.
    function testFuzz_naming_remembersTheNewPriceIfItIsGood(uint256 answer, uint256 age) public {
        MockPriceFeed next = _newFeed(8, 0);
        answer = bound(answer, 100e8, 1e13);
        age = bound(age, 0, 5 hours);
        next.setAnswerAt(int256(answer), START - age);
        oracle.setAssetSources(WETH, _source(next), _noSource(), 0, false);
        (uint256 price, ) = oracle.lastGoodPrice(WETH);
        assertEq(price, age <= HEARTBEAT ? answer * 1e16 : 2_000e24);
    }

    /// @dev What cannot be a price is not remembered as one.
    function test_naming_remembersNothingBeyondThePricesThereCanBe() public {
        debtFeed = _newFeed(18, 1e18);
        oracle.setDebtSource(SourceConfig(debtFeed, HEARTBEAT, 0, 1e30));
        oracle.setAssetSources(WETH, SourceConfig(feeds[WETH], HEARTBEAT, 1, 1e36), _noSource(), 0, true);
        (uint256 accepted, uint256 at) = oracle.lastGoodPrice(WETH);
        feeds[WETH].setAnswer(1e35);
        debtFeed.setAnswer(1);
        vm.warp(START + 4 hours);
        (LastKnown.Known memory known, ) = oracle.lastKnown(WETH);
        assertGt(known.base, PriceMath.MAX_PRICE);
        _name(true);
        (uint256 price, uint256 timestamp) = oracle.lastGoodPrice(WETH);
        assertEq(abi.encode(price, timestamp), abi.encode(accepted, at));
    }

    /// @dev Several debt sources of any decimals are set before one answers. The last answer of an
    /// earlier source still counts.
    function testFuzz_naming_debtSourcesThatHaveNotAnsweredForgetsNothing(
        uint256 answer,
        uint8[3] memory decimals
    ) public {
        _setSources(false, true);
        answer = bound(answer, 0.6e8, 1.9e8);
        vm.warp(START + 1);
        debtFeed.setAnswer(int256(answer));
        for (uint256 i = 0; i < decimals.length; ++i) {
            oracle.setDebtSource(SourceConfig(_newFeed(decimals[i] % 19, 0), HEARTBEAT, 0, 1e30));
            vm.warp(block.timestamp + 1 hours);
            _setPrice(WETH, 2_000e8);
            oracle.updateLastGoodPrice(WETH);
            assertEq(oracle.price(WETH).liquidation, (2_000e24 * 1e8) / answer);
        }
    }

    // ------------------------------------------------------------------ deaths

    /// @dev One event for one death, however often and by whom it is seen.
    function test_death_isToldOnce() public {
        vm.warp(START + 4 hours);
        vm.expectEmit(address(oracle));
        emit IOracleGuard.DeathRecorded(WETH, START + 4 hours);
        oracle.observe(WETH);
        vm.warp(START + 5 hours);
        vm.recordLogs();
        oracle.observe(WETH);
        oracle.updateLastGoodPrice(WETH);
        assertEq(vm.getRecordedLogs().length, 0);
        (, uint256 since) = oracle.lastKnown(WETH);
        assertEq(since, START + 4 hours);
    }

    /// @dev A feed has lost its history. Its death stays on record while it is observed daily, and
    /// no longer.
    function testFuzz_death_withoutHistoryIsKeptBySeeingIt(uint256[6] memory pauses) public {
        vm.warp(START + 4 hours);
        vm.etch(address(feeds[WETH]), "");
        oracle.observe(WETH);
        (uint256 since, uint256 seen) = (START + 4 hours, START + 4 hours);
        for (uint256 i = 0; i < pauses.length; ++i) {
            uint256 time = seen + bound(pauses[i], 1 hours, 30 hours);
            vm.warp(time);
            if (time > seen + 24 hours) since = time;
            oracle.observe(WETH);
            seen = time;
            (, uint256 deadSince) = oracle.lastKnown(WETH);
            assertEq(deadSince, since);
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../../../../contracts/interfaces/external/AggregatorV3Interface.sol";
import {IOracleGuard, SourceConfig} from "../../../../contracts/interfaces/IOracleGuard.sol";
import {MockPriceFeed} from "../../../../contracts/mocks/MockPriceFeed.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {Price, Status} from "../../../../contracts/types/Price.sol";
import {BombFeed} from "../../support/fakes/BombFeed.sol";
import {OddFeed} from "../../support/fakes/OddFeed.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

contract OracleGuardTest is SystemFixture {
    uint256 private constant WETH_PRICE = 2_000e24;

    function _status() private view returns (Status) {
        return oracle.price(WETH).status;
    }

    // ------------------------------------------------------------------ scaling

    /// @dev One whole token at any decimals is worth the feed's answer in whole debt tokens.
    function testFuzz_price_isScaledSoThatDecimalsVanish(uint8 decimals, uint8 feedDecimals, uint64 answer) public {
        decimals %= 19;
        feedDecimals %= 19;
        vm.assume(answer > 1);
        uint8 asset = _list("Any", decimals, 5_000, 6_000, 0, 500, 2_500, 1e8);
        MockPriceFeed feed = _newFeed(feedDecimals, int256(uint256(answer)));
        oracle.setAssetSources(asset, _source(feed), _noSource(), 0, false);
        Price memory p = oracle.price(asset);
        uint256 exact = uint256(answer) * 10 ** (42 - uint256(decimals) - feedDecimals);
        assertEq(p.status == Status.Good, exact <= 1e58);
        if (exact > 1e58) return;
        assertEq(p.liquidation, exact);
        uint256 value = (10 ** decimals * p.liquidation) / 1e36;
        assertEq(value, (uint256(answer) * 1e6) / 10 ** feedDecimals);
    }

    function testFuzz_prices_listsMembersAscending(uint8 bits) public view {
        AssetSet set = AssetSet.wrap(bits % 8);
        Price[] memory list = oracle.prices(set);
        assertEq(list.length, set.size());
        for (uint256 i = 0; i < list.length; ++i) {
            assertEq(abi.encode(list[i]), abi.encode(oracle.price(set.lowest())));
            set = set.without(set.lowest());
        }
    }

    function test_price_withoutSourcesIsDeadAndWorthNothing() public view {
        Price memory p = oracle.price(42);
        assertTrue(p.status == Status.Dead);
        assertEq(p.liquidation + p.low, 0);
        assertEq(p.high, 1e58);
    }

    function test_price_outOfTheExactRangeIsDead() public {
        MockPriceFeed feed = _newFeed(0, 1);
        uint8 asset = _list("Coarse", 24, 5_000, 6_000, 0, 500, 2_500, 1e8);
        feed = _newFeed(18, 9);
        oracle.setAssetSources(asset, SourceConfig(feed, HEARTBEAT, 0, 1e30), _noSource(), 0, false);
        assertTrue(oracle.price(asset).status == Status.Dead);
        feed.setAnswer(1e6);
        assertTrue(oracle.price(asset).status == Status.Good);
    }

    // ------------------------------------------------------------------ freshness

    function testFuzz_status_followsTheAgeOfASingleSource(uint256 age) public {
        age = bound(age, 0, 5 hours);
        vm.warp(block.timestamp + age);
        Status expected =
            age <= 1 hours
                ? Status.Good
                : age <= 3 hours
                    ? Status.Doubtful
                    : Status.Dead;
        assertTrue(_status() == expected);
    }

    function testFuzz_status_ofTwoSourcesNeedsBothFresh(uint256 age, uint256 other) public {
        MockPriceFeed second = _pair(WETH, 2_000e8, 100);
        (age, other) = (bound(age, 0, 5 hours), bound(other, 0, 5 hours));
        feeds[WETH].setAnswerAt(2_000e8, block.timestamp - age);
        second.setAnswerAt(2_000e8, block.timestamp - other);
        uint256 least = age < other ? age : other;
        uint256 most = age < other ? other : age;
        Status expected =
            most <= 1 hours
                ? Status.Good
                : least <= 3 hours
                    ? Status.Doubtful
                    : Status.Dead;
        assertTrue(_status() == expected);
    }

    /// @dev Bounds are exclusive and stored slightly tighter than requested. A feed at its own
    /// floor never passes.
    function testFuzz_bounds_refuseAFeedAtItsFloorOrCeiling(uint64 answer, uint256 min, uint256 max) public {
        min = bound(min, 0, 1e15);
        max = bound(max, min + 2 + (min >> 13), 1e19);
        SourceConfig memory c = SourceConfig(feeds[WETH], HEARTBEAT, uint128(min), uint128(max));
        oracle.setAssetSources(WETH, c, _noSource(), 0, false);
        (SourceConfig memory inForce, , , ) = oracle.assetSources(WETH);
        assertGe(inForce.minAnswer, min);
        assertLe(inForce.minAnswer - min, min >> 15);
        assertLe(inForce.maxAnswer, max);
        assertLe(max - inForce.maxAnswer, max >> 15);
        answer = uint64(bound(answer, 1, 1e19));
        _setPrice(WETH, int256(uint256(answer)));
        assertEq(_status() == Status.Good, answer > inForce.minAnswer && answer < inForce.maxAnswer);
        _setPrice(WETH, int256(min));
        assertTrue(_status() == Status.Dead);
        _setPrice(WETH, int256(max));
        assertTrue(_status() == Status.Dead);
    }

    function testFuzz_status_ofAnAnswerFromTheFutureIsDead(uint32 ahead) public {
        feeds[WETH].setAnswerAt(2_000e8, block.timestamp + ahead);
        assertEq(_status() == Status.Good, ahead == 0);
    }

    // ------------------------------------------------------------------ broken feeds

    function _odd() private returns (OddFeed odd) {
        odd = new OddFeed();
        odd.setAnswer(abi.encode(1, 2_000e8, block.timestamp, block.timestamp, 1));
        SourceConfig memory c = SourceConfig(AggregatorV3Interface(address(odd)), HEARTBEAT, 1, 1e30);
        oracle.setAssetSources(WETH, c, _noSource(), 0, false);
        assertEq(oracle.price(WETH).liquidation, WETH_PRICE);
    }

    function test_brokenFeed_thatRevertsIsDead() public {
        _odd().setReverts(true);
        assertTrue(_status() == Status.Dead);
    }

    function testFuzz_brokenFeed_thatAnswersTooLittleIsDead(uint256 length) public {
        _odd().setAnswer(new bytes(bound(length, 0, 159)));
        assertTrue(_status() == Status.Dead);
    }

    /// @dev Five random words, each possibly out of its field's range, never revert.
    function testFuzz_brokenFeed_thatAnswersGarbageNeverReverts(uint256[5] memory words, bool dated) public {
        OddFeed odd = _odd();
        if (dated) words[3] = block.timestamp;
        odd.setAnswer(abi.encode(words));
        Price memory p = oracle.price(WETH);
        // The largest answer is kept to 16 significant bits, rounded inwards.
        (SourceConfig memory kept, , , ) = oracle.assetSources(WETH);
        bool good = int256(words[1]) > 1 && words[1] < uint256(kept.maxAnswer) && words[3] == block.timestamp;
        if (good) assertEq(p.liquidation, words[1] * 1e16);
    }

    function test_brokenFeed_withoutCodeIsDead() public {
        SourceConfig memory c = _source(feeds[WETH]);
        oracle.setAssetSources(WETH, c, _noSource(), 0, false);
        vm.etch(address(feeds[WETH]), "");
        assertTrue(_status() == Status.Dead);
    }

    function test_brokenFeed_thatUsesAllItsGasIsDead() public {
        _odd().setGas(10_000_000);
        assertTrue(_status() == Status.Dead);
    }

    /// @dev Data that a feed returns beyond its answer costs the reader nothing: the whole read
    /// stays within the feed's own gas.
    function test_brokenFeed_cannotChargeForReturningTooMuch() public {
        for (uint256 i = 0; i < 2; ++i) {
            address bomb = address(new BombFeed(2_000e8, 230_000, i == 1));
            SourceConfig memory c = SourceConfig(AggregatorV3Interface(bomb), HEARTBEAT, 1, 1e30);
            oracle.setAssetSources(WETH, c, _noSource(), 0, false);
            uint256 before = gasleft();
            Price memory p = oracle.price(WETH);
            assertLt(before - gasleft(), 200_000);
            assertTrue(p.status == (i == 1 ? Status.Dead : Status.Good));
        }
    }

    /// @dev A caller cannot fake a broken feed. With too little gas for the feed the read reverts.
    function testFuzz_starvedFeed_revertsOrAnswersButIsNeverDead(uint256 gas_) public {
        _odd().setGas(100_000);
        gas_ = bound(gas_, 40_000, 400_000);
        try oracle.price{gas: gas_}(WETH) returns (Price memory p) {
            assertTrue(p.status == Status.Good);
        } catch (bytes memory err) {
            assertTrue(err.length == 0 || bytes4(err) == IOracleGuard.InsufficientGas.selector);
        }
    }

    function test_starvedFeed_namesTheGasItNeeds() public {
        OddFeed odd = _odd();
        odd.setGas(150_000);
        try oracle.price{gas: 120_000}(WETH) {
            fail();
        } catch (bytes memory err) {
            assertEq(bytes4(err), IOracleGuard.InsufficientGas.selector);
            bytes memory args = new bytes(96);
            for (uint256 i = 0; i < 96; ++i) args[i] = err[i + 4];
            (address feed, uint256 forwarded, uint256 needed) = abi.decode(args, (address, uint256, uint256));
            assertEq(feed, address(odd));
            assertLt(forwarded, 120_000);
            assertEq(needed, 200_000);
        }
    }

    // ------------------------------------------------------------------ accepted and dead prices

    function test_accept_remembersGoodPricesOnly() public {
        vm.expectEmit(address(oracle));
        emit IOracleGuard.LastGoodPriceUpdated(WETH, WETH_PRICE, block.timestamp);
        assertTrue(oracle.updateLastGoodPrice(WETH));
        vm.warp(block.timestamp + 2 hours);
        assertFalse(oracle.updateLastGoodPrice(WETH));
        (uint256 price, uint256 at) = oracle.lastGoodPrice(WETH);
        assertEq(price, WETH_PRICE);
        assertEq(at, START);
    }

    /// @dev The newer of what was accepted and what the feed itself said last.
    function test_dead_countsAtTheNewerOfAcceptedAndLastAnswer() public {
        oracle.updateLastGoodPrice(WETH);
        feeds[WETH].setAnswerAt(1_900e8, START + 10 minutes);
        vm.warp(START + 5 hours);
        assertEq(oracle.price(WETH).liquidation, 1_900e24);
        feeds[WETH].setAnswerAt(1_900e8, START - 1);
        assertEq(oracle.price(WETH).liquidation, WETH_PRICE);
        feeds[WETH].setAnswer(0);
        assertEq(oracle.price(WETH).liquidation, WETH_PRICE);
        assertTrue(_status() == Status.Dead);
    }

    // ------------------------------------------------------------------ composed prices

    function _compose() private returns (MockPriceFeed debtFeed) {
        debtFeed = _newFeed(8, 1e8);
        oracle.setDebtSource(_source(debtFeed));
        oracle.setAssetSources(WETH, _source(feeds[WETH]), _noSource(), 0, true);
    }

    function testFuzz_composed_dividesByTheDebtAssetsPrice(uint64 debtAnswer) public {
        MockPriceFeed debtFeed = _compose();
        debtAnswer = uint64(bound(debtAnswer, 2, 1e18));
        debtFeed.setAnswer(int256(uint256(debtAnswer)));
        Price memory p = oracle.price(WETH);
        assertEq(p.liquidation, (WETH_PRICE * 1e8) / debtAnswer);
        assertEq(p.low, p.liquidation);
        assertEq(p.high - p.liquidation, (WETH_PRICE * 1e8) % debtAnswer == 0 ? 0 : 1);
    }

    function testFuzz_composed_hasTheWorseStatus(uint256 age) public {
        MockPriceFeed debtFeed = _compose();
        age = bound(age, 0, 5 hours);
        debtFeed.setAnswerAt(1e8, block.timestamp - age);
        Status expected =
            age <= 1 hours
                ? Status.Good
                : age <= 3 hours
                    ? Status.Doubtful
                    : Status.Dead;
        assertTrue(_status() == expected);
        assertEq(oracle.price(WETH).liquidation, WETH_PRICE);
    }

    /// @dev The asset's own price continues, divided by the last answer of the debt feed. It fades
    /// only after the death is recorded.
    function test_composed_deadDebtFeedCountsAtItsOwnLastAnswer() public {
        MockPriceFeed debtFeed = _compose();
        vm.warp(START + 39 hours);
        _setPrice(WETH, 1_500e8);
        assertEq(oracle.price(WETH).liquidation, (WETH_PRICE * 3) / 4);
        debtFeed.setAnswer(0);
        assertEq(oracle.price(WETH).liquidation, (WETH_PRICE * 3) / 4);
        oracle.updateLastGoodPrice(WETH);
        vm.warp(START + 75 hours);
        _setPrice(WETH, 1_500e8);
        assertEq(oracle.price(WETH).liquidation, (WETH_PRICE * 3) / 8, "half of it fades, not the answers that go on");
    }

    // ------------------------------------------------------------------ the sequencer

    function _sequence() private returns (MockPriceFeed up) {
        up = _newFeed(0, 0);
        oracle.setSequencer(up, 1 hours);
        oracle.setSequenced(WETH, true);
        up.setAnswerAt(0, START - 1 hours);
    }

    function testFuzz_sequencer_mustBeUpForTheGracePeriod(uint256 since) public {
        MockPriceFeed up = _sequence();
        since = bound(since, 1, START + 1);
        up.setAnswerAt(0, since);
        assertTrue(_status() == (since <= START - 1 hours ? Status.Good : Status.Doubtful));
        assertTrue(oracle.price(GOLD).status == Status.Good);
    }

    /// @dev The time of the last answer proves nothing: the sequencer may have been up for long, or
    /// have come up since.
    function testFuzz_sequencer_thatSaysNothingUsableIsDoubted(
        uint256 answer,
        uint256 since,
        uint256 updatedAt,
        uint8 kind
    ) public {
        if (kind >= 128) (answer, since) = (0, bound(since, START - 2 hours, START));
        OddFeed odd = new OddFeed();
        _sequence();
        oracle.setSequencer(AggregatorV3Interface(address(odd)), 1 hours);
        odd.setAnswer(abi.encode(1, answer, since, updatedAt, 1));
        if (kind % 4 == 1) odd.setReverts(true);
        if (kind % 4 == 2) odd.setAnswer(new bytes(159));
        if (kind % 4 == 3) odd.setGas(10_000_000);
        bool up = kind % 4 == 0 && answer == 0 && since != 0 && since <= START - 1 hours;
        assertTrue(_status() == (up ? Status.Good : Status.Doubtful));
        assertEq(oracle.price(WETH).liquidation, WETH_PRICE);
    }

    /// @dev It lowers Good to Doubtful and changes nothing else, whatever the price's own status.
    function testFuzz_sequencer_neverMakesAnythingDead(uint256 age, bool down) public {
        MockPriceFeed up = _sequence();
        up.setAnswerAt(down ? int256(1) : int256(0), 1);
        age = bound(age, 0, 60 hours);
        feeds[WETH].setAnswerAt(2_000e8, START - age);
        Price memory p = oracle.price(WETH);
        oracle.setSequenced(WETH, false);
        Price memory alone = oracle.price(WETH);
        if (down && alone.status == Status.Good) alone.status = Status.Doubtful;
        assertEq(abi.encode(p), abi.encode(alone));
    }

    function test_sequencer_isForgottenWhenRemoved() public {
        _sequence().setAnswer(1);
        assertTrue(_status() == Status.Doubtful);
        oracle.setSequencer(AggregatorV3Interface(address(0)), 0);
        assertTrue(_status() == Status.Good);
    }

    function test_setSequenced_survivesNewSourcesAndNeedsSome() public {
        _sequence();
        assertTrue(oracle.isSequenced(WETH));
        oracle.setAssetSources(WETH, _source(feeds[GOLD]), _noSource(), 0, false);
        assertTrue(oracle.isSequenced(WETH));
        (AggregatorV3Interface feed, uint256 grace) = oracle.sequencer();
        assertTrue(address(feed) != address(0));
        assertEq(grace, 1 hours);
        vm.expectRevert(abi.encodeWithSelector(IOracleGuard.SourcesMissing.selector, 9));
        oracle.setSequenced(9, true);
    }
}

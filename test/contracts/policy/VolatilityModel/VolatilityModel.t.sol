// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {VolatilityModel} from "../../../../contracts/policy/VolatilityModel.sol";
import {AggregatorV3Interface} from "../../../../contracts/interfaces/external/AggregatorV3Interface.sol";
import {SourceConfig} from "../../../../contracts/interfaces/IOracleGuard.sol";
import {IVolatilityModel} from "../../../../contracts/interfaces/IVolatilityModel.sol";
import {RawFeed} from "../../../../contracts/interfaces/external/RawFeed.sol";
import {VolatilityMath} from "../../../../contracts/libraries/math/VolatilityMath.sol";
import {MockPriceFeed} from "../../../../contracts/mocks/MockPriceFeed.sol";
import {HourClose} from "../../../../contracts/types/HourClose.sol";
import {Flood} from "../../support/fakes/Flood.sol";
import {OddFeed} from "../../support/fakes/OddFeed.sol";
import {VolatilityFixture} from "../../support/fixtures/VolatilityFixture.sol";

/// @notice How rounds become a state: every partition alike, whatever feeds do.
contract VolatilityModelTest is VolatilityFixture {
    /// @dev Everything the model knows of two assets, in one hash.
    function _state(VolatilityModel m, uint8 a, uint8 b) private view returns (bytes32) {
        uint256 n = m.closeCount(a) + m.closeCount(b);
        HourClose[] memory closes = new HourClose[](n);
        for (uint256 i = 0; i < n; ++i) {
            uint256 countA = m.closeCount(a);
            closes[i] = i < countA ? m.closeAt(a, i) : m.closeAt(b, i - countA);
        }
        return
            keccak256(
                abi.encode(m.seriesOf(a), m.seriesOf(b), m.pairOf(a, b), m.correlation(a, b), closes, m.haircutOf(a))
            );
    }

    function _pokeAll(VolatilityModel m) private {
        while (!m.poke(WETH)) {}
        while (!m.poke(WBTC)) {}
        while (!m.pokeCorrelation(WETH, WBTC)) {}
    }

    // ---------------------------------------------------------- any partition gives the same state

    function _random(uint256 seed, uint256 i, uint256 n) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, i))) % n;
    }

    /// @dev One event on a feed: mostly a plausible round; sometimes nonsense, a gap, or a new
    /// aggregator.
    function _happen(uint256 seed, uint8 asset, uint256 at) private {
        MockPriceFeed feed = feeds[asset];
        uint256 kind = _random(seed, 0, 24);
        int256 answer = int256((1_000e8 * (900 + _random(seed, 1, 200))) / 1_000);
        if (kind == 0) feed.setAnswerAt(-answer, at);
        else if (kind == 1) feed.setAnswerAt(answer, at - _random(seed, 2, 4 hours));
        else if (kind == 2) feed.setAnswerAt(answer, 0);
        else if (kind == 3) feed.skipRounds(uint32(1 + _random(seed, 2, 3)));
        else if (kind == 4) feed.startPhase(_nextPhase(feed) + uint16(_random(seed, 2, 2)), answer, at);
        else feed.setAnswerAt(answer, at);
    }

    function _nextPhase(MockPriceFeed feed) private view returns (uint16) {
        (uint80 id, , , , ) = feed.latestRoundData();
        return uint16(id >> 64) + 1;
    }

    /// @dev Pokes at random moments, in random order and with random gas give the same state as one
    /// at the end. In between feeds give nonsense, gaps and new aggregators.
    function testFuzz_state_isTheSameUnderAnyPartitionOfPokes(uint256 seed) public {
        VolatilityModel late = _newModel();
        _pokeAll(model);
        _pokeAll(late);
        uint256 at = START;
        for (uint256 i = 0; i < 30; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            at += _random(draw, 9, 4) == 0 ? _random(draw, 10, 5 hours) : _random(draw, 10, 30 minutes);
            vm.warp(at);
            _happen(draw, _random(draw, 11, 2) == 0 ? WETH : WBTC, at);
            uint256 action = _random(draw, 12, 8);
            if (action < 2) _pokeWith(uint8(action), 300_000 + _random(draw, 13, 2_000_000));
            else if (action == 2) model.pokeCorrelation(WBTC, WETH);
        }
        vm.pauseGasMetering();
        _pokeAll(model);
        _pokeAll(late);
        assertEq(_state(model, WETH, WBTC), _state(late, WETH, WBTC));
        assertGt(model.closeCount(WETH), 0);
    }

    function _pokeWith(uint8 asset, uint256 gas_) private {
        try model.poke{gas: gas_}(asset) {} catch (bytes memory err) {
            assertEq(bytes4(err), IVolatilityModel.InsufficientGas.selector);
        }
    }

    /// @dev There are more rounds than one call folds in. The next call continues, and gas stays
    /// far below a transaction's limit.
    function test_poke_foldsInAtMostTwoHundredRounds() public {
        model.poke(WETH);
        for (uint256 i = 1; i <= 250; ++i) {
            vm.warp(START + 20 minutes * i);
            feeds[WETH].setAnswer(int256(2_000e8 + (i % 7) * 10e8));
        }
        uint256 before = gasleft();
        assertFalse(model.poke(WETH));
        assertLt(before - gasleft(), 8_000_000);
        assertEq(model.seriesOf(WETH).round, 201);
        assertTrue(model.poke(WETH));
        assertEq(model.seriesOf(WETH).round, 251);
        bytes32 state = keccak256(abi.encode(model.seriesOf(WETH)));
        assertTrue(model.poke(WETH));
        assertEq(keccak256(abi.encode(model.seriesOf(WETH))), state);
    }

    function test_pokePair_foldsInAtMostTwoHundredHours() public {
        model.poke(WETH);
        model.poke(WBTC);
        for (uint256 i = 1; i <= 250; ++i) {
            vm.warp(START + 1 hours * i);
            feeds[WETH].setAnswer(int256(2_000e8 + (i % 7) * 10e8));
            feeds[WBTC].setAnswer(int256(60_000e8 + (i % 5) * 100e8));
            model.poke(WETH);
            model.poke(WBTC);
        }
        uint256 before = gasleft();
        assertFalse(model.pokeCorrelation(WETH, WBTC));
        assertLt(before - gasleft(), 3_000_000);
        assertTrue(model.pokeCorrelation(WETH, WBTC));
        assertEq(model.pairOf(WBTC, WETH).nextA, 250);
    }

    // ------------------------------------------------------------------ rounds

    function test_poke_startsAtTheNewestRoundWithThePrior() public {
        feeds[WETH].setAnswer(2_100e8);
        assertTrue(model.poke(WETH));
        VolatilityMath.Series memory s = model.seriesOf(WETH);
        assertEq(s.round, 2);
        assertEq(s.variance, PRIOR);
        assertEq(s.rangeVariance, PRIOR);
        assertEq(s.updatedAt, START);
    }

    function test_poke_withoutSourcesIsFalse() public {
        assertFalse(model.poke(42));
    }

    /// @dev A round that is no price leaves no trace but its number.
    function testFuzz_round_outOfBoundsOrOutOfOrderIsSkipped(int128 answer, uint256 kind) public {
        vm.warp(START + 1 days);
        oracle.setAssetSources(WETH, SourceConfig(feeds[WETH], HEARTBEAT, 1_000e8, 3_000e8), _noSource(), 0, false);
        feeds[WETH].setAnswer(2_000e8);
        model.poke(WETH);
        VolatilityMath.Series memory before = model.seriesOf(WETH);
        kind %= 3;
        if (kind == 0) {
            if (answer > 1_000e8 && answer < 3_000e8) answer = 3_000e8;
            feeds[WETH].setAnswer(answer);
        } else {
            feeds[WETH].setAnswerAt(2_500e8, kind == 1 ? START + 1 days - 1 : START + 1 days + 1);
        }
        assertTrue(model.poke(WETH));
        before.round += 1;
        assertEq(abi.encode(model.seriesOf(WETH)), abi.encode(before));
    }

    /// @dev Folds the rounds of the old phase up to its end, then those of the new one from its
    /// first, as without a change.
    function test_phase_changeLosesNoRoundAndInventsNoReturn() public {
        MockPriceFeed plain = _newFeed(8, 60_000e8);
        oracle.setAssetSources(WBTC, _source(plain), _noSource(), 0, false);
        feeds[WETH].setAnswer(60_000e8);
        model.poke(WETH);
        model.poke(WBTC);
        int256[4] memory answers = [int256(59_000e8), 61_000e8, 60_500e8, 58_000e8];
        for (uint256 i = 0; i < 4; ++i) {
            uint256 at = START + (i + 1) * 20 minutes;
            vm.warp(at);
            plain.setAnswer(answers[i]);
            if (i == 2) feeds[WETH].startPhase(2, answers[i], at);
            else feeds[WETH].setAnswer(answers[i]);
        }
        assertTrue(model.poke(WETH));
        assertTrue(model.poke(WBTC));
        VolatilityMath.Series memory a = model.seriesOf(WETH);
        VolatilityMath.Series memory b = model.seriesOf(WBTC);
        assertEq(a.round, (2 << 64) | 2);
        (a.feed, a.round) = (b.feed, b.round);
        assertEq(abi.encode(a), abi.encode(b));
        assertGt(a.variance, PRIOR);
    }

    /// @dev A gap does not end the read of a finished phase. The rounds behind it count, whenever
    /// they are read.
    function testFuzz_phase_thatEndedIsReadAcrossItsGaps(uint256 gap) public {
        gap = bound(gap, 1, 15);
        model.poke(WETH);
        feeds[WETH].skipRounds(uint32(gap));
        feeds[WETH].setAnswer(2_500e8);
        feeds[WETH].startPhase(2, 2_500e8, START);
        assertTrue(model.poke(WETH));
        VolatilityMath.Series memory s = model.seriesOf(WETH);
        assertEq(s.round, (2 << 64) | 1);
        assertGt(s.variance, PRIOR);
        assertEq(s.missing, 0);
    }

    /// @dev A new aggregator that ran beside the old one repeats no time that is already folded in.
    function test_phase_thatOverlapsTheOldOneIsTakenFromWhereItEnds() public {
        model.poke(WETH);
        vm.warp(START + 3 hours);
        feeds[WETH].setAnswerAt(2_100e8, START + 2 hours);
        feeds[WETH].startPhase(3, 1_000e8, START + 1 hours);
        feeds[WETH].setAnswerAt(2_000e8, START + 3 hours);
        assertTrue(model.poke(WETH));
        VolatilityMath.Series memory s = model.seriesOf(WETH);
        assertEq(s.updatedAt, START + 3 hours);
        // The 1,000 of the overlap would show as the low.
        assertGt(s.lnLow + 0.06e18, s.lnHigh);
    }

    function test_source_changeStartsANewSeriesWithoutAReturn() public {
        model.poke(WETH);
        vm.warp(START + 90 minutes);
        feeds[WETH].setAnswer(2_200e8);
        model.poke(WETH);
        VolatilityMath.Series memory before = model.seriesOf(WETH);
        MockPriceFeed other = _newFeed(18, 2_200e18);
        oracle.setAssetSources(WETH, SourceConfig(other, HEARTBEAT, 1, 1e30), _noSource(), 0, false);
        vm.expectEmit(address(model));
        emit IVolatilityModel.SeriesReset(WETH, address(other));
        model.poke(WETH);
        VolatilityMath.Series memory s = model.seriesOf(WETH);
        assertEq(address(s.feed), address(other));
        assertEq(s.variance, before.variance);
        assertEq(s.rangeVariance, before.rangeVariance);
        vm.warp(START + 4 hours);
        other.setAnswer(2_200e18);
        model.poke(WETH);
        assertLt(model.seriesOf(WETH).variance, before.variance);
        assertEq(model.closeCount(WETH), 2);
        assertTrue(model.closeAt(WETH, 0).isFirst() && model.closeAt(WETH, 1).isFirst());
    }

    /// @dev A feed whose numbering fell back is never stuck for good.
    function test_restart_followsTheNewestRoundAgain() public {
        MockPriceFeed feed = feeds[WETH];
        feed.skipRounds(1_000);
        model.poke(WETH);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, alice));
        model.resetSeries(WETH);
        vm.expectEmit(address(model));
        emit IVolatilityModel.SeriesReset(WETH, address(feed));
        model.resetSeries(WETH);
        feed.startPhase(900, 1e8, START);
        assertTrue(model.poke(WETH));
        assertEq(model.seriesOf(WETH).round, (900 << 64) | 1);
        assertEq(model.seriesOf(WETH).variance, PRIOR);
    }

    // ------------------------------------------------------------------ broken feeds

    function _odd() private returns (OddFeed odd) {
        odd = new OddFeed();
        odd.setAnswer(abi.encode(7, 2_000e8, START, START, 7));
        oracle.setAssetSources(
            WETH,
            SourceConfig(AggregatorV3Interface(address(odd)), HEARTBEAT, 1, 1e30),
            _noSource(),
            0,
            false
        );
        assertTrue(model.poke(WETH));
    }

    function test_brokenFeed_thatRevertsIsFalseAndChangesNothing() public {
        OddFeed odd = _odd();
        bytes memory before = abi.encode(model.seriesOf(WETH));
        odd.setReverts(true);
        assertFalse(model.poke(WETH));
        odd.setReverts(false);
        odd.setGas(10_000_000);
        assertFalse(model.poke(WETH));
        assertEq(abi.encode(model.seriesOf(WETH)), before);
    }

    /// @dev Short answers, long ones, and words out of their types' ranges.
    function testFuzz_brokenFeed_neverMakesAPokeRevert(uint256[5] memory words, uint256 length, bool near) public {
        OddFeed odd = _odd();
        if (near) words[0] = 8 + (words[0] % 300);
        bytes memory answer = abi.encode(words);
        length = bound(length, 0, 320);
        bytes memory cut = new bytes(length);
        for (uint256 i = 0; i < length && i < 160; ++i) cut[i] = answer[i];
        odd.setAnswer(cut);
        bool readable = length >= 160 && words[0] != 0 && words[0] <= type(uint80).max;
        bool caughtUp = model.poke(WETH);
        if (!readable) assertFalse(caughtUp);
        if (readable && words[0] <= 207) assertTrue(caughtUp);
    }

    /// @dev A feed that answers with fifty kilobytes costs no more than its own gas, and its first
    /// words count.
    function test_brokenFeed_thatAnswersWithoutEndCostsOnlyItsOwnGas() public {
        OddFeed odd = _odd();
        vm.etch(address(odd), address(new Flood()).code);
        Flood(address(odd)).set(40, 2_100e8, START);
        uint256 before = gasleft();
        assertTrue(model.poke(WETH));
        assertLt(before - gasleft(), 34 * 240_000);
        assertEq(model.seriesOf(WETH).round, 40);
    }

    /// @dev Rounds that each use all their gas are folded in call by call. No call exceeds the gas
    /// limit of a transaction.
    function test_brokenFeed_thatIsDearIsFollowedInSeveralCalls() public {
        OddFeed odd = _odd();
        odd.setAnswer(abi.encode(150, 2_000e8, START, START, 150));
        odd.setGas(190_000);
        uint256 calls = 1;
        uint256 before = gasleft();
        for (; !model.poke(WETH); ++calls) {
            assertLt(before - gasleft(), 13_000_000);
            before = gasleft();
        }
        assertEq(calls, 3);
        assertEq(model.seriesOf(WETH).round, 150);
    }

    /// @dev A caller cannot make a working feed look broken: every answer gets its 200,000 gas or
    /// the call reverts.
    function testFuzz_starvedFeed_isNeverSkipped(uint256 gas_) public {
        OddFeed odd = _odd();
        odd.setAnswer(abi.encode(8, 2_500e8, START, START, 8));
        odd.setGas(195_000);
        gas_ = bound(gas_, 20_000, 1_500_000);
        VolatilityMath.Series memory before = model.seriesOf(WETH);
        try model.poke{gas: gas_}(WETH) {} catch (bytes memory err) {
            assertTrue(err.length == 0 || bytes4(err) == IVolatilityModel.InsufficientGas.selector);
        }
        VolatilityMath.Series memory s = model.seriesOf(WETH);
        // Either nothing happened or the answer counted; it never passed for a missing one.
        assertEq(s.round == 8, s.variance > before.variance);
        if (s.round != 8) assertEq(abi.encode(s), abi.encode(before));
    }

    function test_readRound_isForTheModelOnly() public {
        vm.expectRevert(abi.encodeWithSelector(IVolatilityModel.OnlySelf.selector, address(this)));
        model.readRound(RawFeed(address(feeds[WETH])), 1);
    }
}

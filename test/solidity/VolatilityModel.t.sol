// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {VolatilityModel} from "../../contracts/VolatilityModel.sol";
import {AggregatorV3Interface} from "../../contracts/interfaces/AggregatorV3Interface.sol";
import {SourceConfig} from "../../contracts/interfaces/IOracleGuard.sol";
import {IRiskConfig} from "../../contracts/interfaces/IRiskConfig.sol";
import {IVaultEngine} from "../../contracts/interfaces/IVaultEngine.sol";
import {IVolatilityGauge, VolatilityParameters} from "../../contracts/interfaces/IVolatilityGauge.sol";
import {RawFeed} from "../../contracts/interfaces/RawFeed.sol";
import {CorrelationMath} from "../../contracts/libraries/CorrelationMath.sol";
import {VolatilityMath} from "../../contracts/libraries/VolatilityMath.sol";
import {MockPriceFeed} from "../../contracts/mocks/MockPriceFeed.sol";
import {AssetRisk} from "../../contracts/types/AssetRisk.sol";
import {AssetSet, singleton} from "../../contracts/types/AssetSet.sol";
import {HourClose} from "../../contracts/types/HourClose.sol";
import {VaultKey} from "../../contracts/types/VaultKey.sol";
import {OddFeed} from "./support/OddFeed.sol";
import {SystemFixture} from "./support/SystemFixture.sol";

contract VolatilityModelTest is SystemFixture {
    uint64 private constant SETTER = 7;
    uint88 private constant PRIOR = 3.2e19;

    VolatilityModel private model;

    function setUp() public override {
        super.setUp();
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = IRiskConfig.setHaircut.selector;
        manager.setTargetFunctionRole(address(riskConfig), selectors, SETTER);
        model = _newModel();
    }

    function _newModel() private returns (VolatilityModel created) {
        created = VolatilityModel(
            deployCode(
                "contracts/VolatilityModel.sol:VolatilityModel",
                abi.encode(manager, oracle, riskConfig, _parameters())
            )
        );
        manager.grantRole(SETTER, address(created), 0);
    }

    function _parameters() private pure returns (VolatilityParameters memory) {
        return VolatilityParameters(1 days, 4 hours, 3e18, 0, 5_000, PRIOR);
    }

    function _haircut(uint8 asset) private view returns (uint256) {
        (AssetRisk risk, ) = riskConfig.depositTerms(asset);
        return risk.haircut();
    }

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
        while (!m.pokePair(WETH, WBTC)) {}
    }

    // ------------------------------------------------------------------ any partition gives the same state

    function _random(uint256 seed, uint256 i, uint256 n) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, i))) % n;
    }

    /// @dev One event on a feed: mostly a plausible round; sometimes nonsense, a gap, or a new aggregator.
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

    /// @dev Poked at random moments, in random order, with random gas, or once at the end: the same state. Feeds give nonsense,
    /// gaps and new aggregators in between.
    function testFuzz_state_isTheSameUnderAnyPartitionOfPokes(uint256 seed) public {
        VolatilityModel late = _newModel();
        _pokeAll(model);
        _pokeAll(late);
        uint256 at = START;
        for (uint256 i = 0; i < 40; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            at += _random(draw, 9, 4) == 0 ? _random(draw, 10, 5 hours) : _random(draw, 10, 30 minutes);
            vm.warp(at);
            _happen(draw, _random(draw, 11, 2) == 0 ? WETH : WBTC, at);
            uint256 action = _random(draw, 12, 8);
            if (action < 2) _pokeWith(uint8(action), 300_000 + _random(draw, 13, 2_000_000));
            else if (action == 2) model.pokePair(WBTC, WETH);
        }
        vm.pauseGasMetering();
        _pokeAll(model);
        _pokeAll(late);
        assertEq(_state(model, WETH, WBTC), _state(late, WETH, WBTC));
        assertGt(model.closeCount(WETH), 0);
    }

    function _pokeWith(uint8 asset, uint256 gas_) private {
        try model.poke{gas: gas_}(asset) {} catch (bytes memory err) {
            assertEq(bytes4(err), IVolatilityGauge.InsufficientGas.selector);
        }
    }

    /// @dev More rounds than one call folds in: the next goes on, and gas stays far below a transaction's.
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
        assertFalse(model.pokePair(WETH, WBTC));
        assertLt(before - gasleft(), 3_000_000);
        assertTrue(model.pokePair(WETH, WBTC));
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

    /// @dev The rounds of the old phase up to its end, then those of the new one from its first: the same as without a change.
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

    /// @dev A gap in a phase that has ended is no end: the rounds behind it count, whenever they are read.
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

    /// @dev A new aggregator that has run beside the old one repeats no time that has been folded in.
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
        emit IVolatilityGauge.SeriesRestarted(WETH, address(other));
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
        model.restart(WETH);
        vm.expectEmit(address(model));
        emit IVolatilityGauge.SeriesRestarted(WETH, address(feed));
        model.restart(WETH);
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

    /// @dev A feed that answers with fifty kilobytes costs no more than the gas it is given, and its first words count.
    function test_brokenFeed_thatAnswersWithoutEndCostsOnlyItsOwnGas() public {
        OddFeed odd = _odd();
        vm.etch(address(odd), address(new Flood()).code);
        Flood(address(odd)).set(40, 2_100e8, START);
        uint256 before = gasleft();
        assertTrue(model.poke(WETH));
        assertLt(before - gasleft(), 34 * 240_000);
        assertEq(model.seriesOf(WETH).round, 40);
    }

    /// @dev Rounds that each use all the gas they get are folded in call by call, none above what a transaction may use.
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

    /// @dev A caller cannot make a working feed look broken: every answer gets its 200,000 gas or the call reverts.
    function testFuzz_starvedFeed_isNeverSkipped(uint256 gas_) public {
        OddFeed odd = _odd();
        odd.setAnswer(abi.encode(8, 2_000e8, START, START, 8));
        odd.setGas(190_000);
        gas_ = bound(gas_, 20_000, 1_500_000);
        VolatilityMath.Series memory before = model.seriesOf(WETH);
        try model.poke{gas: gas_}(WETH) {} catch (bytes memory err) {
            assertTrue(err.length == 0 || bytes4(err) == IVolatilityGauge.InsufficientGas.selector);
        }
        VolatilityMath.Series memory s = model.seriesOf(WETH);
        assertTrue(s.round == 7 || s.round == 8);
        // What was not done can be done: the round is still there to be read.
        odd.setAnswer(abi.encode(8, 2_500e8, START, START, 8));
        model.poke(WETH);
        if (s.round == before.round) assertGt(model.seriesOf(WETH).variance, before.variance);
    }

    function test_readRound_isForTheModelOnly() public {
        vm.expectRevert(abi.encodeWithSelector(IVolatilityGauge.OnlySelf.selector, address(this)));
        model.readRound(RawFeed(address(feeds[WETH])), 1);
    }

    // ------------------------------------------------------------------ haircut

    /// @dev A wick of 12 % that opened and shut within an hour lowers the initial margin at once, and no threshold.
    function test_haircut_followsAWickAndNeverTouchesTheThreshold() public {
        model.poke(WETH);
        (AssetRisk before, ) = riskConfig.depositTerms(WETH);
        // 100 % a year over four hours, three times: 6.44 % off the threshold of 80 %.
        assertEq(before.haircut(), 644);
        assertEq(before.effectiveLtv(), 7_484);
        vm.warp(START + 10 minutes);
        feeds[WETH].setAnswer(1_760e8);
        vm.warp(START + 20 minutes);
        feeds[WETH].setAnswer(2_000e8);
        model.poke(WETH);
        (AssetRisk risk, ) = riskConfig.depositTerms(WETH);
        assertGt(risk.haircut(), 1_000);
        assertLt(risk.effectiveLtv(), 7_200);
        assertEq(risk.liquidationThreshold(), before.liquidationThreshold());
    }

    /// @dev Whatever prices do: the haircut set is the one that follows from the state, and lies within its bounds.
    function testFuzz_haircut_isPushedAsItFollowsFromTheState(uint64[6] memory answers, uint16[6] memory gaps) public {
        (AssetRisk before, ) = riskConfig.depositTerms(WETH);
        uint256 at = START;
        for (uint256 i = 0; i < 6; ++i) {
            at += gaps[i];
            vm.warp(at);
            feeds[WETH].setAnswer(int256(uint256(answers[i])));
            model.poke(WETH);
            assertEq(_haircut(WETH), model.haircutOf(WETH));
            assertLe(_haircut(WETH), 5_000);
        }
        (AssetRisk risk, ) = riskConfig.depositTerms(WETH);
        assertEq(AssetRisk.unwrap(risk.withHaircut(0)), AssetRisk.unwrap(before));
    }

    function test_haircut_thatDidNotChangeIsNotSetAgain() public {
        model.poke(WETH);
        vm.recordLogs();
        model.poke(WETH);
        assertEq(vm.getRecordedLogs().length, 1);
    }

    /// @dev The largest haircut changes what may be borrowed, not what may be liquidated.
    function test_haircut_makesNoVaultLiquidatable() public {
        _open(alice, 1_490e6);
        VaultKey[] memory keys = new VaultKey[](1);
        keys[0] = _key(alice);
        bytes memory before = abi.encode(lens.health(keys));
        manager.grantRole(SETTER, address(this), 0);
        riskConfig.setHaircut(WETH, 10_000);
        assertEq(abi.encode(lens.health(keys)), before);
        assertFalse(lens.health(keys)[0].liquidatable);
        vm.prank(alice);
        vm.expectPartialRevert(IVaultEngine.NotEnoughCollateral.selector);
        engine.borrow(keys[0], 1e6, alice);
    }

    // ------------------------------------------------------------------ correlation and margin

    /// @dev A day and more of hourly prices: WBTC moves as WETH does, WETH against GOLD.
    function _live() private {
        for (uint8 a = 0; a < 3; ++a) model.poke(a);
        for (uint256 i = 1; i <= 40; ++i) {
            vm.warp(START + 1 hours * i);
            int256 move = int256(uint256(keccak256(abi.encode(i))) % 200) - 100;
            feeds[WETH].setAnswer(2_000e8 + move * 1e8);
            feeds[WBTC].setAnswer(60_000e8 + move * 30e8);
            feeds[GOLD].setAnswer(1e8 - move * 1e5);
            for (uint8 a = 0; a < 3; ++a) model.poke(a);
        }
        model.pokePair(WETH, WBTC);
        model.pokePair(GOLD, WETH);
    }

    function test_correlation_isOneUntilMeasuredAndNeverBelowTheFloor() public {
        assertEq(model.correlation(WETH, GOLD), 1e18);
        _live();
        assertEq(model.correlation(WETH, WBTC), 1e18);
        assertEq(model.correlation(WETH, GOLD), 0.8e18);
        assertEq(model.correlation(GOLD, WETH), 0.8e18);
        assertEq(model.correlation(WBTC, GOLD), 1e18);
    }

    /// @dev An hour counts only when both assets are past it, whichever is poked first.
    function test_pokePair_waitsForTheSlowerAsset() public {
        model.poke(WETH);
        model.poke(WBTC);
        for (uint256 i = 1; i <= 5; ++i) {
            vm.warp(START + 1 hours * i);
            feeds[WETH].setAnswer(int256(2_000e8 + i * 1e8));
            model.poke(WETH);
        }
        assertTrue(model.pokePair(WETH, WBTC));
        assertEq(model.pairOf(WETH, WBTC).nextA, 0);
        feeds[WBTC].setAnswer(61_000e8);
        model.poke(WBTC);
        model.pokePair(WBTC, WETH);
        CorrelationMath.Pair memory p = model.pairOf(WETH, WBTC);
        assertEq(p.nextA, 5);
        assertEq(p.nextB, 1);
    }

    function testFuzz_pair_mustBeTwoAssets(uint8 a, uint8 b) public {
        bool valid = a != b && a < 64 && b < 64;
        if (!valid) vm.expectRevert(abi.encodeWithSelector(IVolatilityGauge.NotAPair.selector, a, b));
        model.pokePair(a, b);
    }

    /// @dev The model reads its own correlations and the thresholds in force; one asset is the same as in the engine.
    function testFuzz_power_liesBetweenEffectiveAndConfiguredMargin(uint128[3] memory amounts, uint8 members) public {
        _live();
        AssetSet set = AssetSet.wrap(1 + (members % 7));
        (AssetRisk[] memory risks, ) = riskConfig.load(set);
        uint256[] memory values = new uint256[](risks.length);
        uint256 effective;
        uint256 initial;
        for (uint256 i = 0; i < values.length; ++i) {
            values[i] = amounts[i];
            effective += values[i] * risks[i].effectiveLtv();
            initial += values[i] * risks[i].ltv();
        }
        uint256 power = model.borrowingPowerDown(set, values);
        assertGe(power, effective);
        assertLe(power, initial);
        if (values.length == 1) assertEq(power, effective);
    }

    function test_power_creditsUncorrelatedCollateralOnly() public {
        _live();
        manager.grantRole(SETTER, address(this), 0);
        for (uint8 a = 0; a < 3; ++a) riskConfig.setHaircut(a, 3_000);
        uint256[] memory values = new uint256[](2);
        (values[0], values[1]) = (1e12, 1e12);
        // 0.7 of each threshold, nothing more.
        assertEq(model.borrowingPowerDown(AssetSet.wrap(3), values), 1e12 * (5_600 + 5_040));
        assertGt(model.borrowingPowerDown(AssetSet.wrap(5), values), 1e12 * (5_600 + 6_440));
        // Assets 1 and 2 were never measured together.
        assertEq(model.borrowingPowerDown(AssetSet.wrap(6), values), 1e12 * (5_040 + 6_440));
    }

    function test_power_needsAValuePerAsset() public {
        vm.expectRevert(abi.encodeWithSelector(IVolatilityGauge.LengthMismatch.selector, 1, 2));
        model.borrowingPowerDown(singleton(WETH), new uint256[](2));
    }

    function test_power_ofTwoAssetsCostsLittleGas() public {
        _live();
        uint256[] memory values = new uint256[](2);
        (values[0], values[1]) = (1e12, 2e12);
        vm.cool(address(model));
        vm.cool(address(riskConfig));
        uint256 before = gasleft();
        model.borrowingPowerDown(AssetSet.wrap(5), values);
        assertLt(before - gasleft(), 25_000);
    }

    // ------------------------------------------------------------------ parameters

    function test_parameters_areSetByGovernanceOnly() public {
        VolatilityParameters memory p = _parameters();
        p.horizon = 1 days;
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, alice));
        model.setParameters(p);
        model.poke(WETH);
        uint256 before = _haircut(WETH);
        model.setParameters(p);
        assertEq(abi.encode(model.volatilityParameters()), abi.encode(p));
        // The setter reads no oracle and sets no haircut; the next poke does, even without a new round.
        assertEq(_haircut(WETH), before);
        model.poke(WETH);
        assertGt(_haircut(WETH), 2 * before);
    }

    function testFuzz_parameters_areAcceptedExactlyWithinTheirBounds(VolatilityParameters memory p) public {
        if (p.halfLife % 2 == 0) p.halfLife %= 400 days;
        if (p.horizon % 2 == 0) p.horizon %= 31 days;
        (p.floor, p.ceiling) = (p.floor % 9_000, p.ceiling % 9_000);
        bytes memory err;
        if (p.halfLife < 1 hours || p.halfLife > 365 days) {
            err = abi.encodeWithSelector(IVolatilityGauge.HalfLifeOutOfRange.selector, p.halfLife, 1 hours, 365 days);
        } else if (p.horizon == 0 || p.horizon > 30 days) {
            err = abi.encodeWithSelector(IVolatilityGauge.HorizonOutOfRange.selector, p.horizon, 1, 30 days);
        } else if (p.floor > p.ceiling || p.ceiling > 8_000) {
            err = abi.encodeWithSelector(IVolatilityGauge.HaircutBoundsInvalid.selector, p.floor, p.ceiling, 8_000);
        }
        if (err.length != 0) vm.expectRevert(err);
        model.setParameters(p);
    }
}

/// @notice A feed whose answers go on for fifty kilobytes.
contract Flood {
    uint256[3] private _round;

    function set(uint256 id, uint256 answer, uint256 at) external {
        _round = [id, answer, at];
    }

    function latestRoundData() external view {
        _answer();
    }

    function getRoundData(uint80) external view {
        _answer();
    }

    function _answer() private view {
        (uint256 id, uint256 answer, uint256 at) = (_round[0], _round[1], _round[2]);
        assembly {
            mstore(0, id)
            mstore(32, answer)
            mstore(64, at)
            mstore(96, at)
            mstore(128, id)
            return(0, 50000)
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../../../../contracts/interfaces/external/AggregatorV3Interface.sol";
import {TripConfig} from "../../../../contracts/interfaces/ICircuitBreaker.sol";
import {SourceConfig} from "../../../../contracts/interfaces/IOracleGuard.sol";
import {IVaultEngine, LiquidationCall} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {MockPriceFeed} from "../../../../contracts/mocks/MockPriceFeed.sol";
import {Price, Status} from "../../../../contracts/types/Price.sol";
import {OddFeed} from "../../support/fakes/OddFeed.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

/// @notice What each action does while a price is Good, Doubtful or Dead.
contract OracleMatrixTest is SystemFixture {
    /// @dev When ether's death was recorded.
    uint256 private since;

    /// @dev Alice has one ether against 1,000. Then ether's feed is silent for as long as the
    /// status takes.
    function _silence(Status status) private {
        if (status == Status.Good) return;
        vm.warp(block.timestamp + (status == Status.Doubtful ? 2 hours : 4 hours));
        _setPrice(WBTC, 60_000e8);
        _setPrice(GOLD, 1e8);
        assertTrue(oracle.price(WETH).status == status);
        since = block.timestamp;
        if (status == Status.Dead) oracle.updateLastGoodPrice(WETH);
    }

    function _expectNotGood(Status status) private {
        if (status == Status.Good) return;
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.PriceNotGood.selector, WETH, status));
    }

    function _status(uint8 seed) private pure returns (Status) {
        return Status(seed % 3);
    }

    function testFuzz_deposit_needsAGoodPriceOfThatAsset(uint8 seed) public {
        _open(alice, 1_000e6);
        _fund(alice, WETH, 1e18);
        _silence(_status(seed));
        _expectNotGood(_status(seed));
        vm.prank(alice);
        engine.deposit(_key(alice), WETH, 1e18);
    }

    function testFuzz_deposit_ofAGoodAssetIsPossibleBesideABadOne(uint8 seed) public {
        _open(alice, 1_000e6);
        _silence(_status(seed));
        _deposit(alice, GOLD, 100e6);
        assertEq(engine.collateralOf(_key(alice), GOLD), 100e6);
    }

    function testFuzz_borrow_needsAGoodPriceOfEveryCollateral(uint8 seed) public {
        _open(alice, 1_000e6);
        _deposit(alice, WBTC, 1e8);
        _silence(_status(seed));
        _expectNotGood(_status(seed));
        vm.prank(alice);
        engine.borrow(_key(alice), 100e6, alice);
    }

    function testFuzz_withdraw_withDebtNeedsAGoodPriceOfEveryCollateral(uint8 seed) public {
        _open(alice, 1_000e6);
        _deposit(alice, WBTC, 1e8);
        _silence(_status(seed));
        _expectNotGood(_status(seed));
        vm.prank(alice);
        engine.withdraw(_key(alice), WBTC, 1, alice);
    }

    function testFuzz_withdraw_withoutDebtIsAlwaysPossible(uint8 seed) public {
        _open(alice, 0);
        _silence(_status(seed));
        vm.prank(alice);
        assertEq(engine.withdraw(_key(alice), WETH, MAX, alice), 1e18);
    }

    function testFuzz_repay_isAlwaysPossible(uint8 seed) public {
        _open(alice, 1_000e6);
        _silence(_status(seed));
        _fundDebt(bob, 2_000e6);
        vm.prank(bob);
        engine.repay(_key(alice), MAX);
        assertEq(_scaled(_key(alice)), 0);
    }

    function testFuzz_liquidate_needsAnyPriceOfTheSeizedAsset(uint8 seed) public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_700e8);
        _silence(_status(seed));
        LiquidationCall memory c = _call(_key(alice), WETH);
        _fundDebt(liquidator, 2_000e6);
        if (_status(seed) == Status.Dead) {
            vm.expectRevert(abi.encodeWithSelector(IVaultEngine.PriceDead.selector, WETH));
        }
        vm.prank(liquidator);
        engine.liquidate(c);
    }

    /// @dev The healthy stay healthy when a feed dies: the asset keeps its price for a day.
    function test_dead_assetCountsInFullForADay() public {
        _open(alice, 1_000e6);
        _silence(Status.Dead);
        vm.warp(since + 24 hours);
        assertEq(_health(_key(alice)).value, 2_000e6);
        assertFalse(_health(_key(alice)).liquidatable);
    }

    function testFuzz_dead_assetFadesToZeroOverTheSecondDay(uint256 age) public {
        _open(alice, 1_000e6);
        _silence(Status.Dead);
        age = bound(age, 24 hours, 72 hours);
        vm.warp(since + age);
        uint256 value = age >= 48 hours ? 0 : (2_000e6 * (48 hours - age)) / 24 hours;
        assertApproxEqAbs(_health(_key(alice)).value, value, 1);
        Price memory p = oracle.price(WETH);
        assertEq(p.high, 2_000e24);
        assertTrue(p.status == Status.Dead);
    }

    /// @dev While one asset is dead, the others of the vault can still be seized once the faded sum
    /// falls short.
    function test_dead_assetDoesNotShieldTheOthers() public {
        _open(alice, 0);
        _deposit(alice, GOLD, 2_000e6);
        _borrow(alice, 3_000e6);
        _silence(Status.Dead);
        vm.warp(since + 47 hours);
        _setPrice(GOLD, 1e8);
        LiquidationCall memory c = _call(_key(alice), WETH);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.PriceDead.selector, WETH));
        engine.liquidate(c);
        (uint256 repaid, ) = _liquidate(_key(alice), GOLD);
        assertGt(repaid, 0);
    }

    /// @dev A write-off counts the dead asset unfaded: what may come back is not given up.
    function test_dead_assetPreventsAWriteOff() public {
        _open(alice, 0);
        _deposit(alice, GOLD, 1_000e6);
        _borrow(alice, 2_000e6);
        _silence(Status.Dead);
        vm.warp(since + 49 hours);
        _setPrice(GOLD, 1e8);
        _liquidate(_key(alice), GOLD);
        assertEq(engine.collateralOf(_key(alice), GOLD), 0);
        assertApproxEqAbs(_debt(_key(alice)), 1_000e6, 1e6);
    }

    /// @dev A secondary source can delay a liquidation by two percent of price and no more.
    function testFuzz_secondary_shieldsByTwoPercentAtMost(uint256 primary, uint256 secondary) public {
        _open(alice, 1_500e6);
        primary = bound(primary, 1_500e8, 2_200e8);
        secondary = bound(secondary, 1_000e8, 4_000e8);
        _pair(WETH, int256(secondary), 100);
        _setPrice(WETH, int256(primary));
        bool liquidatable = _health(_key(alice)).liquidatable;
        if (primary >= 1_875e8) assertFalse(liquidatable);
        if (primary * 102 < 1_875e8 * 100) assertTrue(liquidatable);
    }

    /// @dev Taking risk counts the lowest source.
    function test_secondary_lowerAnswerLowersTheInitialMargin() public {
        _open(alice, 0);
        _pair(WETH, 1_990e8, 100);
        vm.expectRevert(
            abi.encodeWithSelector(IVaultEngine.NotEnoughCollateral.selector, uint256(1_990e6) * 7_500, 1.5e13)
        );
        vm.prank(alice);
        engine.borrow(_key(alice), 1_500e6, alice);
    }

    function test_secondary_disagreementStopsRiskButNotLiquidation() public {
        _open(alice, 1_500e6);
        _pair(WETH, 1_500e8, 100);
        _setPrice(WETH, 1_700e8);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.PriceNotGood.selector, WETH, Status.Doubtful));
        vm.prank(alice);
        engine.withdraw(_key(alice), WETH, 1, alice);
        _liquidate(_key(alice), WETH);
    }

    /// @dev A late primary is the anchor until it expires. A manipulated secondary then moves
    /// health by no more than two percent, for liquidation or against it, and writes off no debt.
    function testFuzz_secondary_setsNoPriceAloneWhileThePrimaryIsLate(uint256 secondary, uint256 late) public {
        _open(alice, 1_500e6);
        MockPriceFeed second = _pair(WETH, 2_000e8, 100);
        vm.warp(START + HEARTBEAT + bound(late, 1, 2 * HEARTBEAT));
        second.setAnswer(int256(bound(secondary, 1e8, 100_000e8)));
        Price memory p = oracle.price(WETH);
        assertTrue(p.status == Status.Doubtful);
        assertGe(p.liquidation, 2_000e24);
        assertLe(p.liquidation, 2_040e24);
        assertGe(p.high, 2_000e24);
        assertFalse(_health(_key(alice)).liquidatable);
    }

    /// @dev Once the primary has expired its secondary stands alone, and liquidations go on at it.
    function test_secondary_standsInForAPrimaryThatHasExpired() public {
        _open(alice, 1_500e6);
        MockPriceFeed second = _pair(WETH, 2_000e8, 100);
        vm.warp(START + 3 * HEARTBEAT + 1);
        second.setAnswer(1_700e8);
        assertEq(oracle.price(WETH).liquidation, 1_700e24);
        (uint256 repaid, ) = _liquidate(_key(alice), WETH);
        assertGt(repaid, 0);
    }

    // ------------------------------------------------------------------ the sequencer

    /// @dev While the sequencer is down risk waits, and nothing else does.
    function testFuzz_sequencer_stopsRiskOnly(bool down) public {
        _open(alice, 1_400e6);
        MockPriceFeed up = _newFeed(0, 0);
        up.setAnswerAt(down ? int256(1) : int256(0), START - 1 days);
        oracle.setSequencer(up, 1 hours);
        oracle.setSequenced(WETH, true);
        _fund(alice, WETH, 1e18);
        Status status = down ? Status.Doubtful : Status.Good;
        _expectNotGood(status);
        vm.prank(alice);
        engine.borrow(_key(alice), 1, alice);
        _expectNotGood(status);
        vm.prank(alice);
        engine.withdraw(_key(alice), WETH, 1, alice);
        _expectNotGood(status);
        vm.prank(alice);
        engine.deposit(_key(alice), WETH, 1e18);

        _fundDebt(alice, 10e6);
        vm.prank(alice);
        engine.repay(_key(alice), 10e6);
        _setPrice(WETH, down ? int256(1_700e8) : int256(850e8));
        (uint256 repaid, ) = _liquidate(_key(alice), WETH);
        assertGt(repaid, 0);
    }

    // -------------------------------------------------------- a mean price as the secondary source

    /// @dev A mean price follows a crash late. That stops risk, and delays a liquidation by at most
    /// two percent of price.
    function testFuzz_twap_thatLagsACrashStopsRiskButNotLiquidations(uint256 fall) public {
        _open(alice, 1_500e6);
        _pair(WETH, 2_000e8, 200);
        fall = bound(fall, 9, 60);
        _setPrice(WETH, int256(20e8 * (100 - fall)));
        assertTrue(oracle.price(WETH).status == Status.Doubtful);
        assertEq(oracle.price(WETH).liquidation, (20e24 * (100 - fall) * 102) / 100);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.PriceNotGood.selector, WETH, Status.Doubtful));
        vm.prank(alice);
        engine.borrow(_key(alice), 1, alice);
        (uint256 repaid, ) = _liquidate(_key(alice), WETH);
        assertGt(repaid, 0);
    }

    /// @dev A pool without enough liquidity or observations refuses to answer. The primary stands
    /// alone, Doubtful.
    function test_twap_thatRefusesLeavesThePrimaryAlone() public {
        _open(alice, 1_500e6);
        OddFeed pool = new OddFeed();
        pool.setReverts(true);
        oracle.setAssetSources(
            WETH,
            _source(feeds[WETH]),
            SourceConfig(AggregatorV3Interface(address(pool)), HEARTBEAT, 1, 1e30),
            200,
            false
        );
        Price memory p = oracle.price(WETH);
        assertTrue(p.status == Status.Doubtful);
        assertEq(abi.encode(p.liquidation, p.low, p.high), abi.encode(2_000e24, 2_000e24, 2_000e24));
        _setPrice(WETH, 1_700e8);
        _liquidate(_key(alice), WETH);
    }

    // ------------------------------------------------------------------ starvation

    /// @dev Every call that reads a price reverts without effect if it gets too little gas for a
    /// feed that needs much. No entry point mistakes a starved feed for a dead one.
    function testFuzz_starved_noEntryPointMistakesAStarvedFeedForADeadOne(uint256 gas_, uint8 which) public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_700e8);
        OddFeed slow = new OddFeed();
        slow.setAnswer(abi.encode(1, 1_700e8, block.timestamp, block.timestamp, 1));
        SourceConfig memory c = SourceConfig(AggregatorV3Interface(address(slow)), HEARTBEAT, 1, 1e30);
        oracle.setAssetSources(WETH, c, _noSource(), 0, false);
        breaker.setTripConfig(WETH, TripConfig(0, 0, 1, 1 hours));
        slow.setGas(150_000);
        _fund(alice, WETH, 1e18);
        _fundDebt(alice, 2_000e6);

        bytes[8] memory calls = [
            abi.encodeCall(engine.deposit, (_key(alice), WETH, 1e18)),
            abi.encodeCall(engine.withdraw, (_key(alice), WETH, 1, alice)),
            abi.encodeCall(engine.borrow, (_key(alice), 1e6, alice)),
            abi.encodeCall(engine.liquidate, (_call(_key(alice), WETH))),
            abi.encodeCall(engine.flag, (_key(alice))),
            abi.encodeCall(engine.absorb, (_key(alice), alice)),
            abi.encodeCall(engine.deleverage, (_key(alice), WETH, 1e15, 2e6, alice, "")),
            abi.encodeCall(breaker.poke, (WETH))
        ];
        which %= 8;
        address target = which == 7 ? address(breaker) : address(engine);
        gas_ = bound(gas_, 30_000, 1_000_000);
        vm.prank(alice);
        (bool ok, bytes memory result) = target.call{gas: gas_}(calls[which]);
        bytes4 err = result.length < 4 ? bytes4(0) : bytes4(result);
        // If the feed counted as dead, seizing and taking risk would revert with that reason, and
        // the breaker would start to doubt.
        assertTrue(err != IVaultEngine.PriceDead.selector && err != IVaultEngine.PriceNotGood.selector);
        if (which == 7 && ok) {
            (, uint256 doubtSince) = breaker.tripConfigOf(WETH);
            assertEq(doubtSince, 0);
        }
        // A dead ether counts in full for a day and is not seized. This liquidation takes some or
        // reverts.
        if (which == 3 && ok) assertLt(engine.collateralOf(_key(alice), WETH), 1e18);
    }
}

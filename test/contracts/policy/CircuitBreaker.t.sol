// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

import {ICircuitBreaker, TripConfig} from "../../../contracts/interfaces/ICircuitBreaker.sol";
import {IRiskConfig} from "../../../contracts/interfaces/IRiskConfig.sol";
import {IVaultEngine, LiquidationCall} from "../../../contracts/interfaces/IVaultEngine.sol";
import {BreakerMath} from "../../../contracts/libraries/math/BreakerMath.sol";
import {PausableAction, WATCHED, bitOf} from "../../../contracts/types/PausableAction.sol";
import {Status} from "../../../contracts/types/Price.sol";
import {VaultKey} from "../../../contracts/types/VaultKey.sol";
import {SystemFixture} from "../support/fixtures/SystemFixture.sol";

contract CircuitBreakerTest is SystemFixture {
    uint32 private constant WINDOW = 1 hours;
    uint32 private constant TRIP = 30 minutes;
    TripConfig private _watch = TripConfig(1_200, WINDOW, 2 hours, TRIP);

    function _gatedActions() private view returns (uint8) {
        return riskConfig.systemRisk().gatedActions & ~WATCHED;
    }

    function _closed(PausableAction action, uint256 until) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ICircuitBreaker.ActionClosed.selector, action, until);
    }

    // ------------------------------------------------------------------ pauses through the engine

    function testFuzz_pause_closesTheActionAndEndsByItself(uint8 which, uint256 duration) public {
        PausableAction action = PausableAction(which % 5);
        bool settling = action == PausableAction.Liquidate || action == PausableAction.Bid;
        duration = bound(duration, 1, settling ? 1 hours : 3 days);
        vm.expectEmit(address(breaker));
        emit ICircuitBreaker.Paused(action, START + duration);
        breaker.pause(action, duration);
        assertEq(_gatedActions(), bitOf(action));
        vm.warp(START + duration - 1);
        vm.expectRevert(_closed(action, START + duration));
        engine.requireOpen(action);
        assertEq(breaker.pausedSeconds(action), duration - 1);
        vm.warp(START + duration);
        if (action != PausableAction.Liquidate) engine.requireOpen(action);
        assertEq(breaker.pausedSeconds(action), duration);
        vm.warp(START + 2 * duration + 30 minutes);
        engine.requireOpen(action);
        assertEq(breaker.pausedSeconds(action), duration);
        assertEq(_gatedActions(), bitOf(action));
        vm.prank(bob);
        breaker.refresh();
        assertEq(_gatedActions(), 0);
    }

    /// @dev With every action closed at once, borrowers can still help themselves and leave.
    function test_pause_ofEverythingLeavesRepayTopUpAndLeavingOpen() public {
        _open(alice, 1_000e6);
        for (uint8 i = 0; i < 5; ++i) breaker.pause(PausableAction(i), 1 hours);
        assertEq(_gatedActions(), 31);
        vm.startPrank(alice);
        vm.expectRevert(_closed(PausableAction.Borrow, START + 1 hours));
        engine.borrow(_key(alice), 1e6, alice);
        vm.expectRevert(_closed(PausableAction.WithdrawWithDebt, START + 1 hours));
        engine.withdraw(_key(alice), WETH, 1, alice);
        vm.stopPrank();
        vm.expectRevert(_closed(PausableAction.FlashLoan, START + 1 hours));
        pool.flashLoan(IERC3156FlashBorrower(address(this)), address(debtToken), 1, "");

        _deposit(alice, WETH, 1e18);
        _fundDebt(alice, 2_000e6);
        vm.startPrank(alice);
        engine.repay(_key(alice), MAX);
        assertEq(engine.withdraw(_key(alice), WETH, MAX, alice), 2e18);
        vm.stopPrank();
        vm.prank(lender);
        pool.withdraw(1e6, lender, lender);
    }

    function test_pause_stopsLiquidateAndAbsorb() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_400e8);
        breaker.pause(PausableAction.Liquidate, 1 hours);
        LiquidationCall memory c = _call(_key(alice), WETH);
        vm.expectRevert(_closed(PausableAction.Liquidate, START + 1 hours));
        engine.liquidate(c);
        vm.expectRevert(_closed(PausableAction.Liquidate, START + 1 hours));
        engine.absorb(_key(alice), bob);
    }

    /// @dev In grace a vault at 1.10 or better is left alone, a worse one is not.
    function testFuzz_grace_neverCoversARatioBelowOnePointOne(uint256 price) public {
        _open(alice, 1_500e6);
        breaker.pause(PausableAction.Liquidate, 1 hours);
        uint256 later = START + 1 hours + 10 minutes;
        vm.warp(later);
        price = bound(price, 1_500e8, 1_870e8);
        _setPrice(WETH, int256(price));
        uint256 debt = _debt(_key(alice));
        uint256 value = _health(_key(alice)).value;
        bool covered = value * 100 >= debt * 110;
        _fundDebt(liquidator, 1e9 * 1e6);
        LiquidationCall memory c = _call(_key(alice), WETH);
        if (covered) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    ICircuitBreaker.BorrowersInGrace.selector,
                    START + 1 hours + 30 minutes,
                    value,
                    debt
                )
            );
        }
        vm.prank(liquidator);
        engine.liquidate(c);
        if (!covered) return;
        vm.warp(START + 1 hours + 30 minutes);
        _setPrice(WETH, int256(price));
        _liquidate(_key(alice), WETH);
    }

    function test_unpause_endsThePauseAndStartsTheGrace() public {
        breaker.pause(PausableAction.Liquidate, 1 hours);
        vm.warp(START + 7 minutes);
        vm.expectEmit(address(breaker));
        emit ICircuitBreaker.Unpaused(PausableAction.Liquidate, START + 37 minutes);
        breaker.unpause(PausableAction.Liquidate);
        assertEq(breaker.pausedSeconds(PausableAction.Liquidate), 7 minutes);
        assertEq(breaker.graceUntil(), START + 37 minutes);
        assertEq(_gatedActions(), bitOf(PausableAction.Liquidate));
        breaker.requireOpen(PausableAction.Liquidate, 109, 100);
        vm.expectRevert(
            abi.encodeWithSelector(ICircuitBreaker.BorrowersInGrace.selector, START + 37 minutes, 110, 100)
        );
        breaker.requireOpen(PausableAction.Liquidate, 110, 100);
        // Lifting what is not paused would start another grace.
        vm.expectRevert(
            abi.encodeWithSelector(ICircuitBreaker.NotPaused.selector, PausableAction.Liquidate, START + 7 minutes)
        );
        breaker.unpause(PausableAction.Liquidate);
        vm.expectRevert(abi.encodeWithSelector(BreakerMath.PauseTooSoon.selector, START + 7 minutes, START + 1 days));
        breaker.pause(PausableAction.Liquidate, 1);
    }

    function test_unpause_doesNotLiftATrip() public {
        breaker.setTripConfig(WETH, _watch);
        breaker.poke(WETH);
        breaker.pause(PausableAction.Borrow, 1 minutes);
        _setPrice(WETH, 1_700e8);
        assertTrue(breaker.poke(WETH));
        breaker.unpause(PausableAction.Borrow);
        assertEq(breaker.pausedUntil(PausableAction.Borrow), START + TRIP);
        assertEq(_gatedActions(), bitOf(PausableAction.Borrow) | bitOf(PausableAction.WithdrawWithDebt));
    }

    /// @dev A trip that begins inside a pause and outlasts it counts each second once.
    function test_pausedSeconds_ofOverlappingClosuresCountOnce() public {
        breaker.setTripConfig(WETH, _watch);
        breaker.poke(WETH);
        breaker.pause(PausableAction.Borrow, 20 minutes);
        vm.warp(START + 10 minutes);
        _setPrice(WETH, 1_700e8);
        breaker.poke(WETH);
        vm.warp(START + 2 hours);
        assertEq(breaker.pausedSeconds(PausableAction.Borrow), 40 minutes);
        assertEq(breaker.pausedSeconds(PausableAction.WithdrawWithDebt), 30 minutes);
        assertEq(breaker.pausedSeconds(PausableAction.Bid), 0);
    }

    /// @dev While bidding is not gated, the risk config knows until when bidding was closed, so
    /// that auctions need not call the breaker.
    function testFuzz_bidTerms_knowUntilWhenBiddingWasClosed(uint256[12] calldata seeds) public {
        breaker.setTripConfig(WETH, _watch);
        for (uint256 i = 0; i < seeds.length; ++i) {
            uint256 kind = seeds[i] % 5;
            uint256 span = (seeds[i] >> 16) % 1 hours;
            PausableAction action =
                (seeds[i] >> 8) % 2 == 0 ? PausableAction.Bid : PausableAction(uint8((seeds[i] >> 9) % 5));
            if (kind == 0) try breaker.pause(action, span) {} catch {}
            if (kind == 1) try breaker.unpause(action) {} catch {}
            if (kind == 2) breaker.refresh();
            if (kind == 3) vm.warp(block.timestamp + ((seeds[i] >> 9) % 2 == 0 ? span : 1 days));
            if (kind == 4) {
                _setPrice(WETH, int256(bound(span, 1_000e8, 3_000e8)));
                breaker.poke(WETH);
            }
            (uint256 dust, bool gatedActions, uint256 closedUntil) = riskConfig.bidTerms();
            assertEq(dust, riskConfig.systemRisk().dust);
            assertEq(gatedActions, _gatedActions() & bitOf(PausableAction.Bid) != 0);
            if (block.timestamp < breaker.pausedUntil(PausableAction.Bid)) assertTrue(gatedActions);
            if (gatedActions) continue;
            // Nothing was closed from there on.
            assertLe(closedUntil, block.timestamp);
            assertEq(breaker.pausedBetween(PausableAction.Bid, closedUntil, block.timestamp), 0);
        }
    }

    /// @dev The seconds closed between any two times equal the count of a clock that ticks each
    /// second.
    function testFuzz_pausedBetween_countsEverySecondThatWasClosed(
        uint256[8] calldata seeds,
        uint256 a,
        uint256 b
    ) public {
        uint256[] memory closed = new uint256[](4 days / 10 minutes + 1);
        for (uint256 i = 0; i < closed.length; ++i) {
            uint256 seed = seeds[i % 8] >> (i / 8);
            if (seed % 7 == 0) try breaker.pause(PausableAction.Bid, ((seed >> 3) % 6) * 10 minutes) {} catch {}
            if (seed % 7 == 1) try breaker.unpause(PausableAction.Bid) {} catch {}
            closed[i] = block.timestamp < breaker.pausedUntil(PausableAction.Bid) ? 10 minutes : 0;
            if (i + 1 < closed.length) vm.warp(block.timestamp + 10 minutes);
        }
        a = bound(a, 0, closed.length - 1);
        b = bound(b, a, closed.length - 1);
        uint256 expected;
        for (uint256 i = a; i < b; ++i) expected += closed[i];
        uint256 from = START + a * 10 minutes;
        assertEq(breaker.pausedBetween(PausableAction.Bid, from, START + b * 10 minutes), expected);
        assertEq(breaker.pausedBetween(PausableAction.Bid, 0, START), 0);
    }

    // ------------------------------------------------------------------ trips

    /// @dev A move by the limit trips, whether the price creeps or jumps. It closes only the taking
    /// of risk.
    function testFuzz_poke_tripsOnAMoveHoweverItIsPartitioned(uint256 seed, uint8 pokes) public {
        breaker.setTripConfig(WETH, _watch);
        breaker.poke(WETH);
        uint256 time = START;
        uint256 steps = 1 + (pokes % 12);
        for (uint256 i = 1; i <= steps; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            time += (seed >> 8) % (WINDOW / steps);
            vm.warp(time);
            // Twelve per cent down over all steps, with a bounce between.
            _setPrice(WETH, 2_000e8 + int256(seed % 40e8));
            breaker.poke(WETH);
            _setPrice(WETH, int256(2_000e8 - (240e8 * i) / steps));
            assertTrue(breaker.poke(WETH) || i < steps);
        }
        assertEq(breaker.pausedUntil(PausableAction.Borrow), time + TRIP);
        assertEq(breaker.pausedUntil(PausableAction.WithdrawWithDebt), time + TRIP);
        assertEq(breaker.pausedUntil(PausableAction.Liquidate) + breaker.pausedUntil(PausableAction.Bid), 0);
        assertEq(_gatedActions(), bitOf(PausableAction.Borrow) | bitOf(PausableAction.WithdrawWithDebt));
        vm.warp(time + TRIP);
        assertFalse(breaker.poke(GOLD));
        assertEq(_gatedActions(), 0);
    }

    function testFuzz_poke_ofASmallerMoveDoesNotTrip(uint256 price) public {
        breaker.setTripConfig(WETH, _watch);
        breaker.poke(WETH);
        price = bound(price, 1_000e8, 3_000e8);
        _setPrice(WETH, int256(price));
        bool tripped = breaker.poke(WETH);
        if (price <= 1_760e8 || price >= 2_240e8) assertTrue(tripped);
        // Rounding outwards by one part in 2^15 may trip so much earlier.
        if (price >= 1_760.06e8 && price <= 2_239.93e8) assertFalse(tripped);
    }

    function test_poke_forgetsWhatIsOlderThanTheWindow() public {
        breaker.setTripConfig(WETH, _watch);
        breaker.poke(WETH);
        (uint256 lowest, uint256 highest) = breaker.rangeOf(WETH);
        assertLe(lowest, 2_000e24);
        assertGe(highest, 2_000e24);
        vm.warp(START + 80 minutes);
        (lowest, highest) = breaker.rangeOf(WETH);
        assertEq(lowest + highest, 0);
        _setPrice(WETH, 1_000e8);
        assertFalse(breaker.poke(WETH));
    }

    /// @dev A doubt trips once; only a Good price ends it.
    function test_poke_tripsOncePerLastingDoubt() public {
        breaker.setTripConfig(WETH, _watch);
        assertFalse(breaker.poke(WETH));
        uint256 since = START + 90 minutes;
        vm.warp(since);
        assertTrue(oracle.price(WETH).status == Status.Doubtful);
        assertFalse(breaker.poke(WETH));
        vm.warp(since + 2 hours - 1);
        assertFalse(breaker.poke(WETH));
        vm.warp(since + 2 hours);
        vm.expectEmit(address(breaker));
        emit ICircuitBreaker.TrippedByDoubt(WETH, since, since + 2 hours + TRIP);
        assertTrue(breaker.poke(WETH));
        vm.warp(since + 6 hours);
        assertTrue(oracle.price(WETH).status == Status.Dead);
        assertFalse(breaker.poke(WETH));
        _setPrice(WETH, 2_000e8);
        assertFalse(breaker.poke(WETH));
        (, uint256 doubtfulSince) = breaker.tripConfigOf(WETH);
        assertEq(doubtfulSince, 0);
    }

    function test_poke_ofAnUnwatchedAssetSeesNothing() public {
        assertFalse(breaker.poke(WETH));
        (uint256 lowest, uint256 highest) = breaker.rangeOf(WETH);
        assertEq(lowest + highest, 0);
        assertFalse(breaker.poke(200));
    }

    // ------------------------------------------------------------------ settings

    function test_setWatch_isReadBackAndForgets() public {
        vm.expectEmit(address(breaker));
        emit ICircuitBreaker.TripConfigUpdated(WETH, _watch);
        breaker.setTripConfig(WETH, _watch);
        (TripConfig memory watch, ) = breaker.tripConfigOf(WETH);
        assertEq(abi.encode(watch), abi.encode(_watch));
        breaker.poke(WETH);
        breaker.setTripConfig(WETH, _watch);
        (uint256 lowest, ) = breaker.rangeOf(WETH);
        assertEq(lowest, 0);
    }

    function _expectInvalid(TripConfig memory watch) private {
        vm.expectRevert(abi.encodeWithSelector(ICircuitBreaker.InvalidTripConfig.selector, watch));
        breaker.setTripConfig(WETH, watch);
    }

    function test_setWatch_refusesWhatCannotWork() public {
        _expectInvalid(TripConfig(10_000, WINDOW, 0, TRIP));
        _expectInvalid(TripConfig(1, 59, 0, TRIP));
        _expectInvalid(TripConfig(1, 1 days + 1, 0, TRIP));
        _expectInvalid(TripConfig(0, 0, 1, 6 hours + 1));
        _expectInvalid(TripConfig(0, 0, 1, 0));
        breaker.setTripConfig(WETH, TripConfig(0, 0, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IRiskConfig.UnknownAsset.selector, 9, 3));
        breaker.setTripConfig(9, _watch);
    }

    function test_setters_areRestricted() public {
        bytes memory err = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, bob);
        vm.startPrank(bob);
        vm.expectRevert(err);
        breaker.pause(PausableAction.Borrow, 1);
        vm.expectRevert(err);
        breaker.unpause(PausableAction.Borrow);
        vm.expectRevert(err);
        breaker.setTripConfig(WETH, _watch);
        vm.stopPrank();
    }
}

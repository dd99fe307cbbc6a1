// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICircuitBreaker, TripConfig} from "../../../contracts/interfaces/ICircuitBreaker.sol";
import {WATCHED} from "../../../contracts/types/PausableAction.sol";
import {AuctionFixture} from "../support/fixtures/AuctionFixture.sol";

/// @notice A price step cannot be borrowed on before the first poke. Taking risk is refused at a
/// price that has just moved too far, whether the breaker or only the feed's rounds have recorded
/// the move.
contract StepBorrowTest is AuctionFixture {
    uint16 private constant LIMIT = 1_500;

    function setUp() public override {
        super.setUp();
        breaker.setTripConfig(WETH, TripConfig(LIMIT, 1 hours, 2 hours, 30 minutes));
        _lend(lender, 1e12);
        _deposit(alice, WETH, 10e18);
        _borrow(alice, 1_000e6);
    }

    function _expectMoved(uint256 from, uint256 to) private {
        vm.expectRevert(abi.encodeWithSelector(ICircuitBreaker.PriceMoved.selector, WETH, from * 1e16, to * 1e16));
    }

    /// @dev Without any poke the feed's own rounds reveal the step. Up to the limit nothing is
    /// refused.
    function testFuzz_step_isRefusedThoughNobodyHasPoked(uint256 answer, bool withdraws) public {
        answer = bound(answer, 1_000e8, 4_000e8);
        _pass(59 minutes);
        _setPrice(WETH, int256(answer));
        bool moved =
            answer * 10_000 >= 2_000e8 * (10_000 + uint256(LIMIT)) ||
                answer * 10_000 <= 2_000e8 * (10_000 - uint256(LIMIT));
        if (moved) _expectMoved(2_000e8, answer);
        vm.prank(alice);
        if (withdraws) engine.withdraw(_key(alice), WETH, 1e15, alice);
        else engine.borrow(_key(alice), 100e6, alice);
    }

    /// @dev Refused in the block of the step and with a deposit in the same call. After an hour the
    /// new price is the reference.
    function test_step_isRefusedInOneCallWithADepositAndForgottenAfterTheWindow() public {
        _pass(30 minutes);
        _setPrice(WETH, 3_000e8);
        _fund(bob, WETH, 1e18);
        _expectMoved(2_000e8, 3_000e8);
        vm.prank(bob);
        engine.open(_key(bob), WETH, 1e18, 1_500e6, bob);
        for (uint256 i = 0; i < 3; ++i) _pass(30 minutes);
        vm.prank(bob);
        engine.open(_key(bob), WETH, 1e18, 1_500e6, bob);
        assertApproxEqAbs(_debt(_key(bob)), 1_500e6, 1);
    }

    /// @dev The round that was in force when the window began counts, however old it is.
    function test_step_fromAnAnswerOlderThanTheWindowIsSeen() public {
        vm.warp(START + 2 hours + 59 minutes);
        _setPrice(WETH, 2_400e8);
        _expectMoved(2_000e8, 2_400e8);
        vm.prank(alice);
        engine.borrow(_key(alice), 100e6, alice);
    }

    /// @dev Prices seen by pokes count too: a price that came and went between two rounds that can
    /// still be read.
    function test_step_isMeasuredFromWhatWasSeen() public {
        breaker.poke(WETH);
        _setPrice(WETH, 2_200e8);
        breaker.poke(WETH);
        for (uint256 i = 0; i < 9; ++i) _setPrice(WETH, 2_310e8);
        (uint256 lowest, ) = breaker.rangeOf(WETH);
        vm.expectRevert(abi.encodeWithSelector(ICircuitBreaker.PriceMoved.selector, WETH, lowest, 2_310e24));
        vm.prank(alice);
        engine.borrow(_key(alice), 100e6, alice);
    }

    function test_step_stopsNothingButRisk() public {
        _pass(30 minutes);
        _setPrice(WETH, 1_000e8);
        _fundDebt(alice, 100e6);
        vm.prank(alice);
        engine.repay(_key(alice), 100e6);
        _deposit(alice, WETH, 1e18);
        _setPrice(WETH, 100e8);
        (uint256 repaid, ) = _liquidate(_key(alice), WETH);
        assertGt(repaid, 0);
    }

    function test_watch_onlyWhatIsWatchedIsAskedFor() public {
        assertEq(riskConfig.systemRisk().gatedActions, WATCHED);
        breaker.setTripConfig(GOLD, TripConfig(500, 1 hours, 0, 30 minutes));
        breaker.setTripConfig(WETH, TripConfig(0, 0, 0, 0));
        assertEq(riskConfig.systemRisk().gatedActions, WATCHED);
        _setPrice(WETH, 4_000e8);
        _borrow(alice, 100e6);
        breaker.setTripConfig(GOLD, TripConfig(0, 0, 1 hours, 30 minutes));
        assertEq(riskConfig.systemRisk().gatedActions, 0, "doubt is not movement");
    }
}

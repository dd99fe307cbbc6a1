// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICircuitBreaker} from "../../contracts/interfaces/ICircuitBreaker.sol";
import {SystemRisk} from "../../contracts/interfaces/IRiskConfig.sol";
import {IVaultEngine, LiquidationCall} from "../../contracts/interfaces/IVaultEngine.sol";
import {Action} from "../../contracts/types/Action.sol";
import {SystemFixture} from "./support/SystemFixture.sol";

/// @notice The engine on either side of its bounds, and what it books and tells, to the unit.
contract BoundsTest is SystemFixture {
    // ------------------------------------------------------------------ bounds

    /// @dev 1,500 owed: at 1,530 the ratio is 1.02, a unit lower it is not.
    function test_absorb_withoutAFlagBeginsExactlyBelow102() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_530e8);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotAbsorbable.selector, 1_530e6, 1_500e6, 0));
        engine.absorb(_key(alice), bob);
        _setPrice(WETH, 1_530e8 - 1);
        engine.absorb(_key(alice), bob);
    }

    function test_flag_isGoodFromItsAgeToTwiceItsAgeAndNotASecondLonger() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_700e8);
        engine.flag(_key(alice));
        uint256[4] memory ages = [uint256(1 hours - 1), 1 hours, 2 hours, 2 hours + 1];
        for (uint256 i = 0; i < 4; ++i) {
            uint256 state = vm.snapshotState();
            vm.warp(START + ages[i]);
            _setPrice(WETH, 1_700e8);
            if (i == 0 || i == 3) vm.expectPartialRevert(IVaultEngine.NotAbsorbable.selector);
            engine.absorb(_key(alice), bob);
            vm.revertToState(state);
        }
    }

    /// @dev A flag of exactly twice its age is still the same; a second later a new one begins.
    function test_flag_isRenewedOnlyAfterTwiceItsAge() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_700e8);
        engine.flag(_key(alice));
        vm.warp(START + 2 hours);
        _setPrice(WETH, 1_700e8);
        assertEq(engine.flag(_key(alice)), START);
        vm.warp(START + 2 hours + 1);
        _setPrice(WETH, 1_700e8);
        assertEq(engine.flag(_key(alice)), START + 2 hours + 1);
    }

    function test_borrow_upToTheCapAndNotAUnitMore() public {
        riskConfig.setSystem(SystemRisk(1_000e6, 100e6, 10_500, 0));
        _open(alice, 1_000e6 - 1);
        _borrow(alice, 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.BorrowCapExceeded.selector, 1_000e6 + 1, 1_000e6));
        _borrow(alice, 1);
    }

    function test_borrow_fromDustAndNotAUnitLess() public {
        _open(alice, 0);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.DebtBelowDust.selector, 100e6 - 1, 100e6));
        _borrow(alice, 100e6 - 1);
        _borrow(alice, 100e6);
    }

    // ------------------------------------------------------------------ books

    function testFuzz_totals_areWhatIsHeldAndWhatIsAuctioned(uint256 held, uint256 taken) public {
        held = bound(held, 1e18, 100e18);
        _open(alice, 1_500e6);
        _deposit(bob, WETH, held);
        taken = bound(taken, 1, held);
        vm.prank(bob);
        engine.withdraw(_key(bob), WETH, taken, bob);
        (uint256 deposited, uint256 auctioned) = engine.assetTotals(WETH);
        assertEq(deposited, 1e18 + held - taken);
        assertEq(auctioned, 0);
        _setPrice(WETH, 1_500e8);
        engine.absorb(_key(alice), bob);
        (deposited, auctioned) = engine.assetTotals(WETH);
        assertEq(deposited, held - taken);
        assertEq(auctioned, 1e18);
    }

    /// @dev At any index a loan is owed in full at once, and by less than one step of the index too much.
    function testFuzz_borrow_owesWhatWasLentRoundedUp(uint256 amount, uint32 time) public {
        _lend(lender, 1e7 * _unit());
        _deposit(bob, WETH, 1e24);
        _borrow(bob, 5e6 * _unit());
        _pass(bound(time, 1, 3_000 days));
        _deposit(alice, WETH, 1e24);
        amount = bound(amount, 100e6, 1e6 * _unit());
        _borrow(alice, amount);
        assertGe(_debt(_key(alice)), amount);
        assertLe(_debt(_key(alice)), amount + pool.currentIndex() / 1e27 + 1);
    }

    function test_deleverage_handsOverASingleUnitToo() public {
        _open(alice, 1_500e6);
        _fundDebt(alice, 100e6);
        vm.prank(alice);
        (, uint256 sold) = engine.deleverage(_key(alice), WETH, 1, 100e6, bob, "");
        assertEq(sold, 1);
        assertEq(tokens[WETH].balanceOf(bob), 1);
    }

    // ------------------------------------------------------------------ events

    function test_borrow_saysWhatWasLentAndWhatIsOwedInAll() public {
        _open(alice, 1_000e6);
        vm.expectEmit(address(engine));
        emit IVaultEngine.Borrowed(_key(alice), bob, 200e6, 1_200e6);
        vm.prank(alice);
        engine.borrow(_key(alice), 200e6, bob);
        assertEq(debtToken.balanceOf(bob), 200e6);
    }

    function test_nothingHappening_saysNothing() public {
        _open(alice, 0);
        vm.recordLogs();
        assertEq(engine.repay(_key(alice), MAX), 0);
        vm.startPrank(alice);
        assertEq(engine.withdraw(_key(alice), WBTC, MAX, alice), 0);
        assertEq(engine.withdraw(_key(alice), WETH, 0, alice), 0);
        vm.stopPrank();
        assertEq(engine.flag(_key(alice)), 0);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    // ------------------------------------------------------------------ pauses

    /// @dev Each action asks the breaker for itself; in the grace after a pause only vaults near ruin are liquidated.
    function test_pauses_closeTheirOwnActionAndNoOther() public {
        _open(alice, 1_500e6);
        _fundDebt(alice, 1);
        Action[3] memory actions = [Action.Borrow, Action.WithdrawWithDebt, Action.Liquidate];
        for (uint256 i = 0; i < 3; ++i) {
            uint256 state = vm.snapshotState();
            breaker.pause(actions[i], 10 minutes);
            assertEq(_closed(abi.encodeCall(engine.borrow, (_key(alice), 1, alice))), i == 0);
            assertEq(_closed(abi.encodeCall(engine.withdraw, (_key(alice), WETH, 1, alice))), i == 1);
            assertFalse(_closed(abi.encodeCall(engine.repay, (_key(alice), 1))));
            _setPrice(WETH, 1_500e8);
            _fundDebt(liquidator, 1e9 * _unit());
            assertEq(_closed(abi.encodeCall(engine.absorb, (_key(alice), bob))), i == 2);
            vm.revertToState(state);
            breaker.pause(actions[i], 10 minutes);
            _setPrice(WETH, 1_700e8);
            assertEq(_closed(abi.encodeCall(engine.liquidate, (_call(_key(alice), WETH)))), i == 2);
            vm.revertToState(state);
        }
    }

    /// @dev The grace spares vaults worth at least 1.1 of their debt.
    function test_grace_sparesWhoIsWorthEnough() public {
        _open(alice, 1_500e6);
        breaker.pause(Action.Liquidate, 10 minutes);
        vm.warp(START + 10 minutes);
        int256 edge = int256(((_debt(_key(alice)) * 11 + 9) / 10) * 100);
        _setPrice(WETH, edge);
        LiquidationCall memory call_ = _call(_key(alice), WETH);
        _fundDebt(liquidator, 1e9 * _unit());
        vm.expectPartialRevert(ICircuitBreaker.BorrowersInGrace.selector);
        vm.prank(liquidator);
        engine.liquidate(call_);
        _setPrice(WETH, edge - 1);
        vm.prank(liquidator);
        engine.liquidate(call_);
    }

    /// @dev Whether the breaker refuses this call.
    function _closed(bytes memory call_) private returns (bool) {
        vm.prank(alice);
        (bool ok, bytes memory err) = address(engine).call(call_);
        return !ok && bytes4(err) == ICircuitBreaker.ActionClosed.selector;
    }
}

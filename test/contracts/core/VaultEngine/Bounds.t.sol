// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IAuctionHouse} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {ICircuitBreaker} from "../../../../contracts/interfaces/ICircuitBreaker.sol";
import {SystemRisk} from "../../../../contracts/interfaces/IRiskConfig.sol";
import {IVaultEngine, LiquidationCall, Policies} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {LendingPool} from "../../../../contracts/core/LendingPool.sol";
import {PausableAction} from "../../../../contracts/types/PausableAction.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";
import {VaultEngine} from "../../../../contracts/core/VaultEngine.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

/// @notice The engine on either side of its bounds, and what it books and tells, to the unit.
contract BoundsTest is SystemFixture {
    // ------------------------------------------------------------------ bounds

    /// @dev 1,500 owed: at 1,530 the ratio is 1.02, a unit lower it is not.
    function test_absorb_withoutAFlagBeginsExactlyBelow102() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_530e8);
        vm.expectRevert(
            abi.encodeWithSelector(IVaultEngine.NotAbsorbable.selector, 1_530e6, 1_500e6, 0.816e18, 8_700, 0)
        );
        engine.absorb(_key(alice), bob);
        _setPrice(WETH, 1_530e8 - 1);
        engine.absorb(_key(alice), bob);
        assertEq(house.opened(), 1_500e6);
    }

    /// @dev A flag of exactly twice its age is still the same; a second later a new one begins.
    function test_flag_isRenewedOnlyAfterTwiceItsAge() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_600e8);
        engine.flag(_key(alice));
        vm.warp(START + 2 hours);
        _setPrice(WETH, 1_600e8);
        assertEq(engine.flag(_key(alice)), START);
        vm.warp(START + 2 hours + 1);
        _setPrice(WETH, 1_600e8);
        assertEq(engine.flag(_key(alice)), START + 2 hours + 1);
    }

    function test_borrow_upToTheCapAndNotAUnitMore() public {
        riskConfig.setSystem(SystemRisk(1_000e6, 100e6, 10_500, 8_700, 0));
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

    /// @dev Gold's margins leave a health of 1.0454, less than the target of 1.05. A deposit beyond
    /// a cap ends there.
    function test_deposit_beyondACapEndsAtTheLowestOfTargetAndMarginsHeld() public {
        _lend(lender, 1e7 * _unit());
        _deposit(alice, GOLD, 2_000e6);
        _borrow(alice, 1_700e6);
        _setPrice(GOLD, 0.95e8);
        _setCap(WETH, 0);
        // (1,700 * 1.0454 - 1,900 * 0.92) / 0.8 / 2,000.
        uint256 restoring = 0.0182375e18;
        _fund(alice, WETH, 1e18);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.SupplyCapExceeded.selector, restoring + 1, 0));
        engine.deposit(_key(alice), WETH, restoring + 1);
        engine.deposit(_key(alice), WETH, restoring);
        vm.stopPrank();
    }

    function test_refusals_carryWhatWasComparedInItsOrder() public {
        _open(alice, 1_500e6);
        LiquidationCall memory c = _call(_key(alice), WETH);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.VaultHealthy.selector, 2_000e6 * 8_000, 1_500e6 * 10_000));
        vm.prank(liquidator);
        engine.liquidate(c);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.SaleTooExpensive.selector, 200e6, 110e6));
        vm.prank(alice);
        engine.deleverage(_key(alice), WETH, 0.1e18, 100e6, alice, "");
    }

    /// @dev The largest amount of 128 bits has its bits; it is the cap that refuses it.
    function test_amounts_upTo128BitsAreBelowTheBound() public {
        vm.expectPartialRevert(IVaultEngine.SupplyCapExceeded.selector);
        vm.prank(alice);
        engine.deposit(_key(alice), WETH, type(uint128).max);
    }

    // ------------------------------------------------------------------ books

    function test_totals_followASeizure() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_800e8);
        (, uint256 seized) = _liquidate(_key(alice), WETH);
        assertGt(seized, 0);
        (uint256 deposited, uint256 auctioned) = engine.assetTotals(WETH);
        assertEq(deposited, 1e18 - seized);
        assertEq(auctioned, 0);
    }

    /// @dev 128 bits of debt, 64 of collaterals, 40 of the flag's time; then a word per collateral.
    function test_records_areDebtCollateralsFlagAndBalances() public {
        _deposit(alice, GOLD, 7e6);
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_600e8);
        engine.flag(_key(alice));
        VaultKey[] memory keys = new VaultKey[](2);
        (keys[0], keys[1]) = (_key(alice), _key(bob));
        uint256[] memory words = engine.records(keys);
        assertEq(words.length, 4);
        assertEq(words[0], 1_500e6 + (5 << 128) + (START << 192));
        assertEq(words[1], 1e18);
        assertEq(words[2], 7e6);
        assertEq(words[3], 0);
    }

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

    /// @dev At any index a loan is owed in full at once, and the excess is less than one step of
    /// the index.
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

    function test_requireOpen_saysWhatIsPaused() public {
        breaker.pause(PausableAction.FlashLoan, 10 minutes);
        engine.requireOpen(PausableAction.Borrow);
        vm.expectRevert(
            abi.encodeWithSelector(ICircuitBreaker.ActionClosed.selector, PausableAction.FlashLoan, START + 10 minutes)
        );
        engine.requireOpen(PausableAction.FlashLoan);
    }

    /// @dev Whatever the gated bits say: without a breaker nobody is asked.
    function testFuzz_system_worksWithoutABreaker(uint8 gatedActions) public {
        riskConfig.setGatedActions(gatedActions, 0);
        VaultEngine bare = _bare();
        VaultKey vault = _key(alice);
        LendingPool own = LendingPool(address(bare.pool()));
        debtToken.mint(address(this), 1e12);
        debtToken.approve(address(own), 1e12);
        own.deposit(1e12, address(this));
        tokens[WETH].mint(alice, 1e18);
        vm.startPrank(alice);
        tokens[WETH].approve(address(bare), MAX);
        bare.deposit(vault, WETH, 1e18);
        bare.borrow(vault, 1_000e6, alice);
        bare.withdraw(vault, WETH, 1e16, alice);
        vm.stopPrank();
        bare.requireOpen(PausableAction.Liquidate);
        assertEq(own.maxFlashLoan(address(debtToken)), 1e12 - 1_000e6);
    }

    function test_setAuctionHouse_isForGovernanceWhereNoneIsSetYet() public {
        VaultEngine bare = _bare();
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, bob));
        vm.prank(bob);
        bare.setAuctionHouse(IAuctionHouse(address(house)));
        bare.setAuctionHouse(IAuctionHouse(address(house)));
        assertEq(address(bare.auctionHouse()), address(house));
    }

    function _bare() private returns (VaultEngine) {
        Policies memory policies = Policies(riskConfig, oracle, ICircuitBreaker(address(0)), engine.volatility());
        return
            VaultEngine(
                deployCode(
                    "contracts/core/VaultEngine.sol:VaultEngine",
                    abi.encode(manager, debtToken, policies, _terms(0))
                )
            );
    }

    /// @dev Each action asks the breaker about itself. In the grace after a pause only vaults near
    /// ruin are liquidated.
    function test_pauses_closeTheirOwnActionAndNoOther() public {
        _open(alice, 1_500e6);
        _fundDebt(alice, 1);
        PausableAction[3] memory actions = [
            PausableAction.Borrow,
            PausableAction.WithdrawWithDebt,
            PausableAction.Liquidate
        ];
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
            _setPrice(WETH, 1_600e8);
            assertEq(_closed(abi.encodeCall(engine.liquidate, (_call(_key(alice), WETH)))), i == 2);
            vm.revertToState(state);
        }
    }

    /// @dev The grace spares vaults worth at least 1.1 of their debt.
    function test_grace_sparesWhoIsWorthEnough() public {
        _open(alice, 1_500e6);
        breaker.pause(PausableAction.Liquidate, 10 minutes);
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

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILendingPool} from "../../../../contracts/interfaces/ILendingPool.sol";
import {IRiskConfig, SystemRisk} from "../../../../contracts/interfaces/IRiskConfig.sol";
import {IVaultEngine} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {Status} from "../../../../contracts/types/Price.sol";
import {VaultKey, toVaultKey} from "../../../../contracts/types/VaultKey.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

contract OwnersTest is SystemFixture {
    // ------------------------------------------------------------------ deposit

    function testFuzz_deposit_creditsTheVaultWithExactlyWhatArrives(uint256 amount, uint8 asset) public {
        asset %= 3;
        amount = bound(amount, 1, type(uint112).max);
        _fund(alice, asset, amount);
        vm.expectEmit(address(engine));
        emit IVaultEngine.Deposited(_key(alice), asset, alice, amount, amount);
        vm.prank(alice);
        engine.deposit(_key(alice), asset, amount);
        assertEq(engine.collateralOf(_key(alice), asset), amount);
        assertEq(tokens[asset].balanceOf(address(engine)), amount);
        (uint256 deposited, uint256 auctioned) = engine.assetTotals(asset);
        assertEq(deposited, amount);
        assertEq(auctioned, 0);
    }

    function test_deposit_revertsForNothing() public {
        vm.expectRevert(IVaultEngine.ZeroAmount.selector);
        engine.deposit(_key(alice), WETH, 0);
    }

    function test_deposit_revertsForAnUnknownAsset() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskConfig.UnknownAsset.selector, 3, 3));
        engine.deposit(_key(alice), 3, 1);
    }

    function test_deposit_ofANewAssetByAStrangerIsRefused() public {
        _fund(bob, WETH, 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotAuthorised.selector, bob, alice));
        vm.prank(bob);
        engine.deposit(_key(alice), WETH, 1);
    }

    function test_deposit_anyoneMayTopUpWhatTheVaultHolds() public {
        _deposit(alice, WETH, 1e18);
        _fund(bob, WETH, 5);
        vm.prank(bob);
        engine.deposit(_key(alice), WETH, 5);
        assertEq(engine.collateralOf(_key(alice), WETH), 1e18 + 5);
    }

    function test_deposit_allowsEightCollateralsAndNotNine() public {
        for (uint8 asset = 3; asset < 9; ++asset) _list("More", 18, 5_000, 6_000, 0, 500, 2_500, 1e8);
        for (uint8 asset = 0; asset < 8; ++asset) _deposit(alice, asset, 1);
        _fund(alice, 8, 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.TooManyCollaterals.selector, 8));
        vm.prank(alice);
        engine.deposit(_key(alice), 8, 1);
        _deposit(alice, 7, 1);
    }

    function test_deposit_beyondTheSupplyCapIsRefused() public {
        _setCap(WETH, 10e18);
        _deposit(bob, WETH, 9e18);
        _fund(alice, WETH, 2e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.SupplyCapExceeded.selector, 11e18, 10e18));
        vm.prank(alice);
        engine.deposit(_key(alice), WETH, 2e18);
        _deposit(alice, WETH, 1e18);
    }

    /// @dev 1 ether at 1,700 against 1,500: adjustedCollateral 1,360, target 1,575, so 215 / 0.8 /
    /// 1,700 restores it.
    function test_deposit_mayExceedTheCapByExactlyWhatRestoresTargetHealth() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_700e8);
        _setCap(WETH, 1e17);
        uint256 restoring = 158_088_235_294_117_648;
        _fund(bob, WETH, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.SupplyCapExceeded.selector, 1e18 + restoring + 1, 1e17));
        vm.prank(bob);
        engine.deposit(_key(alice), WETH, restoring + 1);
        vm.prank(bob);
        engine.deposit(_key(alice), WETH, restoring);
        assertGe(_health(_key(alice)).healthFactor, 1.05e18);
        vm.expectRevert();
        vm.prank(bob);
        engine.deposit(_key(alice), WETH, 1);
    }

    function test_deposit_beyond128BitsIsRefused() public {
        vm.expectRevert(
            abi.encodeWithSelector(IVaultEngine.AmountTooLarge.selector, uint256(1) << 128, type(uint128).max)
        );
        vm.prank(alice);
        engine.deposit(_key(alice), WETH, uint256(1) << 128);
    }

    // ------------------------------------------------------------------ withdraw

    function testFuzz_withdraw_withoutDebtGivesTheAmountOrAllThereIs(uint256 held, uint256 amount) public {
        held = bound(held, 1, type(uint112).max);
        _deposit(alice, WETH, held);
        uint256 expected = amount < held ? amount : held;
        if (expected != 0) {
            vm.expectEmit(address(engine));
            emit IVaultEngine.Withdrawn(_key(alice), WETH, bob, expected, held - expected);
        }
        vm.prank(alice);
        assertEq(engine.withdraw(_key(alice), WETH, amount, bob), expected);
        assertEq(tokens[WETH].balanceOf(bob), expected);
        (, AssetSet set, ) = engine.vaultState(_key(alice));
        assertEq(set.contains(WETH), expected != held);
    }

    function test_withdraw_revertsForAStranger() public {
        _deposit(alice, WETH, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotAuthorised.selector, bob, alice));
        vm.prank(bob);
        engine.withdraw(_key(alice), WETH, 1, bob);
    }

    function test_withdraw_ofWhatIsNotHeldGivesNothing() public {
        vm.prank(alice);
        assertEq(engine.withdraw(_key(alice), 77, 1, alice), 0);
    }

    function testFuzz_withdraw_withDebtKeepsTheInitialMargin(uint256 debt, uint256 amount) public {
        debt = bound(debt, 100e6, 1_500e6);
        _open(alice, debt);
        amount = bound(amount, 1, 1e18);
        uint256 adjustedCollateral = (((1e18 - amount) * 2_000e6) / 1e18) * 7_500;
        if (adjustedCollateral < debt * 10_000) {
            vm.expectRevert(
                abi.encodeWithSelector(IVaultEngine.NotEnoughCollateral.selector, adjustedCollateral, debt * 10_000)
            );
        }
        vm.prank(alice);
        engine.withdraw(_key(alice), WETH, amount, alice);
    }

    function test_withdraw_countsTheInterestToThisSecond() public {
        _open(alice, 1_400e6);
        _pass(365 days);
        uint256 debt = _debt(_key(alice));
        assertGt(debt, 1_428e6);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotEnoughCollateral.selector, 0, debt * 10_000));
        vm.prank(alice);
        engine.withdraw(_key(alice), WETH, MAX, alice);
    }

    // ------------------------------------------------------------------ borrow

    function testFuzz_borrow_upToTheInitialMarginAndNotAUnitMore(uint256 amount) public {
        _open(alice, 0);
        amount = bound(amount, 100e6, 3_000e6);
        if (amount > 1_500e6) {
            vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotEnoughCollateral.selector, 1.5e13, amount * 10_000));
            vm.prank(alice);
            engine.borrow(_key(alice), amount, alice);
            return;
        }
        vm.expectEmit(address(engine));
        emit IVaultEngine.Borrowed(_key(alice), bob, amount, amount);
        vm.prank(alice);
        engine.borrow(_key(alice), amount, bob);
        assertEq(debtToken.balanceOf(bob), amount);
        assertEq(_scaled(_key(alice)), amount);
        assertEq(pool.totalDebt(), amount);
    }

    function test_borrow_oneUnitAboveTheMarginIsRefused() public {
        _open(alice, 1_500e6);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotEnoughCollateral.selector, 1.5e13, 1.5e13 + 10_000));
        vm.prank(alice);
        engine.borrow(_key(alice), 1, alice);
    }

    function test_borrow_sumsTheMarginsOfCollateralsOfAllDecimals() public {
        _lend(lender, 1e6 * 1e6);
        _deposit(alice, WETH, 1e18);
        _deposit(alice, WBTC, 1e8);
        _deposit(alice, GOLD, 1_000e6);
        // 2,000 * 0.75 + 60,000 * 0.65 + 1,000 * 0.88
        _borrow(alice, 41_380e6);
        vm.expectRevert();
        vm.prank(alice);
        engine.borrow(_key(alice), 1, alice);
    }

    function test_borrow_revertsForNothing() public {
        vm.expectRevert(IVaultEngine.ZeroAmount.selector);
        vm.prank(alice);
        engine.borrow(_key(alice), 0, alice);
    }

    function test_borrow_revertsForAStranger() public {
        _open(alice, 0);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotAuthorised.selector, bob, alice));
        vm.prank(bob);
        engine.borrow(_key(alice), 100e6, bob);
    }

    function test_borrow_revertsBelowDust() public {
        _open(alice, 0);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.DebtBelowDust.selector, 100e6 - 1, 100e6));
        vm.prank(alice);
        engine.borrow(_key(alice), 100e6 - 1, alice);
    }

    function test_borrow_revertsWithoutTheCash() public {
        _lend(lender, 1_000e6);
        _deposit(alice, WETH, 1e18);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.InsufficientCash.selector, 1_001e6, 1_000e6));
        vm.prank(alice);
        engine.borrow(_key(alice), 1_001e6, alice);
    }

    function test_borrow_capBindsNewBorrowingOnly() public {
        _open(alice, 1_000e6);
        riskConfig.setSystem(SystemRisk(500e6, 100e6, 10_500, 8_700, 0));
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.BorrowCapExceeded.selector, 1_001e6, 500e6));
        vm.prank(alice);
        engine.borrow(_key(alice), 1e6, alice);
        _fundDebt(alice, 1);
        vm.prank(alice);
        engine.repay(_key(alice), 1);
        vm.prank(alice);
        engine.withdraw(_key(alice), WETH, 1e17, alice);
    }

    function test_borrow_beyond128BitsIsRefused() public {
        vm.expectRevert(
            abi.encodeWithSelector(IVaultEngine.AmountTooLarge.selector, uint256(1) << 128, type(uint128).max)
        );
        vm.prank(alice);
        engine.borrow(_key(alice), uint256(1) << 128, alice);
    }

    // ------------------------------------------------------------------ repay

    function test_repay_clampsToTheDebt() public {
        _open(alice, 1_000e6);
        _fundDebt(bob, 5_000e6);
        vm.expectEmit(address(engine));
        emit IVaultEngine.Repaid(_key(alice), bob, 1_000e6, 0);
        vm.prank(bob);
        assertEq(engine.repay(_key(alice), MAX), 1_000e6);
        assertEq(debtToken.balanceOf(bob), 4_000e6);
        assertEq(pool.totalDebt(), 0);
    }

    function testFuzz_repay_leavesNothingOrAtLeastDust(uint256 debt, uint256 amount) public {
        debt = bound(debt, 100e6, 1_500e6);
        _open(alice, debt);
        amount = bound(amount, 0, debt);
        _fundDebt(alice, 0);
        vm.prank(alice);
        uint256 repaid = engine.repay(_key(alice), amount);
        uint256 left = debt - repaid;
        assertEq(_debt(_key(alice)), left);
        assertEq(
            left,
            amount == debt
                ? 0
                : debt - amount < 100e6
                    ? 100e6
                    : debt - amount
        );
    }

    function test_repay_withoutDebtTakesNothing() public {
        vm.prank(bob);
        assertEq(engine.repay(_key(alice), MAX), 0);
    }

    function testFuzz_repay_afterAnyTimePaysTheLendersInFull(uint32 time, uint256 debt) public {
        _open(alice, bound(debt, 100e6, 1_500e6));
        _pass(time);
        uint256 due = _debt(_key(alice));
        _fundDebt(bob, due);
        vm.prank(bob);
        assertEq(engine.repay(_key(alice), MAX), due);
        assertEq(_scaled(_key(alice)), 0);
        assertEq(pool.totalDebt(), 0);
        assertEq(pool.maxRedeem(lender), pool.balanceOf(lender));
    }

    // ------------------------------------------------------------------ operators and keys

    function test_operator_actsForAllVaultsOfItsOwnerUntilRevoked() public {
        vm.expectEmit(address(engine));
        emit IVaultEngine.OperatorUpdated(alice, bob, true);
        vm.prank(alice);
        engine.setOperator(bob, true);
        assertTrue(engine.isOperator(alice, bob));
        assertFalse(engine.isOperator(bob, alice));

        _lend(lender, 1e6 * 1e6);
        VaultKey vault = toVaultKey(alice, 7);
        _fund(bob, WETH, 1e18);
        vm.startPrank(bob);
        engine.deposit(vault, WETH, 1e18);
        engine.borrow(vault, 500e6, bob);
        engine.withdraw(vault, WETH, 1e17, bob);
        vm.stopPrank();

        vm.prank(alice);
        engine.setOperator(bob, false);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotAuthorised.selector, bob, alice));
        vm.prank(bob);
        engine.borrow(vault, 1e6, bob);
    }

    function testFuzz_vaultsOfOneOwnerAreIndependent(uint96 a, uint96 b) public {
        vm.assume(a != b);
        _lend(lender, 1e6 * 1e6);
        _fund(alice, WETH, 1e18);
        vm.startPrank(alice);
        engine.deposit(toVaultKey(alice, a), WETH, 1e18);
        engine.borrow(toVaultKey(alice, a), 500e6, alice);
        vm.stopPrank();
        (uint256 scaled, AssetSet set, ) = engine.vaultState(toVaultKey(alice, b));
        assertTrue(scaled == 0 && set.isEmpty());
    }

    function test_engine_knowsItsParts() public view {
        assertEq(engine.debtAsset(), address(debtToken));
        assertEq(address(engine.riskConfig()), address(riskConfig));
        assertEq(address(engine.oracle()), address(oracle));
        assertEq(pool.engine(), address(engine));
        assertEq(uint8(Status.Good), 0);
    }
}

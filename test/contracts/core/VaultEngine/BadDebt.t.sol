// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILendingPool} from "../../../../contracts/interfaces/ILendingPool.sol";
import {IVaultEngine, LiquidationCall} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {IVaultLens} from "../../../../contracts/interfaces/IVaultLens.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

/// @notice One ether against 1,500, then a crash to 1,000: the whole ether repays 1,000, and 500 is
/// lost.
contract BadDebtTest is SystemFixture {
    function _crash(uint256 reserve) private {
        _open(alice, 1_500e6);
        if (reserve != 0) {
            debtToken.mint(address(this), reserve);
            debtToken.approve(address(pool), reserve);
            pool.donate(reserve);
        }
        _setPrice(WETH, 1_000e8);
    }

    function test_booking_takesTheReserveFirstAndThenTheLenders() public {
        _crash(100e6);
        uint256 assets = pool.totalAssets();
        _fundDebt(liquidator, 1_000e6);
        LiquidationCall memory c = _call(_key(alice), WETH);
        vm.expectEmit(address(engine));
        emit IVaultEngine.BadDebtRealized(_key(alice), 500e6);
        vm.expectEmit(address(pool));
        emit ILendingPool.ReserveCovered(100e6, 0);
        vm.expectEmit(address(pool));
        emit ILendingPool.LendersLost(400e6, assets - 400e6);
        vm.prank(liquidator);
        (uint256 repaid, uint256 seized) = engine.liquidate(c);
        assertEq(repaid, 1_000e6);
        assertEq(seized, 1e18);
        assertEq(pool.totalAssets(), assets - 400e6);
        assertEq(_scaled(_key(alice)), 0);
        assertEq(pool.totalDebt(), 0);
    }

    function testFuzz_booking_splitsTheLossExactly(uint256 reserve) public {
        reserve = bound(reserve, 0, 2_000e6);
        _crash(reserve);
        uint256 assets = pool.totalAssets();
        _liquidate(_key(alice), WETH);
        uint256 covered = reserve < 500e6 ? reserve : 500e6;
        assertEq(_reserve(), reserve - covered);
        assertEq(pool.totalAssets(), assets - (500e6 - covered));
    }

    /// @dev The next lender neither pays for the loss nor profits from it.
    function test_booking_isBorneByTheLendersOfItsTime() public {
        _crash(0);
        _liquidate(_key(alice), WETH);
        uint256 shares = _lend(bob, 1_000e6);
        assertApproxEqAbs(pool.previewRedeem(shares), 1_000e6, 1);
    }

    function test_booking_waitsWhileOtherCollateralIsWorthMoreThanDust() public {
        _lend(lender, 1e6 * 1e6);
        _deposit(alice, WETH, 1e18);
        _deposit(alice, GOLD, 150e6);
        _borrow(alice, 1_600e6);
        _setPrice(WETH, 1_000e8);
        _liquidate(_key(alice), WETH);
        assertEq(_debt(_key(alice)), 600e6);
        (uint256 repaid, ) = _liquidate(_key(alice), GOLD);
        assertEq(repaid, 150e6);
        assertEq(_scaled(_key(alice)), 0);
    }

    function test_booking_handsTheRestToTheAuctionHouseWhichAloneReleasesIt() public {
        _lend(lender, 1e6 * 1e6);
        _deposit(alice, WETH, 1e18);
        _deposit(alice, GOLD, 50e6);
        _borrow(alice, 1_540e6);
        _setPrice(WETH, 1_000e8);
        _fundDebt(liquidator, 1_000e6);
        LiquidationCall memory c = _call(_key(alice), WETH);
        vm.expectEmit(address(engine));
        emit IVaultEngine.BadDebtRealized(_key(alice), 540e6);
        vm.prank(liquidator);
        engine.liquidate(c);
        (uint256 deposited, uint256 auctioned) = engine.assetTotals(GOLD);
        assertEq(deposited, 0);
        assertEq(auctioned, 50e6);
        assertEq(house.amounts(0), 50e6);
        assertEq(engine.collateralOf(_key(alice), GOLD), 0);

        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.OnlyAuctionHouse.selector, bob, house));
        vm.prank(bob);
        engine.release(GOLD, 50e6, bob);
        vm.expectEmit(address(engine));
        emit IVaultEngine.Released(GOLD, bob, 50e6);
        house.release(GOLD, 50e6, bob);
        assertEq(tokens[GOLD].balanceOf(bob), 50e6);
        (, auctioned) = engine.assetTotals(GOLD);
        assertEq(auctioned, 0);
    }

    /// @dev A caller who pays nothing may close a vault worth less than dust. The collateral goes
    /// to the auction house.
    function test_booking_ofAWorthlessVaultNeedsNoPayment() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 2);
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.maxRepay = 0;
        IVaultLens.Quote memory q = lens.quoteLiquidation(_key(alice), WETH, 0, MAX);
        assertFalse(q.executable);
        assertEq(q.writtenOff, 1_500e6);
        (uint256 repaid, uint256 seized) = engine.liquidate(c);
        assertEq(repaid + seized, 0);
        assertEq(_scaled(_key(alice)), 0);
        (, uint256 auctioned) = engine.assetTotals(WETH);
        assertEq(auctioned, 1e18);
    }

    /// @dev Nobody gives up on a debt while one of the sources says that the rest pays for it.
    function test_booking_countsTheRestAtTheHighestSource() public {
        _lend(lender, 1e6 * 1e6);
        _deposit(alice, WETH, 1e18);
        _deposit(alice, WBTC, 0.005e8);
        _borrow(alice, 1_600e6);
        _pair(WBTC, 60_000e8, 100);
        _setPrice(WETH, 1_000e8);
        _setPrice(WBTC, 10_000e8);
        _liquidate(_key(alice), WETH);
        assertEq(_debt(_key(alice)), 600e6);
    }

    /// @dev Leaving one unit of the collateral behind does not stop the booking.
    function test_booking_isNotStoppedByARestOfOneUnit() public {
        _crash(0);
        _fundDebt(liquidator, 1_000e6);
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.maxSeize = 1e18 - 1;
        vm.prank(liquidator);
        engine.liquidate(c);
        uint256 left = engine.collateralOf(_key(alice), WETH);
        assertTrue(_scaled(_key(alice)) == 0 || left >= 0.1e18);
    }

    function testFuzz_booking_keepsTheOtherVaultsAndTheTotalsWhole(uint256 price, uint256 time) public {
        _open(alice, 1_500e6);
        _deposit(bob, WBTC, 1e8);
        _borrow(bob, 30_000e6);
        _pass(bound(time, 0, 365 days));
        _setPrice(WETH, int256(bound(price, 1e8, 1_200e8)));
        uint256 debt = _debt(_key(bob));
        _liquidate(_key(alice), WETH);
        assertEq(_scaled(_key(alice)), 0);
        assertEq(_debt(_key(bob)), debt);
        assertEq(pool.poolState().totalScaledDebt, _scaled(_key(bob)));
    }
}

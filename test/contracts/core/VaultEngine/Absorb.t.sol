// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAuctionHouse} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {ILendingPool} from "../../../../contracts/interfaces/ILendingPool.sol";
import {IVaultEngine, LiquidationCall} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {SystemRisk} from "../../../../contracts/interfaces/IRiskConfig.sol";
import {PausableAction} from "../../../../contracts/types/PausableAction.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

/// @notice One ether against 1,500: liquidatable below 1,875, stuck below 1,631.25, absorbable at
/// once below 1,530, and after a flag below 1,631.25.
contract AbsorbTest is SystemFixture {
    uint256 private constant AGE = 1 hours;

    function _flaggedAt() private view returns (uint256 at) {
        (, , at) = engine.vaultState(_key(alice));
    }

    function _absorb() private {
        vm.prank(bob);
        engine.absorb(_key(alice), bob);
    }

    // ------------------------------------------------------------------ eligibility

    function testFuzz_absorb_aHealthyVaultIsNeverAbsorbed(uint256 price) public {
        _open(alice, 1_500e6);
        price = bound(price, 1_875e8, 1e13);
        _setPrice(WETH, int256(price));
        assertEq(engine.flag(_key(alice)), 0);
        uint256 adjustedCollateral = ((1e18 * price) / 1e20) * 8_000;
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.VaultHealthy.selector, adjustedCollateral, 1_500e6 * 1e4));
        _absorb();
    }

    function testFuzz_absorb_withoutAFlagNeedsACollateralRatioBelow102(uint256 price) public {
        _open(alice, 1_500e6);
        price = bound(price, 1e8, 1_870e8);
        _setPrice(WETH, int256(price));
        uint256 value = price / 100;
        if (value * 100 >= 1_500e6 * 102) {
            uint256 health = (value * 8_000 * 1e14) / 1_500e6;
            bytes4 err = IVaultEngine.NotAbsorbable.selector;
            vm.expectRevert(abi.encodeWithSelector(err, value, 1_500e6, health, 8_700, 0));
            _absorb();
            return;
        }
        vm.expectEmit(address(engine));
        emit IVaultEngine.Absorbed(_key(alice), bob, 1_500e6);
        _absorb();
        assertEq(house.opened(), 1_500e6);
    }

    function testFuzz_absorb_isOpenFromOneFlagAgeToTwo(uint256 age) public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_600e8);
        engine.flag(_key(alice));
        age = bound(age, 0, 3 * AGE);
        vm.warp(START + age);
        _setPrice(WETH, 1_600e8);
        if (age < AGE || age > 2 * AGE) {
            vm.expectPartialRevert(IVaultEngine.NotAbsorbable.selector);
        }
        _absorb();
    }

    // ------------------------------------------------------------------ flags

    function test_flag_againBeforeItLapsesChangesNothing() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_600e8);
        vm.expectEmit(address(engine));
        emit IVaultEngine.Flagged(_key(alice), address(this), START);
        assertEq(engine.flag(_key(alice)), START);
        vm.warp(START + 2 * AGE);
        _setPrice(WETH, 1_600e8);
        assertEq(engine.flag(_key(alice)), START);
        vm.warp(START + 2 * AGE + 1);
        _setPrice(WETH, 1_600e8);
        assertEq(engine.flag(_key(alice)), START + 2 * AGE + 1);
    }

    function test_flag_isClearedByAnybodyOnceHealthIsBack() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_600e8);
        engine.flag(_key(alice));
        _setPrice(WETH, 1_632e8);
        vm.expectEmit(address(engine));
        emit IVaultEngine.Unflagged(_key(alice));
        engine.flag(_key(alice));
        assertEq(_flaggedAt(), 0);
    }

    /// @dev To the unit: a flag needs health below 0.87. A liquidatable vault above that gets no
    /// flag.
    function testFuzz_flag_isOnlyForWhatIsStuck(uint256 price) public {
        _open(alice, 1_500e6);
        price = bound(price, 1e8, 1_900e8);
        _setPrice(WETH, int256(price));
        bool stuck = (price / 100) * 8_000 < 1_500e6 * 8_700;
        assertEq(engine.flag(_key(alice)), stuck ? START : 0);
        assertEq(_flaggedAt(), stuck ? START : 0);
    }

    /// @dev A flagged vault above the line again, unhealthy or not, is not absorbed by age.
    function testFuzz_absorb_byAgeNeedsAVaultThatIsStuckNow(uint256 price) public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_600e8);
        engine.flag(_key(alice));
        _pass(AGE);
        price = bound(price, 1_530e8, 1_874e8);
        _setPrice(WETH, int256(price));
        if ((price / 100) * 8_000 >= 1_500e6 * 8_700) vm.expectPartialRevert(IVaultEngine.NotAbsorbable.selector);
        _absorb();
    }

    function test_flag_ofEveryUnhealthyVaultWhereStuckHealthIsOne() public {
        riskConfig.setSystem(SystemRisk(1e15, 100e6, 10_500, 10_000, 0));
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_874e8);
        assertEq(engine.flag(_key(alice)), START);
        _pass(AGE);
        _absorb();
    }

    function test_absorb_neverByAgeWhereStuckHealthIsZero() public {
        riskConfig.setSystem(SystemRisk(1e15, 100e6, 10_500, 0, 0));
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_540e8);
        assertEq(engine.flag(_key(alice)), 0);
        _pass(AGE);
        vm.expectPartialRevert(IVaultEngine.NotAbsorbable.selector);
        _absorb();
    }

    function _flagged() private {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_600e8);
        engine.flag(_key(alice));
        assertEq(_flaggedAt(), START);
    }

    function test_flag_isClearedByARepaymentInFull() public {
        _flagged();
        _fundDebt(alice, 1_500e6);
        vm.prank(alice);
        engine.repay(_key(alice), MAX);
        assertEq(_flaggedAt(), 0);
    }

    /// @dev The first repayment or top-up that ends the danger ends the flag: 8 % of the debt is
    /// left to health 0.87.
    function testFuzz_flag_goesWithTheRepaymentThatEndsTheDanger(uint256 amount) public {
        _flagged();
        amount = bound(amount, 1, 200e6);
        _fundDebt(bob, amount);
        vm.prank(bob);
        engine.repay(_key(alice), amount);
        bool stuck = 1_600e6 * 8_000 < _debt(_key(alice)) * 8_700;
        assertEq(_flaggedAt(), stuck ? START : 0);
    }

    function testFuzz_flag_goesWithTheTopUpThatEndsTheDanger(uint256 amount, bool another) public {
        _flagged();
        amount = bound(amount, 1e12, 0.1e18);
        if (another) _deposit(alice, GOLD, amount / 1e9 + 1);
        else _deposit(alice, WETH, amount);
        bool stuck = _health(_key(alice)).healthFactor < 0.87e18;
        assertEq(_flaggedAt(), stuck ? START : 0);
    }

    /// @dev A partial liquidation that stops short of the target, but above the line.
    function test_flag_isClearedByALiquidationThatEndsTheDanger() public {
        _flagged();
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.maxRepay = 700e6;
        _fundDebt(liquidator, 700e6);
        vm.prank(liquidator);
        engine.liquidate(c);
        assertTrue(_health(_key(alice)).liquidatable);
        assertGe(_health(_key(alice)).healthFactor, 0.87e18);
        assertEq(_flaggedAt(), 0);
    }

    // ------------------------------------------------------------------ pauses

    /// @dev Flagged, with a pause and its grace in between. The hour restarts when liquidating is
    /// open to all.
    function testFuzz_flag_doesNotAgeWhileLiquidatingIsClosedOrInGrace(uint256 pausedAt, uint256 length) public {
        _flagged();
        pausedAt = bound(pausedAt, 0, 2 * AGE - 1);
        length = bound(length, 1, 1 hours);
        vm.warp(START + pausedAt);
        breaker.pause(PausableAction.Liquidate, length);
        uint256 open = START + pausedAt + length + 30 minutes;
        vm.warp(open + AGE - 1);
        _setPrice(WETH, 1_600e8);
        vm.expectPartialRevert(IVaultEngine.NotAbsorbable.selector);
        _absorb();
        assertEq(engine.flag(_key(alice)), START);
        uint256 state = vm.snapshotState();
        vm.warp(open + 2 * AGE + 1);
        _setPrice(WETH, 1_600e8);
        vm.expectPartialRevert(IVaultEngine.NotAbsorbable.selector);
        _absorb();
        vm.revertToState(state);
        vm.warp(open + AGE);
        _setPrice(WETH, 1_600e8);
        _absorb();
    }

    function test_flag_isClearedByALiquidationToTarget() public {
        _flagged();
        _liquidate(_key(alice), WETH);
        assertEq(_flaggedAt(), 0);
    }

    function test_flag_isClearedByBorrowingAndByWithdrawingWhichNeedHealth() public {
        _flagged();
        _setPrice(WETH, 4_000e8);
        uint256 state = vm.snapshotState();
        _borrow(alice, 400e6);
        assertEq(_flaggedAt(), 0);
        vm.revertToState(state);
        vm.prank(alice);
        engine.withdraw(_key(alice), WETH, 0.1e18, alice);
        assertEq(_flaggedAt(), 0);
    }

    function test_flag_staysThroughAPartialRepaymentThatDoesNotCure() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_600e8);
        engine.flag(_key(alice));
        _fundDebt(alice, 1e6);
        vm.prank(alice);
        engine.repay(_key(alice), 1e6);
        assertEq(_flaggedAt(), START);
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.maxRepay = 1e6;
        _fundDebt(liquidator, 1e6);
        vm.prank(liquidator);
        engine.liquidate(c);
        assertEq(_flaggedAt(), START);
    }

    // ------------------------------------------------------------------ what it does

    /// @dev The vault is empty. The claims of the lenders, the other vaults and the tokens are
    /// unchanged.
    function testFuzz_absorb_movesDebtAndCollateralAndNothingElse(uint256 price, uint256 time, uint64 gold) public {
        _open(alice, 1_500e6);
        _deposit(alice, GOLD, bound(gold, 1, 20e6));
        _deposit(bob, WETH, 5e18);
        _borrow(bob, 2_000e6);
        _pass(bound(time, 0, 60 days));
        _setPrice(WETH, int256(bound(price, 1e8, 1_400e8)));
        (uint256 assets, uint256 total, uint256 debtOfBob) = (pool.totalAssets(), pool.totalDebt(), _debt(_key(bob)));
        uint256 goldHeld = engine.collateralOf(_key(alice), GOLD);
        _absorb();
        assertEq(pool.totalAssets(), assets);
        assertEq(pool.poolState().auctionDebt, total - pool.totalDebt());
        assertEq(_debt(_key(bob)), debtOfBob);
        (uint256 scaled, AssetSet set, uint256 flaggedAt) = engine.vaultState(_key(alice));
        assertEq(scaled + flaggedAt, 0);
        assertTrue(set.isEmpty());
        assertEq(engine.collateralOf(_key(alice), WETH) + engine.collateralOf(_key(alice), GOLD), 0);
        (uint256 deposited, uint256 auctioned) = engine.assetTotals(WETH);
        assertEq(abi.encode(deposited, auctioned), abi.encode(5e18, 1e18));
        (, auctioned) = engine.assetTotals(GOLD);
        assertEq(auctioned, goldHeld);
        assertEq(abi.encode(house.amounts(0), house.amounts(1)), abi.encode(1e18, goldHeld));
    }

    function test_absorb_stopsInterestOnTheDebt() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_500e8);
        _absorb();
        vm.warp(START + 365 days);
        assertEq(pool.poolState().auctionDebt, 1_500e6);
        assertEq(pool.totalAssets(), 1e13);
    }

    function test_setAuctionHouse_isForGovernanceAndOnlyOnce() public {
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.AuctionHouseAlreadySet.selector, house));
        engine.setAuctionHouse(IAuctionHouse(address(house)));
        vm.expectRevert();
        vm.prank(bob);
        engine.setAuctionHouse(IAuctionHouse(address(house)));
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.OnlyEngine.selector, address(this), engine));
        pool.setAuctionHouse(IAuctionHouse(address(house)));
    }

    function test_release_neverMoreThanWasAuctioned() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_500e8);
        _deposit(bob, WETH, 1e18);
        _absorb();
        vm.expectRevert();
        house.release(WETH, 1e18 + 1, bob);
        house.release(WETH, 1e18, bob);
    }
}

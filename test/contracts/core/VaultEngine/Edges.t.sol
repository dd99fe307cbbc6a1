// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Vm} from "forge-std/Vm.sol";

import {ICircuitBreaker} from "../../../../contracts/interfaces/ICircuitBreaker.sol";
import {ILiquidationCallback} from "../../../../contracts/interfaces/callbacks/ILiquidationCallback.sol";
import {IOracleGuard} from "../../../../contracts/interfaces/IOracleGuard.sol";
import {IRiskConfig} from "../../../../contracts/interfaces/IRiskConfig.sol";
import {IVaultEngine, LiquidationCall} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {DebtMath} from "../../../../contracts/libraries/math/DebtMath.sol";
import {HealthMath} from "../../../../contracts/libraries/math/HealthMath.sol";
import {PausableAction} from "../../../../contracts/types/PausableAction.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";
import {VaultEngine} from "../../../../contracts/core/VaultEngine.sol";
import {PlainHouse} from "../../support/fakes/PlainHouse.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

/// @notice The exact points at which the engine's decisions change, its rounding, and the contracts
/// that it does not call.
contract EdgesTest is SystemFixture {
    uint256 private constant AGE = 1 hours;

    // ------------------------------------------------------------------ single units

    function test_withdraw_thatLeavesOneUnitKeepsTheCollateral() public {
        _deposit(alice, WETH, 2);
        vm.prank(alice);
        assertEq(engine.withdraw(_key(alice), WETH, 1, bob), 1);
        (, AssetSet set, ) = engine.vaultState(_key(alice));
        assertTrue(set.contains(WETH));
    }

    function test_repay_ofOneUnitCounts() public {
        _open(alice, 1_000e6);
        _fundDebt(bob, 1);
        vm.prank(bob);
        assertEq(engine.repay(_key(alice), 1), 1);
        assertEq(_scaled(_key(alice)), 1_000e6 - 1);
    }

    function test_deleverage_ofOneUnitForOneUnitIsSentAndPaid() public {
        _open(alice, 1_000e6);
        _fundDebt(alice, 1);
        vm.prank(alice);
        engine.deleverage(_key(alice), WETH, 1, 1, bob, "");
        assertEq(tokens[WETH].balanceOf(bob), 1);
        assertEq(debtToken.balanceOf(alice), 1_000e6);
        assertEq(pool.totalDebt(), 1_000e6 - 1);
    }

    function test_liquidate_ofOneUnitForOneUnitIsSentAndPaid() public {
        _lend(lender, 1e6 * 1e6);
        _deposit(alice, GOLD, 1_000e6);
        _borrow(alice, 880e6);
        _setPrice(GOLD, 0.9e8);
        _fundDebt(liquidator, 1);
        LiquidationCall memory c = _call(_key(alice), GOLD);
        (c.maxRepay, c.receiver) = (1, bob);
        vm.prank(liquidator);
        (uint256 repaid, uint256 seized) = engine.liquidate(c);
        assertEq(abi.encode(repaid, seized), abi.encode(1, 1));
        assertEq(tokens[GOLD].balanceOf(bob), 1);
        assertEq(debtToken.balanceOf(liquidator), 0);
        assertEq(pool.totalDebt(), 880e6 - 1);
    }

    // ------------------------------------------------------------------ totals and records

    function testFuzz_totals_followEveryWayOutOfAVault(uint256 amount) public {
        _open(alice, 1_000e6);
        vm.prank(alice);
        engine.withdraw(_key(alice), WETH, bound(amount, 1, 0.1e18), alice);
        _assertTotal();
        _fundDebt(alice, 0);
        vm.prank(alice);
        engine.deleverage(_key(alice), WETH, 0.1e18, 200e6, alice, "");
        _assertTotal();
        _setPrice(WETH, 1_100e8);
        (, uint256 seized) = _liquidate(_key(alice), WETH);
        assertGt(seized, 0);
        _assertTotal();
    }

    function _assertTotal() private view {
        (uint256 deposited, uint256 auctioned) = engine.assetTotals(WETH);
        assertEq(deposited, engine.collateralOf(_key(alice), WETH));
        assertEq(auctioned, 0);
    }

    function test_records_tellWhenAVaultWasFlagged() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_600e8);
        engine.flag(_key(alice));
        VaultKey[] memory keys = new VaultKey[](1);
        keys[0] = _key(alice);
        uint256[] memory words = engine.records(keys);
        assertEq(words[0], 1_500e6 | (uint256(1) << (128 + WETH)) | (START << 192));
    }

    // ----------------------------------------------------------- flags, absorption and liquidation

    function test_flag_thatIsNotThereIsNotCleared() public {
        _open(alice, 1_000e6);
        vm.recordLogs();
        _borrow(alice, 1e6);
        engine.flag(_key(alice));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) assertNotEq(logs[i].topics[0], IVaultEngine.Unflagged.selector);
    }

    function test_absorb_aFlagIsRipeToTheSecond() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_600e8);
        engine.flag(_key(alice));
        uint256[4] memory ages = [AGE - 1, AGE, 2 * AGE, 2 * AGE + 1];
        for (uint256 i = 0; i < 4; ++i) {
            uint256 checkpoint = vm.snapshotState();
            vm.warp(START + ages[i]);
            _setPrice(WETH, 1_600e8);
            if (i == 0 || i == 3) vm.expectPartialRevert(IVaultEngine.NotAbsorbable.selector);
            engine.absorb(_key(alice), bob);
            vm.revertToState(checkpoint);
        }
    }

    function test_liquidate_ofAHealthyVaultStatesWhatItIsWorthAndWhatItOwes() public {
        _open(alice, 1_000e6);
        LiquidationCall memory c = _call(_key(alice), WETH);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.VaultHealthy.selector, 1.6e13, 1e13));
        engine.liquidate(c);
    }

    // ------------------------------------------------------------------ supply caps

    function test_deposit_beyondTheCapWithoutDebtIsRefusedWhateverElseTheVaultHolds() public {
        _setCap(WETH, 1e18);
        _deposit(alice, WETH, 1e18);
        _fund(alice, WETH, 1);
        vm.mockCallRevert(address(riskConfig), abi.encodeWithSelector(IRiskConfig.vaultTerms.selector), "asked");
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.SupplyCapExceeded.selector, 1e18 + 1, 1e18));
        vm.prank(alice);
        engine.deposit(_key(alice), WETH, 1);
    }

    function test_deposit_thatJustFillsTheCapAsksForNoOtherTerms() public {
        _open(alice, 1_500e6);
        _setCap(WETH, 2e18);
        vm.mockCallRevert(address(riskConfig), abi.encodeWithSelector(IRiskConfig.vaultTerms.selector), "asked");
        _deposit(alice, WETH, 1e18);
        assertEq(engine.collateralOf(_key(alice), WETH), 2e18);
    }

    /// @dev Borrowing against ether leaves a health of 1.0062 or more, below the target of the
    /// system and the ratio of bitcoin.
    function testFuzz_deposit_beyondTheCapIsBoundByTheTightestRatioTheVaultHolds(uint256 price, uint256 time) public {
        _setRisk(WETH, 7_950, 8_000, type(uint112).max);
        _assertMostBeyondTheCap(WBTC, uint256(8_000 * 10_000) / 7_950, 7_200, price, time);
    }

    /// @dev Borrowing against gold, which the vault does not hold, leaves a health of 1.0454 or
    /// more, below that of ether.
    function testFuzz_deposit_beyondTheCapIsBoundByTheRatioOfWhatIsNew(uint256 price, uint256 time) public {
        _assertMostBeyondTheCap(GOLD, uint256(9_200 * 10_000) / 8_800, 9_200, price, time);
    }

    function _assertMostBeyondTheCap(
        uint8 asset,
        uint256 target,
        uint256 threshold,
        uint256 price,
        uint256 time
    ) private {
        _open(alice, 1_500e6);
        _pass(bound(time, 1 days, 365 days));
        price = bound(price, 1_000e8, 1_870e8);
        _setPrice(WETH, int256(price));
        _setCap(asset, 1);
        uint256 liquidation = oracle.price(asset).liquidation;
        uint256 adjustedCollateral = (price / 100) * 8_000;
        uint256 most = HealthMath.restoringAmountUp(
            adjustedCollateral,
            _debt(_key(alice)),
            target,
            threshold,
            liquidation
        );
        _fund(alice, asset, most + 2);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.SupplyCapExceeded.selector, most + 2, 1));
        engine.deposit(_key(alice), asset, most + 2);
        engine.deposit(_key(alice), asset, most + 1);
        vm.stopPrank();
    }

    // ------------------------------------------------------------------ borrowing

    function testFuzz_borrow_roundsTheDebtUp(uint256 time, uint256 amount) public {
        _open(bob, 1_500e6);
        _pass(bound(time, 1 days, 365 days));
        _deposit(alice, WETH, 1e18);
        uint256 index = pool.currentIndex();
        uint256 debt = DebtMath.debtUp(DebtMath.scaledUp(1_500e6 + 1, index), index);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotEnoughCollateral.selector, 1.5e13, debt * 10_000));
        vm.prank(alice);
        engine.borrow(_key(alice), 1_500e6 + 1, alice);
        amount = bound(amount, 100e6, 1_400e6);
        _borrow(alice, amount);
        assertEq(_scaled(_key(alice)), DebtMath.scaledUp(amount, index));
    }

    /// @dev A hundredth of a unit above 2,000 counts for nothing.
    function test_borrow_roundsTheCollateralDown() public {
        _open(alice, 0);
        _setPrice(WETH, 2_000e8 + 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotEnoughCollateral.selector, 1.5e13, 1.5e13 + 10_000));
        vm.prank(alice);
        engine.borrow(_key(alice), 1_500e6 + 1, alice);
    }

    function test_open_readsNoPriceButThatOfTheDeposit() public {
        _lend(lender, 1e6 * 1e6);
        _fund(alice, WETH, 1e18);
        vm.mockCallRevert(address(oracle), abi.encodeCall(IOracleGuard.price, (WETH)), "asked");
        vm.prank(alice);
        engine.open(_key(alice), WETH, 1e18, 500e6, alice);
        assertEq(_scaled(_key(alice)), 500e6);
    }

    // ------------------------------------------------------------------ deleveraging

    /// @dev 500 pay for 550 of ether and for what is not yet a unit more.
    function test_deleverage_sellsForExactlyTheLargestBonus() public {
        _open(alice, 1_000e6);
        _fundDebt(alice, 0);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.SaleTooExpensive.selector, 550e6 + 1, 550e6));
        engine.deleverage(_key(alice), WETH, 0.275e18 + 5e8, 500e6, alice, "");
        engine.deleverage(_key(alice), WETH, 0.275e18 + 1, 500e6, alice, "");
        vm.stopPrank();
        assertEq(_debt(_key(alice)), 500e6);
    }

    /// @dev 104,000 against 105,000: selling ether at the oracle's price raises health and leaves
    /// the shortfall unchanged.
    function test_deleverage_maySellAtTheOraclePriceBelowWater() public {
        _lend(lender, 1e6 * 1e6);
        _deposit(alice, GOLD, 100_000e6);
        _deposit(alice, WETH, 20e18);
        _borrow(alice, 105_000e6);
        _setPrice(WETH, 200e8);
        _fundDebt(alice, 0);
        vm.startPrank(alice);
        bytes4 e = IVaultEngine.SolvencyWouldFall.selector;
        vm.expectRevert(abi.encodeWithSelector(e, 104_000e6, 105_000e6, 102_000e6, 103_000e6 + 1));
        engine.deleverage(_key(alice), WETH, 10e18, 2_000e6 - 1, alice, "");
        engine.deleverage(_key(alice), WETH, 10e18, 2_000e6, alice, "");
        vm.stopPrank();
        assertEq(_debt(_key(alice)), 103_000e6);
    }

    /// @dev Around the least payment that keeps health, with a debt that is not a whole number of
    /// units.
    function testFuzz_deleverage_refusesExactlyWhatLowersHealth(uint256 time, uint256 amount, uint256 less) public {
        _lend(lender, 1e6 * 1e6);
        _deposit(alice, GOLD, 1_000e6);
        _borrow(alice, 800e6);
        _pass(bound(time, 1 days, 60 days));
        _setPrice(GOLD, 0.82e8);
        _fundDebt(alice, 0);
        amount = bound(amount, 1e6, 100e6);
        uint256 liquidation = oracle.price(GOLD).liquidation;
        uint256 value = HealthMath.valueDown(1_000e6, liquidation);
        uint256 rest = HealthMath.valueDown(1_000e6 - amount, liquidation);
        uint256 debt = _debt(_key(alice));
        uint256 repay = debt - (debt * rest) / value - bound(less, 0, 2);
        uint256 left = _afterPaying(repay);
        if (!HealthMath.healthNotReduced(value, debt, rest, left)) {
            vm.expectPartialRevert(IVaultEngine.HealthWouldFall.selector);
        }
        vm.prank(alice);
        engine.deleverage(_key(alice), GOLD, amount, repay, alice, "");
    }

    function testFuzz_deleverage_takesWhatItSaysItTakes(uint256 time, uint256 repay) public {
        _open(alice, 1_000e6);
        _pass(bound(time, 1 days, 365 days));
        _fundDebt(alice, 0);
        repay = bound(repay, 1, 900e6);
        uint256 left = _afterPaying(repay);
        vm.prank(alice);
        (uint256 repaid, ) = engine.deleverage(_key(alice), WETH, 0, repay, alice, "");
        assertEq(debtToken.balanceOf(alice), 1_000e6 - repaid);
        assertApproxEqAbs(repaid, repay, 2);
        assertEq(_debt(_key(alice)), left);
    }

    function _afterPaying(uint256 repay) private view returns (uint256 left) {
        (uint256 scaled, uint256 index) = (_scaled(_key(alice)), pool.currentIndex());
        (, uint256 scaledRepaid) = DebtMath.repayment(scaled, index, repay, 100e6);
        return DebtMath.debtUp(scaled - scaledRepaid, index);
    }

    // ------------------------------------------------------------------ bad debt

    function testFuzz_booking_statesTheDebtRoundedUp(uint256 time) public {
        _open(alice, 1_500e6);
        _pass(bound(time, 1 days, 365 days));
        _setPrice(WETH, 2);
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.maxRepay = 0;
        uint256 debt = DebtMath.debtUp(_scaled(_key(alice)), pool.currentIndex());
        vm.expectEmit(address(engine));
        emit IVaultEngine.BadDebtRealized(_key(alice), debt);
        engine.liquidate(c);
    }

    // ------------------------------------------------------------------ the breaker

    function test_breaker_isNotAskedWhileNothingIsGuarded() public {
        vm.mockCallRevert(address(breaker), abi.encodeWithSelector(ICircuitBreaker.requireOpen.selector), "asked");
        _open(alice, 1_500e6);
        for (uint8 i = 0; i < 5; ++i) engine.requireOpen(PausableAction(i));
        assertEq(_scaled(_key(alice)), 1_500e6);
    }

    function test_requireOpen_countsGraceAsClosedForLiquidations() public {
        breaker.pause(PausableAction.Liquidate, 1 hours);
        vm.warp(START + 1 hours);
        uint256 end = START + 1 hours + 30 minutes;
        vm.expectRevert(abi.encodeWithSelector(ICircuitBreaker.BorrowersInGrace.selector, end, 0, 0));
        engine.requireOpen(PausableAction.Liquidate);
    }

    // ------------------------------------------------------------- the auction house and the parts

    function test_release_isLockedDuringALiquidation() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_800e8);
        Releaser releaser = new Releaser(engine, house);
        debtToken.mint(address(releaser), 1_000e6);
        vm.prank(address(releaser));
        debtToken.approve(address(engine), MAX);
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.data = hex"01";
        releaser.liquidate(c);
        assertEq(releaser.refusal(), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
    }
}

/// @notice Liquidates, and lets the auction house release collateral meanwhile.
contract Releaser is ILiquidationCallback {
    VaultEngine private immutable _engine;
    PlainHouse private immutable _house;
    bytes4 public refusal;

    constructor(VaultEngine engine, PlainHouse house) {
        (_engine, _house) = (engine, house);
    }

    function liquidate(LiquidationCall calldata c) external {
        _engine.liquidate(c);
    }

    function onLiquidate(VaultKey, uint8 asset, uint256, uint256, bytes calldata) external {
        try _house.release(asset, 0, address(this)) {} catch (bytes memory err) {
            refusal = bytes4(err);
        }
    }
}

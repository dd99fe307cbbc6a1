// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {IVaultEngine} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {PRICE_ONE, RAY} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {LiquidationMath} from "../../../../contracts/libraries/math/LiquidationMath.sol";
import {VaultRules} from "../../../../contracts/libraries/rules/VaultRules.sol";
import {VaultView} from "../../../../contracts/libraries/rules/VaultView.sol";
import {AssetRiskFields, packAssetRisk} from "../../../../contracts/types/AssetRisk.sol";
import {Price, Status} from "../../../../contracts/types/Price.sol";
import {VaultKey, toVaultKey} from "../../../../contracts/types/VaultKey.sol";

/// @dev Prices are 1 where nothing else is said, so that amounts are values.
contract VaultRulesTest is Test {
    VaultKey private immutable _vault = toVaultKey(address(7), 1);

    function requireSeizable(uint8 asset, VaultView.Holding[] memory holdings) external view returns (uint256) {
        return VaultRules.requireSeizable(_vault, asset, holdings);
    }

    function requireEligible(LiquidationMath.Verdict verdict) external pure {
        VaultRules.requireEligible(verdict, _context(1_000, 7_000_000, 1_000), 3, _holding(3, 0, 9_000).risk);
    }

    function requireAbsorbable(
        uint256 value,
        uint256 adjustedCollateral,
        uint256 flaggedAt,
        uint256 opened,
        uint256 timestamp
    ) external pure {
        VaultRules.VaultContext memory x = _context(value, adjustedCollateral, 10_000);
        (x.flaggedAt, x.system.stuckHealth) = (flaggedAt, 8_700);
        VaultRules.requireAbsorbable(x, opened, timestamp);
    }

    function requirePaid(
        VaultView.Holding memory holding,
        uint256 sold,
        uint256 repaid
    ) external pure returns (bool dear) {
        return VaultRules.requirePaid(holding, sold, repaid);
    }

    function requireHealthNotReduced(VaultRules.VaultContext memory x, uint256 scaledDebt) external pure {
        VaultRules.requireHealthNotReduced(x, scaledDebt);
    }

    function borrowingPowerDown(VaultView.Holding[] memory holdings) external pure returns (uint256) {
        return VaultRules.borrowingPowerDown(holdings);
    }

    /// @dev At an index of 2.
    function _context(
        uint256 value,
        uint256 adjustedCollateral,
        uint256 debt
    ) private pure returns (VaultRules.VaultContext memory x) {
        (x.position.index, x.position.value, x.position.adjustedCollateral, x.debt) = (
            2 * RAY,
            value,
            adjustedCollateral,
            debt
        );
    }

    function _holding(uint8 asset, uint256 amount, uint16 threshold) private pure returns (VaultView.Holding memory h) {
        AssetRiskFields memory f;
        (f.ltv, f.liquidationThreshold, f.maxBonus) = (threshold - 500, threshold, 1_000);
        return VaultView.Holding(asset, amount, packAssetRisk(f), Price(PRICE_ONE, PRICE_ONE, PRICE_ONE, Status.Good));
    }

    function _two(uint256 first, uint256 second) private pure returns (VaultView.Holding[] memory list) {
        list = new VaultView.Holding[](2);
        (list[0], list[1]) = (_holding(3, first, 8_000), _holding(60, second, 1_000));
    }

    // ------------------------------------------------------------------ seizing

    function test_seizable_isWhatIsHeldAndHasAPrice() public {
        VaultView.Holding[] memory list = _two(1, 1);
        assertEq(this.requireSeizable(3, list), 0);
        assertEq(this.requireSeizable(60, list), 1);
        list[1].price.status = Status.Doubtful;
        assertEq(this.requireSeizable(60, list), 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.AssetNotHeld.selector, _vault, 4));
        this.requireSeizable(4, list);
        list[1].price.status = Status.Dead;
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.PriceDead.selector, 60));
        this.requireSeizable(60, list);
        assertEq(this.requireSeizable(3, list), 0);
    }

    function test_requireEligible_saysWhyNot() public {
        this.requireEligible(LiquidationMath.Verdict.Executable);
        this.requireEligible(LiquidationMath.Verdict.NothingToDo);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.VaultHealthy.selector, 7_000_000, 10_000_000));
        this.requireEligible(LiquidationMath.Verdict.Healthy);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.AssetNotSeizable.selector, 3, 9_000, 0.7e18));
        this.requireEligible(LiquidationMath.Verdict.AssetNotSeizable);
    }

    // ------------------------------------------------------------------ absorbing

    function test_requireAbsorbable_neverOfAHealthyVault() public {
        this.requireAbsorbable(0, 99_999_999, 0, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.VaultHealthy.selector, 100_000_000, 100_000_000));
        this.requireAbsorbable(0, 100_000_000, 0, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.VaultHealthy.selector, 100_000_001, 100_000_000));
        this.requireAbsorbable(0, 100_000_001, 0, 0, 0);
    }

    function test_requireAbsorbable_belowTheRatioByAnyone() public {
        this.requireAbsorbable(10_199, 0, 0, 0, 1 days);
        bytes4 err = IVaultEngine.NotAbsorbable.selector;
        vm.expectRevert(abi.encodeWithSelector(err, 10_200, 10_000, 0, 8_700, 0));
        this.requireAbsorbable(10_200, 0, 0, 0, 1 days);
    }

    function test_requireAbsorbable_aboveItFromOneToTwoHoursAfterTheFlag() public {
        _requireRipe(1 days, 0, 1 days + 1 hours);
    }

    function test_requireAbsorbable_countsNoTimeBeforeLiquidatingWasOpenAgain() public {
        _requireRipe(1 days, 1 days - 1, 1 days + 1 hours);
        _requireRipe(1 days, 1 days + 3 hours, 1 days + 4 hours);
    }

    /// @dev From `from` on, for an hour.
    function _requireRipe(uint256 flaggedAt, uint256 opened, uint256 from) private {
        bytes4 err = IVaultEngine.NotAbsorbable.selector;
        bytes memory refused = abi.encodeWithSelector(err, 20_000, 10_000, 0, 8_700, from);
        vm.expectRevert(refused);
        this.requireAbsorbable(20_000, 0, flaggedAt, opened, from - 1);
        this.requireAbsorbable(20_000, 0, flaggedAt, opened, from);
        this.requireAbsorbable(20_000, 0, flaggedAt, opened, from + 1 hours);
        vm.expectRevert(refused);
        this.requireAbsorbable(20_000, 0, flaggedAt, opened, from + 1 hours + 1);
    }

    function test_requireAbsorbable_byAgeOnlyBelowStuckHealth() public {
        this.requireAbsorbable(20_000, 86_999_999, 1 days, 0, 1 days + 1 hours);
        bytes4 err = IVaultEngine.NotAbsorbable.selector;
        vm.expectRevert(abi.encodeWithSelector(err, 20_000, 10_000, 0.87e18, 8_700, 1 days + 1 hours));
        this.requireAbsorbable(20_000, 87_000_000, 1 days, 0, 1 days + 1 hours);
    }

    // ------------------------------------------------------------------ deleveraging

    function test_requirePaid_upToTheLargestBonus() public {
        VaultView.Holding memory h = _holding(3, 0, 8_000);
        (h.price.liquidation, h.price.low, h.price.high) = (2 * PRICE_ONE, 1, 3 * PRICE_ONE);
        this.requirePaid(h, 55, 100);
        this.requirePaid(h, 55, 101);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.SaleTooExpensive.selector, 112, 111));
        this.requirePaid(h, 56, 101);
    }

    function test_requirePaid_isDearBeyondOnePercent() public view {
        VaultView.Holding memory h = _holding(3, 0, 8_000);
        assertFalse(this.requirePaid(h, 101, 100));
        assertTrue(this.requirePaid(h, 102, 100));
        assertFalse(this.requirePaid(h, 102, 101));
        assertTrue(this.requirePaid(h, 103, 101));
        assertTrue(this.requirePaid(h, 10_101, 10_000));
        assertFalse(this.requirePaid(h, 0, 0));
    }

    /// @dev A vault that held 500 of each asset against `debt`, and now holds this.
    function _changed(
        uint256 debt,
        uint256 first,
        uint256 second
    ) private pure returns (VaultRules.VaultContext memory x) {
        x = _context(1_000, 4_500_000, debt);
        x.holdings = _two(first, second);
    }

    function test_requireNoWorse_keepsTheHealth() public {
        this.requireHealthNotReduced(_changed(500, 500, 500), 250);
        this.requireHealthNotReduced(_changed(500, 450, 450), 225);
        vm.expectRevert(
            abi.encodeWithSelector(IVaultEngine.HealthWouldFall.selector, 0.9e18, uint256(4_050_000e14) / 452)
        );
        this.requireHealthNotReduced(_changed(500, 450, 450), 226);
    }

    function test_requireNoWorse_roundsTheDebtUp() public {
        VaultRules.VaultContext memory x = _changed(5, 500, 500);
        x.position.index = (3 * RAY) / 2;
        this.requireHealthNotReduced(x, 3);
        x.debt = 4;
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.HealthWouldFall.selector, 112.5e18, 90e18));
        this.requireHealthNotReduced(x, 3);
    }

    function test_requireNoWorse_keepsTheCollateralRatioOfASolventVault() public {
        this.requireHealthNotReduced(_changed(500, 500, 300), 200);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.SolvencyWouldFall.selector, 1_000, 500, 799, 400));
        this.requireHealthNotReduced(_changed(500, 500, 299), 200);
    }

    function test_requireNoWorse_keepsTheShortfallOfAnother() public {
        this.requireHealthNotReduced(_changed(2_000, 600, 300), 950);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.SolvencyWouldFall.selector, 1_000, 2_000, 900, 1_902));
        this.requireHealthNotReduced(_changed(2_000, 600, 300), 951);
    }

    // ------------------------------------------------------------------ borrowing

    function test_goodPowerDown_sumsValuesAtLowByEffectiveLtv() public view {
        VaultView.Holding[] memory list = _two(1_001, 100);
        list[0].price.low = PRICE_ONE / 2;
        list[1].risk = list[1].risk.withHaircut(6_000);
        assertEq(this.borrowingPowerDown(list), 500 * 7_500 + 100 * 400);
        assertEq(this.borrowingPowerDown(new VaultView.Holding[](0)), 0);
    }

    function test_goodPowerDown_ofGoodPricesOnly() public {
        VaultView.Holding[] memory list = _two(1, 1);
        for (uint256 i = 0; i < 2; ++i) {
            for (uint8 status = 1; status <= uint8(type(Status).max); ++status) {
                list[i].price.status = Status(status);
                vm.expectRevert(
                    abi.encodeWithSelector(IVaultEngine.PriceNotGood.selector, list[i].asset, Status(status))
                );
                this.borrowingPowerDown(list);
            }
            list[i].price.status = Status.Good;
        }
    }

    // ------------------------------------------------------------------ depositing beyond a cap

    function test_restoringAmountUp_restoresTheTarget() public pure {
        VaultRules.VaultContext memory x = _context(0, 3_999_992, 400);
        x.system.targetHealth = 10_100;
        x.holdings = _two(0, 0);
        // 400 * 1.01 * 1e4 - 3,999,992 = 40,008; over the threshold of 9,000 it is 5, rounded up;
        // at a price of 2 it is 3.
        assertEq(VaultRules.restoringAmountUp(x, _holding(4, 0, 9_000).risk, 2 * PRICE_ONE), 3);
        x.position.adjustedCollateral = 4_040_000;
        assertEq(VaultRules.restoringAmountUp(x, _holding(4, 0, 9_000).risk, 2 * PRICE_ONE), 0);
    }

    /// @dev 9,000 over 8,500 is 1.0588, 8,000 over 7,500 is 1.0666, 1,000 over 500 is 2.
    function test_restoringAmountUp_neverBeyondTheHealthOfAnyAssetAtItsLimit() public pure {
        VaultRules.VaultContext memory x = _context(0, 0, 1_000);
        x.system.targetHealth = 50_000;
        assertEq(VaultRules.restoringAmountUp(x, _holding(4, 0, 9_000).risk, PRICE_ONE), 1_177);
        x.holdings = _two(0, 0);
        assertEq(VaultRules.restoringAmountUp(x, _holding(4, 0, 9_000).risk, PRICE_ONE), 1_177);
        assertEq(VaultRules.restoringAmountUp(x, _holding(4, 0, 1_000).risk, PRICE_ONE), 10_666);
        (x.holdings[0], x.holdings[1]) = (x.holdings[1], x.holdings[0]);
        assertEq(VaultRules.restoringAmountUp(x, _holding(4, 0, 1_000).risk, PRICE_ONE), 10_666);
    }
}

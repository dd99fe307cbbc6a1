// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {RiskRules} from "../../../../contracts/libraries/rules/RiskRules.sol";
import {AssetRiskFields} from "../../../../contracts/types/AssetRisk.sol";

contract RiskRulesTest is Test {
    function checkAsset(AssetRiskFields memory f) external pure {
        RiskRules.checkAsset(f);
    }

    function checkTarget(uint256 target) external pure {
        RiskRules.checkTarget(target);
    }

    function _good() private pure returns (AssetRiskFields memory f) {
        (f.ltv, f.liquidationThreshold, f.minBonus, f.maxBonus, f.slope) = (7_500, 8_000, 50, 1_000, 2_500);
    }

    /// @dev Accepted parameters satisfy the assumptions of the liquidation arithmetic. Refused ones
    /// break one rule.
    function testFuzz_checkAsset_acceptsExactlyTheHarmlessParameters(
        AssetRiskFields memory f,
        bool plausible
    ) public view {
        if (plausible) {
            (f.ltv, f.liquidationThreshold) = (f.ltv % 10_000, f.liquidationThreshold % 10_000);
            (f.minBonus, f.maxBonus) = (f.minBonus % 500, f.maxBonus % 2_500);
        }
        bool ltvBelow = f.ltv > 0 && f.ltv < f.liquidationThreshold;
        bool harmless = (10_000 + uint256(f.maxBonus)) * f.liquidationThreshold < 1e8;
        bool pays = f.maxBonus > 0 && (f.minBonus > 0 || f.slope > 0);
        bool expected = ltvBelow && harmless && f.minBonus <= f.maxBonus && pays;
        try this.checkAsset(f) {
            assertTrue(expected);
        } catch {
            assertFalse(expected);
        }
    }

    function test_checkAsset_revertsUnlessLtvIsPositiveAndBelowTheThreshold() public {
        AssetRiskFields memory f = _good();
        f.ltv = f.liquidationThreshold;
        vm.expectRevert(abi.encodeWithSelector(RiskRules.LtvNotBelowThreshold.selector, 8_000, 8_000));
        this.checkAsset(f);
        f.ltv = 0;
        vm.expectRevert(abi.encodeWithSelector(RiskRules.LtvNotBelowThreshold.selector, 0, 8_000));
        this.checkAsset(f);
    }

    function test_checkAsset_revertsIfTheBonusHarmsTheVault() public {
        AssetRiskFields memory f = _good();
        f.maxBonus = 2_500;
        vm.expectRevert(abi.encodeWithSelector(RiskRules.BonusHarmsVault.selector, 2_500, 8_000));
        this.checkAsset(f);
        f.maxBonus = 2_499;
        this.checkAsset(f);
    }

    function test_checkAsset_revertsIfTheSmallestBonusExceedsTheLargest() public {
        AssetRiskFields memory f = _good();
        f.minBonus = 1_001;
        vm.expectRevert(abi.encodeWithSelector(RiskRules.MinBonusAboveMax.selector, 1_001, 1_000));
        this.checkAsset(f);
    }

    function test_checkAsset_revertsIfNobodyIsEverPaid() public {
        AssetRiskFields memory f = _good();
        (f.minBonus, f.slope) = (0, 0);
        vm.expectRevert(abi.encodeWithSelector(RiskRules.BonusNeverPays.selector, 0, 1_000, 0));
        this.checkAsset(f);
        (f.maxBonus, f.slope) = (0, 9);
        vm.expectRevert(abi.encodeWithSelector(RiskRules.BonusNeverPays.selector, 0, 0, 9));
        this.checkAsset(f);
    }

    function testFuzz_checkTarget_acceptsExactlyItsRange(uint256 target) public {
        if (target % 2 == 0) target %= 20_000;
        if (target < 10_100 || target > 15_000) {
            vm.expectRevert(abi.encodeWithSelector(RiskRules.TargetHealthOutOfRange.selector, target, 10_100, 15_000));
        }
        this.checkTarget(target);
    }

    function test_checkTarget_includesItsEnds() public {
        this.checkTarget(10_100);
        this.checkTarget(15_000);
        for (uint256 i = 0; i < 2; ++i) {
            uint256 outside = i == 0 ? 10_099 : 15_001;
            vm.expectRevert(abi.encodeWithSelector(RiskRules.TargetHealthOutOfRange.selector, outside, 10_100, 15_000));
            this.checkTarget(outside);
        }
    }
}

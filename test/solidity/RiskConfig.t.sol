// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IRiskConfig, SystemRisk} from "../../contracts/interfaces/IRiskConfig.sol";
import {RiskRules} from "../../contracts/libraries/RiskRules.sol";
import {AssetRisk, AssetRiskFields, unpackAssetRisk} from "../../contracts/types/AssetRisk.sol";
import {AssetSet} from "../../contracts/types/AssetSet.sol";
import {OddToken} from "./support/OddToken.sol";
import {SystemFixture} from "./support/SystemFixture.sol";

contract RiskConfigTest is SystemFixture {
    function _fields(address token) private pure returns (AssetRiskFields memory) {
        return AssetRiskFields(token, 7_000, 7_500, 10, 900, 2_000, 0);
    }

    function test_listAsset_givesIdsInOrderAndReadsTheDecimals() public {
        OddToken token = new OddToken();
        token.setDecimals(11);
        AssetRiskFields memory f = _fields(address(token));
        f.decimals = 99;
        AssetRiskFields memory stored = _fields(address(token));
        stored.decimals = 11;
        vm.expectEmit(address(riskConfig));
        emit IRiskConfig.AssetSetTo(3, stored, 5);
        assertEq(riskConfig.listAsset(f, 5), 3);
        assertEq(riskConfig.assetCount(), 4);
        (AssetRiskFields memory read, uint128 cap) = riskConfig.assetRisk(3);
        assertEq(abi.encode(read, cap), abi.encode(stored, uint128(5)));
    }

    function test_listAsset_refusesATokenTwice() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskConfig.AlreadyListed.selector, address(tokens[WBTC]), WBTC));
        riskConfig.listAsset(_fields(address(tokens[WBTC])), 1);
    }

    function test_listAsset_refusesTheSixtyFifth() public {
        for (uint256 i = 3; i < 64; ++i) riskConfig.listAsset(_fields(address(new OddToken())), 1);
        address token = address(new OddToken());
        vm.expectRevert(abi.encodeWithSelector(IRiskConfig.TooManyAssets.selector, 64));
        riskConfig.listAsset(_fields(token), 1);
        assertEq(riskConfig.assetCount(), 64);
        lens.systemRatios();
    }

    function test_listAsset_refusesMoreThan24Decimals() public {
        OddToken token = new OddToken();
        token.setDecimals(25);
        vm.expectRevert(abi.encodeWithSelector(IRiskConfig.TooManyDecimals.selector, 25, 24));
        riskConfig.listAsset(_fields(address(token)), 1);
        token.setDecimals(24);
        riskConfig.listAsset(_fields(address(token)), 1);
    }

    function test_listAsset_refusesHarmfulParameters() public {
        AssetRiskFields memory f = _fields(address(new OddToken()));
        f.ltv = 7_500;
        vm.expectRevert(abi.encodeWithSelector(RiskRules.LtvNotBelowThreshold.selector, 7_500, 7_500));
        riskConfig.listAsset(f, 1);
    }

    function testFuzz_setAsset_thresholdMayRiseButNotFall(uint16 threshold) public {
        threshold = uint16(bound(threshold, 7_501, 9_000));
        (AssetRiskFields memory f, ) = riskConfig.assetRisk(WETH);
        f.liquidationThreshold = threshold;
        if (threshold < 8_000) {
            vm.expectRevert(abi.encodeWithSelector(IRiskConfig.ThresholdMayNotFall.selector, 8_000, threshold));
        }
        riskConfig.setAsset(WETH, f, 1);
        (AssetRisk risk, uint256 cap) = riskConfig.depositTerms(WETH);
        assertEq(risk.liquidationThreshold(), threshold < 8_000 ? 8_000 : threshold);
        if (threshold >= 8_000) assertEq(cap, 1);
    }

    /// @dev Whatever governance sets, no healthy vault becomes liquidatable by it.
    function testFuzz_setAsset_neverMakesAHealthyVaultLiquidatable(AssetRiskFields memory f, uint128 cap) public {
        _open(alice, 1_500e6);
        f.token = address(tokens[WETH]);
        f.liquidationThreshold = uint16(bound(f.liquidationThreshold, 7_000, 9_999));
        f.ltv = uint16(bound(f.ltv, 1, f.liquidationThreshold));
        (f.minBonus, f.maxBonus) = (f.minBonus % 100, f.maxBonus % 300);
        try riskConfig.setAsset(WETH, f, cap) {} catch {}
        assertFalse(_health(_key(alice)).liquidatable);
    }

    function test_setAsset_keepsTheToken() public {
        (AssetRiskFields memory f, ) = riskConfig.assetRisk(WETH);
        f.token = bob;
        vm.expectRevert(abi.encodeWithSelector(IRiskConfig.TokenMayNotChange.selector, address(tokens[WETH]), bob));
        riskConfig.setAsset(WETH, f, 1);
    }

    /// @dev The decimals stay what they were at the listing, whatever the token says later.
    function test_setAsset_keepsTheDecimals() public {
        OddToken token = new OddToken();
        uint8 asset = riskConfig.listAsset(_fields(address(token)), 1);
        token.setDecimals(2);
        riskConfig.setAsset(asset, _fields(address(token)), 1);
        (AssetRiskFields memory f, ) = riskConfig.assetRisk(asset);
        assertEq(f.decimals, 18);
    }

    function test_unknownAsset_isRefusedEverywhere() public {
        bytes memory err = abi.encodeWithSelector(IRiskConfig.UnknownAsset.selector, 3, 3);
        AssetRiskFields memory f = _fields(bob);
        vm.expectRevert(err);
        riskConfig.setAsset(3, f, 1);
        vm.expectRevert(err);
        riskConfig.assetRisk(3);
        vm.expectRevert(err);
        riskConfig.depositTerms(3);
    }

    function testFuzz_setSystem_isReadBack(uint104 borrowCap, uint96 dust, uint16 target) public {
        SystemRisk memory s = SystemRisk(borrowCap, dust == 0 ? 1 : dust, uint16(bound(target, 10_100, 15_000)), 0);
        vm.expectEmit(address(riskConfig));
        emit IRiskConfig.SystemSetTo(s);
        riskConfig.setSystem(s);
        assertEq(abi.encode(riskConfig.systemRisk()), abi.encode(s));
    }

    function test_setSystem_refusesNoDustAndAStrangeTarget() public {
        vm.expectRevert(IRiskConfig.DustIsZero.selector);
        riskConfig.setSystem(SystemRisk(1, 0, 10_500, 0));
        vm.expectRevert(abi.encodeWithSelector(RiskRules.TargetHealthOutOfRange.selector, 10_099, 10_100, 15_000));
        riskConfig.setSystem(SystemRisk(1, 1, 10_099, 0));
    }

    function testFuzz_load_listsMembersAscending(uint8 bits) public view {
        AssetSet set = AssetSet.wrap(bits % 8);
        (AssetRisk[] memory risks, SystemRisk memory system) = riskConfig.load(set);
        assertEq(risks.length, set.size());
        for (uint256 i = 0; i < risks.length; ++i) {
            (AssetRiskFields memory f, ) = riskConfig.assetRisk(set.lowest());
            assertEq(abi.encode(unpackAssetRisk(risks[i])), abi.encode(f));
            set = set.without(set.lowest());
        }
        assertEq(abi.encode(system), abi.encode(riskConfig.systemRisk()));
    }

    function test_setters_areRestricted() public {
        AssetRiskFields memory f = _fields(bob);
        bytes memory err = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, bob);
        vm.startPrank(bob);
        vm.expectRevert(err);
        riskConfig.listAsset(f, 1);
        vm.expectRevert(err);
        riskConfig.setAsset(WETH, f, 1);
        vm.expectRevert(err);
        riskConfig.setSystem(SystemRisk(1, 1, 10_500, 0));
        vm.stopPrank();
    }
}

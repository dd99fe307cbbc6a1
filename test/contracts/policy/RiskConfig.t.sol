// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IRiskConfig, SystemRisk} from "../../../contracts/interfaces/IRiskConfig.sol";
import {RiskRules} from "../../../contracts/libraries/rules/RiskRules.sol";
import {AssetRisk, AssetRiskFields, unpackAssetRisk} from "../../../contracts/types/AssetRisk.sol";
import {AssetSet} from "../../../contracts/types/AssetSet.sol";
import {OddToken} from "../support/fakes/OddToken.sol";
import {SystemFixture} from "../support/fixtures/SystemFixture.sol";

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
        emit IRiskConfig.AssetUpdated(3, stored, 5);
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

    // ------------------------------------------------------------------ the ramp

    function _threshold() private view returns (uint256) {
        (AssetRisk risk, ) = riskConfig.depositTerms(WETH);
        (AssetRisk[] memory risks, ) = riskConfig.vaultTerms(AssetSet.wrap(1));
        (AssetRiskFields memory fields, ) = riskConfig.assetRisk(WETH);
        assertEq(risks[0].liquidationThreshold(), risk.liquidationThreshold());
        assertEq(fields.liquidationThreshold, risk.liquidationThreshold());
        return risk.liquidationThreshold();
    }

    function _setThreshold(uint16 threshold) private {
        (AssetRiskFields memory f, ) = riskConfig.assetRisk(WETH);
        (f.ltv, f.liquidationThreshold) = (1_000, threshold);
        riskConfig.setAsset(WETH, f, 1);
    }

    /// @dev Up at once; down by one percentage point a day, whoever reads it and however.
    function testFuzz_setAsset_thresholdRisesAtOnceAndFallsOnARamp(uint16 threshold, uint256 elapsed) public {
        threshold = uint16(bound(threshold, 1_001, 9_000));
        elapsed = bound(elapsed, 0, 100 days);
        if (threshold < 8_000) {
            vm.expectEmit(address(riskConfig));
            emit IRiskConfig.ThresholdRampUpdated(WETH, 8_000, threshold, START + (8_000 - uint256(threshold)) * 864);
        }
        _setThreshold(threshold);
        assertEq(_threshold(), threshold < 8_000 ? 8_000 : threshold);
        vm.warp(START + elapsed);
        uint256 fallen = (elapsed * 100) / 1 days;
        uint256 expected = threshold >= 8_000 || fallen > 8_000 - uint256(threshold) ? threshold : 8_000 - fallen;
        assertEq(_threshold(), expected);
    }

    /// @dev For any sequence of changes by governance, settled at any time, a threshold falls by at
    /// most a point a day.
    function testFuzz_setAsset_noSequenceOutrunsTheRamp(uint256 seed) public {
        (uint256 time, uint256 threshold) = (START, 8_000);
        // Where and when it last stood higher.
        (uint256 top, uint256 since) = (threshold, time);
        for (uint256 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint16 next = uint16(1_001 + ((seed >> 8) % 8_000));
            _setThreshold(next);
            assertEq(_threshold(), next > threshold ? next : threshold);
            if (next > threshold) (top, since) = (next, time);
            time += (seed >> 64) % 20 days;
            vm.warp(time);
            if (seed % 2 == 0) riskConfig.settleThreshold(WETH);
            threshold = _threshold();
            assertLe(top - threshold, ((time - since) * 100) / 1 days);
        }
    }

    function test_settleThreshold_endsAFinishedRampOnly() public {
        assertFalse(riskConfig.settleThreshold(WETH));
        _setThreshold(7_900);
        riskConfig.setHaircut(WETH, 77);
        (uint256 start, uint256 end, uint256 endsAt) = riskConfig.thresholdRamp(WETH);
        assertEq(abi.encode(start, end, endsAt), abi.encode(8_000, 7_900, START + 1 days));
        vm.warp(START + 1 days - 1);
        assertFalse(riskConfig.settleThreshold(WETH));
        assertEq(_threshold(), 7_901);
        vm.warp(START + 1 days);
        (AssetRisk before, ) = riskConfig.depositTerms(WETH);
        assertTrue(before.ramping());
        vm.prank(bob);
        assertTrue(riskConfig.settleThreshold(WETH));
        (AssetRisk risk, ) = riskConfig.depositTerms(WETH);
        assertEq(AssetRisk.unwrap(risk), AssetRisk.unwrap(before.withRamping(false)));
        assertEq(risk.liquidationThreshold(), 7_900);
        assertEq(risk.haircut(), 77);
        (start, end, endsAt) = riskConfig.thresholdRamp(WETH);
        assertEq(start + end + endsAt, 0);
    }

    /// @dev The bonus is bounded by the threshold in force, which is the higher end of a ramp.
    function test_setAsset_checksBothEndsOfTheRamp() public {
        (AssetRiskFields memory f, ) = riskConfig.assetRisk(WETH);
        (f.ltv, f.liquidationThreshold, f.maxBonus) = (5_000, 6_000, 2_500);
        vm.expectRevert(abi.encodeWithSelector(RiskRules.BonusHarmsVault.selector, 2_500, 8_000));
        riskConfig.setAsset(WETH, f, 1);
        (f.ltv, f.maxBonus) = (6_000, 1_000);
        vm.expectRevert(abi.encodeWithSelector(RiskRules.LtvNotBelowThreshold.selector, 6_000, 6_000));
        riskConfig.setAsset(WETH, f, 1);
    }

    // ------------------------------------------------------------------ tightening

    function testFuzz_tighten_onlyTightens(uint16 ltv, uint16 threshold, uint128 cap) public {
        ltv = uint16(bound(ltv, 1, 9_000));
        threshold = uint16(bound(threshold, ltv + 1, 9_001));
        _setCap(WETH, 1e24);
        cap = uint128(bound(cap, 0, 2e24));
        bool tighter = ltv <= 7_500 && threshold <= 8_000 && cap <= 1e24;
        if (!tighter) {
            (uint256 current, uint256 proposed) = ltv > 7_500
                ? (uint256(7_500), uint256(ltv))
                : threshold > 8_000
                    ? (uint256(8_000), uint256(threshold))
                    : (uint256(1e24), uint256(cap));
            vm.expectRevert(abi.encodeWithSelector(IRiskConfig.WouldLoosen.selector, current, proposed));
        }
        riskConfig.tighten(WETH, ltv, threshold, cap);
        if (!tighter) return;
        (AssetRiskFields memory f, uint128 supplyCap) = riskConfig.assetRisk(WETH);
        assertEq(abi.encode(f.ltv, f.liquidationThreshold, supplyCap), abi.encode(ltv, 8_000, cap));
        assertEq(abi.encode(f.token, f.minBonus, f.maxBonus), abi.encode(tokens[WETH], 0, 1_000));
        vm.warp(START + 100 days);
        assertEq(_threshold(), threshold);
    }

    /// @dev While a ramp runs, a threshold above its end would loosen, even if it is below the
    /// threshold in force.
    function test_tighten_mayNotStopARamp() public {
        _setThreshold(7_000);
        vm.expectRevert(abi.encodeWithSelector(IRiskConfig.WouldLoosen.selector, 7_000, 7_500));
        riskConfig.tighten(WETH, 1_000, 7_500, 1);
    }

    /// @dev Nor hold it up, by asking for what is under way before each of its steps.
    function testFuzz_tighten_againAndAgainDoesNotHoldUpARamp(uint256 seed) public {
        _setThreshold(7_000);
        uint256 elapsed;
        for (uint256 i = 0; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            elapsed += seed % 1_800;
            vm.warp(START + elapsed);
            riskConfig.tighten(WETH, 1_000, 7_000, 1);
            assertEq(_threshold(), 8_000 - (elapsed * 100) / 1 days);
        }
    }

    function testFuzz_haircut_isTheLargerOfModelAndFloor(uint16 model, uint16 floor, uint16 lower) public {
        (floor, lower) = (floor % 10_001, lower % 10_001);
        riskConfig.setHaircut(WETH, model);
        riskConfig.setHaircutFloor(WETH, floor);
        uint256 bounded = model > 10_000 ? 10_000 : model;
        (AssetRisk risk, ) = riskConfig.depositTerms(WETH);
        assertEq(risk.haircut(), bounded > floor ? bounded : floor);
        if (lower < floor) vm.expectRevert(abi.encodeWithSelector(IRiskConfig.WouldLoosen.selector, floor, lower));
        riskConfig.raiseHaircutFloor(WETH, lower);
        riskConfig.setHaircutFloor(WETH, lower);
        (risk, ) = riskConfig.depositTerms(WETH);
        assertEq(risk.haircut(), bounded > lower ? bounded : lower);
        (uint256 read, uint256 readFloor) = riskConfig.haircuts(WETH);
        assertEq(abi.encode(read, readFloor), abi.encode(bounded, lower));
    }

    /// @dev Only the model and the floor set the haircut. Other settings of the asset and the end
    /// of a ramp do not change it.
    function testFuzz_haircut_outlivesWhatIsSetOfTheAsset(uint16 haircut, uint16 threshold, uint256 elapsed) public {
        haircut = uint16(bound(haircut, 1, 10_000));
        riskConfig.setHaircut(WETH, haircut);
        _setThreshold(uint16(bound(threshold, 1_001, 9_000)));
        (AssetRisk risk, ) = riskConfig.depositTerms(WETH);
        assertEq(risk.haircut(), haircut);
        vm.warp(START + bound(elapsed, 0, 100 days));
        riskConfig.settleThreshold(WETH);
        riskConfig.tighten(WETH, 900, 1_000, 0);
        (risk, ) = riskConfig.depositTerms(WETH);
        assertEq(risk.haircut(), haircut);
    }

    function test_setHaircutFloor_isAtMostAll() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskConfig.HaircutTooLarge.selector, 10_001, 10_000));
        riskConfig.setHaircutFloor(WETH, 10_001);
        vm.expectRevert(abi.encodeWithSelector(IRiskConfig.UnknownAsset.selector, 3, 3));
        riskConfig.setHaircutFloor(3, 1);
    }

    function testFuzz_lowerBorrowCap_onlyLowersAndKeepsTheRest(uint104 cap) public {
        SystemRisk memory s = riskConfig.systemRisk();
        if (cap > s.borrowCap)
            vm.expectRevert(abi.encodeWithSelector(IRiskConfig.WouldLoosen.selector, s.borrowCap, cap));
        riskConfig.lowerBorrowCap(cap);
        if (cap <= s.borrowCap) s.borrowCap = cap;
        assertEq(abi.encode(riskConfig.systemRisk()), abi.encode(s));
    }

    // ------------------------------------------------------------------ everything else

    /// @dev Whatever governance sets, no healthy vault becomes liquidatable by it.
    function testFuzz_setAsset_neverMakesAHealthyVaultLiquidatable(AssetRiskFields memory f, uint128 cap) public {
        _open(alice, 1_500e6);
        f.token = address(tokens[WETH]);
        f.liquidationThreshold = uint16(bound(f.liquidationThreshold, 2, 9_999));
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

    function testFuzz_setSystem_isReadBack(uint104 borrowCap, uint80 dust, uint16 target, uint16 stuck) public {
        SystemRisk memory s = SystemRisk({
            borrowCap: borrowCap,
            dust: dust == 0 ? 1 : dust,
            targetHealth: uint16(bound(target, 10_100, 15_000)),
            stuckHealth: uint16(bound(stuck, 0, 10_000)),
            gatedActions: 0
        });
        vm.expectEmit(address(riskConfig));
        emit IRiskConfig.SystemUpdated(s);
        riskConfig.setSystem(s);
        assertEq(abi.encode(riskConfig.systemRisk()), abi.encode(s));
    }

    function test_setSystem_refusesNoDustAndHealthsOutOfRange() public {
        vm.expectRevert(IRiskConfig.DustIsZero.selector);
        riskConfig.setSystem(SystemRisk(1, 0, 10_500, 8_700, 0));
        vm.expectRevert(abi.encodeWithSelector(RiskRules.TargetHealthOutOfRange.selector, 10_099, 10_100, 15_000));
        riskConfig.setSystem(SystemRisk(1, 1, 10_099, 8_700, 0));
        vm.expectRevert(abi.encodeWithSelector(RiskRules.StuckHealthTooHigh.selector, 10_001, 10_000));
        riskConfig.setSystem(SystemRisk(1, 1, 10_500, 10_001, 0));
    }

    function testFuzz_load_listsMembersAscending(uint8 bits) public view {
        AssetSet set = AssetSet.wrap(bits % 8);
        (AssetRisk[] memory risks, SystemRisk memory system) = riskConfig.vaultTerms(set);
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
        riskConfig.setSystem(SystemRisk(1, 1, 10_500, 8_700, 0));
        vm.stopPrank();
    }
}

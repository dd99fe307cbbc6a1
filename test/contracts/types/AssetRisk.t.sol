// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {
    AssetRisk,
    AssetRiskFields,
    RatioTooLarge,
    packAssetRisk,
    unpackAssetRisk
} from "../../../contracts/types/AssetRisk.sol";

contract AssetRiskTest is Test {
    uint16 private constant MAX_RATIO = 16_383;

    function _bounded(AssetRiskFields memory f) private pure {
        f.ltv %= MAX_RATIO + 1;
        f.liquidationThreshold %= MAX_RATIO + 1;
        f.minBonus %= MAX_RATIO + 1;
        f.maxBonus %= MAX_RATIO + 1;
        f.decimals %= 32;
    }

    function testFuzz_unpackReturnsWhatWasPacked(AssetRiskFields memory f) public pure {
        _bounded(f);
        assertEq(abi.encode(unpackAssetRisk(packAssetRisk(f))), abi.encode(f));
    }

    function testFuzz_everyGetterReadsItsOwnField(AssetRiskFields memory f) public pure {
        _bounded(f);
        AssetRisk risk = packAssetRisk(f);
        assertEq(risk.token(), f.token);
        assertEq(risk.ltv(), f.ltv);
        assertEq(risk.liquidationThreshold(), f.liquidationThreshold);
        assertEq(risk.minBonus(), f.minBonus);
        assertEq(risk.maxBonus(), f.maxBonus);
        assertEq(risk.slope(), f.slope);
        assertEq(risk.decimals(), f.decimals);
        assertEq(risk.haircut(), 0);
        assertFalse(risk.ramping());
    }

    function testFuzz_changingOneFieldLeavesTheOthers(
        AssetRiskFields memory f,
        uint16 haircut,
        uint16 threshold,
        bool ramping
    ) public pure {
        _bounded(f);
        (haircut, threshold) = (haircut % (MAX_RATIO + 1), threshold % (MAX_RATIO + 1));
        AssetRisk risk = packAssetRisk(f).withHaircut(haircut).withThreshold(threshold).withRamping(ramping);
        assertEq(risk.haircut(), haircut);
        assertEq(risk.ramping(), ramping);
        f.liquidationThreshold = threshold;
        assertEq(abi.encode(unpackAssetRisk(risk)), abi.encode(f));
        AssetRisk back = risk.withHaircut(0).withRamping(false);
        assertEq(AssetRisk.unwrap(back), AssetRisk.unwrap(packAssetRisk(f)));
    }

    /// @dev The initial margin in force is at most the configured one and at most the threshold
    /// after the haircut.
    function testFuzz_effectiveLtv_isTheSmallerOfLtvAndWhatTheHaircutLeaves(
        AssetRiskFields memory f,
        uint16 haircut
    ) public pure {
        _bounded(f);
        haircut %= 10_001;
        uint256 cut = (uint256(f.liquidationThreshold) * (10_000 - haircut)) / 10_000;
        assertEq(packAssetRisk(f).withHaircut(haircut).effectiveLtv(), cut < f.ltv ? cut : f.ltv);
    }

    function test_aRatioBeyond14BitsIsRefused() public {
        AssetRiskFields memory f;
        f.maxBonus = MAX_RATIO + 1;
        vm.expectRevert(abi.encodeWithSelector(RatioTooLarge.selector, MAX_RATIO + 1, MAX_RATIO));
        this.pack(f);
    }

    function pack(AssetRiskFields memory f) external pure returns (AssetRisk) {
        return packAssetRisk(f);
    }
}

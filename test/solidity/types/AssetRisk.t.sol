// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {AssetRisk, AssetRiskFields, packAssetRisk, unpackAssetRisk} from "../../../contracts/types/AssetRisk.sol";

contract AssetRiskTest is Test {
    function testFuzz_unpackReturnsWhatWasPacked(AssetRiskFields memory f) public pure {
        assertEq(abi.encode(unpackAssetRisk(packAssetRisk(f))), abi.encode(f));
    }

    function testFuzz_everyGetterReadsItsOwnField(AssetRiskFields memory f) public pure {
        AssetRisk risk = packAssetRisk(f);
        assertEq(risk.token(), f.token);
        assertEq(risk.ltv(), f.ltv);
        assertEq(risk.liquidationThreshold(), f.liquidationThreshold);
        assertEq(risk.minBonus(), f.minBonus);
        assertEq(risk.maxBonus(), f.maxBonus);
        assertEq(risk.slope(), f.slope);
        assertEq(risk.decimals(), f.decimals);
    }

    function testFuzz_packingLeavesTheUnusedByteEmpty(AssetRiskFields memory f) public pure {
        assertEq(AssetRisk.unwrap(packAssetRisk(f)) >> 248, 0);
    }
}

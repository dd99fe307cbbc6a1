// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {LiquidationMath} from "../../../../contracts/libraries/math/LiquidationMath.sol";
import {VaultView} from "../../../../contracts/libraries/rules/VaultView.sol";
import {AssetRiskFields, packAssetRisk} from "../../../../contracts/types/AssetRisk.sol";
import {Price, Status} from "../../../../contracts/types/Price.sol";

contract VaultViewTest is Test {
    struct Sample {
        uint96 amount;
        uint96 liquidation;
        uint96 high;
        AssetRiskFields risk;
    }

    function _holding(uint8 id, Sample memory s) private pure returns (VaultView.Holding memory) {
        AssetRiskFields memory f = s.risk;
        (f.ltv, f.liquidationThreshold) = (f.ltv % 16_384, f.liquidationThreshold % 16_384);
        (f.minBonus, f.maxBonus, f.decimals) = (f.minBonus % 16_384, f.maxBonus % 16_384, f.decimals % 32);
        Price memory price = Price(uint256(s.liquidation) * 1e18, 1, uint256(s.high) * 1e18, Status.Good);
        return VaultView.Holding(id, s.amount, packAssetRisk(s.risk), price);
    }

    function _two(Sample memory a, Sample memory b) private pure returns (VaultView.Holding[] memory list) {
        list = new VaultView.Holding[](2);
        (list[0], list[1]) = (_holding(3, a), _holding(60, b));
    }

    function testFuzz_position_sumsValuesAtLiqAndWeightsThemByThreshold(
        Sample memory a,
        Sample memory b,
        uint128 scaled,
        uint128 index
    ) public pure {
        LiquidationMath.Position memory p = VaultView.position(_two(a, b), scaled, index);
        (uint256 va, uint256 vb) = (
            (uint256(a.amount) * a.liquidation) / 1e18,
            (uint256(b.amount) * b.liquidation) / 1e18
        );
        assertEq(p.value, va + vb);
        assertEq(p.adjustedCollateral, va * a.risk.liquidationThreshold + vb * b.risk.liquidationThreshold);
        assertEq(p.scaledDebt, scaled);
        assertEq(p.index, index);
    }

    function testFuzz_valueHigh_sumsValuesAtHigh(Sample memory a, Sample memory b) public pure {
        uint256 expected = (uint256(a.amount) * a.high) / 1e18 + (uint256(b.amount) * b.high) / 1e18;
        assertEq(VaultView.valueHigh(_two(a, b)), expected);
    }

    function testFuzz_valuesLow_areOneByOneAtLow(Sample memory a, Sample memory b, uint96 low) public pure {
        VaultView.Holding[] memory list = _two(a, b);
        list[0].price.low = uint256(low) * 1e18;
        uint256[] memory values = VaultView.valuesLow(list);
        assertEq(values.length, 2);
        assertEq(values[0], (uint256(a.amount) * low) / 1e18);
        assertEq(values[1], uint256(b.amount) / 1e36);
    }

    function testFuzz_sureValue_sumsValuesAtLowOfWhatIsNotDead(
        Sample memory a,
        Sample memory b,
        uint96 low,
        uint8 status
    ) public pure {
        VaultView.Holding[] memory list = _two(a, b);
        (list[0].price.low, list[1].price.low) = (uint256(low) * 1e18, uint256(b.liquidation) * 1e18);
        list[0].price.status = Status(status % 3);
        uint256 first = status % 3 == 2 ? 0 : (uint256(a.amount) * low) / 1e18;
        assertEq(VaultView.conservativeValue(list), first + (uint256(b.amount) * b.liquidation) / 1e18);
    }

    function testFuzz_asset_carriesEveryField(Sample memory s) public pure {
        LiquidationMath.Asset memory a = VaultView.asset(_holding(0, s));
        assertEq(a.amount, s.amount);
        assertEq(a.price, uint256(s.liquidation) * 1e18);
        assertEq(a.threshold, s.risk.liquidationThreshold);
        assertEq(a.minBonus, s.risk.minBonus);
        assertEq(a.maxBonus, s.risk.maxBonus);
        assertEq(a.slope, s.risk.slope);
    }

    function testFuzz_indexOfAsset_findsTheIdOrTheEnd(Sample memory a, Sample memory b, uint8 id) public pure {
        uint256 at = VaultView.indexOfAsset(_two(a, b), id);
        assertEq(
            at,
            id == 3
                ? 0
                : id == 60
                    ? 1
                    : 2
        );
        assertEq(VaultView.indexOfAsset(_two(a, b), 60), 1);
    }

    function test_emptyVault_isWorthNothing() public pure {
        VaultView.Holding[] memory none = new VaultView.Holding[](0);
        LiquidationMath.Position memory p = VaultView.position(none, 1, 1);
        assertEq(p.value + p.adjustedCollateral + VaultView.valueHigh(none) + VaultView.indexOfAsset(none, 0), 0);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AssetRisk} from "../../types/AssetRisk.sol";
import {Price, Status} from "../../types/Price.sol";
import {HealthMath} from "../math/HealthMath.sol";
import {LiquidationMath} from "../math/LiquidationMath.sol";

/// @notice The collaterals of a vault with their parameters and prices, and the sums over them.
/// Engine, lens and autopilot share it.
library VaultView {
    struct Holding {
        uint8 asset;
        /// Balance [token units].
        uint256 amount;
        AssetRisk risk;
        Price price;
    }

    /// @notice The position of a vault, as a liquidation needs it.
    function position(
        Holding[] memory holdings,
        uint256 scaledDebt,
        uint256 index
    ) internal pure returns (LiquidationMath.Position memory p) {
        (p.scaledDebt, p.index) = (scaledDebt, index);
        for (uint256 i = 0; i < holdings.length; ++i) {
            uint256 value = HealthMath.valueDown(holdings[i].amount, holdings[i].price.liquidation);
            p.value += value;
            p.adjustedCollateral += value * holdings[i].risk.liquidationThreshold();
        }
    }

    /// @notice One holding as the asset to seize.
    function asset(Holding memory h) internal pure returns (LiquidationMath.Asset memory a) {
        (a.amount, a.price) = (h.amount, h.price.liquidation);
        AssetRisk risk = h.risk;
        a.threshold = risk.liquidationThreshold();
        (a.minBonus, a.maxBonus, a.slope) = (risk.minBonus(), risk.maxBonus(), risk.slope());
    }

    /// @notice The value of each holding at its lowest usable price [debt units].
    function valuesLow(Holding[] memory holdings) internal pure returns (uint256[] memory values) {
        values = new uint256[](holdings.length);
        for (uint256 i = 0; i < holdings.length; ++i) {
            values[i] = HealthMath.valueDown(holdings[i].amount, holdings[i].price.low);
        }
    }

    /// @notice The liquidation price of each holding [1e36-scaled].
    function liquidationPrices(Holding[] memory holdings) internal pure returns (uint256[] memory prices) {
        prices = new uint256[](holdings.length);
        for (uint256 i = 0; i < holdings.length; ++i) prices[i] = holdings[i].price.liquidation;
    }

    /// @notice The conservative value of the holdings [debt units]: each at its lowest usable
    /// price, a dead one at zero.
    function conservativeValue(Holding[] memory holdings) internal pure returns (uint256 value) {
        for (uint256 i = 0; i < holdings.length; ++i) {
            Price memory p = holdings[i].price;
            if (p.status != Status.Dead) value += HealthMath.valueDown(holdings[i].amount, p.low);
        }
    }

    /// @notice The value of the holdings at the highest usable prices [debt units].
    function valueHigh(Holding[] memory holdings) internal pure returns (uint256 value) {
        for (uint256 i = 0; i < holdings.length; ++i) {
            value += HealthMath.valueDown(holdings[i].amount, holdings[i].price.high);
        }
    }

    /// @notice The position of asset `id` in `holdings`; their number if it is not there.
    function indexOfAsset(Holding[] memory holdings, uint8 id) internal pure returns (uint256 i) {
        while (i < holdings.length && holdings[i].asset != id) ++i;
    }
}

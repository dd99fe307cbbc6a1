// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AssetSet} from "../types/AssetSet.sol";

/// @title Volatility, as the engine sees it
interface IPortfolioMargin {
    /// @notice What a vault of several collaterals may owe when it takes risk, rounded down.
    /// @param values value of each of `assets` at the low price, ids ascending [debt units]
    /// @return power [debt units * bps], the unit of `HealthMath.covers`
    function borrowingPowerDown(AssetSet assets, uint256[] calldata values) external view returns (uint256 power);
}

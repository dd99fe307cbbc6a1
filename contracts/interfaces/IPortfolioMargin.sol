// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AssetSet} from "../types/AssetSet.sol";

/// @title Portfolio margin
/// @notice The part of the volatility model that the engine calls.
interface IPortfolioMargin {
    /// @notice The largest debt of a vault with several collaterals that takes risk, rounded down.
    /// @param assets ids of the collaterals
    /// @param values value of each of `assets` at its low price, ids ascending [debt units]
    /// @return power borrowing power [debt units * bps], the unit of `HealthMath.covers`
    function borrowingPowerDown(AssetSet assets, uint256[] calldata values) external view returns (uint256 power);
}

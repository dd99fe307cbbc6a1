// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AssetRiskFields} from "../../types/AssetRisk.sol";
import {BPS} from "../math/FixedPoint.sol";

/// @notice Acceptable risk parameters: those under which no liquidation can harm a vault.
library RiskRules {
    /// @notice Bounds of the target health [bps].
    uint256 internal constant MIN_TARGET = 10_100;
    uint256 internal constant MAX_TARGET = 15_000;

    /// @notice The initial margin must be positive and below the maintenance margin [bps].
    error LtvNotBelowThreshold(uint256 ltv, uint256 liquidationThreshold);
    /// @notice (1 + maxBonus) * liquidationThreshold must stay below 1, because otherwise a seizure
    /// takes more health than the repayment restores [bps * bps].
    error BonusHarmsVault(uint256 maxBonus, uint256 liquidationThreshold);
    /// @notice minBonus exceeds maxBonus [bps].
    error MinBonusAboveMax(uint256 minBonus, uint256 maxBonus);
    /// @notice Without a bonus at health 1 and without a slope, no liquidation is ever paid [bps].
    error BonusNeverPays(uint256 minBonus, uint256 maxBonus, uint256 slope);
    /// @notice The target health is outside its bounds [bps].
    error TargetHealthOutOfRange(uint256 target, uint256 min, uint256 max);
    /// @notice A stuck health above 1 would let healthy vaults be flagged [bps].
    error StuckHealthTooHigh(uint256 stuck, uint256 max);

    /// @notice Reverts unless the parameters of one asset are acceptable.
    function checkAsset(AssetRiskFields memory f) internal pure {
        if (f.ltv == 0 || f.ltv >= f.liquidationThreshold) revert LtvNotBelowThreshold(f.ltv, f.liquidationThreshold);
        if ((BPS + f.maxBonus) * f.liquidationThreshold >= BPS * BPS) {
            revert BonusHarmsVault(f.maxBonus, f.liquidationThreshold);
        }
        if (f.minBonus > f.maxBonus) revert MinBonusAboveMax(f.minBonus, f.maxBonus);
        if (f.maxBonus == 0 || (f.minBonus == 0 && f.slope == 0))
            revert BonusNeverPays(f.minBonus, f.maxBonus, f.slope);
    }

    /// @notice Reverts unless the target health is acceptable.
    function checkTarget(uint256 target) internal pure {
        if (target < MIN_TARGET || target > MAX_TARGET) revert TargetHealthOutOfRange(target, MIN_TARGET, MAX_TARGET);
    }

    /// @notice Reverts unless the stuck health is acceptable.
    function checkStuck(uint256 stuck) internal pure {
        if (stuck > BPS) revert StuckHealthTooHigh(stuck, BPS);
    }
}

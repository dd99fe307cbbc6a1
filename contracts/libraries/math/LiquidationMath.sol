// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DebtMath} from "./DebtMath.sol";
import {BPS, FixedPoint, PRICE_ONE, WAD} from "./FixedPoint.sol";
import {HealthMath} from "./HealthMath.sol";

/// @notice The whole decision of a liquidation: eligibility, bonus, and the amounts repaid and
/// seized. docs/concepts/liquidation.md derives it.
/// @dev The engine executes it and the lens quotes it; there is no second copy.
library LiquidationMath {
    /// @notice The figures of a vault that decide a liquidation, at liquidation prices.
    struct Position {
        /// Scaled debt of the vault.
        uint256 scaledDebt;
        /// Debt index [RAY].
        uint256 index;
        /// Value of all its collateral [debt units].
        uint256 value;
        /// Sum of value * liquidation threshold [debt units * bps].
        uint256 adjustedCollateral;
    }

    /// @notice The asset to seize.
    struct Asset {
        /// The vault's balance of it [collateral units].
        uint256 amount;
        /// Liquidation price [1e36-scaled].
        uint256 price;
        /// Liquidation threshold [bps].
        uint256 threshold;
        /// Bonus parameters [bps]; slope is the bonus per unit of missing health.
        uint256 minBonus;
        uint256 maxBonus;
        uint256 slope;
    }

    /// @notice The limits set by the caller and by the system.
    struct Limits {
        /// Most the caller repays [debt units].
        uint256 maxRepay;
        /// Most the caller seizes [collateral units].
        uint256 maxSeize;
        /// Target health [bps], above 1e4.
        uint256 target;
        /// Smallest debt, and smallest value of the seized asset, that may remain in the vault
        /// [debt units].
        uint256 dust;
    }

    /// @notice The result of the decision.
    enum Verdict {
        /// Something is repaid and seized.
        Executable,
        /// Health is at least 1.
        Healthy,
        /// Seizing this asset could lower the vault's health; seize one with a lower threshold.
        AssetNotSeizable,
        /// Nothing can be repaid within the caller's limits without leaving dust.
        NothingToDo
    }

    struct Outcome {
        Verdict verdict;
        /// Bonus [WAD].
        uint256 bonus;
        /// Amount the liquidator pays [debt units].
        uint256 repaid;
        /// Scaled debt the payment removes.
        uint256 scaledRepaid;
        /// Collateral the liquidator receives [collateral units].
        uint256 seized;
        /// Whether the caller's limits lowered the amounts; if so, nothing is written off.
        bool limited;
    }

    /// @notice Bonus b [WAD], rounded down:
    /// b = max(0, min(maxBonus, minBonus + slope * (1 - HF), HF / LT - 1, C / D - 1)).
    /// Requires debt > 0 and HF < 1.
    /// @dev The last two bounds make a liquidation harmless: (1 + b) * LT <= HF and 1 + b <= C / D,
    /// so removing debt r against collateral worth (1 + b) * r lowers neither HF nor C / D.
    function bonusDown(Position memory p, Asset memory a, uint256 debt) internal pure returns (uint256 bonus) {
        if (p.value <= debt) return 0;
        uint256 healthUp = FixedPoint.mulDivUp(p.adjustedCollateral, WAD / BPS, debt);
        bonus = (a.minBonus * WAD + a.slope * (WAD - healthUp)) / BPS;
        bonus = FixedPoint.min(bonus, a.maxBonus * (WAD / BPS));
        bonus = FixedPoint.min(bonus, FixedPoint.mulDivDown(p.value, WAD, debt) - WAD);
        if (a.threshold != 0) {
            uint256 healthPerThreshold = FixedPoint.mulDivDownSaturating(p.adjustedCollateral, WAD, debt * a.threshold);
            bonus = FixedPoint.min(bonus, FixedPoint.subFloor(healthPerThreshold, WAD));
        }
    }

    /// @notice The repayment that lifts the vault to target health T [debt units], rounded up, at
    /// most `debt`: debt * (T - HF) / (T - (1 + b) * LT).
    /// @dev The divisor is positive because (1 + b) * LT <= HF < 1 < T, or b = 0 and LT < 1.
    function repayToTargetUp(
        uint256 adjustedCollateral,
        uint256 debt,
        uint256 target,
        uint256 threshold,
        uint256 bonus
    ) internal pure returns (uint256) {
        uint256 missing = debt * target - adjustedCollateral;
        uint256 gain = target * WAD - (WAD + bonus) * threshold;
        return FixedPoint.min(FixedPoint.mulDivUp(missing, WAD, gain), debt);
    }

    /// @notice The decision, in the order of docs/concepts/liquidation.md. A limit never makes it
    /// revert: it lowers the amounts.
    function decide(Position memory p, Asset memory a, Limits memory limits) internal pure returns (Outcome memory o) {
        uint256 debt = DebtMath.debtUp(p.scaledDebt, p.index);
        if (HealthMath.covers(p.adjustedCollateral, debt)) {
            o.verdict = Verdict.Healthy;
            return o;
        }
        if (p.adjustedCollateral < debt * a.threshold && p.value >= debt) {
            o.verdict = Verdict.AssetNotSeizable;
            return o;
        }
        o.bonus = bonusDown(p, a, debt);
        uint256 assetValue = HealthMath.valueDown(a.amount, a.price);
        uint256 assetRepay = FixedPoint.mulDivUp(assetValue, WAD, WAD + o.bonus);

        uint256 wanted = _wanted(p, a, limits, debt, o.bonus, assetValue, assetRepay);
        uint256 scaled = _limited(p, a, limits, wanted, o.bonus, assetValue);
        o.limited = scaled != wanted;
        if (scaled == 0) {
            o.verdict = Verdict.NothingToDo;
            return o;
        }

        o.scaledRepaid = scaled;
        o.repaid = scaled == p.scaledDebt ? debt : DebtMath.debtUp(scaled, p.index);
        uint256 removed = debt - DebtMath.debtUp(p.scaledDebt - scaled, p.index);
        uint256 seized =
            removed >= assetRepay
                ? a.amount
                : FixedPoint.mulDivDown(_withBonusDown(removed, o.bonus), PRICE_ONE, a.price);
        o.seized = FixedPoint.min(FixedPoint.min(seized, a.amount), limits.maxSeize);
    }

    /// @notice Whether the remaining collateral is uneconomic: worth less than dust and less than
    /// the debt. The debt is then written off.
    /// @param valueHigh value of the remaining collateral at the highest usable prices [debt units]
    function isUneconomic(uint256 valueHigh, uint256 debt, uint256 dust) internal pure returns (bool) {
        return valueHigh < dust && valueHigh < debt;
    }

    /// @dev Scaled debt to remove before the caller's limits: up to the target, or the whole asset
    /// if it cannot cover that, then the two dust rules.
    function _wanted(
        Position memory p,
        Asset memory a,
        Limits memory limits,
        uint256 debt,
        uint256 bonus,
        uint256 assetValue,
        uint256 assetRepay
    ) private pure returns (uint256 scaled) {
        uint256 repay = FixedPoint.min(
            repayToTargetUp(p.adjustedCollateral, debt, limits.target, a.threshold, bonus),
            assetRepay
        );
        scaled = FixedPoint.min(DebtMath.scaledUp(repay, p.index), p.scaledDebt);
        uint256 left = DebtMath.debtUp(p.scaledDebt - scaled, p.index);
        if (left != 0 && left < limits.dust && _withBonusDown(debt, bonus) <= assetValue) return p.scaledDebt;
        if (left != 0 && FixedPoint.subFloor(assetValue, _withBonusDown(debt - left, bonus)) < limits.dust) {
            scaled = FixedPoint.min(DebtMath.scaledUp(assetRepay, p.index), p.scaledDebt);
        }
    }

    /// @dev `scaled` lowered to the caller's limits, and further if that would leave dust.
    function _limited(
        Position memory p,
        Asset memory a,
        Limits memory limits,
        uint256 scaled,
        uint256 bonus,
        uint256 assetValue
    ) private pure returns (uint256) {
        uint256 limit = limits.maxRepay;
        if (limits.maxSeize < a.amount) {
            uint256 worth = HealthMath.valueDown(limits.maxSeize, a.price);
            limit = FixedPoint.min(limit, FixedPoint.mulDivDown(worth, WAD, WAD + bonus));
        }
        if (DebtMath.debtUp(scaled, p.index) <= limit) return scaled;

        scaled = DebtMath.scaledDown(limit, p.index);
        uint256 left = DebtMath.debtUp(p.scaledDebt - scaled, p.index);
        if (left < limits.dust) {
            scaled = FixedPoint.subFloor(p.scaledDebt, DebtMath.scaledUp(limits.dust, p.index));
        }
        uint256 removed = DebtMath.debtUp(scaled, p.index);
        if (FixedPoint.subFloor(assetValue, _withBonusDown(removed, bonus)) < limits.dust) {
            uint256 room = FixedPoint.mulDivDown(FixedPoint.subFloor(assetValue, limits.dust), WAD, WAD + bonus);
            scaled = FixedPoint.min(scaled, DebtMath.scaledDown(room, p.index));
        }
        return scaled;
    }

    /// @dev amount * (1 + bonus), rounded down.
    function _withBonusDown(uint256 amount, uint256 bonus) private pure returns (uint256) {
        return FixedPoint.mulDivDown(amount, WAD + bonus, WAD);
    }
}

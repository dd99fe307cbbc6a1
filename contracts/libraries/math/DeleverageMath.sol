// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DebtMath} from "./DebtMath.sol";
import {BPS, FixedPoint, WAD} from "./FixedPoint.sol";
import {LiquidationMath} from "./LiquidationMath.sol";

/// @notice The amount of its own collateral that a vault must sell to reach a health.
/// @dev The cost is the excess of the value sold over the repayment: sale below the oracle price,
/// pool fee and executor's fee together. For the vault this equals a liquidation with a bonus of
/// that cost, so the sizing uses the same formula.
library DeleverageMath {
    /// @notice The owner's plan, and the system's dust.
    struct Terms {
        /// Health to reach [bps].
        uint256 target;
        /// Liquidation threshold of the asset to sell [bps].
        uint256 threshold;
        /// Largest cost [bps of the repayment].
        uint256 maxCost;
        /// The executor's part of it [bps].
        uint256 fee;
        /// Smallest debt of a vault [debt units].
        uint256 dust;
    }

    /// @notice One sale before it is executed.
    struct Sale {
        /// Repayment [debt units]; 0 if selling this asset cannot reach the target.
        uint256 repaid;
        /// Scaled debt the repayment removes.
        uint256 scaledRepaid;
        /// The executor's fee [debt units].
        uint256 fee;
        /// Largest value of the collateral that may be sold [debt units].
        uint256 mostSold;
    }

    /// @notice Whether health is below `trigger` [bps], exactly.
    function isTriggered(LiquidationMath.Position memory p, uint256 trigger) internal pure returns (bool) {
        return p.adjustedCollateral < DebtMath.debtUp(p.scaledDebt, p.index) * trigger;
    }

    /// @notice The smallest sale that leaves the vault at `target` or above even at the highest
    /// cost, rounded up; the whole debt if at most dust would remain. Health must be below
    /// `target`.
    function size(LiquidationMath.Position memory p, Terms memory t) internal pure returns (Sale memory s) {
        uint256 factor = BPS + t.maxCost;
        // Each unit repaid would cost as much health as it restores.
        if (factor * t.threshold >= t.target * BPS) return s;
        uint256 debt = DebtMath.debtUp(p.scaledDebt, p.index);
        uint256 wanted = LiquidationMath.repayToTargetUp(
            p.adjustedCollateral,
            debt,
            t.target,
            t.threshold,
            t.maxCost * (WAD / BPS)
        );
        // Removes at least `wanted`, because `scaled` rounds up and `wanted` is a whole number of
        // units.
        uint256 scaled = FixedPoint.min(DebtMath.scaledUp(wanted, p.index), p.scaledDebt);
        uint256 left = DebtMath.debtUp(p.scaledDebt - scaled, p.index);
        // Also at dust itself: the debt less the payment may be one unit below `left`.
        if (left <= t.dust) (scaled, left) = (p.scaledDebt, 0);
        s.scaledRepaid = scaled;
        s.repaid = DebtMath.debtUp(scaled, p.index);
        s.fee = FixedPoint.mulDivDown(s.repaid, t.fee, BPS);
        // Computed from the debt actually removed, so that rounding never costs health.
        s.mostSold = FixedPoint.mulDivDown(debt - left, factor, BPS);
    }

    /// @notice Whether two prices differ by more than `most` [bps of the second].
    function differ(uint256 price, uint256 oracle, uint256 most) internal pure returns (bool) {
        uint256 difference = price > oracle ? price - oracle : oracle - price;
        return difference > FixedPoint.mulDivDown(oracle, most, BPS);
    }
}

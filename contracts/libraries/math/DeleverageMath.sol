// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DebtMath} from "./DebtMath.sol";
import {BPS, FixedPoint, WAD} from "./FixedPoint.sol";
import {LiquidationMath} from "./LiquidationMath.sol";

/// @notice How much of its own collateral a vault must sell to reach a health. The cost is by how much what is sold is worth more
/// than what it repays: sale below the oracle's price, pool fee and executor's fee together. To a vault that is the same as
/// a liquidation at a bonus of that cost, so the sizing is the same formula.
library DeleverageMath {
    /// @notice What the owner of a vault wants, and the system's smallest debt.
    struct Terms {
        /// Health to reach [bps].
        uint256 target;
        /// Liquidation threshold of the asset to sell [bps].
        uint256 threshold;
        /// Most that selling may cost, of what is repaid [bps].
        uint256 maxCost;
        /// The executor's part of it [bps].
        uint256 fee;
        /// [debt units]
        uint256 dust;
    }

    /// @notice Everything about one sale, before it.
    struct Sale {
        /// What is repaid [debt units]; 0 if the target cannot be reached by selling this asset.
        uint256 repaid;
        /// The scaled debt that removes.
        uint256 scaledRepaid;
        /// For the executor [debt units].
        uint256 fee;
        /// Most that what is sold may be worth [debt units].
        uint256 mostSold;
    }

    /// @notice Whether health is below `trigger` [bps], exactly.
    function isTriggered(LiquidationMath.Position memory p, uint256 trigger) internal pure returns (bool) {
        return p.adjustedCollateral < DebtMath.debtUp(p.scaledDebt, p.index) * trigger;
    }

    /// @notice The smallest sale that leaves the vault at `target` or above even at the highest cost, rounded up; the whole debt
    /// where no more than dust would be left. Health must be below `target`.
    function size(LiquidationMath.Position memory p, Terms memory t) internal pure returns (Sale memory s) {
        uint256 factor = BPS + t.maxCost;
        // Each unit repaid would take out as much health as it gives.
        if (factor * t.threshold >= t.target * BPS) return s;
        uint256 debt = DebtMath.debtUp(p.scaledDebt, p.index);
        uint256 wanted = LiquidationMath.repayToTargetUp(
            p.adjustedCollateral,
            debt,
            t.target,
            t.threshold,
            t.maxCost * (WAD / BPS)
        );
        // Removes at least `wanted`: a whole number of units less, rounded up, is at least that much less.
        uint256 scaled = FixedPoint.min(DebtMath.scaledUp(wanted, p.index), p.scaledDebt);
        uint256 left = DebtMath.debtUp(p.scaledDebt - scaled, p.index);
        // At dust itself too: the debt less what is paid may be one below what is left.
        if (left <= t.dust) (scaled, left) = (p.scaledDebt, 0);
        s.scaledRepaid = scaled;
        s.repaid = DebtMath.debtUp(scaled, p.index);
        s.fee = FixedPoint.mulDivDown(s.repaid, t.fee, BPS);
        // From the debt really removed, so that rounding never costs health.
        s.mostSold = FixedPoint.mulDivDown(debt - left, factor, BPS);
    }

    /// @notice Whether two prices differ by more than `most` of the second [bps].
    function differ(uint256 price, uint256 oracle, uint256 most) internal pure returns (bool) {
        uint256 difference = price > oracle ? price - oracle : oracle - price;
        return difference > FixedPoint.mulDivDown(oracle, most, BPS);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {BPS, FixedPoint, PRICE_ONE, WAD} from "./FixedPoint.sol";

/// @notice Value and health of a vault. Its adjusted collateral is the sum of value * threshold
/// [debt units * bps].
/// @dev The sum stays undivided, so that "healthy" is one exact comparison.
library HealthMath {
    /// @notice Value of `amount` at `price` [debt units], rounded down.
    function valueDown(uint256 amount, uint256 price) internal pure returns (uint256) {
        return FixedPoint.mulDivDown(amount, price, PRICE_ONE);
    }

    /// @notice Whether `adjustedCollateral` [debt units * bps] covers `debt` [debt units]: health
    /// factor >= 1, exactly.
    function covers(uint256 adjustedCollateral, uint256 debt) internal pure returns (bool) {
        return adjustedCollateral >= debt * BPS;
    }

    /// @notice Whether `adjustedCollateral` [debt units * bps] gives `debt` [debt units] at least
    /// this `health` [bps], exactly.
    function reaches(uint256 adjustedCollateral, uint256 debt, uint256 health) internal pure returns (bool) {
        return adjustedCollateral >= debt * health;
    }

    /// @notice Whether the health factor after is at least the one before, exactly. Adjusted
    /// collateral [debt units * bps], debts [debt units].
    function healthNotReduced(
        uint256 collateralBefore,
        uint256 debtBefore,
        uint256 collateralAfter,
        uint256 debtAfter
    ) internal pure returns (bool) {
        (uint256 highAfter, uint256 lowAfter) = Math.mul512(collateralAfter, debtBefore);
        (uint256 highBefore, uint256 lowBefore) = Math.mul512(collateralBefore, debtAfter);
        return highAfter > highBefore || (highAfter == highBefore && lowAfter >= lowBefore);
    }

    /// @notice Whether solvency has not fallen, exactly: the collateral ratio is no lower if the
    /// value covered the debt, and the shortfall is no larger if it did not. Values and debts
    /// [debt units].
    function solvencyNotReduced(
        uint256 valueBefore,
        uint256 debtBefore,
        uint256 valueAfter,
        uint256 debtAfter
    ) internal pure returns (bool) {
        if (valueBefore >= debtBefore) return healthNotReduced(valueBefore, debtBefore, valueAfter, debtAfter);
        return debtAfter + valueBefore <= debtBefore + valueAfter;
    }

    /// @notice The health factor [WAD], rounded down; the largest word without debt. For display
    /// and events: decisions use `covers`.
    function healthFactorDown(uint256 adjustedCollateral, uint256 debt) internal pure returns (uint256) {
        return FixedPoint.mulDivDownSaturating(adjustedCollateral, WAD / BPS, debt);
    }

    /// @notice The collateral ratio value / debt [WAD], rounded down; the largest word without
    /// debt.
    function collateralRatioDown(uint256 value, uint256 debt) internal pure returns (uint256) {
        return FixedPoint.mulDivDownSaturating(value, WAD, debt);
    }

    /// @notice The amount of an asset that lifts a vault from `adjustedCollateral` to `target`
    /// health, rounded up. 0 if the vault is there already; the largest word if the asset counts
    /// for nothing.
    /// @dev A deposit may exceed a supply cap by this amount.
    /// @param target target health [bps]
    /// @param threshold liquidation threshold of the asset [bps]
    function restoringAmountUp(
        uint256 adjustedCollateral,
        uint256 debt,
        uint256 target,
        uint256 threshold,
        uint256 price
    ) internal pure returns (uint256) {
        uint256 missing = FixedPoint.subFloor(debt * target, adjustedCollateral);
        if (missing == 0) return 0;
        if (threshold == 0 || price == 0) return type(uint256).max;
        uint256 value = FixedPoint.mulDivUp(missing, 1, threshold);
        return FixedPoint.mulDivUp(value, PRICE_ONE, price);
    }
}

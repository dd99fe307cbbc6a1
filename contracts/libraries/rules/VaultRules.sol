// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SystemRisk} from "../../interfaces/IRiskConfig.sol";
import {IVaultEngine} from "../../interfaces/IVaultEngine.sol";
import {AssetRisk} from "../../types/AssetRisk.sol";
import {Status} from "../../types/Price.sol";
import {VaultKey} from "../../types/VaultKey.sol";
import {DebtMath} from "../math/DebtMath.sol";
import {BPS, FixedPoint} from "../math/FixedPoint.sol";
import {HealthMath} from "../math/HealthMath.sol";
import {LiquidationMath} from "../math/LiquidationMath.sol";
import {VaultView} from "./VaultView.sol";

/// @notice The conditions of actions on a vault. A function named `require...` reverts with the
/// engine's error unless its condition holds.
library VaultRules {
    /// @notice Collateral ratio below which anyone may absorb a vault, because its bounded bonus no
    /// longer surely pays a liquidator [bps].
    uint256 internal constant ABSORB_RATIO = 10_200;
    /// @notice A stuck vault may be absorbed while its flag is between one and two times this old
    /// [s].
    uint256 internal constant FLAG_AGE = 1 hours;

    /// @notice Cost of a sale in a market [bps]. A sale that costs no more is judged at liquidation
    /// prices alone.
    uint256 internal constant MARKET_COST = 100;

    /// @notice A vault at liquidation prices, with everything that decides about it.
    struct VaultContext {
        VaultView.Holding[] holdings;
        SystemRisk system;
        LiquidationMath.Position position;
        /// Debt [debt units], rounded up.
        uint256 debt;
        /// Time of its flag [s]; 0 if not flagged.
        uint256 flaggedAt;
    }

    /// @notice Requires that the vault holds `asset` and that it has a price.
    /// @return at position of the holding
    function requireSeizable(
        VaultKey vault,
        uint8 asset,
        VaultView.Holding[] memory holdings
    ) internal pure returns (uint256 at) {
        at = VaultView.indexOfAsset(holdings, asset);
        if (at == holdings.length) revert IVaultEngine.AssetNotHeld(vault, asset);
        if (holdings[at].price.status == Status.Dead) revert IVaultEngine.PriceDead(asset);
    }

    /// @notice Requires that the vault may be liquidated by seizing `asset`, as the decision's
    /// verdict says.
    function requireEligible(
        LiquidationMath.Verdict verdict,
        VaultContext memory context,
        uint8 asset,
        AssetRisk risk
    ) internal pure {
        if (verdict == LiquidationMath.Verdict.Executable || verdict == LiquidationMath.Verdict.NothingToDo) return;
        if (verdict == LiquidationMath.Verdict.Healthy)
            revert IVaultEngine.VaultHealthy(context.position.adjustedCollateral, context.debt * BPS);
        uint256 health = HealthMath.healthFactorDown(context.position.adjustedCollateral, context.debt);
        revert IVaultEngine.AssetNotSeizable(asset, risk.liquidationThreshold(), health);
    }

    /// @notice Requires that the vault may be absorbed at `timestamp` [s].
    /// @param opened end of the grace period after the last pause of liquidations [s]: a flag does
    /// not age before it
    function requireAbsorbable(VaultContext memory context, uint256 opened, uint256 timestamp) internal pure {
        if (HealthMath.covers(context.position.adjustedCollateral, context.debt))
            revert IVaultEngine.VaultHealthy(context.position.adjustedCollateral, context.debt * BPS);
        if (context.position.value * BPS < context.debt * ABSORB_RATIO) return;
        uint256 from = context.flaggedAt == 0 ? 0 : agingSince(context.flaggedAt, opened) + FLAG_AGE;
        bool ripe = from != 0 && timestamp >= from && timestamp <= from + FLAG_AGE;
        if (ripe && isStuck(context)) return;
        uint256 health = HealthMath.healthFactorDown(context.position.adjustedCollateral, context.debt);
        revert IVaultEngine.NotAbsorbable(
            context.position.value,
            context.debt,
            health,
            context.system.stuckHealth,
            from
        );
    }

    /// @notice Whether the vault's health is below `stuckHealth`, so that it may be flagged and
    /// absorbed by age.
    function isStuck(VaultContext memory context) internal pure returns (bool) {
        return !HealthMath.reaches(context.position.adjustedCollateral, context.debt, context.system.stuckHealth);
    }

    /// @notice The time from which a flag's age counts [s]: liquidators must have had all of the
    /// time since.
    function agingSince(uint256 flaggedAt, uint256 opened) internal pure returns (uint256) {
        return flaggedAt > opened ? flaggedAt : opened;
    }

    /// @notice Requires that the collateral sold is worth at most the repayment plus the largest
    /// bonus.
    /// @return aboveMarketCost whether it is worth more than the repayment plus `MARKET_COST`
    function requirePaid(
        VaultView.Holding memory holding,
        uint256 sold,
        uint256 repaid
    ) internal pure returns (bool aboveMarketCost) {
        uint256 cost = HealthMath.valueDown(sold, holding.price.liquidation);
        uint256 most = FixedPoint.mulDivDown(repaid, BPS + holding.risk.maxBonus(), BPS);
        if (cost > most) revert IVaultEngine.SaleTooExpensive(cost, most);
        return cost > FixedPoint.mulDivDown(repaid, BPS + MARKET_COST, BPS);
    }

    /// @notice Requires that the current holdings with this scaled debt have reduced neither health
    /// nor solvency.
    function requireHealthNotReduced(VaultContext memory context, uint256 scaledDebt) internal pure {
        LiquidationMath.Position memory p = VaultView.position(context.holdings, scaledDebt, context.position.index);
        uint256 debt = DebtMath.debtUp(scaledDebt, context.position.index);
        if (
            !HealthMath.healthNotReduced(context.position.adjustedCollateral, context.debt, p.adjustedCollateral, debt)
        ) {
            revert IVaultEngine.HealthWouldFall(
                HealthMath.healthFactorDown(context.position.adjustedCollateral, context.debt),
                HealthMath.healthFactorDown(p.adjustedCollateral, debt)
            );
        }
        requireSolvencyNotReduced(context.position.value, context.debt, p.value, debt);
    }

    /// @notice Requires that solvency has not fallen (`HealthMath.solvencyNotReduced`). Values and
    /// debts [debt units].
    function requireSolvencyNotReduced(
        uint256 value,
        uint256 debt,
        uint256 valueAfter,
        uint256 debtAfter
    ) internal pure {
        if (HealthMath.solvencyNotReduced(value, debt, valueAfter, debtAfter)) return;
        revert IVaultEngine.SolvencyWouldFall(value, debt, valueAfter, debtAfter);
    }

    /// @notice The sum of each holding's value at `low` times its effective ltv [debt units * bps],
    /// rounded down. Reverts unless every price is Good.
    function borrowingPowerDown(VaultView.Holding[] memory holdings) internal pure returns (uint256 power) {
        for (uint256 i = 0; i < holdings.length; ++i) {
            VaultView.Holding memory h = holdings[i];
            if (h.price.status != Status.Good) revert IVaultEngine.PriceNotGood(h.asset, h.price.status);
            power += HealthMath.valueDown(h.amount, h.price.low) * h.risk.effectiveLtv();
        }
    }

    /// @notice The amount by which a deposit at `price` may exceed a supply cap [token units],
    /// rounded up.
    /// @dev A deposit may exceed the supply cap only by what restores the target health, and never
    /// above the health of a vault borrowed to its LTV; otherwise an owner could alternate borrow
    /// and deposit and bypass the cap.
    function restoringAmountUp(
        VaultContext memory context,
        AssetRisk risk,
        uint256 price
    ) internal pure returns (uint256) {
        uint256 target = FixedPoint.min(context.system.targetHealth, _healthAtLimit(risk));
        for (uint256 i = 0; i < context.holdings.length; ++i) {
            target = FixedPoint.min(target, _healthAtLimit(context.holdings[i].risk));
        }
        return
            HealthMath.restoringAmountUp(
                context.position.adjustedCollateral,
                context.debt,
                target,
                risk.liquidationThreshold(),
                price
            );
    }

    /// @dev The health of a vault that has borrowed up to the ltv of this asset [bps].
    function _healthAtLimit(AssetRisk risk) private pure returns (uint256) {
        return (risk.liquidationThreshold() * BPS) / risk.ltv();
    }
}

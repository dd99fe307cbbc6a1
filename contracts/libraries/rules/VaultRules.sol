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

/// @notice What may be done to a vault. Functions that ask revert with the engine's error unless it may.
library VaultRules {
    /// @notice Below this collateral ratio the bounded bonus pays nobody for certain, and anyone may absorb [bps].
    uint256 internal constant ABSORB_RATIO = 10_200;
    /// @notice A flag lets a vault that is stuck be absorbed from this age to twice this age [s].
    uint256 internal constant FLAG_AGE = 1 hours;

    /// @notice What selling in a market may cost [bps]. A sale that costs no more is judged at liquidation prices alone.
    uint256 internal constant MARKET_COST = 100;

    /// @notice A vault at liquidation prices, with everything that decides about it.
    struct VaultContext {
        VaultView.Holding[] holdings;
        SystemRisk system;
        LiquidationMath.Position position;
        /// What it owes [debt units].
        uint256 debt;
        /// When it was flagged [s]; 0 if it is not.
        uint256 flaggedAt;
    }

    /// @notice Where the vault's holding of `asset` stands, which must be held and have a price.
    function requireSeizable(
        VaultKey vault,
        uint8 asset,
        VaultView.Holding[] memory holdings
    ) internal pure returns (uint256 at) {
        at = VaultView.indexOfAsset(holdings, asset);
        if (at == holdings.length) revert IVaultEngine.AssetNotHeld(vault, asset);
        if (holdings[at].price.status == Status.Dead) revert IVaultEngine.PriceDead(asset);
    }

    /// @notice A vault may be liquidated by seizing `asset`, as the decision about it says.
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

    /// @notice A vault may be absorbed at `timestamp` [s].
    /// @param opened since when liquidating has been open to all [s]: what was closed before that ripens no flag
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

    /// @notice Whether a vault is so unhealthy that its flag may ripen.
    function isStuck(VaultContext memory context) internal pure returns (bool) {
        return !HealthMath.reaches(context.position.adjustedCollateral, context.debt, context.system.stuckHealth);
    }

    /// @notice From when on a flag's age counts [s]: liquidators must have had all of that time.
    function agingSince(uint256 flaggedAt, uint256 opened) internal pure returns (uint256) {
        return flaggedAt > opened ? flaggedAt : opened;
    }

    /// @notice What is sold is worth at most what is repaid and the largest bonus.
    /// @return aboveMarketCost whether it is worth more than what is repaid and what a market takes
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

    /// @notice With what the holdings now are and this scaled debt a vault is neither less healthy nor poorer than it was.
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

    /// @notice A vault is no poorer than it was (`HealthMath.solvencyNotReduced`). Values and debts [debt units].
    function requireSolvencyNotReduced(
        uint256 value,
        uint256 debt,
        uint256 valueAfter,
        uint256 debtAfter
    ) internal pure {
        if (HealthMath.solvencyNotReduced(value, debt, valueAfter, debtAfter)) return;
        revert IVaultEngine.SolvencyWouldFall(value, debt, valueAfter, debtAfter);
    }

    /// @notice What holdings let a vault borrow by themselves, each for its value at `low` and its effective ltv [debt units * bps], rounded
    /// down. Reverts unless every price is Good.
    function borrowingPowerDown(VaultView.Holding[] memory holdings) internal pure returns (uint256 power) {
        for (uint256 i = 0; i < holdings.length; ++i) {
            VaultView.Holding memory h = holdings[i];
            if (h.price.status != Status.Good) revert IVaultEngine.PriceNotGood(h.asset, h.price.status);
            power += HealthMath.valueDown(h.amount, h.price.low) * h.risk.effectiveLtv();
        }
    }

    /// @notice What a deposit at `price` may add beyond a supply cap [token units], rounded up: it restores the target health, but never more
    /// than the health that borrowing to the limit leaves, or borrowing and depositing in turn would know no cap.
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

    /// @dev The health of a vault that borrowed all that this asset lets it [bps].
    function _healthAtLimit(AssetRisk risk) private pure returns (uint256) {
        return (risk.liquidationThreshold() * BPS) / risk.ltv();
    }
}

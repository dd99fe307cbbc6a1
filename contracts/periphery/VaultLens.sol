// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILendingPool} from "../interfaces/ILendingPool.sol";
import {IOracleGuard} from "../interfaces/IOracleGuard.sol";
import {IRiskConfig, SystemRisk} from "../interfaces/IRiskConfig.sol";
import {IVaultEngine} from "../interfaces/IVaultEngine.sol";
import {IVaultLens} from "../interfaces/IVaultLens.sol";
import {DebtMath} from "../libraries/math/DebtMath.sol";
import {HealthMath} from "../libraries/math/HealthMath.sol";
import {InterestMath} from "../libraries/math/InterestMath.sol";
import {LiquidationMath} from "../libraries/math/LiquidationMath.sol";
import {VaultView} from "../libraries/rules/VaultView.sol";
import {AssetRisk} from "../types/AssetRisk.sol";
import {AssetSet} from "../types/AssetSet.sol";
import {Price, Status} from "../types/Price.sol";
import {VaultKey} from "../types/VaultKey.sol";

/// @title VaultLens
/// @notice See `IVaultLens`, which is the specification.
contract VaultLens is IVaultLens {
    /// @inheritdoc IVaultLens
    uint256 public constant MAX_KEYS = 300;

    /// @notice The engine this lens reads.
    IVaultEngine public immutable engine;
    ILendingPool private immutable _pool;
    IRiskConfig private immutable _riskConfig;
    IOracleGuard private immutable _oracle;

    constructor(IVaultEngine engine_) {
        engine = engine_;
        (_pool, _riskConfig, _oracle) = (engine_.pool(), engine_.riskConfig(), engine_.oracle());
    }

    /// @inheritdoc IVaultLens
    function health(VaultKey[] calldata vaults) external view returns (VaultHealth[] memory list) {
        _requireFew(vaults.length);
        list = new VaultHealth[](vaults.length);
        uint256 index = _pool.currentIndex();
        (AssetRisk[] memory risks, Price[] memory prices, ) = _market();
        uint256[] memory words = engine.records(vaults);
        uint256 at;
        for (uint256 i = 0; i < vaults.length; ++i) {
            VaultView.Holding[] memory holdings;
            uint256 scaledDebt;
            (scaledDebt, holdings, at) = _decode(words, at, risks, prices);
            LiquidationMath.Position memory p = VaultView.position(holdings, scaledDebt, index);
            uint256 debt = DebtMath.debtUp(scaledDebt, index);
            list[i] = VaultHealth({
                debt: debt,
                value: p.value,
                healthFactor: HealthMath.healthFactorDown(p.adjustedCollateral, debt),
                liquidatable: !HealthMath.covers(p.adjustedCollateral, debt)
            });
        }
    }

    /// @inheritdoc IVaultLens
    function records(VaultKey[] calldata vaults) external view returns (uint256[] memory words) {
        _requireFew(vaults.length);
        return engine.records(vaults);
    }

    /// @inheritdoc IVaultLens
    function quoteLiquidation(
        VaultKey vault,
        uint8 asset,
        uint256 maxRepay,
        uint256 maxSeize
    ) external view returns (Quote memory quote) {
        (AssetRisk[] memory risks, Price[] memory prices, SystemRisk memory system) = _market();
        (uint256 scaledDebt, VaultView.Holding[] memory holdings) = _vault(vault, risks, prices);
        uint256 at = VaultView.indexOfAsset(holdings, asset);
        if (at == holdings.length || holdings[at].price.status == Status.Dead) return quote;
        LiquidationMath.Position memory p = VaultView.position(holdings, scaledDebt, _pool.currentIndex());
        LiquidationMath.Outcome memory o = LiquidationMath.decide(
            p,
            VaultView.asset(holdings[at]),
            LiquidationMath.Limits(maxRepay, maxSeize, system.targetHealth, system.dust)
        );
        bool eligible =
            o.verdict == LiquidationMath.Verdict.Executable || o.verdict == LiquidationMath.Verdict.NothingToDo;
        if (!eligible) return quote;
        quote.executable = o.verdict == LiquidationMath.Verdict.Executable;
        (quote.repaid, quote.seized, quote.bonus) = (o.repaid, o.seized, o.bonus);
        holdings[at].amount -= o.seized;
        uint256 debt = DebtMath.debtUp(scaledDebt - o.scaledRepaid, p.index);
        if (!o.limited && LiquidationMath.isUneconomic(VaultView.valueHigh(holdings), debt, system.dust))
            quote.writtenOff = debt;
    }

    /// @inheritdoc IVaultLens
    function snapshot() external view returns (Snapshot memory s) {
        s.pool = _pool.poolState();
        (s.totalShares, s.totalAssets) = (_pool.totalSupply(), _pool.totalAssets());
        (, s.prices, ) = _market();
        s.deposited = new uint256[](s.prices.length);
        s.auctioned = new uint256[](s.prices.length);
        for (uint8 i = 0; i < s.prices.length; ++i) {
            (s.deposited[i], s.auctioned[i]) = engine.assetTotals(i);
        }
    }

    /// @inheritdoc IVaultLens
    function systemRatios() external view returns (SystemRatios memory ratios) {
        (, Price[] memory prices, ) = _market();
        for (uint8 i = 0; i < prices.length; ++i) {
            (uint256 deposited, ) = engine.assetTotals(i);
            ratios.value += HealthMath.valueDown(deposited, prices[i].liquidation);
        }
        ratios.debt = _pool.totalDebt();
        uint256 cash = _pool.poolState().cash;
        ratios.collateralRatio = HealthMath.collateralRatioDown(ratios.value, ratios.debt);
        ratios.utilisation = InterestMath.utilisationUp(cash, ratios.debt);
    }

    /// @dev Parameters and prices of every listed asset, by id.
    function _market()
        private
        view
        returns (AssetRisk[] memory risks, Price[] memory prices, SystemRisk memory system)
    {
        AssetSet all = AssetSet.wrap(uint64((1 << _riskConfig.assetCount()) - 1));
        (risks, system) = _riskConfig.vaultTerms(all);
        prices = _oracle.prices(all);
    }

    function _vault(
        VaultKey vault,
        AssetRisk[] memory risks,
        Price[] memory prices
    ) private view returns (uint256 scaledDebt, VaultView.Holding[] memory holdings) {
        VaultKey[] memory vaults = new VaultKey[](1);
        vaults[0] = vault;
        (scaledDebt, holdings, ) = _decode(engine.records(vaults), 0, risks, prices);
    }

    /// @dev Decodes the vault that starts at `at` in the engine's flat list.
    /// @return scaledDebt scaled debt of the vault
    /// @return holdings its collaterals with parameters and prices
    /// @return next position of the next vault
    function _decode(
        uint256[] memory words,
        uint256 at,
        AssetRisk[] memory risks,
        Price[] memory prices
    ) private pure returns (uint256 scaledDebt, VaultView.Holding[] memory holdings, uint256 next) {
        scaledDebt = uint128(words[at]);
        AssetSet set = AssetSet.wrap(uint64(words[at] >> 128));
        holdings = new VaultView.Holding[](set.size());
        for (uint256 i = 0; i < holdings.length; ++i) {
            uint8 asset = set.lowest();
            holdings[i] = VaultView.Holding(asset, words[at + 1 + i], risks[asset], prices[asset]);
            set = set.without(asset);
        }
        next = at + 1 + holdings.length;
    }

    function _requireFew(uint256 keys) private pure {
        if (keys > MAX_KEYS) revert TooManyKeys(keys, MAX_KEYS);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../interfaces/external/AggregatorV3Interface.sol";
import {IOracleGuard, SourceConfig} from "../interfaces/IOracleGuard.sol";
import {IRiskConfig} from "../interfaces/IRiskConfig.sol";
import {BPS} from "../libraries/math/FixedPoint.sol";
import {LastKnown} from "../libraries/prices/LastKnown.sol";
import {SourceReader} from "../libraries/prices/SourceReader.sol";
import {AssetRiskFields} from "../types/AssetRisk.sol";
import {AssetSet} from "../types/AssetSet.sol";
import {Price, Status} from "../types/Price.sol";
import {PriceSource, PriceSourceFields, packPriceSource} from "../types/PriceSource.sol";
import {OracleGuardBase} from "./base/OracleGuardBase.sol";

/// @title OracleGuard
/// @notice See `IOracleGuard`, which is the specification.
contract OracleGuard is OracleGuardBase {
    constructor(
        address authority,
        IRiskConfig riskConfig_,
        uint8 debtDecimals_
    ) OracleGuardBase(authority, riskConfig_, debtDecimals_) {}

    // ------------------------------------------------------------------ setters

    /// @inheritdoc IOracleGuard
    function setAssetSources(
        uint8 asset,
        SourceConfig calldata primary,
        SourceConfig calldata secondary,
        uint16 maxDeviation,
        bool composed
    ) external restricted {
        if (composed && _debt.feed() == address(0)) revert DebtSourceMissing();
        if (maxDeviation > BPS) revert DeviationTooLarge(maxDeviation, BPS);
        (AssetRiskFields memory risk, ) = riskConfig.assetRisk(asset);
        bool paired = address(secondary.feed) != address(0);
        PriceSourceFields memory fields = _checked(primary);
        fields.exponent = _exponent(primary.feed, risk.decimals);
        (fields.maxDeviation, fields.paired, fields.composed) = (maxDeviation, paired, composed);
        fields.sequenced = _primary[asset].sequenced();
        PriceSource first = packPriceSource(fields);
        PriceSource second;
        if (paired) {
            fields = _checked(secondary);
            fields.exponent = _exponent(secondary.feed, risk.decimals);
            second = packPriceSource(fields);
        }
        // The new sources may not have answered yet: until they do, the last answers of the old
        // ones count.
        _keep(asset);
        (_primary[asset], _secondary[asset]) = (first, second);
        emit AssetSourcesUpdated(asset, _config(first), _config(second), maxDeviation, composed);
        Price memory p = _price(asset);
        if (p.status == Status.Good) _remember(asset, p.liquidation);
    }

    /// @inheritdoc IOracleGuard
    function setDebtSource(SourceConfig calldata source) external restricted {
        PriceSourceFields memory fields = _checked(source);
        uint8 decimals = source.feed.decimals();
        if (decimals > MAX_FEED_DECIMALS) revert DecimalsOutOfRange(0, decimals, debtDecimals);
        fields.exponent = decimals;
        PriceSource debt = packPriceSource(fields);
        _rememberDebt();
        _debt = debt;
        emit DebtSourceUpdated(_config(debt));
    }

    /// @inheritdoc IOracleGuard
    function setSequencer(AggregatorV3Interface feed, uint32 gracePeriod) external restricted {
        _sequencer = Sequencer(feed, gracePeriod);
        emit SequencerUpdated(feed, gracePeriod);
    }

    /// @inheritdoc IOracleGuard
    function setSequenced(uint8 asset, bool sequenced) external restricted {
        PriceSource source = _primary[asset];
        if (source.feed() == address(0)) revert SourcesMissing(asset);
        _primary[asset] = source.withSequenced(sequenced);
        emit SequencedUpdated(asset, sequenced);
    }

    /// @inheritdoc IOracleGuard
    function updateLastGoodPrice(uint8 asset) external returns (bool accepted) {
        Price memory p = _price(asset);
        accepted = p.status == Status.Good;
        if (accepted) _remember(asset, p.liquidation);
        else if (p.status == Status.Dead) _recordDeath(asset);
    }

    /// @inheritdoc IOracleGuard
    function observe(uint8 asset) external returns (Price memory p) {
        p = _price(asset);
        if (p.status == Status.Good && block.timestamp - _accepted[asset].timestamp >= REMEMBER_EVERY) {
            _remember(asset, p.liquidation);
        } else if (p.status == Status.Dead) {
            _recordDeath(asset);
        }
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IOracleGuard
    function prices(AssetSet assets) external view returns (Price[] memory list) {
        list = new Price[](assets.size());
        for (uint256 i = 0; !assets.isEmpty(); ++i) {
            uint8 asset = assets.lowest();
            list[i] = _price(asset);
            assets = assets.without(asset);
        }
    }

    /// @inheritdoc IOracleGuard
    function price(uint8 asset) external view returns (Price memory) {
        return _price(asset);
    }

    /// @inheritdoc IOracleGuard
    function priceAndExpiry(uint8 asset) external view returns (Price memory price_, uint256 expiresAt) {
        return _priceAndExpiry(asset);
    }

    /// @inheritdoc IOracleGuard
    function lastGoodPrice(uint8 asset) external view returns (uint256 goodPrice, uint256 timestamp) {
        return (_accepted[asset].price, _accepted[asset].timestamp);
    }

    /// @inheritdoc IOracleGuard
    function lastKnown(uint8 asset) external view returns (LastKnown.Known memory known, uint256 deadSince) {
        known = _known(asset);
        LastKnown.Death memory death = _deaths[asset];
        if (LastKnown.isRecorded(death, known, block.timestamp)) deadSince = death.since;
    }

    /// @inheritdoc IOracleGuard
    function recentRange(
        uint8 asset,
        uint256 since
    ) external view returns (uint256 lowest, uint256 highest, uint256 newest) {
        PriceSource source = _primary[asset];
        return SourceReader.recentRange(source, 10 ** source.exponent(), since);
    }

    /// @inheritdoc IOracleGuard
    function assetSources(
        uint8 asset
    )
        external
        view
        returns (SourceConfig memory primary, SourceConfig memory secondary, uint16 maxDeviation, bool composed)
    {
        PriceSource p = _primary[asset];
        return (_config(p), _config(_secondary[asset]), uint16(p.maxDeviation()), p.composed());
    }

    /// @inheritdoc IOracleGuard
    function debtSource() external view returns (SourceConfig memory) {
        return _config(_debt);
    }

    /// @inheritdoc IOracleGuard
    function sequencer() external view returns (AggregatorV3Interface feed, uint256 gracePeriod) {
        return (_sequencer.feed, _sequencer.gracePeriod);
    }

    /// @inheritdoc IOracleGuard
    function isSequenced(uint8 asset) external view returns (bool) {
        return _primary[asset].sequenced();
    }
}

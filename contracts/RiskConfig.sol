// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {IRiskConfig, SystemRisk} from "./interfaces/IRiskConfig.sol";
import {BPS, FixedPoint} from "./libraries/FixedPoint.sol";
import {RiskRules} from "./libraries/RiskRules.sol";
import {AssetRisk, AssetRiskFields, packAssetRisk, unpackAssetRisk} from "./types/AssetRisk.sol";
import {AssetSet} from "./types/AssetSet.sol";

/// @title RiskConfig
/// @notice See `IRiskConfig`, which is the specification.
contract RiskConfig is IRiskConfig, AccessManaged {
    uint256 private constant MAX_ASSETS = 64;
    uint8 private constant MAX_DECIMALS = 24;

    mapping(uint256 asset => AssetRisk) private _risks;
    mapping(uint256 asset => uint128) private _supplyCaps;
    SystemRisk private _system;
    uint256 private _assetCount;

    constructor(address authority, SystemRisk memory system) AccessManaged(authority) {
        _setSystem(system);
    }

    // ------------------------------------------------------------------ setters

    /// @inheritdoc IRiskConfig
    function listAsset(AssetRiskFields calldata risk, uint128 supplyCap) external restricted returns (uint8 asset) {
        uint256 count = _assetCount;
        if (count == MAX_ASSETS) revert TooManyAssets(count);
        for (uint8 i = 0; i < count; ++i) {
            if (_risks[i].token() == risk.token) revert AlreadyListed(risk.token, i);
        }
        asset = uint8(count);
        _assetCount = count + 1;
        _set(asset, risk, IERC20Metadata(risk.token).decimals(), supplyCap);
    }

    /// @inheritdoc IRiskConfig
    function setAsset(uint8 asset, AssetRiskFields calldata risk, uint128 supplyCap) external restricted {
        AssetRisk current = _listed(asset);
        if (risk.token != current.token()) revert TokenMayNotChange(current.token(), risk.token);
        if (risk.liquidationThreshold < current.liquidationThreshold()) {
            revert ThresholdMayNotFall(current.liquidationThreshold(), risk.liquidationThreshold);
        }
        _set(asset, risk, current.decimals(), supplyCap);
    }

    /// @inheritdoc IRiskConfig
    function setSystem(SystemRisk calldata system) external restricted {
        _setSystem(system);
    }

    /// @inheritdoc IRiskConfig
    function setHaircut(uint8 asset, uint16 haircut) external restricted {
        uint256 bounded = FixedPoint.min(haircut, BPS);
        _risks[asset] = _listed(asset).withHaircut(bounded);
        emit HaircutSetTo(asset, bounded);
    }

    /// @inheritdoc IRiskConfig
    function setGuarded(uint8 guarded) external restricted {
        _system.guarded = guarded;
        emit GuardedSetTo(guarded);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IRiskConfig
    function load(AssetSet assets) external view returns (AssetRisk[] memory risks, SystemRisk memory system) {
        risks = new AssetRisk[](assets.size());
        for (uint256 i = 0; !assets.isEmpty(); ++i) {
            uint8 asset = assets.lowest();
            risks[i] = _risks[asset];
            assets = assets.without(asset);
        }
        system = _system;
    }

    /// @inheritdoc IRiskConfig
    function depositTerms(uint8 asset) external view returns (AssetRisk risk, uint256 supplyCap) {
        return (_listed(asset), _supplyCaps[asset]);
    }

    /// @inheritdoc IRiskConfig
    function assetCount() external view returns (uint256) {
        return _assetCount;
    }

    /// @inheritdoc IRiskConfig
    function assetRisk(uint8 asset) external view returns (AssetRiskFields memory risk, uint128 supplyCap) {
        return (unpackAssetRisk(_listed(asset)), _supplyCaps[asset]);
    }

    /// @inheritdoc IRiskConfig
    function tokenOf(uint8 asset) external view returns (address) {
        return _listed(asset).token();
    }

    /// @inheritdoc IRiskConfig
    function systemRisk() external view returns (SystemRisk memory) {
        return _system;
    }

    // ------------------------------------------------------------------ internals

    function _listed(uint8 asset) private view returns (AssetRisk risk) {
        risk = _risks[asset];
        if (risk.token() == address(0)) revert UnknownAsset(asset, _assetCount);
    }

    function _set(uint8 asset, AssetRiskFields memory risk, uint8 tokenDecimals, uint128 supplyCap) private {
        if (tokenDecimals > MAX_DECIMALS) revert TooManyDecimals(tokenDecimals, MAX_DECIMALS);
        risk.decimals = tokenDecimals;
        RiskRules.checkAsset(risk);
        _risks[asset] = packAssetRisk(risk).withHaircut(_risks[asset].haircut());
        _supplyCaps[asset] = supplyCap;
        emit AssetSetTo(asset, risk, supplyCap);
    }

    function _setSystem(SystemRisk memory system) private {
        if (system.dust == 0) revert DustIsZero();
        RiskRules.checkTarget(system.targetHealth);
        system.guarded = _system.guarded;
        _system = system;
        emit SystemSetTo(system);
    }
}

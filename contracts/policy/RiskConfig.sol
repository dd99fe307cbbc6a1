// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";

import {IRiskConfig, SystemRisk} from "../interfaces/IRiskConfig.sol";
import {BPS, FixedPoint} from "../libraries/math/FixedPoint.sol";
import {RampMath} from "../libraries/math/RampMath.sol";
import {RiskRules} from "../libraries/rules/RiskRules.sol";
import {PausableAction, bitOf} from "../types/PausableAction.sol";
import {AssetRisk, AssetRiskFields, packAssetRisk, unpackAssetRisk} from "../types/AssetRisk.sol";
import {AssetSet} from "../types/AssetSet.sol";

/// @title RiskConfig
/// @notice See `IRiskConfig`, which is the specification.
contract RiskConfig is IRiskConfig, AccessManaged {
    uint256 private constant MAX_ASSETS = 64;
    uint8 private constant MAX_DECIMALS = 24;

    /// @dev The inputs of the haircut in force, which is stored in the asset's word. Read only when
    /// it changes.
    struct Haircut {
        uint16 model;
        uint16 floor;
    }

    /// @dev One word: `SystemRisk` and the end of the last closure of bidding [s], in 32 bits that
    /// last until 2106.
    struct System {
        uint104 borrowCap;
        uint80 dust;
        uint16 targetHealth;
        uint16 stuckHealth;
        uint8 gatedActions;
        uint32 bidClosedUntil;
    }

    /// @dev During a ramp the word's threshold is the end of the ramp.
    mapping(uint256 asset => AssetRisk) private _risks;
    mapping(uint256 asset => RampMath.Ramp) private _ramps;
    mapping(uint256 asset => Haircut) private _haircuts;
    mapping(uint256 asset => uint128) private _supplyCaps;
    System private _system;
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
        AssetRisk stored = _listed(asset);
        if (risk.token != stored.token()) revert TokenMayNotChange(stored.token(), risk.token);
        _set(asset, risk, stored.decimals(), supplyCap);
    }

    /// @inheritdoc IRiskConfig
    function tighten(uint8 asset, uint16 ltv, uint16 liquidationThreshold, uint128 supplyCap) external restricted {
        AssetRiskFields memory risk = unpackAssetRisk(_listed(asset));
        _requireTighter(risk.ltv, ltv);
        _requireTighter(risk.liquidationThreshold, liquidationThreshold);
        _requireTighter(_supplyCaps[asset], supplyCap);
        (risk.ltv, risk.liquidationThreshold) = (ltv, liquidationThreshold);
        _set(asset, risk, risk.decimals, supplyCap);
    }

    /// @inheritdoc IRiskConfig
    function setHaircutFloor(uint8 asset, uint16 floor) external restricted {
        _setHaircutFloor(asset, floor);
    }

    /// @inheritdoc IRiskConfig
    function raiseHaircutFloor(uint8 asset, uint16 floor) external restricted {
        if (floor < _haircuts[asset].floor) revert WouldLoosen(_haircuts[asset].floor, floor);
        _setHaircutFloor(asset, floor);
    }

    /// @inheritdoc IRiskConfig
    function lowerBorrowCap(uint104 borrowCap) external restricted {
        SystemRisk memory system;
        _readSystem(system);
        _requireTighter(system.borrowCap, borrowCap);
        system.borrowCap = borrowCap;
        _setSystem(system);
    }

    /// @inheritdoc IRiskConfig
    function settleThreshold(uint8 asset) external returns (bool settled) {
        AssetRisk stored = _listed(asset);
        settled = stored.ramping() && block.timestamp >= RampMath.endsAt(_ramps[asset]);
        if (settled) {
            _risks[asset] = stored.withRamping(false);
            delete _ramps[asset];
        }
    }

    /// @inheritdoc IRiskConfig
    function setSystem(SystemRisk calldata system) external restricted {
        _setSystem(system);
    }

    /// @inheritdoc IRiskConfig
    function setHaircut(uint8 asset, uint16 haircut) external restricted {
        _haircuts[asset].model = uint16(FixedPoint.min(haircut, BPS));
        _applyHaircut(asset);
    }

    /// @inheritdoc IRiskConfig
    function setGatedActions(uint8 gatedActions, uint32 bidClosedUntil) external restricted {
        (_system.gatedActions, _system.bidClosedUntil) = (gatedActions, bidClosedUntil);
        emit GatedActionsUpdated(gatedActions);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IRiskConfig
    function vaultTerms(AssetSet assets) external view returns (AssetRisk[] memory risks, SystemRisk memory system) {
        risks = new AssetRisk[](assets.size());
        for (uint256 i = 0; !assets.isEmpty(); ++i) {
            uint8 asset = assets.lowest();
            risks[i] = _asOfNow(asset, _risks[asset]);
            assets = assets.without(asset);
        }
        _readSystem(system);
    }

    /// @inheritdoc IRiskConfig
    function depositTerms(uint8 asset) external view returns (AssetRisk risk, uint256 supplyCap) {
        return (_asOfNow(asset, _listed(asset)), _supplyCaps[asset]);
    }

    /// @inheritdoc IRiskConfig
    function openTerms(
        uint8 asset
    ) external view returns (AssetRisk risk, uint256 supplyCap, SystemRisk memory system) {
        (risk, supplyCap) = (_asOfNow(asset, _listed(asset)), _supplyCaps[asset]);
        _readSystem(system);
    }

    /// @inheritdoc IRiskConfig
    function assetCount() external view returns (uint256) {
        return _assetCount;
    }

    /// @inheritdoc IRiskConfig
    function assetRisk(uint8 asset) external view returns (AssetRiskFields memory risk, uint128 supplyCap) {
        return (unpackAssetRisk(_asOfNow(asset, _listed(asset))), _supplyCaps[asset]);
    }

    /// @inheritdoc IRiskConfig
    function tokenOf(uint8 asset) external view returns (address) {
        return _listed(asset).token();
    }

    /// @inheritdoc IRiskConfig
    function thresholdRamp(uint8 asset) external view returns (uint256 start, uint256 end, uint256 endsAt) {
        if (!_risks[asset].ramping()) return (0, 0, 0);
        RampMath.Ramp memory ramp = _ramps[asset];
        return (ramp.start, ramp.end, RampMath.endsAt(ramp));
    }

    /// @inheritdoc IRiskConfig
    function haircuts(uint8 asset) external view returns (uint256 model, uint256 floor) {
        return (_haircuts[asset].model, _haircuts[asset].floor);
    }

    /// @inheritdoc IRiskConfig
    function systemRisk() external view returns (SystemRisk memory system) {
        _readSystem(system);
    }

    /// @inheritdoc IRiskConfig
    function bidTerms() external view returns (uint256 dust, bool gated, uint256 closedUntil) {
        return (_system.dust, _system.gatedActions & bitOf(PausableAction.Bid) != 0, _system.bidClosedUntil);
    }

    // ------------------------------------------------------------------ internals

    function _readSystem(SystemRisk memory s) private view {
        (s.borrowCap, s.dust) = (_system.borrowCap, _system.dust);
        (s.targetHealth, s.stuckHealth, s.gatedActions) = (
            _system.targetHealth,
            _system.stuckHealth,
            _system.gatedActions
        );
    }

    function _listed(uint8 asset) private view returns (AssetRisk risk) {
        risk = _risks[asset];
        if (risk.token() == address(0)) revert UnknownAsset(asset, _assetCount);
    }

    /// @dev `stored` with the threshold as of now.
    function _asOfNow(uint8 asset, AssetRisk stored) private view returns (AssetRisk) {
        if (!stored.ramping()) return stored;
        return stored.withThreshold(RampMath.thresholdUp(_ramps[asset], block.timestamp));
    }

    function _set(uint8 asset, AssetRiskFields memory risk, uint8 tokenDecimals, uint128 supplyCap) private {
        if (tokenDecimals > MAX_DECIMALS) revert TooManyDecimals(tokenDecimals, MAX_DECIMALS);
        risk.decimals = tokenDecimals;
        RiskRules.checkAsset(risk);
        AssetRisk old = _asOfNow(asset, _risks[asset]);
        (uint256 inForce, uint16 end) = (old.liquidationThreshold(), risk.liquidationThreshold);
        bool ramping = end < inForce;
        _risks[asset] = packAssetRisk(risk).withHaircut(old.haircut()).withRamping(ramping);
        _supplyCaps[asset] = supplyCap;
        emit AssetUpdated(asset, risk, supplyCap);
        if (ramping) {
            risk.liquidationThreshold = uint16(inForce);
            RiskRules.checkAsset(risk);
            uint256 startedAt = RampMath.restartedAt(_ramps[asset], block.timestamp);
            RampMath.Ramp memory ramp = RampMath.Ramp(uint16(inForce), end, uint40(startedAt));
            _ramps[asset] = ramp;
            emit ThresholdRampUpdated(asset, inForce, end, RampMath.endsAt(ramp));
        } else if (old.ramping()) {
            delete _ramps[asset];
        }
    }

    function _setHaircutFloor(uint8 asset, uint16 floor) private {
        if (floor > BPS) revert HaircutTooLarge(floor, BPS);
        _haircuts[asset].floor = floor;
        emit HaircutFloorUpdated(asset, floor);
        _applyHaircut(asset);
    }

    function _applyHaircut(uint8 asset) private {
        Haircut memory h = _haircuts[asset];
        uint256 inForce = h.model > h.floor ? h.model : h.floor;
        _risks[asset] = _listed(asset).withHaircut(inForce);
        emit HaircutUpdated(asset, inForce);
    }

    function _requireTighter(uint256 current, uint256 proposed) private pure {
        if (proposed > current) revert WouldLoosen(current, proposed);
    }

    function _setSystem(SystemRisk memory system) private {
        if (system.dust == 0) revert DustIsZero();
        RiskRules.checkTarget(system.targetHealth);
        RiskRules.checkStuck(system.stuckHealth);
        system.gatedActions = _system.gatedActions;
        (_system.borrowCap, _system.dust) = (system.borrowCap, system.dust);
        (_system.targetHealth, _system.stuckHealth) = (system.targetHealth, system.stuckHealth);
        emit SystemUpdated(system);
    }
}

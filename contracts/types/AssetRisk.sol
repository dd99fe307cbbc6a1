// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BPS} from "../libraries/math/FixedPoint.sol";

/// @notice The risk parameters of one collateral asset in one storage word, because a health check
/// reads one word per asset.
///
/// Layout from the low bit: token 160 | ltv 14 | liquidationThreshold 14 | minBonus 14 | maxBonus
/// 14 | slope 16 | decimals 5 | haircut 14 | ramping 1 | unused 4. Every ratio is in basis points
/// (1e4 = 100 %).
type AssetRisk is uint256;

using {
    token,
    ltv,
    liquidationThreshold,
    minBonus,
    maxBonus,
    slope,
    decimals,
    haircut,
    ramping,
    effectiveLtv,
    withHaircut,
    withThreshold,
    withRamping
} for AssetRisk global;

/// @notice The fields of `AssetRisk` that governance sets, unpacked: for setters, views and tests.
struct AssetRiskFields {
    /// The ERC-20 token. Zero if the asset is not listed.
    address token;
    /// Initial margin [bps]: largest debt per unit of collateral value when taking risk.
    uint16 ltv;
    /// Maintenance margin [bps]: largest debt per unit of collateral value before liquidation.
    uint16 liquidationThreshold;
    /// Liquidation bonus at health 1 [bps].
    uint16 minBonus;
    /// Upper bound of the liquidation bonus [bps].
    uint16 maxBonus;
    /// Growth of the bonus per unit of missing health [bps]: 2,500 adds 0.25 % of bonus for each
    /// 1 % below health 1.
    uint16 slope;
    /// Decimals of the token.
    uint8 decimals;
}

uint256 constant MAX_14 = (1 << 14) - 1;
uint256 constant LTV_AT = 160;
uint256 constant THRESHOLD_AT = 174;
uint256 constant MIN_BONUS_AT = 188;
uint256 constant MAX_BONUS_AT = 202;
uint256 constant SLOPE_AT = 216;
uint256 constant DECIMALS_AT = 232;
uint256 constant HAIRCUT_AT = 237;
uint256 constant RAMPING_AT = 251;

/// @notice The ratio does not fit in its 14 bits [bps].
error RatioTooLarge(uint256 ratio, uint256 max);

function token(AssetRisk r) pure returns (address) {
    return address(uint160(AssetRisk.unwrap(r)));
}

function ltv(AssetRisk r) pure returns (uint256) {
    return (AssetRisk.unwrap(r) >> LTV_AT) & MAX_14;
}

function liquidationThreshold(AssetRisk r) pure returns (uint256) {
    return (AssetRisk.unwrap(r) >> THRESHOLD_AT) & MAX_14;
}

function minBonus(AssetRisk r) pure returns (uint256) {
    return (AssetRisk.unwrap(r) >> MIN_BONUS_AT) & MAX_14;
}

function maxBonus(AssetRisk r) pure returns (uint256) {
    return (AssetRisk.unwrap(r) >> MAX_BONUS_AT) & MAX_14;
}

function slope(AssetRisk r) pure returns (uint256) {
    return uint16(AssetRisk.unwrap(r) >> SLOPE_AT);
}

function decimals(AssetRisk r) pure returns (uint8) {
    return uint8((AssetRisk.unwrap(r) >> DECIMALS_AT) & 31);
}

/// @notice The part of the value that volatility deducts before the threshold applies [bps]; the
/// larger of the volatility model's haircut and governance's floor.
function haircut(AssetRisk r) pure returns (uint256) {
    return (AssetRisk.unwrap(r) >> HAIRCUT_AT) & MAX_14;
}

/// @notice Whether the threshold is on a ramp. The stored one is then the end of the ramp.
function ramping(AssetRisk r) pure returns (bool) {
    return (AssetRisk.unwrap(r) >> RAMPING_AT) & 1 == 1;
}

/// @notice The initial margin in force [bps], rounded down: min(ltv, threshold * (1 - haircut)). A
/// vault borrowed up to it can lose `haircut` of its value before it becomes liquidatable.
function effectiveLtv(AssetRisk r) pure returns (uint256) {
    uint256 configured = r.ltv();
    uint256 cut = (r.liquidationThreshold() * (BPS - r.haircut())) / BPS;
    return cut < configured ? cut : configured;
}

/// @notice `r` with another haircut [bps].
function withHaircut(AssetRisk r, uint256 bps) pure returns (AssetRisk) {
    return _with(r, HAIRCUT_AT, MAX_14, bps);
}

/// @notice `r` with another threshold [bps].
function withThreshold(AssetRisk r, uint256 bps) pure returns (AssetRisk) {
    return _with(r, THRESHOLD_AT, MAX_14, bps);
}

/// @notice `r` with its threshold on a ramp or not.
function withRamping(AssetRisk r, bool yes) pure returns (AssetRisk) {
    return _with(r, RAMPING_AT, 1, yes ? 1 : 0);
}

function _with(AssetRisk r, uint256 at, uint256 mask, uint256 field) pure returns (AssetRisk) {
    if (field > mask) revert RatioTooLarge(field, mask);
    return AssetRisk.wrap((AssetRisk.unwrap(r) & ~(mask << at)) | (field << at));
}

/// @notice Packs `f` into one word, with haircut 0 and not ramping. Every ratio except the slope
/// must be below 2^14.
function packAssetRisk(AssetRiskFields memory f) pure returns (AssetRisk r) {
    r = AssetRisk.wrap(uint256(uint160(f.token)) | (uint256(f.slope) << SLOPE_AT));
    r = _with(r, LTV_AT, MAX_14, f.ltv);
    r = _with(r, THRESHOLD_AT, MAX_14, f.liquidationThreshold);
    r = _with(r, MIN_BONUS_AT, MAX_14, f.minBonus);
    r = _with(r, MAX_BONUS_AT, MAX_14, f.maxBonus);
    r = _with(r, DECIMALS_AT, 31, f.decimals);
}

/// @notice Unpacks `r` into its fields.
function unpackAssetRisk(AssetRisk r) pure returns (AssetRiskFields memory) {
    return
        AssetRiskFields({
            token: r.token(),
            ltv: uint16(r.ltv()),
            liquidationThreshold: uint16(r.liquidationThreshold()),
            minBonus: uint16(r.minBonus()),
            maxBonus: uint16(r.maxBonus()),
            slope: uint16(r.slope()),
            decimals: r.decimals()
        });
}

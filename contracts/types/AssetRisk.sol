// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice The risk parameters of one collateral asset in one storage word, because a health check reads one per asset.
/// Layout from the low bit: token 160 | ltv 16 | liquidationThreshold 16 | minBonus 16 | maxBonus 16 | slope 16 |
/// decimals 8 | unused 8. Every ratio is in basis points (1e4 = 100 %).
type AssetRisk is uint256;

using {token, ltv, liquidationThreshold, minBonus, maxBonus, slope, decimals} for AssetRisk global;

/// @notice The fields of `AssetRisk`, unpacked: for setters, views and tests.
struct AssetRiskFields {
    /// The ERC-20 token. Zero means that the asset is not listed.
    address token;
    /// Initial margin [bps]: most debt per unit of collateral value when taking risk.
    uint16 ltv;
    /// Maintenance margin [bps]: most debt per unit of collateral value before liquidation.
    uint16 liquidationThreshold;
    /// Liquidation bonus at health 1 [bps].
    uint16 minBonus;
    /// Upper bound of the liquidation bonus [bps].
    uint16 maxBonus;
    /// Growth of the bonus per unit of missing health [bps]: 2,500 adds 0.25 % of bonus for each 1 % below health 1.
    uint16 slope;
    /// Decimals of the token.
    uint8 decimals;
}

function token(AssetRisk r) pure returns (address) {
    return address(uint160(AssetRisk.unwrap(r)));
}

function ltv(AssetRisk r) pure returns (uint256) {
    return uint16(AssetRisk.unwrap(r) >> 160);
}

function liquidationThreshold(AssetRisk r) pure returns (uint256) {
    return uint16(AssetRisk.unwrap(r) >> 176);
}

function minBonus(AssetRisk r) pure returns (uint256) {
    return uint16(AssetRisk.unwrap(r) >> 192);
}

function maxBonus(AssetRisk r) pure returns (uint256) {
    return uint16(AssetRisk.unwrap(r) >> 208);
}

function slope(AssetRisk r) pure returns (uint256) {
    return uint16(AssetRisk.unwrap(r) >> 224);
}

function decimals(AssetRisk r) pure returns (uint8) {
    return uint8(AssetRisk.unwrap(r) >> 240);
}

/// @notice Packs `f` into one word.
function packAssetRisk(AssetRiskFields memory f) pure returns (AssetRisk) {
    return
        AssetRisk.wrap(
            uint256(uint160(f.token)) |
                (uint256(f.ltv) << 160) |
                (uint256(f.liquidationThreshold) << 176) |
                (uint256(f.minBonus) << 192) |
                (uint256(f.maxBonus) << 208) |
                (uint256(f.slope) << 224) |
                (uint256(f.decimals) << 240)
        );
}

/// @notice Unpacks `r` into its fields.
function unpackAssetRisk(AssetRisk r) pure returns (AssetRiskFields memory) {
    return
        AssetRiskFields({
            token: token(r),
            ltv: uint16(ltv(r)),
            liquidationThreshold: uint16(liquidationThreshold(r)),
            minBonus: uint16(minBonus(r)),
            maxBonus: uint16(maxBonus(r)),
            slope: uint16(slope(r)),
            decimals: decimals(r)
        });
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A set of collateral ids (0 to 63) as a bitmap: bit `id` is set if and only if `id` is a
/// member.
type AssetSet is uint64;

using {contains, with, without, isEmpty, size, lowest} for AssetSet global;

function contains(AssetSet s, uint8 id) pure returns (bool) {
    return id < 64 && (AssetSet.unwrap(s) >> id) & 1 == 1;
}

function with(AssetSet s, uint8 id) pure returns (AssetSet) {
    return AssetSet.wrap(AssetSet.unwrap(s) | uint64(1 << id));
}

function without(AssetSet s, uint8 id) pure returns (AssetSet) {
    return AssetSet.wrap(AssetSet.unwrap(s) & ~uint64(1 << id));
}

function isEmpty(AssetSet s) pure returns (bool) {
    return AssetSet.unwrap(s) == 0;
}

/// @notice The number of members.
function size(AssetSet s) pure returns (uint256 n) {
    for (uint64 bits = AssetSet.unwrap(s); bits != 0; bits &= bits - 1) ++n;
}

// A de Bruijn sequence: the top six bits of its product with 2^i identify i by means of the two
// tables.
uint256 constant DE_BRUIJN = 0x03f79d71b4cb0a89;
uint256 constant INDEX_LOW = 0x050c12181e21272d162b3335243b373e04111d262a323a3d031c313902300100;
uint256 constant INDEX_HIGH = 0x0607080d09130e190a1f14220f281a2e0b17202c153423361025293c1b382f3f;

/// @notice The smallest member; the set must not be empty.
/// @dev Every loop over collaterals calls it, and a table costs a fifth of a binary search.
function lowest(AssetSet s) pure returns (uint8) {
    unchecked {
        uint256 bits = AssetSet.unwrap(s);
        uint256 at = uint64((bits & (0 - bits)) * DE_BRUIJN) >> 58;
        return uint8((at < 32 ? INDEX_LOW : INDEX_HIGH) >> (8 * (at & 31)));
    }
}

/// @notice The set whose only member is `id`.
function singleton(uint8 id) pure returns (AssetSet) {
    return AssetSet.wrap(uint64(1 << id));
}

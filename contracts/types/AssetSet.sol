// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice A set of collateral ids (0 to 63) as a bitmap: bit `id` is set if and only if `id` is a member.
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

/// @notice The smallest member; the set must not be empty.
function lowest(AssetSet s) pure returns (uint8) {
    uint256 bits = AssetSet.unwrap(s);
    return uint8(Math.log2(bits ^ (bits & (bits - 1))));
}

/// @notice The set whose only member is `id`.
function singleton(uint8 id) pure returns (AssetSet) {
    return AssetSet.wrap(uint64(1 << id));
}

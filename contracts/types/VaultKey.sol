// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Names a vault by its owner and an index the owner chooses: `owner` in the high 160 bits,
/// `index` in the low 96. A key needs no owner slot, no counter and no registration; every key of
/// every owner exists from the start, empty.
type VaultKey is bytes32;

using {ownerOf, indexOf} for VaultKey global;

/// @notice The account that owns `key`.
function ownerOf(VaultKey key) pure returns (address) {
    return address(bytes20(VaultKey.unwrap(key)));
}

/// @notice The index of the vault, chosen by its owner.
function indexOf(VaultKey key) pure returns (uint96) {
    return uint96(uint256(VaultKey.unwrap(key)));
}

/// @notice The key of `owner`'s vault number `index`.
function toVaultKey(address owner, uint96 index) pure returns (VaultKey) {
    return VaultKey.wrap(bytes32(bytes20(owner)) | bytes32(uint256(index)));
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {VaultKey, toVaultKey} from "../../../contracts/types/VaultKey.sol";

contract VaultKeyTest is Test {
    function testFuzz_keyHoldsOwnerAndIndex(address owner, uint96 index) public pure {
        VaultKey key = toVaultKey(owner, index);
        assertEq(key.ownerOf(), owner);
        assertEq(key.indexOf(), index);
    }

    /// @dev With the test above a bijection: no two vaults share a key, and every key has an owner.
    function testFuzz_everyWordIsTheKeyOfItsOwnerAndIndex(bytes32 word) public pure {
        VaultKey key = VaultKey.wrap(word);
        assertEq(VaultKey.unwrap(toVaultKey(key.ownerOf(), key.indexOf())), word);
    }
}

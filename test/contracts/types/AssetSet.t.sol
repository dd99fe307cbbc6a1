// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {AssetSet, singleton} from "../../../contracts/types/AssetSet.sol";

contract AssetSetTest is Test {
    function testFuzz_with_addsExactlyOneMember(uint64 bits, uint8 id, uint8 other) public pure {
        (id, other) = (id % 64, other % 64);
        AssetSet set = AssetSet.wrap(bits).with(id);
        assertTrue(set.contains(id));
        if (other != id) assertEq(set.contains(other), AssetSet.wrap(bits).contains(other));
    }

    function testFuzz_without_removesExactlyOneMember(uint64 bits, uint8 id, uint8 other) public pure {
        (id, other) = (id % 64, other % 64);
        AssetSet set = AssetSet.wrap(bits).without(id);
        assertFalse(set.contains(id));
        if (other != id) assertEq(set.contains(other), AssetSet.wrap(bits).contains(other));
    }

    function testFuzz_contains_isFalseForEveryIdFrom64On(uint64 bits, uint8 id) public pure {
        id = uint8(bound(id, 64, 255));
        assertFalse(AssetSet.wrap(bits).contains(id));
    }

    function testFuzz_ids64AndAboveChangeNothing(uint64 bits, uint8 id) public pure {
        id = uint8(bound(id, 64, 255));
        assertEq(AssetSet.unwrap(AssetSet.wrap(bits).with(id)), bits);
        assertEq(AssetSet.unwrap(AssetSet.wrap(bits).without(id)), bits);
        assertTrue(singleton(id).isEmpty());
    }

    /// @dev Size, emptiness and order against a plain loop over the 64 ids.
    function testFuzz_lowestWalksAllMembersAscending(uint64 bits) public pure {
        AssetSet set = AssetSet.wrap(bits);
        uint256 members;
        for (uint8 id = 0; id < 64; ++id) {
            if ((bits >> id) & 1 == 0) continue;
            ++members;
            assertEq(set.lowest(), id);
            set = set.without(id);
        }
        assertTrue(set.isEmpty());
        assertEq(AssetSet.wrap(bits).size(), members);
    }

    function testFuzz_singletonHasItsOneMember(uint8 id) public pure {
        id %= 64;
        assertEq(singleton(id).lowest(), id);
        assertEq(singleton(id).size(), 1);
    }
}

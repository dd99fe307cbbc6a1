// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {IdList} from "../../../contracts/types/IdList.sol";

contract IdListTest is Test {
    using IdList for IdList.Ids;

    uint256 private constant LENGTH = 24;
    IdList.Ids private list;

    /// @dev Compares with a plain array: after any writes every position reads as the last write to
    /// it.
    function testFuzz_list_isAnArrayOf32BitIds(uint256[12] memory writes) public {
        uint32[LENGTH] memory expected;
        for (uint256 i = 0; i < writes.length; ++i) {
            uint256 at = writes[i] % LENGTH;
            uint32 id = uint32(writes[i] >> 8);
            list.set(at, id);
            expected[at] = id;
        }
        for (uint256 at = 0; at < LENGTH; ++at) assertEq(list.get(at), expected[at]);
    }

    function test_list_packsEightToAWord() public {
        for (uint256 at = 0; at < LENGTH; ++at) list.set(at, at + 1);
        for (uint256 word = 0; word < LENGTH / 8; ++word) {
            for (uint256 i = 0; i < 8; ++i) assertEq(uint32(list.words[word] >> (32 * i)), 8 * word + i + 1);
        }
        assertEq(list.words[LENGTH / 8], 0);
    }

    function testFuzz_set_overwritesOnlyItsOwnPosition(uint8 at, uint32 id) public {
        at %= 8;
        for (uint256 word = 0; word < 2; ++word) list.words[word] = type(uint256).max;
        list.set(at, id);
        for (uint256 i = 0; i < 16; ++i) assertEq(list.get(i), i == at ? id : type(uint32).max);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A list of 32-bit ids, eight to a word. The caller keeps its length, in a word that has
/// room for it.
library IdList {
    struct Ids {
        mapping(uint256 word => uint256) words;
    }

    /// @notice The id at position `at`.
    function get(Ids storage list, uint256 at) internal view returns (uint256) {
        return uint32(list.words[at / 8] >> (32 * (at % 8)));
    }

    /// @notice Writes `id` to position `at`.
    function set(Ids storage list, uint256 at, uint256 id) internal {
        uint256 shift = 32 * (at % 8);
        uint256 cleared = list.words[at / 8] & ~(uint256(type(uint32).max) << shift);
        list.words[at / 8] = cleared | (uint256(uint32(id)) << shift);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {CompactFloat} from "../../../../contracts/libraries/math/CompactFloat.sol";

contract CompactFloatTest is Test {
    /// @dev Numbers of every size, not only the huge ones a plain fuzz draws.
    function _sized(uint256 x, uint8 bits) private pure returns (uint256) {
        return x >> bits;
    }

    function testFuzz_encodeDown_isTheNearestBelow(uint256 x, uint8 bits) public pure {
        x = _sized(x, bits);
        uint24 code = CompactFloat.encodeDown(x);
        uint256 below = CompactFloat.decode(code);
        assertLe(below, x);
        assertLe(x - below, x >> 15);
        if (x < 1 << 16) assertEq(below, x);
        if (code < CompactFloat.encodeDown(type(uint256).max)) assertGt(CompactFloat.decode(_next(code)), x);
    }

    function testFuzz_encodeUp_isTheNearestAbove(uint256 x, uint8 bits) public pure {
        x = _sized(x, bits) >> 1;
        uint24 code = CompactFloat.encodeUp(x);
        uint256 above = CompactFloat.decode(code);
        assertGe(above, x);
        assertLe(above - x, x >> 15);
        uint24 down = CompactFloat.encodeDown(x);
        assertEq(code, CompactFloat.decode(down) == x ? down : _next(down));
    }

    function testFuzz_codes_sortLikeTheirNumbers(uint256 x, uint256 y, uint8 bits, uint8 otherBits) public pure {
        (x, y) = (_sized(x, bits), _sized(y, otherBits));
        (uint24 a, uint24 b) = (CompactFloat.encodeDown(x), CompactFloat.encodeDown(y));
        assertEq(a < b, CompactFloat.decode(a) < CompactFloat.decode(b));
    }

    function test_powersOfTwo_areExact() public pure {
        for (uint256 k = 0; k < 256; ++k) {
            assertEq(CompactFloat.decode(CompactFloat.encodeDown(1 << k)), 1 << k);
            assertEq(CompactFloat.decode(CompactFloat.encodeUp(1 << k)), 1 << k);
        }
    }

    function test_encodeUp_ofTheLargestWordHasNoCode() public {
        vm.expectRevert();
        this.encodeUp(type(uint256).max);
    }

    function encodeUp(uint256 x) external pure returns (uint24) {
        return CompactFloat.encodeUp(x);
    }

    /// @dev The code after `code` among the results of `encodeDown`: a mantissa keeps its top bit.
    function _next(uint24 code) private pure returns (uint24) {
        if (uint16(code) != type(uint16).max) return code + 1;
        return (((code >> 16) + 1) << 16) | (1 << 15);
    }
}

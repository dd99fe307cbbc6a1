// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {BPS, FixedPoint, PRICE_ONE, RAY, WAD} from "../../../../contracts/libraries/math/FixedPoint.sol";

contract FixedPointTest is Test {
    function testFuzz_mulDivDown_isTheFloorOfTheExactQuotient(uint128 x, uint128 y, uint256 d) public pure {
        d = bound(d, 1, type(uint256).max);
        assertEq(FixedPoint.mulDivDown(x, y, d), (uint256(x) * y) / d);
    }

    function testFuzz_mulDivUp_exceedsDownByOneExactlyWhenInexact(uint256 x, uint256 y, uint256 d) public pure {
        d = bound(d, 1, type(uint256).max);
        (uint256 high, ) = Math.mul512(x, y);
        vm.assume(high < d);
        uint256 down = FixedPoint.mulDivDown(x, y, d);
        vm.assume(down != type(uint256).max);
        assertEq(FixedPoint.mulDivUp(x, y, d) - down, mulmod(x, y, d) == 0 ? 0 : 1);
    }

    function testFuzz_wordDiv_isTheFloorAndTheCeiling(uint128 x, uint128 y, uint256 d) public pure {
        d = bound(d, 1, d % 2 == 0 ? 3 : type(uint256).max);
        assertEq(FixedPoint.wordDivDown(x, y, d), FixedPoint.mulDivDown(x, y, d));
        assertEq(FixedPoint.wordDivUp(x, y, d), FixedPoint.mulDivUp(x, y, d));
    }

    function test_wordDiv_revertsWhereTheProductLeavesTheWordOrTheDivisorIsZero() public {
        uint256[3][2] memory cases = [[uint256(1) << 128, uint256(1) << 128, 1], [uint256(1), 1, 0]];
        for (uint256 i = 0; i < 2; ++i) {
            (bool down, ) = address(this).call(abi.encodeCall(this.wordDivDown, (cases[i])));
            (bool up, ) = address(this).call(abi.encodeCall(this.wordDivUp, (cases[i])));
            assertFalse(down || up);
        }
        assertEq(this.wordDivUp([type(uint256).max, 1, 1]), type(uint256).max);
        assertEq(this.wordDivUp([type(uint256).max, 1, 2]), 1 << 255);
    }

    function wordDivDown(uint256[3] calldata a) external pure returns (uint256) {
        return FixedPoint.wordDivDown(a[0], a[1], a[2]);
    }

    function wordDivUp(uint256[3] calldata a) external pure returns (uint256) {
        return FixedPoint.wordDivUp(a[0], a[1], a[2]);
    }

    function testFuzz_mulDivDown_timesDivisorPlusRemainderIsTheProduct(uint256 x, uint256 y, uint256 d) public pure {
        d = bound(d, 1, type(uint256).max);
        (uint256 high, uint256 low) = Math.mul512(x, y);
        vm.assume(high < d);
        (uint256 backHigh, uint256 backLow) = Math.mul512(FixedPoint.mulDivDown(x, y, d), d);
        uint256 remainder = mulmod(x, y, d);
        unchecked {
            uint256 sum = backLow + remainder;
            assertEq(sum, low);
            assertEq(backHigh + (sum < backLow ? 1 : 0), high);
        }
    }

    function testFuzz_mulDivDownSaturating_isTheFloorOrTheLargestWord(uint256 x, uint256 y, uint256 d) public pure {
        uint256 result = FixedPoint.mulDivDownSaturating(x, y, d);
        (uint256 high, ) = Math.mul512(x, y);
        if (d == 0 || high >= d) assertEq(result, type(uint256).max);
        else assertEq(result, FixedPoint.mulDivDown(x, y, d));
    }

    function test_mulDivDownSaturating_byZeroIsTheLargestWordEvenForZero() public pure {
        assertEq(FixedPoint.mulDivDownSaturating(0, 0, 0), type(uint256).max);
    }

    function testFuzz_min_isOneOfBothAndExceedsNeither(uint256 x, uint256 y) public pure {
        uint256 m = FixedPoint.min(x, y);
        assertTrue(m <= x && m <= y && (m == x || m == y));
    }

    function testFuzz_subFloor_isTheDifferenceOrZero(uint256 x, uint256 y) public pure {
        assertEq(FixedPoint.subFloor(x, y), x > y ? x - y : 0);
    }

    function test_scales_areThePowersOfTenTheySay() public pure {
        assertEq(WAD, 10 ** 18);
        assertEq(RAY, 10 ** 27);
        assertEq(PRICE_ONE, 10 ** 36);
        assertEq(BPS, 10 ** 4);
    }

    /// @dev The first product that does not fit, and the last that does.
    function testFuzz_mulDivDownSaturating_turnsExactlyWhereTheQuotientLeavesTheWord(uint256 d) public pure {
        d = bound(d, 1, type(uint128).max);
        assertEq(FixedPoint.mulDivDownSaturating(1 << 128, d << 128, d), type(uint256).max);
        assertEq(FixedPoint.mulDivDownSaturating(type(uint256).max, d, d), type(uint256).max);
        assertEq(FixedPoint.mulDivDownSaturating(type(uint256).max - 1, d, d), type(uint256).max - 1);
    }
}

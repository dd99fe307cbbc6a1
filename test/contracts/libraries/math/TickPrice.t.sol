// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {FixedPoint} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {TickPrice} from "../../../../contracts/libraries/math/TickPrice.sol";

contract TickPriceTest is Test {
    uint256 private constant Q96 = 1 << 96;

    function powerDown(uint256 n) external pure returns (uint256) {
        return TickPrice.powerDown(n);
    }

    /// @dev Each power is the one before times 1.0001, to one part in 2^73.
    function testFuzz_powerDown_growsByOneBasisPointATick(uint256 n) public pure {
        n = bound(n, 0, TickPrice.MAX_TICK - 1);
        uint256 next = FixedPoint.mulDivDown(TickPrice.powerDown(n), 10_001, 10_000);
        assertApproxEqAbs(TickPrice.powerDown(n + 1), next, (next >> 73) + 1);
    }

    function testFuzz_powerDown_ofASumIsTheProduct(uint256 a, uint256 b) public pure {
        a = bound(a, 0, TickPrice.MAX_TICK);
        b = bound(b, 0, TickPrice.MAX_TICK - a);
        uint256 product = FixedPoint.mulDivDown(TickPrice.powerDown(a), TickPrice.powerDown(b), Q96);
        assertApproxEqAbs(TickPrice.powerDown(a + b), product, (product >> 72) + 1);
    }

    function test_powerDown_stopsAtTheLastTick() public {
        assertEq(TickPrice.powerDown(0), Q96);
        TickPrice.powerDown(887_272);
        vm.expectRevert(abi.encodeWithSelector(TickPrice.TickOutOfRange.selector, int256(887_273)));
        this.powerDown(887_273);
    }

    /// @dev A price and its inverse multiply to one, whatever the decimals.
    function testFuzz_scaledDown_ofTheInverseIsTheInverse(int256 tick, uint8 a, uint8 b) public pure {
        tick = bound(tick, -200_000, 200_000);
        (uint256 one, uint256 other) = (10 ** (18 + uint256(a % 13)), 10 ** uint256(b % 19));
        uint256 price = TickPrice.scaledDown(tick, one, 1);
        uint256 inverse = TickPrice.scaledDown(-tick, one * other, other);
        uint256 product = FixedPoint.mulDivDown(price, inverse, one);
        uint256 smaller = price < inverse ? price : inverse;
        // Each is rounded down by less than one unit, which is most of what the smaller one loses.
        assertApproxEqAbs(product, one, one / smaller + (one >> 72) + 2);
    }

    function test_powerDown_ofOneTickIsTheBaseToTheNearest() public pure {
        uint256 exact = 10_001 * Q96;
        assertApproxEqAbs(TickPrice.powerDown(1) * 10_000, exact, 5_000);
    }

    /// @dev A power is the product of its binary digits, the lowest first, each product rounded
    /// down.
    function testFuzz_powerDown_roundsEveryProductDown(uint256 digit, uint256 n) public pure {
        digit = 1 << bound(digit, 0, 19);
        uint256 most = digit - 1 + digit > TickPrice.MAX_TICK ? TickPrice.MAX_TICK - digit : digit - 1;
        n = bound(n, 0, most);
        uint256 power = TickPrice.powerDown(digit);
        uint256 product = FixedPoint.mulDivDown(TickPrice.powerDown(n), power, Q96);
        assertEq(TickPrice.powerDown(n + digit), product);
        if (digit < 1 << 19) assertEq(TickPrice.powerDown(2 * digit), FixedPoint.mulDivDown(power, power, Q96));
    }

    function testFuzz_scaledDown_atTickZeroIsTheQuotient(uint256 numerator, uint128 denominator) public pure {
        vm.assume(denominator != 0);
        assertEq(TickPrice.scaledDown(0, numerator, denominator), numerator / denominator);
    }

    function testFuzz_scaledDown_ofAPositiveTickRoundsTheExactQuotientDown(
        uint256 tick,
        uint32 numerator,
        uint128 denominator
    ) public pure {
        vm.assume(denominator != 0);
        tick = bound(tick, 0, TickPrice.MAX_TICK);
        uint256 price = TickPrice.scaledDown(int256(tick), numerator, denominator);
        uint256 exact = TickPrice.powerDown(tick) * numerator;
        assertLe(price * denominator, exact / Q96);
        assertGt((price + 1) * denominator, exact / Q96);
    }

    /// @dev The smallest numerator whose price reaches a whole number, and the one below it.
    function testFuzz_scaledDown_ofANegativeTickReachesAPriceAtItsNumeratorAndNoneBelow(
        uint256 tick,
        uint16 denominator,
        uint16 price
    ) public pure {
        vm.assume(denominator != 0 && price != 0);
        tick = bound(tick, 1, TickPrice.MAX_TICK);
        uint256 product = TickPrice.powerDown(tick) * denominator * price;
        uint256 below = (product - 1) / Q96;
        assertEq(TickPrice.scaledDown(-int256(tick), below, denominator), price - 1);
        assertEq(TickPrice.scaledDown(-int256(tick), below + 1, denominator), price);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {FixedPoint} from "../../../contracts/libraries/FixedPoint.sol";
import {TickPrice} from "../../../contracts/libraries/TickPrice.sol";

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
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

// 1e18: ratios.
uint256 constant WAD = 1e18;
// 1e27: debt indices and per-second rates.
uint256 constant RAY = 1e27;
// 1e36: scaled prices; `amount * price / PRICE_ONE` is in debt-asset units.
uint256 constant PRICE_ONE = 1e36;
// 1e4: parameters given in basis points.
uint256 constant BPS = 1e4;

/// @notice Products and quotients with 512-bit intermediates and the rounding direction in the
/// name.
library FixedPoint {
    /// @notice floor(x * y / d). Reverts if `d` is 0 or the result exceeds 256 bits.
    function mulDivDown(uint256 x, uint256 y, uint256 d) internal pure returns (uint256) {
        return Math.mulDiv(x, y, d);
    }

    /// @notice ceil(x * y / d). Reverts if `d` is 0 or the result exceeds 256 bits.
    function mulDivUp(uint256 x, uint256 y, uint256 d) internal pure returns (uint256) {
        uint256 floor = Math.mulDiv(x, y, d);
        return mulmod(x, y, d) == 0 ? floor : floor + 1;
    }

    /// @notice floor(x * y / d) at a third of the cost, for products known to fit in a word.
    /// Reverts if x * y does not fit or `d` is 0.
    function wordDivDown(uint256 x, uint256 y, uint256 d) internal pure returns (uint256) {
        return (x * y) / d;
    }

    /// @notice ceil(x * y / d) at a third of the cost, for products known to fit in a word. Reverts
    /// if x * y does not fit or `d` is 0.
    function wordDivUp(uint256 x, uint256 y, uint256 d) internal pure returns (uint256) {
        uint256 product = x * y;
        // An inexact quotient is at most half of a word, so adding one cannot overflow.
        unchecked {
            return product % d == 0 ? product / d : product / d + 1;
        }
    }

    /// @notice floor(x * y / d), or the largest word if the result exceeds 256 bits or `d` is 0.
    /// Never reverts.
    function mulDivDownSaturating(uint256 x, uint256 y, uint256 d) internal pure returns (uint256) {
        if (d == 0) return type(uint256).max;
        (uint256 high, ) = Math.mul512(x, y);
        return high >= d ? type(uint256).max : Math.mulDiv(x, y, d);
    }

    /// @notice The smaller of two.
    function min(uint256 x, uint256 y) internal pure returns (uint256) {
        return x < y ? x : y;
    }

    /// @notice The larger of two.
    function max(uint256 x, uint256 y) internal pure returns (uint256) {
        return x > y ? x : y;
    }

    /// @notice x - y, or 0 if y is larger.
    function subFloor(uint256 x, uint256 y) internal pure returns (uint256) {
        return x > y ? x - y : 0;
    }
}

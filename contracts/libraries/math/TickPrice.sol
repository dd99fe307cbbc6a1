// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {FixedPoint} from "./FixedPoint.sol";

/// @notice Prices of Uniswap v3 ticks: tick t is a price of 1.0001^t, smallest units of token1 per
/// smallest unit of token0.
library TickPrice {
    /// @notice The largest tick of a pool; the smallest is its negative.
    uint256 internal constant MAX_TICK = 887_272;
    uint256 private constant Q96 = 1 << 96;
    // 1.0001 in 96 fractional bits, rounded to the nearest.
    uint256 private constant BASE = 79_236_085_330_515_764_027_303_304_731;

    /// @notice The tick is outside a pool's range.
    error TickOutOfRange(int256 tick);

    /// @notice 1.0001^n in 96 fractional bits, rounded down, with an error of less than one part in
    /// 2^74.
    /// @dev The error of BASE is less than 2^-97. Each of at most twenty squarings doubles the
    /// error and adds less than 2^-96; the product sums the errors of its factors.
    function powerDown(uint256 n) internal pure returns (uint256 power) {
        if (n > MAX_TICK) revert TickOutOfRange(int256(n));
        power = Q96;
        for (uint256 factor = BASE; n != 0; n >>= 1) {
            if (n & 1 == 1) power = FixedPoint.mulDivDown(power, factor, Q96);
            if (n > 1) factor = FixedPoint.mulDivDown(factor, factor, Q96);
        }
    }

    /// @notice 1.0001^tick * numerator / denominator, rounded down, with an error of less than one
    /// part in 2^74 and one unit. Reverts if it exceeds a word.
    function scaledDown(int256 tick, uint256 numerator, uint256 denominator) internal pure returns (uint256) {
        if (tick >= 0) return FixedPoint.mulDivDown(powerDown(uint256(tick)), numerator, Q96 * denominator);
        // Two divisions, because power * denominator may exceed a word.
        uint256 inverse = FixedPoint.mulDivDown(Q96 * Q96, numerator, powerDown(uint256(-tick)));
        return inverse / (Q96 * denominator);
    }
}

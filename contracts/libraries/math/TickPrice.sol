// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {FixedPoint} from "./FixedPoint.sol";

/// @notice Prices of Uniswap v3 ticks: tick t stands for 1.0001^t, smallest units of token1 per smallest unit of token0.
library TickPrice {
    /// @notice The largest tick of a pool; the smallest is its negative.
    uint256 internal constant MAX_TICK = 887_272;
    uint256 private constant Q96 = 1 << 96;
    // 1.0001 in 96 fractional bits, to the nearest.
    uint256 private constant BASE = 79_236_085_330_515_764_027_303_304_731;

    /// @notice A tick beyond a pool's range.
    error TickOutOfRange(int256 tick);

    /// @notice 1.0001^n in 96 fractional bits, rounded down, off by less than one part in 2^74: BASE is off by less than 2^-97;
    /// squaring doubles the error and adds less than 2^-96, twenty times at most; the product adds up what its factors are
    /// off by.
    function powerDown(uint256 n) internal pure returns (uint256 power) {
        if (n > MAX_TICK) revert TickOutOfRange(int256(n));
        power = Q96;
        for (uint256 factor = BASE; n != 0; n >>= 1) {
            if (n & 1 == 1) power = FixedPoint.mulDivDown(power, factor, Q96);
            if (n > 1) factor = FixedPoint.mulDivDown(factor, factor, Q96);
        }
    }

    /// @notice 1.0001^tick * numerator / denominator, rounded down, off by less than one part in 2^74 and one unit. Reverts
    /// where it exceeds a word.
    function scaledDown(int256 tick, uint256 numerator, uint256 denominator) internal pure returns (uint256) {
        if (tick >= 0) return FixedPoint.mulDivDown(powerDown(uint256(tick)), numerator, Q96 * denominator);
        // Divided one after the other: power * denominator may exceed a word.
        uint256 inverse = FixedPoint.mulDivDown(Q96 * Q96, numerator, powerDown(uint256(-tick)));
        return inverse / (Q96 * denominator);
    }
}

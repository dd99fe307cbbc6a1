// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {WAD} from "./FixedPoint.sol";

/// @notice Natural logarithm and powers of one half, in binary fixed point with 120 fractional
/// bits.
/// @dev Every step rounds down and every series has positive terms only, so both results are below
/// the true value, by less than 2 units of 1e-18.
library ExpLn {
    uint256 private constant BITS = 120;
    uint256 private constant ONE = 1 << BITS;
    /// @dev ln 2 and ln 2 / 2, rounded down, and the square root of 2, rounded up, all times 2^120.
    uint256 private constant LN_2 = 921350637599661305226344307672478454;
    uint256 private constant HALF_LN_2 = 460675318799830652613172153836239227;
    uint256 private constant SQRT_2_UP = 1879812259125035246445576347481445758;
    /// @dev Terms of the two series: the truncation error is below 1e-21.
    uint256 private constant LN_TERMS = 13;
    uint256 private constant EXP_TERMS = 22;

    /// @notice ln(x) [WAD] of a whole number, rounded down: at most 177.5. Reverts for 0.
    /// @dev x = 2^(halves / 2) * m with m in [1, sqrt 2); ln m = 2 artanh((m - 1) / (m + 1)) as a
    /// series in s^2 < 0.0295.
    function lnDown(uint256 x) internal pure returns (uint256) {
        if (x == 0) revert LogarithmOfZero();
        uint256 k = Math.log2(x);
        uint256 m = k > BITS ? x >> (k - BITS) : x << (BITS - k);
        uint256 halves = 2 * k;
        // No overflow: m, s, sum and ONE are below 2^121, so products stay below 2^242, and halves
        // is at most 511.
        unchecked {
            if (m >= SQRT_2_UP) (m, halves) = ((m << BITS) / SQRT_2_UP, halves + 1);
            uint256 s = ((m - ONE) << BITS) / (m + ONE);
            uint256 square = (s * s) >> BITS;
            uint256 sum;
            for (uint256 i = 2 * LN_TERMS; i > 0; i -= 2) sum = ((sum * square) >> BITS) + ONE / (i - 1);
            return ((((2 * s * sum) >> BITS) + halves * HALF_LN_2) * WAD) >> BITS;
        }
    }

    /// @notice 2^(-elapsed / halfLife) [WAD], rounded down: the remainder of a weight of 1. Exact
    /// for whole half-lives; requires 0 < halfLife < 2^64.
    /// @dev 2^-f = e^((1 - f) ln 2) / 2 for the fraction f of a half-life, by the series of e.
    function decayDown(uint256 elapsed, uint256 halfLife) internal pure returns (uint256) {
        uint256 whole = elapsed / halfLife;
        if (whole >= 60) return 0;
        uint256 rest = elapsed % halfLife;
        if (rest == 0) return WAD >> whole;
        // No overflow: z and sum are at most 2 * ONE.
        unchecked {
            uint256 z = ((halfLife - rest) * LN_2) / halfLife;
            uint256 sum = ONE;
            for (uint256 i = EXP_TERMS; i > 0; --i) sum = ONE + ((sum * z) >> BITS) / i;
            return (sum * WAD) >> (BITS + 1 + whole);
        }
    }

    /// @notice Zero has no logarithm.
    error LogarithmOfZero();
}

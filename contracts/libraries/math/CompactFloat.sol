// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice Whole numbers in 24 bits, mantissa * 2^exponent: 16 bits of mantissa below 8 bits of
/// exponent. Numbers below 2^16 are exact; a larger one moves by less than one part in 2^15, in the
/// direction of the function's name. Codes sort like the numbers they represent.
library CompactFloat {
    uint256 private constant MANTISSA_BITS = 16;

    /// @notice The code of the largest representable number that is at most `x`.
    function encodeDown(uint256 x) internal pure returns (uint24) {
        uint256 exponent = _exponent(x);
        return uint24((exponent << MANTISSA_BITS) | (x >> exponent));
    }

    /// @notice The code of the smallest representable number that is at least `x`. Reverts if there
    /// is none in 256 bits.
    function encodeUp(uint256 x) internal pure returns (uint24 code) {
        code = encodeDown(x);
        uint256 below = decode(code);
        if (below == x) return code;
        // Add one in the last place; a full mantissa becomes half of one with the next exponent.
        uint256 above = below + (1 << _exponent(x));
        return encodeDown(above);
    }

    /// @notice The number that `code` represents.
    function decode(uint24 code) internal pure returns (uint256) {
        return uint256(uint16(code)) << (code >> MANTISSA_BITS);
    }

    function _exponent(uint256 x) private pure returns (uint256) {
        return x < 1 << MANTISSA_BITS ? 0 : Math.log2(x) - (MANTISSA_BITS - 1);
    }
}

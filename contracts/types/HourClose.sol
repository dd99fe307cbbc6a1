// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice The last price of an hour, two to a storage word. Layout from the low bit: ln of the
/// price 72 [WAD] | bar 32 | first 1 | unused 23.
type HourClose is uint128;

using {lnPrice, bar, isFirst} for HourClose global;

/// @notice Natural logarithm of the feed's answer [WAD].
function lnPrice(HourClose c) pure returns (uint256) {
    return uint72(HourClose.unwrap(c));
}

/// @notice The hour that closed, counted from the epoch (`VolatilityMath.barOf`).
function bar(HourClose c) pure returns (uint256) {
    return uint32(HourClose.unwrap(c) >> 72);
}

/// @notice Whether the series started here, so that there is no return from the close before.
function isFirst(HourClose c) pure returns (bool) {
    return (HourClose.unwrap(c) >> 104) & 1 == 1;
}

/// @notice Packs a close. Requires lnPrice_ < 2^72 and bar_ < 2^32.
function toHourClose(uint256 lnPrice_, uint256 bar_, bool first) pure returns (HourClose) {
    return HourClose.wrap(uint128(lnPrice_ | (bar_ << 72) | (uint256(first ? 1 : 0) << 104)));
}

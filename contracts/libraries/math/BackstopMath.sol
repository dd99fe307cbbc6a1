// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {FixedPoint} from "./FixedPoint.sol";

/// @notice Shares and assets of a pool with virtual shares: one asset unit and 10^6 shares more
/// than exist, so that inflating the first share costs a million times its gain.
library BackstopMath {
    uint8 internal constant DECIMALS_OFFSET = 6;
    uint256 internal constant VIRTUAL_SHARES = 1e6;

    /// @notice Shares for `assets`, rounded down.
    function toSharesDown(uint256 assets, uint256 total, uint256 supply) internal pure returns (uint256) {
        return FixedPoint.mulDivDown(assets, supply + VIRTUAL_SHARES, total + 1);
    }

    /// @notice Shares for `assets`, rounded up.
    function toSharesUp(uint256 assets, uint256 total, uint256 supply) internal pure returns (uint256) {
        return FixedPoint.mulDivUp(assets, supply + VIRTUAL_SHARES, total + 1);
    }

    /// @notice Assets for `shares`, rounded down.
    function toAssetsDown(uint256 shares, uint256 total, uint256 supply) internal pure returns (uint256) {
        return FixedPoint.mulDivDown(shares, total + 1, supply + VIRTUAL_SHARES);
    }

    /// @notice Assets for `shares`, rounded up.
    function toAssetsUp(uint256 shares, uint256 total, uint256 supply) internal pure returns (uint256) {
        return FixedPoint.mulDivUp(shares, total + 1, supply + VIRTUAL_SHARES);
    }

    /// @notice The number of `shares` that a payout of at most `value` pays for, rounded down: all
    /// of them unless they have gained.
    /// @param value value of all of them when requested [debt units]
    function payableDown(uint256 shares, uint256 value, uint256 total, uint256 supply) internal pure returns (uint256) {
        return FixedPoint.min(shares, toSharesDown(value, total, supply));
    }
}

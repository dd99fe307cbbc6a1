// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {VaultKey} from "../../types/VaultKey.sol";

/// @title Callback of a deleveraging caller
/// @notice Lets the caller of `deleverage` sell the collateral before it pays.
interface IDeleverageCallback {
    /// @notice Called on the caller after the collateral was sent and before `repaid` is taken from
    /// its allowance to the engine.
    /// @param asset id of the collateral
    /// @param sold collateral sent to the receiver [collateral units]
    /// @param repaid amount that will be taken [debt units]
    /// @param data data the caller passed in its call
    function onDeleverage(VaultKey vault, uint8 asset, uint256 sold, uint256 repaid, bytes calldata data) external;
}

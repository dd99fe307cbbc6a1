// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {VaultKey} from "../../types/VaultKey.sol";

/// @title Callback of a liquidator
/// @notice Lets a liquidator pay with the proceeds of the collateral it seizes.
interface ILiquidationCallback {
    /// @notice Called on the liquidator after the collateral was sent and before `repaid` is taken
    /// from its allowance to the engine.
    /// @dev Meanwhile the engine is locked.
    /// @param asset id of the seized collateral
    /// @param seized collateral sent to the receiver [collateral units]
    /// @param repaid amount that will be taken [debt units]
    /// @param data data the liquidator passed in its call
    function onLiquidate(VaultKey vault, uint8 asset, uint256 seized, uint256 repaid, bytes calldata data) external;
}

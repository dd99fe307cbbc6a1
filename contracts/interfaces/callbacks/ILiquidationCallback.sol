// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {VaultKey} from "../../types/VaultKey.sol";

/// @notice A liquidator that pays out of what it seizes.
interface ILiquidationCallback {
    /// @notice Called on the liquidator after the seized collateral was sent and before `repaid` is taken from its
    /// allowance to the engine. Everything in the engine is locked meanwhile.
    /// @param asset id of the seized collateral
    /// @param seized what was sent to the receiver [collateral units]
    /// @param repaid what will be taken [debt units]
    /// @param data what the liquidator passed in its call
    function onLiquidate(VaultKey vault, uint8 asset, uint256 seized, uint256 repaid, bytes calldata data) external;
}

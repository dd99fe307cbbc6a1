// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {VaultKey} from "../../types/VaultKey.sol";

/// @notice Whoever deleverages a vault with data: called with the collateral in hand and before paying, so that it can be
/// sold for the payment.
interface IDeleverageCallback {
    /// @notice `sold` of `asset` was sent; the engine takes `repaid` [debt units] from the caller when this returns.
    function onDeleverage(VaultKey vault, uint8 asset, uint256 sold, uint256 repaid, bytes calldata data) external;
}

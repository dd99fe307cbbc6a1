// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Action} from "../types/Action.sol";

/// @title Circuit breaker, as the engine sees it
/// @notice While `SystemRisk.guarded` has an action's bit set, whoever performs that action asks here first; while it is
/// clear, the breaker costs nothing.
interface ICircuitBreaker {
    /// @notice Reverts if `action` is paused now, or if it is a liquidation and borrowers are in their grace period.
    /// @param value collateral value of the vault [debt units]; 0 where there is no vault
    /// @param debt debt of the vault [debt units]; grace never covers a vault with value < 1.10 * debt
    function check(Action action, uint256 value, uint256 debt) external view;
}

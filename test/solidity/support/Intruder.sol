// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IDeleverageCallback} from "../../../contracts/interfaces/IDeleverageCallback.sol";
import {ILiquidationCallback} from "../../../contracts/interfaces/ILiquidationCallback.sol";
import {VaultKey} from "../../../contracts/types/VaultKey.sol";
import {ITransferHook} from "./HookToken.sol";

/// @notice Calls the system, and calls it once again from the chosen one of all callbacks it gets on the way.
contract Intruder is ITransferHook, ILiquidationCallback, IDeleverageCallback, IERC3156FlashBorrower {
    uint256 private constant NEVER = type(uint256).max;

    address private _target;
    bytes private _data;
    uint256 private _at = NEVER;

    /// @notice Callbacks since the last `arm`.
    uint256 public callbacks;
    /// @notice Whether the call from within was made, and how it went.
    bool public fired;
    bool public succeeded;
    bytes public result;

    function approve(IERC20 token, address spender) external {
        token.approve(spender, type(uint256).max);
    }

    /// @notice From the callback number `at` on, counted from 0, `target` will be called once.
    function arm(address target, bytes calldata data, uint256 at) external {
        (_target, _data, _at, callbacks, fired) = (target, data, at, 0, false);
    }

    function disarm() external {
        (_at, callbacks, fired) = (NEVER, 0, false);
    }

    function run(address target, bytes calldata data) external returns (bool ok, bytes memory returned) {
        return target.call(data);
    }

    function onToken() external {
        _intrude();
    }

    function onLiquidate(VaultKey, uint8, uint256, uint256, bytes calldata) external {
        _intrude();
    }

    function onDeleverage(VaultKey, uint8, uint256, uint256, bytes calldata) external {
        _intrude();
    }

    function onFlashLoan(address, address, uint256, uint256, bytes calldata) external returns (bytes32) {
        _intrude();
        return keccak256("ERC3156FlashBorrower.onFlashLoan");
    }

    function _intrude() private {
        if (callbacks++ != _at || fired) return;
        fired = true;
        (succeeded, result) = _target.call(_data);
    }
}

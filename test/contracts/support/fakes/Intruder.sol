// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IAuctionCallback} from "../../../../contracts/interfaces/callbacks/IAuctionCallback.sol";
import {IDeleverageCallback} from "../../../../contracts/interfaces/callbacks/IDeleverageCallback.sol";
import {ILiquidationCallback} from "../../../../contracts/interfaces/callbacks/ILiquidationCallback.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";
import {ITransferHook} from "./HookToken.sol";

/// @notice Calls the system, and calls it again from one chosen callback of those it gets on the
/// way.
contract Intruder is ITransferHook, ILiquidationCallback, IDeleverageCallback, IAuctionCallback, IERC3156FlashBorrower {
    struct Step {
        address target;
        bytes data;
    }

    uint256 private constant NEVER = type(uint256).max;

    Step[] private _steps;
    uint256 private _at = NEVER;

    /// @notice Callbacks since the last `arm`.
    uint256 public callbacks;
    /// @notice Whether the calls from within were made, and how they went.
    bool public fired;
    bool[] private _succeeded;
    bytes[] private _results;

    function approve(IERC20 token, address spender) external {
        token.approve(spender, type(uint256).max);
    }

    /// @notice What will be called from within, in this order.
    function load(Step[] calldata steps) external {
        delete _steps;
        for (uint256 i = 0; i < steps.length; ++i) _steps.push(steps[i]);
    }

    /// @notice Arms the intruder: in callback number `at`, counted from 0, it makes all loaded
    /// calls once.
    function arm(uint256 at) external {
        (_at, callbacks, fired) = (at, 0, false);
    }

    function disarm() external {
        (_at, callbacks, fired) = (NEVER, 0, false);
    }

    function run(address target, bytes calldata data) external returns (bool ok, bytes memory returned) {
        return target.call(data);
    }

    /// @notice How the calls from within went.
    function outcome() external view returns (bool[] memory succeeded, bytes[] memory results) {
        return (_succeeded, _results);
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

    function onTake(uint256, uint8, uint256, uint256, bytes calldata) external {
        _intrude();
    }

    function onFlashLoan(address, address, uint256, uint256, bytes calldata) external returns (bytes32) {
        _intrude();
        return keccak256("ERC3156FlashBorrower.onFlashLoan");
    }

    function _intrude() private {
        if (callbacks++ != _at || fired) return;
        fired = true;
        delete _succeeded;
        delete _results;
        for (uint256 i = 0; i < _steps.length; ++i) {
            (bool ok, bytes memory result) = _steps[i].target.call(_steps[i].data);
            _succeeded.push(ok);
            _results.push(result);
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {TestToken} from "../../../../contracts/mocks/TestToken.sol";

/// @notice Whom a `HookToken` calls.
interface ITransferHook {
    /// @notice Called before and after each transfer, approval and permit of the calling token.
    function onToken() external;
}

/// @notice An honest token with one exception: it calls a hook before and after every movement,
/// approval and permit, as tokens with hooks for sender and receiver do.
contract HookToken is TestToken {
    ITransferHook private _hook;

    modifier hooked() {
        if (address(_hook) != address(0)) _hook.onToken();
        _;
        if (address(_hook) != address(0)) _hook.onToken();
    }

    constructor(string memory name, string memory symbol, uint8 decimals_) TestToken(name, symbol, decimals_) {}

    function setHook(ITransferHook hook) external {
        _hook = hook;
    }

    /// @dev Needs no signature, so that a contract can give one.
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256,
        uint8,
        bytes32,
        bytes32
    ) public override hooked {
        _approve(owner, spender, value);
    }

    function approve(address spender, uint256 amount) public override hooked returns (bool) {
        return super.approve(spender, amount);
    }

    function _update(address from, address to, uint256 amount) internal override hooked {
        super._update(from, to, amount);
    }
}

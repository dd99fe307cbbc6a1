// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {AuctionHouse} from "../../../../contracts/core/AuctionHouse.sol";
import {IAuctionCallback} from "../../../../contracts/interfaces/callbacks/IAuctionCallback.sol";

/// @notice A bidder that uses its callback to call anything, and remembers how each call ended.
contract HostileBidder is IAuctionCallback {
    struct Attempt {
        address target;
        bytes data;
    }

    Attempt[] private _attempts;
    bytes4[] public refusals;
    /// @notice The first word each call answered, or was refused with.
    uint256[] public answers;
    uint256 public cost;
    uint256 public balanceInCallback;
    IERC20 private _collateral;

    function add(address target, bytes calldata data) external {
        _attempts.push(Attempt(target, data));
    }

    function approve(IERC20 token, address spender) external {
        token.approve(spender, type(uint256).max);
    }

    /// @notice Calls `target` as this contract.
    function act(address target, bytes calldata data) external {
        (bool ok, ) = target.call(data);
        require(ok, "act failed");
    }

    function take(AuctionHouse house, uint256 id, uint8 asset, uint256 amount, IERC20 collateral) external {
        _collateral = collateral;
        house.take(id, asset, amount, type(uint256).max, address(this), "x");
    }

    function onTake(uint256, uint8, uint256, uint256 cost_, bytes calldata) external {
        cost = cost_;
        balanceInCallback = _collateral.balanceOf(address(this));
        for (uint256 i = 0; i < _attempts.length; ++i) {
            (bool ok, bytes memory result) = _attempts[i].target.call(_attempts[i].data);
            refusals.push(ok ? bytes4(0) : bytes4(result));
            answers.push(uint256(bytes32(result)));
        }
    }
}

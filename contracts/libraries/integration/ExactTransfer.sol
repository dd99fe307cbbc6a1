// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Token transfers that deliver exactly what they say, or revert.
library ExactTransfer {
    using SafeERC20 for IERC20;

    /// @notice The receiver's balance grew by another amount than was transferred [token units].
    error InexactTransfer(address token, uint256 expected, uint256 delivered);

    /// @notice Moves `amount` of `token` from `from` to `to` on the caller's allowance.
    function pull(IERC20 token, address from, address to, uint256 amount) internal {
        if (amount == 0) return;
        uint256 before = token.balanceOf(to);
        token.safeTransferFrom(from, to, amount);
        uint256 delivered = token.balanceOf(to) - before;
        if (delivered != amount) revert InexactTransfer(address(token), amount, delivered);
    }
}

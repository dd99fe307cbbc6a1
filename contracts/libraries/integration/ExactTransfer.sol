// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @notice Token transfers that deliver exactly the stated amount, or revert.
library ExactTransfer {
    using SafeERC20 for IERC20;

    /// @notice The receiver's balance did not grow by exactly the amount transferred [token units].
    error InexactTransfer(address token, uint256 expected, uint256 delivered);

    /// @notice Transfers `amount` of `token` from `from` to `to`, using the caller's allowance.
    function pull(IERC20 token, address from, address to, uint256 amount) internal {
        if (amount == 0) return;
        uint256 before = token.balanceOf(to);
        token.safeTransferFrom(from, to, amount);
        uint256 delivered = token.balanceOf(to) - before;
        if (delivered != amount) revert InexactTransfer(address(token), amount, delivered);
    }
}

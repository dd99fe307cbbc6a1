// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

/// @title First-loss capital
interface IBackstopPool is IERC4626 {
    /// @notice Pays a shortfall to the lenders' pool, as far as capital goes. Auction house only.
    /// @return covered what was paid [debt units]
    function cover(uint256 shortfall) external returns (uint256 covered);

    /// @notice Adds `amount` to the capital, for the benefit of all depositors. Anyone may call.
    function donate(uint256 amount) external;

    /// @notice What it can still pay [debt units].
    function capital() external view returns (uint256);
}

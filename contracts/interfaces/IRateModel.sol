// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Interest rate by utilisation
/// @notice Stateless and bounded: any pool state gives a rate between 0 and the model's maximum, and nothing reverts.
interface IRateModel {
    /// @notice The constructor was given a curve that could revert or exceed what a pool charges.
    /// @param kink utilisation of the kink [WAD], must be inside (0, 1)
    /// @param max largest rate [RAY per second], must be at most `InterestMath.MAX_RATE`
    error InvalidCurve(uint256 kink, uint256 max);

    /// @notice Interest per second [RAY], rounded up, for a pool with `cash` and `debt` [debt units].
    function ratePerSecond(uint256 cash, uint256 debt) external view returns (uint256);
}

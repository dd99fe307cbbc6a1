// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../interfaces/external/AggregatorV3Interface.sol";

/// @notice A feed of eight decimals behind Morpho Blue's price interface: for the gas comparison.
/// Never deployed to a live chain.
contract MorphoPrice {
    uint256 private constant SCALE = 1e28;
    AggregatorV3Interface private immutable _feed;

    constructor(AggregatorV3Interface feed) {
        _feed = feed;
    }

    /// @notice Price of one unit of collateral in units of the loan asset, both with 18 decimals
    /// [1e36-scaled].
    function price() external view returns (uint256) {
        (, int256 answer, , , ) = _feed.latestRoundData();
        return uint256(answer) * SCALE;
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Chainlink aggregator
/// @notice The price feed interface of Chainlink's aggregators.
/// @dev Declared here because the package that ships it cannot be installed from the registry.
interface AggregatorV3Interface {
    /// @notice Decimals of every answer.
    function decimals() external view returns (uint8);

    /// @notice Human-readable name of the price.
    function description() external view returns (string memory);

    /// @notice Version of the aggregator.
    function version() external view returns (uint256);

    /// @notice One past round.
    /// @return id id of the round
    /// @return answer price [feed units]
    /// @return startedAt start of the round [s]
    /// @return updatedAt time of the answer [s]
    /// @return answeredInRound deprecated by Chainlink
    function getRoundData(
        uint80 roundId
    ) external view returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);

    /// @notice The newest round.
    /// @return id id of the round
    /// @return answer price [feed units]
    /// @return startedAt start of the round [s]
    /// @return updatedAt time of the answer [s]
    /// @return answeredInRound deprecated by Chainlink
    function latestRoundData()
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}

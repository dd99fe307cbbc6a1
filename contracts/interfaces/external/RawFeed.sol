// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice `AggregatorV3Interface` with every answer a whole word: a feed that answers out of its types' ranges is then an
/// answer to judge, not a revert.
interface RawFeed {
    /// @notice One past round.
    function getRoundData(
        uint80 roundId
    ) external view returns (uint256 id, uint256 answer, uint256 startedAt, uint256 updatedAt, uint256 answeredInRound);

    /// @notice The newest round.
    function latestRoundData()
        external
        view
        returns (uint256 id, uint256 answer, uint256 startedAt, uint256 updatedAt, uint256 answeredInRound);
}

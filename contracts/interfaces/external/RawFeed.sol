// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Raw price feed
/// @notice `AggregatorV3Interface` with every field a whole word.
/// @dev A field out of its type's range is then an answer to judge and not a revert.
interface RawFeed {
    /// @notice One past round.
    /// @return id id of the round
    /// @return answer price [feed units]
    /// @return startedAt start of the round [s]
    /// @return updatedAt time of the answer [s]
    /// @return answeredInRound deprecated by Chainlink
    function getRoundData(
        uint80 roundId
    ) external view returns (uint256 id, uint256 answer, uint256 startedAt, uint256 updatedAt, uint256 answeredInRound);

    /// @notice The newest round.
    /// @return id id of the round
    /// @return answer price [feed units]
    /// @return startedAt start of the round [s]
    /// @return updatedAt time of the answer [s]
    /// @return answeredInRound deprecated by Chainlink
    function latestRoundData()
        external
        view
        returns (uint256 id, uint256 answer, uint256 startedAt, uint256 updatedAt, uint256 answeredInRound);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../interfaces/AggregatorV3Interface.sol";

/// @notice A price feed anyone may write: for tests, demos and the crash lab. Never deployed to a live chain.
/// Answer, time and round share one storage word, so that reading it costs what one packed aggregator slot costs.
contract MockPriceFeed is AggregatorV3Interface {
    /// @notice The answer left the range of one word's 144 bits.
    error AnswerOutOfRange(int256 answer);

    uint8 public immutable decimals;
    string public description;
    uint256 public constant version = 1;

    struct Round {
        int144 answer;
        uint64 updatedAt;
        uint48 id;
    }

    Round private _latest;

    constructor(uint8 decimals_, string memory description_, int256 answer) {
        decimals = decimals_;
        description = description_;
        _set(answer, block.timestamp);
    }

    /// @notice Answers `answer` as of now.
    function setAnswer(int256 answer) external {
        _set(answer, block.timestamp);
    }

    /// @notice Answers `answer` as of `updatedAt` [s].
    function setAnswerAt(int256 answer, uint256 updatedAt) external {
        _set(answer, updatedAt);
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(
        uint80
    ) external view returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound) {
        return _round();
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData()
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        return _round();
    }

    function _set(int256 answer, uint256 updatedAt) private {
        if (answer != int144(answer)) revert AnswerOutOfRange(answer);
        _latest = Round(int144(answer), uint64(updatedAt), _latest.id + 1);
    }

    function _round() private view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory r = _latest;
        return (r.id, r.answer, r.updatedAt, r.updatedAt, r.id);
    }
}

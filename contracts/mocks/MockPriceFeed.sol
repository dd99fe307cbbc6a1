// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../interfaces/external/AggregatorV3Interface.sol";

/// @notice A price feed that anyone may write: for tests, demos and the crash lab. Never deployed
/// to a live chain.
/// @dev Answer, time and round share one storage word, so that a read costs the same as one packed
/// aggregator slot. Past rounds stay readable, numbered like Chainlink's: the phase in the bits
/// from 64 up, the round within it below.
contract MockPriceFeed is AggregatorV3Interface {
    /// @notice The answer does not fit in 128 bits.
    error AnswerOutOfRange(int256 answer);
    /// @notice The round does not exist.
    error NoSuchRound(uint80 roundId);
    /// @notice The phase must increase.
    error PhaseMayNotFall(uint256 current, uint256 proposed);

    uint8 public immutable decimals;
    string public description;
    uint256 public constant version = 1;

    struct Round {
        int128 answer;
        uint48 updatedAt;
        uint80 id;
    }

    Round private _latest;
    mapping(uint256 id => Round) private _rounds;

    constructor(uint8 decimals_, string memory description_, int256 answer) {
        decimals = decimals_;
        description = description_;
        _set(_latest.id + 1, answer, block.timestamp);
    }

    /// @notice Sets the answer as of now.
    function setAnswer(int256 answer) external {
        _set(_latest.id + 1, answer, block.timestamp);
    }

    /// @notice Sets the answer as of `updatedAt` [s].
    function setAnswerAt(int256 answer, uint256 updatedAt) external {
        _set(_latest.id + 1, answer, updatedAt);
    }

    /// @notice Sets the answer as of `updatedAt` [s] in the first round of a later phase, as if the
    /// aggregator had been replaced.
    function startPhase(uint16 phase, int256 answer, uint256 updatedAt) external {
        if (phase <= _latest.id >> 64) revert PhaseMayNotFall(_latest.id >> 64, phase);
        _set((uint80(phase) << 64) | 1, answer, updatedAt);
    }

    /// @notice Leaves out `count` rounds: their ids have no data.
    function skipRounds(uint32 count) external {
        _latest.id += count;
        _rounds[_latest.id] = _latest;
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(
        uint80 roundId
    ) external view returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound) {
        Round memory r = _rounds[roundId];
        if (r.id == 0) revert NoSuchRound(roundId);
        return (r.id, r.answer, r.updatedAt, r.updatedAt, r.id);
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData()
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        Round memory r = _latest;
        return (r.id, r.answer, r.updatedAt, r.updatedAt, r.id);
    }

    /// @notice The newest answer alone, for older consumers such as Aave v3.
    function latestAnswer() external view returns (int256) {
        return _latest.answer;
    }

    function _set(uint80 id, int256 answer, uint256 updatedAt) private {
        if (answer != int128(answer)) revert AnswerOutOfRange(answer);
        _latest = Round(int128(answer), uint48(updatedAt), id);
        _rounds[id] = _latest;
    }
}

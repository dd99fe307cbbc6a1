// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A feed whose answers go on for fifty kilobytes.
contract Flood {
    uint256[3] private _round;

    function set(uint256 id, uint256 answer, uint256 at) external {
        _round = [id, answer, at];
    }

    function latestRoundData() external view {
        _answer();
    }

    function getRoundData(uint80) external view {
        _answer();
    }

    function _answer() private view {
        (uint256 id, uint256 answer, uint256 at) = (_round[0], _round[1], _round[2]);
        assembly {
            mstore(0, id)
            mstore(32, answer)
            mstore(64, at)
            mstore(96, at)
            mstore(128, id)
            return(0, 50000)
        }
    }
}

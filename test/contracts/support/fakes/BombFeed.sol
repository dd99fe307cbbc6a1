// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A feed that answers correctly and then returns as much as its gas can pay for.
contract BombFeed {
    uint8 public constant decimals = 8;
    uint256 private immutable _answer;
    uint256 private immutable _size;
    bool private immutable _reverts;

    constructor(uint256 answer, uint256 size, bool reverts) {
        (_answer, _size, _reverts) = (answer, size, reverts);
    }

    fallback() external {
        (uint256 answer, uint256 size, bool reverts) = (_answer, _size, _reverts);
        assembly {
            mstore(32, answer)
            mstore(96, timestamp())
            if reverts {
                revert(0, size)
            }
            return(0, size)
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Reads from an untrusted contract at a bounded cost.
/// @dev A plain `staticcall` bounds the callee's gas but copies all its return data at the caller's
/// cost: a feed given 200,000 gas can return 300 kilobytes and cost the caller as much again. Only
/// assembly can avoid the copy, so this library is the one place with assembly.
library BoundedCall {
    /// @notice Calls the function `selector` of `target`, without arguments, with at most
    /// `gasLimit` gas, and copies at most five words of its return data.
    /// @return ok whether the call succeeded; a caller that cannot forward `gasLimit` must not
    /// trust a failure
    /// @return size length of the return data [bytes]
    /// @return words first five words of the return data; zeros beyond `size`
    function read(
        address target,
        uint256 gasLimit,
        bytes4 selector
    ) internal view returns (bool ok, uint256 size, uint256[5] memory words) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(0, selector)
            ok := staticcall(gasLimit, target, 0, 4, words, 160)
            size := returndatasize()
        }
    }

    /// @notice Like `read`, with one word as argument.
    function readWith(
        address target,
        uint256 gasLimit,
        bytes4 selector,
        uint256 argument
    ) internal view returns (bool ok, uint256 size, uint256[5] memory words) {
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            mstore(0, selector)
            mstore(4, argument)
            ok := staticcall(gasLimit, target, 0, 36, words, 160)
            size := returndatasize()
        }
    }
}

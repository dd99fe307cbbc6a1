// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Reading from a contract that is not trusted, at a bounded price. A plain `staticcall` bounds the callee's gas, but
/// then copies all it returned, at the caller's cost: a feed given 200,000 gas can return 300 kilobytes and cost the
/// caller as much again. Only assembly can leave them where they are, so it is here and nowhere else.
library BoundedCall {
    /// @notice Calls the function `selector` of `target`, without arguments, with at most `gasLimit` gas, and copies at most five
    /// words of what it returns.
    /// @return ok whether the call succeeded; a caller that cannot forward `gasLimit` must not believe that it failed
    /// @return size bytes the callee returned
    /// @return words the first five words returned; zeros beyond `size`
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

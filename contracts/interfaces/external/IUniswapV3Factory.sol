// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Uniswap v3 factory
/// @notice The function of the Uniswap v3 factory that is used here.
/// @dev Declared here because its own files carry another licence.
interface IUniswapV3Factory {
    /// @notice The pool of two tokens, in any order, at a fee.
    /// @param fee fee of the pool [millionths]
    /// @return pool zero if there is none
    function getPool(address tokenA, address tokenB, uint24 fee) external view returns (address pool);
}

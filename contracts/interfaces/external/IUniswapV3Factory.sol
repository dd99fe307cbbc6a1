// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What is used of the Uniswap v3 factory, declared here because its own files carry another licence.
interface IUniswapV3Factory {
    /// @notice The one pool of two tokens, in any order, at a fee; zero if there is none.
    /// @param fee [millionths]
    function getPool(address tokenA, address tokenB, uint24 fee) external view returns (address pool);
}

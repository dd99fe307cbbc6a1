// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IUniswapV3Factory} from "../../../../contracts/interfaces/external/IUniswapV3Factory.sol";
import {IUniswapV3Pool} from "../../../../contracts/interfaces/external/IUniswapV3Pool.sol";
import {IUniswapV3SwapCallback} from "../../../../contracts/interfaces/external/IUniswapV3SwapCallback.sol";

/// @notice A market of constant price that behaves like a pool and its factory, or misbehaves in
/// one way at a time. The prices of a real pool are tested with the real one, in TypeScript.
contract FakeMarket is IUniswapV3Factory, IUniswapV3Pool {
    enum Mode {
        Honest,
        /// Calls back a second time with the same data.
        CallsTwice,
        /// Calls back with data of its own.
        ForgesData,
        /// Asks for more than was offered.
        AsksForMore,
        /// Calls somebody before it calls back, and remembers how that failed.
        CallsOut
    }

    IERC20 private immutable _collateral;
    IERC20 private immutable _debt;
    bool private _exists = true;
    /// @dev Debt units per collateral unit, 1e36-scaled.
    uint256 private _price;
    /// @dev Taken off the price of every trade [bps].
    uint256 private _fee;
    Mode private _mode;
    bytes private _data;
    address private _target;

    /// @notice What the call out was refused with.
    bytes public lastError;
    uint256 public callsOut;

    constructor(IERC20 collateral, IERC20 debt, uint256 price) {
        (_collateral, _debt, _price) = (collateral, debt, price);
    }

    function setPrice(uint256 price) external {
        _price = price;
    }

    function setFee(uint256 fee) external {
        _fee = fee;
    }

    function setMode(Mode mode, address target, bytes calldata data) external {
        (_mode, _target, _data) = (mode, target, data);
    }

    function close() external {
        _exists = false;
    }

    function getPool(address a, address b, uint24) external view returns (address) {
        bool ours =
            (a == address(_collateral) && b == address(_debt)) || (b == address(_collateral) && a == address(_debt));
        return _exists && ours ? address(this) : address(0);
    }

    function slot0() external view returns (uint160, int24, uint16, uint16, uint16, uint8, bool) {
        bool first = address(_collateral) < address(_debt);
        // Price of token1 per token0, as a square root in 96 bits.
        uint256 square = first ? (_price << 96) / 1e36 : (1e36 << 96) / _price;
        return (uint160(_root(square << 96)), 0, 0, 0, 0, 0, true);
    }

    function swap(
        address recipient,
        bool zeroForOne,
        int256 amount,
        uint160,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1) {
        require(zeroForOne == (address(_collateral) < address(_debt)), "sells collateral only");
        uint256 price = (_price * (10_000 - _fee)) / 10_000;
        (uint256 input, uint256 output) = amount > 0
            ? (uint256(amount), (uint256(amount) * price) / 1e36)
            : ((uint256(-amount) * 1e36 + price - 1) / price, uint256(-amount));
        _debt.transfer(recipient, output);
        if (_mode == Mode.CallsOut) {
            ++callsOut;
            (bool ok, bytes memory result) = _target.call(_data);
            lastError = ok ? bytes("") : result;
        }
        if (_mode == Mode.AsksForMore) input += 1;
        (amount0, amount1) = zeroForOne ? (int256(input), -int256(output)) : (-int256(output), int256(input));
        uint256 before = _collateral.balanceOf(address(this));
        bytes memory passed = data;
        if (_mode == Mode.ForgesData) passed = _data;
        IUniswapV3SwapCallback(msg.sender).uniswapV3SwapCallback(amount0, amount1, passed);
        if (_mode == Mode.CallsTwice) {
            IUniswapV3SwapCallback(msg.sender).uniswapV3SwapCallback(amount0, amount1, passed);
        }
        require(_collateral.balanceOf(address(this)) - before >= input, "not paid");
    }

    function _root(uint256 n) private pure returns (uint256 x) {
        if (n == 0) return 0;
        x = n;
        for (uint256 y = (x >> 1) + 1; y < x; y = (x + n / x) >> 1) x = y;
    }
}

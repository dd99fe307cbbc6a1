// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ILendingPool} from "../../../contracts/interfaces/ILendingPool.sol";
import {FixedPoint} from "../../../contracts/libraries/FixedPoint.sol";
import {ReentryCalls} from "../support/ReentryCalls.sol";

/// @notice Every function of engine and pool, called again from every callback of every entry point: before and after each token
/// movement and permit, `onLiquidate`, `onDeleverage`, `onFlashLoan`. Each cell of this matrix claims:
///
/// - a call from within that is refused leaves no trace: everything ends as without it;
/// - a call from within that works could as well have been made just before or just after: everything ends as in one of these
///   two orders, to two units, so that nobody is richer or poorer by its being made from within;
/// - a view from within is refused, or shows something between before and after (a `max...` may also show 0);
/// - what is guarded by the lock of the contract that is being entered is refused by that very lock.
contract ReentrancyTest is ReentryCalls {
    /// @dev What a rounding may move: two units, or two millionths of one where shares are counted.
    uint256 private constant SLACK = 2;
    uint256 private constant SHARE_UNIT = 1e6;

    struct Cell {
        address entry;
        bytes entryData;
        Call inner;
        bool flashing;
        bytes32 alone;
        uint256 world;
    }

    /// @dev Guarded and open functions work when called from outside, privileged ones do not: else their cells say nothing.
    function test_matrix_everyCallWorksFromOutside() public {
        uint256 world = vm.snapshotState();
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool ok, bytes memory returned) = intruder.run(calls[i].target, calls[i].data);
            assertEq(ok, calls[i].kind != Kind.Privileged, _name(calls[i], returned));
            vm.revertToState(world);
        }
    }

    // ------------------------------------------------------------------ entries of the engine

    function test_matrix_fromDeposit() public {
        assertEq(_row(address(engine), abi.encodeCall(engine.deposit, (own, WBTC, 1e8))), 2);
    }

    function test_matrix_fromWithdraw() public {
        assertEq(_row(address(engine), abi.encodeCall(engine.withdraw, (own, WETH, 1e17, lender))), 2);
    }

    function test_matrix_fromBorrow() public {
        assertEq(_row(address(engine), abi.encodeCall(engine.borrow, (own, 200e6, lender))), 2);
    }

    function test_matrix_fromRepay() public {
        assertEq(_row(address(engine), abi.encodeCall(engine.repay, (own, 100e6))), 2);
    }

    function test_matrix_fromDeleverage() public {
        bytes memory data = abi.encodeCall(engine.deleverage, (own, WETH, 1e17, 200e6, address(intruder), "x"));
        assertEq(_row(address(engine), data), 5);
    }

    function test_matrix_fromLiquidate() public {
        assertEq(_row(address(engine), abi.encodeCall(engine.liquidate, (_liquidation(alice, WETH, MAX)))), 5);
    }

    function test_matrix_fromAWriteOff() public {
        assertEq(_row(address(engine), abi.encodeCall(engine.liquidate, (_liquidation(bob, GOLD, MAX)))), 5);
        (uint256 scaledDebt, , ) = engine.vaultState(_key(bob));
        assertEq(scaledDebt, 0, "nothing was written off");
    }

    function test_matrix_fromPermit() public {
        bytes memory data = abi.encodeCall(engine.permit, (address(debtToken), 1, MAX, 27, 0, 0));
        assertEq(_row(address(engine), data), 2);
    }

    function test_matrix_fromMulticall() public {
        bytes[] memory batch = new bytes[](2);
        batch[0] = abi.encodeCall(engine.deposit, (own, WBTC, 1e8));
        batch[1] = abi.encodeCall(engine.borrow, (own, 300e6, address(intruder)));
        assertEq(_row(address(engine), abi.encodeCall(engine.multicall, (batch))), 4);
    }

    // ------------------------------------------------------------------ entries of the pool

    function test_matrix_fromPoolDeposit() public {
        assertEq(_row(address(pool), abi.encodeCall(pool.deposit, (5e6, address(intruder)))), 2);
    }

    function test_matrix_fromPoolMint() public {
        assertEq(_row(address(pool), abi.encodeCall(pool.mint, (5e12, address(intruder)))), 2);
    }

    function test_matrix_fromPoolWithdraw() public {
        assertEq(_row(address(pool), abi.encodeCall(pool.withdraw, (5e6, lender, address(intruder)))), 2);
    }

    function test_matrix_fromPoolRedeem() public {
        assertEq(_row(address(pool), abi.encodeCall(pool.redeem, (5e12, lender, address(intruder)))), 2);
    }

    function test_matrix_fromPoolDonate() public {
        assertEq(_row(address(pool), abi.encodeCall(pool.donate, (5e6))), 2);
    }

    function test_matrix_fromFlashLoan() public {
        assertEq(_row(address(pool), _flashLoan(1e9)), 5);
    }

    // ------------------------------------------------------------------ one entry, all callbacks, all functions

    /// @return callbacks how many callbacks the entry makes; after this call the entry has been carried out
    function _row(address entry, bytes memory data) private returns (uint256 callbacks) {
        Cell memory c;
        (c.entry, c.entryData, c.world) = (entry, data, vm.snapshotState());
        c.flashing = entry == address(pool) && bytes4(data) == pool.flashLoan.selector;
        intruder.disarm();
        _must(entry, data);
        callbacks = intruder.callbacks();
        c.alone = _digest();
        for (uint256 i = 0; i < calls.length; ++i) {
            c.inner = calls[i];
            if (c.inner.kind == Kind.Constant) _viewCells(c, FixedPoint.min(callbacks, 1));
            else if (c.inner.kind == Kind.View) _viewCells(c, callbacks);
            else _cells(c, callbacks);
        }
        vm.revertToState(c.world);
        intruder.disarm();
        _must(entry, data);
    }

    function _cells(Cell memory c, uint256 callbacks) private {
        uint256[][2] memory orders;
        for (uint256 at = 0; at < callbacks; ++at) {
            if (!_intrude(c, at)) continue;
            string memory name = _name(c.inner, intruder.result());
            if (!intruder.succeeded()) {
                assertEq(_digest(), c.alone, string.concat("a refused call left a trace: ", name));
                if (c.inner.kind == Kind.Guarded && c.inner.target == c.entry) _assertLock(c, name);
                continue;
            }
            assertTrue(c.inner.kind != Kind.Privileged, string.concat("a privileged call worked: ", name));
            assertTrue(c.inner.kind != Kind.Guarded || c.inner.target != c.entry, string.concat("not locked: ", name));
            uint256[] memory state = _state(SHARE_UNIT);
            if (orders[0].length == 0) orders = _orders(c);
            bool serial = _alike(state, orders[0]) || _alike(state, orders[1]);
            assertTrue(serial, string.concat("neither before nor after: ", name));
        }
    }

    /// @dev Both orders from outside; a single word for one in which something is refused.
    function _orders(Cell memory c) private returns (uint256[][2] memory states) {
        for (uint256 i = 0; i < 2; ++i) {
            vm.revertToState(c.world);
            intruder.disarm();
            bool first = true;
            if (i == 1) (first, ) = intruder.run(c.inner.target, c.inner.data);
            (bool ok, ) = intruder.run(c.entry, c.entryData);
            bool last = true;
            if (i == 0) (last, ) = intruder.run(c.inner.target, c.inner.data);
            states[i] = first && ok && last ? _state(SHARE_UNIT) : new uint256[](1);
        }
    }

    function _alike(uint256[] memory a, uint256[] memory b) private pure returns (bool) {
        if (a.length != b.length) return false;
        for (uint256 i = 0; i < a.length; ++i) {
            (uint256 low, uint256 high) = a[i] < b[i] ? (a[i], b[i]) : (b[i], a[i]);
            if (high - low > SLACK) return false;
        }
        return true;
    }

    function _viewCells(Cell memory c, uint256 callbacks) private {
        vm.revertToState(c.world);
        intruder.disarm();
        (, bytes memory before) = c.inner.target.staticcall(c.inner.data);
        _must(c.entry, c.entryData);
        (, bytes memory later) = c.inner.target.staticcall(c.inner.data);
        for (uint256 at = 0; at < callbacks; ++at) {
            if (!_intrude(c, at)) continue;
            bytes memory shown = intruder.result();
            string memory name = _name(c.inner, shown);
            if (at == 0) assertEq(_digest(), c.alone, string.concat("a view left a trace: ", name));
            if (!intruder.succeeded()) {
                assertEq(bytes4(shown), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector, name);
            } else {
                bool fits = _between(before, later, shown) || (_isLimit(bytes4(c.inner.data)) && _word(shown, 32) == 0);
                assertTrue(fits, string.concat("neither before nor after: ", name));
            }
        }
    }

    /// @dev Carries out the entry with the inner call made from the callback `at`.
    /// @return whole whether the entry went through; if it is refused as a whole, nothing can have happened
    function _intrude(Cell memory c, uint256 at) private returns (bool whole) {
        vm.revertToState(c.world);
        intruder.arm(c.inner.target, c.inner.data, at);
        (whole, ) = intruder.run(c.entry, c.entryData);
        if (!whole) return false;
        assertTrue(intruder.fired(), "the callback never came");
    }

    /// @dev Inside a flash loan the pool is closed by a flag of its own, and says so in its limits first.
    function _assertLock(Cell memory c, string memory name) private view {
        bytes4 err = bytes4(intruder.result());
        bool closed =
            err == ILendingPool.FlashLoanRunning.selector ||
                err == ERC4626.ERC4626ExceededMaxDeposit.selector ||
                err == ERC4626.ERC4626ExceededMaxMint.selector ||
                err == ERC4626.ERC4626ExceededMaxWithdraw.selector ||
                err == ERC4626.ERC4626ExceededMaxRedeem.selector;
        bool locked = err == ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        assertTrue(locked || (c.flashing && closed), string.concat("refused, but not by the lock: ", name));
    }

    /// @dev A limit, which may be 0 while its function is closed.
    function _isLimit(bytes4 selector) private view returns (bool) {
        return
            selector == pool.maxDeposit.selector ||
            selector == pool.maxMint.selector ||
            selector == pool.maxWithdraw.selector ||
            selector == pool.maxRedeem.selector ||
            selector == pool.maxFlashLoan.selector;
    }

    /// @dev Word by word; what is not a number does not change at all.
    function _between(bytes memory a, bytes memory b, bytes memory shown) private pure returns (bool) {
        if (a.length != b.length || a.length != shown.length) return false;
        for (uint256 i = 32; i <= shown.length; i += 32) {
            (uint256 x, uint256 y, uint256 z) = (_word(a, i), _word(b, i), _word(shown, i));
            if (x > y) (x, y) = (y, x);
            uint256 slack = SLACK + (x == y ? 0 : y / 1e9);
            if (z < x - FixedPoint.min(x, slack) || (z > y && z - y > slack)) return false;
        }
        return true;
    }

    function _word(bytes memory data, uint256 at) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(data, at))
        }
    }

    function _name(Call memory c, bytes memory returned) private view returns (string memory) {
        string memory target = c.target == address(engine) ? "engine." : "other.";
        return string.concat(target, vm.toString(bytes4(c.data)), " ", vm.toString(returned));
    }
}

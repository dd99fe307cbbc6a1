// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";

import {ILendingPool} from "../../../contracts/interfaces/ILendingPool.sol";
import {FixedPoint} from "../../../contracts/libraries/math/FixedPoint.sol";
import {Intruder} from "../support/fakes/Intruder.sol";
import {ReentryCalls} from "../support/fakes/ReentryCalls.sol";

/// @notice Calls every function of engine, pool, auction house, backstop and breaker from every
/// callback of every entry point: before and after each token movement, approval and permit, and
/// from `onLiquidate`, `onDeleverage`, `onTake` and `onFlashLoan`. Each cell of this matrix claims:
///
/// - a nested call that is refused leaves no trace: everything ends as without it;
/// - a nested call that succeeds could as well have been made just before or just after: everything
///   ends as in one of these two orders, to two units, so that nesting makes no account richer or
///   poorer;
/// - a nested view is refused, or shows a value between before and after (a `max...` may also show
///   0, the pool's raw books any split of the same worth);
/// - a function reserved to contracts of the system is refused;
/// - a function guarded by the lock of the entered contract is refused by that very lock.
contract ReentrancyTest is ReentryCalls {
    /// @dev What a rounding may move: two units, or two millionths of one where shares are counted.
    uint256 private constant SLACK = 2;
    uint256 private constant SHARE_UNIT = 1e6;
    bytes4 private constant LOCK = bytes4(keccak256("ReentrancyGuardReentrantCall()"));

    struct Row {
        address entry;
        bytes data;
        uint256 callbacks;
        /// How everything ends without any call from within.
        bytes32 alone;
        uint256 world;
    }

    /// @dev Guarded and open functions succeed when called from outside, and privileged ones do
    /// not. Otherwise their cells would prove nothing.
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
        assertEq(_row(address(engine), abi.encodeCall(engine.liquidate, (_liquidation(bob, GOLD, MAX)))), 7);
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

    function test_matrix_fromOpen() public {
        bytes memory data = abi.encodeCall(engine.open, (own, WBTC, 1e8, 300e6, address(intruder)));
        assertEq(_row(address(engine), data), 4);
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

    // ---------------------------------------------------------------- entries of the auction house

    function test_matrix_fromTake() public {
        bytes memory data = abi.encodeCall(auctions.take, (SELLING, WETH, 2e17, MAX, address(intruder), "x"));
        assertEq(_row(address(auctions), data), 5);
    }

    function test_matrix_fromATakeThatPaysTheTab() public {
        bytes memory data = abi.encodeCall(auctions.take, (SELLING, WETH, MAX, MAX, address(intruder), "x"));
        assertEq(_row(address(auctions), data), 9);
    }

    function test_matrix_fromATakeOfResiduals() public {
        bytes memory data = abi.encodeCall(auctions.take, (0, GOLD, MAX, MAX, address(intruder), "x"));
        assertEq(_row(address(auctions), data), 9);
    }

    function test_matrix_fromClaim() public {
        assertEq(_row(address(auctions), abi.encodeCall(auctions.claim, (WETH, lender))), 2);
    }

    function test_matrix_fromClaimTip() public {
        assertEq(_row(address(auctions), abi.encodeCall(auctions.claimTip, (lender))), 2);
    }

    function test_matrix_fromRestart() public {
        assertEq(_row(address(auctions), abi.encodeCall(auctions.restart, (EXPIRED, WETH))), 2);
    }

    function test_matrix_fromGiveUp() public {
        assertEq(_row(address(auctions), abi.encodeCall(auctions.writeOff, (HOPELESS))), 4);
    }

    // ------------------------------------------------------------------ entries of the backstop

    function test_matrix_fromPayBackstop() public {
        assertEq(_row(address(pool), abi.encodeCall(pool.payBackstop, ())), 4);
    }

    function test_matrix_fromBackstopDeposit() public {
        assertEq(_row(address(backstop), abi.encodeCall(backstop.deposit, (5e6, address(intruder)))), 2);
    }

    function test_matrix_fromBackstopMint() public {
        assertEq(_row(address(backstop), abi.encodeCall(backstop.mint, (5e12, address(intruder)))), 2);
    }

    function test_matrix_fromBackstopWithdraw() public {
        assertEq(_row(address(backstop), abi.encodeCall(backstop.withdraw, (5e6, lender, address(intruder)))), 2);
    }

    function test_matrix_fromBackstopRedeem() public {
        assertEq(_row(address(backstop), abi.encodeCall(backstop.redeem, (5e12, lender, address(intruder)))), 2);
    }

    function test_matrix_fromBackstopDonate() public {
        assertEq(_row(address(backstop), abi.encodeCall(backstop.donate, (5e6))), 2);
    }

    // ----------------------------------------------------- one entry, all callbacks, all functions

    /// @return callbacks how many callbacks the entry makes; after this call the entry has been
    /// executed
    function _row(address entry, bytes memory data) private returns (uint256 callbacks) {
        Row memory row;
        (row.entry, row.data, row.world) = (entry, data, vm.snapshotState());
        bytes[] memory before = _show();
        intruder.disarm();
        _must(entry, data);
        callbacks = intruder.callbacks();
        (row.callbacks, row.alone) = (callbacks, _digest());
        _viewCells(row, before, _show());
        _refusedCells(row);
        for (uint256 i = 0; i < calls.length; ++i) {
            if (!_isView(calls[i]) && !_mustFail(row, calls[i])) _cells(row, calls[i]);
        }
        vm.revertToState(row.world);
        intruder.disarm();
        _must(entry, data);
    }

    /// @dev All views at once, from each callback: they cannot get in each other's way.
    function _viewCells(Row memory row, bytes[] memory before, bytes[] memory later) private {
        uint256 world = _load(row, _steps(row, true));
        for (uint256 at = 0; at < row.callbacks; ++at) {
            assertTrue(_intrude(row, world, at), "views stopped the entry");
            assertEq(_digest(), row.alone, "a view left a trace");
            (bool[] memory succeeded, bytes[] memory shown) = intruder.outcome();
            uint256 i;
            for (uint256 k = 0; k < calls.length; ++k) {
                if (!_isView(calls[k])) continue;
                string memory name = _name(calls[k], shown[i]);
                if (!succeeded[i]) assertEq(bytes4(shown[i]), LOCK, name);
                else assertTrue(_fits(calls[k].data, before[i], later[i], shown[i]), name);
                ++i;
            }
        }
    }

    /// @dev Makes all calls that must be refused at once, from each callback. A refused call
    /// changes nothing for the next.
    function _refusedCells(Row memory row) private {
        uint256 world = _load(row, _steps(row, false));
        for (uint256 at = 0; at < row.callbacks; ++at) {
            assertTrue(_intrude(row, world, at), "refused calls stopped the entry");
            assertEq(_digest(), row.alone, "a refused call left a trace");
            (bool[] memory succeeded, bytes[] memory errors) = intruder.outcome();
            uint256 i;
            for (uint256 k = 0; k < calls.length; ++k) {
                if (!_mustFail(row, calls[k])) continue;
                string memory name = _name(calls[k], errors[i]);
                assertFalse(succeeded[i], string.concat("not locked: ", name));
                if (calls[k].kind == Kind.Guarded) assertTrue(_isLock(row, bytes4(errors[i])), name);
                ++i;
            }
        }
    }

    function _cells(Row memory row, Call memory inner) private {
        Intruder.Step[] memory steps = new Intruder.Step[](1);
        steps[0] = Intruder.Step(inner.target, inner.data);
        uint256 world = _load(row, steps);
        uint256[][2] memory orders;
        for (uint256 at = 0; at < row.callbacks; ++at) {
            // An entry that is refused as a whole has not happened.
            if (!_intrude(row, world, at)) continue;
            (bool[] memory succeeded, bytes[] memory results) = intruder.outcome();
            string memory name = _name(inner, results[0]);
            if (!succeeded[0]) {
                assertEq(_digest(), row.alone, string.concat("a refused call left a trace: ", name));
                continue;
            }
            uint256[] memory state = _state(SHARE_UNIT);
            if (orders[0].length == 0) orders = _orders(row, world, inner);
            bool serial = _alike(state, orders[0]) || _alike(state, orders[1]);
            assertTrue(serial, string.concat("neither before nor after: ", name));
        }
    }

    /// @dev Both orders from outside; a single word for one in which something is refused.
    function _orders(Row memory row, uint256 world, Call memory inner) private returns (uint256[][2] memory states) {
        for (uint256 i = 0; i < 2; ++i) {
            vm.revertToState(world);
            bool first = true;
            if (i == 1) (first, ) = intruder.run(inner.target, inner.data);
            (bool ok, ) = intruder.run(row.entry, row.data);
            bool last = true;
            if (i == 0) (last, ) = intruder.run(inner.target, inner.data);
            states[i] = first && ok && last ? _state(SHARE_UNIT) : new uint256[](1);
        }
    }

    /// @dev The world of `row` with the intruder ready to call `steps`.
    function _load(Row memory row, Intruder.Step[] memory steps) private returns (uint256 world) {
        vm.revertToState(row.world);
        intruder.load(steps);
        intruder.disarm();
        return vm.snapshotState();
    }

    /// @dev Carries out the entry, with what is loaded called from the callback `at`.
    function _intrude(Row memory row, uint256 world, uint256 at) private returns (bool whole) {
        vm.revertToState(world);
        intruder.arm(at);
        (whole, ) = intruder.run(row.entry, row.data);
        if (whole) assertTrue(intruder.fired(), "the callback never came");
    }

    function _steps(Row memory row, bool views) private view returns (Intruder.Step[] memory steps) {
        uint256 count;
        for (uint256 pass = 0; pass < 2; ++pass) {
            if (pass == 1) (steps, count) = (new Intruder.Step[](count), 0);
            for (uint256 i = 0; i < calls.length; ++i) {
                if (views ? !_isView(calls[i]) : !_mustFail(row, calls[i])) continue;
                if (pass == 1) steps[count] = Intruder.Step(calls[i].target, calls[i].data);
                ++count;
            }
        }
    }

    /// @dev What every view shows now.
    function _show() private view returns (bytes[] memory shown) {
        shown = new bytes[](calls.length);
        uint256 count;
        for (uint256 i = 0; i < calls.length; ++i) {
            if (_isView(calls[i])) (, shown[count++]) = calls[i].target.staticcall(calls[i].data);
        }
    }

    function _isView(Call memory c) private pure returns (bool) {
        return c.kind == Kind.View || c.kind == Kind.Constant;
    }

    function _mustFail(Row memory row, Call memory c) private pure returns (bool) {
        return c.kind == Kind.Privileged || (c.kind == Kind.Guarded && c.target == row.entry);
    }

    /// @dev The two pools report their lock as an exceeded limit first. During a flash loan a flag
    /// of its own closes the lending pool.
    function _isLock(Row memory row, bytes4 err) private view returns (bool) {
        bool flashing = row.entry == address(pool) && bytes4(row.data) == pool.flashLoan.selector;
        return
            err == LOCK ||
            (flashing && err == ILendingPool.FlashLoanRunning.selector) ||
            err == ERC4626.ERC4626ExceededMaxDeposit.selector ||
            err == ERC4626.ERC4626ExceededMaxMint.selector ||
            err == ERC4626.ERC4626ExceededMaxWithdraw.selector ||
            err == ERC4626.ERC4626ExceededMaxRedeem.selector;
    }

    function _alike(uint256[] memory a, uint256[] memory b) private pure returns (bool) {
        if (a.length != b.length) return false;
        for (uint256 i = 0; i < a.length; ++i) {
            (uint256 low, uint256 high) = a[i] < b[i] ? (a[i], b[i]) : (b[i], a[i]);
            if (high - low > SLACK) return false;
        }
        return true;
    }

    function _fits(
        bytes memory data,
        bytes memory before,
        bytes memory later,
        bytes memory shown
    ) private view returns (bool) {
        // The raw books may show a debt on its way from the vaults to the auctions. Its worth may
        // not change.
        if (bytes4(data) == pool.poolState.selector) return true;
        return _between(before, later, shown) || (_isLimit(bytes4(data)) && _word(shown, 32) == 0);
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
        string memory target =
            c.target == address(engine)
                ? "engine."
                : c.target == address(pool)
                    ? "pool."
                    : c.target == address(auctions)
                        ? "auctions."
                        : c.target == address(backstop)
                            ? "backstop."
                            : "breaker.";
        return string.concat(target, vm.toString(bytes4(c.data)), " ", vm.toString(returned));
    }
}

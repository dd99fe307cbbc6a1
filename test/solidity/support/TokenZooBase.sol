// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {ExactTransfer} from "../../../contracts/libraries/integration/ExactTransfer.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {OddToken} from "./OddToken.sol";
import {SystemFixture} from "./SystemFixture.sol";

/// @notice Every bad habit of a token, at every entry point, as collateral and as debt asset. What happens is one of:
///
///   =  exactly what happens with an honest token
///   ~  what the contracts remember is exactly that; only balances that the token itself made up differ
///   I  refused: the transfer did not deliver exactly what it said
///   S  refused: the token did not say that the transfer worked
///   R  refused by the token, in its own words
///
/// and whatever is refused moves nothing. The tables below say which; a row is a habit, a column an entry point.
abstract contract TokenZooBase is SystemFixture {
    enum Habit {
        Fee,
        Gift,
        ReturnsFalse,
        ReturnsNothing,
        ReturnsTwo,
        ReturnsFlood,
        Reverts,
        RevertsWithFlood,
        RefusesThePayer,
        RefusesTheReceiver,
        HasShrunk,
        HasGrown
    }

    struct Entry {
        string name;
        address caller;
        address target;
        bytes data;
    }

    OddToken internal odd;
    Entry[] internal entries;
    address internal receiver = makeAddr("receiver");

    /// @dev One row per habit, one letter per entry.
    function _table() internal pure virtual returns (string[12] memory);

    /// @dev Whether the odd token is the debt asset, else it is collateral 0.
    function _isDebt() internal pure virtual returns (bool);

    /// @dev Everything the contracts remember.
    function _books() internal view virtual returns (bytes32);

    /// @dev Whose tokens are counted.
    function _accounts() internal view virtual returns (address[6] memory);

    /// @dev Whose balance of the odd token changes by itself.
    function _holder() internal view virtual returns (address);

    /// @dev Whether entry `i` moves nothing even with an honest token.
    function _isSilent(uint256 i) internal pure virtual returns (bool);

    function _newToken(string memory name, uint8 decimals) internal virtual override returns (TestToken token) {
        bool chosen =
            _isDebt() ? address(debtToken) == address(0) : address(debtToken) != address(0) && tokens.length == 0;
        if (!chosen) return super._newToken(name, decimals);
        token = TestToken(address(new OddToken()));
        OddToken(address(token)).setDecimals(decimals);
    }

    function _entry(string memory name, address target, bytes memory data) internal {
        entries.push(Entry(name, liquidator, target, data));
    }

    // ------------------------------------------------------------------ the claim

    function test_zoo_everyHabitAtEveryEntryEndsAsTheTableSays() public {
        string[12] memory expected = _table();
        uint256 world = vm.snapshotState();
        for (uint8 habit = 0; habit < 12; ++habit) {
            bytes memory row = bytes(expected[habit]);
            assertEq(row.length, entries.length, "a column is missing");
            bytes memory found = new bytes(row.length);
            for (uint256 i = 0; i < entries.length; ++i) {
                found[i] = _outcome(Habit(habit), entries[i]);
                vm.revertToState(world);
            }
            assertEq(string(found), expected[habit], string.concat("habit ", vm.toString(habit)));
        }
    }

    /// @dev With an honest token every entry works and moves something of the contracts' books, else its column says nothing.
    function test_zoo_anHonestTokenMakesEveryEntryDoSomething() public {
        uint256 world = vm.snapshotState();
        bytes32 before = keccak256(abi.encode(_books(), _balances()));
        for (uint256 i = 0; i < entries.length; ++i) {
            (bool ok, bytes memory returned) = _try(entries[i]);
            assertTrue(ok, string.concat(entries[i].name, vm.toString(returned)));
            bool same = keccak256(abi.encode(_books(), _balances())) == before;
            assertEq(same, _isSilent(i), entries[i].name);
            vm.revertToState(world);
        }
    }

    /// @dev Who has how many tokens.
    function _balances() private view returns (bytes32 digest) {
        address[6] memory who = _accounts();
        for (uint256 i = 0; i < who.length; ++i) {
            digest = keccak256(abi.encode(digest, debtToken.balanceOf(who[i])));
            for (uint256 j = 0; j < 3; ++j) digest = keccak256(abi.encode(digest, tokens[j].balanceOf(who[i])));
        }
    }

    function _outcome(Habit habit, Entry memory e) private returns (bytes1) {
        uint256 world = vm.snapshotState();
        (bool ok, ) = _try(e);
        (bytes32 books, bytes32 balances) = (_books(), _balances());
        vm.revertToState(world);
        _acquire(habit, e);
        bytes32 before = keccak256(abi.encode(_books(), _balances()));
        bytes memory returned;
        (ok, returned) = _try(e);
        if (ok) {
            assertEq(_books(), books, string.concat("the books are wrong: ", e.name));
            return _balances() == balances ? bytes1("=") : bytes1("~");
        }
        assertEq(keccak256(abi.encode(_books(), _balances())), before, string.concat("something moved: ", e.name));
        bytes4 err = bytes4(returned);
        if (err == ExactTransfer.InexactTransfer.selector) return "I";
        if (err == SafeERC20.SafeERC20FailedOperation.selector) return "S";
        bytes32 own = keccak256(abi.encodeWithSignature("Error(string)", "refused"));
        if (keccak256(returned) == own || returned.length == 100_000) return "R";
        return "?";
    }

    function _acquire(Habit habit, Entry memory e) private {
        if (habit == Habit.Fee) odd.setFee(1);
        if (habit == Habit.Gift) odd.setGift(1);
        if (habit == Habit.ReturnsFalse) odd.setMode(OddToken.Mode.ReturnsFalse);
        if (habit == Habit.ReturnsNothing) odd.setMode(OddToken.Mode.ReturnsNothing);
        if (habit == Habit.ReturnsTwo) odd.setMode(OddToken.Mode.ReturnsTwo);
        if (habit == Habit.ReturnsFlood) odd.setMode(OddToken.Mode.ReturnsFlood);
        if (habit == Habit.Reverts) odd.setMode(OddToken.Mode.Reverts);
        if (habit == Habit.RevertsWithFlood) odd.setMode(OddToken.Mode.RevertsWithFlood);
        if (habit == Habit.RefusesThePayer) odd.blockPayer(e.caller);
        if (habit == Habit.RefusesTheReceiver) odd.blockAccount(receiver);
        address holder = _holder();
        if (habit == Habit.HasShrunk) odd.rebase(holder, (odd.balanceOf(holder) * 9) / 10);
        if (habit == Habit.HasGrown) odd.rebase(holder, (odd.balanceOf(holder) * 11) / 10);
    }

    function _try(Entry memory e) private returns (bool ok, bytes memory returned) {
        vm.prank(e.caller);
        return e.target.call(e.data);
    }
}

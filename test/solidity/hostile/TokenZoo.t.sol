// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {LiquidationCall} from "../../../contracts/interfaces/IVaultEngine.sol";
import {ExactTransfer} from "../../../contracts/libraries/ExactTransfer.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {VaultKey} from "../../../contracts/types/VaultKey.sol";
import {OddToken} from "../support/OddToken.sol";
import {SystemFixture} from "../support/SystemFixture.sol";

/// @notice Every bad habit of a token, at every entry point, as collateral and as debt asset. What happens is one of:
///
///   =  exactly what happens with an honest token
///   ~  what the contracts remember is exactly that; only balances that the token itself made up differ
///   I  refused: the transfer did not deliver exactly what it said
///   S  refused: the token did not say that the transfer worked
///   R  refused by the token, in its own words
///
/// and whatever is refused moves nothing. The tables below say which; a row is a habit, a column an entry point.
abstract contract TokenZoo is SystemFixture {
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

    function setUp() public override {
        super.setUp();
        odd = OddToken(_isDebt() ? address(debtToken) : address(tokens[WETH]));
        _lend(lender, 1e12);
        _open(alice, WETH, 1e18, 1_500e6);
        _open(bob, GOLD, 200e6, 150e6);
        _open(liquidator, WETH, 10e18, 1_000e6);
        _fundDebt(liquidator, 1e12);
        debtToken.mint(address(this), 1e12);
        vm.startPrank(liquidator);
        debtToken.approve(address(pool), MAX);
        pool.deposit(1e9, liquidator);
        for (uint256 i = 0; i < tokens.length; ++i) tokens[i].approve(address(engine), MAX);
        vm.stopPrank();
        for (uint256 i = 0; i < tokens.length; ++i) tokens[i].mint(liquidator, 100e18);
        _pass(10 days);
        pool.accrue();
        _setPrice(WETH, 1_520e8);
        _setPrice(GOLD, 0.01e8);
        _listEntries();
    }

    function _open(address owner, uint8 asset, uint256 amount, uint256 debt) private {
        _deposit(owner, asset, amount);
        _borrow(owner, debt);
    }

    function _newToken(string memory name, uint8 decimals) internal override returns (TestToken token) {
        bool chosen =
            _isDebt() ? address(debtToken) == address(0) : address(debtToken) != address(0) && tokens.length == 0;
        if (!chosen) return super._newToken(name, decimals);
        token = TestToken(address(new OddToken()));
        OddToken(address(token)).setDecimals(decimals);
    }

    function _listEntries() private {
        VaultKey own = _key(liquidator);
        address e = address(engine);
        bytes[] memory batch = new bytes[](2);
        batch[0] = abi.encodeCall(engine.deposit, (own, WETH, 1e18));
        batch[1] = abi.encodeCall(engine.borrow, (own, 300e6, receiver));
        _entry("deposit", e, abi.encodeCall(engine.deposit, (own, WETH, 1e18)));
        _entry("withdraw", e, abi.encodeCall(engine.withdraw, (own, WETH, 1e17, receiver)));
        _entry("deposit another", e, abi.encodeCall(engine.deposit, (own, WBTC, 1e8)));
        _entry("borrow", e, abi.encodeCall(engine.borrow, (own, 200e6, receiver)));
        _entry("repay", e, abi.encodeCall(engine.repay, (own, 100e6)));
        _entry("repay all", e, abi.encodeCall(engine.repay, (_key(alice), MAX)));
        _entry("deleverage", e, abi.encodeCall(engine.deleverage, (own, WETH, 1e17, 200e6, receiver, "")));
        _entry("liquidate", e, abi.encodeCall(engine.liquidate, (_liquidation(alice, WETH))));
        _entry("write off", e, abi.encodeCall(engine.liquidate, (_liquidation(bob, GOLD))));
        _entry("absorb", e, abi.encodeCall(engine.absorb, (_key(alice), liquidator)));
        _entry("flag", e, abi.encodeCall(engine.flag, (_key(alice))));
        _entry("permit", e, abi.encodeCall(engine.permit, (address(odd), 1, MAX, 27, 0, 0)));
        _entry("multicall", e, abi.encodeCall(engine.multicall, (batch)));
        address p = address(pool);
        _entry("lend", p, abi.encodeCall(pool.deposit, (5e6, liquidator)));
        _entry("mint", p, abi.encodeCall(pool.mint, (5e12, liquidator)));
        _entry("unlend", p, abi.encodeCall(pool.withdraw, (5e6, receiver, liquidator)));
        _entry("redeem", p, abi.encodeCall(pool.redeem, (5e12, receiver, liquidator)));
        _entry("donate", p, abi.encodeCall(pool.donate, (5e6)));
        bytes memory loan = abi.encodeCall(
            pool.flashLoan,
            (IERC3156FlashBorrower(address(this)), address(debtToken), 1e9, "")
        );
        _entry("flashLoan", p, loan);
        _entry("accrue", p, abi.encodeCall(pool.accrue, ()));
    }

    function onFlashLoan(address, address, uint256 amount, uint256, bytes calldata) external returns (bytes32) {
        debtToken.approve(address(pool), amount);
        return keccak256("ERC3156FlashBorrower.onFlashLoan");
    }

    function _entry(string memory name, address target, bytes memory data) private {
        entries.push(Entry(name, liquidator, target, data));
    }

    function _liquidation(address owner, uint8 asset) private view returns (LiquidationCall memory) {
        return LiquidationCall(_key(owner), asset, MAX, MAX, 0, MAX, receiver, "");
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
            bool silent = i == 11 || i >= 18;
            assertEq(keccak256(abi.encode(_books(), _balances())) == before, silent, entries[i].name);
            vm.revertToState(world);
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
        address holder = _isDebt() ? address(pool) : address(engine);
        if (habit == Habit.HasShrunk) odd.rebase(holder, (odd.balanceOf(holder) * 9) / 10);
        if (habit == Habit.HasGrown) odd.rebase(holder, (odd.balanceOf(holder) * 11) / 10);
    }

    function _try(Entry memory e) private returns (bool ok, bytes memory returned) {
        vm.prank(e.caller);
        return e.target.call(e.data);
    }

    /// @dev Everything that engine and pool remember.
    function _books() private view returns (bytes32 digest) {
        VaultKey[] memory keys = new VaultKey[](3);
        (keys[0], keys[1], keys[2]) = (_key(alice), _key(bob), _key(liquidator));
        digest = keccak256(abi.encode(engine.records(keys), pool.poolState(), pool.totalSupply()));
        digest = keccak256(abi.encode(digest, pool.balanceOf(lender), pool.balanceOf(liquidator)));
        for (uint8 asset = 0; asset < 3; ++asset) {
            (uint256 deposited, uint256 auctioned) = engine.assetTotals(asset);
            digest = keccak256(abi.encode(digest, deposited, auctioned));
        }
    }

    /// @dev Who has how many tokens.
    function _balances() private view returns (bytes32 digest) {
        address[6] memory who = [address(engine), address(pool), alice, bob, liquidator, receiver];
        for (uint256 i = 0; i < who.length; ++i) {
            digest = keccak256(abi.encode(digest, debtToken.balanceOf(who[i])));
            for (uint256 j = 0; j < 3; ++j) digest = keccak256(abi.encode(digest, tokens[j].balanceOf(who[i])));
        }
    }
}

/// @notice The odd token is collateral 0. What does not move it does not mind it: debts are paid and other collateral comes.
contract OddCollateralTest is TokenZoo {
    function _isDebt() internal pure override returns (bool) {
        return false;
    }

    /// @dev Columns: deposit, withdraw, deposit another, borrow, repay, repay all, deleverage, liquidate, write off, absorb, flag,
    /// permit, multicall; lend, mint, unlend, redeem, donate, flash loan, accrue. Rows: `Habit`.
    function _table() internal pure override returns (string[12] memory) {
        return
            [
                "I~====~~====I=======",
                "I~====~~====I=======",
                "SS====SS====S=======",
                "====================",
                "SS====SS====S=======",
                "====================",
                "RR====RR====R=======",
                "RR====RR====R=======",
                "R===========R=======",
                "=R====RR============",
                "~~~~~~~~~~~~~~~~~~~~",
                "~~~~~~~~~~~~~~~~~~~~"
            ];
    }
}

/// @notice The odd token is the debt asset: collateral still comes and goes, and flags and absorptions need no transfer.
contract OddDebtAssetTest is TokenZoo {
    function _isDebt() internal pure override returns (bool) {
        return true;
    }

    /// @dev Columns and rows as above.
    function _table() internal pure override returns (string[12] memory) {
        return
            [
                "===~IIIII===~II~~II=",
                "===~IIIII===~II~~II=",
                "===SSSSSS===SSSSSSS=",
                "====================",
                "===SSSSSS===SSSSSSS=",
                "====================",
                "===RRRRRR===RRRRRRR=",
                "===RRRRRR===RRRRRRR=",
                "====RRRRR====RR==R==",
                "===R========R==RR===",
                "~~~~~~~~~~~~~~~~~~~~",
                "~~~~~~~~~~~~~~~~~~~~"
            ];
    }
}

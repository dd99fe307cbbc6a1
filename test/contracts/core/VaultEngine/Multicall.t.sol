// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IOracleGuard} from "../../../../contracts/interfaces/IOracleGuard.sol";
import {IVaultEngine, LiquidationCall} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

contract MulticallTest is SystemFixture {
    function _openCalls(uint256 amount, uint256 debt) private view returns (bytes[] memory calls) {
        calls = new bytes[](3);
        calls[0] = abi.encodeCall(IVaultEngine.deposit, (_key(alice), WETH, amount));
        calls[1] = abi.encodeCall(IVaultEngine.borrow, (_key(alice), debt, alice));
        calls[2] = abi.encodeCall(IVaultEngine.withdraw, (_key(alice), WETH, amount / 10, alice));
    }

    function test_multicall_readsEveryPriceOnce() public {
        _lend(lender, 1e6 * 1e6);
        _fund(alice, WETH, 1e18);
        vm.expectCall(address(oracle), abi.encodeCall(IOracleGuard.observe, (WETH)), 1);
        vm.expectCall(address(oracle), abi.encodeCall(IOracleGuard.price, (WETH)), 0);
        vm.prank(alice);
        engine.multicall(_openCalls(1e18, 500e6));
    }

    function test_multicall_forgetsItsPricesAtTheEnd() public {
        _lend(lender, 1e6 * 1e6);
        _fund(alice, WETH, 1e18);
        vm.prank(alice);
        engine.multicall(_openCalls(1e18, 500e6));
        _setPrice(WETH, 100e8);
        assertTrue(_health(_key(alice)).liquidatable);
        _liquidate(_key(alice), WETH);
        assertEq(_scaled(_key(alice)), 0);
    }

    /// @dev A batch equals its sequence.
    function testFuzz_multicall_leavesTheStateOfTheSequence(uint256 amount, uint256 debt, uint32 time) public {
        (amount, debt) = _prepare(amount, debt, time);
        bytes[] memory calls = _openCalls(amount, debt);
        uint256 checkpoint = vm.snapshotState();
        vm.prank(alice);
        engine.multicall(calls);
        bytes32 batch = _state();
        vm.revertToState(checkpoint);
        vm.startPrank(alice);
        for (uint256 i = 0; i < 3; ++i) {
            (bool ok, ) = address(engine).call(calls[i]);
            assertTrue(ok);
        }
        vm.stopPrank();
        assertEq(_state(), batch);
    }

    /// @dev A collateral, a debt it carries, the tokens for both, and interest due from another
    /// account.
    function _prepare(uint256 amount, uint256 debt, uint256 time) private returns (uint256, uint256) {
        amount = bound(amount, 1e18, 1e21);
        _lend(lender, 1e12 * 1e6);
        _deposit(bob, WBTC, 1e8);
        _borrow(bob, 10_000e6);
        _pass(time);
        _fund(alice, WETH, amount);
        return (amount, bound(debt, 100e6, (amount * 1_300) / 1e12));
    }

    // ------------------------------------------------------------------ open

    function testFuzz_open_isDepositAndBorrow(uint256 amount, uint256 debt, uint32 time, bool byMulticall) public {
        (amount, debt) = _prepare(amount, debt, time);
        uint256 checkpoint = vm.snapshotState();
        vm.startPrank(alice);
        if (byMulticall) {
            bytes[] memory calls = new bytes[](1);
            calls[0] = abi.encodeCall(IVaultEngine.open, (_key(alice), WETH, amount, debt, alice));
            engine.multicall(calls);
        } else {
            engine.open(_key(alice), WETH, amount, debt, alice);
        }
        bytes32 opened = _state();
        vm.revertToState(checkpoint);
        engine.deposit(_key(alice), WETH, amount);
        engine.borrow(_key(alice), debt, alice);
        vm.stopPrank();
        assertEq(_state(), opened);
    }

    function test_open_readsEveryPriceOnceAndForgetsIt() public {
        _lend(lender, 1e6 * 1e6);
        _fund(alice, WETH, 1e18);
        vm.expectCall(address(oracle), abi.encodeCall(IOracleGuard.observe, (WETH)), 1);
        vm.prank(alice);
        engine.open(_key(alice), WETH, 1e18, 500e6, alice);
        _setPrice(WETH, 100e8);
        vm.expectCall(address(oracle), abi.encodeCall(IOracleGuard.price, (WETH)), 1);
        engine.flag(_key(alice));
    }

    function test_open_insideAMulticallKeepsItsPrices() public {
        _lend(lender, 1e6 * 1e6);
        _fund(alice, WETH, 2e18);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(IVaultEngine.open, (_key(alice), WETH, 1e18, 500e6, alice));
        calls[1] = abi.encodeCall(IVaultEngine.open, (_key(alice), WETH, 1e18, 500e6, alice));
        vm.expectCall(address(oracle), abi.encodeCall(IOracleGuard.observe, (WETH)), 1);
        vm.prank(alice);
        engine.multicall(calls);
    }

    function test_open_isForOwnerAndOperatorsAndNeedsBothAmounts() public {
        _lend(lender, 1e6 * 1e6);
        _deposit(alice, WETH, 1e18);
        _fund(bob, WETH, 1e18);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotAuthorised.selector, bob, alice));
        engine.open(_key(alice), WETH, 1e18, 500e6, bob);
        vm.startPrank(alice);
        vm.expectRevert(IVaultEngine.ZeroAmount.selector);
        engine.open(_key(alice), WETH, 0, 500e6, alice);
        vm.stopPrank();
        vm.prank(alice);
        engine.setOperator(bob, true);
        vm.startPrank(bob);
        vm.expectRevert(IVaultEngine.ZeroAmount.selector);
        engine.open(_key(alice), WETH, 1e18, 0, bob);
        engine.open(_key(alice), WETH, 1e18, 500e6, bob);
        vm.stopPrank();
    }

    /// @dev Accruing first in the same block changes no result.
    function testFuzz_accruingFirstChangesNothing(uint32 time, uint256 price, uint256 repay) public {
        _open(alice, 1_500e6);
        _fundDebt(liquidator, 1e12);
        _pass(time);
        _setPrice(WETH, int256(bound(price, 500e8, 1_800e8)));
        repay = bound(repay, 0, 2_000e6);
        uint256 checkpoint = vm.snapshotState();
        _actAll(repay);
        bytes32 without = _state();
        vm.revertToState(checkpoint);
        pool.addInterest();
        _actAll(repay);
        assertEq(_state(), without);
    }

    function _actAll(uint256 repay) private {
        vm.prank(liquidator);
        engine.repay(_key(alice), repay / 2);
        _lend(bob, repay + 1);
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.maxRepay = repay;
        vm.prank(liquidator);
        try engine.liquidate(c) {} catch {}
        vm.startPrank(lender);
        pool.withdraw(1e6, lender, lender);
        vm.stopPrank();
    }

    function _state() private view returns (bytes32) {
        (uint256 own, AssetSet set, ) = engine.vaultState(_key(alice));
        bytes memory system = abi.encode(pool.poolState(), pool.totalAssets(), pool.totalSupply());
        return
            keccak256(
                abi.encode(
                    system,
                    own,
                    set,
                    engine.collateralOf(_key(alice), WETH),
                    debtToken.balanceOf(alice),
                    tokens[WETH].balanceOf(alice),
                    debtToken.balanceOf(liquidator),
                    tokens[WETH].balanceOf(liquidator),
                    pool.balanceOf(bob)
                )
            );
    }

    function test_multicall_insideMulticallIsRefused() public {
        bytes[] memory inner = new bytes[](0);
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(IVaultEngine.multicall, (inner));
        vm.expectRevert(IVaultEngine.NestedMulticall.selector);
        engine.multicall(calls);
        engine.multicall(inner);
    }

    function test_multicall_revertsWithTheFirstRevertAndAsAWhole() public {
        _lend(lender, 1e6 * 1e6);
        _fund(alice, WETH, 1e18);
        bytes[] memory calls = _openCalls(1e18, 1_501e6);
        vm.expectRevert(
            abi.encodeWithSelector(IVaultEngine.NotEnoughCollateral.selector, 1.5e13, uint256(1_501e6) * 10_000)
        );
        vm.prank(alice);
        engine.multicall(calls);
        assertEq(engine.collateralOf(_key(alice), WETH), 0);
    }

    function test_multicall_returnsEveryResult() public {
        _deposit(alice, WETH, 1e18);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(IVaultEngine.withdraw, (_key(alice), WETH, 3, alice));
        calls[1] = abi.encodeCall(IVaultEngine.withdraw, (_key(alice), WETH, MAX, alice));
        vm.prank(alice);
        bytes[] memory results = engine.multicall(calls);
        assertEq(abi.decode(results[0], (uint256)), 3);
        assertEq(abi.decode(results[1], (uint256)), 1e18 - 3);
    }

    function test_multicall_actsAsItsCaller() public {
        _deposit(alice, WETH, 1e18);
        bytes[] memory calls = new bytes[](1);
        calls[0] = abi.encodeCall(IVaultEngine.withdraw, (_key(alice), WETH, 1, bob));
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotAuthorised.selector, bob, alice));
        vm.prank(bob);
        engine.multicall(calls);
    }

    // ------------------------------------------------------------------ permit

    function _signed(uint256 value) private returns (address owner, bytes memory call) {
        uint256 key;
        (owner, key) = makeAddrAndKey("signer");
        bytes32 body = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                owner,
                address(engine),
                value,
                tokens[WETH].nonces(owner),
                MAX
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", tokens[WETH].DOMAIN_SEPARATOR(), body));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        call = abi.encodeCall(IVaultEngine.permit, (address(tokens[WETH]), value, MAX, v, r, s));
    }

    function _permitAndDeposit(address owner, bytes memory permitCall) private {
        tokens[WETH].mint(owner, 1e18);
        bytes[] memory calls = new bytes[](2);
        calls[0] = permitCall;
        calls[1] = abi.encodeCall(IVaultEngine.deposit, (_key(owner), WETH, 1e18));
        vm.prank(owner);
        engine.multicall(calls);
        assertEq(engine.collateralOf(_key(owner), WETH), 1e18);
    }

    function test_permit_approvesAndDepositsInOneTransaction() public {
        (address owner, bytes memory call) = _signed(1e18);
        _permitAndDeposit(owner, call);
        assertEq(tokens[WETH].allowance(owner, address(engine)), 0);
    }

    /// @dev Another account submits the signature first. The allowance is there, so the multicall
    /// goes through.
    function test_permit_alreadyUsedDoesNotBreakTheMulticall() public {
        (address owner, bytes memory call) = _signed(1e18);
        vm.prank(owner);
        (bool ok, ) = address(engine).call(call);
        assertTrue(ok);
        assertEq(tokens[WETH].nonces(owner), 1);
        _permitAndDeposit(owner, call);
    }

    function test_permit_ofSomebodyElseGivesNothing() public {
        (address owner, bytes memory call) = _signed(1e18);
        vm.prank(bob);
        (bool ok, ) = address(engine).call(call);
        assertTrue(ok);
        assertEq(tokens[WETH].allowance(owner, address(engine)), 0);
        assertEq(tokens[WETH].allowance(bob, address(engine)), 0);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

import {ICircuitBreaker} from "../../../../contracts/interfaces/ICircuitBreaker.sol";
import {ILendingPool} from "../../../../contracts/interfaces/ILendingPool.sol";
import {IVaultEngine, LiquidationCall} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {LendingPool} from "../../../../contracts/core/LendingPool.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {PausableAction} from "../../../../contracts/types/PausableAction.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

contract FlashLoanTest is SystemFixture {
    FlashBorrower private borrower;

    function setUp() public override {
        super.setUp();
        _open(alice, 1_500e6);
        borrower = new FlashBorrower(pool, debtToken);
    }

    /// @dev Nothing the pool stores moves by a flash loan, and nobody pays for it.
    function testFuzz_flashLoan_leavesThePoolAsItWas(uint256 amount, uint32 time) public {
        vm.warp(START + time);
        pool.addInterest();
        bytes memory before = abi.encode(pool.poolState(), debtToken.balanceOf(address(pool)));
        amount = bound(amount, 0, pool.maxFlashLoan(address(debtToken)));
        borrower.run(amount, address(0), "");
        assertEq(abi.encode(pool.poolState(), debtToken.balanceOf(address(pool))), before);
        assertEq(borrower.cashInside(), pool.poolState().cash);
        assertEq(borrower.rateInside(), pool.ratePerSecond());
        assertEq(borrower.maxInside(), 0);
    }

    function test_flashLoan_isRefusedForAnotherTokenBeyondTheCashAndWithoutTheAnswer() public {
        vm.expectRevert(
            abi.encodeWithSelector(ILendingPool.UnsupportedToken.selector, tokens[WETH], address(debtToken))
        );
        pool.flashLoan(borrower, address(tokens[WETH]), 1, "");
        vm.expectRevert(
            abi.encodeWithSelector(ILendingPool.UnsupportedToken.selector, tokens[WETH], address(debtToken))
        );
        pool.flashFee(address(tokens[WETH]), 1);
        assertEq(pool.maxFlashLoan(address(tokens[WETH])), 0);
        assertEq(pool.flashFee(address(debtToken), 1e6), 0);
        uint256 cash = _cash();
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.InsufficientCash.selector, cash + 1, cash));
        borrower.run(cash + 1, address(0), "");
        borrower.setAnswer("no");
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.FlashLoanRefused.selector, bytes32("no")));
        borrower.run(1, address(0), "");
    }

    /// @dev ERC-3156: what is not supported now is not on offer.
    function test_flashLoan_nothingIsOnOfferWhileTheBreakerIsClosed() public {
        breaker.pause(PausableAction.FlashLoan, 10 minutes);
        assertEq(pool.maxFlashLoan(address(debtToken)), 0);
        vm.expectPartialRevert(ICircuitBreaker.ActionClosed.selector);
        borrower.run(1, address(0), "");
        vm.warp(START + 10 minutes);
        assertEq(pool.maxFlashLoan(address(debtToken)), _cash());
        borrower.run(1, address(0), "");
    }

    function test_flashLoan_thatIsNotPaidBackReverts() public {
        borrower.setPays(false);
        vm.expectRevert();
        borrower.run(1e6, address(0), "");
    }

    /// @dev Repaying, liquidating and absorbing work inside a flash loan.
    function test_flashLoan_repayLiquidateAndAbsorbWorkInside() public {
        borrower.run(1_000e6, address(engine), abi.encodeCall(IVaultEngine.repay, (_key(alice), 100e6)));
        assertEq(_debt(_key(alice)), 1_400e6);
        _setPrice(WETH, 1_600e8);
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.receiver = bob;
        c.maxRepay = 200e6;
        borrower.run(1_000e6, address(engine), abi.encodeCall(IVaultEngine.liquidate, (c)));
        assertEq(_debt(_key(alice)), 1_200e6);
        assertGt(tokens[WETH].balanceOf(bob), 0);
        _setPrice(WETH, 1_000e8);
        borrower.run(1_000e6, address(engine), abi.encodeCall(IVaultEngine.absorb, (_key(alice), bob)));
        assertEq(_debt(_key(alice)), 0);
    }

    /// @dev Nothing else of the pool does.
    function test_flashLoan_everythingElseIsClosedInside() public {
        vm.prank(address(borrower));
        engine.setOperator(address(borrower), true);
        _fund(address(borrower), WETH, 1e18);
        vm.prank(address(borrower));
        engine.deposit(_key(address(borrower)), WETH, 1e18);
        _lend(address(borrower), 1e6);
        bytes[7] memory calls = [
            abi.encodeCall(pool.deposit, (1, bob)),
            abi.encodeCall(pool.mint, (1, bob)),
            abi.encodeCall(pool.withdraw, (0, bob, address(borrower))),
            abi.encodeCall(pool.redeem, (0, bob, address(borrower))),
            abi.encodeCall(pool.donate, (1)),
            abi.encodeCall(pool.payBackstop, ()),
            abi.encodeCall(pool.flashLoan, (borrower, address(debtToken), 1, ""))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            // Deposits are refused by ERC-4626's own limit of 0 first.
            if (i < 2) vm.expectRevert();
            else vm.expectRevert(ILendingPool.FlashLoanRunning.selector);
            borrower.run(1e6, address(pool), calls[i]);
        }
        vm.expectRevert(ILendingPool.FlashLoanRunning.selector);
        borrower.run(1e6, address(engine), abi.encodeCall(IVaultEngine.borrow, (_key(address(borrower)), 500e6, bob)));
    }
}

contract FlashBorrower is IERC3156FlashBorrower {
    LendingPool private immutable _pool;
    TestToken private immutable _token;
    bytes32 private _answer = keccak256("ERC3156FlashBorrower.onFlashLoan");
    bool private _pays = true;
    address private _target;
    bytes private _call;
    uint256 public cashInside;
    uint256 public rateInside;
    uint256 public maxInside;

    constructor(LendingPool pool, TestToken token) {
        (_pool, _token) = (pool, token);
        token.approve(pool.engine(), type(uint256).max);
        token.mint(address(this), 1e9);
    }

    function setAnswer(bytes32 answer) external {
        _answer = answer;
    }

    function setPays(bool pays) external {
        _pays = pays;
    }

    function run(uint256 amount, address target, bytes calldata call_) external {
        (_target, _call) = (target, call_);
        _pool.flashLoan(this, address(_token), amount, "");
    }

    function onFlashLoan(address, address token, uint256 amount, uint256, bytes calldata) external returns (bytes32) {
        cashInside = _pool.poolState().cash;
        rateInside = _pool.ratePerSecond();
        maxInside = _pool.maxFlashLoan(token);
        if (_target != address(0)) {
            (bool ok, bytes memory err) = _target.call(_call);
            if (!ok) {
                assembly ("memory-safe") {
                    revert(add(err, 32), mload(err))
                }
            }
        }
        if (_pays) _token.approve(address(_pool), amount);
        return _answer;
    }
}

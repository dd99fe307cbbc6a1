// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {ExactTransfer} from "../../../../contracts/libraries/integration/ExactTransfer.sol";
import {OddToken} from "../../support/fakes/OddToken.sol";

contract ExactTransferTest is Test {
    OddToken private token = new OddToken();
    address private payer = makeAddr("payer");

    function pull(uint256 amount) external {
        ExactTransfer.pull(IERC20(address(token)), payer, address(this), amount);
    }

    function testFuzz_pull_movesExactlyTheAmount(uint256 amount) public {
        token.mint(payer, amount);
        this.pull(amount);
        assertEq(token.balanceOf(address(this)), amount);
        assertEq(token.balanceOf(payer), 0);
    }

    function testFuzz_pull_revertsWhenAnotherAmountArrives(uint128 amount, uint256 fee) public {
        vm.assume(amount != 0);
        fee = bound(fee, 1, amount);
        token.mint(payer, amount);
        token.setFee(fee);
        vm.expectRevert(
            abi.encodeWithSelector(ExactTransfer.InexactTransfer.selector, address(token), amount, amount - fee)
        );
        this.pull(amount);
    }

    function test_pull_revertsWhenTheTokenSaysFalse() public {
        token.mint(payer, 1);
        token.setMode(OddToken.Mode.ReturnsFalse);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token)));
        this.pull(1);
    }

    function test_pull_acceptsATokenThatReturnsNothing() public {
        token.mint(payer, 1);
        token.setMode(OddToken.Mode.ReturnsNothing);
        this.pull(1);
        assertEq(token.balanceOf(address(this)), 1);
    }

    function test_pull_ofNothingCallsNothing() public {
        token.setMode(OddToken.Mode.Reverts);
        this.pull(0);
    }

    function testFuzz_pull_countsOnlyWhatItBrought(uint128 before, uint128 amount) public {
        token.mint(address(this), before);
        token.mint(payer, amount);
        this.pull(amount);
        assertEq(token.balanceOf(address(this)), uint256(before) + amount);
    }
}

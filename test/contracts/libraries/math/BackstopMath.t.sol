// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {BackstopMath} from "../../../../contracts/libraries/math/BackstopMath.sol";

contract BackstopMathTest is Test {
    uint256 private constant VIRTUAL = 1e6;

    function testFuzz_shares_areTheExactQuotientRoundedAsNamed(uint96 assets, uint96 total, uint96 supply) public pure {
        uint256 product = uint256(assets) * (uint256(supply) + VIRTUAL);
        uint256 divisor = uint256(total) + 1;
        uint256 down = BackstopMath.toSharesDown(assets, total, supply);
        assertTrue(down * divisor <= product && product < (down + 1) * divisor);
        assertEq(BackstopMath.toSharesUp(assets, total, supply), down * divisor == product ? down : down + 1);
    }

    function testFuzz_assets_areTheExactQuotientRoundedAsNamed(uint96 shares, uint96 total, uint96 supply) public pure {
        uint256 product = uint256(shares) * (uint256(total) + 1);
        uint256 divisor = uint256(supply) + VIRTUAL;
        uint256 down = BackstopMath.toAssetsDown(shares, total, supply);
        assertTrue(down * divisor <= product && product < (down + 1) * divisor);
        assertEq(BackstopMath.toAssetsUp(shares, total, supply), down * divisor == product ? down : down + 1);
    }

    function test_firstShares_areAMillionToTheUnit() public pure {
        assertEq(BackstopMath.toSharesDown(1, 0, 0), 10 ** BackstopMath.DECIMALS_OFFSET);
        assertEq(BackstopMath.DECIMALS_OFFSET, 6);
    }

    /// @dev Whoever enters and leaves at once has lost, if anything.
    function testFuzz_entryAndExit_neverPay(uint96 assets, uint96 total, uint96 supply) public pure {
        uint256 shares = BackstopMath.toSharesDown(assets, total, supply);
        assertLe(BackstopMath.toAssetsDown(shares, uint256(total) + assets, uint256(supply) + shares), assets);
    }

    function testFuzz_payable_isAllThatTheValueStillBuysAndNoMore(
        uint96 shares,
        uint96 value,
        uint96 total,
        uint96 supply
    ) public pure {
        uint256 paid = BackstopMath.payableDown(shares, value, total, supply);
        assertLe(paid, shares);
        assertLe(BackstopMath.toAssetsDown(paid, total, supply), value);
        // One share more would be worth more than was asked for.
        if (paid < shares) assertGt((paid + 1) * (uint256(total) + 1), value * (uint256(supply) + VIRTUAL));
    }
}

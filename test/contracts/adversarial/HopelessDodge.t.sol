// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {VaultKey, toVaultKey} from "../../../contracts/types/VaultKey.sol";
import {AuctionFixture} from "../support/fixtures/AuctionFixture.sol";

/// @notice An exit from a pool is paid at most the value that the cheapest call open to anyone
/// would leave.
contract HopelessDodgeTest is AuctionFixture {
    uint256 private constant VAULTS = 30;
    address private mallory = makeAddr("mallory");

    function _vault(uint256 i) private view returns (VaultKey) {
        return toVaultKey(alice, uint96(i));
    }

    /// @dev Thirty vaults of dust, which is 100: each owes 100 and holds 95.
    function _absorbSmall() private {
        _setPrice(WETH, 2_000e8);
        _fund(alice, WETH, VAULTS * 0.07e18);
        vm.startPrank(alice);
        for (uint256 i = 0; i < VAULTS; ++i) {
            engine.deposit(_vault(i), WETH, 0.07e18);
            engine.borrow(_vault(i), 100e6, alice);
        }
        vm.stopPrank();
        _setPrice(WETH, 1_358e8);
        for (uint256 i = 0; i < VAULTS; ++i) engine.absorb(_vault(i), keeper);
    }

    function _giveUpAll() private {
        for (uint256 i = 1; i <= VAULTS; ++i) auctions.writeOff(i);
        assertEq(auctions.openCount(), 0);
    }

    function test_staker_isPaidTheSameBeforeAndAfterGivingUp() public {
        _lend(lender, 1e12);
        uint256 shares = _stake(mallory, 5_000e6);
        _stake(carol, 5_000e6);
        vm.prank(mallory);
        backstop.requestExit(shares);
        _pass(3 days);
        _absorbSmall();
        uint256 state = vm.snapshotState();
        _giveUpAll();
        vm.prank(mallory);
        (, uint256 late) = backstop.redeemMatured(mallory, 0);
        vm.revertToState(state);
        vm.prank(mallory);
        (, uint256 early) = backstop.redeemMatured(mallory, 0);
        assertEq(early, late);
        assertEq(late, 3_485e6, "half of 10,000 less 3,000 of debt and 30 of tips");
    }

    function testFuzz_lender_isPaidNoMoreBeforeGivingUpThanAfter(uint256 reserve, uint256 capital) public {
        uint256 shares = _lend(mallory, 5_000e6);
        _lend(lender, 5_000e6);
        reserve = bound(reserve, 0, 4_000e6);
        debtToken.mint(address(this), reserve);
        debtToken.approve(address(pool), MAX);
        pool.donate(reserve);
        capital = bound(capital, 0, 4_000e6);
        _capital(capital);
        _absorbSmall();
        uint256 early = pool.previewRedeem(shares);
        _giveUpAll();
        uint256 late = pool.previewRedeem(shares);
        assertLe(early, late);
        // What it may be less: tips, which the backstop pays before the lenders lose.
        assertLe(late - early, 16e6);
        if (capital >= 3_031e6) assertEq(early, late);
    }
}

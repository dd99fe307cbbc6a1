// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILendingPool} from "../../../../contracts/interfaces/ILendingPool.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

/// @notice Gifts and stray tokens: they move nothing, or the reserve alone.
contract LendingPoolDonationTest is SystemFixture {
    // ------------------------------------------------------------------ inflation and donation

    /// @dev The first depositor inflates the share with a direct transfer and with a donation. The
    /// victim loses at most a millionth of the attacker's cost.
    function testFuzz_inflation_costsTheAttackerFarMoreThanTheVictim(
        uint256 seed,
        uint256 stray,
        uint256 gift,
        uint256 victim
    ) public {
        seed = bound(seed, 1, 1e6);
        (stray, gift) = (bound(stray, 0, 1e15), bound(gift, 0, 1e15));
        victim = bound(victim, 1e6, 1e15);
        uint256 attackerShares = _lend(bob, seed);
        debtToken.mint(address(pool), stray);
        debtToken.mint(bob, gift);
        vm.startPrank(bob);
        debtToken.approve(address(pool), gift);
        pool.donate(gift);
        vm.stopPrank();
        uint256 shares = _lend(alice, victim);
        assertGe(pool.previewRedeem(shares) + 1, victim);
        assertLe(pool.previewRedeem(attackerShares), seed);
    }

    function testFuzz_strayTokens_moveNothing(uint96 amount) public {
        _open(alice, 1_000e6);
        uint256 assets = pool.totalAssets();
        debtToken.mint(address(pool), amount);
        assertEq(pool.totalAssets(), assets);
        assertEq(_cash(), 1e13 - 1_000e6);
    }

    function test_donate_goesToTheReserveAndNotToTheLenders() public {
        _lend(lender, 1_000e6);
        debtToken.mint(bob, 5e6);
        vm.startPrank(bob);
        debtToken.approve(address(pool), 5e6);
        vm.expectEmit(address(pool));
        emit ILendingPool.Donated(bob, 5e6, 5e6);
        pool.donate(5e6);
        vm.stopPrank();
        assertEq(_cash(), 1_005e6);
        assertEq(_reserve(), 5e6);
        assertEq(pool.totalAssets(), 1_000e6);
    }

    function test_donate_beyond128BitsIsRefused() public {
        vm.expectRevert(
            abi.encodeWithSelector(ILendingPool.AmountTooLarge.selector, uint256(1) << 128, type(uint128).max)
        );
        pool.donate(uint256(1) << 128);
    }
}

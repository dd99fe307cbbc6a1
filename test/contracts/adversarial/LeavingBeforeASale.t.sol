// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTerms, Tab} from "../../../contracts/interfaces/IAuctionHouse.sol";
import {AuctionFixture} from "../support/fixtures/AuctionFixture.sol";

/// @notice A lot without bids sells below the oracle's price. An exit from a pool right before that
/// sale is paid no more than staying, for any time on the lot's clock and any price of the oracle.
abstract contract LeavingBeforeASaleBase is AuctionFixture {
    address internal mallory = makeAddr("mallory");

    function _frozen() internal pure virtual returns (bool);

    function _auctionTerms() internal view override returns (AuctionTerms memory terms) {
        terms = super._auctionTerms();
        terms.frozen = _frozen();
    }

    /// @dev Alice's 150,000 behind 100 ether, absorbed at 1,500. Then the clock runs, and the
    /// oracle moves.
    function _lot(uint256 elapsed, uint256 price) internal returns (uint256 id) {
        _deposit(alice, WETH, 100e18);
        _borrow(alice, 150_000e6);
        _setPrice(WETH, 1_500e8);
        id = _absorb(alice);
        elapsed = bound(elapsed, 0, 7_100);
        for (; elapsed > 900; elapsed -= 900) {
            _pass(900);
            auctions.checkpoint(id, WETH);
        }
        _pass(elapsed);
        _setPrice(WETH, int256(bound(price, 1_000e8, 2_000e8)));
    }

    function testFuzz_lender_isPaidNoMoreThanByStaying(uint256 elapsed, uint256 price, uint256 capital) public {
        _lend(lender, 500_000e6);
        uint256 shares = _lend(mallory, 500_000e6);
        _capital(bound(capital, 0, 100_000e6));
        uint256 id = _lot(elapsed, price);
        uint256 early = pool.previewRedeem(shares);
        _take(id, WETH, MAX);
        assertLe(early, pool.previewRedeem(shares) + 1);
    }

    function testFuzz_staker_isPaidNoMoreThanByStaying(uint256 elapsed, uint256 price) public {
        _lend(lender, 1e6 * 1e6);
        _stake(carol, 50_000e6);
        uint256 shares = _stake(mallory, 50_000e6);
        vm.prank(mallory);
        backstop.requestExit(shares);
        _pass(3 days);
        uint256 id = _lot(elapsed, price);
        uint256 early = backstop.maxWithdraw(mallory);
        _take(id, WETH, MAX);
        // A share that has gained value pays for fewer shares. The total paid is the same, up to
        // rounding.
        assertLe(early, backstop.maxWithdraw(mallory) + 2);
    }

    /// @dev Two sources disagree. A lot is worth the lower of them, or its current ask if that is
    /// lower, and not less.
    function testFuzz_sources_thatDisagreeDiscountALotOnce(uint256 elapsed, uint256 price, uint256 second) public {
        _lend(lender, 1e6 * 1e6);
        uint256 id = _lot(elapsed, price);
        second = bound(second, 1_000e8, 2_000e8);
        _pair(WETH, int256(second), 100);
        (, , uint256 asked) = auctions.quoteTake(id, WETH, MAX);
        uint256 low = oracle.price(WETH).low;
        uint256 worth = (100e18 * (asked < low ? asked : low)) / 1e36;
        (, , Tab memory left) = auctions.absorption(id);
        (uint256 short, ) = auctions.shortfall();
        uint256 missing = left.debt > worth ? left.debt - worth : 0;
        assertGe(short + 1, missing);
        assertLe(short, missing + left.tip + 1);
    }

    /// @dev Leaving, the same purchase, and entering again in one block is no better than the
    /// purchase alone, and costs others nothing.
    function testFuzz_lender_gainsNothingByStandingAsideForItsOwnPurchase(uint256 elapsed, uint256 price) public {
        _lend(lender, 500_000e6);
        uint256 shares = _lend(mallory, 500_000e6);
        uint256 id = _lot(elapsed, price);
        uint256 state = vm.snapshotState();
        _take(id, WETH, MAX);
        uint256 staying = pool.previewRedeem(shares);
        uint256 other = pool.previewRedeem(pool.balanceOf(lender));
        vm.revertToState(state);

        vm.prank(mallory);
        uint256 out = pool.redeem(shares, mallory, mallory);
        _take(id, WETH, MAX);
        vm.startPrank(mallory);
        debtToken.approve(address(pool), MAX);
        uint256 back = pool.deposit(out, mallory);
        vm.stopPrank();
        assertLe(pool.previewRedeem(back), staying + 2);
        assertGe(pool.previewRedeem(pool.balanceOf(lender)) + 2, other);
    }
}

contract LeavingBeforeASaleTest is LeavingBeforeASaleBase {
    function _frozen() internal pure override returns (bool) {
        return false;
    }

    /// @dev A leaver restarts a lot that found no buyer at any price of its clock. The leaver is
    /// not paid more for it.
    function testFuzz_restart_paysLeaversNoMore(uint256 price, uint256 capital) public {
        _lend(lender, 500_000e6);
        uint256 shares = _lend(mallory, 500_000e6);
        _capital(bound(capital, 0, 100_000e6));
        uint256 id = _lot(7_100, price);
        _pass(900);
        auctions.checkpoint(id, WETH);
        (uint256 low, ) = auctions.shortfall();
        uint256 early = pool.previewRedeem(shares);
        vm.prank(mallory);
        auctions.restart(id, WETH);
        (uint256 after_, ) = auctions.shortfall();
        assertGe(after_, low);
        assertLe(pool.previewRedeem(shares), early);
    }
}

contract LeavingBeforeAFrozenSaleTest is LeavingBeforeASaleBase {
    function _frozen() internal pure override returns (bool) {
        return true;
    }
}

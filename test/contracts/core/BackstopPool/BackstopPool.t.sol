// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IBackstopPool} from "../../../../contracts/interfaces/IBackstopPool.sol";
import {PoolTerms} from "../../../../contracts/interfaces/ILendingPool.sol";
import {BackstopFixture} from "../../support/fixtures/BackstopFixture.sol";

contract BackstopPoolTest is BackstopFixture {
    // ------------------------------------------------------------------ exit queue

    function test_exit_waitsThreeDaysIsGoodForTwoAndThenLapses() public {
        uint256 shares = _stake(alice, 100e6);
        assertEq(backstop.maxRedeem(alice), 0);
        assertEq(backstop.maxWithdraw(alice), 0);
        _request(alice, shares);
        vm.warp(START + WAIT - 1);
        assertEq(backstop.maxRedeem(alice), 0);
        vm.warp(START + WAIT);
        assertEq(backstop.maxRedeem(alice), shares);
        assertEq(backstop.maxWithdraw(alice), 100e6);
        vm.warp(START + WAIT + WINDOW);
        assertEq(backstop.maxRedeem(alice), shares);
        vm.warp(START + WAIT + WINDOW + 1);
        assertEq(backstop.maxRedeem(alice), 0);
        vm.expectRevert();
        vm.prank(alice);
        backstop.redeem(shares, alice, alice);
        vm.prank(alice);
        backstop.transfer(bob, shares);
        assertEq(backstop.balanceOf(bob), shares, "lapsed shares are as before");
    }

    function test_exit_requestedSharesCannotBeTransferredTheOthersCan() public {
        uint256 shares = _stake(alice, 100e6);
        _request(alice, shares / 2);
        vm.startPrank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(IBackstopPool.SharesNotFree.selector, alice, shares / 2 + 1, shares / 2)
        );
        backstop.transfer(bob, shares / 2 + 1);
        backstop.transfer(bob, shares / 2);
        backstop.requestExit(0);
        backstop.transfer(bob, shares / 2);
        vm.stopPrank();
        assertEq(backstop.balanceOf(bob), shares);
        vm.expectRevert(abi.encodeWithSelector(IBackstopPool.SharesNotFree.selector, alice, 1, 0));
        _request(alice, 1);
    }

    /// @dev Requested shares bear losses and earn nothing. They pay the lower of their value at the
    /// request and now.
    function testFuzz_exit_requestedSharesBearLossesAndEarnNothing(uint256 loss, uint256 gain, uint256 part) public {
        uint256 shares = _stake(alice, 1_000e6);
        _stake(carol, 1_000e6);
        part = bound(part, shares / 100, shares);
        _request(alice, part);
        (, uint256 value, , ) = backstop.exitOf(alice);
        _covered(bound(loss, 0, 1_500e6));
        gain = bound(gain, 0, 1_500e6);
        debtToken.mint(address(this), gain);
        debtToken.approve(address(backstop), gain);
        backstop.donate(gain);
        uint256 now_ = backstop.convertToAssets(part);
        uint256 others = backstop.convertToAssets(backstop.balanceOf(carol));
        _mature();
        uint256 paid = _leave(alice);
        assertApproxEqAbs(paid, value < now_ ? value : now_, 1);
        assertLe(paid, value);
        assertEq(backstop.balanceOf(alice), shares - part, "all that was requested is gone");
        assertGe(backstop.convertToAssets(backstop.balanceOf(carol)) + 1, others, "for the benefit of those who stay");
    }

    /// @dev The same holds while lots are open: the payment is the lower of the value at the
    /// request and the exit value of the shares.
    function testFuzz_exit_paysWhatWasRequestedAsFarAsLeaversHaveIt(uint256 price, uint256 gain, uint256 part) public {
        uint256 shares = _stake(bob, 1_000e6);
        _stake(carol, 1_000e6);
        uint256 id = _absorbedAt(alice, 1_500e6, 1_500e8);
        part = bound(part, shares / 100, shares);
        _request(bob, part);
        (, uint256 value, , ) = backstop.exitOf(bob);
        gain = bound(gain, 0, 3_000e6);
        debtToken.mint(address(this), gain);
        debtToken.approve(address(backstop), gain);
        backstop.donate(gain);
        _mature();
        _setPrice(WETH, int256(bound(price, 100e8, 1_800e8)));
        uint256 worth = backstop.previewRedeem(part);
        assertApproxEqAbs(_leave(bob), worth < value ? worth : value, 2);
        _take(id, WETH, MAX);
    }

    function test_exit_ofNothingNeedsAMatureRequestToo() public {
        uint256 shares = _stake(alice, 1_000e6);
        vm.expectRevert(abi.encodeWithSelector(IBackstopPool.NotMature.selector, alice, 0, WINDOW));
        vm.prank(alice);
        backstop.redeem(0, alice, alice);
        _request(alice, shares);
        _mature();
        vm.prank(alice);
        assertEq(backstop.redeem(0, alice, alice), 0);
        assertEq(backstop.balanceOf(alice), shares);
    }

    // ------------------------------------------------------------------ leaving by what is there

    /// @dev Interest due was earned before the request, whether collected or not. It is not
    /// forfeited to other depositors.
    function test_requestExit_countsTheInterestThatIsDue() public {
        PoolTerms memory t = _terms(1_000);
        t.backstopFactor = 1_000;
        pool.setTerms(t);
        _lend(lender, 2e6 * _unit());
        uint256 shares = _stake(carol, 50_000 * _unit());
        _stake(bob, 50_000 * _unit());
        _deposit(alice, GOLD, 2e12);
        _borrow(alice, 1e6 * _unit());
        _pass(365 days);
        uint256 snapshot = vm.snapshotState();
        pool.payBackstop();
        uint256 collectedFirst = _requestAndLeave(shares, false);
        vm.revertToState(snapshot);
        assertApproxEqAbs(_requestAndLeave(shares, true), collectedFirst, 2);
        assertGt(collectedFirst, 51_000 * _unit());
    }

    function _requestAndLeave(uint256 shares, bool collect) private returns (uint256 paid) {
        vm.prank(carol);
        backstop.requestExit(shares);
        if (collect) pool.payBackstop();
        vm.warp(block.timestamp + 3 days);
        vm.prank(carol);
        (, paid) = backstop.redeemMatured(carol, 0);
    }

    /// @dev A gift right before the call makes fewer shares payable. `leave` takes the shares
    /// payable at execution, or its limit refuses.
    function test_leave_isNotStoppedByAGift() public {
        uint256 shares = _stake(carol, 50_000 * _unit());
        _stake(bob, 50_000 * _unit());
        vm.prank(carol);
        vm.expectPartialRevert(IBackstopPool.NotMature.selector);
        backstop.redeemMatured(carol, 0);
        vm.prank(carol);
        backstop.requestExit(shares);
        vm.warp(block.timestamp + 3 days);
        debtToken.mint(bob, 10);
        vm.startPrank(bob);
        debtToken.approve(address(backstop), 10);
        backstop.donate(10);
        vm.stopPrank();
        vm.prank(carol);
        vm.expectPartialRevert(ERC4626.ERC4626ExceededMaxRedeem.selector);
        backstop.redeem(shares, carol, carol);
        vm.prank(carol);
        vm.expectPartialRevert(IBackstopPool.BelowMinimum.selector);
        backstop.redeemMatured(carol, 50_001 * _unit());
        vm.prank(carol);
        (, uint256 assets) = backstop.redeemMatured(alice, 50_000 * _unit() - 2);
        assertEq(debtToken.balanceOf(alice), assets);
        assertEq(backstop.balanceOf(carol), 0);
    }

    function test_donate_beyond128BitsIsRefused() public {
        uint256 amount = uint256(type(uint128).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(IBackstopPool.AmountTooLarge.selector, amount, type(uint128).max));
        backstop.donate(amount);
    }

    /// @dev In parts or at once, the same.
    function testFuzz_exit_inPartsPaysNoMore(uint256 gain, uint256 part) public {
        uint256 shares = _stake(alice, 1_000e6);
        _stake(carol, 500e6);
        _request(alice, shares);
        debtToken.mint(address(this), 1e9);
        debtToken.approve(address(backstop), 1e9);
        backstop.donate(bound(gain, 0, 1e9));
        _mature();
        part = bound(part, 1, backstop.maxRedeem(alice));
        vm.startPrank(alice);
        uint256 paid = backstop.redeem(part, alice, alice);
        // A first part that was everything leaves no request.
        uint256 rest = backstop.maxRedeem(alice);
        if (rest != 0) paid += backstop.redeem(rest, alice, alice);
        vm.stopPrank();
        assertLe(paid, 1_000e6 + 1);
        assertGe(paid + 10, 1_000e6);
    }

    function test_exit_byAnAllowanceCostsItTheForfeitedSharesToo() public {
        uint256 shares = _stake(alice, 1_000e6);
        _request(alice, shares);
        debtToken.mint(address(this), 1_000e6);
        debtToken.approve(address(backstop), 1_000e6);
        backstop.donate(1_000e6);
        _mature();
        uint256 payable_ = backstop.maxRedeem(alice);
        assertApproxEqRel(payable_, shares / 2, 1e12);
        vm.prank(alice);
        backstop.approve(bob, shares);
        vm.prank(bob);
        backstop.redeem(payable_, bob, alice);
        assertEq(backstop.allowance(alice, bob), 0);
        assertEq(backstop.balanceOf(alice), 0);
        assertApproxEqAbs(debtToken.balanceOf(bob), 1_000e6, 1);
    }

    // ------------------------------------------------------------------ known gains and losses

    /// @dev A newcomer who enters while a lot is open and leaves after its sale gets at most their
    /// deposit back, and earlier depositors are no worse off. If all capital is lost, earlier
    /// depositors may be worse off, but the newcomer loses at least as much as they do.
    function testFuzz_entry_snipesNoKnownGain(uint256 price, uint256 amount, uint256 due, bool shareOfInterest) public {
        _capital(400e6);
        if (shareOfInterest) _shareOfInterest(due);
        uint256 id = _absorbedAt(alice, 1_500e6, 1_500e8);
        _setPrice(WETH, int256(bound(price, 1_000e8, 1_800e8)));
        uint256 state = vm.snapshotState();
        _take(id, WETH, MAX);
        pool.payBackstop();
        (uint256 without, bool wiped) = (_worth(carol), backstop.capital() < 75e6);
        vm.revertToState(state);

        amount = bound(amount, 1e6, 1e12);
        _stake(bob, amount);
        _take(id, WETH, MAX);
        pool.payBackstop();
        uint256 with = _worth(carol);
        _request(bob, backstop.balanceOf(bob));
        _mature();
        uint256 brought = _leave(bob);
        assertLe(brought, amount);
        if (wiped) assertLe(brought + without, amount + with + 2);
        else assertGe(with + 2, without);
    }

    /// @dev Whoever leaves while a lot is open gets no more than by staying until it is sold.
    function testFuzz_exit_dodgesNoKnownLoss(uint256 price, uint256 amount) public {
        _capital(400e6);
        uint256 shares = _stake(bob, bound(amount, 1e6, 1_000e6));
        uint256 id = _absorbedAt(alice, 1_500e6, 1_500e8);
        _request(bob, shares);
        _mature();
        _setPrice(WETH, int256(bound(price, 1_000e8, 1_800e8)));
        uint256 state = vm.snapshotState();
        uint256 early = _leave(bob);
        vm.revertToState(state);
        _take(id, WETH, MAX);
        assertLe(early, _leave(bob) + 1);
    }

    /// @dev The lenders likewise, who come after the backstop.
    function testFuzz_lenders_dodgeNoKnownLossByLeavingEarly(uint256 price, uint256 capital) public {
        _capital(bound(capital, 0, 500e6));
        uint256 shares = _lend(bob, 10_000e6);
        uint256 id = _absorbedAt(alice, 1_500e6, 1_500e8);
        _setPrice(WETH, int256(bound(price, 1_000e8, 1_800e8)));
        uint256 early = pool.previewRedeem(shares);
        _take(id, WETH, MAX);
        assertLe(early, pool.previewRedeem(shares) + 1);
    }

    function _shareOfInterest(uint256 time) private {
        pool.setTerms(_split());
        _setPrice(WETH, 2_000e8);
        _deposit(bob, WETH, 100e18);
        _borrow(bob, 100_000e6);
        _pass(bound(time, 0, 100 days));
    }

    function _split() private pure returns (PoolTerms memory t) {
        t = _terms(1_000);
        t.backstopFactor = 500;
    }

    // ------------------------------------------------------------------ capital

    /// @dev The last whole token is never spent, whatever is asked and however often.
    function testFuzz_cover_neverTouchesTheLastToken(uint256 amount, uint256[8] memory asked) public {
        amount = bound(amount, 0, 1e15);
        if (amount != 0) _stake(alice, amount);
        uint256 paid;
        for (uint256 i = 0; i < asked.length; ++i) {
            uint256 capital = backstop.capital();
            uint256 ask = bound(asked[i], 0, amount + 1);
            uint256 covered = _covered(ask);
            assertEq(covered, ask < capital ? ask : capital);
            paid += covered;
        }
        assertEq(backstop.totalAssets(), amount - paid);
        assertGe(backstop.totalAssets(), amount < 1e6 ? amount : 1e6);
        assertEq(debtToken.balanceOf(address(backstop)), backstop.totalAssets());
    }

    /// @dev The last token also counts on entry: it survives a shortfall beyond all capital.
    function testFuzz_entry_countsTheLastTokenWhateverTheShortfall(uint256 amount, uint256 price) public {
        _stake(carol, bound(amount, _unit(), 2_000 * _unit()));
        _absorbedAt(alice, 1_500e6, 1_500e8);
        _setPrice(WETH, int256(bound(price, 1e8, 1_800e8)));
        (, uint256 high) = auctions.shortfall();
        uint256 lost = high < backstop.capital() ? high : backstop.capital();
        assertEq(backstop.entryAssets(), backstop.totalAssets() + auctions.expectedPenalties() - lost);
    }

    function test_onlyTheAuctionHouseDrawsAndEarns() public {
        bytes memory refusal = abi.encodeWithSelector(IBackstopPool.OnlyAuctionHouse.selector, bob, auctions);
        vm.startPrank(bob);
        vm.expectRevert(refusal);
        backstop.cover(1);
        vm.expectRevert(refusal);
        backstop.payTip(1);
        vm.expectRevert(refusal);
        backstop.bookPenalty(1);
        vm.stopPrank();
    }

    /// @dev Tokens sent straight to the pool move nothing: neither a share price nor the capital.
    function testFuzz_strayTokensMoveNothing(uint96 amount) public {
        uint256 shares = _stake(alice, 100e6);
        debtToken.mint(address(backstop), amount);
        assertEq(backstop.totalAssets(), 100e6);
        assertEq(backstop.previewDeposit(100e6), shares);
    }

    /// @dev Inflating the first share costs far more than it takes from who comes second.
    function testFuzz_donationBeforeTheFirstDepositTakesLittle(uint256 gift, uint256 amount) public {
        gift = bound(gift, 1, 1e12);
        amount = bound(amount, 1e6, 1e12);
        _stake(bob, 1);
        debtToken.mint(bob, gift);
        vm.startPrank(bob);
        debtToken.approve(address(backstop), gift);
        backstop.donate(gift);
        vm.stopPrank();
        _stake(alice, amount);
        uint256 lost = amount - backstop.convertToAssets(backstop.balanceOf(alice));
        assertLe(lost, gift / 1e6 + 2);
    }

    function testFuzz_previews_areWhatHappens(uint256 price, uint256 assets, uint256 shares) public {
        _capital(400e6);
        _absorbedAt(alice, 1_500e6, 1_500e8);
        _setPrice(WETH, int256(bound(price, 1_000e8, 1_800e8)));
        assets = bound(assets, 1e6, 1e12);
        debtToken.mint(bob, 1e30);
        vm.startPrank(bob);
        debtToken.approve(address(backstop), MAX);
        uint256 expected = backstop.previewDeposit(assets);
        assertEq(backstop.deposit(assets, bob), expected);
        shares = bound(shares, 1, expected);
        expected = backstop.previewMint(shares);
        assertEq(backstop.mint(shares, bob), expected);
        backstop.requestExit(backstop.balanceOf(bob));
        vm.stopPrank();
        _mature();
        assets = bound(assets, 1, backstop.maxWithdraw(bob));
        expected = backstop.previewWithdraw(assets);
        vm.startPrank(bob);
        assertEq(backstop.withdraw(assets, bob, bob), expected);
        vm.stopPrank();
    }
}

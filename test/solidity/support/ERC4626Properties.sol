// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {Test} from "forge-std/Test.sol";

import {FixedPoint} from "../../../contracts/libraries/math/FixedPoint.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";

/// @notice What every ERC-4626 vault of this system keeps, whatever happened to it before: income, losses, donations, stray
/// tokens, open lots. The vault under test says how it is brought into such a state (`_arrange`), how it loses (`_lose`) and
/// how shares become redeemable (`_mature`); everything else here knows the standard alone.
abstract contract ERC4626Properties is Test {
    uint256 internal constant UNLIMITED = type(uint256).max;
    /// @dev Amounts of a run [asset units]: from one unit to far more than the vault holds.
    uint256 internal constant MOST = 1e20;

    /// @notice Holds shares before a run's first call.
    address internal holder = makeAddr("holder");
    /// @notice Holds shares too and never acts.
    address internal witness = makeAddr("witness");
    /// @notice Comes during a run.
    address internal newcomer = makeAddr("newcomer");

    // ------------------------------------------------------------------ the vault under test

    function _vault() internal view virtual returns (IERC4626);

    /// @dev Brings the vault into a state drawn from `seed`; holder and witness have shares in it.
    function _arrange(uint256 seed) internal virtual;

    /// @dev Lets `part` / 2^256 of the vault's assets be lost.
    function _lose(uint256 part) internal virtual;

    /// @dev Makes all shares of `who` redeemable, as far as there is cash. Nothing else may move meanwhile.
    function _mature(address who) internal virtual;

    /// @dev Whether who enters may pay for more than who leaves is paid on: only while that is uncertain.
    function _spreadAllowed() internal view virtual returns (bool);

    /// @dev Gives `amount` to the vault, whoever is meant to profit from it.
    function _donate(uint256 amount) internal virtual;

    /// @dev Whether `totalAssets` is a fair value between entry and exit, rather than books that neither is priced on.
    function _booksAreFair() internal view virtual returns (bool) {
        return true;
    }

    /// @dev What an entry may take from everybody who is there, by their pessimistic value [asset units].
    function _entryCost() internal view virtual returns (uint256) {
        return 0;
    }

    /// @dev One part in so many of an attacker's outlay is what inflation may cost a victim.
    function _inflationResistance() internal view virtual returns (uint256) {
        return 1e6;
    }

    // ------------------------------------------------------------------ previews

    function testFuzz_4626_depositGivesExactlyItsPreview(uint256 seed, uint256 assets) public {
        _arrange(seed);
        assets = bound(assets, 0, MOST);
        uint256 expected = _vault().previewDeposit(assets);
        _fund(newcomer, assets);
        (uint256 held, uint256 tokens) = (_vault().balanceOf(newcomer), _tokens(newcomer));
        vm.prank(newcomer);
        assertEq(_vault().deposit(assets, newcomer), expected, "the preview of a deposit is not exact");
        assertEq(_vault().balanceOf(newcomer), held + expected);
        assertEq(_tokens(newcomer), tokens - assets);
    }

    function testFuzz_4626_mintCostsExactlyItsPreview(uint256 seed, uint256 shares) public {
        _arrange(seed);
        shares = bound(shares, 0, _vault().previewDeposit(MOST));
        uint256 expected = _vault().previewMint(shares);
        _fund(newcomer, expected);
        (uint256 held, uint256 tokens) = (_vault().balanceOf(newcomer), _tokens(newcomer));
        vm.prank(newcomer);
        assertEq(_vault().mint(shares, newcomer), expected, "the preview of a mint is not exact");
        assertEq(_vault().balanceOf(newcomer), held + shares);
        assertEq(_tokens(newcomer), tokens - expected);
    }

    function testFuzz_4626_redeemPaysExactlyItsPreview(uint256 seed, uint256 shares) public {
        _arrange(seed);
        _mature(holder);
        shares = bound(shares, 0, _vault().maxRedeem(holder));
        uint256 expected = _vault().previewRedeem(shares);
        uint256 held = _vault().balanceOf(holder);
        vm.prank(holder);
        assertEq(_vault().redeem(shares, newcomer, holder), expected, "the preview of a redemption is not exact");
        assertEq(_vault().balanceOf(holder), held - shares);
        assertEq(_tokens(newcomer), expected);
    }

    function testFuzz_4626_withdrawBurnsExactlyItsPreview(uint256 seed, uint256 assets) public {
        _arrange(seed);
        _mature(holder);
        assets = bound(assets, 0, _vault().maxWithdraw(holder));
        uint256 expected = _vault().previewWithdraw(assets);
        uint256 held = _vault().balanceOf(holder);
        vm.prank(holder);
        assertEq(_vault().withdraw(assets, newcomer, holder), expected, "the preview of a withdrawal is not exact");
        assertEq(_vault().balanceOf(holder), held - expected);
        assertEq(_tokens(newcomer), assets);
    }

    /// @dev There and back again in views alone: never to the caller's favour.
    function testFuzz_4626_previewsRoundForTheVault(uint256 seed, uint256 assets, uint256 shares) public {
        _arrange(seed);
        IERC4626 v = _vault();
        (assets, shares) = (bound(assets, 1, MOST), bound(shares, 1, _vault().previewDeposit(MOST)));
        assertLe(v.previewMint(v.previewDeposit(assets)), assets, "minting what a deposit gives costs more");
        assertGe(v.previewDeposit(v.previewMint(shares)), shares, "depositing what a mint costs gives less");
        assertLe(v.previewRedeem(v.previewDeposit(assets)), assets, "entering is worth more than it costs");
        assertLe(v.previewRedeem(shares), v.previewMint(shares), "leaving pays more than entering costs");
        assertGe(v.previewWithdraw(assets), v.previewDeposit(assets), "leaving burns less than entering gives");
        assertLe(v.previewWithdraw(v.previewRedeem(shares)), shares, "withdrawing a redemption burns more");
        assertGe(v.previewRedeem(v.previewWithdraw(assets)), assets, "redeeming a withdrawal pays less");
    }

    function testFuzz_4626_noShareIsFreeAndNoAssetEither(uint256 seed) public {
        _arrange(seed);
        assertGt(_vault().previewMint(1), 0, "a share for nothing");
        assertGt(_vault().previewWithdraw(1), 0, "an asset for nothing");
        assertEq(_vault().previewDeposit(0), 0);
        assertEq(_vault().previewRedeem(0), 0);
    }

    /// @dev `convertTo...` is the fair value between entry and exit; unless something is undecided, all three are one.
    function testFuzz_4626_entryAndExitDifferOnlyWhileSomethingIsUndecided(
        uint256 seed,
        uint256 assets,
        uint256 shares
    ) public {
        _arrange(seed);
        IERC4626 v = _vault();
        (assets, shares) = (bound(assets, 1, MOST), bound(shares, 1, _vault().previewDeposit(MOST)));
        if (_booksAreFair()) _assertBetween(assets, shares);
        if (_spreadAllowed()) return;
        assertEq(v.previewDeposit(assets), v.convertToShares(assets), "a spread without a reason");
        assertEq(v.previewRedeem(shares), v.convertToAssets(shares), "a spread without a reason");
        assertLe(v.previewMint(shares) - v.previewRedeem(shares), 1, "a spread without a reason");
        assertLe(v.previewWithdraw(assets) - v.previewDeposit(assets), 1, "a spread without a reason");
    }

    function _assertBetween(uint256 assets, uint256 shares) private view {
        IERC4626 v = _vault();
        assertLe(v.previewDeposit(assets), v.convertToShares(assets), "entering gives more than the fair value");
        assertGe(v.previewMint(shares), v.convertToAssets(shares), "minting costs less than the fair value");
        assertLe(v.previewRedeem(shares), v.convertToAssets(shares), "leaving pays more than the fair value");
        assertGe(v.previewWithdraw(assets), v.convertToShares(assets), "leaving burns less than the fair value");
    }

    // ------------------------------------------------------------------ round trips

    /// @dev In and out again, in every pair of ways: the newcomer is not richer, and nobody else poorer.
    function testFuzz_4626_roundTripsNeverPay(uint256 seed, uint256 assets, bool byMint, bool byWithdraw) public {
        _arrange(seed);
        IERC4626 v = _vault();
        assets = bound(assets, 1, MOST);
        uint256 shares = v.previewDeposit(assets);
        _fund(newcomer, assets);
        uint256 bystander = FixedPoint.subFloor(v.previewRedeem(v.balanceOf(witness)), _entryCost());
        vm.startPrank(newcomer);
        if (byMint) v.mint(shares, newcomer);
        else v.deposit(assets, newcomer);
        vm.stopPrank();
        assertGe(v.previewRedeem(v.balanceOf(witness)), bystander, "an entry took from a holder");
        _mature(newcomer);
        bystander = v.previewRedeem(v.balanceOf(witness));
        (uint256 most, uint256 mostShares) = (v.maxWithdraw(newcomer), v.maxRedeem(newcomer));
        vm.startPrank(newcomer);
        if (byWithdraw) v.withdraw(most, newcomer, newcomer);
        else v.redeem(mostShares, newcomer, newcomer);
        vm.stopPrank();
        assertGe(v.previewRedeem(v.balanceOf(witness)), bystander, "an exit took from a holder");
        uint256 left = v.balanceOf(newcomer);
        assertLe(_tokens(newcomer) + v.previewRedeem(left), assets, "a round trip paid");
    }

    /// @dev Out and in again: a holder that leaves with a part and brings it back holds no more than before.
    function testFuzz_4626_leavingAndComingBackGivesNoMoreShares(uint256 seed, uint256 part) public {
        _arrange(seed);
        IERC4626 v = _vault();
        _mature(holder);
        part = bound(part, 0, v.maxRedeem(holder));
        uint256 shares = v.balanceOf(holder);
        vm.startPrank(holder);
        uint256 assets = v.redeem(part, holder, holder);
        TestToken(v.asset()).approve(address(v), assets);
        v.deposit(assets, holder);
        vm.stopPrank();
        assertLe(v.balanceOf(holder), shares, "leaving and coming back gave shares");
    }

    // ------------------------------------------------------------------ limits

    function testFuzz_4626_whatMayBeDepositedCanBe(uint256 seed, bool byMint) public {
        _arrange(seed);
        IERC4626 v = _vault();
        (uint256 most, uint256 mostShares) = (v.maxDeposit(newcomer), v.maxMint(newcomer));
        if (byMint) most = v.previewMint(mostShares);
        assertGe(most, MOST, "hardly anything may be deposited");
        TestToken(v.asset()).mint(newcomer, most);
        vm.startPrank(newcomer);
        TestToken(v.asset()).approve(address(v), UNLIMITED);
        if (byMint) {
            vm.expectRevert(_exceeded(ERC4626.ERC4626ExceededMaxMint.selector, newcomer, mostShares));
            v.mint(mostShares + 1, newcomer);
            v.mint(mostShares, newcomer);
        } else {
            vm.expectRevert(_exceeded(ERC4626.ERC4626ExceededMaxDeposit.selector, newcomer, most));
            v.deposit(most + 1, newcomer);
            v.deposit(most, newcomer);
        }
        vm.stopPrank();
    }

    function testFuzz_4626_whatMayBeTakenCanBeAndNoMore(uint256 seed, bool byShares) public {
        _arrange(seed);
        IERC4626 v = _vault();
        _mature(holder);
        (uint256 most, uint256 mostShares) = (v.maxWithdraw(holder), v.maxRedeem(holder));
        assertLe(mostShares, v.balanceOf(holder), "more may be redeemed than is held");
        assertLe(most, _tokens(address(v)), "more may be withdrawn than is there");
        assertLe(v.previewRedeem(mostShares), most, "redeeming beats withdrawing");
        vm.startPrank(holder);
        if (byShares) {
            vm.expectRevert(_exceeded(ERC4626.ERC4626ExceededMaxRedeem.selector, holder, mostShares));
            v.redeem(mostShares + 1, holder, holder);
            v.redeem(mostShares, holder, holder);
        } else {
            vm.expectRevert(_exceeded(ERC4626.ERC4626ExceededMaxWithdraw.selector, holder, most));
            v.withdraw(most + 1, holder, holder);
            v.withdraw(most, holder, holder);
        }
        vm.stopPrank();
    }

    /// @dev Leaving for another needs its allowance of shares, and uses it up.
    function testFuzz_4626_nobodyLeavesForAnotherWithoutLeave(uint256 seed, uint256 shares) public {
        _arrange(seed);
        IERC4626 v = _vault();
        _mature(holder);
        uint256 most = v.maxRedeem(holder);
        vm.assume(most > 1);
        shares = bound(shares, 2, most);
        vm.prank(holder);
        v.approve(newcomer, shares - 1);
        vm.startPrank(newcomer);
        vm.expectRevert();
        v.redeem(shares, newcomer, holder);
        assertEq(v.redeem(shares - 1, newcomer, holder), _tokens(newcomer));
        assertEq(v.allowance(holder, newcomer), 0);
        vm.stopPrank();
    }

    // ------------------------------------------------------------------ gifts and losses

    /// @dev Tokens sent behind the vault's back move none of its figures.
    function testFuzz_4626_strayTokensMoveNothing(uint256 seed, uint256 amount) public {
        _arrange(seed);
        bytes memory before = _figures();
        TestToken(_vault().asset()).mint(address(_vault()), bound(amount, 1, MOST));
        assertEq(_figures(), before, "a stray token moved something");
    }

    function testFuzz_4626_aDonationTakesFromNobody(uint256 seed, uint256 amount) public {
        _arrange(seed);
        uint256 before = _vault().previewRedeem(_vault().balanceOf(witness));
        _donate(bound(amount, 1, MOST));
        assertGe(_vault().previewRedeem(_vault().balanceOf(witness)), before, "a donation took from a holder");
    }

    /// @dev All holders lose the same part, and a loss is never an entry's or an exit's gain.
    function testFuzz_4626_aLossIsBorneInProportion(uint256 seed, uint256 part) public {
        _arrange(seed);
        IERC4626 v = _vault();
        _lose(part);
        (uint256 a, uint256 b) = (v.balanceOf(holder), v.balanceOf(witness));
        (uint256 ofA, uint256 ofB) = (v.previewRedeem(a), v.previewRedeem(b));
        // Both are floors of the same price: ofA / a and ofB / b differ by less than a unit each.
        assertLe(ofA * b, (ofB + 1) * a, "one holder lost less than the other");
        assertLe(ofB * a, (ofA + 1) * b, "one holder lost less than the other");
        assertLe(ofA + ofB, v.totalAssets(), "holders are promised more than there is");
    }

    /// @dev Who comes after a loss, even a total one, pays no part of it.
    function testFuzz_4626_whoComesAfterALossPaysNoneOfIt(uint256 seed, uint256 part, uint256 assets) public {
        _arrange(seed);
        IERC4626 v = _vault();
        _lose(part % 4 == 0 ? UNLIMITED : part);
        if (_spreadAllowed()) return;
        assets = bound(assets, 1e6, MOST);
        _fund(newcomer, assets);
        vm.prank(newcomer);
        uint256 shares = v.deposit(assets, newcomer);
        // One share is worth more than a unit at most where almost nothing is left of a great many.
        uint256 tolerance = v.convertToAssets(1) + 1;
        assertGe(v.previewRedeem(shares) + tolerance, assets, "a newcomer paid for an old loss");
    }

    /// @dev Whatever the first depositor sends after itself, a later one loses at most a millionth of that.
    function testFuzz_4626_inflationCostsTheAttackerFarMoreThanTheVictim(
        uint256 first,
        uint256 stray,
        uint256 gift,
        uint256 victim
    ) public {
        IERC4626 v = _vault();
        (first, victim) = (bound(first, 1, 1e6), bound(victim, 1e6, MOST));
        (stray, gift) = (bound(stray, 0, MOST), bound(gift, 0, MOST));
        _enter(holder, first);
        TestToken(v.asset()).mint(address(v), stray);
        if (gift != 0) _donate(gift);
        _enter(newcomer, victim);
        uint256 worth = v.previewRedeem(v.balanceOf(newcomer));
        uint256 allowed = (first + stray + gift) / _inflationResistance() + 1;
        assertGe(worth + allowed, victim, "inflation cost the victim too much");
        assertLe(v.previewRedeem(v.balanceOf(holder)), first + gift, "inflation paid");
    }

    // ------------------------------------------------------------------ internals

    /// @dev Every figure that a holder could act on.
    function _figures() internal view returns (bytes memory) {
        IERC4626 v = _vault();
        uint256[4] memory previews = [
            v.previewDeposit(1e9),
            v.previewMint(1e15),
            v.previewRedeem(1e15),
            v.previewWithdraw(1e9)
        ];
        uint256[3] memory most = [v.maxDeposit(holder), v.maxWithdraw(holder), v.maxRedeem(holder)];
        return abi.encode(v.totalAssets(), v.totalSupply(), previews, most);
    }

    function _exceeded(bytes4 selector, address who, uint256 most) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, who, most + 1, most);
    }

    function _tokens(address who) internal view returns (uint256) {
        return TestToken(_vault().asset()).balanceOf(who);
    }

    function _fund(address who, uint256 assets) internal {
        TestToken(_vault().asset()).mint(who, assets);
        TestToken token = TestToken(_vault().asset());
        vm.prank(who);
        token.approve(address(_vault()), UNLIMITED);
    }

    function _enter(address who, uint256 assets) internal returns (uint256 shares) {
        _fund(who, assets);
        IERC4626 v = _vault();
        vm.prank(who);
        return v.deposit(assets, who);
    }
}

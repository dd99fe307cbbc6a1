// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {LendingPool} from "../../../../contracts/core/LendingPool.sol";
import {IAuctionHouse} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {ILendingPool, PoolTerms} from "../../../../contracts/interfaces/ILendingPool.sol";
import {ExactTransfer} from "../../../../contracts/libraries/integration/ExactTransfer.sol";
import {FixedPoint} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {InterestMath} from "../../../../contracts/libraries/math/InterestMath.sol";
import {OddToken} from "../../support/fakes/OddToken.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

contract LendingPoolTest is SystemFixture {
    // ------------------------------------------------------------------ lending

    function testFuzz_deposit_thenRedeemInOneBlockNeverPays(uint256 first, uint256 amount, uint256 time) public {
        _lend(lender, bound(first, 200e6, 1e15));
        _deposit(alice, WETH, 1e18);
        _borrow(alice, 150e6);
        _pass(bound(time, 0, 900 days));
        amount = bound(amount, 1, 1e18);
        uint256 shares = _lend(bob, amount);
        assertLe(pool.previewRedeem(shares), amount);
        vm.prank(bob);
        assertLe(pool.redeem(shares, bob, bob), amount);
    }

    function testFuzz_mint_costsAtLeastWhatItsSharesAreWorth(uint256 shares, uint256 time) public {
        _open(alice, 1_400e6);
        _pass(bound(time, 0, 900 days));
        shares = bound(shares, 1, 1e24);
        debtToken.mint(bob, 1e24);
        vm.startPrank(bob);
        debtToken.approve(address(pool), MAX);
        uint256 expected = pool.previewMint(shares);
        uint256 cost = pool.mint(shares, bob);
        vm.stopPrank();
        assertEq(cost, expected);
        assertGe(cost, pool.previewRedeem(shares));
    }

    function testFuzz_withdraw_burnsAtLeastTheSharesThatPayForIt(uint256 amount, uint256 time) public {
        _open(alice, 1_400e6);
        _pass(bound(time, 0, 900 days));
        amount = bound(amount, 1, pool.maxWithdraw(lender));
        vm.prank(lender);
        uint256 shares = pool.withdraw(amount, bob, lender);
        assertGe(pool.previewRedeem(shares) + 1, amount);
        assertEq(debtToken.balanceOf(bob), amount);
    }

    function testFuzz_maxWithdrawAndMaxRedeem_canAlwaysBeTaken(uint256 debt, uint256 time, bool byShares) public {
        _lend(lender, 2_000e6);
        _deposit(alice, WETH, 2e18);
        _borrow(alice, bound(debt, 100e6, 2_000e6));
        _pass(bound(time, 0, 900 days));
        uint256 most = byShares ? pool.maxRedeem(lender) : pool.maxWithdraw(lender);
        vm.prank(lender);
        if (byShares) pool.redeem(most, lender, lender);
        else pool.withdraw(most, lender, lender);
        assertLe(_cash(), 1);
    }

    function test_withdraw_beyondTheCashIsRefused() public {
        _lend(lender, 2_000e6);
        _deposit(alice, WETH, 1e18);
        _borrow(alice, 1_500e6);
        vm.expectRevert(abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxWithdraw.selector, lender, 501e6, 500e6));
        vm.prank(lender);
        pool.withdraw(501e6, lender, lender);
    }

    function test_withdraw_byAStrangerNeedsAnAllowance() public {
        uint256 shares = _lend(lender, 1_000e6);
        vm.expectRevert();
        vm.prank(bob);
        pool.redeem(shares, bob, lender);
        vm.prank(lender);
        pool.approve(bob, shares);
        vm.prank(bob);
        pool.redeem(shares, bob, lender);
        assertEq(debtToken.balanceOf(bob), 1_000e6);
    }

    function test_maxDeposit_isWhatKeepsCashIn128Bits() public {
        _lend(lender, 1_000e6);
        assertEq(pool.maxDeposit(bob), type(uint128).max - 1_000e6);
        assertEq(pool.maxMint(bob), pool.convertToShares(pool.maxDeposit(bob)));
        uint256 most = pool.maxDeposit(bob);
        vm.expectRevert(abi.encodeWithSelector(ERC4626.ERC4626ExceededMaxDeposit.selector, bob, most + 1, most));
        vm.prank(bob);
        pool.deposit(most + 1, bob);
        _lend(bob, most);
    }

    function test_names() public view {
        assertEq(pool.name(), "Breakwater Dollar");
        assertEq(pool.symbol(), "bwDollar");
        assertEq(pool.decimals(), 12);
        assertEq(pool.asset(), address(debtToken));
    }

    // ------------------------------------------------------------------ interest

    /// @dev 1,000 of 10,000 lent for a day at base plus slope * u / kink, both per second.
    function test_accrue_addsTheInterestOfTheCurveAndSplitsIt() public {
        _lend(lender, 10_000e6);
        _deposit(alice, WETH, 1e18);
        _borrow(alice, 1_000e6);
        uint256 rate = pool.ratePerSecond();
        vm.warp(START + 30 days);
        // Base and slope are each rounded down to 1e9 RAY per second.
        assertApproxEqAbs(rate * 365 days, 0.02e27 + uint256(0.08e27) / 9, 2e9 * 365 days);
        uint256 x = rate * 30 days;
        uint256 index = 1e27 + x + (x * x) / 2e27 + (((x * x) / 2e27) * x) / 3e27;
        uint256 interest = (1_000e6 * index) / 1e27 - 1_000e6;
        vm.expectEmit(address(pool));
        emit ILendingPool.Accrued(index, interest, interest / 10);
        assertEq(pool.addInterest(), index);
        assertEq(pool.totalAssets(), 10_000e6 + interest - interest / 10);
        assertEq(pool.totalDebt(), 1_000e6 + interest);
    }

    function testFuzz_views_showTheInterestBeforeItIsAccrued(uint32 time) public {
        _open(alice, 1_400e6);
        vm.warp(block.timestamp + time);
        (uint256 index, uint256 assets, uint256 debt) = (pool.currentIndex(), pool.totalAssets(), pool.totalDebt());
        assertEq(pool.addInterest(), index);
        assertEq(pool.totalAssets(), assets);
        assertEq(pool.totalDebt(), debt);
        assertEq(pool.poolState().index, index);
        assertEq(pool.poolState().accruedAt, block.timestamp);
    }

    function testFuzz_accrue_twiceInASecondChangesNothing(uint32 time) public {
        _open(alice, 1_400e6);
        vm.warp(block.timestamp + time);
        uint256 index = pool.addInterest();
        uint256 fees = pool.poolState().fees;
        assertEq(pool.addInterest(), index);
        assertEq(pool.poolState().fees, fees);
    }

    function test_accrue_withoutDebtLeavesTheIndex() public {
        _lend(lender, 1e9);
        vm.warp(block.timestamp + 365 days);
        assertEq(pool.addInterest(), 1e27);
    }

    // ------------------------------------------------------------------ terms

    function test_setTerms_accruesAtTheOldTermsFirst() public {
        _open(alice, 1_400e6);
        vm.warp(block.timestamp + 365 days);
        uint256 debt = pool.totalDebt();
        PoolTerms memory free;
        (free.kink, free.reserveFactor) = (1, 2_000);
        vm.expectEmit(address(pool));
        emit ILendingPool.TermsUpdated(free);
        pool.setTerms(free);
        assertEq(pool.totalDebt(), debt);
        vm.warp(block.timestamp + 365 days);
        assertEq(pool.totalDebt(), debt);
        assertEq(abi.encode(pool.terms()), abi.encode(free));
    }

    function test_setTerms_revertsAboveTheWhole() public {
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.FactorsTooHigh.selector, 9_000, 1_001, 10_000));
        pool.setTerms(_split(9_000, 1_001));
        pool.setTerms(_split(9_000, 1_000));
    }

    function _split(uint16 r, uint16 b) private pure returns (PoolTerms memory t) {
        t = _terms(r);
        t.backstopFactor = b;
    }

    function testFuzz_setTerms_refusesExactlyTheCurvesThatCouldRevertOrCharge1000Percent(
        uint40 max,
        uint32 kink
    ) public {
        PoolTerms memory t = _terms(0);
        (t.max, t.kink) = (max, kink);
        if (kink == 0 || kink >= 1e9 || uint256(max) * 1e9 > InterestMath.MAX_RATE) {
            vm.expectRevert(abi.encodeWithSelector(ILendingPool.InvalidCurve.selector, kink, max));
        }
        pool.setTerms(t);
    }

    /// @dev Any terms, any utilisation: the rate is the curve's and never above its maximum.
    function testFuzz_rate_neverRevertsAndNeverExceedsItsMaximum(PoolTerms memory t, uint256 debt) public {
        t.kink = uint32(bound(t.kink, 1, 1e9 - 1));
        t.max = uint40(bound(t.max, 0, InterestMath.MAX_RATE / 1e9));
        (t.reserveFactor, t.backstopFactor) = (0, 0);
        pool.setTerms(t);
        assertEq(pool.ratePerSecond(), FixedPoint.min(t.base, t.max) * 1e9);
        _lend(lender, 2_000e6);
        _deposit(alice, WETH, 2e18);
        _borrow(alice, bound(debt, 100e6, 2_000e6));
        uint256 u = InterestMath.utilisationUp(_cash(), pool.totalDebt());
        InterestMath.Curve memory c = InterestMath.Curve(
            t.base * uint256(1e9),
            t.kink * uint256(1e9),
            t.slopeBelow * uint256(1e9),
            t.slopeAbove * uint256(1e9),
            t.max * uint256(1e9)
        );
        assertEq(pool.ratePerSecond(), InterestMath.rateUp(c, u));
        assertLe(pool.ratePerSecond(), c.max);
    }

    function test_setTerms_isRestricted() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, bob));
        vm.prank(bob);
        pool.setTerms(_terms(0));
    }

    // ------------------------------------------------------------------ as its engine

    function _own() private returns (LendingPool own, OddToken odd) {
        odd = new OddToken();
        own = LendingPool(
            deployCode(
                "contracts/core/LendingPool.sol:LendingPool",
                abi.encode(address(odd), manager, _split(1_000, 500))
            )
        );
        odd.mint(address(this), 1e24);
        own.deposit(1e24, address(this));
    }

    function testFuzz_drawAndSettle_neverLowerTheSharePrice(uint256 amount, uint256 time, uint256 part) public {
        (LendingPool own, OddToken odd) = _own();
        own.disburse(bound(amount, 1, 1e24), bob);
        vm.warp(block.timestamp + bound(time, 0, 900 days));
        uint256 assets = own.totalAssets();
        uint256 scaled = own.poolState().totalScaledDebt;
        uint256 removed = bound(part, 0, scaled);
        uint256 paid = (removed * own.currentIndex() + 1e27 - 1) / 1e27;
        odd.mint(address(own), paid);
        own.reduceDebt(paid, removed);
        assertGe(own.totalAssets(), assets);
        assertLe(own.totalAssets(), assets + 2);
    }

    /// @dev Moving a debt to auction changes nothing for the lenders. The interest due to the
    /// backstop bears a later loss first, then the reserve, to the unit.
    function testFuzz_bookSale_losesExactlyWhatIsNotPaid(
        uint256 amount,
        uint256 time,
        uint256 part,
        uint256 paid
    ) public {
        (LendingPool own, OddToken odd) = _own();
        own.setAuctionHouse(IAuctionHouse(address(this)));
        own.disburse(bound(amount, 1, 1e24), bob);
        vm.warp(block.timestamp + bound(time, 0, 900 days));
        (uint256 assets, uint256 debt) = (own.totalAssets(), own.totalDebt());
        (uint256 reserve, uint256 due) = own.claims();
        uint256 taken = own.toAuction(bound(part, 0, own.poolState().totalScaledDebt));
        assertEq(taken, debt - own.totalDebt());
        assertEq(own.totalAssets(), assets);
        assertEq(own.poolState().auctionDebt, taken);

        paid = bound(paid, 0, taken);
        odd.mint(address(own), paid);
        own.bookSale(paid, taken - paid);
        uint256 lost = taken - paid;
        (uint256 left, uint256 dueAfter) = own.claims();
        uint256 afterDue = lost > due ? lost - due : 0;
        assertEq(dueAfter, due > lost ? due - lost : 0);
        assertEq(left, reserve > afterDue ? reserve - afterDue : 0);
        assertEq(own.totalAssets(), assets - (afterDue - (reserve - left)));
        assertEq(own.poolState().auctionDebt, 0);
    }

    function test_bookSale_isForTheAuctionHouseAlone() public {
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.OnlyAuctionHouse.selector, bob, house));
        vm.prank(bob);
        pool.bookSale(0, 0);
    }

    // ------------------------------------------------------------------ auction debt and exits

    /// @dev Exits are priced on the cover of lots and backstop, deposits on the whole debt.
    function testFuzz_exits_arePaidOnThePessimisticView(uint256 low, uint256 capital) public {
        _lend(lender, 10_000e6);
        _deposit(alice, WETH, 1e18);
        _borrow(alice, 1_500e6);
        _setPrice(WETH, 1_500e8);
        engine.absorb(_key(alice), bob);
        (low, capital) = (bound(low, 0, 3_000e6), bound(capital, 0, 3_000e6));
        house.setShortfall(low, capital);
        uint256 uncovered = low > capital ? low - capital : 0;
        if (uncovered > 1_500e6) uncovered = 1_500e6;
        assertEq(pool.exitAssets(), 10_000e6 - uncovered);
        assertEq(pool.totalAssets(), 10_000e6);
        assertLe(pool.previewRedeem(1e12), pool.convertToAssets(1e12));
        assertEq(pool.previewDeposit(1e6), pool.convertToShares(1e6));
        uint256 shares = _lend(bob, 1_000e6);
        assertLe(pool.previewRedeem(shares), 1_000e6);
    }

    // ------------------------------------------------------------------ the backstop's share

    function testFuzz_fees_areDividedAsTheTermsOfTheirTimeSay(uint16 r, uint16 b, uint32 time) public {
        r = uint16(bound(r, 0, 10_000));
        b = uint16(bound(b, 0, 10_000 - r));
        pool.setTerms(_split(r, b));
        _open(alice, 1_400e6);
        vm.warp(START + time);
        uint256 interest = pool.totalDebt() - 1_400e6;
        uint256 kept = (interest * (uint256(r) + b)) / 10_000;
        uint256 reserve = r + b == 0 ? 0 : (kept * r) / (uint256(r) + b);
        pool.setTerms(_split(0, 10_000));
        (uint256 reserveNow, uint256 due) = pool.claims();
        assertEq(reserveNow, reserve);
        assertEq(due, kept - reserve);
        assertEq(pool.totalAssets(), 1e13 + interest - kept);
    }

    function test_draw_beyondTheCashIsRefused() public {
        (LendingPool own, ) = _own();
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.InsufficientCash.selector, 1e24 + 1, 1e24));
        own.disburse(1e24 + 1, bob);
    }

    function test_deposit_ofATokenWithAFeeIsRefused() public {
        (LendingPool own, OddToken odd) = _own();
        odd.mint(address(this), 1e18);
        odd.setFee(7);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.InexactTransfer.selector, address(odd), 1e18, 1e18 - 7));
        own.deposit(1e18, address(this));
    }

    function test_reentry_fromATransferFindsThePoolLocked() public {
        (LendingPool own, OddToken odd) = _own();
        odd.mint(address(odd), 1e18);
        bytes[4] memory calls = [
            abi.encodeCall(own.deposit, (1, bob)),
            abi.encodeCall(own.mint, (1, bob)),
            abi.encodeCall(own.withdraw, (0, bob, bob)),
            abi.encodeCall(own.donate, (1))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            bytes4 err = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
            // Its limits say so first.
            if (i == 0) err = ERC4626.ERC4626ExceededMaxDeposit.selector;
            if (i == 1) err = ERC4626.ERC4626ExceededMaxMint.selector;
            odd.setHook(address(own), calls[i]);
            own.withdraw(1e18, bob, address(this));
            assertEq(bytes4(odd.lastError()), err);
            own.disburse(1e18, bob);
            assertEq(bytes4(odd.lastError()), err);
        }
    }
}

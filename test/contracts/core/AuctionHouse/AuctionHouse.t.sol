// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAuctionHouse, AuctionTerms, Tab} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {ILendingPool} from "../../../../contracts/interfaces/ILendingPool.sol";
import {FixedPoint} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {AuctionFixture} from "../../support/fixtures/AuctionFixture.sol";

/// @notice The ledger of an absorption: a debt of 1,500 behind one ether worth 1,515, sold at the
/// oracle's price. Penalty 75, tip 3.
abstract contract LedgerTest is AuctionFixture {
    uint256 internal debt;

    struct Ledger {
        uint256 lenders;
        uint256 reserve;
        uint256 cash;
        uint256 backstop;
        uint256 tip;
    }

    function setUp() public override {
        super.setUp();
        debt = 1_500 * _unit();
        _lend(lender, 1e6 * _unit());
    }

    function _auctionTerms() internal view override returns (AuctionTerms memory t) {
        t = super._auctionTerms();
        t.start = 10_000;
    }

    function _ledger() private view returns (Ledger memory) {
        return Ledger(pool.totalAssets(), _reserve(), _cash(), backstop.totalAssets(), auctions.tips(keeper));
    }

    function _giveReserve(uint256 amount) private {
        debtToken.mint(address(this), amount);
        debtToken.approve(address(pool), amount);
        pool.donate(amount);
    }

    function _sellAt(int256 price) private returns (uint256 id, Ledger memory before) {
        id = _absorbedAt(alice, debt, 1_515e8);
        before = _ledger();
        assertEq(pool.poolState().auctionDebt, debt);
        assertEq(before.lenders, 1e6 * _unit());
        _setPrice(WETH, price);
        _take(id, WETH, MAX);
        assertEq(pool.poolState().auctionDebt, 0);
        assertEq(auctions.openCount(), 0);
        assertEq(auctions.expectedPenalties(), 0);
    }

    /// @dev Sold for 99 %: the pool is whole, the backstop pays the missing 15 and the tip.
    function test_ledger_ampleCapitalPaysShortfallAndTip() public {
        _capital(500 * _unit());
        (, Ledger memory b) = _sellAt(1_485e8);
        Ledger memory a = _ledger();
        assertEq(a.lenders, b.lenders);
        assertEq(a.cash, b.cash + debt);
        assertEq(a.backstop, b.backstop - 18 * _unit());
        assertEq(a.tip, 3 * _unit());
    }

    /// @dev Capital 6 of the 15 missing: the reserve pays the rest where there is one.
    function test_ledger_reserveFollowsTheBackstop() public {
        _capital(6 * _unit());
        _giveReserve(100 * _unit());
        (, Ledger memory b) = _sellAt(1_485e8);
        Ledger memory a = _ledger();
        assertEq(a.lenders, b.lenders);
        assertEq(a.reserve, b.reserve - 9 * _unit());
        assertEq(a.backstop, _unit(), "the last token stays");
        assertEq(a.tip, 0);
    }

    /// @dev Without a reserve the lenders lose it, and one event says so.
    function test_ledger_lendersComeLast() public {
        _capital(6 * _unit());
        uint256 id = _absorbedAt(alice, debt, 1_515e8);
        Ledger memory b = _ledger();
        _setPrice(WETH, 1_485e8);
        debtToken.mint(bidder, debt);
        vm.startPrank(bidder);
        debtToken.approve(address(auctions), MAX);
        vm.expectEmit(address(auctions));
        emit IAuctionHouse.AbsorptionClosed(id, alice, 15 * _unit());
        vm.expectEmit(address(auctions));
        emit IAuctionHouse.ShortfallRealized(15 * _unit(), 6 * _unit());
        vm.expectEmit(address(pool));
        emit ILendingPool.LendersLost(9 * _unit(), b.lenders - 9 * _unit());
        auctions.take(id, WETH, MAX, MAX, bidder, "");
        vm.stopPrank();
        assertEq(_ledger().lenders, b.lenders - 9 * _unit());
        assertEq(_ledger().backstop, _unit());
    }

    function test_ledger_anEmptyBackstopPaysNothingAndBlocksNothing() public {
        (, Ledger memory b) = _sellAt(1_485e8);
        assertEq(_ledger().lenders, b.lenders - 15 * _unit());
        assertEq(_ledger().backstop + _ledger().tip, 0);
    }

    /// @dev The price recovers: the pool gets 1,500, the backstop 75 and the keeper 3. The owner
    /// keeps the rest of the ether.
    function test_ledger_recoveryPaysPenaltyAndTipAndTheOwnerKeepsTheRest() public {
        _capital(500 * _unit());
        (, Ledger memory b) = _sellAt(1_620e8);
        Ledger memory a = _ledger();
        assertEq(a.lenders, b.lenders);
        assertEq(a.cash, b.cash + debt);
        assertEq(a.backstop, b.backstop + 75 * _unit());
        assertEq(a.tip, 3 * _unit());
        uint256 sold = FixedPoint.mulDivUp(1_578, 1e18, 1_620);
        assertEq(tokens[WETH].balanceOf(bidder), sold);
        assertEq(auctions.claims(alice, WETH), 1e18 - sold);
        vm.prank(alice);
        auctions.claim(WETH, bob);
        assertEq(tokens[WETH].balanceOf(bob), 1e18 - sold);
        (, uint256 auctioned) = engine.assetTotals(WETH);
        assertEq(auctioned, 0);
        vm.prank(keeper);
        auctions.claimTip(bob);
        assertEq(debtToken.balanceOf(bob), 3 * _unit());
        assertEq(debtToken.balanceOf(address(auctions)), 0);
    }

    /// @dev For any price and any number of takes the proceeds pay debt, penalty, tip and owner in
    /// this order. Backstop, reserve and lenders bear a loss in this order.
    function testFuzz_ledger_everythingIsAccountedFor(
        uint256 price,
        uint256 capital,
        uint256 reserve,
        uint256[4] memory parts
    ) public {
        (capital, reserve) = (bound(capital, 0, 300 * _unit()), bound(reserve, 0, 300 * _unit()));
        _capital(capital);
        _giveReserve(reserve);
        uint256 id = _absorbedAt(alice, debt, 1_515e8);
        Ledger memory b = _ledger();
        _setPrice(WETH, int256(bound(price, 1_200e8, 1_700e8)));
        uint256 proceeds;
        for (uint256 i = 0; i < 4 && auctions.openCount() != 0; ++i) {
            (, uint256 cost) = _take(id, WETH, bound(parts[i], 0, 1e18));
            proceeds += cost;
        }
        if (auctions.openCount() != 0) {
            (, uint256 cost) = _take(id, WETH, MAX);
            proceeds += cost;
        }
        Ledger memory a = _ledger();
        uint256 short = proceeds < debt ? debt - proceeds : 0;
        uint256 penalty = _clamp(proceeds, debt, 75 * _unit());
        uint256 tip = _clamp(proceeds, debt + 75 * _unit(), 3 * _unit());
        uint256 covered = short < capital ? short : capital;
        uint256 tipped = b.backstop + penalty - a.backstop - covered;
        // Where the debt is covered the backstop pays no more of the tip than it earned.
        uint256 owed = short != 0 ? 3 * _unit() : _clamp(penalty, 0, 3 * _unit() - tip);
        assertLe(tipped, owed);
        assertTrue(tipped == owed || tipped >= capital - covered, "the tip is paid as far as capital goes");
        uint256 fromReserve = short - covered < reserve ? short - covered : reserve;
        assertEq(a.tip, tip + tipped, "tip");
        assertEq(b.reserve - a.reserve, fromReserve, "reserve");
        assertEq(b.lenders - a.lenders, short - covered - fromReserve, "lenders");
        assertEq(pool.poolState().auctionDebt, 0);
        assertEq(auctions.claims(alice, WETH) == 0, proceeds < debt + 78 * _unit());
        assertEq(tokens[WETH].balanceOf(bidder) + auctions.claims(alice, WETH), 1e18);
        assertEq(debtToken.balanceOf(address(backstop)), a.backstop);
        assertEq(debtToken.balanceOf(address(pool)), a.cash);
    }

    /// @dev The owner gets the rest only after debt, penalty and tip are paid. If only the debt is
    /// covered, the rest joins the residuals.
    function testFuzz_ledger_theOwnerGetsTheRestOnceTheWholeTabIsPaid(uint256 price) public {
        _deposit(alice, GOLD, 20e6);
        uint256 id = _absorbedAt(alice, debt, 1_500e8);
        _setPrice(WETH, int256(bound(price, 1_450e8, 1_650e8)));
        (uint256 sold, uint256 cost) = _take(id, WETH, MAX);
        bool paid = cost == 1_578 * _unit();
        if (auctions.openCount() != 0) {
            (, , Tab memory left) = auctions.absorption(id);
            assertLe(left.debt == 0 ? _left(id) : left.debt, 20 * _unit(), "the gold may still pay it");
            return;
        }
        assertEq(auctions.claims(alice, WETH), 1e18 - sold);
        assertEq(auctions.claims(alice, GOLD), paid ? 20e6 : 0);
        assertEq(auctions.lot(0, GOLD).amount, paid ? 0 : 20e6);
    }

    function _clamp(uint256 proceeds, uint256 from, uint256 most) private pure returns (uint256) {
        if (proceeds <= from) return 0;
        return proceeds - from < most ? proceeds - from : most;
    }
}

contract SixDecimalsLedgerTest is LedgerTest {}

contract EighteenDecimalsLedgerTest is LedgerTest {
    function _debtDecimals() internal pure override returns (uint8) {
        return 18;
    }
}

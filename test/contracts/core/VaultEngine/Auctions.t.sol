// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {AuctionHouse} from "../../../../contracts/core/AuctionHouse.sol";
import {AuctionTerms, IAuctionHouse, LotView, Tab} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {LiquidationCall} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {VaultKey, toVaultKey} from "../../../../contracts/types/VaultKey.sol";
import {AuctionFixture} from "../../support/fixtures/AuctionFixture.sol";

/// @notice Bids with what it has borrowed for the length of a call.
contract FlashBidder is IERC3156FlashBorrower {
    AuctionHouse private immutable _house;
    uint256 private immutable _id;

    constructor(AuctionHouse house, uint256 id) {
        (_house, _id) = (house, id);
    }

    function onFlashLoan(address, address token, uint256 amount, uint256, bytes calldata) external returns (bytes32) {
        IERC20(token).approve(address(_house), amount);
        _house.take(_id, 0, type(uint256).max, type(uint256).max, address(this), "");
        IERC20(token).approve(msg.sender, amount);
        return keccak256("ERC3156FlashBorrower.onFlashLoan");
    }
}

/// @notice Absorptions through the real engine: the sales, the residuals and the views.
contract AuctionsTest is AuctionFixture {
    function setUp() public override {
        super.setUp();
        _lend(lender, 1e12);
    }

    /// @dev One ether and 1,600 of gold against 2,900, absorbed at ether 1,300 and gold 1.
    function _twoLots() private returns (uint256 id) {
        _setPrice(WETH, 2_000e8);
        _deposit(alice, WETH, 1e18);
        _deposit(alice, GOLD, 1_600e6);
        _borrow(alice, 2_900e6);
        _setPrice(WETH, 1_300e8);
        return _absorb(alice);
    }

    // ------------------------------------------------------------------ takes

    /// @dev As soon as the tab is paid, everything left of every lot is the owner's.
    function test_take_theFirstLotsMayPayTheWholeTab() public {
        uint256 id = _twoLots();
        _setPrice(WETH, 5_000e8);
        uint256 tab = _left(id);
        assertEq(tab, 2_900e6 + 145e6 + 4.4e6);
        (uint256 sold, uint256 cost) = _take(id, WETH, MAX);
        assertEq(cost, tab);
        assertEq(auctions.claims(alice, WETH), 1e18 - sold);
        assertEq(auctions.claims(alice, GOLD), 1_600e6);
        vm.startPrank(alice);
        assertEq(auctions.claim(GOLD, alice), 1_600e6);
        assertEq(auctions.claim(GOLD, alice), 0, "once");
        vm.stopPrank();
        assertEq(tokens[GOLD].balanceOf(alice), 1_600e6);
    }

    function test_take_aLotThatIsSoldIsGoneTheOtherStays() public {
        uint256 id = _twoLots();
        _take(id, WETH, MAX);
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.NothingToSell.selector, id, WETH));
        auctions.take(id, WETH, MAX, MAX, bidder, "");
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.NothingToSell.selector, id, WBTC));
        auctions.take(id, WBTC, MAX, MAX, bidder, "");
        _take(id, GOLD, MAX);
        assertEq(auctions.openCount(), 0);
    }

    /// @dev A lot worth less than dust beside a debt that it cannot pay does not keep the
    /// absorption open.
    function test_take_whatIsLeftOfTheOtherLotsMayBeGivenUp() public {
        _deposit(alice, WETH, 1e18);
        _deposit(alice, GOLD, 50e6);
        _borrow(alice, 1_540e6);
        _setPrice(WETH, 1_300e8);
        uint256 id = _absorb(alice);
        (, uint256 cost) = _take(id, WETH, MAX);
        assertEq(cost, 1_365e6);
        assertEq(auctions.lot(0, GOLD).amount, 50e6);
        assertEq(auctions.openCount(), 0);
        assertEq(pool.totalAssets(), 1e12 - 175e6);
    }

    function test_take_isRefusedAboveTheLimitAndSaysThePrice() public {
        uint256 id = _absorbedAt(alice, 1_500e6, 1_400e8);
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.PriceAboveMax.selector, 1_470e24, 1_470e24 - 1));
        auctions.take(id, WETH, MAX, 1_470e24 - 1, bidder, "");
        debtToken.mint(bidder, 1_470e6);
        vm.startPrank(bidder);
        debtToken.approve(address(auctions), 1_470e6);
        auctions.take(id, WETH, MAX, 1_470e24, bob, "");
        vm.stopPrank();
        assertEq(tokens[WETH].balanceOf(bob), 1e18);
    }

    /// @dev What is quoted is what happens, to the unit, and nobody else's vault or lot moves.
    function testFuzz_quote_isWhatTakeDoes(uint256 price, uint256 time, uint256 amount) public {
        uint256 id = _absorbedAt(alice, 1_500e6, 1_515e8);
        uint256 other = _absorbedAt(bob, 1_000e6, 1_010e8);
        vm.warp(START + bound(time, 0, 7_000));
        _setPrice(WETH, int256(bound(price, 100e8, 3_000e8)));
        amount = bound(amount, 0, 2e18);
        (uint256 sold, uint256 cost, ) = auctions.quoteTake(id, WETH, amount);
        uint256 state = uint256(keccak256(abi.encode(auctions.lot(other, WETH).amount, _left(other))));
        (uint256 took, uint256 paid) = _take(id, WETH, amount);
        assertEq(abi.encode(took, paid), abi.encode(sold, cost));
        assertEq(uint256(keccak256(abi.encode(auctions.lot(other, WETH).amount, _left(other)))), state);
    }

    /// @dev A bid can be paid out of what it buys, with a flash loan of the lenders' own pool.
    function test_take_insideAFlashLoanOfTheSamePool() public {
        uint256 id = _absorbedAt(alice, 1_500e6, 1_400e8);
        FlashBidder flash = new FlashBidder(auctions, id);
        debtToken.mint(address(flash), 1_470e6);
        pool.flashLoan(flash, address(debtToken), 1_470e6, "");
        assertEq(tokens[WETH].balanceOf(address(flash)), 1e18);
    }

    // ------------------------------------------------------------------ order

    struct End {
        uint256 lenders;
        uint256 reserve;
        uint256 capital;
        uint256 claimedByAlice;
        uint256 claimedByBob;
        uint256 tips;
    }

    /// @dev Two vaults are absorbed in either order and their lots sold at the same prices. Every
    /// account ends with the same amounts, up to the one unit that a total rounded down may give to
    /// either debt.
    function testFuzz_order_ofTwoAbsorbsChangesNothing(uint256 a, uint256 b, uint256 price, uint256 capital) public {
        _capital(bound(capital, 0, 600e6));
        _setPrice(WETH, 2_100e8);
        (a, b) = (bound(a, 1_200e6, 1_500e6), bound(b, 1_200e6, 1_500e6));
        _deposit(alice, WETH, 1e18);
        _borrow(alice, a);
        _deposit(bob, WETH, 1e18);
        _borrow(bob, b);
        _pass(1 days);
        _setPrice(WETH, 1_205e8);
        uint256 state = vm.snapshotState();
        End memory first = _sellBoth(alice, bob, price);
        vm.revertToState(state);
        End memory second = _sellBoth(bob, alice, price);
        assertApproxEqAbs(first.lenders, second.lenders, 1);
        assertApproxEqAbs(first.reserve, second.reserve, 1);
        assertApproxEqAbs(first.capital, second.capital, 2);
        assertApproxEqAbs(first.tips, second.tips, 2);
        assertApproxEqAbs(first.claimedByAlice, second.claimedByAlice, 3e9);
        assertApproxEqAbs(first.claimedByBob, second.claimedByBob, 3e9);
    }

    function _sellBoth(address one, address two, uint256 price) private returns (End memory) {
        uint256 id = _absorb(one);
        uint256 next = _absorb(two);
        _setPrice(WETH, int256(bound(price, 900e8, 1_700e8)));
        // Sold in the same order: alice's lot, then bob's.
        _take(one == alice ? id : next, WETH, MAX);
        _take(one == alice ? next : id, WETH, MAX);
        return
            End({
                lenders: pool.totalAssets(),
                reserve: _reserve(),
                capital: backstop.totalAssets(),
                claimedByAlice: auctions.claims(alice, WETH),
                claimedByBob: auctions.claims(bob, WETH),
                tips: auctions.tips(keeper)
            });
    }

    // ------------------------------------------------------------------ giving up, residuals

    function test_giveUp_onlyWhatIsWorthNeitherGasNorDebt() public {
        uint256 id = _absorbedAt(alice, 1_500e6, 1_515e8);
        _setPrice(WETH, 100e8);
        vm.expectRevert(
            abi.encodeWithSelector(IAuctionHouse.NotUneconomic.selector, 100e6, 1_500e6 + 75e6 + 3e6, 100e6)
        );
        auctions.writeOff(id);
        _setPrice(WETH, 99.99e8);
        _capital(1_000e6);
        auctions.writeOff(id);
        assertEq(pool.totalAssets(), 1e12 - 500e6);
        assertEq(auctions.lot(0, WETH).amount, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.NotOpen.selector, id));
        auctions.writeOff(id);
    }

    function test_giveUp_notWhileOneSourceSaysOtherwise() public {
        uint256 id = _absorbedAt(alice, 1_500e6, 1_515e8);
        _pair(WETH, 1_515e8, 100);
        _setPrice(WETH, 1e8);
        vm.expectPartialRevert(IAuctionHouse.NotUneconomic.selector);
        auctions.writeOff(id);
    }

    /// @dev A liquidation writes a vault off. The loss goes down the waterfall at once, and the
    /// rest is sold for the reserve.
    function test_abandon_booksAtOnceAndSellsTheRestForTheReserve() public {
        _capital(100e6);
        _deposit(alice, WETH, 1e18);
        _deposit(alice, GOLD, 50e6);
        _borrow(alice, 1_540e6);
        _setPrice(WETH, 1_000e8);
        _fundDebt(liquidator, 1_000e6);
        LiquidationCall memory c = _call(_key(alice), WETH);
        vm.expectEmit(address(auctions));
        emit IAuctionHouse.ShortfallRealized(540e6, 100e6);
        vm.prank(liquidator);
        engine.liquidate(c);
        assertEq(pool.totalAssets(), 1e12 - 440e6);
        assertEq(backstop.totalAssets(), 1e6);
        assertEq(pool.poolState().auctionDebt, 0);

        (uint256 none, ) = _take(0, GOLD, 10e6);
        assertEq(none, 0, "what is below dust is taken whole or not at all");
        (uint256 sold, uint256 cost) = _take(0, GOLD, MAX);
        assertEq(abi.encode(sold, cost), abi.encode(50e6, 52.5e6));
        assertEq(_reserve(), 52.5e6);
        assertEq(debtToken.balanceOf(address(auctions)), 0);
    }

    /// @dev The clock of the residuals starts with the first one, and later ones do not turn it
    /// back.
    function test_residuals_shareOneClockThatBeginsAnewWithWhatJoins() public {
        uint256 id = _absorbedAt(alice, 1_500e6, 1_515e8);
        uint256 other = _absorbedAt(bob, 1_500e6, 1_515e8);
        _setPrice(WETH, 50e8);
        auctions.writeOff(id);
        vm.warp(START + 800);
        auctions.checkpoint(0, WETH);
        vm.warp(START + 1_600);
        assertEq(auctions.lot(0, WETH).elapsed, 800);
        auctions.writeOff(other);
        LotView memory lot = auctions.lot(0, WETH);
        assertEq(abi.encode(lot.amount, lot.elapsed, lot.multiplier), abi.encode(2e18, 0, 1.05e27));
        vm.warp(START + 2_400);
        assertEq(auctions.lot(0, WETH).elapsed, 0, "it stands until a checkpoint");
    }

    /// @dev Whatever joins, and however little it is.
    function testFuzz_residuals_freshCollateralIsNeverSoldAtTheClockOfWhatIsOld(uint256 debt, uint256 time) public {
        (debt, time) = (bound(debt, 100e6, 1_500e6), bound(time, 1, 900));
        uint256 id = _absorbedAt(alice, 1_000e6, 1_015e8);
        _setPrice(WETH, 50e8);
        auctions.writeOff(id);
        auctions.checkpoint(0, WETH);
        _setPrice(WETH, 2_100e8);
        _fund(bob, WETH, 2e18);
        vm.startPrank(bob);
        engine.deposit(_key(bob), WETH, (debt * 1e18) / 1_000e6);
        engine.borrow(_key(bob), debt, bob);
        vm.stopPrank();
        vm.warp(START + time);
        _setPrice(WETH, 1_000e8);
        id = _absorb(bob);
        _setPrice(WETH, 50e8);
        auctions.writeOff(id);
        LotView memory lot = auctions.lot(0, WETH);
        assertEq(lot.amount, 1e18 + (debt * 1e18) / 1_000e6);
        assertEq(lot.elapsed, 0);
        assertEq(lot.multiplier, 1.05e27);
    }

    // ------------------------------------------------------------------ views

    /// @dev The shortfall is the sum, over absorptions, of the debt that their own lots do not
    /// cover. The surplus of one vault pays for no other.
    function testFuzz_shortfall_isTheSumOverAbsorptions(uint256 price, uint256 second, uint256 part) public {
        uint256 a = _absorbedAt(alice, 1_500e6, 1_515e8);
        uint256 b = _absorbedAt(bob, 1_100e6, 1_110e8);
        _setPrice(WETH, 1_110e8);
        _take(a, WETH, bound(part, 0, 0.9e18));
        (price, second) = (bound(price, 500e8, 2_000e8), bound(second, 500e8, 2_000e8));
        _setPrice(WETH, int256(price));
        _pair(WETH, int256(second), 100);
        (uint256 low, uint256 high) = auctions.shortfall();
        (uint256 least, uint256 most) = price < second ? (price, second) : (second, price);
        assertEq(low, _short(a, least, most, true) + _short(b, least, most, true));
        assertEq(high, _short(a, most, most, false) + _short(b, most, most, false));
    }

    /// @dev For who leaves (`tipped`) what anyone may give up is worth nothing.
    function _short(uint256 id, uint256 price, uint256 most, bool tipped) private view returns (uint256 short) {
        (, , Tab memory tab) = auctions.absorption(id);
        uint256 value = (auctions.lot(id, WETH).amount * price) / 1e20;
        uint256 highest = (auctions.lot(id, WETH).amount * most) / 1e20;
        uint256 owed = tab.debt == 0 ? tab.penalty + tab.tip : tab.debt;
        if (tipped && highest < 100e6 && highest < owed) value = 0;
        short = value < tab.debt ? tab.debt - value : 0;
        if (!tipped) return short;
        // The backstop pays the tip if the debt is not covered, otherwise as far as the penalty of
        // 5 % pays for it.
        if (value < tab.debt) return short + tab.tip;
        uint256 rest = value - tab.debt;
        uint256 reached = rest > tab.penalty ? rest - tab.penalty : 0;
        if (reached >= tab.tip) return short;
        uint256 whole = id == 1 ? 75e6 : 55e6;
        uint256 earned = whole - (rest < tab.penalty ? tab.penalty - rest : 0);
        short += tab.tip - reached < earned ? tab.tip - reached : earned;
    }

    /// @dev For any number of open absorptions the gas of leaving a pool is bounded. Only
    /// absorptions beyond the valued ones count as lost.
    function test_shortfall_staysBoundedInGasHoweverManyAreOpen() public {
        uint256 most = auctions.MAX_VALUED();
        uint256 lowOfMost;
        uint256 highOfMost;
        for (uint96 i = 0; i <= most; ++i) {
            _setPrice(WETH, 2_000e8);
            VaultKey key = toVaultKey(alice, i);
            for (uint8 asset = 0; asset < 3; ++asset) {
                uint256 amount =
                    asset == WETH
                        ? 1e18
                        : asset == WBTC
                            ? 1e5
                            : 100e6;
                _fund(alice, asset, amount);
                vm.prank(alice);
                engine.deposit(key, asset, amount);
            }
            vm.prank(alice);
            engine.borrow(key, 1_500e6, alice);
            _setPrice(WETH, 1_300e8);
            engine.absorb(key, keeper);
            if (i + 1 == most) {
                uint256 gas = gasleft();
                (lowOfMost, highOfMost) = auctions.shortfall();
                assertLt(gas - gasleft(), 3e6);
                assertGt(highOfMost, 0);
            }
        }
        // One more than before, which owes 1,500 and a penalty of 75.
        (uint256 low, uint256 high) = auctions.shortfall();
        assertEq(high, highOfMost);
        assertEq(low, lowOfMost + 1_575e6);
        assertEq(pool.exitAssets(), pool.totalAssets() - low);
    }

    function test_absorptions_listsEveryOpenOneFlat() public {
        uint256 a = _absorbedAt(alice, 1_500e6, 1_515e8);
        _absorbedAt(bob, 1_100e6, 1_110e8);
        uint256 c = _absorbedAt(carol, 1_000e6, 1_010e8);
        _take(a, WETH, MAX);
        vm.warp(START + 100);
        uint256[] memory words = auctions.absorptions(0, 10);
        assertEq(words.length, 18);
        assertEq(words[0], c, "the last takes the place of what left");
        assertEq(address(uint160(words[1])), carol);
        assertEq(address(uint160(words[2])), keeper);
        assertEq(words[3], 1_000e6);
        assertEq(words[4], 1_000e6 + 50e6 + 2.5e6);
        assertEq(abi.encode(words[5], words[6], words[7], words[8]), abi.encode(1, WETH, 1e18, 100));
        assertEq(auctions.absorptions(1, 2).length, 9);
        assertEq(auctions.absorptions(2, 9).length, 0);
    }

    /// @dev An absorption keeps the terms it was opened with.
    function test_terms_bindWhatIsOpenedAfterThem() public {
        uint256 a = _absorbedAt(alice, 1_500e6, 1_515e8);
        AuctionTerms memory t = _auctionTerms();
        (t.start, t.penalty) = (11_000, 1_000);
        auctions.setTerms(t);
        uint256 b = _absorbedAt(bob, 1_500e6, 1_515e8);
        assertEq(_left(a), 1_500e6 + 75e6 + 3e6);
        assertEq(_left(b), 1_500e6 + 150e6 + 3e6);
        assertEq(auctions.lot(a, WETH).multiplier, 1.05e27);
        assertEq(auctions.lot(b, WETH).multiplier, 1.1e27);
    }
}

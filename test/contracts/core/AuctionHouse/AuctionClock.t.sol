// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTerms, IAuctionHouse} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {ICircuitBreaker} from "../../../../contracts/interfaces/ICircuitBreaker.sol";
import {MockPriceFeed} from "../../../../contracts/mocks/MockPriceFeed.sol";
import {PausableAction} from "../../../../contracts/types/PausableAction.sol";
import {AuctionFixture} from "../../support/fixtures/AuctionFixture.sol";

/// @notice Time in which bidding was impossible costs no auction price.
contract AuctionClockTest is AuctionFixture {
    uint256 private id;
    /// @dev Kept in storage: the compiler would read the clock again after a warp.
    uint256 private timestamp;
    uint256 private answeredAt;
    uint256 private pausedUntil;
    uint256 private possible;

    function setUp() public override {
        super.setUp();
        _lend(lender, 1e12);
        id = _absorbedAt(alice, 1_500e6, 1_515e8);
        (timestamp, answeredAt) = (START, START);
    }

    function _elapsed() private view returns (uint256) {
        return auctions.lot(id, WETH).elapsed;
    }

    /// @dev Lets time pass and adds to `possible` the part with a usable price and open bidding.
    function _wait(uint256 time) private {
        uint256 from = timestamp < pausedUntil ? pausedUntil : timestamp;
        uint256 end = answeredAt + 3 * HEARTBEAT;
        timestamp += time;
        if (timestamp < end) end = timestamp;
        if (end > from) possible += end - from;
        vm.warp(timestamp);
    }

    /// @dev Feeds answer and fall silent, the guardian pauses and unpauses, anyone checkpoints, in
    /// any order.
    function testFuzz_clock_neverCountsTimeInWhichBiddingWasImpossible(uint256[24] memory seeds) public {
        for (uint256 i = 0; i < seeds.length; ++i) {
            uint256 what = seeds[i] % 8;
            if (what < 2) {
                _setPrice(WETH, 1_515e8);
                answeredAt = timestamp;
            } else if (what == 2) {
                uint256 time = 1 + ((seeds[i] >> 8) % 1 hours);
                try breaker.pause(PausableAction.Bid, time) returns (uint256 until) {
                    pausedUntil = until;
                } catch {}
            } else if (what == 3) {
                try breaker.unpause(PausableAction.Bid) {
                    pausedUntil = timestamp;
                } catch {}
            } else if (what < 6) {
                auctions.checkpoint(id, WETH);
            }
            _wait((seeds[i] >> 32) % ((seeds[i] >> 24) % 4 == 0 ? 6 hours : 10 minutes));
            assertLe(_elapsed(), possible);
        }
    }

    /// @dev And with a checkpoint in every gap nothing that was possible is lost.
    function testFuzz_clock_countsEverySecondThatWasPossible(uint256[24] memory seeds) public {
        for (uint256 i = 0; i < seeds.length && possible < 5_000; ++i) {
            if (seeds[i] % 4 == 0) {
                try breaker.pause(PausableAction.Bid, 1 + ((seeds[i] >> 8) % 1 hours)) returns (uint256 until) {
                    pausedUntil = until;
                } catch {}
            }
            _wait((seeds[i] >> 32) % 901);
            _setPrice(WETH, 1_515e8);
            answeredAt = timestamp;
            auctions.checkpoint(id, WETH);
            assertEq(_elapsed(), possible);
        }
    }

    /// @dev An outage of the chain, a day long, costs at most one gap.
    function testFuzz_clock_anOutageCountsForAtMostOneGap(uint256 time) public {
        _wait(bound(time, 901, 30 days));
        _setPrice(WETH, 1_515e8);
        assertEq(_elapsed(), 900);
    }

    function test_clock_startsDeadAndStandsUntilThePriceIsBack() public {
        _deposit(bob, GOLD, 3_000e6);
        _deposit(bob, WETH, 1e18);
        _setPrice(WETH, 2_000e8);
        _borrow(bob, 3_000e6);
        _wait(4 hours);
        _setPrice(WETH, 10e8);
        uint256 other = engine.absorb(_key(bob), keeper);
        _wait(700);
        assertEq(auctions.lot(other, WETH).elapsed, 700);
        assertEq(auctions.lot(other, GOLD).elapsed, 0);
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.PriceDead.selector, GOLD));
        auctions.take(other, GOLD, MAX, MAX, bidder, "");
        _setPrice(GOLD, 1e8);
        auctions.checkpoint(other, GOLD);
        assertEq(auctions.lot(other, GOLD).elapsed, 0, "what it waited for is not counted");
        _wait(90);
        assertEq(auctions.lot(other, GOLD).elapsed, 90);
    }

    function test_take_isRefusedWhileBiddingIsPausedAndThePriceThenIsTheSame() public {
        _wait(300);
        (, , uint256 price) = auctions.quoteTake(id, WETH, MAX);
        breaker.pause(PausableAction.Bid, 10 minutes);
        vm.expectRevert(
            abi.encodeWithSelector(ICircuitBreaker.ActionClosed.selector, PausableAction.Bid, timestamp + 600)
        );
        auctions.take(id, WETH, MAX, MAX, bidder, "");
        _wait(600);
        (, , uint256 after_) = auctions.quoteTake(id, WETH, MAX);
        assertEq(after_, price);
    }

    // ------------------------------------------------------------------ expiry and restart

    function _expire() private {
        for (uint256 i = 0; i < 8; ++i) {
            _wait(900);
            _setPrice(WETH, 1_000e8);
            auctions.checkpoint(id, WETH);
        }
        assertEq(_elapsed(), 7_200);
    }

    function test_expiry_aLotMustBeRestartedAndThenBeginsAtTheStart() public {
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.LotRunning.selector, 0, 7_200));
        auctions.restart(id, WETH);
        _expire();
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.LotExpired.selector, 7_200, 7_200));
        auctions.take(id, WETH, MAX, MAX, bidder, "");
        auctions.restart(id, WETH);
        assertEq(auctions.lot(id, WETH).multiplier, 1.05e27);
        (, , uint256 price) = auctions.quoteTake(id, WETH, MAX);
        assertEq(price, 1_050 * 1e24);
    }

    /// @dev However often, and however much it is worth: whoever wants the lot gains by it.
    function test_restart_paysNobody() public {
        _capital(1_000e6);
        uint256 capital = backstop.totalAssets();
        for (uint256 i = 1; i <= 4; ++i) {
            _expire();
            vm.prank(bob);
            auctions.restart(id, WETH);
            assertEq(auctions.lot(id, WETH).restarts, i);
        }
        assertEq(abi.encode(auctions.tips(bob), backstop.totalAssets()), abi.encode(0, capital));
    }

    function test_restart_needsAPrice() public {
        _expire();
        _wait(4 hours);
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.PriceDead.selector, WETH));
        auctions.restart(id, WETH);
    }

    /// @dev The reserve price holds however long nobody bids.
    function testFuzz_price_neverBelowTheFloorOfTheLiveOracle(uint256 time, uint256 answer) public {
        for (uint256 left = bound(time, 0, 7_199); left != 0;) {
            uint256 gap = left < 900 ? left : 900;
            _wait(gap);
            _setPrice(WETH, 1_515e8);
            auctions.checkpoint(id, WETH);
            left -= gap;
        }
        answer = bound(answer, 1e8, 3_000e8);
        _setPrice(WETH, int256(answer));
        (, , uint256 price) = auctions.quoteTake(id, WETH, MAX);
        assertGe(price * 4, answer * 1e16 * 3);
        assertLe(price * 100, answer * 1e16 * 105);
    }
}

/// @notice The settings of May 2021: 1.3 times the price at the start, which does not follow the
/// oracle.
contract FrozenClockTest is AuctionFixture {
    function _auctionTerms() internal view override returns (AuctionTerms memory t) {
        t = super._auctionTerms();
        (t.start, t.floor, t.tail, t.frozen) = (13_000, 1_000, 8_400, true);
    }

    /// @dev A lot keeps the liquidation price of its start and of its restart, for any low and high
    /// price.
    function testFuzz_frozen_keepsThePriceToLiquidateAt(uint256 other, uint256 later) public {
        _lend(lender, 1e12);
        MockPriceFeed second = _pair(WETH, 2_100e8, 1_000);
        _setPrice(WETH, 2_100e8);
        _deposit(alice, WETH, 1e18);
        _borrow(alice, 1_500e6);
        _setPrice(WETH, 1_480e8);
        second.setAnswer(int256(bound(other, 1_380e8, 1_600e8)));
        uint256 liquidation = oracle.price(WETH).liquidation;
        uint256 id = _absorb(alice);
        (, , uint256 price) = auctions.quoteTake(id, WETH, MAX);
        assertEq(price, (liquidation * 13 + 9) / 10);
        for (uint256 t = 1; t <= 10; ++t) {
            vm.warp(START + t * 840);
            _setPrice(WETH, 1_480e8);
            second.setAnswer(int256(bound(later, 1_380e8, 1_600e8)));
            auctions.checkpoint(id, WETH);
        }
        auctions.restart(id, WETH);
        liquidation = oracle.price(WETH).liquidation;
        second.setAnswer(1_400e8);
        (, , price) = auctions.quoteTake(id, WETH, MAX);
        assertEq(price, (liquidation * 13 + 9) / 10);
    }

    function test_frozen_followsItsOwnClockAndNotTheOracle() public {
        _lend(lender, 1e12);
        uint256 id = _absorbedAt(alice, 1_500e6, 1_515e8);
        for (uint256 t = 1; t <= 39; ++t) {
            vm.warp(START + t * 60);
            _setPrice(WETH, 1_000e8);
            auctions.checkpoint(id, WETH);
        }
        (, , uint256 price) = auctions.quoteTake(id, WETH, MAX);
        assertApproxEqRel(price, 1_515e24, 0.002e18, "par with the price at the start");
        for (uint256 t = 40; t <= 137; ++t) {
            vm.warp(START + t * 60);
            _setPrice(WETH, 1_000e8);
            auctions.checkpoint(id, WETH);
        }
        (, , price) = auctions.quoteTake(id, WETH, MAX);
        assertApproxEqRel(price, (1_515e24 * 13 * 4) / 100, 0.002e18, "0.4 of the start");
        vm.warp(START + 140 * 60);
        _setPrice(WETH, 1_200e8);
        auctions.checkpoint(id, WETH);
        auctions.restart(id, WETH);
        (, , price) = auctions.quoteTake(id, WETH, MAX);
        assertEq(price, 1_560e24, "a restart begins from the price of its time");
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTerms} from "../../../contracts/interfaces/IAuctionHouse.sol";
import {PausableAction} from "../../../contracts/types/PausableAction.sol";
import {AuctionFixture} from "../support/fixtures/AuctionFixture.sol";
import {OddToken} from "../support/fakes/OddToken.sol";
import {SystemFixture} from "../support/fixtures/SystemFixture.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";

/// @notice A price falls only with seconds in which that very lot could be bought: pauses, dead
/// prices and frozen tokens in any order. The collateral is a token that can be told to refuse.
contract ClockCreditTest is AuctionFixture {
    uint256 private constant EXPIRY = START + 3 hours;

    function _newToken(string memory name, uint8 decimals) internal override returns (TestToken) {
        if (decimals != 18) return super._newToken(name, decimals);
        return TestToken(address(new OddToken()));
    }

    function _auctionTerms() internal view override returns (AuctionTerms memory t) {
        t = super._auctionTerms();
        (t.step, t.tail, t.maxGap, t.flatTip) = (60, 3_600, 600, uint96(10 * _unit()));
    }

    function setUp() public override {
        super.setUp();
        _lend(lender, 1e12);
        _capital(10_000e6);
        _setPrice(WETH, 2_100e8);
        _deposit(alice, WETH, 1e18);
        _borrow(alice, 1_500e6);
        // The feed's last answer: 1,515, at START. It expires at START + 3 hours.
        _setPrice(WETH, 1_515e8);
    }

    function _elapsed(uint256 id) private view returns (uint256) {
        return auctions.lot(id, WETH).elapsed;
    }

    function _odd() private view returns (OddToken) {
        return OddToken(address(tokens[WETH]));
    }

    /// @dev Bidding is paused until after the price has died, and open afterwards. No second
    /// allowed a bid.
    function test_pause_thatCoversTheExpiryLeavesNoCredit() public {
        vm.warp(EXPIRY - 600);
        uint256 id = _absorb(alice);
        breaker.pause(PausableAction.Bid, 1 hours);
        vm.warp(EXPIRY + 3_600);
        _setPrice(WETH, 1_515e8);
        assertEq(_elapsed(id), 0);
        (, , uint256 price) = auctions.quoteTake(id, WETH, MAX);
        assertEq(price, (1_515e24 * uint256(10_500)) / 10_000);
    }

    function test_control_withoutAPauseTheSecondsThatWereOpenCount() public {
        vm.warp(EXPIRY - 600);
        uint256 id = _absorb(alice);
        vm.warp(EXPIRY + 3_600);
        _setPrice(WETH, 1_515e8);
        assertEq(_elapsed(id), 600);
    }

    /// @dev The clock counts the overlap of credit and open bidding, for any pause and any time of
    /// the query.
    function testFuzz_pause_countsWhatWasOpenOfTheCredit(
        uint256 absorbed,
        uint256 from,
        uint256 length,
        uint256 later
    ) public {
        absorbed = bound(absorbed, 0, 3 hours - 1);
        vm.warp(START + absorbed);
        uint256 id = _absorb(alice);
        uint256 credit = absorbed + 600 > 3 hours ? 3 hours - absorbed : 600;
        (from, length) = (bound(from, 0, 1_200), bound(length, 1, 1 hours));
        vm.warp(START + absorbed + from);
        breaker.pause(PausableAction.Bid, length);
        uint256 end = from + length;
        uint256 closed = from >= credit ? 0 : (end < credit ? length : credit - from);
        vm.warp(START + absorbed + end + bound(later, 600, 5 days));
        if (later % 2 == 0) breaker.refresh();
        assertEq(_elapsed(id), credit - closed);
        // Another pause, days later, takes nothing back.
        vm.warp(block.timestamp + 1 days);
        breaker.pause(PausableAction.Bid, 1 hours);
        assertEq(_elapsed(id), credit - closed);
        vm.warp(block.timestamp + 2 hours);
        assertEq(_elapsed(id), credit - closed);
    }

    /// @dev While the collateral cannot be transferred, no lot can be bought, and no checkpoint
    /// makes it cheaper.
    function test_frozenToken_checkpointsCountNothing() public {
        uint256 id = _absorb(alice);
        vm.warp(START + 300);
        _odd().setMode(OddToken.Mode.Reverts);
        for (uint256 i = 0; i < 12; ++i) {
            auctions.checkpoint(id, WETH);
            assertEq(_elapsed(id), 300);
            vm.warp(block.timestamp + 600);
        }
        _odd().setMode(OddToken.Mode.ReturnsFalse);
        auctions.checkpoint(id, WETH);
        _setPrice(WETH, 1_515e8);
        _odd().setMode(OddToken.Mode.Plain);
        auctions.checkpoint(id, WETH);
        assertEq(_elapsed(id), 300);
        vm.warp(block.timestamp + 60);
        assertEq(_elapsed(id), 360);
    }

    function test_frozenToken_anAuctionThatOpensMeanwhileStands() public {
        _odd().blockAccount(address(engine));
        uint256 id = _absorb(alice);
        vm.warp(START + 3_000);
        assertEq(_elapsed(id), 0);
        _odd().blockAccount(address(0));
        auctions.checkpoint(id, WETH);
        vm.warp(START + 3_100);
        assertEq(_elapsed(id), 100);
    }
}

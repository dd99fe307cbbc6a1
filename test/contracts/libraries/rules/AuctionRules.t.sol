// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {AuctionTerms} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {AuctionRules} from "../../../../contracts/libraries/rules/AuctionRules.sol";

contract AuctionRulesTest is Test {
    function check(AuctionTerms memory t) external pure {
        AuctionRules.check(t);
    }

    function _good() private pure returns (AuctionTerms memory t) {
        (t.start, t.cut, t.step, t.floor, t.tail, t.maxGap) = (10_500, 100, 60, 6_000, 7_200, 600);
        (t.penalty, t.tip, t.maxTip) = (500, 10, 100);
    }

    function _refused(AuctionTerms memory t, bytes memory reason) private {
        vm.expectRevert(reason);
        this.check(t);
    }

    function test_check_startLiesBetweenOneAndTwo() public {
        AuctionTerms memory t = _good();
        t.start = 10_000;
        this.check(t);
        t.start = 20_000;
        this.check(t);
        t.start = 9_999;
        _refused(t, abi.encodeWithSelector(AuctionRules.StartOutOfRange.selector, 9_999, 10_000, 20_000));
        t.start = 20_001;
        _refused(t, abi.encodeWithSelector(AuctionRules.StartOutOfRange.selector, 20_001, 10_000, 20_000));
    }

    function test_check_floorLiesBetweenATenthAndOne() public {
        AuctionTerms memory t = _good();
        t.floor = 1_000;
        this.check(t);
        t.floor = 10_000;
        this.check(t);
        t.floor = 999;
        _refused(t, abi.encodeWithSelector(AuctionRules.FloorOutOfRange.selector, 999, 1_000, 10_000));
        t.floor = 10_001;
        _refused(t, abi.encodeWithSelector(AuctionRules.FloorOutOfRange.selector, 10_001, 1_000, 10_000));
    }

    function test_check_thePriceFallsInSteps() public {
        AuctionTerms memory t = _good();
        (t.cut, t.step) = (1, t.tail);
        this.check(t);
        (t.cut, t.step) = (9_999, 1);
        this.check(t);
        (t.cut, t.step) = (0, 60);
        _refused(t, abi.encodeWithSelector(AuctionRules.PriceNeverFalls.selector, 0, 60, 7_200));
        (t.cut, t.step) = (10_000, 60);
        _refused(t, abi.encodeWithSelector(AuctionRules.PriceNeverFalls.selector, 10_000, 60, 7_200));
        (t.cut, t.step) = (100, 0);
        _refused(t, abi.encodeWithSelector(AuctionRules.PriceNeverFalls.selector, 100, 0, 7_200));
        (t.cut, t.step) = (100, 7_201);
        _refused(t, abi.encodeWithSelector(AuctionRules.PriceNeverFalls.selector, 100, 7_201, 7_200));
    }

    function test_check_theAuctionEndsBeforeAnybodyCanHaveLeftTheBackstop() public {
        AuctionTerms memory t = _good();
        t.tail = 16 hours;
        this.check(t);
        t.tail = 16 hours + 1;
        _refused(t, abi.encodeWithSelector(AuctionRules.TailTooLong.selector, 57_601, 57_600));
        // Four auctions, a flag of twice its age, three pauses of an hour, and one grace.
        assertLe(4 * AuctionRules.MAX_TAIL + 2 hours + 3 hours + 30 minutes, 3 days);
    }

    function test_check_aGapCountsForSomethingAndForNoMoreThanTheAuction() public {
        AuctionTerms memory t = _good();
        t.maxGap = 1;
        this.check(t);
        t.maxGap = t.tail;
        this.check(t);
        t.maxGap = 0;
        _refused(t, abi.encodeWithSelector(AuctionRules.GapOutOfRange.selector, 0, 7_200));
        t.maxGap = 7_201;
        _refused(t, abi.encodeWithSelector(AuctionRules.GapOutOfRange.selector, 7_201, 7_200));
    }

    function test_check_theTipIsAtMostTwoPercentAndWithinThePenaltyAndThatWithinAFifth() public {
        AuctionTerms memory t = _good();
        (t.maxTip, t.penalty) = (200, 2_000);
        this.check(t);
        (t.maxTip, t.penalty) = (201, 2_000);
        _refused(t, abi.encodeWithSelector(AuctionRules.TipTooLarge.selector, 201, 200));
        (t.maxTip, t.penalty) = (101, 100);
        _refused(t, abi.encodeWithSelector(AuctionRules.PenaltyOutOfRange.selector, 101, 100, 2_000));
        (t.maxTip, t.penalty) = (0, 2_001);
        _refused(t, abi.encodeWithSelector(AuctionRules.PenaltyOutOfRange.selector, 0, 2_001, 2_000));
    }

    function testFuzz_check_acceptsExactlyWhatTheRulesSay(AuctionTerms memory t, bool plausible) public view {
        if (plausible) {
            (t.start, t.floor) = (uint16(bound(t.start, 9_900, 20_100)), uint16(bound(t.floor, 900, 10_100)));
            (t.cut, t.penalty) = (t.cut % 10_100, t.penalty % 2_100);
            t.tail = uint16(bound(t.tail, 0, 16.1 hours));
            (t.step, t.maxGap) = (uint16(bound(t.step, 0, t.tail)), uint16(bound(t.maxGap, 0, t.tail)));
            t.maxTip = uint16(bound(t.maxTip, 0, t.penalty < 210 ? t.penalty : 210));
        }
        bool falls = t.cut > 0 && t.cut < 10_000 && t.step > 0 && t.step <= t.tail;
        bool inside = t.start >= 10_000 && t.start <= 20_000 && t.floor >= 1_000 && t.floor <= 10_000;
        bool gap = t.maxGap > 0 && t.maxGap <= t.tail && t.tail <= 16 hours;
        bool fair = t.maxTip <= 200 && t.maxTip <= t.penalty && t.penalty <= 2_000;
        try this.check(t) {
            assertTrue(falls && inside && gap && fair);
        } catch {
            assertFalse(falls && inside && gap && fair);
        }
    }
}

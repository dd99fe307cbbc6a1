// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {MockPriceFeed} from "../../../contracts/mocks/MockPriceFeed.sol";

contract MockPriceFeedTest is Test {
    MockPriceFeed private _feed;

    function setUp() public {
        vm.warp(1_700_000_000);
        _feed = MockPriceFeed(
            deployCode("contracts/mocks/MockPriceFeed.sol:MockPriceFeed", abi.encode(uint8(8), "feed", int256(1)))
        );
    }

    function _check(uint80 id, int256 answer, uint256 at) private view {
        (uint80 id_, int256 answer_, uint256 started, uint256 updated, uint80 answeredIn) = _feed.getRoundData(id);
        assertEq(abi.encode(id_, answer_, started, updated, answeredIn), abi.encode(id, answer, at, at, id));
    }

    /// @dev Every round stays readable as it was given, and the newest is the last of them.
    function testFuzz_rounds_stayReadable(int128[] memory answers, uint48[5] memory times) public {
        for (uint256 i = 0; i < answers.length; ++i) _feed.setAnswerAt(answers[i], times[i % 5]);
        _check(1, 1, 1_700_000_000);
        for (uint256 i = 0; i < answers.length; ++i) _check(uint80(i + 2), answers[i], times[i % 5]);
        (uint80 latest, int256 answer, , , ) = _feed.latestRoundData();
        assertEq(latest, answers.length + 1);
        assertEq(answer, answers.length == 0 ? int256(1) : answers[answers.length - 1]);
    }

    function testFuzz_rounds_thatDoNotExistRevert(uint80 id) public {
        vm.assume(id != 1);
        vm.expectRevert(abi.encodeWithSelector(MockPriceFeed.NoSuchRound.selector, id));
        _feed.getRoundData(id);
    }

    function testFuzz_phase_numbersItsRoundsFromOne(uint16 phase) public {
        vm.assume(phase != 0);
        _feed.startPhase(phase, 7, 100);
        _feed.setAnswerAt(8, 200);
        uint80 base = uint80(phase) << 64;
        _check(1, 1, 1_700_000_000);
        _check(base | 1, 7, 100);
        _check(base | 2, 8, 200);
        vm.expectRevert(abi.encodeWithSelector(MockPriceFeed.PhaseMayNotFall.selector, phase, phase));
        _feed.startPhase(phase, 7, 100);
    }

    function test_skippedRounds_haveNoData() public {
        _feed.skipRounds(2);
        _check(3, 1, 1_700_000_000);
        vm.expectRevert(abi.encodeWithSelector(MockPriceFeed.NoSuchRound.selector, 2));
        _feed.getRoundData(2);
    }

    function test_latest_readsOneSlot() public {
        _feed.setAnswer(2);
        vm.record();
        _feed.latestRoundData();
        (bytes32[] memory reads, ) = vm.accesses(address(_feed));
        assertEq(reads.length, 1);
    }

    function test_answer_beyondItsBitsReverts() public {
        int256 answer = int256(type(int128).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(MockPriceFeed.AnswerOutOfRange.selector, answer));
        _feed.setAnswer(answer);
    }
}

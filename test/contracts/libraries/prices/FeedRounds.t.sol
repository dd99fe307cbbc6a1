// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {IOracleGuard} from "../../../../contracts/interfaces/IOracleGuard.sol";
import {FeedRounds} from "../../../../contracts/libraries/prices/FeedRounds.sol";
import {MockPriceFeed} from "../../../../contracts/mocks/MockPriceFeed.sol";
import {OddFeed} from "../../support/fakes/OddFeed.sol";

contract FeedRoundsTest is Test {
    OddFeed private odd;

    function setUp() public {
        odd = new OddFeed();
    }

    function latest(address feed) external view returns (uint256[5] memory) {
        return FeedRounds.latest(feed);
    }

    function at(address feed, uint256 id) external view returns (uint256[5] memory) {
        return FeedRounds.at(feed, id);
    }

    /// @dev Whole words, whatever they are, each in its place.
    function testFuzz_round_isWhatTheFeedSays(uint256[5] memory words, uint256 more) public {
        odd.setAnswer(abi.encodePacked(words, new bytes(more % 100)));
        bytes memory expected = abi.encode(words);
        assertEq(abi.encode(FeedRounds.latest(address(odd))), expected);
        assertEq(abi.encode(FeedRounds.at(address(odd), words[4])), expected);
    }

    function test_round_isTheOneThatIsAskedFor() public {
        MockPriceFeed feed = new MockPriceFeed(8, "feed", 3);
        feed.setAnswerAt(5, 7);
        assertEq(FeedRounds.latest(address(feed))[FeedRounds.ANSWER], 5);
        assertEq(FeedRounds.latest(address(feed))[FeedRounds.UPDATED_AT], 7);
        assertEq(FeedRounds.at(address(feed), 1)[FeedRounds.ANSWER], 3);
        assertEq(FeedRounds.at(address(feed), 9)[FeedRounds.ID], 0);
    }

    function testFuzz_round_ofAFeedThatFailsIsNothing(uint256 length, uint8 kind) public {
        odd.setAnswer(new bytes(bound(length, 0, 159)));
        if (kind % 3 == 1) odd.setReverts(true);
        if (kind % 3 == 2) odd.setGas(10_000_000);
        bytes memory nothing = new bytes(160);
        assertEq(abi.encode(FeedRounds.latest(address(odd))), nothing);
        assertEq(abi.encode(FeedRounds.at(address(odd), 1)), nothing);
    }

    /// @dev A caller who gives a feed too little gas is refused and told how much is needed. A feed
    /// that answers with less is believed.
    function testFuzz_round_isNeverMissingForWantOfGas(uint256 gas_, uint256 used, bool newest) public {
        odd.setAnswer(abi.encode(1, 2, 3, 4, 5));
        // A round of the past gets less.
        odd.setGas(bound(used, 1, newest ? 180_000 : 50_000));
        gas_ = bound(gas_, 20_000, 300_000);
        bytes memory call =
            newest ? abi.encodeCall(this.latest, (address(odd))) : abi.encodeCall(this.at, (address(odd), 1));
        (bool ok, bytes memory result) = address(this).staticcall{gas: gas_}(call);
        if (ok) assertEq(result, abi.encode(1, 2, 3, 4, 5));
        else if (result.length != 0) assertEq(bytes4(result), IOracleGuard.InsufficientGas.selector);
    }

    function test_round_ofThePastThatTakesTooMuchIsNothing() public {
        odd.setAnswer(abi.encode(1, 2, 3, 4, 5));
        odd.setGas(61_000);
        assertEq(FeedRounds.at(address(odd), 1)[FeedRounds.ID], 0);
        assertEq(FeedRounds.latest(address(odd))[FeedRounds.ID], 1);
    }

    function test_round_saysHowMuchGasIsMissing() public {
        odd.setReverts(true);
        try this.latest{gas: 150_000}(address(odd)) {
            fail();
        } catch (bytes memory reason) {
            bytes memory fields = new bytes(96);
            for (uint256 i = 0; i < 96; ++i) fields[i] = reason[i + 4];
            (address feed, uint256 forwarded, uint256 needed) = abi.decode(fields, (address, uint256, uint256));
            assertEq(abi.encode(feed, needed), abi.encode(address(odd), 200_000));
            // All but a 64th of what is there after the call's own price.
            assertLt(forwarded, (uint256(145_000) * 63) / 64);
            assertGt(forwarded, (uint256(140_000) * 63) / 64);
        }
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../../../contracts/interfaces/external/AggregatorV3Interface.sol";
import {IVaultEngine} from "../../../contracts/interfaces/IVaultEngine.sol";
import {SourceConfig} from "../../../contracts/interfaces/IOracleGuard.sol";
import {MockPriceFeed} from "../../../contracts/mocks/MockPriceFeed.sol";
import {Price, Status} from "../../../contracts/types/Price.sol";
import {AuctionFixture} from "../support/fixtures/AuctionFixture.sol";
import {OddFeed} from "../support/fakes/OddFeed.sol";

/// @notice No answer of a feed in a single block takes a vault that is healthy at the last usable
/// prices, however long ago the asset was last used.
contract FeedHiccupTest is AuctionFixture {
    /// @dev Alice's collateral is worth twice her debt. For two days the feed answers hourly and
    /// no account deposits ether.
    function _quiet() private {
        _lend(lender, 1e12);
        _deposit(alice, WETH, 100e18);
        _borrow(alice, 100_000e6);
        for (uint256 i = 0; i < 49; ++i) _pass(1 hours);
    }

    function _assertUntouchable() private {
        assertFalse(_health(_key(alice)).liquidatable);
        assertEq(engine.flag(_key(alice)), 0);
        vm.expectPartialRevert(IVaultEngine.VaultHealthy.selector);
        engine.absorb(_key(alice), keeper);
        // Nor if its death was recorded in this very block.
        oracle.updateLastGoodPrice(WETH);
        vm.expectPartialRevert(IVaultEngine.VaultHealthy.selector);
        engine.absorb(_key(alice), keeper);
    }

    /// @dev Any answer: no price, none at all, at or below the floor, at or above the ceiling, or
    /// dated in the future.
    function testFuzz_hiccup_ofOneBlockTakesNothing(int128 answer, uint40 updatedAt, bool bounded) public {
        if (bounded) {
            SourceConfig memory source = SourceConfig(feeds[WETH], HEARTBEAT, 1_999e8, 2_001e8);
            oracle.setAssetSources(WETH, source, _noSource(), 0, false);
        }
        _quiet();
        feeds[WETH].setAnswerAt(answer, updatedAt);
        if (oracle.price(WETH).status != Status.Dead) return;
        _assertUntouchable();
    }

    function test_hiccup_ofAFeedThatRevertsForABlockTakesNothing() public {
        _quiet();
        oracle.updateLastGoodPrice(WETH);
        vm.mockCallRevert(address(feeds[WETH]), abi.encodeCall(feeds[WETH].latestRoundData, ()), "broken");
        assertTrue(oracle.price(WETH).status == Status.Dead);
        _assertUntouchable();
        // The feed is dead in one block two days later, too, and was not observed alive in between.
        // That is two blocks of death, not two days.
        vm.clearMockedCalls();
        for (uint256 i = 0; i < 49; ++i) _pass(1 hours);
        vm.mockCallRevert(address(feeds[WETH]), abi.encodeCall(feeds[WETH].latestRoundData, ()), "broken");
        _assertUntouchable();
    }

    /// @dev A bad answer of the primary in one block does not let a secondary that is far off set
    /// the price alone.
    function testFuzz_hiccup_ofThePrimaryLeavesThePriceToNoSecondary(
        uint256 secondary,
        uint256 late,
        uint8 kind
    ) public {
        _quiet();
        SourceConfig memory first = SourceConfig(feeds[WETH], HEARTBEAT, 100e8, 1e13);
        int256 answer = int256(bound(secondary, 200e8, 1_900e8));
        MockPriceFeed second = _newFeed(8, answer);
        oracle.setAssetSources(WETH, first, _source(second), 100, false);
        vm.warp(block.timestamp + bound(late, 0, 3 * HEARTBEAT - 1));
        second.setAnswer(answer);
        if (kind % 4 == 0) feeds[WETH].setAnswer(0);
        if (kind % 4 == 1) feeds[WETH].setAnswer(-1);
        if (kind % 4 == 2) feeds[WETH].setAnswerAt(1_000e8, block.timestamp + 1);
        if (kind % 4 == 3) feeds[WETH].setAnswer(1e14);
        Price memory p = oracle.price(WETH);
        assertTrue(p.status == Status.Doubtful);
        assertGe(p.liquidation, 2_000e24);
        assertEq(p.low, uint256(answer) * 1e16);
        assertFalse(_health(_key(alice)).liquidatable);
        assertEq(engine.flag(_key(alice)), 0);
        vm.expectPartialRevert(IVaultEngine.VaultHealthy.selector);
        engine.absorb(_key(alice), keeper);
    }

    /// @dev Up to eight bad answers in a row are looked behind.
    function testFuzz_hiccup_theLastUsableAnswerIsFoundBehindBadOnes(uint256 bad, uint256 last) public {
        _quiet();
        last = bound(last, 1_000e8, 4_000e8);
        _setPrice(WETH, int256(last));
        bad = bound(bad, 1, 8);
        for (uint256 i = 0; i < bad; ++i) feeds[WETH].setAnswer(0);
        Price memory p = oracle.price(WETH);
        assertTrue(p.status == Status.Dead);
        assertEq(abi.encode(p.liquidation, p.low, p.high), abi.encode(last * 1e16, last * 1e16, last * 1e16));
    }

    /// @dev A feed died an hour ago. The source is replaced by one without an answer, so the old
    /// source's last answer still counts.
    function test_naming_aSourceThatHasNotAnsweredYetForgetsNothing() public {
        _quiet();
        _setPrice(WETH, 1_500e8);
        feeds[WETH].setAnswer(0);
        vm.warp(block.timestamp + 1 hours);
        MockPriceFeed next = _newFeed(8, 0);
        oracle.setAssetSources(WETH, _source(next), _noSource(), 0, false);
        assertEq(oracle.price(WETH).liquidation, 1_500e24);
        _assertUntouchable();
        next.setAnswer(1_400e8);
        assertEq(oracle.price(WETH).liquidation, 1_400e24);
        next.setAnswer(0);
        assertEq(oracle.price(WETH).liquidation, 1_400e24, "its own answer is newer");
    }

    function _composeBoth() private returns (MockPriceFeed debtFeed) {
        debtFeed = _newFeed(8, 1e8);
        oracle.setDebtSource(SourceConfig(debtFeed, 25 hours, 0.5e8, 2e8));
        for (uint8 a = 0; a < 2; ++a) oracle.setAssetSources(a, _source(feeds[a]), _noSource(), 0, true);
        _quiet();
        debtFeed.setAnswer(1e8);
    }

    /// @dev Below its floor the debt asset is worth half a dollar at most, so the collateral covers
    /// the debt twice as well.
    function test_debtFeed_belowItsFloorMakesCollateralWorthMoreAndNotLess() public {
        MockPriceFeed debtFeed = _composeBoth();
        debtFeed.setAnswer(0.499e8);
        Price memory p = oracle.price(WETH);
        assertTrue(p.status == Status.Dead);
        // Bounds are kept to 16 bits.
        assertApproxEqRel(p.liquidation, 4_000e24, 1e14);
        assertEq(p.low, 2_000e24, "who leaves is paid on what was sure");
        _assertUntouchable();
        oracle.updateLastGoodPrice(WETH);
        vm.warp(block.timestamp + 70 hours);
        _setPrice(WETH, 2_000e8);
        assertApproxEqRel(oracle.price(WETH).liquidation, 4_000e24, 1e14, "it does not fade while the feed says so");
    }

    /// @dev Above its ceiling the debt asset is worth at least twice as much. Exits are priced at 0
    /// at once. Health is judged by the new price after it was on record for an hour.
    function test_debtFeed_aboveItsCeilingLowersCollateralOnlyOnceConfirmed() public {
        MockPriceFeed debtFeed = _composeBoth();
        debtFeed.setAnswer(2.1e8);
        assertEq(oracle.price(WETH).low, 0);
        assertEq(oracle.price(WETH).liquidation, 2_000e24);
        _assertUntouchable();
        vm.warp(block.timestamp + 1 hours);
        assertApproxEqRel(oracle.price(WETH).liquidation, 1_000e24, 1e14);
    }

    /// @dev Named anew, its own source has not answered: what the one before said is divided by.
    function test_debtFeed_thatHasNotAnsweredYetForgetsNothing() public {
        MockPriceFeed debtFeed = _composeBoth();
        debtFeed.setAnswer(1.25e8);
        MockPriceFeed next = _newFeed(18, 0);
        oracle.setDebtSource(SourceConfig(next, 25 hours, 0.5e18, 2e18));
        _setPrice(WETH, 3_000e8);
        assertEq(oracle.price(WETH).liquidation, 2_400e24);
        next.setAnswer(2e18 - 1);
        assertTrue(oracle.price(WETH).status == Status.Dead, "the ceiling is kept to 16 bits");
        next.setAnswer(1.5e18);
        assertEq(oracle.price(WETH).liquidation, 2_000e24);
    }

    // ------------------------------------------------------------------ a starved feed

    /// @dev With too little gas for the rounds before the newest they do not count as missing: the
    /// call reverts.
    function testFuzz_starved_roundsBeforeAreNotMissing(uint256 gas_) public {
        _quiet();
        feeds[WETH].setAnswer(0);
        gas_ = bound(gas_, 30_000, 600_000);
        (bool ok, bytes memory result) = address(oracle).staticcall{gas: gas_}(abi.encodeCall(oracle.price, (WETH)));
        if (ok) assertEq(abi.decode(result, (Price)).liquidation, 2_000e24);
    }

    /// @dev A feed whose every round is invalid in another way harms no vault, and costs no more
    /// than eight rounds.
    function test_hostile_roundsAreReadAtABoundedPrice() public {
        OddFeed odd = new OddFeed();
        oracle.setAssetSources(
            WETH,
            SourceConfig(AggregatorV3Interface(address(odd)), HEARTBEAT, 1, 1e30),
            _noSource(),
            0,
            false
        );
        odd.setAnswer(abi.encode(type(uint256).max, type(uint256).max, 1, type(uint256).max, 1));
        uint256 before = gasleft();
        Price memory p = oracle.price(WETH);
        assertLt(before - gasleft(), 300_000);
        assertTrue(p.status == Status.Dead);
        assertEq(p.liquidation, 2_000e24);
    }
}

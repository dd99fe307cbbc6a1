// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {AggregatorV3Interface} from "../../../../contracts/interfaces/external/AggregatorV3Interface.sol";
import {IOracleGuard, SourceConfig} from "../../../../contracts/interfaces/IOracleGuard.sol";
import {IRiskConfig} from "../../../../contracts/interfaces/IRiskConfig.sol";
import {MockPriceFeed} from "../../../../contracts/mocks/MockPriceFeed.sol";
import {OddFeed} from "../../support/fakes/OddFeed.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

/// @notice Who sets sources, and which sources are refused.
contract OracleGuardSettersTest is SystemFixture {
    // ------------------------------------------------------------------ setters

    function test_setAssetSources_refusesADeviationBeyondAll() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleGuard.DeviationTooLarge.selector, 10_001, 10_000));
        oracle.setAssetSources(WETH, _source(feeds[WETH]), _noSource(), 10_001, false);
    }

    function test_setAssetSources_isReadBack() public {
        MockPriceFeed second = _newFeed(18, 2_000e18);
        SourceConfig memory p = SourceConfig(feeds[WETH], 11, 12, 13);
        SourceConfig memory s = SourceConfig(second, 21, 22, 23);
        vm.expectEmit(address(oracle));
        emit IOracleGuard.AssetSourcesUpdated(WETH, p, s, 77, false);
        oracle.setAssetSources(WETH, p, s, 77, false);
        (SourceConfig memory p2, SourceConfig memory s2, uint16 deviation, bool composed) = oracle.assetSources(WETH);
        assertEq(abi.encode(p2, s2, deviation, composed), abi.encode(p, s, 77, false));
        oracle.setAssetSources(WETH, p, _noSource(), 77, false);
        (, s2, , ) = oracle.assetSources(WETH);
        assertEq(address(s2.feed), address(0));
    }

    function test_setDebtSource_isReadBack() public {
        SourceConfig memory c = SourceConfig(feeds[GOLD], 1, 2, 3);
        vm.expectEmit(address(oracle));
        emit IOracleGuard.DebtSourceUpdated(c);
        oracle.setDebtSource(c);
        assertEq(abi.encode(oracle.debtSource()), abi.encode(c));
    }

    function _expectInvalid(SourceConfig memory c) private {
        bytes memory err = abi.encodeWithSelector(
            IOracleGuard.InvalidSource.selector,
            c.feed,
            c.heartbeat,
            c.minAnswer,
            c.maxAnswer
        );
        vm.expectRevert(err);
        oracle.setDebtSource(c);
        vm.expectRevert(err);
        oracle.setAssetSources(WETH, c, _noSource(), 0, false);
        if (address(c.feed) == address(0)) return;
        vm.expectRevert(err);
        oracle.setAssetSources(WETH, _source(feeds[WETH]), c, 0, false);
    }

    function test_setters_refuseSourcesThatSayNothing() public {
        _expectInvalid(_noSource());
        _expectInvalid(SourceConfig(feeds[WETH], 0, 1, 2));
        _expectInvalid(SourceConfig(feeds[WETH], 1 << 24, 1, 2));
        _expectInvalid(SourceConfig(feeds[WETH], 1, 2, 2));
        // Between two neighbouring floats, so that nothing is left once both bounds are rounded.
        _expectInvalid(SourceConfig(feeds[WETH], 1, (1 << 40) + 1, (1 << 40) + 2));
    }

    function test_setAssetSources_composedNeedsADebtSource() public {
        vm.expectRevert(IOracleGuard.DebtSourceMissing.selector);
        oracle.setAssetSources(WETH, _source(feeds[WETH]), _noSource(), 0, true);
    }

    function test_setAssetSources_refusesDecimalsThatLoseDigits() public {
        OddFeed odd = new OddFeed();
        odd.setAnswer(abi.encode(1, 2_000e8, block.timestamp, block.timestamp, 1));
        odd.setDecimals(25);
        SourceConfig memory c = SourceConfig(AggregatorV3Interface(address(odd)), HEARTBEAT, 1, 1e30);
        vm.expectRevert(abi.encodeWithSelector(IOracleGuard.DecimalsOutOfRange.selector, 18, 25, 6));
        oracle.setAssetSources(WETH, c, _noSource(), 0, false);
        odd.setDecimals(24);
        oracle.setAssetSources(WETH, c, _noSource(), 0, false);
    }

    function test_setAssetSources_refusesUnlistedAssets() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskConfig.UnknownAsset.selector, 9, 3));
        oracle.setAssetSources(9, _source(feeds[WETH]), _noSource(), 0, false);
    }

    function test_setters_areRestricted() public {
        vm.startPrank(bob);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, bob));
        oracle.setAssetSources(WETH, _source(feeds[WETH]), _noSource(), 0, false);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, bob));
        oracle.setDebtSource(_source(feeds[WETH]));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, bob));
        oracle.setSequencer(feeds[WETH], 0);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, bob));
        oracle.setSequenced(WETH, true);
        vm.stopPrank();
    }
}

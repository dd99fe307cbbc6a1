// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../../../../contracts/interfaces/external/AggregatorV3Interface.sol";
import {IOracleGuard, SourceConfig} from "../../../../contracts/interfaces/IOracleGuard.sol";
import {IVaultEngine, LiquidationCall} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {MockPriceFeed} from "../../../../contracts/mocks/MockPriceFeed.sol";
import {Price, Status} from "../../../../contracts/types/Price.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

/// What breaks outside the engine must not be paid for by those inside it.
contract FaultsElsewhereTest is SystemFixture {
    function test_feedFault_doesNotMakeAHealthyVaultLiquidatable() public {
        _lend(lender, 1e7 * _unit());
        _deposit(alice, WBTC, 1e8);
        _deposit(alice, WETH, 10e18);
        _borrow(alice, 19_000 * _unit());
        uint256 health = _health(_key(alice)).healthFactor;
        _setPrice(WBTC, 0);
        assertEq(uint8(oracle.price(WBTC).status), uint8(Status.Dead));
        assertEq(_health(_key(alice)).healthFactor, health);
        LiquidationCall memory c = _call(_key(alice), WETH);
        vm.prank(liquidator);
        vm.expectPartialRevert(IVaultEngine.VaultHealthy.selector);
        engine.liquidate(c);
    }

    /// @dev The fade starts when the death is first recorded, not at the expiry, which may pass
    /// unobserved.
    function test_feedThatStops_fadesFromTheRecordOfItsDeathWhateverItsHeartbeat() public {
        oracle.setAssetSources(WBTC, SourceConfig(feeds[WBTC], 24 hours, 1, 1e20), _noSource(), 0, false);
        uint256 live = oracle.price(WBTC).liquidation;
        vm.warp(START + 72 hours + 1);
        Price memory p = oracle.price(WBTC);
        assertEq(uint8(p.status), uint8(Status.Dead));
        assertEq(p.liquidation, live);
        vm.warp(START + 30 days);
        assertEq(oracle.price(WBTC).liquidation, live, "nobody has recorded it");
        vm.expectEmit(address(oracle));
        emit IOracleGuard.DeathRecorded(WBTC, block.timestamp);
        assertFalse(oracle.updateLastGoodPrice(WBTC));
        vm.warp(START + 30 days + 36 hours);
        assertEq(oracle.price(WBTC).liquidation, live / 2);
        oracle.updateLastGoodPrice(WBTC);
        vm.warp(START + 30 days + 48 hours);
        assertEq(oracle.price(WBTC).liquidation, 0);
        assertEq(oracle.price(WBTC).high, live, "given up only after a week");
        vm.warp(START + 38 days);
        assertEq(oracle.price(WBTC).high, 0);
    }

    function test_unitOfADeadAsset_doesNotBlockAWriteOff() public {
        _open(alice, 1_500 * _unit());
        _deposit(alice, WBTC, 1);
        _setPrice(WBTC, 0);
        _setPrice(WETH, 1_000e8);
        _liquidate(_key(alice), WETH);
        assertEq(_debt(_key(alice)), 0);
    }

    function test_cap_holdsAgainstBorrowingAndDepositingInTurn() public {
        uint256 cap = 2e18;
        _setRisk(WETH, 7_950, 8_000, uint128(cap));
        _lend(lender, 1e7 * _unit());
        _deposit(alice, WETH, cap);
        _borrow(alice, 3_179 * _unit());
        _fund(alice, WETH, 1e18);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.SupplyCapExceeded.selector, cap + 1e16, cap));
        engine.deposit(_key(alice), WETH, 1e16);
    }

    function test_limits_writeNothingOff() public {
        _open(alice, 1_500 * _unit());
        _setPrice(WETH, 99e8);
        uint256 scaled = _scaled(_key(alice));
        LiquidationCall memory c = _call(_key(alice), WETH);
        c.maxRepay = 0;
        vm.prank(liquidator);
        engine.liquidate(c);
        assertEq(_scaled(_key(alice)), scaled);
        _liquidate(_key(alice), WETH);
        assertEq(_scaled(_key(alice)), 0);
    }

    function test_secondary_tooLargeToBeScaledLeavesThePrimary() public {
        MockPriceFeed second = _pair(WBTC, 60_000e8, 100);
        oracle.setAssetSources(
            WBTC,
            SourceConfig(feeds[WBTC], 1 hours, 1, type(uint128).max),
            SourceConfig(second, 1 hours, 1, type(uint128).max),
            100,
            false
        );
        uint256 live = oracle.price(WBTC).liquidation;
        second.setAnswer(type(int128).max);
        Price memory p = oracle.price(WBTC);
        assertEq(uint8(p.status), uint8(Status.Doubtful));
        assertEq(p.liquidation, live);
    }

    function test_setDebtSource_refusesMoreDecimalsThanCanBeScaled() public {
        MockPriceFeed wide = new MockPriceFeed(37, "wide", 1e8);
        vm.expectRevert(abi.encodeWithSelector(IOracleGuard.DecimalsOutOfRange.selector, 0, 37, oracle.debtDecimals()));
        oracle.setDebtSource(SourceConfig(AggregatorV3Interface(address(wide)), 1 hours, 1, 1e20));
    }

    function test_observe_remembersHourly() public {
        (, uint256 first) = oracle.lastGoodPrice(WETH);
        vm.warp(first + 1 hours - 1);
        _setPrice(WETH, 2_100e8);
        oracle.observe(WETH);
        (, uint256 at) = oracle.lastGoodPrice(WETH);
        assertEq(at, first);
        vm.warp(first + 1 hours);
        _setPrice(WETH, 2_200e8);
        uint256 live = oracle.observe(WETH).liquidation;
        (uint256 price, uint256 then) = oracle.lastGoodPrice(WETH);
        assertEq(price, live);
        assertEq(then, first + 1 hours);
    }
}

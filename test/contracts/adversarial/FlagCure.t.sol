// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../../../contracts/interfaces/external/AggregatorV3Interface.sol";
import {SourceConfig} from "../../../contracts/interfaces/IOracleGuard.sol";
import {IVaultEngine} from "../../../contracts/interfaces/IVaultEngine.sol";
import {AuctionFixture} from "../support/fixtures/AuctionFixture.sol";
import {OddFeed} from "../support/fakes/OddFeed.sol";

/// @notice A flag ends with the danger it reports. An owner who cured their vault is not absorbed
/// for a later second of ill health.
contract FlagCureTest is AuctionFixture {
    function setUp() public override {
        super.setUp();
        _lend(lender, 1e12);
        _stake(keeper, 50_000e6);
        _setPrice(WETH, 2_000e8);
        _deposit(alice, WETH, 100e18);
        _borrow(alice, 150_000e6);
    }

    function _flaggedAt() private view returns (uint256 at) {
        (, , at) = engine.vaultState(_key(alice));
    }

    function test_dip_belowHealthOneIsNoReasonForAFlag() public {
        _setPrice(WETH, 1_874e8);
        assertTrue(_health(_key(alice)).liquidatable);
        assertEq(engine.flag(_key(alice)), 0);
        assertEq(_flaggedAt(), 0);
    }

    /// @dev Stuck for one second, cured at once, an hour of health, and a second of the same
    /// danger.
    function testFuzz_cure_endsTheFlagHoweverItIsDone(uint8 how) public {
        _setPrice(WETH, 1_600e8);
        assertEq(engine.flag(_key(alice)), START);
        how %= 3;
        if (how == 0) {
            _fundDebt(alice, 40_000e6);
            vm.prank(alice);
            engine.repay(_key(alice), 40_000e6);
        } else if (how == 1) {
            _deposit(alice, WETH, 40e18);
        } else {
            _fundDebt(alice, 1e12);
            vm.prank(alice);
            engine.deleverage(_key(alice), WETH, 40e18, 64_000e6, alice, "");
        }
        assertEq(_flaggedAt(), 0);
        for (uint256 i = 0; i < 12; ++i) _pass(5 minutes);
        // The same danger again: collateral worth 1.05 times the debt.
        _setPrice(WETH, int256([uint256(1_160e8), 1_130e8, 1_510e8][how]));
        assertLt(_health(_key(alice)).healthFactor, 0.87e18);
        vm.expectPartialRevert(IVaultEngine.NotAbsorbable.selector);
        engine.absorb(_key(alice), keeper);
    }

    /// @dev Repaying in full reads no price: the vault's feed burns all gas it is given.
    function test_repaymentInFull_ofAFlaggedVaultNeedsNoFeed() public {
        _setPrice(WETH, 1_600e8);
        engine.flag(_key(alice));
        OddFeed burner = new OddFeed();
        burner.setGas(1e9);
        oracle.setAssetSources(
            WETH,
            SourceConfig(AggregatorV3Interface(address(burner)), HEARTBEAT, 1, 1e30),
            _noSource(),
            0,
            false
        );
        _fundDebt(alice, 200_000e6);
        vm.prank(alice);
        engine.repay{gas: 300_000}(_key(alice), MAX);
        assertEq(_flaggedAt(), 0);
    }

    function test_recovery_ofThePriceEndsTheFlagWhereAnybodySaysSo() public {
        _setPrice(WETH, 1_600e8);
        engine.flag(_key(alice));
        _setPrice(WETH, 1_700e8);
        engine.flag(_key(alice));
        assertEq(_flaggedAt(), 0);
        _pass(1 hours);
        _setPrice(WETH, 1_600e8);
        vm.expectPartialRevert(IVaultEngine.NotAbsorbable.selector);
        engine.absorb(_key(alice), keeper);
    }
}

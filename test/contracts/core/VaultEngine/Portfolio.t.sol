// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IVaultEngine} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {BPS} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {HealthMath} from "../../../../contracts/libraries/math/HealthMath.sol";
import {AssetRisk} from "../../../../contracts/types/AssetRisk.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {VolatilityFixture} from "../../support/fixtures/VolatilityFixture.sol";

/// @notice The borrowing power of several collaterals, as the engine enforces it. WETH and WBTC
/// move in turns, so that their correlation is the lowest the model grants. Both have a haircut
/// that binds.
contract PortfolioTest is VolatilityFixture {
    AssetSet private constant BOTH = AssetSet.wrap(3);

    function setUp() public override {
        super.setUp();
        for (uint256 i = 1; i <= 40; ++i) {
            vm.warp(START + 1 hours * i);
            feeds[WETH].setAnswer(i % 4 < 2 ? int256(2_000e8) : int256(2_040e8));
            feeds[WBTC].setAnswer((i + 1) % 4 < 2 ? int256(60_000e8) : int256(61_200e8));
            for (uint8 a = 0; a < 2; ++a) model.poke(a);
        }
        model.pokeCorrelation(WETH, WBTC);
        for (uint8 a = 0; a < 2; ++a) riskConfig.setHaircut(a, 2_000);
        _lend(lender, 1e8 * _unit());
    }

    /// @dev Alice's vault with both in about equal value, and its borrowing power by the plain sum
    /// and by the model [debt units].
    function _both(uint256 weth) private returns (uint256 plain, uint256 power) {
        _deposit(alice, WETH, weth);
        _deposit(alice, WBTC, weth / 30 / 1e10);
        (AssetRisk[] memory risks, ) = riskConfig.vaultTerms(BOTH);
        uint256[] memory values = new uint256[](2);
        for (uint8 a = 0; a < 2; ++a) {
            values[a] = HealthMath.valueDown(engine.collateralOf(_key(alice), a), oracle.price(a).low);
            plain += values[a] * risks[a].effectiveLtv();
        }
        return (plain / BPS, model.borrowingPowerDown(BOTH, values) / BPS);
    }

    function testFuzz_borrow_reachesExactlyWhatTheModelCredits(uint256 weth) public {
        (uint256 plain, uint256 power) = _both(bound(weth, 1e18, 1_000e18));
        assertGt(power, plain, "nothing is credited");
        vm.prank(alice);
        vm.expectPartialRevert(IVaultEngine.NotEnoughCollateral.selector);
        engine.borrow(_key(alice), power + 1, alice);
        _borrow(alice, power);
        assertEq(_debt(_key(alice)), power);
    }

    /// @dev A vault within the plain sum never asks the model, whatever it would do.
    function test_borrow_withinThePlainSumDoesNotAskTheModel() public {
        (uint256 plain, ) = _both(10e18);
        vm.mockCallRevert(address(model), abi.encodeWithSelector(model.borrowingPowerDown.selector), "asked");
        _borrow(alice, plain);
        vm.prank(alice);
        vm.expectRevert("asked");
        engine.borrow(_key(alice), 1, alice);
    }

    /// @dev One collateral alone is not asked about: there is nothing to credit.
    function test_borrow_onOneCollateralNeverAsksTheModel() public {
        vm.mockCallRevert(address(model), abi.encodeWithSelector(model.borrowingPowerDown.selector), "asked");
        _deposit(alice, WETH, 1e18);
        vm.prank(alice);
        vm.expectPartialRevert(IVaultEngine.NotEnoughCollateral.selector);
        engine.borrow(_key(alice), 2_000 * _unit(), alice);
    }

    /// @dev The refusal states what the vault could owe, not what the plain sum says.
    function test_withdraw_isRefusedByWhatTheModelCredits() public {
        (uint256 plain, uint256 power) = _both(10e18);
        _borrow(alice, (plain + power) / 2);
        vm.prank(alice);
        vm.expectPartialRevert(IVaultEngine.NotEnoughCollateral.selector);
        engine.withdraw(_key(alice), WETH, 1e18, alice);
        vm.prank(alice);
        assertEq(engine.withdraw(_key(alice), WETH, 1e15, alice), 1e15);
    }
}

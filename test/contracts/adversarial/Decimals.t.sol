// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SystemRisk} from "../../../contracts/interfaces/IRiskConfig.sol";
import {IVaultEngine} from "../../../contracts/interfaces/IVaultEngine.sol";
import {PriceMath} from "../../../contracts/libraries/math/PriceMath.sol";
import {Status} from "../../../contracts/types/Price.sol";
import {SystemFixture} from "../support/fixtures/SystemFixture.sol";

/// @notice A vault's whole life with collateral of 0 to 24 decimals. The contracts below do the
/// same for debt assets of 0 to 24 decimals. Every figure is computed here from whole tokens and
/// dollars, and the decimals are applied at the end.
contract DebtWith6DecimalsTest is SystemFixture {
    uint8[6] private decimals = [0, 2, 6, 8, 18, 24];
    uint8 private constant FIRST = 3;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 6; ++i) _list("Odd", decimals[i], 7_500, 8_000, 0, 1_000, 2_500, 2_000e8);
        _lend(lender, 1e7 * _unit());
    }

    function _systemRisk() internal view override returns (SystemRisk memory risk) {
        risk = super._systemRisk();
        if (_debtDecimals() > 18) risk.borrowCap = type(uint104).max;
    }

    function testFuzz_decimals_aVaultsWholeLifeComesOutExactly(uint256 which, uint256 amount, uint256 price) public {
        uint8 asset = FIRST + uint8(which % 6);
        uint256 one = 10 ** decimals[which % 6];
        // Of fewer units, one alone may be worth more than a liquidation may take.
        amount = bound(amount, one < 100 ? 100 : one, 1_000 * one);
        if (_isTooPrecise(asset, one, amount)) return;
        _deposit(alice, asset, amount);
        uint256 most = (((2_000 * amount * _unit()) / one) * 7_500) / 10_000;
        vm.expectPartialRevert(IVaultEngine.NotEnoughCollateral.selector);
        vm.prank(alice);
        engine.borrow(_key(alice), most + 1, alice);
        _borrow(alice, most);

        price = bound(price, 1_000, 1_874);
        _setPrice(asset, int256(price * 1e8));
        (uint256 repaid, uint256 seized) = _liquidate(_key(alice), asset);
        assertTrue(repaid != 0 && seized != 0, "nothing was liquidated");
        // A unit of a token with few decimals is worth much: the seizure is rounded down, its
        // payment up.
        assertLe((seized * price * _unit()) / one, (repaid * 11_000) / 10_000, "seized beyond the largest bonus");
        assertGe((seized + 1) * price * _unit(), (repaid - 1) * one, "paid more than it is worth");

        _fundDebt(bob, 1e7 * _unit());
        vm.prank(bob);
        engine.repay(_key(alice), MAX);
        uint256 left = engine.collateralOf(_key(alice), asset);
        vm.prank(alice);
        assertEq(engine.withdraw(_key(alice), asset, MAX, alice), left);
        (, uint256 auctioned) = engine.assetTotals(asset);
        assertEq(left + seized + auctioned, amount, "collateral came or went");
        assertEq(tokens[asset].balanceOf(address(engine)), auctioned, "collateral was left behind");
        assertEq(pool.totalDebt(), 0, "debt was left behind");
    }

    /// @dev A collateral without decimals against a debt asset of 24: its price leaves the range
    /// that fits, and is refused as dead.
    function _isTooPrecise(uint8 asset, uint256 one, uint256 amount) private returns (bool) {
        if ((2_000 * _unit() * 1e36) / one <= PriceMath.MAX_PRICE) return false;
        assertTrue(oracle.price(asset).status == Status.Dead);
        _fund(alice, asset, amount);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.PriceNotGood.selector, asset, Status.Dead));
        vm.prank(alice);
        engine.deposit(_key(alice), asset, amount);
        return true;
    }
}

contract DebtWithoutDecimalsTest is DebtWith6DecimalsTest {
    function _debtDecimals() internal pure override returns (uint8) {
        return 0;
    }
}

contract DebtWith2DecimalsTest is DebtWith6DecimalsTest {
    function _debtDecimals() internal pure override returns (uint8) {
        return 2;
    }
}

contract DebtWith8DecimalsTest is DebtWith6DecimalsTest {
    function _debtDecimals() internal pure override returns (uint8) {
        return 8;
    }
}

contract DebtWith18DecimalsTest is DebtWith6DecimalsTest {
    function _debtDecimals() internal pure override returns (uint8) {
        return 18;
    }
}

contract DebtWith24DecimalsTest is DebtWith6DecimalsTest {
    function _debtDecimals() internal pure override returns (uint8) {
        return 24;
    }
}

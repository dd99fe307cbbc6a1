// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeleverageCallback} from "../../../../contracts/interfaces/callbacks/IDeleverageCallback.sol";
import {IVaultEngine} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {IVaultLens} from "../../../../contracts/interfaces/IVaultLens.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {VaultEngine} from "../../../../contracts/core/VaultEngine.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

contract DeleverageTest is SystemFixture {
    /// @dev For any request: it is refused, or health does not fall and the sale costs at most the
    /// payment plus the bonus.
    function testFuzz_deleverage_neverLowersHealthNorTakesMoreThanItPays(
        uint256 debt,
        uint256 price,
        uint256 amount,
        uint256 repay
    ) public {
        debt = bound(debt, 100e6, 1_500e6);
        _open(alice, debt);
        price = bound(price, 1_000e8, 4_000e8);
        _setPrice(WETH, int256(price));
        (amount, repay) = (bound(amount, 0, 2e18), bound(repay, 0, 2 * debt));
        _fundDebt(alice, 2 * debt);
        IVaultLens.VaultHealth memory h = _health(_key(alice));
        vm.prank(alice);
        try engine.deleverage(_key(alice), WETH, amount, repay, alice, "") returns (uint256 repaid, uint256 sold) {
            IVaultLens.VaultHealth memory after_ = _health(_key(alice));
            assertGe(after_.healthFactor, h.healthFactor);
            assertLe((sold * price) / 1e20, (repaid * 11) / 10);
            assertEq(after_.debt, h.debt - repaid);
            assertEq(engine.collateralOf(_key(alice), WETH), 1e18 - sold);
            assertTrue(after_.debt == 0 || after_.debt >= 100e6);
        } catch (bytes memory err) {
            bytes4 e = bytes4(err);
            assertTrue(
                e == IVaultEngine.HealthWouldFall.selector || e == IVaultEngine.SaleTooExpensive.selector,
                "undocumented refusal"
            );
        }
    }

    /// @dev Two collaterals of different thresholds. The owner sells either to themselves at any
    /// price. The vault loses no more than its equity, and no shortfall grows.
    function testFuzz_deleverage_neverMakesAVaultPoorer(
        uint256 price,
        uint256 amount,
        uint256 repay,
        bool gold
    ) public {
        (uint256 value, uint256 debt) = _mixed(bound(price, 500e8, 2_000e8));
        uint8 asset = gold ? GOLD : WETH;
        amount = bound(amount, 0, engine.collateralOf(_key(alice), asset));
        repay = bound(repay, 0, debt);
        vm.prank(alice);
        try engine.deleverage(_key(alice), asset, amount, repay, alice, "") {
            IVaultLens.VaultHealth memory h = _health(_key(alice));
            if (value >= debt) assertGe(h.value * debt, value * h.debt, "the collateral ratio fell");
            else assertLe(h.debt + value, debt + h.value, "the shortfall grew");
        } catch (bytes memory err) {
            bytes4 e = bytes4(err);
            bool health = e == IVaultEngine.HealthWouldFall.selector || e == IVaultEngine.SaleTooExpensive.selector;
            assertTrue(health || e == IVaultEngine.SolvencyWouldFall.selector, "undocumented refusal");
        }
    }

    /// @dev C/D of 1.03, and ether at its value less the largest bonus. Health would rise, but a
    /// tenth of the ether would be unpaid.
    function test_deleverage_refusesTheLargestBonusToTheOwnerOfAThinVault() public {
        (uint256 value, uint256 debt) = _mixed(1_389e8);
        uint256 repay = (36 * 1_389e6 * uint256(10_000)) / 11_000 + 1;
        bytes4 e = IVaultEngine.SolvencyWouldFall.selector;
        vm.expectRevert(abi.encodeWithSelector(e, value, debt, 53_000e6, debt - repay));
        vm.prank(alice);
        engine.deleverage(_key(alice), WETH, 36e18, repay, alice, "");
    }

    /// @dev 36 ether at `price` and 53,000 of gold against 100,000, and all the money it takes.
    function _mixed(uint256 price) private returns (uint256 value, uint256 debt) {
        _lend(lender, 1e7 * _unit());
        _deposit(alice, WETH, 36e18);
        _deposit(alice, GOLD, 53_000e6);
        _borrow(alice, 100_000e6);
        _setPrice(WETH, int256(price));
        _fundDebt(alice, 100_000e6);
        return ((36 * price) / 100 + 53_000e6, 100_000e6);
    }

    /// @dev Ether is sold beside gold that is dead, or whose two sources say 1 and a hundredth. The
    /// uncertain value of the gold pays the owner nothing. At market cost ether may still be sold.
    function testFuzz_deleverage_paysOutNothingOnUncertainCollateral(bool dead, uint256 gain) public {
        _lend(lender, 1e6 * _unit());
        _deposit(alice, WETH, 9e18);
        _deposit(alice, GOLD, 20_000e6);
        _borrow(alice, 18_000e6);
        _fundDebt(alice, 20_000e6);
        if (dead) {
            vm.warp(START + 3 * HEARTBEAT + 1);
            _setPrice(WETH, 2_000e8);
        } else {
            _pair(GOLD, 1e8, 100).setAnswer(0.01e8);
        }
        // 4.5 ether are worth 9,000. With 18,000 and 200 against 18,000 the owner's share is 1.1 %,
        // with 18,000 and nothing it is 0.
        gain = bound(gain, dead ? 90e6 : 100e6, uint256(9_000e6) / 11);
        uint256 debt = _health(_key(alice)).debt;
        vm.expectPartialRevert(IVaultEngine.SolvencyWouldFall.selector);
        vm.prank(alice);
        engine.deleverage(_key(alice), WETH, 4.5e18, 9_000e6 - gain, alice, "");
        // What a market takes may be lost on it: the autopilot goes on.
        vm.prank(alice);
        engine.deleverage(_key(alice), WETH, 4.5e18, 9_000e6 - 89e6, alice, "");
        assertApproxEqAbs(_health(_key(alice)).debt, debt - (9_000e6 - 89e6), 1);
    }

    /// @dev The first unit of value that ends the danger clears a flag. One unit less does not.
    function testFuzz_deleverage_clearsAFlagExactlyWhereTheVaultIsNotStuck(uint256 elapsed, uint256 units) public {
        _open(alice, 1_500e6);
        _pass(bound(elapsed, 1, 30 days));
        _setPrice(WETH, 1_600e8);
        assertGt(engine.flag(_key(alice)), 0);
        uint256 value = (_health(_key(alice)).debt * 8_700) / 8_000 - 2 + bound(units, 0, 4);
        _setPrice(WETH, int256(value * 100));
        vm.prank(alice);
        engine.deleverage(_key(alice), WETH, 0, 0, alice, "");
        (, , uint256 flaggedAt) = engine.vaultState(_key(alice));
        assertEq(flaggedAt != 0, value * 8_000 < _health(_key(alice)).debt * 8_700);
    }

    /// @dev The purpose: at a fair price an unhealthy vault reaches any health with its own
    /// collateral.
    function test_deleverage_paysWithTheCollateralItself() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_800e8);
        Seller seller = new Seller(engine, debtToken);
        vm.prank(alice);
        engine.setOperator(address(seller), true);
        debtToken.mint(address(seller), 900e6);
        vm.expectEmit(address(engine));
        emit IVaultEngine.Deleveraged(_key(alice), WETH, address(seller), 900e6, 0.5e18, 600e6, 0.5e18);
        seller.run(_key(alice), WETH, 0.5e18, 900e6);
        assertEq(seller.seen(), 0.5e18);
        assertEq(tokens[WETH].balanceOf(address(seller)), 0.5e18);
    }

    /// @dev Far below the threshold a sale within the bonus would still lower health. It is refused
    /// with both figures.
    function test_deleverage_refusesWhatLowersHealth() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_600e8);
        _fundDebt(alice, 100e6);
        // 0.06875 ether are worth 110: adjusted collateral of 88 for 100 of debt, at a health of
        // 0.8533.
        (uint256 adjustedCollateral, uint256 left) = (1_280e6 - 88e6, 1_400e6);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVaultEngine.HealthWouldFall.selector,
                (uint256(1_280e6) * 1e18) / 1_500e6,
                (adjustedCollateral * 1e18) / left
            )
        );
        vm.prank(alice);
        engine.deleverage(_key(alice), WETH, 0.06875e18, 100e6, alice, "");
    }

    function test_deleverage_isForOwnerAndOperatorAlone() public {
        _open(alice, 1_000e6);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotAuthorised.selector, bob, alice));
        vm.prank(bob);
        engine.deleverage(_key(alice), WETH, 1, 1_000e6, bob, "");
    }

    function test_deleverage_worksWhileDoubtfulButNotWithADeadAsset() public {
        _open(alice, 1_500e6);
        _fundDebt(alice, 1_500e6);
        vm.warp(START + 2 hours);
        vm.prank(alice);
        engine.deleverage(_key(alice), WETH, 0.1e18, 300e6, alice, "");
        vm.warp(START + 4 hours);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.PriceDead.selector, WETH));
        vm.prank(alice);
        engine.deleverage(_key(alice), WETH, 0.1e18, 300e6, alice, "");
    }

    function test_deleverage_ofAnAssetNotHeldIsRefused() public {
        _open(alice, 1_500e6);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.AssetNotHeld.selector, _key(alice), WBTC));
        vm.prank(alice);
        engine.deleverage(_key(alice), WBTC, 1, 1, alice, "");
    }
}

contract Seller is IDeleverageCallback {
    VaultEngine private immutable _engine;
    uint256 public seen;

    constructor(VaultEngine engine, TestToken debtToken) {
        _engine = engine;
        debtToken.approve(address(engine), type(uint256).max);
    }

    function run(VaultKey vault, uint8 asset, uint256 amount, uint256 repay) external {
        _engine.deleverage(vault, asset, amount, repay, address(this), "sell");
    }

    function onDeleverage(VaultKey, uint8, uint256 sold, uint256, bytes calldata) external {
        seen = sold;
    }
}

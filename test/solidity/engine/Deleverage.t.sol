// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeleverageCallback} from "../../../contracts/interfaces/IDeleverageCallback.sol";
import {IVaultEngine} from "../../../contracts/interfaces/IVaultEngine.sol";
import {IVaultLens} from "../../../contracts/interfaces/IVaultLens.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {VaultEngine} from "../../../contracts/VaultEngine.sol";
import {VaultKey} from "../../../contracts/types/VaultKey.sol";
import {SystemFixture} from "../support/SystemFixture.sol";

contract DeleverageTest is SystemFixture {
    /// @dev Whatever is asked for: it is refused, or health did not fall, and no more left than was paid plus the bonus.
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
                e == IVaultEngine.HealthWouldFall.selector || e == IVaultEngine.SoldTooMuch.selector,
                "undocumented refusal"
            );
        }
    }

    /// @dev The whole point: at a fair price an unhealthy vault is brought to any health with its own collateral.
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

    /// @dev Far below the threshold a sale within the bonus would still lower health: refused with both figures.
    function test_deleverage_refusesWhatLowersHealth() public {
        _open(alice, 1_500e6);
        _setPrice(WETH, 1_600e8);
        _fundDebt(alice, 100e6);
        // 0.06875 ether are worth 110: 88 of weighted value for 100 of debt, at a health of 0.8533.
        (uint256 weighted, uint256 left) = (1_280e6 - 88e6, 1_400e6);
        vm.expectRevert(
            abi.encodeWithSelector(
                IVaultEngine.HealthWouldFall.selector,
                (uint256(1_280e6) * 1e18) / 1_500e6,
                (weighted * 1e18) / left
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

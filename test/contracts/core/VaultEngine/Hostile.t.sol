// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AggregatorV3Interface} from "../../../../contracts/interfaces/external/AggregatorV3Interface.sol";
import {ILendingPool} from "../../../../contracts/interfaces/ILendingPool.sol";
import {AssetRiskFields} from "../../../../contracts/types/AssetRisk.sol";
import {OddToken} from "../../support/fakes/OddToken.sol";
import {SystemFixture} from "../../support/fixtures/SystemFixture.sol";

/// @notice Harm that a listed collateral cannot do to others after it turns hostile. The habits of
/// tokens at every entry point are in `adversarial/TokenZoo.t.sol`, calls from within transfers in
/// `adversarial/Reentrancy.t.sol`.
contract HostileTest is SystemFixture {
    OddToken private odd;
    uint8 private constant ODD = 3;

    function setUp() public override {
        super.setUp();
        odd = new OddToken();
        riskConfig.listAsset(AssetRiskFields(address(odd), 7_500, 8_000, 0, 1_000, 2_500, 0), type(uint112).max);
        feeds.push(_newFeed(8, 2_000e8));
        oracle.setAssetSources(ODD, _source(feeds[ODD]), _noSource(), 0, false);
        odd.mint(alice, 100e18);
        _lend(lender, 1e6 * 1e6);
        vm.prank(alice);
        engine.deposit(_key(alice), ODD, 1e18);
    }

    /// @dev A borrower whom the token refuses cannot block a liquidation, because nothing is sent
    /// to the borrower.
    function test_blockedBorrower_isLiquidatedAllTheSame() public {
        _borrow(alice, 1_500e6);
        odd.blockAccount(alice);
        feeds[ODD].setAnswer(1_800e8);
        (uint256 repaid, ) = _liquidate(_key(alice), ODD);
        assertGt(repaid, 0);
    }

    /// @dev One broken collateral in the vault stops neither repaying nor taking the others.
    function test_brokenToken_doesNotHoldTheOthers() public {
        _deposit(alice, WETH, 1e18);
        _borrow(alice, 1_000e6);
        odd.setMode(OddToken.Mode.Reverts);
        _fundDebt(alice, 1_000e6);
        vm.startPrank(alice);
        engine.repay(_key(alice), MAX);
        assertEq(engine.withdraw(_key(alice), WETH, MAX, alice), 1e18);
        vm.stopPrank();
    }

    /// @dev Tokens sent straight to the engine belong to nobody.
    function testFuzz_strayTokensMoveNothing(uint96 amount) public {
        odd.mint(address(engine), amount);
        (uint256 deposited, uint256 auctioned) = engine.assetTotals(ODD);
        assertEq(deposited, 1e18);
        assertEq(auctioned, 0);
        vm.prank(alice);
        assertEq(engine.withdraw(_key(alice), ODD, MAX, alice), 1e18);
    }

    /// @dev A feed that reverts or has no code is a dead price, not a revert. Leaving and repaying
    /// still work.
    function test_brokenFeed_stopsNeitherRepaymentNorLeaving() public {
        _borrow(alice, 500e6);
        vm.mockCallRevert(address(feeds[ODD]), abi.encodeCall(AggregatorV3Interface.latestRoundData, ()), "broken");
        _fundDebt(alice, 500e6);
        vm.startPrank(alice);
        engine.repay(_key(alice), MAX);
        assertEq(engine.withdraw(_key(alice), ODD, MAX, alice), 1e18);
        vm.stopPrank();
    }

    function test_pool_onlyTheEngineDrawsAndSettles() public {
        vm.startPrank(bob);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.OnlyEngine.selector, bob, address(engine)));
        pool.disburse(1, bob);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.OnlyEngine.selector, bob, address(engine)));
        pool.reduceDebt(0, 0);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.OnlyEngine.selector, bob, address(engine)));
        pool.toAuction(0);
        vm.stopPrank();
    }
}

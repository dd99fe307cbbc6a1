// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {AggregatorV3Interface} from "../../../contracts/interfaces/AggregatorV3Interface.sol";
import {ILendingPool} from "../../../contracts/interfaces/ILendingPool.sol";
import {IVaultEngine, LiquidationCall} from "../../../contracts/interfaces/IVaultEngine.sol";
import {ExactTransfer} from "../../../contracts/libraries/ExactTransfer.sol";
import {AssetRiskFields} from "../../../contracts/types/AssetRisk.sol";
import {VaultKey} from "../../../contracts/types/VaultKey.sol";
import {OddToken} from "../support/OddToken.sol";
import {SystemFixture} from "../support/SystemFixture.sol";

/// @notice A listed collateral that turns hostile.
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

    /// @dev Every function of the engine, as the token calls it from within a transfer. The token is the owner of a vault,
    /// so that nothing but the lock refuses it.
    function _reentries() private view returns (bytes[] memory calls) {
        VaultKey own = _key(address(odd));
        LiquidationCall memory c = _call(_key(alice), ODD);
        calls = new bytes[](14);
        calls[0] = abi.encodeCall(IVaultEngine.deposit, (own, ODD, 1));
        calls[1] = abi.encodeCall(IVaultEngine.withdraw, (own, ODD, 1, bob));
        calls[2] = abi.encodeCall(IVaultEngine.borrow, (own, 100e6, bob));
        calls[3] = abi.encodeCall(IVaultEngine.repay, (_key(alice), 1));
        calls[4] = abi.encodeCall(IVaultEngine.liquidate, (c));
        calls[5] = abi.encodeCall(IVaultEngine.multicall, (new bytes[](0)));
        calls[6] = abi.encodeCall(IVaultEngine.permit, (address(odd), 1, 1, 1, 0, 0));
        calls[7] = abi.encodeCall(IVaultEngine.flag, (_key(alice)));
        calls[8] = abi.encodeCall(IVaultEngine.vaultState, (_key(alice)));
        calls[9] = abi.encodeCall(IVaultEngine.collateralOf, (_key(alice), ODD));
        calls[10] = abi.encodeCall(IVaultEngine.assetTotals, (ODD));
        calls[11] = abi.encodeCall(IVaultEngine.absorb, (_key(alice), bob));
        calls[12] = abi.encodeCall(IVaultEngine.deleverage, (own, ODD, 1, 1, bob, ""));
        calls[13] = abi.encodeCall(IVaultEngine.records, (new VaultKey[](0)));
    }

    function _assertLocked(uint256 hooks) private view {
        assertEq(odd.hookCalls(), hooks);
        assertEq(bytes4(odd.lastError()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
    }

    function test_reentry_fromADepositFindsEverythingLocked() public {
        bytes[] memory calls = _reentries();
        for (uint256 i = 0; i < calls.length; ++i) {
            odd.setHook(address(engine), calls[i]);
            vm.prank(alice);
            engine.deposit(_key(alice), ODD, 1e18);
            _assertLocked(i + 1);
        }
    }

    function test_reentry_fromAWithdrawalFindsEverythingLocked() public {
        bytes[] memory calls = _reentries();
        for (uint256 i = 0; i < calls.length; ++i) {
            odd.setHook(address(engine), calls[i]);
            vm.prank(alice);
            engine.withdraw(_key(alice), ODD, 1e15, alice);
            _assertLocked(i + 1);
        }
    }

    function test_reentry_fromALiquidationFindsEverythingLocked() public {
        _borrow(alice, 1_500e6);
        bytes[] memory calls = _reentries();
        _fundDebt(liquidator, 1e6 * 1e6);
        for (uint256 i = 0; i < calls.length; ++i) {
            feeds[ODD].setAnswer(1_800e8);
            odd.setHook(address(engine), calls[i]);
            LiquidationCall memory c = _call(_key(alice), ODD);
            c.maxRepay = 10e6;
            vm.prank(liquidator);
            engine.liquidate(c);
            _assertLocked(i + 1);
        }
    }

    /// @dev From within a multicall as well: the price cache is open then, the functions are still locked.
    function test_reentry_fromAMulticallFindsEverythingLocked() public {
        bytes[] memory calls = _reentries();
        bytes[] memory batch = new bytes[](1);
        batch[0] = abi.encodeCall(IVaultEngine.deposit, (_key(alice), ODD, 1e15));
        for (uint256 i = 0; i < calls.length; ++i) {
            odd.setHook(address(engine), calls[i]);
            vm.prank(alice);
            engine.multicall(batch);
            _assertLocked(i + 1);
        }
    }

    function test_fee_depositThatDeliversLessIsRefused() public {
        odd.setFee(1);
        vm.expectRevert(abi.encodeWithSelector(ExactTransfer.InexactTransfer.selector, address(odd), 1e18, 1e18 - 1));
        vm.prank(alice);
        engine.deposit(_key(alice), ODD, 1e18);
    }

    function test_false_depositIsRefused() public {
        odd.setMode(OddToken.Mode.ReturnsFalse);
        vm.expectRevert();
        vm.prank(alice);
        engine.deposit(_key(alice), ODD, 1e18);
    }

    function test_silence_depositAndWithdrawalWork() public {
        odd.setMode(OddToken.Mode.ReturnsNothing);
        vm.startPrank(alice);
        engine.deposit(_key(alice), ODD, 1e18);
        assertEq(engine.withdraw(_key(alice), ODD, MAX, alice), 2e18);
        vm.stopPrank();
    }

    /// @dev A borrower whom the token refuses cannot block its liquidation: nothing is pushed to it.
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

    /// @dev A feed that reverts, or is gone, is a dead price and not a revert: leaving and repaying go on.
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
        pool.draw(1, bob);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.OnlyEngine.selector, bob, address(engine)));
        pool.settle(0, 0);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.OnlyEngine.selector, bob, address(engine)));
        pool.toAuction(0);
        vm.stopPrank();
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {LiquidationExecutor} from "../../../contracts/periphery/LiquidationExecutor.sol";
import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IERC3156FlashLender} from "@openzeppelin/contracts/interfaces/IERC3156FlashLender.sol";
import {Batch, Funding, ILiquidationExecutor, Target} from "../../../contracts/interfaces/ILiquidationExecutor.sol";
import {IVaultEngine} from "../../../contracts/interfaces/IVaultEngine.sol";
import {PoolTrade} from "../../../contracts/libraries/integration/PoolTrade.sol";
import {AssetRiskFields} from "../../../contracts/types/AssetRisk.sol";
import {toVaultKey} from "../../../contracts/types/VaultKey.sol";
import {FakeMarket} from "../support/fakes/FakeMarket.sol";
import {OddToken} from "../support/fakes/OddToken.sol";
import {ExecutorFixture} from "../support/fixtures/ExecutorFixture.sol";

contract LiquidationExecutorTest is ExecutorFixture {
    // ------------------------------------------------------------------ what it earns

    /// @dev For every funding the owner gets the sale less the repayments, and every vault is
    /// healthy. The executor keeps its earlier balances, collateral too.
    function testFuzz_profit_isTheSaleLessTheRepaymentsAndGoesToTheOwner(
        uint256 count,
        uint256 way,
        uint256 price,
        uint64 stray
    ) public {
        deal(address(tokens[WETH]), address(executor), stray);
        (count, price) = (bound(count, 1, 3), bound(price, 1_790, 1_900));
        Funding funding = Funding(bound(way, 0, 3));
        market.setPrice(price * 1e6 * 1e18);
        Target[] memory targets = _vaults(count);
        uint256 debts;
        for (uint256 i = 0; i < count; ++i) debts += _debt(targets[i].vault);

        uint256 profit = _liquidateAs(keeper, _batch(funding, _needed(targets)), targets);

        uint256 sold = tokens[WETH].balanceOf(address(market));
        for (uint256 i = 0; i < count; ++i) {
            debts -= _debt(targets[i].vault);
            assertGe(_health(targets[i].vault).healthFactor, 1.04e18);
        }
        // Rounding: a unit per vault for debts, a unit per sale.
        assertApproxEqAbs(profit, (sold * price) / 1e12 - debts, 2 * count + 2);
        assertEq(debtToken.balanceOf(boss), profit);
        assertEq(debtToken.balanceOf(address(executor)), HELD, "debt asset");
        assertEq(tokens[WETH].balanceOf(address(executor)), stray, "collateral");
    }

    function test_profit_ofABatchEqualsThatOfItsVaultsOneByOne() public {
        Target[] memory targets = _vaults(3);
        uint256 snapshot = vm.snapshotState();
        uint256 together = _liquidateAs(keeper, _batch(Funding.Held, 0), targets);
        vm.revertToState(snapshot);
        uint256 apart;
        for (uint256 i = 0; i < 3; ++i) {
            Target[] memory one = new Target[](1);
            one[0] = targets[i];
            apart += _liquidateAs(keeper, _batch(Funding.Held, 0), one);
        }
        assertApproxEqAbs(together, apart, 3);
    }

    /// @dev A cap on one vault's repayment binds in a batch as it does alone.
    function test_maxRepay_bindsPerVault() public {
        Target[] memory targets = _vaults(2);
        targets[1].maxRepay = 100e6;
        (uint256 first, uint256 second) = (_debt(targets[0].vault), _debt(targets[1].vault));
        _liquidateAs(keeper, _batch(Funding.FlashLoan, 2_000e6), targets);
        assertGt(first - _debt(targets[0].vault), 500e6);
        assertApproxEqAbs(second - _debt(targets[1].vault), 100e6, 1);
    }

    // ------------------------------------------------------------------ what fails alone

    /// @dev One vault became healthy and one was never there: the others go through, whoever pays.
    function testFuzz_skipped_healthyAndEmptyVaultsStopNobody(uint256 way) public {
        Funding funding = Funding(bound(way, 0, 3));
        Target[] memory targets = _vaults(4);
        targets[0].vault = toVaultKey(bob, 7);
        _fundDebt(bob, 1_000e6);
        vm.prank(bob);
        engine.repay(targets[2].vault, 1_000e6);
        vm.expectEmit(address(executor));
        emit ILiquidationExecutor.Skipped(
            targets[0].vault,
            abi.encodeWithSelector(IVaultEngine.AssetNotHeld.selector, targets[0].vault, WETH)
        );
        uint256 profit = _liquidateAs(keeper, _batch(funding, _needed(targets)), targets);
        assertGt(profit, 0);
        assertGe(_health(targets[1].vault).healthFactor, 1.04e18);
        assertGe(_health(targets[3].vault).healthFactor, 1.04e18);
        _assertNothingLeft();
    }

    function test_skipped_theLoanCoversOnlySomeVaults() public {
        Target[] memory targets = _vaults(3);
        vm.prank(boss);
        executor.sweep(address(debtToken));
        uint256 before = debtToken.balanceOf(boss);
        uint256 profit = _liquidateAs(keeper, _batch(Funding.FlashLoan, 1_000e6), targets);
        assertGt(profit, 0);
        assertEq(debtToken.balanceOf(boss) - before, profit);
        assertLt(_health(targets[2].vault).healthFactor, 1e18);
    }

    function test_nothing_revertsWithWhatTheEngineSaidOfTheFirst() public {
        Target[] memory targets = _vaults(2);
        targets[0].vault = toVaultKey(bob, 7);
        _setPrice(WETH, 2_000e8);
        for (uint256 way = 0; way < 8; ++way) {
            if (way == 4) (targets[0], targets[1]) = (targets[1], targets[0]);
            vm.prank(keeper);
            (bool ok, bytes memory result) = address(executor).call(
                abi.encodeCall(executor.liquidate, (_batch(Funding(way % 4), 1_000e6), targets))
            );
            assertFalse(ok);
            assertEq(bytes4(result), ILiquidationExecutor.NothingLiquidated.selector);
            // Selector, offset and length, then the reason.
            bytes4 reason;
            for (uint256 i = 0; i < 4; ++i) reason |= bytes4(result[68 + i]) >> (8 * i);
            assertEq(reason, way < 4 ? IVaultEngine.AssetNotHeld.selector : IVaultEngine.VaultHealthy.selector);
        }
    }

    // ------------------------------------------------------------------ limits

    function testFuzz_minProfit_isMetOrTheCallReverts(uint256 way, uint256 price, uint128 minProfit) public {
        Funding funding = Funding(bound(way, 0, 2));
        market.setPrice(bound(price, 1_500, 1_900) * 1e6 * 1e18);
        minProfit = uint128(bound(minProfit, 0, 100e6));
        Target[] memory targets = _vaults(2);
        Batch memory batch = _batch(funding, funding == Funding.FlashSwap ? 100e6 : 3_000e6);
        uint256 snapshot = vm.snapshotState();
        vm.prank(keeper);
        try executor.liquidate(batch, targets) returns (uint256 earned) {
            vm.revertToState(snapshot);
            batch.minProfit = minProfit;
            if (earned < minProfit) {
                vm.expectRevert(
                    abi.encodeWithSelector(ILiquidationExecutor.ProfitTooSmall.selector, int256(earned), minProfit)
                );
            }
            _liquidateAs(keeper, batch, targets);
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), ILiquidationExecutor.ProfitTooSmall.selector, "only for a loss");
        }
    }

    /// @dev A losing sale does not spend the owner's tokens in the executor, even if a keeper asks
    /// for it.
    function test_minProfit_ofNothingStillForbidsALoss() public {
        market.setPrice(1_700 * 1e6 * 1e18);
        Target[] memory targets = _vaults(1);
        Funding[3] memory ways = [Funding.Held, Funding.FlashLoan, Funding.FlashSwap];
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(keeper);
            (bool ok, bytes memory result) = address(executor).call(
                abi.encodeCall(executor.liquidate, (_batch(ways[i], 500e6), targets))
            );
            assertFalse(ok);
            assertEq(bytes4(result), ILiquidationExecutor.ProfitTooSmall.selector);
        }
    }

    /// @dev With callbacks a vault whose collateral sells too low is left out, and the executor's
    /// tokens do not pay for it.
    function test_callback_eachVaultPaysForItself() public {
        market.setPrice(1_700 * 1e6 * 1e18);
        Target[] memory targets = _vaults(1);
        vm.prank(keeper);
        (bool ok, bytes memory result) = address(executor).call(
            abi.encodeCall(executor.liquidate, (_batch(Funding.Callback, 0), targets))
        );
        assertFalse(ok);
        assertEq(bytes4(result), ILiquidationExecutor.NothingLiquidated.selector);
    }

    function test_flashSwap_moreThanTheCollateralCoversIsRefused() public {
        Target[] memory targets = _vaults(1);
        deal(address(tokens[WETH]), address(executor), 10e18);
        vm.prank(keeper);
        (bool ok, bytes memory result) = address(executor).call(
            abi.encodeCall(executor.liquidate, (_batch(Funding.FlashSwap, 5_000e6), targets))
        );
        assertFalse(ok);
        assertEq(bytes4(result), ILiquidationExecutor.SeizedTooLittle.selector);
        assertEq(tokens[WETH].balanceOf(address(executor)), 10e18);
    }

    function test_deadline_isTheLastGoodSecond() public {
        Target[] memory targets = _vaults(1);
        Batch memory batch = _batch(Funding.Held, 0);
        batch.deadline = uint40(START - 1);
        vm.expectRevert(abi.encodeWithSelector(ILiquidationExecutor.DeadlinePassed.selector, START, START - 1));
        _liquidateAs(keeper, batch, targets);
        batch.deadline = uint40(START);
        _liquidateAs(keeper, batch, targets);
    }

    function test_market_thatDoesNotExistIsRefused() public {
        Target[] memory targets = _vaults(1);
        market.close();
        vm.expectRevert(
            abi.encodeWithSelector(PoolTrade.NoMarket.selector, address(tokens[WETH]), address(debtToken), FEE)
        );
        _liquidateAs(keeper, _batch(Funding.Held, 0), targets);
    }

    // ------------------------------------------------------------------ who may

    function test_strangers_mayCallNothing() public {
        Target[] memory targets = _vaults(1);
        bytes memory refusal = abi.encodeWithSelector(ILiquidationExecutor.NotKeeper.selector, bob);
        vm.startPrank(bob);
        vm.expectRevert(refusal);
        executor.liquidate(_batch(Funding.Held, 0), targets);
        vm.expectRevert(refusal);
        executor.sweep(address(debtToken));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, bob));
        executor.setKeeper(bob, true);
        vm.stopPrank();
        vm.prank(boss);
        executor.setKeeper(keeper, false);
        vm.expectRevert(abi.encodeWithSelector(ILiquidationExecutor.NotKeeper.selector, keeper));
        _liquidateAs(keeper, _batch(Funding.Held, 0), targets);
        _liquidateAs(boss, _batch(Funding.Held, 0), targets);
    }

    function test_sweep_goesToTheOwnerWhoeverAsks() public {
        tokens[WBTC].mint(address(executor), 3);
        vm.startPrank(keeper);
        assertEq(executor.sweep(address(tokens[WBTC])), 3);
        assertEq(executor.sweep(address(debtToken)), HELD);
        vm.stopPrank();
        assertEq(tokens[WBTC].balanceOf(boss), 3);
        assertEq(debtToken.balanceOf(boss), HELD);
    }

    function test_ownership_movesInTwoSteps() public {
        vm.prank(boss);
        executor.transferOwnership(bob);
        assertEq(executor.owner(), boss);
        vm.prank(bob);
        executor.acceptOwnership();
        assertEq(executor.owner(), bob);
    }

    /// @dev Callbacks that the executor did not cause, from strangers and from the contracts it
    /// trusts.
    function test_callbacks_outOfTheBlueAreRefused() public {
        bytes memory data = abi.encode(tokens[WETH], MAX, "");
        address[4] memory callers = [bob, address(market), address(pool), address(engine)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.startPrank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(PoolTrade.UnexpectedCallback.selector, callers[i]));
            executor.uniswapV3SwapCallback(1, -1, data);
            vm.expectRevert(abi.encodeWithSelector(ILiquidationExecutor.UnexpectedCaller.selector, callers[i], bob));
            executor.onFlashLoan(bob, address(debtToken), 1, 0, "");
            if (callers[i] != address(pool)) {
                vm.expectRevert(
                    abi.encodeWithSelector(
                        ILiquidationExecutor.UnexpectedCaller.selector,
                        callers[i],
                        address(executor)
                    )
                );
                executor.onFlashLoan(address(executor), address(debtToken), 1, 0, "");
            }
            if (callers[i] != address(engine)) {
                vm.expectRevert();
                executor.onLiquidate(_key(alice), WETH, 1, 1, "");
            }
            vm.stopPrank();
        }
    }

    /// @dev A stranger takes a flash loan in the executor's name: it pays nothing, not even a fee.
    function test_flashLoan_inTheExecutorsNameIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(ILiquidationExecutor.UnexpectedCaller.selector, address(pool), bob));
        vm.prank(bob);
        IERC3156FlashLender(address(pool)).flashLoan(
            IERC3156FlashBorrower(address(executor)),
            address(debtToken),
            1e6,
            ""
        );
    }

    // ------------------------------------------------------------------ hostile markets and tokens

    function test_hostileMarket_cannotBePaidTwice() public {
        Target[] memory targets = _vaults(2);
        deal(address(tokens[WETH]), address(executor), 10e18);
        market.setMode(FakeMarket.Mode.CallsTwice, address(0), "");
        vm.expectRevert(abi.encodeWithSelector(PoolTrade.UnexpectedCallback.selector, market));
        _liquidateAs(keeper, _batch(Funding.FlashLoan, 3_000e6), targets);
    }

    function test_hostileMarket_cannotAskForMore() public {
        Target[] memory targets = _vaults(2);
        deal(address(tokens[WETH]), address(executor), 10e18);
        market.setMode(FakeMarket.Mode.AsksForMore, address(0), "");
        vm.prank(keeper);
        (bool ok, bytes memory result) = address(executor).call(
            abi.encodeCall(executor.liquidate, (_batch(Funding.FlashLoan, 3_000e6), targets))
        );
        assertFalse(ok);
        assertEq(bytes4(result), PoolTrade.AskedTooMuch.selector);
    }

    function test_hostileMarket_cannotBePaidInAnotherToken() public {
        Target[] memory targets = _vaults(2);
        tokens[WBTC].mint(address(executor), 10e18);
        market.setMode(FakeMarket.Mode.ForgesData, address(0), abi.encode(tokens[WBTC], MAX, ""));
        vm.expectRevert(abi.encodeWithSelector(PoolTrade.UnexpectedCallback.selector, market));
        _liquidateAs(keeper, _batch(Funding.FlashLoan, 3_000e6), targets);
    }

    /// @dev Market and collateral call every function of the executor in the middle of a batch.
    /// Both are keepers, and one is the owner, so that only the locks refuse them.
    function test_reentry_findsEverythingLocked() public {
        OddToken odd = new OddToken();
        riskConfig.listAsset(AssetRiskFields(address(odd), 7_500, 8_000, 0, 1_000, 2_500, 0), type(uint112).max);
        feeds.push(_newFeed(8, 2_000e8));
        uint8 asset = 3;
        oracle.setAssetSources(asset, _source(feeds[asset]), _noSource(), 0, false);
        FakeMarket oddMarket = _newMarket(IERC20(address(odd)), 1_800);
        LiquidationExecutor target = _newExecutor(oddMarket);
        vm.startPrank(boss);
        target.setKeeper(address(odd), true);
        target.setKeeper(address(oddMarket), true);
        vm.stopPrank();

        Target[] memory targets = new Target[](2);
        odd.mint(alice, 2e18);
        for (uint256 i = 0; i < 2; ++i) {
            targets[i] = Target(toVaultKey(alice, uint96(i)), NO_LIMIT);
            vm.startPrank(alice);
            engine.deposit(targets[i].vault, asset, 1e18);
            engine.borrow(targets[i].vault, 1_500e6, alice);
            vm.stopPrank();
        }
        _setPrice(asset, 1_800e8);
        Batch memory batch = Batch(asset, FEE, Funding.FlashLoan, 3_000e6, 0, uint40(START));
        bytes[] memory calls = new bytes[](5);
        calls[0] = abi.encodeCall(target.liquidate, (batch, targets));
        calls[1] = abi.encodeCall(target.sweep, (address(debtToken)));
        calls[2] = abi.encodeCall(target.onFlashLoan, (address(target), address(debtToken), 0, 0, ""));
        calls[3] = abi.encodeCall(target.onLiquidate, (targets[0].vault, asset, 1, 1, ""));
        calls[4] = abi.encodeCall(target.uniswapV3SwapCallback, (1, -1, abi.encode(debtToken, MAX, "")));
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            odd.setHook(address(target), calls[i]);
            oddMarket.setMode(FakeMarket.Mode.CallsOut, address(target), calls[i]);
            vm.prank(keeper);
            uint256 profit = target.liquidate(batch, targets);
            assertGt(odd.hookCalls(), 0);
            assertGt(oddMarket.callsOut(), 0);
            bytes4[2] memory errors = [bytes4(odd.lastError()), bytes4(oddMarket.lastError())];
            for (uint256 j = 0; j < 2; ++j) {
                if (i < 2) assertEq(errors[j], ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
                else if (i < 4) assertEq(errors[j], ILiquidationExecutor.UnexpectedCaller.selector);
                else assertEq(errors[j], PoolTrade.UnexpectedCallback.selector);
            }
            assertEq(debtToken.balanceOf(address(target)), HELD);
            assertEq(debtToken.balanceOf(boss), profit);
            vm.revertToState(snapshot);
        }
    }
}

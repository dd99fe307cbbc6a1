// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {Autopilot} from "../../../contracts/periphery/Autopilot.sol";
import {IAutopilot, Plan} from "../../../contracts/interfaces/IAutopilot.sol";
import {IVaultEngine} from "../../../contracts/interfaces/IVaultEngine.sol";
import {IVaultLens} from "../../../contracts/interfaces/IVaultLens.sol";
import {PoolTrade} from "../../../contracts/libraries/integration/PoolTrade.sol";
import {VaultKey, toVaultKey} from "../../../contracts/types/VaultKey.sol";
import {FakeMarket} from "../support/fakes/FakeMarket.sol";
import {SystemFixture} from "../support/fixtures/SystemFixture.sol";

contract AutopilotTest is SystemFixture {
    uint24 private constant FEE = 3_000;

    Autopilot private autopilot;
    FakeMarket private market;
    address private stranger = makeAddr("stranger");

    function setUp() public override {
        super.setUp();
        market = new FakeMarket(IERC20(address(tokens[WETH])), debtToken, 2_000 * 1e6 * 1e18);
        debtToken.mint(address(market), 1e9 * 1e6);
        autopilot = Autopilot(deployCode("contracts/periphery/Autopilot.sol:Autopilot", abi.encode(engine, market)));
    }

    function _plan() private pure returns (Plan memory) {
        return Plan(WETH, FEE, 10_300, 11_000, 75, 50);
    }

    /// @dev Alice with one ether at a debt of 1,500, at 1,900: health 1.0133.
    function _ready(Plan memory plan) private {
        _open(alice, 1_500e6);
        vm.startPrank(alice);
        autopilot.set(0, plan);
        engine.setOperator(address(autopilot), true);
        vm.stopPrank();
        _both(1_900);
    }

    /// @dev Oracle and market at `price` whole units of the debt asset.
    function _both(uint256 price) private {
        _setPrice(WETH, int256(price * 1e8));
        market.setPrice(price * 1e6 * 1e18);
    }

    function _executeAs(address who, VaultKey vault) private returns (uint256 repaid, uint256 sold, uint256 fee) {
        vm.prank(who);
        return autopilot.execute(vault, who);
    }

    // ------------------------------------------------------------------ what it does

    /// @dev For any plan, price and market the call is refused for a stated reason, or the vault is
    /// at its target or free of debt. Then the cost is within the cap, the executor got its fee,
    /// and the autopilot holds only its earlier balances.
    function testFuzz_execute_reachesTheTargetWithinTheCost(
        uint256 debt,
        uint256 price,
        uint256 spread,
        uint256 target,
        uint256 maxCost,
        uint64 stray
    ) public {
        deal(address(tokens[WETH]), address(autopilot), stray);
        debtToken.mint(address(autopilot), stray);
        (debt, price) = (bound(debt, 100e6, 1_500e6), bound(price, 1_000, 2_100));
        maxCost = bound(maxCost, 10, 900);
        Plan memory plan = Plan(WETH, FEE, 10_300, uint16(bound(target, 10_400, 20_000)), uint16(maxCost), 0);
        _open(alice, debt);
        vm.startPrank(alice);
        autopilot.set(0, plan);
        engine.setOperator(address(autopilot), true);
        vm.stopPrank();
        _both(price);
        market.setFee(bound(spread, 0, 100));
        IVaultLens.VaultHealth memory h = _health(_key(alice));
        try autopilot.execute(_key(alice), stranger) returns (uint256 repaid, uint256 sold, uint256 fee) {
            IVaultLens.VaultHealth memory after_ = _health(_key(alice));
            assertLt(h.healthFactor, 1.03e18);
            assertTrue(after_.debt == 0 || after_.healthFactor >= uint256(plan.targetHealth) * 1e14, "target");
            assertTrue(after_.debt == 0 || after_.debt > 100e6, "dust");
            assertEq(h.debt - after_.debt, repaid);
            assertEq(engine.collateralOf(_key(alice), WETH), 1e18 - sold);
            assertLe((sold * price * 1e6) / 1e18, (repaid * (10_000 + maxCost)) / 10_000, "cost");
            assertLe(fee, (repaid * (maxCost - (maxCost * 2) / 3)) / 10_000 + 1, "fee");
            assertEq(debtToken.balanceOf(stranger), fee);
            assertEq(debtToken.balanceOf(address(autopilot)), stray);
            assertEq(tokens[WETH].balanceOf(address(autopilot)), stray);
        } catch (bytes memory reason) {
            bytes4 e = bytes4(reason);
            if (h.healthFactor >= 1.03e18) assertEq(e, IAutopilot.NotTriggered.selector);
            else {
                assertTrue(
                    e == IAutopilot.CostsTooMuch.selector ||
                        e == IVaultEngine.HealthWouldFall.selector ||
                        e == IVaultEngine.SolvencyWouldFall.selector ||
                        e == IAutopilot.NotEnoughToSell.selector,
                    "undocumented refusal"
                );
            }
        }
    }

    /// @dev The savings of a sale better than the worst allowed stay in the vault. The executor
    /// does not get them.
    function test_execute_aBetterSaleIsTheOwners() public {
        _ready(_plan());
        uint256 snapshot = vm.snapshotState();
        market.setFee(45);
        (uint256 repaid, uint256 sold, uint256 fee) = _executeAs(stranger, _key(alice));
        vm.revertToState(snapshot);
        (uint256 repaid2, uint256 sold2, uint256 fee2) = _executeAs(stranger, _key(alice));
        assertEq(repaid2, repaid);
        assertEq(fee2, fee);
        assertLt(sold2, sold);
    }

    function test_execute_onlyOnceUntilHealthFallsAgain() public {
        _ready(_plan());
        _executeAs(stranger, _key(alice));
        vm.expectPartialRevert(IAutopilot.NotTriggered.selector);
        _executeAs(stranger, _key(alice));
        _both(1_770);
        _executeAs(stranger, _key(alice));
    }

    function test_execute_savesAVaultThatCouldBeLiquidated() public {
        _ready(_plan());
        _both(1_850);
        assertTrue(_health(_key(alice)).liquidatable);
        _executeAs(stranger, _key(alice));
        assertGe(_health(_key(alice)).healthFactor, 1.1e18);
    }

    function testFuzz_quote_isWhatExecutingDoes(uint256 price) public {
        _ready(_plan());
        price = bound(price, 1_700, 2_000);
        _both(price);
        (uint256 repaid, uint256 fee, uint256 mostSold) = autopilot.quote(_key(alice));
        if (repaid == 0) {
            vm.expectPartialRevert(IAutopilot.NotTriggered.selector);
            _executeAs(stranger, _key(alice));
            return;
        }
        (uint256 repaidNow, uint256 sold, uint256 feeNow) = _executeAs(stranger, _key(alice));
        assertEq(repaidNow, repaid);
        assertEq(feeNow, fee);
        assertLe((sold * price) / 1e12, mostSold);
    }

    // ------------------------------------------------------------------ whose vault

    /// @dev To be an operator is not enough: without a plan nothing can be done to a vault.
    function test_noPlan_noSale() public {
        _ready(_plan());
        vm.startPrank(alice);
        autopilot.clear(0);
        vm.expectRevert(abi.encodeWithSelector(IAutopilot.NoPlan.selector, _key(alice)));
        autopilot.execute(_key(alice), alice);
        vm.stopPrank();
        (uint256 repaid, , ) = autopilot.quote(_key(alice));
        assertEq(repaid, 0);
    }

    function test_plan_isOfOneVaultOfOneOwner() public {
        _ready(_plan());
        vm.prank(stranger);
        autopilot.set(0, Plan(WETH, FEE, 10_100, 10_200, 0, 0));
        assertEq(autopilot.planOf(_key(alice)).triggerHealth, 10_300);
        vm.prank(stranger);
        autopilot.clear(0);
        vm.expectRevert(abi.encodeWithSelector(IAutopilot.NoPlan.selector, toVaultKey(alice, 1)));
        autopilot.execute(toVaultKey(alice, 1), stranger);
        _executeAs(stranger, _key(alice));
    }

    function test_operator_takenBackStopsThePlan() public {
        _ready(_plan());
        vm.prank(alice);
        engine.setOperator(address(autopilot), false);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.NotAuthorised.selector, address(autopilot), alice));
        _executeAs(stranger, _key(alice));
    }

    function test_set_fillsInTheDefaults() public {
        vm.prank(alice);
        autopilot.set(0, Plan(WETH, FEE, 10_300, 11_000, 0, 0));
        Plan memory plan = autopilot.planOf(_key(alice));
        assertEq(plan.maxCost, 75);
        assertEq(plan.maxSlippage, 50);
    }

    /// @dev A plan is accepted exactly if it is harmless: the trigger at least 1, the target beyond
    /// it, cost below the penalty.
    function testFuzz_set_refusesExactlyTheHarmful(Plan memory plan) public {
        (plan.asset, plan.poolFee) = (WETH, FEE);
        if (plan.triggerHealth % 2 == 0) plan.triggerHealth = uint16(bound(plan.triggerHealth, 9_990, 11_000));
        if (plan.targetHealth % 2 == 0) plan.targetHealth = uint16(bound(plan.targetHealth, 10_000, 31_000));
        plan.maxCost = uint16(bound(plan.maxCost, 1, 1_100));
        plan.maxSlippage = uint16(bound(plan.maxSlippage, 1, 1_100));
        bool fine =
            plan.triggerHealth >= 10_000 &&
                plan.targetHealth > plan.triggerHealth &&
                plan.targetHealth <= 30_000 &&
                plan.maxCost > plan.maxSlippage &&
                plan.maxCost < 1_000;
        if (!fine) vm.expectRevert(abi.encodeWithSelector(IAutopilot.InvalidPlan.selector, plan, 1_000));
        autopilot.set(0, plan);
    }

    function test_set_needsAPool() public {
        market.close();
        vm.expectPartialRevert(PoolTrade.NoMarket.selector);
        autopilot.set(0, _plan());
    }

    // ------------------------------------------------------------------ prices and markets

    /// @dev A pool is pushed away from the oracle, in either direction, by more than half the
    /// slippage. Nothing is sold into it.
    function testFuzz_pushedPool_isRefused(uint256 poolPrice) public {
        _ready(_plan());
        poolPrice = bound(poolPrice, 1_850e6, 1_950e6);
        market.setPrice(poolPrice * 1e18);
        uint256 off = poolPrice > 1_900e6 ? poolPrice - 1_900e6 : 1_900e6 - poolPrice;
        // A square root in 96 bits tells prices apart to less than a millionth.
        vm.assume(off < 4_749_000 || off > 4_751_000);
        if (off > 4_750_000) vm.expectPartialRevert(IAutopilot.PricesDiffer.selector);
        _executeAs(stranger, _key(alice));
    }

    function test_costs_beyondTheCapAreRefused() public {
        _ready(_plan());
        market.setFee(51);
        vm.expectPartialRevert(IAutopilot.CostsTooMuch.selector);
        _executeAs(stranger, _key(alice));
    }

    function test_deadPrice_isRefused() public {
        _ready(_plan());
        vm.warp(START + 5 hours);
        vm.expectRevert(abi.encodeWithSelector(IAutopilot.PriceDead.selector, WETH));
        _executeAs(stranger, _key(alice));
    }

    function test_assetNotHeldOrTooLittle_isOutOfReach() public {
        _lend(lender, 1e7 * 1e6);
        _deposit(alice, WBTC, 0.025e8);
        _borrow(alice, 900e6);
        vm.startPrank(alice);
        engine.setOperator(address(autopilot), true);
        autopilot.set(0, _plan());
        vm.stopPrank();
        _setPrice(WBTC, 50_000e8);
        vm.expectRevert(abi.encodeWithSelector(IAutopilot.TargetOutOfReach.selector, _key(alice), WETH));
        _executeAs(stranger, _key(alice));
        _setPrice(WBTC, 50_000e8);
        _deposit(alice, WETH, 0.0001e18);
        vm.expectPartialRevert(IAutopilot.NotEnoughToSell.selector);
        _executeAs(stranger, _key(alice));
    }

    /// @dev A debt that a partial sale would leave at dust is repaid whole.
    function test_dust_isNotLeft() public {
        Plan memory plan = _plan();
        plan.targetHealth = 20_000;
        _lend(lender, 1e7 * 1e6);
        _deposit(alice, WETH, 0.08e18);
        _borrow(alice, 119e6);
        vm.startPrank(alice);
        engine.setOperator(address(autopilot), true);
        autopilot.set(0, plan);
        vm.stopPrank();
        _both(1_900);
        _executeAs(stranger, _key(alice));
        assertEq(_debt(_key(alice)), 0);
        assertGt(engine.collateralOf(_key(alice), WETH), 0);
    }

    // ------------------------------------------------------------------ hostility

    function test_callback_ofStrangersIsRefused() public {
        _ready(_plan());
        bytes memory job = abi.encode(_key(alice), WETH, uint256(1), uint256(1), MAX);
        bytes memory data = abi.encode(tokens[WETH], MAX, job);
        address[3] memory callers = [stranger, address(market), address(engine)];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(PoolTrade.UnexpectedCallback.selector, callers[i]));
            vm.prank(callers[i]);
            autopilot.uniswapV3SwapCallback(1, -1, data);
        }
    }

    /// @dev A market that asks for another job than the one agreed, or for the same twice.
    function test_hostileMarket_getsNoMore() public {
        _ready(_plan());
        bytes memory job = abi.encode(_key(alice), WETH, uint256(1), uint256(1), MAX);
        market.setMode(FakeMarket.Mode.ForgesData, address(0), abi.encode(tokens[WETH], MAX, job));
        vm.expectRevert(abi.encodeWithSelector(PoolTrade.UnexpectedCallback.selector, market));
        _executeAs(stranger, _key(alice));
        market.setMode(FakeMarket.Mode.CallsTwice, address(0), "");
        vm.expectRevert(abi.encodeWithSelector(PoolTrade.UnexpectedCallback.selector, market));
        _executeAs(stranger, _key(alice));
    }

    function test_reentry_findsItLocked() public {
        _ready(_plan());
        bytes memory again = abi.encodeCall(autopilot.execute, (_key(alice), stranger));
        market.setMode(FakeMarket.Mode.CallsOut, address(autopilot), again);
        _executeAs(stranger, _key(alice));
        assertEq(market.callsOut(), 1);
        assertEq(bytes4(market.lastError()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
    }

    /// @dev Tokens that lie here by mistake are nobody's fee.
    function test_strayTokens_stay() public {
        _ready(_plan());
        debtToken.mint(address(autopilot), 7e6);
        (, uint256 expected, ) = autopilot.quote(_key(alice));
        (, , uint256 fee) = _executeAs(stranger, _key(alice));
        assertEq(fee, expected);
        assertEq(debtToken.balanceOf(address(autopilot)), 7e6);
    }
}

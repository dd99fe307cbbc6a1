// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAutopilot, Plan} from "../../../../contracts/interfaces/IAutopilot.sol";
import {Batch, Funding, ILiquidationExecutor, Target} from "../../../../contracts/interfaces/ILiquidationExecutor.sol";
import {IVaultEngine} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {BPS, FixedPoint, WAD} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {HealthMath} from "../../../../contracts/libraries/math/HealthMath.sol";
import {PausableAction} from "../../../../contracts/types/PausableAction.sol";
import {AssetRisk} from "../../../../contracts/types/AssetRisk.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";
import {MarketHandler} from "./MarketHandler.sol";

/// @notice Agents that work for others: those who poke the volatility model, owners with an
/// autopilot, and a keeper with an executor. Both trade WETH in a market whose price is near the
/// oracle's, or not.
abstract contract AgentHandler is MarketHandler {
    uint8 private constant WETH = 0;
    uint24 private constant FEE = 3_000;

    // ------------------------------------------------------------------ volatility

    function pokeVolatility(uint8 asset) external {
        asset = uint8(asset % ASSETS);
        Snapshot memory s = _snapshot();
        if (sys.volatility.poke(asset)) {
            bytes32 state = keccak256(abi.encode(sys.volatility.seriesOf(asset)));
            assertTrue(sys.volatility.poke(asset), "nothing new, and still not caught up");
            assertEq(keccak256(abi.encode(sys.volatility.seriesOf(asset))), state, "a second poke moved the state");
            ++done["pokeVolatility"];
        }
        (AssetRisk risk, ) = sys.riskConfig.depositTerms(asset);
        (, uint256 floor) = sys.riskConfig.haircuts(asset);
        uint256 measured = sys.volatility.haircutOf(asset);
        assertEq(risk.haircut(), measured > floor ? measured : floor, "another haircut than measured");
        _assertHarmless(s, VaultKey.wrap(0));
    }

    function pokeCorrelation(uint8 first, uint8 second) external {
        uint8 a = uint8(first % ASSETS);
        uint8 b = uint8((a + 1 + (second % (ASSETS - 1))) % ASSETS);
        Snapshot memory s = _snapshot();
        sys.volatility.pokeCorrelation(a, b);
        uint256 correlation = sys.volatility.correlation(a, b);
        assertTrue(correlation >= (WAD * 8) / 10 && correlation <= WAD, "a correlation out of its bounds");
        if (correlation != WAD) ++done["pokeCorrelation"];
        _assertHarmless(s, VaultKey.wrap(0));
    }

    // ------------------------------------------------------------------ autopilot

    /// @dev An owner sets a plan and makes the autopilot its operator, or takes both back.
    function plan(uint256 vaultSeed, uint256 health, uint256 cost, bool ends) external {
        VaultKey vault = _vault(vaultSeed);
        uint256 trigger = _bound(uint16(health), 9_900, 11_000);
        Plan memory p = Plan({
            asset: WETH,
            poolFee: FEE,
            triggerHealth: uint16(trigger),
            targetHealth: uint16(trigger + ((health >> 16) % 2_000)),
            maxCost: uint16(cost) % 1_100,
            maxSlippage: uint16((cost >> 16) % 500)
        });
        Snapshot memory s = _snapshot();
        vm.startPrank(vault.ownerOf());
        sys.engine.setOperator(address(sys.autopilot), !ends);
        if (ends) {
            sys.autopilot.clear(vault.indexOf());
            assertEq(sys.autopilot.planOf(vault).targetHealth, 0, "a cleared plan is still there");
        } else {
            try sys.autopilot.set(vault.indexOf(), p) {
                ++done["plan"];
            } catch (bytes memory err) {
                assertEq(bytes4(err), IAutopilot.InvalidPlan.selector, "undocumented revert");
            }
        }
        vm.stopPrank();
        _assertHarmless(s, VaultKey.wrap(0));
    }

    /// @dev Anyone executes a plan. It is refused for a stated reason, or the vault reaches the
    /// owner's target within the owner's cost limit.
    function executePlan(uint256 vaultSeed, uint256 price, uint256 spread) external {
        VaultKey vault = _vault(vaultSeed);
        if (!_setMarket(_bound(price, 9_950, 10_050), _bound(spread, 0, 60))) return;
        Exact memory b = _exact(vault);
        uint256 balance = sys.debtToken.balanceOf(keeper);
        Snapshot memory s = _snapshot();
        vm.prank(keeper);
        try sys.autopilot.execute(vault, keeper) returns (uint256 repaid, uint256, uint256 fee) {
            Plan memory p = sys.autopilot.planOf(vault);
            Exact memory e = _exact(vault);
            assertLt(b.adjustedCollateral, b.debt * p.triggerHealth, "executed before its time");
            assertGe(e.adjustedCollateral, e.debt * p.targetHealth, "the target was missed");
            assertLe(b.value - e.value, (repaid * (BPS + p.maxCost)) / BPS + 1, "it cost more than allowed");
            assertEq(sys.debtToken.balanceOf(keeper), balance + fee, "the fee was not paid");
            ++done["executePlan"];
        } catch (bytes memory err) {
            _assertEither(
                err,
                [
                    IAutopilot.NoPlan.selector,
                    IAutopilot.NotTriggered.selector,
                    IAutopilot.PriceDead.selector,
                    IAutopilot.TargetOutOfReach.selector,
                    IAutopilot.PricesDiffer.selector
                ],
                [
                    IAutopilot.CostsTooMuch.selector,
                    IAutopilot.NotEnoughToSell.selector,
                    IVaultEngine.NotAuthorised.selector,
                    IVaultEngine.HealthWouldFall.selector,
                    IVaultEngine.SolvencyWouldFall.selector
                ]
            );
        }
        _assertHarmless(s, vault);
        assertEq(sys.debtToken.balanceOf(address(sys.autopilot)), 0, "the autopilot kept money");
        assertEq(sys.tokens[WETH].balanceOf(address(sys.autopilot)), 0, "the autopilot kept collateral");
    }

    // ------------------------------------------------------------------ executor

    /// @dev Two vaults, which may be one, at a price 20 % below the oracle's to 10 % above, with
    /// each of four fundings.
    function liquidateByExecutor(uint256 vaultSeed, uint256 price, uint256 way) external {
        if (!_setMarket(_bound(price, 8_000, 11_000), 0)) return;
        Target[] memory targets = new Target[](1 + (way % 2));
        uint256 needed;
        for (uint256 i = 0; i < targets.length; ++i) {
            targets[i] = Target(_vault(vaultSeed >> (128 * i)), type(uint128).max);
            needed += sys.lens.quoteLiquidation(targets[i].vault, WETH, type(uint256).max, type(uint256).max).repaid;
        }
        Funding funding = Funding((way >> 8) % 4);
        if (funding == Funding.Held) sys.debtToken.mint(address(sys.executor), needed);
        if (funding == Funding.FlashLoan) needed = FixedPoint.min(needed, sys.pool.poolState().cash);
        Batch memory batch = Batch(WETH, FEE, funding, uint128(needed), 0, uint40(block.timestamp));
        _execute(batch, targets);
    }

    function _execute(Batch memory batch, Target[] memory targets) private {
        uint256 float = sys.debtToken.balanceOf(address(sys.executor));
        uint256 earned = sys.debtToken.balanceOf(sys.executor.owner());
        Snapshot memory s = _snapshot();
        vm.prank(keeper);
        try sys.executor.liquidate(batch, targets) returns (uint256 profit) {
            assertEq(sys.debtToken.balanceOf(sys.executor.owner()), earned + profit, "the profit went elsewhere");
            ++done["liquidateByExecutor"];
        } catch (bytes memory err) {
            bytes4 none;
            if (!_isClosed(err, PausableAction.FlashLoan))
                _assertDocumented(
                    err,
                    [
                        ILiquidationExecutor.NothingLiquidated.selector,
                        ILiquidationExecutor.ProfitTooSmall.selector,
                        ILiquidationExecutor.SeizedTooLittle.selector,
                        none,
                        none
                    ]
                );
        }
        assertEq(sys.debtToken.balanceOf(address(sys.executor)), float, "the executor's own money moved");
        assertEq(sys.tokens[WETH].balanceOf(address(sys.executor)), 0, "the executor kept collateral");
        _assertOnly(s, targets[0].vault, targets[targets.length - 1].vault);
        _assertLossInOrder(s);
    }

    function sweep() external {
        uint256 float = sys.debtToken.balanceOf(address(sys.executor));
        uint256 earned = sys.debtToken.balanceOf(sys.executor.owner());
        vm.prank(keeper);
        assertEq(sys.executor.sweep(address(sys.debtToken)), float);
        assertEq(sys.debtToken.balanceOf(sys.executor.owner()), earned + float, "swept elsewhere");
        if (float != 0) ++done["sweep"];
    }

    // ------------------------------------------------------------------ the market

    /// @dev Sets the market to `price` of the oracle's, with a `fee` [bps]. Returns false if the
    /// oracle has no price.
    function _setMarket(uint256 price, uint256 fee) private returns (bool) {
        uint256 liquidation = sys.oracle.price(WETH).liquidation;
        if (liquidation == 0) return false;
        sys.market.setPrice((liquidation * price) / BPS);
        sys.market.setFee(fee);
        return true;
    }

    function _assertEither(bytes memory err, bytes4[5] memory some, bytes4[5] memory others) private pure {
        for (uint256 i = 0; i < 5; ++i) if (some[i] == bytes4(err)) return;
        _assertDocumented(err, others);
    }
}

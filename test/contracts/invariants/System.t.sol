// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Autopilot} from "../../../contracts/periphery/Autopilot.sol";
import {LiquidationExecutor} from "../../../contracts/periphery/LiquidationExecutor.sol";
import {Tab} from "../../../contracts/interfaces/IAuctionHouse.sol";
import {TripConfig} from "../../../contracts/interfaces/ICircuitBreaker.sol";
import {PoolState, PoolTerms} from "../../../contracts/interfaces/ILendingPool.sol";
import {IPortfolioMargin} from "../../../contracts/interfaces/IPortfolioMargin.sol";
import {DebtMath} from "../../../contracts/libraries/math/DebtMath.sol";
import {AssetSet} from "../../../contracts/types/AssetSet.sol";
import {VaultKey} from "../../../contracts/types/VaultKey.sol";
import {AuctionFixture} from "../support/fixtures/AuctionFixture.sol";
import {HandlerBase} from "../support/handlers/HandlerBase.sol";
import {FakeMarket} from "../support/fakes/FakeMarket.sol";
import {GovernorHandler} from "../support/handlers/GovernorHandler.sol";
import {SystemFixture} from "../support/fixtures/SystemFixture.sol";
import {VolatilityFixture} from "../support/fixtures/VolatilityFixture.sol";

/// @dev Declared here because a campaign only finds contracts of the files it runs.
contract Handler is GovernorHandler {
    constructor(System memory system) HandlerBase(system) {}
}

/// @notice Invariants after any sequence of calls. The handler asserts the properties of each call.
contract SystemInvariantTest is AuctionFixture, VolatilityFixture {
    Handler internal handler;
    FakeMarket internal market;

    function setUp() public override {
        super.setUp();
        market = new FakeMarket(tokens[WETH], debtToken, 2_000 * _unit() * 1e18);
        debtToken.mint(address(market), 1e15 * _unit());
        HandlerBase.System memory s = HandlerBase.System({
            engine: engine,
            pool: pool,
            oracle: oracle,
            riskConfig: riskConfig,
            lens: lens,
            debtToken: debtToken,
            tokens: tokens,
            feeds: feeds,
            second: _pair(WBTC, 60_000e8, 100),
            auctions: auctions,
            backstop: backstop,
            breaker: breaker,
            volatility: model,
            autopilot: Autopilot(deployCode("contracts/periphery/Autopilot.sol:Autopilot", abi.encode(engine, market))),
            executor: _deployExecutor(),
            market: market
        });
        PoolTerms memory t = _terms(1_000);
        t.backstopFactor = 500;
        pool.setTerms(t);
        breaker.setTripConfig(WETH, TripConfig(2_000, 1 hours, 2 hours, 30 minutes));
        handler = new Handler(s);
        manager.grantRole(0, address(handler), 0);
        _lend(lender, 5e6 * _unit());
        _capital(500 * _unit());
        targetContract(address(handler));
    }

    function _deployHouse() internal override(SystemFixture, AuctionFixture) returns (address) {
        return super._deployHouse();
    }

    function _deployMargin() internal override(SystemFixture, VolatilityFixture) returns (IPortfolioMargin) {
        return super._deployMargin();
    }

    function _deployExecutor() private returns (LiquidationExecutor) {
        address[] memory keepers = new address[](1);
        keepers[0] = keeper;
        return
            LiquidationExecutor(
                deployCode(
                    "contracts/periphery/LiquidationExecutor.sol:LiquidationExecutor",
                    abi.encode(makeAddr("boss"), engine, market, keepers)
                )
            );
    }

    function invariant_accountsAddUpAndEverybodyCanLeave() public {
        VaultKey[] memory vaults = handler.vaultList();
        PoolState memory p = pool.poolState();
        _assertDebtAddsUp(vaults, p.totalScaledDebt, pool.currentIndex());
        for (uint8 asset = 0; asset < 3; ++asset) _assertCollateralAddsUp(vaults, asset);
        assertEq(debtToken.balanceOf(address(pool)), p.cash + handler.strayDebt(), "cash differs from the tokens held");
        uint256 assets = uint256(p.cash) + p.auctionDebt + DebtMath.debtDown(p.totalScaledDebt, p.index);
        assertLe(uint256(p.fees) + p.reserve + p.backstopDue, assets, "the reserve owns more than there is");
        _assertAuctionsAddUp(p.auctionDebt);
        // Asked of one state in four, as their figures fall: it costs more than all the rest.
        if (uint256(keccak256(abi.encode(p.cash, p.totalScaledDebt, block.timestamp))) % 4 == 0) {
            _assertEverybodyCanLeave(vaults);
        }
    }

    function _assertDebtAddsUp(VaultKey[] memory vaults, uint256 totalScaled, uint256 index) private view {
        uint256 scaled;
        uint256 debts;
        for (uint256 i = 0; i < vaults.length; ++i) {
            (uint256 own, AssetSet held, ) = engine.vaultState(vaults[i]);
            scaled += own;
            debts += DebtMath.debtUp(own, index);
            assertTrue(own == 0 || !held.isEmpty(), "debt without any collateral");
        }
        assertEq(scaled, totalScaled, "vault debts differ from the total");
        assertGe(debts, pool.totalDebt(), "lenders count on more than is owed");
    }

    function _assertCollateralAddsUp(VaultKey[] memory vaults, uint8 asset) private view {
        uint256 sum;
        for (uint256 i = 0; i < vaults.length; ++i) {
            uint256 balance = engine.collateralOf(vaults[i], asset);
            (, AssetSet held, ) = engine.vaultState(vaults[i]);
            assertEq(held.contains(asset), balance != 0, "the set of collaterals is wrong");
            sum += balance;
        }
        (uint256 deposited, uint256 auctioned) = engine.assetTotals(asset);
        assertEq(sum, deposited, "vault balances differ from the total");
        uint256 held_ = tokens[asset].balanceOf(address(engine));
        assertEq(
            held_,
            deposited + auctioned + handler.strayCollateral(asset),
            "collateral differs from the tokens held"
        );
    }

    /// @dev Lots, residuals and claims match the collateral that the engine keeps for the auctions.
    /// Tabs match the claims of the pool and the expected income of the backstop. Backstop and
    /// auction house hold what they owe.
    function _assertAuctionsAddUp(uint256 auctionDebt) private view {
        uint256[] memory words = auctions.absorptions(0, MAX);
        uint256[3] memory lots;
        uint256 debts;
        uint256 penalties;
        for (uint256 at = 0; at < words.length;) {
            (, , Tab memory tab) = auctions.absorption(words[at]);
            assertEq(tab.debt, words[at + 3], "two views of one debt");
            (debts, penalties) = (debts + tab.debt, penalties + tab.penalty);
            uint256 next = at + 6 + 3 * words[at + 5];
            for (at += 6; at < next; at += 3) lots[words[at]] += words[at + 1];
        }
        assertEq(debts, auctionDebt, "the auctions owe something else than the pool is owed");
        assertEq(penalties, auctions.expectedPenalties(), "penalties differ from their total");
        VaultKey[] memory vaults = handler.vaultList();
        for (uint8 asset = 0; asset < 3; ++asset) {
            uint256 sum = lots[asset] + auctions.lot(0, asset).amount;
            // Vault 4 is the first actor's second.
            for (uint256 i = 0; i < 4; ++i) sum += auctions.claims(vaults[i].ownerOf(), asset);
            (, uint256 auctioned) = engine.assetTotals(asset);
            assertEq(sum, auctioned, "lots and claims differ from what was auctioned");
        }
        assertEq(debtToken.balanceOf(address(backstop)), backstop.totalAssets(), "the backstop's cash is not there");
        uint256 tips = auctions.tips(keeper) + auctions.tips(address(handler));
        assertEq(debtToken.balanceOf(address(auctions)), tips, "the tips are not there");
    }

    /// @dev At any prices anyone can repay all debts in full. Then all owners withdraw everything,
    /// and then every lender is paid out, except for the roundings of the virtual shares.
    function _assertEverybodyCanLeave(VaultKey[] memory vaults) private {
        uint256 checkpoint = vm.snapshotState();
        _fundDebt(bob, 1e12 * _unit());
        for (uint256 i = 0; i < vaults.length; ++i) {
            vm.prank(bob);
            engine.repay(vaults[i], MAX);
            assertEq(_scaled(vaults[i]), 0, "a debt could not be repaid in full");
            for (uint8 asset = 0; asset < 3; ++asset) {
                uint256 balance = engine.collateralOf(vaults[i], asset);
                vm.prank(vaults[i].ownerOf());
                assertEq(engine.withdraw(vaults[i], asset, MAX, alice), balance, "an owner could not leave");
            }
        }
        for (uint256 i = 0; i < 4; ++i) {
            for (uint8 asset = 0; asset < 3; ++asset) {
                uint256 owed = auctions.claims(vaults[i].ownerOf(), asset);
                vm.prank(vaults[i].ownerOf());
                assertEq(auctions.claim(asset, alice), owed, "a claim was not paid");
            }
        }
        // Only debt that is still being auctioned may keep a lender.
        uint256 shares = pool.balanceOf(lender);
        if (pool.poolState().auctionDebt == 0) assertEq(pool.maxRedeem(lender), shares, "a lender could not leave");
        shares = pool.maxRedeem(lender);
        vm.prank(lender);
        pool.redeem(shares, lender, lender);
        vm.revertToState(checkpoint);
    }

    /// @dev The same for flags, absorptions, auctions, backstop, flash loans, breaker and ramps.
    function _reachTheMarket() private {
        for (uint256 i = 0; i < 10; ++i) handler.movePrice(WETH, 13_500);
        // Until that is the price: nobody borrows on a step.
        for (uint256 i = 0; i < 2; ++i) handler.pass(2 hours, MAX);
        handler.deposit(1, 4, WETH, 10e18);
        handler.borrow(4, 100_000 * _unit() + 1);
        handler.ownSequence(4, 0x1234);
        handler.deleverage(4, WETH, 1e17, 100);
        handler.flashLoan(4, 1e6 * _unit(), 300 * _unit());
        handler.stake(1, 1_000 * _unit(), false);
        handler.leaveBackstop(1, MAX, false);
        handler.rampDown(WETH, 50);
        handler.pause(0, 10 minutes, false);
        handler.pass(1 hours, MAX);
        for (uint256 i = 0; i < 200 && handler.done("absorb") == 0; ++i) {
            handler.movePrice(WETH, handler.done("flag") == 0 ? 9_900 : 9_500);
            handler.flag(4);
            if (handler.done("flag") != 0 && handler.done("liquidateInFlash") == 0) handler.flashLoan(4, 0, 1);
            else handler.absorb(4);
        }
        handler.tendLot(0, 0, 0);
        for (uint256 i = 0; i < 4; ++i) {
            handler.movePrice(WETH, 13_500);
            for (uint256 id = 0; id < 4; ++id) handler.take(id, i, MAX - 1);
        }
        for (uint256 i = 0; i < 4; ++i) for (uint8 asset = 0; asset < 3; ++asset) handler.claim(i, asset);
        for (uint256 i = 0; i < 3; ++i) handler.pass(1 days, MAX);
        handler.payBackstop();
        handler.leaveBackstop(1, MAX, false);
    }

    /// @dev The same for volatility, autopilot, executor, holders and settings, from the start.
    function _reachTheAgents() private {
        handler.lend(2, 1e6 * _unit(), true);
        handler.moveShares(2, 3, MAX, false, true);
        handler.stake(3, 1_000 * _unit(), true);
        handler.moveShares(3, 0, 2, true, false);
        handler.leaveBackstop(3, MAX, true);
        handler.moveShares(3, 0, 1, true, false);
        for (uint256 i = 0; i < 3; ++i) handler.permit(i, 5, i);
        handler.donateToBackstop(0, _unit());
        for (uint256 i = 0; i < 8; ++i) handler.tune(WETH, i, 1_001);
        handler.trespass(1, 0);
        for (uint8 a = 0; a < 2; ++a) handler.pokeVolatility(a);
        // WETH and WBTC take turns: neither tells anything of the other.
        for (uint256 i = 0; i < 24; ++i) {
            handler.movePrice(uint8(i % 2), (uint256(10_000) << 16) | ((i / 2) % 2 == 0 ? 10_300 : 9_709));
            handler.pass(1 hours, MAX);
        }
        for (uint8 a = 0; a < 2; ++a) handler.pokeVolatility(a);
        handler.pokeCorrelation(WETH, 0);
        handler.deposit(1, 3, WETH, 10e18);
        handler.borrow(3, 1_001 * _unit());
        handler.plan(3, 10_500 | (uint256(1_000) << 16), 75 | (uint256(50) << 16), false);
        while (handler.healthBps(3) > 10_400) handler.movePrice(WETH, 9_900);
        handler.executePlan(3, 10_000, 0);
        handler.plan(3, 10_500 | (uint256(1_000) << 16), 75 | (uint256(50) << 16), true);
        while (handler.healthBps(3) > 9_900) handler.movePrice(WETH, 9_900);
        handler.liquidateByExecutor(3, 11_000, 0);
        handler.sweep();
    }

    /// @dev The campaign is not vacuous: it may find this sequence, and every action in the
    /// sequence has an effect.
    function test_handler_reachesEveryOutcome() public {
        handler.deposit(1, 0, WETH, 10e18);
        handler.deposit(1, 1, WBTC, 1e8);
        handler.lend(2, 1e5 * _unit(), false);
        handler.openByOperator(2, 3, GOLD, 100_000e6);
        handler.borrow(0, 14_999 * _unit() + 1);
        handler.borrow(1, 30_001 * _unit());
        handler.roundTrip(1, 1_000 * _unit(), 1);
        handler.withdraw(0, WETH, 1);
        handler.repay(1, 1, 200 * _unit() + 1);
        handler.pass(1 hours, MAX);
        for (uint256 i = 0; i < 4; ++i) handler.movePrice(WETH, 8_500);
        handler.liquidate(0, WETH, 1, 1);
        for (uint256 i = 0; i < 9; ++i) handler.movePrice(WBTC, (uint256(10_000) << 16) | 7_000);
        handler.liquidate(1, WBTC, 1, 1);
        handler.unlend(2, 1e9, true);
        _reachTheMarket();
        string[27] memory actions = [
            "deposit",
            "lend",
            "openByOperator",
            "borrow",
            "borrowAndRepay",
            "withdraw",
            "repay",
            "liquidate",
            "unlend",
            "writeOff",
            "flag",
            "absorb",
            "deleverage",
            "ownSequence",
            "flashLoan",
            "repayInFlash",
            "liquidateInFlash",
            "take",
            "checkpoint",
            "claim",
            "claimTip",
            "stake",
            "requestExit",
            "leaveBackstop",
            "payBackstop",
            "pause",
            "rampDown"
        ];
        for (uint256 i = 0; i < actions.length; ++i) assertGt(handler.done(bytes32(bytes(actions[i]))), 0, actions[i]);
        invariant_accountsAddUpAndEverybodyCanLeave();
        _assertEverybodyCanLeave(handler.vaultList());
    }

    function test_handler_reachesEveryOutcomeOfAgents() public {
        _reachTheAgents();
        string[13] memory actions = [
            "holdBackShares",
            "pokeVolatility",
            "pokeCorrelation",
            "plan",
            "executePlan",
            "liquidateByExecutor",
            "sweep",
            "moveShares",
            "permit",
            "donateToBackstop",
            "tune",
            "trespass",
            "stake"
        ];
        for (uint256 i = 0; i < actions.length; ++i) assertGt(handler.done(bytes32(bytes(actions[i]))), 0, actions[i]);
        invariant_accountsAddUpAndEverybodyCanLeave();
        _assertEverybodyCanLeave(handler.vaultList());
    }
}

/// @notice The same with a debt asset of eighteen decimals.
contract SystemInvariant18Test is SystemInvariantTest {
    function _debtDecimals() internal pure override returns (uint8) {
        return 18;
    }
}

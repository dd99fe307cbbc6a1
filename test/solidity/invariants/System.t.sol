// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PoolState} from "../../../contracts/interfaces/ILendingPool.sol";
import {DebtMath} from "../../../contracts/libraries/DebtMath.sol";
import {AssetSet} from "../../../contracts/types/AssetSet.sol";
import {VaultKey} from "../../../contracts/types/VaultKey.sol";
import {HandlerBase} from "../support/HandlerBase.sol";
import {SystemFixture} from "../support/SystemFixture.sol";
import {SystemHandler} from "../support/SystemHandler.sol";

/// @dev Declared here because a campaign only finds contracts of the files it runs.
contract Handler is SystemHandler {
    constructor(System memory system) HandlerBase(system) {}
}

/// @notice What must hold after any sequence of calls. What must hold of each call is asserted by the handler.
contract SystemInvariantTest is SystemFixture {
    Handler internal handler;

    function setUp() public override {
        super.setUp();
        HandlerBase.System memory s = HandlerBase.System({
            engine: engine,
            pool: pool,
            oracle: oracle,
            riskConfig: riskConfig,
            lens: lens,
            debtToken: debtToken,
            tokens: tokens,
            feeds: feeds,
            second: _pair(WBTC, 60_000e8, 100)
        });
        handler = new Handler(s);
        manager.grantRole(0, address(handler), 0);
        _lend(lender, 5e6 * _unit());
        targetContract(address(handler));
    }

    function invariant_accountsAddUpAndEverybodyCanLeave() public {
        VaultKey[] memory vaults = handler.vaultList();
        PoolState memory p = pool.poolState();
        _assertDebtAddsUp(vaults, p.totalScaledDebt, pool.currentIndex());
        for (uint8 asset = 0; asset < 3; ++asset) _assertCollateralAddsUp(vaults, asset);
        assertEq(debtToken.balanceOf(address(pool)), p.cash + handler.strayDebt(), "cash differs from the tokens held");
        uint256 assets = uint256(p.cash) + p.auctionDebt + DebtMath.debtDown(p.totalScaledDebt, p.index);
        assertLe(uint256(p.fees) + p.reserve + p.backstopDue, assets, "the reserve owns more than there is");
        _assertEverybodyCanLeave(vaults);
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

    /// @dev Whatever the prices: anyone repays everybody's debt in full, then everybody leaves with everything, and then
    /// every lender but for the virtual shares' roundings is paid out.
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
        uint256 shares = pool.balanceOf(lender);
        assertEq(pool.maxRedeem(lender), shares, "a lender could not leave");
        vm.prank(lender);
        pool.redeem(shares, lender, lender);
        vm.revertToState(checkpoint);
    }

    /// @dev The campaign is not vacuous: this is a sequence it may find, and every action in it does something.
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
        string[9] memory actions = [
            "deposit",
            "lend",
            "openByOperator",
            "borrow",
            "borrowAndRepay",
            "withdraw",
            "repay",
            "liquidate",
            "unlend"
        ];
        for (uint256 i = 0; i < actions.length; ++i) assertGt(handler.done(bytes32(bytes(actions[i]))), 0, actions[i]);
        assertGt(handler.done("writeOff"), 0, "writeOff");
        invariant_accountsAddUpAndEverybodyCanLeave();
    }
}

/// @notice The same with a debt asset of eighteen decimals.
contract SystemInvariant18Test is SystemInvariantTest {
    function _debtDecimals() internal pure override returns (uint8) {
        return 18;
    }
}

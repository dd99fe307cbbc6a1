// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICircuitBreaker} from "../../../../contracts/interfaces/ICircuitBreaker.sol";
import {ILendingPool} from "../../../../contracts/interfaces/ILendingPool.sol";
import {IVaultEngine, LiquidationCall} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {IVaultLens} from "../../../../contracts/interfaces/IVaultLens.sol";
import {BPS} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {HealthMath} from "../../../../contracts/libraries/math/HealthMath.sol";
import {PausableAction} from "../../../../contracts/types/PausableAction.sol";
import {AssetRiskFields} from "../../../../contracts/types/AssetRisk.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {Price, Status} from "../../../../contracts/types/Price.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";
import {HandlerBase} from "./HandlerBase.sol";

/// @notice Four people, five vaults, three collaterals, and every call they may make. A refusal is
/// asserted to be the documented one for the state it meets.
abstract contract SystemHandler is HandlerBase {
    // ------------------------------------------------------------------ owners

    function deposit(uint256 payerSeed, uint256 vaultSeed, uint8 asset, uint256 amount) external {
        asset = uint8(asset % ASSETS);
        VaultKey vault = _vault(vaultSeed);
        address payer = payerSeed % 4 == 0 ? _actor(payerSeed >> 2) : vault.ownerOf();
        amount = _amountOf(asset, amount);
        sys.tokens[asset].mint(payer, amount);
        Snapshot memory s = _snapshot();
        (, AssetSet held, ) = sys.engine.vaultState(vault);
        vm.prank(payer);
        try sys.engine.deposit(vault, asset, amount) {
            assertTrue(held.contains(asset) || payer == vault.ownerOf(), "a stranger added an asset");
            ++done["deposit"];
        } catch (bytes memory err) {
            _assertDocumented(
                err,
                [IVaultEngine.NotAuthorised.selector, IVaultEngine.PriceNotGood.selector, bytes4(0), 0, 0]
            );
        }
        _assertHarmless(s, vault);
    }

    function withdraw(uint256 vaultSeed, uint8 asset, uint256 amount) external {
        asset = uint8(asset % ASSETS);
        VaultKey vault = _vault(vaultSeed);
        amount = _bound(amount, 0, sys.engine.collateralOf(vault, asset) * 2);
        Snapshot memory s = _snapshot();
        bool indebted = _exact(vault).debt != 0;
        vm.prank(vault.ownerOf());
        try sys.engine.withdraw(vault, asset, amount, vault.ownerOf()) returns (uint256 withdrawn) {
            Exact memory e = _exact(vault);
            assertTrue(e.debt == 0 || withdrawn == 0 || (e.allGood && e.margin >= e.debt * BPS), "withdrawn below ltv");
            if (withdrawn != 0) ++done["withdraw"];
        } catch (bytes memory err) {
            assertTrue(indebted, "leaving without debt was refused");
            if (!_isClosed(err, PausableAction.WithdrawWithDebt))
                _assertDocumented(
                    err,
                    [IVaultEngine.NotEnoughCollateral.selector, IVaultEngine.PriceNotGood.selector, bytes4(0), 0, 0]
                );
        }
        _assertHarmless(s, vault);
    }

    function borrow(uint256 vaultSeed, uint256 amount) external {
        VaultKey vault = _vault(vaultSeed);
        Exact memory e = _exact(vault);
        uint256 room = e.margin / BPS > e.debt ? e.margin / BPS - e.debt : 0;
        // One in four a unit beyond what it may be, one in four whatever that is.
        if (amount % 4 == 3) amount = room + 1;
        else amount = _bound(amount, 1, amount % 4 == 0 ? 1e6 * unit : room + 1);
        Snapshot memory s = _snapshot();
        vm.prank(vault.ownerOf());
        try sys.engine.borrow(vault, amount, vault.ownerOf()) {
            e = _exact(vault);
            assertTrue(e.allGood && e.margin >= e.debt * BPS, "borrowed below ltv");
            assertGe(e.debt, sys.riskConfig.systemRisk().dust, "a dust debt was opened");
            assertLe(sys.pool.totalDebt(), sys.riskConfig.systemRisk().borrowCap, "borrow cap");
            ++done["borrow"];
        } catch (bytes memory err) {
            if (!_isClosed(err, PausableAction.Borrow))
                _assertDocumented(
                    err,
                    [
                        IVaultEngine.NotEnoughCollateral.selector,
                        IVaultEngine.PriceNotGood.selector,
                        IVaultEngine.DebtBelowDust.selector,
                        IVaultEngine.BorrowCapExceeded.selector,
                        ILendingPool.InsufficientCash.selector
                    ]
                );
        }
        _assertHarmless(s, vault);
    }

    function repay(uint256 payerSeed, uint256 vaultSeed, uint256 amount) external {
        VaultKey vault = _vault(vaultSeed);
        Exact memory e = _exact(vault);
        amount = amount % 8 == 0 ? type(uint256).max : _bound(amount, 0, e.debt + 2);
        address payer = _actor(payerSeed);
        _mintDebt(payer, e.debt);
        Snapshot memory s = _snapshot();
        vm.prank(payer);
        uint256 repaid = sys.engine.repay(vault, amount);
        assertLe(repaid, amount);
        uint256 left = _exact(vault).debt;
        uint256 dust = sys.riskConfig.systemRisk().dust;
        assertTrue(left == 0 || left >= dust || e.debt < dust, "repaying left dust");
        if (repaid != 0) ++done["repay"];
        _assertHarmless(s, vault);
    }

    /// @dev Deposit and borrow in one transaction, by an operator of the owner.
    function openByOperator(uint256 vaultSeed, uint256 operatorSeed, uint8 asset, uint256 amount) external {
        asset = uint8(asset % ASSETS);
        VaultKey vault = _vault(vaultSeed);
        address operator = _actor(operatorSeed);
        vm.prank(vault.ownerOf());
        sys.engine.setOperator(operator, true);
        amount = _amountOf(asset, amount);
        sys.tokens[asset].mint(operator, amount);
        bytes memory call = _opening(vault, asset, amount, operator);
        Snapshot memory s = _snapshot();
        vm.prank(operator);
        (bool ok, bytes memory err) = address(sys.engine).call(call);
        if (ok) {
            ++done["openByOperator"];
        } else {
            if (!_isClosed(err, PausableAction.Borrow))
                _assertDocumented(
                    err,
                    [
                        IVaultEngine.NotEnoughCollateral.selector,
                        IVaultEngine.PriceNotGood.selector,
                        IVaultEngine.DebtBelowDust.selector,
                        IVaultEngine.BorrowCapExceeded.selector,
                        ILendingPool.InsufficientCash.selector
                    ]
                );
            assertEq(
                _storedNow(vaultSeed % vaults.length),
                s.stored[vaultSeed % vaults.length],
                "a refused opening left something"
            );
        }
        vm.prank(vault.ownerOf());
        sys.engine.setOperator(operator, false);
        _assertHarmless(s, vault);
    }

    /// @dev By `open` or by a multicall of its parts.
    function _opening(
        VaultKey vault,
        uint8 asset,
        uint256 amount,
        address operator
    ) private view returns (bytes memory) {
        uint256 loan = HealthMath.valueDown(amount, sys.oracle.price(asset).low) / 2 + 1;
        if (amount % 2 == 0) return abi.encodeCall(sys.engine.open, (vault, asset, amount, loan, operator));
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(IVaultEngine.deposit, (vault, asset, amount));
        calls[1] = abi.encodeCall(IVaultEngine.borrow, (vault, loan, operator));
        return abi.encodeCall(sys.engine.multicall, (calls));
    }

    // ------------------------------------------------------------------ liquidators

    function liquidate(uint256 vaultSeed, uint8 asset, uint256 maxRepay, uint256 maxSeize) external {
        asset = uint8(asset % ASSETS);
        VaultKey vault = _vault(vaultSeed);
        Exact memory b = _exact(vault);
        uint256 balance = sys.engine.collateralOf(vault, asset);
        maxRepay = maxRepay % 3 == 0 ? _bound(maxRepay, 0, b.debt) : type(uint256).max;
        maxSeize = maxSeize % 3 == 0 ? _bound(maxSeize, 0, balance) : type(uint256).max;
        IVaultLens.Quote memory q = sys.lens.quoteLiquidation(vault, asset, maxRepay, maxSeize);
        _mintDebt(keeper, b.debt);
        Snapshot memory s = _snapshot();
        LiquidationCall memory c = LiquidationCall(vault, asset, maxRepay, maxSeize, 0, block.timestamp, keeper, "");
        vm.prank(keeper);
        try sys.engine.liquidate(c) returns (uint256 repaid, uint256 seized) {
            assertLt(b.adjustedCollateral, b.debt * BPS, "a healthy vault was liquidated");
            assertTrue(repaid == q.repaid && seized == q.seized, "the quote was wrong");
            assertTrue(repaid <= maxRepay && seized <= maxSeize, "beyond the caller's limits");
            _assertLiquidated(s, vault, b, q);
            if (repaid != 0) ++done["liquidate"];
        } catch (bytes memory err) {
            if (!_isClosed(err, PausableAction.Liquidate)) _assertRefusal(bytes4(err), b, asset, balance);
            _assertHarmless(s, vault);
        }
    }

    function _assertLiquidated(Snapshot memory s, VaultKey vault, Exact memory b, IVaultLens.Quote memory q) private {
        Exact memory e = _exact(vault);
        uint256 dust = sys.riskConfig.systemRisk().dust;
        assertTrue(e.debt == 0 || e.valueHigh >= dust || e.valueHigh >= e.debt, "bad debt was left open");
        _assertOthers(s, vault);
        if (q.writtenOff == 0) {
            if (b.value >= b.debt) {
                assertGe(e.value * b.debt, b.value * e.debt, "the collateral ratio fell");
                assertGe(e.adjustedCollateral * b.debt, b.adjustedCollateral * e.debt, "health fell");
            }
            _assertHarmless(s, vault);
            return;
        }
        ++done["writeOff"];
        assertTrue(e.debt == 0 && e.value == 0, "a write-off left something");
        // Both debts are rounded up, so that together they may exceed their sum by one unit.
        assertLe(q.repaid + q.writtenOff, b.debt + 1, "more was written off than owed");
        (uint256 reserve, uint256 assets) = (_reserveNow(), sys.pool.totalAssets());
        _assertLossInOrder(s);
        if (assets < s.assets) assertLe(s.assets - assets, q.writtenOff - s.reserve, "lenders lost more than was left");
        assertLe(s.reserve - reserve, q.writtenOff, "the reserve paid more than was written off");
    }

    function _assertRefusal(bytes4 err, Exact memory b, uint8 asset, uint256 balance) private view {
        if (balance == 0) return assertEq(err, IVaultEngine.AssetNotHeld.selector);
        if (sys.oracle.price(asset).status == Status.Dead) return assertEq(err, IVaultEngine.PriceDead.selector);
        if (b.adjustedCollateral >= b.debt * BPS) return assertEq(err, IVaultEngine.VaultHealthy.selector);
        (AssetRiskFields memory risk, ) = sys.riskConfig.assetRisk(asset);
        assertEq(err, IVaultEngine.AssetNotSeizable.selector);
        assertTrue(
            b.value >= b.debt && b.adjustedCollateral < b.debt * risk.liquidationThreshold,
            "requireSeizable, but refused"
        );
    }

    // ------------------------------------------------------------------ lenders

    function lend(uint256 actorSeed, uint256 amount, bool byShares) external {
        address who = _actor(actorSeed);
        amount = _bound(amount, 0, 3e6 * unit);
        Snapshot memory s = _snapshot();
        uint256 shares = sys.pool.previewDeposit(amount);
        _mintDebt(who, amount);
        vm.prank(who);
        if (byShares) assertLe(sys.pool.mint(shares, who), amount);
        else assertEq(sys.pool.deposit(amount, who), shares);
        if (amount != 0) ++done["lend"];
        _assertHarmless(s, VaultKey.wrap(0));
    }

    function unlend(uint256 actorSeed, uint256 amount, bool byShares) external {
        address who = _actor(actorSeed);
        Snapshot memory s = _snapshot();
        uint256 most = byShares ? sys.pool.maxRedeem(who) : sys.pool.maxWithdraw(who);
        amount = _bound(amount, 0, most);
        uint256 expected = sys.pool.previewRedeem(amount);
        vm.prank(who);
        if (byShares && amount % 2 == 0) sys.pool.redeemAtLeast(amount, who, who, expected);
        else if (byShares) sys.pool.redeem(amount, who, who);
        else sys.pool.withdraw(amount, who, who);
        if (amount != 0) ++done["unlend"];
        _assertHarmless(s, VaultKey.wrap(0));
    }

    /// @dev In and out again in one block, in every pair of ways: nobody gains.
    function roundTrip(uint256 vaultSeed, uint256 amount, uint256 way) external {
        VaultKey vault = _vault(vaultSeed);
        address who = vault.ownerOf();
        Exact memory e = _exact(vault);
        amount = _bound(amount, 1, 1e6 * unit);
        _mintDebt(who, e.debt + amount);
        uint256 wealth = sys.debtToken.balanceOf(who) + sys.pool.previewRedeem(sys.pool.balanceOf(who));
        vm.startPrank(who);
        if (way % 2 == 0) {
            uint256 shares = sys.pool.deposit(amount, who);
            if (way % 4 == 0) sys.pool.redeem(shares, who, who);
            else sys.pool.withdraw(sys.pool.previewRedeem(shares), who, who);
        } else {
            uint256 room = e.margin / BPS > e.debt ? e.margin / BPS - e.debt : 0;
            uint256 cash = sys.pool.poolState().cash;
            if (room > cash) room = cash;
            bool open = sys.breaker.pausedUntil(PausableAction.Borrow) <= block.timestamp;
            if (open && e.allGood && room > 0 && e.debt >= sys.riskConfig.systemRisk().dust) {
                try sys.engine.borrow(vault, _bound(amount, 1, room), who) {
                    sys.engine.repay(vault, _exact(vault).debt - e.debt);
                } catch (bytes memory reason) {
                    // The breaker refuses a price that has just moved, even before a poke tells it.
                    assert(bytes4(reason) == ICircuitBreaker.PriceMoved.selector);
                }
                ++done["borrowAndRepay"];
            }
            // Whatever a rounding left owing counts against the wealth.
            wealth += _exact(vault).debt - e.debt;
        }
        vm.stopPrank();
        uint256 left = sys.debtToken.balanceOf(who) + sys.pool.previewRedeem(sys.pool.balanceOf(who));
        if (way % 2 == 0) assertLe(left, wealth, "a round trip paid");
        else assertLe(left, wealth + 1, "a round trip paid");
    }

    // ------------------------------------------------------------------ everybody else

    function donate(uint256 actorSeed, uint256 amount) external {
        amount = _bound(amount, 0, 1_000 * unit);
        address who = _actor(actorSeed);
        _mintDebt(who, amount);
        Snapshot memory s = _snapshot();
        vm.prank(who);
        sys.pool.donate(amount);
        assertEq(sys.pool.totalAssets(), s.assets, "a donation moved the share price");
        _assertHarmless(s, VaultKey.wrap(0));
    }

    /// @dev Tokens sent behind the system's back move nothing.
    function sendStray(uint8 asset, uint256 amount) external {
        asset = uint8(asset % (ASSETS + 1));
        amount = _bound(amount, 0, 1e12);
        Snapshot memory s = _snapshot();
        if (asset == ASSETS) {
            sys.debtToken.mint(address(sys.pool), amount);
            strayDebt += amount;
        } else {
            sys.tokens[asset].mint(address(sys.engine), amount);
            strayCollateral[asset] += amount;
        }
        assertEq(sys.pool.totalAssets(), s.assets, "a stray transfer moved the share price");
        _assertHarmless(s, VaultKey.wrap(0));
    }

    function acceptAndAccrue(uint8 asset) external {
        asset = uint8(asset % ASSETS);
        Snapshot memory s = _snapshot();
        bool good = sys.oracle.price(asset).status == Status.Good;
        uint256[2] memory exits = _exits();
        sys.oracle.observe(asset);
        assertEq(sys.oracle.updateLastGoodPrice(asset), good, "only a Good price is accepted");
        sys.pool.addInterest();
        _assertNoDodge(exits);
        _assertHarmless(s, VaultKey.wrap(0));
        assertEq(sys.pool.totalAssets(), s.assets, "accruing changed what was already true");
    }

    /// @dev Governance may tighten the initial margin and raise thresholds.
    function govern(uint8 asset, uint256 seed) external {
        asset = uint8(asset % ASSETS);
        Snapshot memory s = _snapshot();
        (AssetRiskFields memory risk, uint128 cap) = sys.riskConfig.assetRisk(asset);
        risk.ltv = uint16(_bound(seed, risk.liquidationThreshold - 800, risk.liquidationThreshold - 200));
        if (seed % 8 == 0 && risk.liquidationThreshold < 9_300) risk.liquidationThreshold += 5;
        sys.riskConfig.setAsset(asset, risk, cap);
        _assertHarmless(s, VaultKey.wrap(0));
    }

    // ------------------------------------------------------------------ the world

    function movePrice(uint8 asset, uint256 factor) external {
        asset = uint8(asset % ASSETS);
        (, int256 answer, , , ) = sys.feeds[asset].latestRoundData();
        uint256 moved = (uint256(answer) * _bound(factor, 7_000, 13_500)) / BPS;
        moved = _bound(moved, 1e6, 1e13);
        sys.feeds[asset].setAnswer(int256(moved));
        if (asset == 1) sys.second.setAnswer(int256((moved * _bound(factor >> 16, 9_850, 10_350)) / BPS));
    }

    /// @dev Lets time pass. Each feed answers again with chance 7/8, so some prices age, expire and
    /// fade.
    function pass(uint256 time, uint256 seed) external {
        vm.warp(block.timestamp + _bound(time, 1, seed % 16 == 0 ? 60 days : 1 days));
        for (uint256 i = 0; i < ASSETS; ++i) {
            if ((seed >> (4 + 3 * i)) % 8 == 0) continue;
            (, int256 answer, , , ) = sys.feeds[i].latestRoundData();
            sys.feeds[i].setAnswer(answer);
            if (i != 1 || (seed >> 20) % 4 == 0) continue;
            (, answer, , , ) = sys.second.latestRoundData();
            sys.second.setAnswer(answer);
        }
    }
}

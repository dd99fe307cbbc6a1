// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IAuctionHouse, Tab} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {IVaultEngine, LiquidationCall} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {BPS} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {HealthMath} from "../../../../contracts/libraries/math/HealthMath.sol";
import {PausableAction} from "../../../../contracts/types/PausableAction.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";
import {BreakerHandler} from "./BreakerHandler.sol";

/// @notice Other calls open to anyone: flags, absorptions, auctions, the backstop, flash loans,
/// and owners who pay with collateral. A refusal is asserted to be the documented one for
/// the state it meets.
abstract contract MarketHandler is BreakerHandler, IERC3156FlashBorrower {
    VaultKey private _inFlash;
    uint256 private _flashSeed;

    // ------------------------------------------------------------------ vaults nobody liquidates

    function flag(uint256 vaultSeed) external {
        VaultKey vault = _vault(vaultSeed);
        Exact memory e = _exact(vault);
        Snapshot memory s = _snapshot();
        uint256[2] memory exits = _exits();
        uint256 flaggedAt = sys.engine.flag(vault);
        _assertNoDodge(exits);
        assertEq(
            flaggedAt == 0,
            e.adjustedCollateral >= e.debt * _stuck(),
            "a flag on a vault that is not stuck, or none on another"
        );
        if (flaggedAt == block.timestamp) ++done["flag"];
        _assertHarmless(s, VaultKey.wrap(0));
    }

    function absorb(uint256 vaultSeed) external {
        VaultKey vault = _vault(vaultSeed);
        Exact memory e = _exact(vault);
        (, , uint256 flaggedAt) = sys.engine.vaultState(vault);
        Snapshot memory s = _snapshot();
        uint256 auctionDebt = sys.pool.poolState().auctionDebt;
        vm.prank(keeper);
        try sys.engine.absorb(vault, keeper) {
            assertLt(e.adjustedCollateral, e.debt * BPS, "a healthy vault was absorbed");
            uint256 age = block.timestamp - flaggedAt;
            bool ripe = flaggedAt != 0 && age >= 1 hours && e.adjustedCollateral < e.debt * _stuck();
            if (sys.breaker.graceUntil() < flaggedAt) ripe = ripe && age <= 2 hours;
            else ripe = ripe && block.timestamp >= sys.breaker.graceUntil() + 1 hours;
            assertTrue(ripe || e.value * BPS < e.debt * 10_200, "absorbed before its time");
            Exact memory left = _exact(vault);
            assertTrue(left.debt == 0 && left.value == 0, "an absorption left something");
            uint256 taken = sys.pool.poolState().auctionDebt - auctionDebt;
            assertTrue(taken <= e.debt && taken + 1 >= e.debt, "the auction owes something else");
            ++done["absorb"];
        } catch (bytes memory err) {
            if (!_isClosed(err, PausableAction.Liquidate)) _assertNotAbsorbable(bytes4(err), e);
        }
        _assertHarmless(s, vault);
    }

    function _stuck() private view returns (uint256) {
        return sys.riskConfig.systemRisk().stuckHealth;
    }

    function _assertNotAbsorbable(bytes4 err, Exact memory e) private pure {
        if (e.adjustedCollateral >= e.debt * BPS) assertEq(err, IVaultEngine.VaultHealthy.selector);
        else assertEq(err, IVaultEngine.NotAbsorbable.selector);
    }

    // -------------------------------------------------------------- owners who pay with collateral

    function deleverage(uint256 vaultSeed, uint8 asset, uint256 part, uint256 price) external {
        asset = uint8(asset % ASSETS);
        VaultKey vault = _vault(vaultSeed);
        Exact memory b = _exact(vault);
        uint256 balance = sys.engine.collateralOf(vault, asset);
        uint256 amount = _bound(part, 0, balance);
        // Paid for at 80 to 110 % of what it is worth.
        uint256 payment =
            (HealthMath.valueDown(amount, sys.oracle.price(asset).liquidation) * _bound(price, 80, 110)) / 100;
        address owner = vault.ownerOf();
        _mintDebt(owner, payment);
        Snapshot memory s = _snapshot();
        vm.prank(owner);
        try sys.engine.deleverage(vault, asset, amount, payment, owner, "") returns (uint256 repaid, uint256) {
            Exact memory e = _exact(vault);
            assertGe(e.adjustedCollateral * b.debt, b.adjustedCollateral * e.debt, "deleveraging lowered health");
            if (b.value >= b.debt) assertGe(e.value * b.debt, b.value * e.debt, "deleveraging lowered the ratio");
            else assertLe(e.debt + b.value, b.debt + e.value, "deleveraging widened the shortfall");
            assertLe(repaid, payment, "more was taken than offered");
            if (repaid != 0) ++done["deleverage"];
        } catch (bytes memory err) {
            if (bytes4(err) == IVaultEngine.SolvencyWouldFall.selector) ++done["poorer"];
            else
                _assertDocumented(
                    err,
                    [
                        IVaultEngine.AssetNotHeld.selector,
                        IVaultEngine.PriceDead.selector,
                        IVaultEngine.HealthWouldFall.selector,
                        IVaultEngine.SaleTooExpensive.selector,
                        IVaultEngine.ZeroAmount.selector
                    ]
                );
        }
        _assertHarmless(s, vault);
    }

    /// @dev Any several calls of an owner on their own vault in one block make the owner no richer.
    function ownSequence(uint256 vaultSeed, uint256 seed) external {
        VaultKey vault = _vault(vaultSeed);
        address who = vault.ownerOf();
        Exact memory e = _exact(vault);
        if (e.value < e.debt) return;
        uint8 asset = uint8(seed % ASSETS);
        sys.tokens[asset].mint(who, _amountOf(asset, seed >> 8));
        _mintDebt(who, e.debt + 1_000 * unit);
        uint256 wealth = _wealth(vault);
        for (uint256 i = 0; i < 4; ++i) {
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            vm.startPrank(who);
            (bool ok, ) = _ownCall(vault, asset, draw, who);
            vm.stopPrank();
            if (ok) ++done["ownSequence"];
        }
        // Each call may leave a unit of rounding in the estimate, but the caller does not keep it.
        assertLe(_wealth(vault), wealth + 8, "own calls in one block paid");
    }

    function _ownCall(VaultKey vault, uint8 asset, uint256 draw, address who) private returns (bool, bytes memory) {
        uint256 kind = draw % 7;
        uint256 amount = (draw >> 16) % (1_000 * unit);
        (address engine_, address pool_) = (address(sys.engine), address(sys.pool));
        if (kind == 0) {
            uint256 own = sys.tokens[asset].balanceOf(who) / 2;
            return engine_.call(abi.encodeCall(sys.engine.deposit, (vault, asset, own)));
        }
        if (kind == 1) return engine_.call(abi.encodeCall(sys.engine.withdraw, (vault, asset, draw >> 128, who)));
        if (kind == 2) return engine_.call(abi.encodeCall(sys.engine.borrow, (vault, amount + 100 * unit, who)));
        if (kind == 3) return engine_.call(abi.encodeCall(sys.engine.repay, (vault, amount)));
        if (kind == 4) return pool_.call(abi.encodeCall(sys.pool.deposit, (amount, who)));
        if (kind == 5) return pool_.call(abi.encodeCall(sys.pool.redeem, (sys.pool.maxRedeem(who) / 2, who, who)));
        uint256 part = sys.engine.collateralOf(vault, asset) / 4;
        uint256 worth = HealthMath.valueDown(part, sys.oracle.price(asset).liquidation);
        return engine_.call(abi.encodeCall(sys.engine.deleverage, (vault, asset, part, worth, who, "")));
    }

    /// @dev Wealth of the owner of `vault` if they ended everything now [debt units]: tokens and
    /// vault at liquidation prices, shares at their exit price.
    function _wealth(VaultKey vault) private view returns (uint256 wealth) {
        address who = vault.ownerOf();
        Market memory m = _market();
        for (uint8 asset = 0; asset < ASSETS; ++asset) {
            uint256 amount = sys.tokens[asset].balanceOf(who) + sys.engine.collateralOf(vault, asset);
            wealth += HealthMath.valueDown(amount, m.prices[asset].liquidation);
        }
        wealth += sys.debtToken.balanceOf(who) + sys.pool.previewRedeem(sys.pool.balanceOf(who));
        wealth -= _exact(vault).debt;
    }

    // ------------------------------------------------------------------ flash loans

    /// @dev Borrows the pool's cash and, inside, repays, liquidates or absorbs.
    function flashLoan(uint256 vaultSeed, uint256 amount, uint256 seed) external {
        (_inFlash, _flashSeed) = (_vault(vaultSeed), seed);
        amount = _bound(amount, 0, sys.pool.poolState().cash);
        _mintDebt(address(this), _exact(_inFlash).debt);
        Snapshot memory s = _snapshot();
        try sys.pool.flashLoan(this, address(sys.debtToken), amount, "") {
            ++done["flashLoan"];
        } catch (bytes memory err) {
            assertTrue(_isClosed(err, PausableAction.FlashLoan), "a flash loan was refused");
        }
        _assertOthers(s, _inFlash);
        _assertLossInOrder(s);
    }

    function onFlashLoan(address, address, uint256, uint256, bytes calldata) external returns (bytes32) {
        // The campaign calls this too, without a loan.
        if (msg.sender != address(sys.pool)) return 0;
        uint256 cash = sys.pool.poolState().cash;
        uint256 rate = sys.pool.ratePerSecond();
        if (_flashSeed % 3 == 0 && sys.engine.repay(_inFlash, _flashSeed) != 0) ++done["repayInFlash"];
        if (_flashSeed % 3 == 1) {
            uint8 asset = uint8((_flashSeed >> 8) % ASSETS);
            uint256 max = type(uint256).max;
            LiquidationCall memory c = LiquidationCall(_inFlash, asset, max, max, 0, max, address(this), "");
            try sys.engine.liquidate(c) {
                ++done["liquidateInFlash"];
            } catch {}
        }
        if (_flashSeed % 3 == 2) {
            try sys.engine.absorb(_inFlash, address(this)) {
                ++done["absorbInFlash"];
                assertEq(sys.pool.poolState().cash, cash, "an absorption moved cash");
            } catch {}
        }
        if (sys.pool.poolState().cash == cash) assertLe(sys.pool.ratePerSecond(), rate, "a flash loan raised the rate");
        return keccak256("ERC3156FlashBorrower.onFlashLoan");
    }

    // ------------------------------------------------------------------ auctions

    function take(uint256 idSeed, uint256 lotSeed, uint256 amount) external {
        (uint256 id, uint8 asset, uint256 size) = _lot(idSeed, lotSeed);
        amount = amount % 3 == 0 ? _bound(amount, 0, size) : type(uint256).max;
        Snapshot memory s = _snapshot();
        _mintDebt(keeper, 1e9 * unit);
        (, , Tab memory before) = sys.auctions.absorption(id);
        vm.prank(keeper);
        try sys.auctions.take(id, asset, amount, type(uint256).max, keeper, "") returns (uint256 sold, uint256 cost) {
            assertLe(sold, amount, "more was sold than asked for");
            if (id != 0) assertLe(cost, before.debt + before.penalty + before.tip, "more was taken than the tab");
            if (sold != 0) ++done[id == 0 ? bytes32("takeResidual") : bytes32("take")];
        } catch (bytes memory err) {
            if (!_isClosed(err, PausableAction.Bid)) _assertNotSold(err);
        }
        _assertOthers(s, VaultKey.wrap(0));
        _assertLossInOrder(s);
    }

    function _assertNotSold(bytes memory err) private pure {
        bytes4 none;
        _assertDocumented(
            err,
            [
                IAuctionHouse.NothingToSell.selector,
                IAuctionHouse.PriceDead.selector,
                IAuctionHouse.LotExpired.selector,
                none,
                none
            ]
        );
    }

    function tendLot(uint256 idSeed, uint256 lotSeed, uint256 way) external {
        (uint256 id, uint8 asset, ) = _lot(idSeed, lotSeed);
        Snapshot memory s = _snapshot();
        uint256[2] memory exits = _exits();
        uint256 elapsed = sys.auctions.lot(id, asset).elapsed;
        bytes4 none;
        if (way % 2 == 0) {
            try sys.auctions.checkpoint(id, asset) returns (uint256 marked) {
                assertEq(marked, elapsed, "a checkpoint moved the clock");
                ++done["checkpoint"];
            } catch (bytes memory err) {
                _assertDocumented(err, [IAuctionHouse.NothingToSell.selector, none, none, none, none]);
            }
        } else {
            vm.prank(keeper);
            try sys.auctions.restart(id, asset) {
                assertGe(elapsed, sys.auctions.terms().tail, "a running lot was restarted");
                ++done["restart"];
            } catch (bytes memory err) {
                bytes4[5] memory documented = [
                    IAuctionHouse.NothingToSell.selector,
                    IAuctionHouse.LotRunning.selector,
                    IAuctionHouse.PriceDead.selector,
                    none,
                    none
                ];
                _assertDocumented(err, documented);
            }
        }
        _assertNoDodge(exits);
        _assertHarmless(s, VaultKey.wrap(0));
    }

    function writeOff(uint256 idSeed) external {
        (uint256 id, , ) = _lot(idSeed, 0);
        Snapshot memory s = _snapshot();
        uint256[2] memory before = _exits();
        bytes4 none;
        try sys.auctions.writeOff(id) {
            uint256[2] memory exits = _exits();
            assertTrue(before[0] <= exits[0] && before[1] <= exits[1], "leaving first pays more");
            ++done["writeOff"];
        } catch (bytes memory err) {
            _assertDocumented(
                err,
                [IAuctionHouse.NotOpen.selector, IAuctionHouse.NotUneconomic.selector, none, none, none]
            );
        }
        _assertOthers(s, VaultKey.wrap(0));
        _assertLossInOrder(s);
    }

    function claim(uint256 actorSeed, uint8 asset) external {
        asset = uint8(asset % ASSETS);
        address who = _actor(actorSeed);
        Snapshot memory s = _snapshot();
        uint256 owed = sys.auctions.claims(who, asset);
        vm.startPrank(who);
        assertEq(sys.auctions.claim(asset, who), owed, "a claim was not paid in full");
        vm.stopPrank();
        uint256 tips = sys.auctions.tips(keeper);
        vm.prank(keeper);
        assertEq(sys.auctions.claimTip(keeper), tips, "a tip was not paid in full");
        if (owed != 0) ++done["claim"];
        if (tips != 0) ++done["claimTip"];
        _assertHarmless(s, VaultKey.wrap(0));
    }

    /// @dev An open absorption and one of its lots, or the residuals.
    function _lot(uint256 idSeed, uint256 lotSeed) private view returns (uint256 id, uint8 asset, uint256 size) {
        uint256 count = sys.auctions.openCount();
        uint256 n = idSeed % (count + 1);
        if (n == count) return (0, uint8(lotSeed % ASSETS), sys.auctions.lot(0, uint8(lotSeed % ASSETS)).amount);
        uint256[] memory words = sys.auctions.absorptions(n, n + 1);
        uint256 at = 6 + 3 * (lotSeed % words[5]);
        return (words[0], uint8(words[at]), words[at + 1]);
    }

    // ------------------------------------------------------------------ backstop

    function stake(uint256 actorSeed, uint256 amount, bool byShares) external {
        address who = _actor(actorSeed);
        amount = _bound(amount, 0, 1e4 * unit);
        Snapshot memory s = _snapshot();
        uint256 shares = sys.backstop.previewDeposit(amount);
        _mintDebt(who, amount);
        vm.prank(who);
        if (byShares) assertLe(sys.backstop.mint(shares, who), amount);
        else if (amount % 2 == 0) assertEq(sys.backstop.deposit(amount, who), shares);
        else assertEq(sys.backstop.depositAtLeast(amount, who, shares), shares);
        assertLe(sys.backstop.previewRedeem(shares), amount, "entering the backstop is worth more than it costs");
        if (amount != 0) ++done["stake"];
        _assertHarmless(s, VaultKey.wrap(0));
    }

    function leaveBackstop(uint256 actorSeed, uint256 part, bool byShares) external {
        address who = _actor(actorSeed);
        Snapshot memory s = _snapshot();
        (uint256 requested, , uint256 from, ) = sys.backstop.exitOf(who);
        if (requested == 0 || block.timestamp < from) {
            assertEq(sys.backstop.maxRedeem(who), 0, "left without a mature request");
            uint256 shares = _bound(part, 0, sys.backstop.balanceOf(who));
            if (requested == 0) {
                vm.prank(who);
                sys.backstop.requestExit(shares);
                if (shares != 0) ++done["requestExit"];
            }
        } else if (byShares) {
            uint256 shares = sys.backstop.maxRedeem(who);
            bool all = part % 2 == 0;
            if (!all) shares = _bound(part, 0, shares);
            uint256 expected = sys.backstop.previewRedeem(shares);
            uint256 balance = sys.debtToken.balanceOf(who);
            vm.prank(who);
            if (all) sys.backstop.redeemMatured(who, expected);
            else sys.backstop.redeem(shares, who, who);
            assertEq(sys.debtToken.balanceOf(who), balance + expected, "leaving paid something else than shown");
            if (shares != 0) ++done["leaveBackstop"];
        } else {
            uint256 assets = _bound(part, 0, sys.backstop.maxWithdraw(who));
            uint256 expected = sys.backstop.previewWithdraw(assets);
            vm.prank(who);
            assertEq(sys.backstop.withdraw(assets, who, who), expected);
            if (assets != 0) ++done["leaveBackstop"];
        }
        _assertHarmless(s, VaultKey.wrap(0));
    }

    function payBackstop() external {
        Snapshot memory s = _snapshot();
        (, uint256 due) = sys.pool.claims();
        uint256 paid = sys.pool.payBackstop();
        assertLe(paid, due, "the backstop was paid more than it earned");
        if (paid != 0) ++done["payBackstop"];
        _assertHarmless(s, VaultKey.wrap(0));
    }
}

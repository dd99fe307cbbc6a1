// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {IAuctionHouse} from "../interfaces/IAuctionHouse.sol";
import {IDeleverageCallback} from "../interfaces/callbacks/IDeleverageCallback.sol";
import {PoolTerms} from "../interfaces/ILendingPool.sol";
import {ILiquidationCallback} from "../interfaces/callbacks/ILiquidationCallback.sol";
import {SystemRisk} from "../interfaces/IRiskConfig.sol";
import {IVaultEngine, LiquidationCall, Policies} from "../interfaces/IVaultEngine.sol";
import {DebtMath} from "../libraries/math/DebtMath.sol";
import {FixedPoint} from "../libraries/math/FixedPoint.sol";
import {LiquidationMath} from "../libraries/math/LiquidationMath.sol";
import {PriceCache} from "../libraries/prices/PriceCache.sol";
import {VaultRules} from "../libraries/rules/VaultRules.sol";
import {VaultView} from "../libraries/rules/VaultView.sol";
import {VaultStorage} from "../storage/VaultStorage.sol";
import {PausableAction} from "../types/PausableAction.sol";
import {AssetRisk} from "../types/AssetRisk.sol";
import {AssetSet} from "../types/AssetSet.sol";
import {Price} from "../types/Price.sol";
import {VaultKey} from "../types/VaultKey.sol";
import {VaultEngineBase} from "./base/VaultEngineBase.sol";

/// @title VaultEngine
/// @notice See `IVaultEngine`, which is the specification.
contract VaultEngine is VaultEngineBase {
    using SafeERC20 for IERC20;
    using VaultStorage for VaultStorage.Book;

    constructor(
        address authority,
        IERC20Metadata debtAsset_,
        Policies memory policies,
        PoolTerms memory poolTerms
    ) VaultEngineBase(authority, debtAsset_, policies, poolTerms) {}

    // ------------------------------------------------------------------ owners

    /// @inheritdoc IVaultEngine
    function deposit(VaultKey vault, uint8 asset, uint256 amount) external nonReentrant {
        _deposit(vault, asset, amount);
    }

    /// @inheritdoc IVaultEngine
    function withdraw(
        VaultKey vault,
        uint8 asset,
        uint256 amount,
        address to
    ) external nonReentrant authorised(vault) returns (uint256 withdrawn) {
        uint256 balance = _book.collateral[vault][asset];
        withdrawn = FixedPoint.min(amount, balance);
        if (withdrawn == 0) return 0;
        balance -= withdrawn;
        _book.removeCollateral(vault, asset, withdrawn, balance);
        uint256 scaledDebt = _book.vaults[vault].scaledDebt;
        if (scaledDebt != 0) {
            // The current index suffices: storing the accrual would change no result.
            uint256 debt = DebtMath.debtUp(scaledDebt, pool.currentIndex());
            (VaultView.Holding[] memory holdings, SystemRisk memory system) = _holdings(vault);
            _requireMargin(vault, holdings, system, debt, PausableAction.WithdrawWithDebt);
            _book.clearFlag(vault);
        }
        emit Withdrawn(vault, asset, to, withdrawn, balance);
        _send(asset, to, withdrawn);
    }

    /// @inheritdoc IVaultEngine
    function borrow(VaultKey vault, uint256 amount, address to) external nonReentrant authorised(vault) {
        _borrow(vault, amount, to);
    }

    /// @inheritdoc IVaultEngine
    function open(
        VaultKey vault,
        uint8 asset,
        uint256 amount,
        uint256 debt,
        address to
    ) external nonReentrant authorised(vault) {
        if (!_book.vaults[vault].collaterals.without(asset).isEmpty()) {
            bool outermost = !PriceCache.isOpen();
            if (outermost) PriceCache.open();
            _deposit(vault, asset, amount);
            _borrow(vault, debt, to);
            if (outermost) PriceCache.close();
            return;
        }
        if (amount == 0 || debt == 0) revert ZeroAmount();
        // The only collateral: the loan needs nothing beyond what the deposit has read.
        VaultView.Holding[] memory holdings = new VaultView.Holding[](1);
        (AssetRisk risk, uint256 supplyCap, SystemRisk memory system) = riskConfig.openTerms(asset);
        (uint256 balance, Price memory price) = _deposit(vault, asset, amount, risk, supplyCap);
        holdings[0] = VaultView.Holding(asset, balance, risk, price);
        _borrow(vault, debt, to, holdings, system);
    }

    /// @inheritdoc IVaultEngine
    function repay(VaultKey vault, uint256 amount) external nonReentrant returns (uint256 repaid) {
        uint256 index = pool.addInterest();
        uint256 scaledDebt = _book.vaults[vault].scaledDebt;
        uint256 scaledRepaid;
        (repaid, scaledRepaid) = DebtMath.repayment(scaledDebt, index, amount, riskConfig.systemRisk().dust);
        if (scaledRepaid == 0) return 0;
        scaledDebt -= scaledRepaid;
        _book.vaults[vault].scaledDebt = uint128(scaledDebt);
        // A vault without debt is healthy at any price, so a repayment in full reads no feed.
        if (scaledDebt == 0) _book.clearFlag(vault);
        else _reviewFlag(vault);
        emit Repaid(vault, msg.sender, repaid, scaledDebt);
        _pay(repaid, scaledRepaid);
    }

    /// @inheritdoc IVaultEngine
    function deleverage(
        VaultKey vault,
        uint8 asset,
        uint256 amount,
        uint256 repay_,
        address receiver,
        bytes calldata data
    ) external nonReentrant authorised(vault) returns (uint256 repaid, uint256 sold) {
        VaultRules.VaultContext memory context = _context(vault);
        VaultView.Holding memory holding = context.holdings[VaultRules.requireSeizable(vault, asset, context.holdings)];
        sold = FixedPoint.min(amount, holding.amount);
        uint256 scaledRepaid;
        (repaid, scaledRepaid) = DebtMath.repayment(
            context.position.scaledDebt,
            context.position.index,
            repay_,
            context.system.dust
        );
        bool aboveMarketCost = VaultRules.requirePaid(holding, sold, repaid);
        uint256 sure = aboveMarketCost ? VaultView.conservativeValue(context.holdings) : 0;

        uint256 scaledDebt = context.position.scaledDebt - scaledRepaid;
        _book.removeCollateral(vault, holding, sold);
        _book.setDebt(vault, scaledDebt, context.holdings, context.position.index, context.system.stuckHealth);
        VaultRules.requireHealthNotReduced(context, scaledDebt);
        if (aboveMarketCost) {
            // Also check solvency at conservative prices: a sale above market cost pays the owner a
            // premium, and collateral with an uncertain price must not be relied on to cover it.
            uint256 debt = DebtMath.debtUp(scaledDebt, context.position.index);
            VaultRules.requireSolvencyNotReduced(
                sure,
                context.debt,
                VaultView.conservativeValue(context.holdings),
                debt
            );
        }
        emit Deleveraged(vault, asset, msg.sender, repaid, sold, scaledDebt, holding.amount);
        if (sold != 0) IERC20(holding.risk.token()).safeTransfer(receiver, sold);
        if (data.length != 0) IDeleverageCallback(msg.sender).onDeleverage(vault, asset, sold, repaid, data);
        if (scaledRepaid != 0) _pay(repaid, scaledRepaid);
    }

    /// @inheritdoc IVaultEngine
    function setOperator(address operator, bool approved) external {
        _operators[msg.sender][operator] = approved;
        emit OperatorUpdated(msg.sender, operator, approved);
    }

    /// @inheritdoc IVaultEngine
    function permit(
        address token,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external nonReentrant {
        try IERC20Permit(token).permit(msg.sender, address(this), value, deadline, v, r, s) {} catch {}
    }

    /// @inheritdoc IVaultEngine
    function multicall(bytes[] calldata calls) external returns (bytes[] memory results) {
        if (_reentrancyGuardEntered()) revert ReentrancyGuardReentrantCall();
        if (PriceCache.isOpen()) revert NestedMulticall();
        PriceCache.open();
        results = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            results[i] = Address.functionDelegateCall(address(this), calls[i]);
        }
        PriceCache.close();
    }

    // ------------------------------------------------------------------ liquidators

    /// @inheritdoc IVaultEngine
    function liquidate(LiquidationCall calldata c) external nonReentrant returns (uint256 repaid, uint256 seized) {
        if (block.timestamp > c.deadline) revert DeadlinePassed(block.timestamp, c.deadline);
        VaultRules.VaultContext memory context = _context(c.vault);
        _requireOpen(context.system, PausableAction.Liquidate, context.position.value, context.debt);
        VaultView.Holding memory holding = context.holdings[
            VaultRules.requireSeizable(c.vault, c.asset, context.holdings)
        ];
        LiquidationMath.Outcome memory o = LiquidationMath.decide(
            context.position,
            VaultView.asset(holding),
            LiquidationMath.Limits(c.maxRepay, c.maxSeize, context.system.targetHealth, context.system.dust)
        );
        VaultRules.requireEligible(o.verdict, context, c.asset, holding.risk);
        if (o.seized < c.minSeize) revert SeizedTooLittle(o.seized, c.minSeize);

        (repaid, seized) = (o.repaid, o.seized);
        uint256 scaledDebt = context.position.scaledDebt - o.scaledRepaid;
        _book.removeCollateral(c.vault, holding, seized);
        emit Liquidated(c.vault, c.asset, msg.sender, repaid, seized, o.bonus, scaledDebt, holding.amount);
        uint256 debt = DebtMath.debtUp(scaledDebt, context.position.index);
        if (
            !o.limited && LiquidationMath.isUneconomic(VaultView.valueHigh(context.holdings), debt, context.system.dust)
        ) {
            // Booked before any external callback, so that no lender can exit between the loss and
            // its booking.
            emit BadDebtRealized(c.vault, debt);
            (AssetSet assets, uint256[] memory amounts) = _book.moveToAuction(c.vault, context.holdings);
            auctionHouse.writeOffVault(c.vault, pool.toAuction(scaledDebt), assets, amounts);
        } else {
            _book.setDebt(c.vault, scaledDebt, context.holdings, context.position.index, context.system.stuckHealth);
        }

        if (seized != 0) IERC20(holding.risk.token()).safeTransfer(c.receiver, seized);
        if (c.data.length != 0) {
            ILiquidationCallback(msg.sender).onLiquidate(c.vault, c.asset, seized, repaid, c.data);
        }
        if (o.scaledRepaid != 0) _pay(repaid, o.scaledRepaid);
    }

    /// @inheritdoc IVaultEngine
    function flag(VaultKey vault) external nonReentrant returns (uint256 flaggedAt) {
        VaultRules.VaultContext memory context = _context(vault);
        flaggedAt = context.flaggedAt;
        if (!VaultRules.isStuck(context)) {
            _book.clearFlag(vault);
            return 0;
        }
        uint256 since = VaultRules.agingSince(flaggedAt, _openedAt(context));
        if (flaggedAt == 0 || block.timestamp > since + 2 * VaultRules.FLAG_AGE) {
            flaggedAt = block.timestamp;
            _book.vaults[vault].flaggedAt = uint40(flaggedAt);
            emit Flagged(vault, msg.sender, flaggedAt);
        }
    }

    /// @inheritdoc IVaultEngine
    function absorb(VaultKey vault, address keeper) external nonReentrant returns (uint256 id) {
        VaultRules.VaultContext memory context = _context(vault);
        _requireOpen(context.system, PausableAction.Liquidate, context.position.value, context.debt);
        VaultRules.requireAbsorbable(context, _openedAt(context), block.timestamp);
        (AssetSet assets, uint256[] memory amounts) = _book.moveToAuction(vault, context.holdings);
        emit Absorbed(vault, keeper, context.debt);
        AssetSet movable = _movable(context.holdings);
        id = auctionHouse.open(vault, pool.toAuction(context.position.scaledDebt), assets, amounts, movable, keeper);
    }

    // ------------------------------------------------------------------ auction house

    /// @inheritdoc IVaultEngine
    function release(uint8 asset, uint256 amount, address to) external nonReentrant onlyAuctionHouse {
        _book.totals[asset].auctioned -= uint128(amount);
        emit Released(asset, to, amount);
        _send(asset, to, amount);
    }

    /// @inheritdoc IVaultEngine
    function canRelease(uint8 asset) external nonReentrant onlyAuctionHouse returns (bool) {
        return _canMove(riskConfig.tokenOf(asset));
    }

    /// @inheritdoc IVaultEngine
    function setAuctionHouse(IAuctionHouse auctionHouse_) external restricted {
        if (address(auctionHouse) != address(0)) revert AuctionHouseAlreadySet(address(auctionHouse));
        auctionHouse = auctionHouse_;
        pool.setAuctionHouse(auctionHouse_);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IVaultEngine
    function vaultState(
        VaultKey vault
    ) external view nonReentrantView returns (uint256 scaledDebt, AssetSet collaterals, uint256 flaggedAt) {
        VaultStorage.Vault memory v = _book.vaults[vault];
        return (v.scaledDebt, v.collaterals, v.flaggedAt);
    }

    /// @inheritdoc IVaultEngine
    function records(VaultKey[] calldata vaults) external view nonReentrantView returns (uint256[] memory words) {
        return _book.records(vaults);
    }

    /// @inheritdoc IVaultEngine
    function collateralOf(VaultKey vault, uint8 asset) external view nonReentrantView returns (uint256) {
        return _book.collateral[vault][asset];
    }

    /// @inheritdoc IVaultEngine
    function assetTotals(uint8 asset) external view nonReentrantView returns (uint256 deposited, uint256 auctioned) {
        return (_book.totals[asset].deposited, _book.totals[asset].auctioned);
    }

    /// @inheritdoc IVaultEngine
    function isOperator(address owner, address operator) external view returns (bool) {
        return _operators[owner][operator];
    }

    /// @inheritdoc IVaultEngine
    function requireOpen(PausableAction action) external view {
        _requireOpen(riskConfig.systemRisk(), action, 0, 0);
    }
}

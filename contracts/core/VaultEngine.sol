// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {LendingPool} from "./LendingPool.sol";
import {IAuctionHouse} from "../interfaces/IAuctionHouse.sol";
import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {IDeleverageCallback} from "../interfaces/callbacks/IDeleverageCallback.sol";
import {ILendingPool, PoolTerms} from "../interfaces/ILendingPool.sol";
import {ILiquidationCallback} from "../interfaces/callbacks/ILiquidationCallback.sol";
import {IOracleGuard} from "../interfaces/IOracleGuard.sol";
import {IRiskConfig, SystemRisk} from "../interfaces/IRiskConfig.sol";
import {IVaultEngine, LiquidationCall, Policies} from "../interfaces/IVaultEngine.sol";
import {IPortfolioMargin} from "../interfaces/IPortfolioMargin.sol";
import {DebtMath} from "../libraries/math/DebtMath.sol";
import {ExactTransfer} from "../libraries/integration/ExactTransfer.sol";
import {BPS, FixedPoint} from "../libraries/math/FixedPoint.sol";
import {HealthMath} from "../libraries/math/HealthMath.sol";
import {LiquidationMath} from "../libraries/math/LiquidationMath.sol";
import {PriceCache} from "../libraries/prices/PriceCache.sol";
import {VaultRules} from "../libraries/rules/VaultRules.sol";
import {VaultView} from "../libraries/rules/VaultView.sol";
import {VaultStorage} from "../storage/VaultStorage.sol";
import {PausableAction, WATCHED, bitOf} from "../types/PausableAction.sol";
import {AssetRisk} from "../types/AssetRisk.sol";
import {AssetSet} from "../types/AssetSet.sol";
import {Price, Status} from "../types/Price.sol";
import {VaultKey} from "../types/VaultKey.sol";

/// @title VaultEngine
/// @notice See `IVaultEngine`, which is the specification.
contract VaultEngine is IVaultEngine, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using VaultStorage for VaultStorage.Book;

    uint256 private constant MAX_COLLATERALS = 8;

    /// @inheritdoc IVaultEngine
    ILendingPool public immutable pool;
    /// @inheritdoc IVaultEngine
    IRiskConfig public immutable riskConfig;
    /// @inheritdoc IVaultEngine
    IOracleGuard public immutable oracle;
    /// @inheritdoc IVaultEngine
    ICircuitBreaker public immutable breaker;
    /// @inheritdoc IVaultEngine
    IPortfolioMargin public immutable volatility;
    /// @inheritdoc IVaultEngine
    address public immutable debtAsset;

    /// @inheritdoc IVaultEngine
    IAuctionHouse public auctionHouse;

    VaultStorage.Book private _book;
    mapping(address owner => mapping(address operator => bool)) private _operators;

    modifier authorised(VaultKey vault) {
        if (!_mayAct(vault)) revert NotAuthorised(msg.sender, vault.ownerOf());
        _;
    }

    modifier onlyAuctionHouse() {
        if (msg.sender != address(auctionHouse)) revert OnlyAuctionHouse(msg.sender, address(auctionHouse));
        _;
    }

    constructor(
        address authority,
        IERC20Metadata debtAsset_,
        Policies memory policies,
        PoolTerms memory poolTerms
    ) AccessManaged(authority) {
        IOracleGuard oracle_ = policies.oracle;
        if (oracle_.riskConfig() != policies.riskConfig || oracle_.debtDecimals() != debtAsset_.decimals()) {
            revert OracleOfAnotherSystem(address(oracle_));
        }
        (debtAsset, riskConfig, oracle) = (address(debtAsset_), policies.riskConfig, oracle_);
        (breaker, volatility) = (policies.breaker, policies.volatility);
        pool = new LendingPool(debtAsset_, authority, poolTerms);
    }

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

    // ------------------------------------------------------------------ internals

    function _mayAct(VaultKey vault) private view returns (bool) {
        address owner = vault.ownerOf();
        return msg.sender == owner || _operators[owner][msg.sender];
    }

    function _deposit(VaultKey vault, uint8 asset, uint256 amount) private {
        if (amount == 0) revert ZeroAmount();
        (AssetRisk risk, uint256 supplyCap) = riskConfig.depositTerms(asset);
        _deposit(vault, asset, amount, risk, supplyCap);
    }

    function _deposit(
        VaultKey vault,
        uint8 asset,
        uint256 amount,
        AssetRisk risk,
        uint256 supplyCap
    ) private returns (uint256 balance, Price memory price) {
        VaultStorage.Vault storage v = _book.vaults[vault];
        AssetSet held = v.collaterals;
        bool isNew = !held.contains(asset);
        if (isNew) {
            if (!_mayAct(vault)) revert NotAuthorised(msg.sender, vault.ownerOf());
            if (held.size() == MAX_COLLATERALS) revert TooManyCollaterals(MAX_COLLATERALS);
        }
        price = PriceCache.observe(oracle, asset);
        if (price.status != Status.Good) revert PriceNotGood(asset, price.status);

        uint256 deposited = _book.totals[asset].deposited;
        uint256 total = VaultStorage.bounded(deposited + amount);
        if (total > supplyCap) {
            uint256 excess = total - (deposited > supplyCap ? deposited : supplyCap);
            if (excess > _restoringAmount(vault, risk, price)) revert SupplyCapExceeded(total, supplyCap);
        }

        balance = _book.collateral[vault][asset] + amount;
        _book.collateral[vault][asset] = balance;
        _book.totals[asset].deposited = uint128(total);
        if (isNew) v.collaterals = held.with(asset);
        _reviewFlag(vault);
        emit Deposited(vault, asset, msg.sender, amount, balance);
        ExactTransfer.pull(IERC20(risk.token()), msg.sender, address(this), amount);
    }

    function _borrow(VaultKey vault, uint256 amount, address to) private {
        if (amount == 0) revert ZeroAmount();
        (VaultView.Holding[] memory holdings, SystemRisk memory system) = _holdings(vault);
        _borrow(vault, amount, to, holdings, system);
    }

    function _borrow(
        VaultKey vault,
        uint256 amount,
        address to,
        VaultView.Holding[] memory holdings,
        SystemRisk memory system
    ) private {
        uint256 index = pool.addInterest();
        VaultStorage.Vault storage v = _book.vaults[vault];
        uint256 scaledDebt = VaultStorage.bounded(v.scaledDebt + DebtMath.scaledUp(amount, index));
        v.scaledDebt = uint128(scaledDebt);
        _book.clearFlag(vault);
        uint256 debt = DebtMath.debtUp(scaledDebt, index);
        _requireMargin(vault, holdings, system, debt, PausableAction.Borrow);
        if (debt < system.dust) revert DebtBelowDust(debt, system.dust);
        emit Borrowed(vault, to, amount, scaledDebt);
        uint256 totalDebt = pool.disburse(amount, to);
        if (totalDebt > system.borrowCap) revert BorrowCapExceeded(totalDebt, system.borrowCap);
    }

    /// @dev The holdings of a vault with parameters and prices, and the system's parameters.
    function _holdings(VaultKey vault) private returns (VaultView.Holding[] memory holdings, SystemRisk memory system) {
        AssetSet set = _book.vaults[vault].collaterals;
        AssetRisk[] memory risks;
        (risks, system) = riskConfig.vaultTerms(set);
        holdings = _book.holdings(vault, set, risks, oracle);
    }

    /// @dev A vault at liquidation prices, with interest accrued.
    function _context(VaultKey vault) private returns (VaultRules.VaultContext memory context) {
        uint256 index = pool.addInterest();
        VaultStorage.Vault storage v = _book.vaults[vault];
        (AssetSet set, uint256 scaledDebt) = (v.collaterals, v.scaledDebt);
        context.flaggedAt = v.flaggedAt;
        AssetRisk[] memory risks;
        (risks, context.system) = riskConfig.vaultTerms(set);
        context.holdings = _book.holdings(vault, set, risks, oracle);
        context.position = VaultView.position(context.holdings, scaledDebt, index);
        context.debt = DebtMath.debtUp(scaledDebt, index);
    }

    /// @dev Initial margin: reverts unless every price is Good and the collateral at `low` prices
    /// and effective ltvs, or the portfolio margin, covers `debt`.
    function _requireMargin(
        VaultKey vault,
        VaultView.Holding[] memory holdings,
        SystemRisk memory system,
        uint256 debt,
        PausableAction action
    ) private view {
        _requireOpen(system, action, 0, 0);
        uint256 power = VaultRules.borrowingPowerDown(holdings);
        if (HealthMath.covers(power, debt)) return _requireCalm(vault, holdings, system);
        // The portfolio margin credits diversification and is never below the per-asset sum, so it
        // is computed only if that sum does not suffice.
        if (holdings.length > 1) {
            power = volatility.borrowingPowerDown(_book.vaults[vault].collaterals, VaultView.valuesLow(holdings));
        }
        if (!HealthMath.covers(power, debt)) revert NotEnoughCollateral(power, debt * BPS);
        _requireCalm(vault, holdings, system);
    }

    /// @dev Refuses risk on a price that has just moved too far, even if nobody has poked the
    /// breaker.
    function _requireCalm(VaultKey vault, VaultView.Holding[] memory holdings, SystemRisk memory system) private view {
        if (system.gatedActions & WATCHED == 0 || address(breaker) == address(0)) return;
        breaker.requireCalm(_book.vaults[vault].collaterals, VaultView.liquidationPrices(holdings));
    }

    /// @dev Reverts if the breaker has closed `action`. Makes no call while the action is not
    /// gated.
    function _requireOpen(SystemRisk memory system, PausableAction action, uint256 value, uint256 debt) private view {
        if (system.gatedActions & bitOf(action) == 0 || address(breaker) == address(0)) return;
        breaker.requireOpen(action, value, debt);
    }

    /// @dev Clears the flag of a vault that is no longer stuck. Reads no price unless the vault is
    /// flagged.
    function _reviewFlag(VaultKey vault) private {
        if (_book.vaults[vault].flaggedAt == 0) return;
        if (!VaultRules.isStuck(_context(vault))) _book.clearFlag(vault);
    }

    /// @dev The end of the grace period after the last pause of liquidations [s]; 0 if there was
    /// none, or if the vault has no flag.
    function _openedAt(VaultRules.VaultContext memory context) private view returns (uint256) {
        return context.flaggedAt == 0 || address(breaker) == address(0) ? 0 : breaker.graceUntil();
    }

    /// @dev The amount by which a deposit into `vault` may exceed a supply cap [token units].
    function _restoringAmount(VaultKey vault, AssetRisk risk, Price memory price) private returns (uint256) {
        if (_book.vaults[vault].scaledDebt == 0) return 0;
        return VaultRules.restoringAmountUp(_context(vault), risk, price.liquidation);
    }

    /// @dev Those of `holdings` that can be transferred now.
    function _movable(VaultView.Holding[] memory holdings) private returns (AssetSet movable) {
        for (uint256 i = 0; i < holdings.length; ++i) {
            if (_canMove(holdings[i].risk.token())) movable = movable.with(holdings[i].asset);
        }
    }

    /// @dev Tests a transfer of zero to this contract itself.
    function _canMove(address token) private returns (bool) {
        return IERC20(token).trySafeTransfer(address(this), 0);
    }

    function _send(uint8 asset, address to, uint256 amount) private {
        IERC20(riskConfig.tokenOf(asset)).safeTransfer(to, amount);
    }

    /// @dev Transfers `amount` from the caller to the pool and books the repayment.
    function _pay(uint256 amount, uint256 scaledRepaid) private {
        ExactTransfer.pull(IERC20(debtAsset), msg.sender, address(pool), amount);
        pool.reduceDebt(amount, scaledRepaid);
    }
}

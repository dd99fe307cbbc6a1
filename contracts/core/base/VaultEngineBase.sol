// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {LendingPool} from "../LendingPool.sol";
import {IAuctionHouse} from "../../interfaces/IAuctionHouse.sol";
import {ICircuitBreaker} from "../../interfaces/ICircuitBreaker.sol";
import {ILendingPool, PoolTerms} from "../../interfaces/ILendingPool.sol";
import {IOracleGuard} from "../../interfaces/IOracleGuard.sol";
import {IRiskConfig, SystemRisk} from "../../interfaces/IRiskConfig.sol";
import {IVaultEngine, Policies} from "../../interfaces/IVaultEngine.sol";
import {IPortfolioMargin} from "../../interfaces/IPortfolioMargin.sol";
import {DebtMath} from "../../libraries/math/DebtMath.sol";
import {ExactTransfer} from "../../libraries/integration/ExactTransfer.sol";
import {BPS} from "../../libraries/math/FixedPoint.sol";
import {HealthMath} from "../../libraries/math/HealthMath.sol";
import {PriceCache} from "../../libraries/prices/PriceCache.sol";
import {VaultRules} from "../../libraries/rules/VaultRules.sol";
import {VaultView} from "../../libraries/rules/VaultView.sol";
import {VaultStorage} from "../../storage/VaultStorage.sol";
import {PausableAction, WATCHED, bitOf} from "../../types/PausableAction.sol";
import {AssetRisk} from "../../types/AssetRisk.sol";
import {AssetSet} from "../../types/AssetSet.sol";
import {Price, Status} from "../../types/Price.sol";
import {VaultKey} from "../../types/VaultKey.sol";

/// @title VaultEngineBase
/// @notice What the engine keeps, and the steps that its operations share.
abstract contract VaultEngineBase is IVaultEngine, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using VaultStorage for VaultStorage.Book;

    uint256 internal constant MAX_COLLATERALS = 8;

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

    VaultStorage.Book internal _book;
    mapping(address owner => mapping(address operator => bool)) internal _operators;

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

    // ------------------------------------------------------------------ internals

    function _mayAct(VaultKey vault) internal view returns (bool) {
        address owner = vault.ownerOf();
        return msg.sender == owner || _operators[owner][msg.sender];
    }

    function _deposit(VaultKey vault, uint8 asset, uint256 amount) internal {
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
    ) internal returns (uint256 balance, Price memory price) {
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

    function _borrow(VaultKey vault, uint256 amount, address to) internal {
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
    ) internal {
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
    function _holdings(
        VaultKey vault
    ) internal returns (VaultView.Holding[] memory holdings, SystemRisk memory system) {
        AssetSet set = _book.vaults[vault].collaterals;
        AssetRisk[] memory risks;
        (risks, system) = riskConfig.vaultTerms(set);
        holdings = _book.holdings(vault, set, risks, oracle);
    }

    /// @dev A vault at liquidation prices, with interest accrued.
    function _context(VaultKey vault) internal returns (VaultRules.VaultContext memory context) {
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
    ) internal view {
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
    function _requireCalm(VaultKey vault, VaultView.Holding[] memory holdings, SystemRisk memory system) internal view {
        if (system.gatedActions & WATCHED == 0 || address(breaker) == address(0)) return;
        breaker.requireCalm(_book.vaults[vault].collaterals, VaultView.liquidationPrices(holdings));
    }

    /// @dev Reverts if the breaker has closed `action`. Makes no call while the action is not
    /// gated.
    function _requireOpen(SystemRisk memory system, PausableAction action, uint256 value, uint256 debt) internal view {
        if (system.gatedActions & bitOf(action) == 0 || address(breaker) == address(0)) return;
        breaker.requireOpen(action, value, debt);
    }

    /// @dev Clears the flag of a vault that is no longer stuck. Reads no price unless the vault is
    /// flagged.
    function _reviewFlag(VaultKey vault) internal {
        if (_book.vaults[vault].flaggedAt == 0) return;
        if (!VaultRules.isStuck(_context(vault))) _book.clearFlag(vault);
    }

    /// @dev The end of the grace period after the last pause of liquidations [s]; 0 if there was
    /// none, or if the vault has no flag.
    function _openedAt(VaultRules.VaultContext memory context) internal view returns (uint256) {
        return context.flaggedAt == 0 || address(breaker) == address(0) ? 0 : breaker.graceUntil();
    }

    /// @dev The amount by which a deposit into `vault` may exceed a supply cap [token units].
    function _restoringAmount(VaultKey vault, AssetRisk risk, Price memory price) internal returns (uint256) {
        if (_book.vaults[vault].scaledDebt == 0) return 0;
        return VaultRules.restoringAmountUp(_context(vault), risk, price.liquidation);
    }

    /// @dev Those of `holdings` that can be transferred now.
    function _movable(VaultView.Holding[] memory holdings) internal returns (AssetSet movable) {
        for (uint256 i = 0; i < holdings.length; ++i) {
            if (_canMove(holdings[i].risk.token())) movable = movable.with(holdings[i].asset);
        }
    }

    /// @dev Tests a transfer of zero to this contract itself.
    function _canMove(address token) internal returns (bool) {
        return IERC20(token).trySafeTransfer(address(this), 0);
    }

    function _send(uint8 asset, address to, uint256 amount) internal {
        IERC20(riskConfig.tokenOf(asset)).safeTransfer(to, amount);
    }

    /// @dev Transfers `amount` from the caller to the pool and books the repayment.
    function _pay(uint256 amount, uint256 scaledRepaid) internal {
        ExactTransfer.pull(IERC20(debtAsset), msg.sender, address(pool), amount);
        pool.reduceDebt(amount, scaledRepaid);
    }
}

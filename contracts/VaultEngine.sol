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
import {ILendingPool} from "./interfaces/ILendingPool.sol";
import {ILiquidationCallback} from "./interfaces/ILiquidationCallback.sol";
import {IOracleGuard} from "./interfaces/IOracleGuard.sol";
import {IRateModel} from "./interfaces/IRateModel.sol";
import {IRiskConfig, SystemRisk} from "./interfaces/IRiskConfig.sol";
import {IVaultEngine, LiquidationCall} from "./interfaces/IVaultEngine.sol";
import {DebtMath} from "./libraries/DebtMath.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {BPS, FixedPoint} from "./libraries/FixedPoint.sol";
import {HealthMath} from "./libraries/HealthMath.sol";
import {LiquidationMath} from "./libraries/LiquidationMath.sol";
import {PriceCache} from "./libraries/PriceCache.sol";
import {VaultView} from "./libraries/VaultView.sol";
import {AssetRisk} from "./types/AssetRisk.sol";
import {AssetSet, singleton} from "./types/AssetSet.sol";
import {Price, Status} from "./types/Price.sol";
import {VaultKey} from "./types/VaultKey.sol";

/// @title VaultEngine
/// @notice See `IVaultEngine`, which is the specification.
contract VaultEngine is IVaultEngine, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint256 private constant MAX_COLLATERALS = 8;

    /// @inheritdoc IVaultEngine
    ILendingPool public immutable pool;
    /// @inheritdoc IVaultEngine
    IRiskConfig public immutable riskConfig;
    /// @inheritdoc IVaultEngine
    IOracleGuard public immutable oracle;
    /// @inheritdoc IVaultEngine
    address public immutable debtAsset;

    /// @dev One word, 64 bits of it free.
    struct Vault {
        uint128 scaledDebt;
        AssetSet collaterals;
    }

    /// @dev One word. Token units.
    struct Totals {
        uint128 deposited;
        uint128 residue;
    }

    mapping(VaultKey => Vault) private _vaults;
    mapping(VaultKey => mapping(uint256 asset => uint256)) private _collateral;
    mapping(uint256 asset => Totals) private _totals;
    mapping(address owner => mapping(address operator => bool)) private _operators;

    modifier authorised(VaultKey vault) {
        if (!_mayAct(vault)) revert NotAuthorised(msg.sender, vault.ownerOf());
        _;
    }

    constructor(
        address authority,
        IERC20Metadata debtAsset_,
        IRiskConfig riskConfig_,
        IOracleGuard oracle_,
        IRateModel rateModel,
        uint16 reserveFactor
    ) AccessManaged(authority) {
        (debtAsset, riskConfig, oracle) = (address(debtAsset_), riskConfig_, oracle_);
        pool = new LendingPool(debtAsset_, authority, rateModel, reserveFactor);
    }

    // ------------------------------------------------------------------ owners

    /// @inheritdoc IVaultEngine
    function deposit(VaultKey vault, uint8 asset, uint256 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        (AssetRisk risk, uint256 supplyCap) = riskConfig.depositTerms(asset);
        Vault storage v = _vaults[vault];
        AssetSet held = v.collaterals;
        bool isNew = !held.contains(asset);
        if (isNew) {
            if (!_mayAct(vault)) revert NotAuthorised(msg.sender, vault.ownerOf());
            if (held.size() == MAX_COLLATERALS) revert TooManyCollaterals(MAX_COLLATERALS);
        }
        Price memory price = PriceCache.fetch(oracle, singleton(asset))[0];
        if (price.status != Status.Good) revert PriceNotGood(asset, price.status);

        uint256 deposited = _totals[asset].deposited;
        uint256 total = _bounded(deposited + amount);
        if (total > supplyCap) {
            uint256 excess = total - (deposited > supplyCap ? deposited : supplyCap);
            if (excess > _restoringAmount(vault, risk, price)) revert SupplyCapExceeded(total, supplyCap);
        }

        uint256 balance = _collateral[vault][asset] + amount;
        _collateral[vault][asset] = balance;
        _totals[asset].deposited = uint128(total);
        if (isNew) v.collaterals = held.with(asset);
        emit Deposited(vault, asset, msg.sender, amount, balance);
        ExactTransfer.pull(IERC20(risk.token()), msg.sender, address(this), amount);
    }

    /// @inheritdoc IVaultEngine
    function withdraw(
        VaultKey vault,
        uint8 asset,
        uint256 amount,
        address to
    ) external nonReentrant authorised(vault) returns (uint256 withdrawn) {
        uint256 balance = _collateral[vault][asset];
        withdrawn = FixedPoint.min(amount, balance);
        if (withdrawn == 0) return 0;
        balance -= withdrawn;
        _setCollateral(vault, asset, balance);
        _totals[asset].deposited -= uint128(withdrawn);
        uint256 scaledDebt = _vaults[vault].scaledDebt;
        if (scaledDebt != 0) _requireMargin(vault, DebtMath.debtUp(scaledDebt, pool.accrue()));
        emit Withdrawn(vault, asset, to, withdrawn, balance);
        (AssetRisk risk, ) = riskConfig.depositTerms(asset);
        IERC20(risk.token()).safeTransfer(to, withdrawn);
    }

    /// @inheritdoc IVaultEngine
    function borrow(VaultKey vault, uint256 amount, address to) external nonReentrant authorised(vault) {
        if (amount == 0) revert ZeroAmount();
        uint256 index = pool.accrue();
        uint256 scaledDebt = _bounded(_vaults[vault].scaledDebt + DebtMath.scaledUp(amount, index));
        _vaults[vault].scaledDebt = uint128(scaledDebt);
        uint256 debt = DebtMath.debtUp(scaledDebt, index);
        SystemRisk memory system = _requireMargin(vault, debt);
        if (debt < system.dust) revert DebtBelowDust(debt, system.dust);
        emit Borrowed(vault, to, amount, scaledDebt);
        uint256 totalDebt = pool.draw(amount, to);
        if (totalDebt > system.borrowCap) revert BorrowCapExceeded(totalDebt, system.borrowCap);
    }

    /// @inheritdoc IVaultEngine
    function repay(VaultKey vault, uint256 amount) external nonReentrant returns (uint256 repaid) {
        uint256 index = pool.accrue();
        uint256 scaledDebt = _vaults[vault].scaledDebt;
        uint256 scaledRepaid;
        (repaid, scaledRepaid) = DebtMath.repayment(scaledDebt, index, amount, riskConfig.systemRisk().dust);
        if (scaledRepaid == 0) return 0;
        scaledDebt -= scaledRepaid;
        _vaults[vault].scaledDebt = uint128(scaledDebt);
        emit Repaid(vault, msg.sender, repaid, scaledDebt);
        _pay(repaid, scaledRepaid);
    }

    /// @inheritdoc IVaultEngine
    function setOperator(address operator, bool approved) external {
        _operators[msg.sender][operator] = approved;
        emit OperatorSet(msg.sender, operator, approved);
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
        uint256 index = pool.accrue();
        (VaultView.Holding[] memory holdings, SystemRisk memory system) = _holdings(c.vault);
        uint256 at = VaultView.indexOfAsset(holdings, c.asset);
        if (at == holdings.length) revert AssetNotHeld(c.vault, c.asset);
        VaultView.Holding memory holding = holdings[at];
        if (holding.price.status == Status.Dead) revert PriceDead(c.asset);

        LiquidationMath.Position memory p = VaultView.position(holdings, _vaults[c.vault].scaledDebt, index);
        LiquidationMath.Outcome memory o = LiquidationMath.decide(
            p,
            VaultView.asset(holding),
            LiquidationMath.Limits(c.maxRepay, c.maxSeize, system.targetHealth, system.dust)
        );
        _requireEligible(o.verdict, p, c.asset, holding.risk);
        if (o.seized < c.minSeize) revert SeizedTooLittle(o.seized, c.minSeize);

        uint256 scaledDebt = p.scaledDebt - o.scaledRepaid;
        holding.amount -= o.seized;
        (repaid, seized) = (o.repaid, o.seized);
        _setCollateral(c.vault, c.asset, holding.amount);
        _totals[c.asset].deposited -= uint128(seized);
        emit Liquidated(c.vault, c.asset, msg.sender, repaid, seized, o.bonus, scaledDebt, holding.amount);
        uint256 debt = DebtMath.debtUp(scaledDebt, index);
        if (LiquidationMath.isHopeless(VaultView.valueHigh(holdings), debt, system.dust)) {
            // Booked before anybody is called, so that no lender can leave between the loss and its booking.
            emit BadDebtBooked(c.vault, debt);
            _keepResidue(c.vault, holdings);
            pool.writeOff(scaledDebt);
            scaledDebt = 0;
        }
        _vaults[c.vault].scaledDebt = uint128(scaledDebt);

        if (seized != 0) IERC20(holding.risk.token()).safeTransfer(c.receiver, seized);
        if (c.data.length != 0) {
            ILiquidationCallback(msg.sender).onLiquidate(c.vault, c.asset, seized, repaid, c.data);
        }
        if (o.scaledRepaid != 0) _pay(repaid, o.scaledRepaid);
    }

    // ------------------------------------------------------------------ governance

    /// @inheritdoc IVaultEngine
    function claimResidue(uint8 asset, address to) external nonReentrant restricted returns (uint256 amount) {
        amount = _totals[asset].residue;
        _totals[asset].residue = 0;
        emit ResidueClaimed(asset, to, amount);
        (AssetRisk risk, ) = riskConfig.depositTerms(asset);
        IERC20(risk.token()).safeTransfer(to, amount);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IVaultEngine
    function vaultState(
        VaultKey vault
    ) external view nonReentrantView returns (uint256 scaledDebt, AssetSet collaterals) {
        return (_vaults[vault].scaledDebt, _vaults[vault].collaterals);
    }

    /// @inheritdoc IVaultEngine
    function records(VaultKey[] calldata vaults) external view nonReentrantView returns (uint256[] memory words) {
        uint256 length = vaults.length;
        for (uint256 i = 0; i < vaults.length; ++i) length += _vaults[vaults[i]].collaterals.size();
        words = new uint256[](length);
        uint256 at;
        for (uint256 i = 0; i < vaults.length; ++i) {
            Vault memory v = _vaults[vaults[i]];
            words[at++] = v.scaledDebt | (uint256(AssetSet.unwrap(v.collaterals)) << 128);
            for (AssetSet set = v.collaterals; !set.isEmpty();) {
                uint8 asset = set.lowest();
                words[at++] = _collateral[vaults[i]][asset];
                set = set.without(asset);
            }
        }
    }

    /// @inheritdoc IVaultEngine
    function collateralOf(VaultKey vault, uint8 asset) external view nonReentrantView returns (uint256) {
        return _collateral[vault][asset];
    }

    /// @inheritdoc IVaultEngine
    function assetTotals(uint8 asset) external view nonReentrantView returns (uint256 deposited, uint256 residue) {
        return (_totals[asset].deposited, _totals[asset].residue);
    }

    /// @inheritdoc IVaultEngine
    function isOperator(address owner, address operator) external view returns (bool) {
        return _operators[owner][operator];
    }

    // ------------------------------------------------------------------ internals

    function _mayAct(VaultKey vault) private view returns (bool) {
        address owner = vault.ownerOf();
        return msg.sender == owner || _operators[owner][msg.sender];
    }

    /// @dev The collaterals of a vault with parameters and prices, ids ascending.
    function _holdings(VaultKey vault) private returns (VaultView.Holding[] memory holdings, SystemRisk memory system) {
        AssetSet set = _vaults[vault].collaterals;
        AssetRisk[] memory risks;
        (risks, system) = riskConfig.load(set);
        Price[] memory prices = PriceCache.fetch(oracle, set);
        holdings = new VaultView.Holding[](risks.length);
        for (uint256 i = 0; i < risks.length; ++i) {
            uint8 asset = set.lowest();
            holdings[i] = VaultView.Holding(asset, _collateral[vault][asset], risks[i], prices[i]);
            set = set.without(asset);
        }
    }

    /// @dev Initial margin: every price Good, and the collateral at `low` and `ltv` covers `debt`.
    function _requireMargin(VaultKey vault, uint256 debt) private returns (SystemRisk memory system) {
        VaultView.Holding[] memory holdings;
        (holdings, system) = _holdings(vault);
        uint256 weighted;
        for (uint256 i = 0; i < holdings.length; ++i) {
            VaultView.Holding memory h = holdings[i];
            if (h.price.status != Status.Good) revert PriceNotGood(h.asset, h.price.status);
            weighted += HealthMath.valueDown(h.amount, h.price.low) * h.risk.ltv();
        }
        if (!HealthMath.covers(weighted, debt)) revert NotEnoughCollateral(weighted, debt * BPS);
    }

    /// @dev What a deposit into `vault` may add beyond a supply cap.
    function _restoringAmount(VaultKey vault, AssetRisk risk, Price memory price) private returns (uint256) {
        uint256 scaledDebt = _vaults[vault].scaledDebt;
        if (scaledDebt == 0) return 0;
        (VaultView.Holding[] memory holdings, SystemRisk memory system) = _holdings(vault);
        LiquidationMath.Position memory p = VaultView.position(holdings, scaledDebt, pool.accrue());
        return
            HealthMath.restoringAmountUp(
                p.weighted,
                DebtMath.debtUp(scaledDebt, p.index),
                system.targetHealth,
                risk.liquidationThreshold(),
                price.liq
            );
    }

    function _requireEligible(
        LiquidationMath.Verdict verdict,
        LiquidationMath.Position memory p,
        uint8 asset,
        AssetRisk risk
    ) private pure {
        if (verdict == LiquidationMath.Verdict.Executable || verdict == LiquidationMath.Verdict.NothingToDo) return;
        uint256 debt = DebtMath.debtUp(p.scaledDebt, p.index);
        if (verdict == LiquidationMath.Verdict.Healthy) revert VaultHealthy(p.weighted, debt * BPS);
        revert AssetNotSeizable(asset, risk.liquidationThreshold(), HealthMath.healthFactorDown(p.weighted, debt));
    }

    /// @dev Gives what is left of a vault to the reserve.
    function _keepResidue(VaultKey vault, VaultView.Holding[] memory holdings) private {
        for (uint256 i = 0; i < holdings.length; ++i) {
            (uint8 asset, uint256 amount) = (holdings[i].asset, holdings[i].amount);
            if (amount == 0) continue;
            Totals storage totals = _totals[asset];
            totals.deposited -= uint128(amount);
            uint256 residue = totals.residue + amount;
            totals.residue = uint128(residue);
            _setCollateral(vault, asset, 0);
            emit ResidueKept(vault, asset, amount, residue);
        }
    }

    function _setCollateral(VaultKey vault, uint8 asset, uint256 balance) private {
        _collateral[vault][asset] = balance;
        if (balance == 0) _vaults[vault].collaterals = _vaults[vault].collaterals.without(asset);
    }

    /// @dev Takes `amount` from the caller to the pool and books what it repays.
    function _pay(uint256 amount, uint256 scaledRepaid) private {
        ExactTransfer.pull(IERC20(debtAsset), msg.sender, address(pool), amount);
        pool.settle(amount, scaledRepaid);
    }

    function _bounded(uint256 amount) private pure returns (uint256) {
        if (amount > type(uint128).max) revert AmountTooLarge(amount, type(uint128).max);
        return amount;
    }
}

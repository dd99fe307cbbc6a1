// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ILendingPool} from "./interfaces/ILendingPool.sol";
import {IRateModel} from "./interfaces/IRateModel.sol";
import {DebtMath} from "./libraries/DebtMath.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {BPS, FixedPoint, RAY} from "./libraries/FixedPoint.sol";
import {InterestMath} from "./libraries/InterestMath.sol";

/// @title LendingPool
/// @notice See `ILendingPool`, which is the specification.
contract LendingPool is ILendingPool, ERC4626, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev Virtual shares per asset unit: 10^6, so that inflating the first share costs a million times what it takes.
    uint8 private constant DECIMALS_OFFSET = 6;

    /// @inheritdoc ILendingPool
    address public immutable engine;

    /// @dev Three words. What changes with time alone, what changes with every loan, and the rest.
    uint128 private _index = uint128(RAY);
    uint40 private _accruedAt;

    uint128 private _totalScaledDebt;
    uint128 private _cash;

    uint128 private _reserve;

    IRateModel private _rateModel;
    uint16 private _reserveFactor;

    modifier onlyEngine() {
        if (msg.sender != engine) revert OnlyEngine(msg.sender, engine);
        _;
    }

    /// @dev Created by the engine, which is then the only one that may draw and settle.
    constructor(
        IERC20Metadata debtAsset,
        address authority,
        IRateModel rateModel,
        uint16 reserveFactor
    )
        ERC20(string.concat("Breakwater ", debtAsset.name()), string.concat("bw", debtAsset.symbol()))
        ERC4626(debtAsset)
        AccessManaged(authority)
    {
        engine = msg.sender;
        _accruedAt = uint40(block.timestamp);
        _setTerms(rateModel, reserveFactor);
    }

    // ------------------------------------------------------------------ engine

    /// @inheritdoc ILendingPool
    function accrue() external returns (uint256 index) {
        return _accrue();
    }

    /// @inheritdoc ILendingPool
    function draw(uint256 amount, address to) external onlyEngine nonReentrant returns (uint256 debt) {
        uint256 index = _accrue();
        uint256 cash = _cash;
        if (amount > cash) revert InsufficientCash(amount, cash);
        uint256 scaled = _bounded(_totalScaledDebt + DebtMath.scaledUp(amount, index));
        (_totalScaledDebt, _cash) = (uint128(scaled), uint128(cash - amount));
        debt = DebtMath.debtDown(scaled, index);
        IERC20(asset()).safeTransfer(to, amount);
    }

    /// @inheritdoc ILendingPool
    function settle(uint256 paid, uint256 scaledRepaid) external onlyEngine nonReentrant {
        _accrue();
        _totalScaledDebt -= uint128(scaledRepaid);
        _cash = uint128(_bounded(_cash + paid));
    }

    /// @inheritdoc ILendingPool
    function writeOff(uint256 scaledDebt) external onlyEngine nonReentrant {
        uint256 index = _accrue();
        uint256 scaled = _totalScaledDebt;
        uint256 loss = DebtMath.debtDown(scaled, index) - DebtMath.debtDown(scaled - scaledDebt, index);
        _totalScaledDebt = uint128(scaled - scaledDebt);
        uint256 reserve = _reserve;
        uint256 covered = FixedPoint.min(reserve, loss);
        if (covered != 0) {
            _reserve = uint128(reserve - covered);
            emit ReserveCovered(covered, reserve - covered);
        }
        if (loss != covered) emit LendersLost(loss - covered, totalAssets());
    }

    // ------------------------------------------------------------------ everybody

    /// @inheritdoc ILendingPool
    function donate(uint256 amount) external nonReentrant {
        _accrue();
        uint256 reserve = _bounded(_reserve + amount);
        (_reserve, _cash) = (uint128(reserve), uint128(_bounded(_cash + amount)));
        emit Donated(msg.sender, amount, reserve);
        ExactTransfer.pull(IERC20(asset()), msg.sender, address(this), amount);
    }

    /// @inheritdoc ILendingPool
    function setTerms(IRateModel rateModel, uint16 reserveFactor) external restricted {
        _accrue();
        _setTerms(rateModel, reserveFactor);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc ILendingPool
    function currentIndex() public view returns (uint256 index) {
        (index, , ) = _accrued();
    }

    /// @inheritdoc ILendingPool
    function poolState()
        external
        view
        returns (uint256 index, uint256 accruedAt, uint256 totalScaledDebt, uint256 cash, uint256 reserve)
    {
        return (_index, _accruedAt, _totalScaledDebt, _cash, _reserve);
    }

    /// @inheritdoc ILendingPool
    function totalDebt() external view returns (uint256) {
        return DebtMath.debtDown(_totalScaledDebt, currentIndex());
    }

    /// @inheritdoc ILendingPool
    function terms() external view returns (IRateModel rateModel, uint16 reserveFactor) {
        return (_rateModel, _reserveFactor);
    }

    /// @notice What belongs to the lenders now [debt units], interest to this second included: cash + debt - reserve.
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        (uint256 index, , uint256 reserve) = _accrued();
        return FixedPoint.subFloor(_cash + DebtMath.debtDown(_totalScaledDebt, index), reserve);
    }

    /// @notice What a lender could add before the pool's numbers leave 128 bits [debt units].
    function maxDeposit(address) public view override(ERC4626, IERC4626) returns (uint256) {
        return type(uint128).max - _cash;
    }

    /// @notice The shares that `maxDeposit` buys.
    function maxMint(address receiver) public view override(ERC4626, IERC4626) returns (uint256) {
        return convertToShares(maxDeposit(receiver));
    }

    /// @notice What `owner` may take now [debt units]: its shares' worth, or the pool's cash if that is less.
    function maxWithdraw(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        return FixedPoint.min(previewRedeem(balanceOf(owner)), _cash);
    }

    /// @notice The shares `owner` may redeem now: all, or as many as the pool's cash pays for.
    function maxRedeem(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        uint256 shares = balanceOf(owner);
        return previewRedeem(shares) <= _cash ? shares : convertToShares(_cash);
    }

    // ------------------------------------------------------------------ ERC-4626 internals

    function _decimalsOffset() internal pure override returns (uint8) {
        return DECIMALS_OFFSET;
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override nonReentrant {
        _accrue();
        ExactTransfer.pull(IERC20(asset()), caller, address(this), assets);
        _cash = uint128(_bounded(_cash + assets));
        _mint(receiver, shares);
        emit Deposit(caller, receiver, assets, shares);
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        _accrue();
        uint256 cash = _cash;
        if (assets > cash) revert InsufficientCash(assets, cash);
        if (caller != owner) _spendAllowance(owner, caller, shares);
        _burn(owner, shares);
        _cash = uint128(cash - assets);
        emit Withdraw(caller, receiver, owner, assets, shares);
        IERC20(asset()).safeTransfer(receiver, assets);
    }

    // ------------------------------------------------------------------ interest

    function _accrue() private returns (uint256 index) {
        uint256 interest;
        uint256 reserve;
        (index, interest, reserve) = _accrued();
        if (block.timestamp == _accruedAt) return index;
        (_index, _accruedAt) = (uint128(index), uint40(block.timestamp));
        if (interest != 0) {
            _reserve = uint128(reserve);
            emit Accrued(index, interest, reserve);
        }
    }

    /// @dev Index, interest since the last accrual, and reserve as of now. Utilisation has not changed since then, so the
    /// rate that held all along is today's.
    function _accrued() private view returns (uint256 index, uint256 interest, uint256 reserve) {
        (index, reserve) = (_index, _reserve);
        uint256 elapsed = block.timestamp - _accruedAt;
        uint256 scaled = _totalScaledDebt;
        if (elapsed == 0 || scaled == 0) return (index, 0, reserve);
        uint256 debt = DebtMath.debtDown(scaled, index);
        (, uint256 rate) = _ask(_rateModel, _cash, debt);
        index = InterestMath.grownIndexDown(index, rate, elapsed);
        interest = DebtMath.debtDown(scaled, index) - debt;
        reserve = FixedPoint.min(reserve + FixedPoint.mulDivDown(interest, _reserveFactor, BPS), type(uint128).max);
    }

    function _setTerms(IRateModel rateModel, uint16 reserveFactor) private {
        if (reserveFactor > BPS) revert ReserveFactorTooHigh(reserveFactor, BPS);
        (bool answers, ) = _ask(rateModel, 0, 1);
        if (!answers) revert RateModelSilent(address(rateModel));
        (_rateModel, _reserveFactor) = (rateModel, reserveFactor);
        emit TermsSet(rateModel, reserveFactor);
    }

    /// @dev What `rateModel` charges, bounded; 0 if it fails, which a caller cannot bring about by giving little gas: what is
    /// left then does not suffice to go on.
    function _ask(IRateModel rateModel, uint256 cash, uint256 debt) private view returns (bool answers, uint256 rate) {
        bytes memory question = abi.encodeCall(IRateModel.ratePerSecond, (cash, debt));
        (bool ok, bytes memory data) = address(rateModel).staticcall(question);
        answers = ok && data.length >= 32;
        if (answers) rate = FixedPoint.min(abi.decode(data, (uint256)), InterestMath.MAX_RATE);
    }

    function _bounded(uint256 amount) private pure returns (uint256) {
        if (amount > type(uint128).max) revert AmountTooLarge(amount, type(uint128).max);
        return amount;
    }
}

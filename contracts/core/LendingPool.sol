// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";
import {IAuctionHouse} from "../interfaces/IAuctionHouse.sol";
import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {ILendingPool, PoolState, PoolTerms} from "../interfaces/ILendingPool.sol";
import {IVaultEngine} from "../interfaces/IVaultEngine.sol";
import {DebtMath} from "../libraries/math/DebtMath.sol";
import {ExactTransfer} from "../libraries/integration/ExactTransfer.sol";
import {FixedPoint} from "../libraries/math/FixedPoint.sol";
import {PausableAction} from "../types/PausableAction.sol";
import {LendingPoolBase} from "./base/LendingPoolBase.sol";

/// @title LendingPool
/// @notice See `ILendingPool`, which is the specification.
contract LendingPool is LendingPoolBase {
    using SafeERC20 for IERC20;
    using TransientSlot for *;

    constructor(
        IERC20Metadata debtAsset,
        address authority,
        PoolTerms memory terms_
    ) LendingPoolBase(debtAsset, authority, terms_) {}

    // ------------------------------------------------------------------ engine

    /// @inheritdoc ILendingPool
    function addInterest() external returns (uint256 index) {
        return _accrue();
    }

    /// @inheritdoc ILendingPool
    function disburse(uint256 amount, address to) external onlyEngine notFlashing nonReentrant returns (uint256 debt) {
        uint256 index = _accrue();
        uint256 cash = _state.cash;
        if (amount > cash) revert InsufficientCash(amount, cash);
        uint256 scaled = _bounded(_state.totalScaledDebt + DebtMath.scaledUp(amount, index));
        (_state.totalScaledDebt, _state.cash) = (uint128(scaled), uint128(cash - amount));
        debt = DebtMath.debtDown(scaled, index);
        IERC20(asset()).safeTransfer(to, amount);
    }

    /// @inheritdoc ILendingPool
    function reduceDebt(uint256 paid, uint256 scaledRepaid) external onlyEngine nonReentrant {
        _accrue();
        _state.totalScaledDebt -= uint128(scaledRepaid);
        _state.cash = uint128(_bounded(_state.cash + paid));
    }

    /// @inheritdoc ILendingPool
    function toAuction(uint256 scaledDebt) external onlyEngine nonReentrant returns (uint256 debt) {
        uint256 index = _accrue();
        uint256 scaled = _state.totalScaledDebt;
        debt = DebtMath.debtDown(scaled, index) - DebtMath.debtDown(scaled - scaledDebt, index);
        uint256 auctionDebt = _bounded(_state.auctionDebt + debt);
        (_state.totalScaledDebt, _state.auctionDebt) = (uint128(scaled - scaledDebt), uint128(auctionDebt));
        emit DebtAuctioned(debt, auctionDebt);
    }

    /// @inheritdoc ILendingPool
    function setAuctionHouse(IAuctionHouse auctionHouse) external onlyEngine {
        _auctionHouse = auctionHouse;
        emit AuctionHouseSet(auctionHouse);
    }

    // ------------------------------------------------------------------ auction house

    /// @inheritdoc ILendingPool
    function bookSale(uint256 paid, uint256 lost) external onlyAuctionHouse nonReentrant {
        _accrue();
        uint256 auctionDebt = _state.auctionDebt - paid - lost;
        _state.auctionDebt = uint128(auctionDebt);
        _state.cash = uint128(_bounded(_state.cash + paid));
        if (paid != 0) emit AuctionRepaid(paid, auctionDebt);
        if (lost == 0) return;
        uint256 reserve = _divideFees();
        uint256 due = _state.backstopDue;
        uint256 forgone = FixedPoint.min(due, lost);
        if (forgone != 0) {
            _state.backstopDue = uint128(due - forgone);
            emit BackstopForwent(forgone, due - forgone);
        }
        uint256 covered = FixedPoint.min(reserve, lost - forgone);
        if (covered != 0) {
            _state.reserve = uint128(reserve - covered);
            emit ReserveCovered(covered, reserve - covered);
        }
        uint256 left = lost - forgone - covered;
        if (left != 0) emit LendersLost(left, totalAssets());
    }

    // ------------------------------------------------------------------ everybody

    /// @inheritdoc ILendingPool
    function payBackstop() external notFlashing nonReentrant returns (uint256 paid) {
        _accrue();
        _divideFees();
        (uint256 due, uint256 cash) = (_state.backstopDue, _state.cash);
        paid = FixedPoint.min(due, cash);
        if (paid == 0 || address(_auctionHouse) == address(0)) return 0;
        // Approved before any transfer, so that a token that calls back finds the funds in exactly
        // one of the two pools.
        IERC20(asset()).forceApprove(address(_auctionHouse.backstop()), paid);
        (_state.backstopDue, _state.cash) = (uint128(due - paid), uint128(cash - paid));
        emit BackstopPaid(paid, due - paid);
        _auctionHouse.backstop().donate(paid);
    }

    /// @inheritdoc ILendingPool
    function donate(uint256 amount) external notFlashing nonReentrant {
        _accrue();
        uint256 reserve = _bounded(_state.reserve + amount);
        (_state.reserve, _state.cash) = (uint128(reserve), uint128(_bounded(_state.cash + amount)));
        emit Donated(msg.sender, amount, reserve);
        ExactTransfer.pull(IERC20(asset()), msg.sender, address(this), amount);
    }

    /// @notice Lends `amount` of the debt asset to `receiver` until the end of its callback, free
    /// of charge. Anyone may call.
    /// @dev Reverts inside another flash loan, while the pool is locked, and while the breaker has
    /// closed flash loans.
    /// @param amount amount to lend [debt units]
    function flashLoan(
        IERC3156FlashBorrower receiver,
        address token,
        uint256 amount,
        bytes calldata data
    ) external notFlashing returns (bool) {
        if (_reentrancyGuardEntered()) revert ReentrancyGuardReentrantCall();
        if (token != asset()) revert UnsupportedToken(token, asset());
        if (amount > _state.cash) revert InsufficientCash(amount, _state.cash);
        IVaultEngine(engine).requireOpen(PausableAction.FlashLoan);
        FLASHING.asBoolean().tstore(true);
        emit FlashLent(address(receiver), msg.sender, amount);
        IERC20(token).safeTransfer(address(receiver), amount);
        bytes32 answer = receiver.onFlashLoan(msg.sender, token, amount, 0, data);
        if (answer != FLASH_ANSWER) revert FlashLoanRefused(answer);
        ExactTransfer.pull(IERC20(token), address(receiver), address(this), amount);
        FLASHING.asBoolean().tstore(false);
        return true;
    }

    /// @inheritdoc ILendingPool
    function redeemAtLeast(
        uint256 shares,
        address receiver,
        address owner,
        uint256 minAssets
    ) external returns (uint256 assets) {
        assets = redeem(shares, receiver, owner);
        if (assets < minAssets) revert BelowMinimum(assets, minAssets);
    }

    /// @inheritdoc ILendingPool
    function setTerms(PoolTerms calldata terms_) external notFlashing restricted {
        _accrue();
        _divideFees();
        _setTerms(terms_);
    }

    // ------------------------------------------------------------------ views

    /// @notice Largest flash loan of `token` now [token units]; 0 for another token, inside a flash
    /// loan, while the pool is locked, or while the breaker has closed flash loans.
    function maxFlashLoan(address token) external view returns (uint256) {
        if (token != asset() || FLASHING.asBoolean().tload() || _reentrancyGuardEntered()) return 0;
        ICircuitBreaker breaker = IVaultEngine(engine).breaker();
        bool closed = address(breaker) != address(0) && breaker.pausedUntil(PausableAction.FlashLoan) > block.timestamp;
        return closed ? 0 : _state.cash;
    }

    /// @notice Fee of a flash loan: zero. Reverts for another token.
    function flashFee(address token, uint256) external view returns (uint256) {
        if (token != asset()) revert UnsupportedToken(token, asset());
        return 0;
    }

    /// @inheritdoc ILendingPool
    function currentIndex() public view returns (uint256 index) {
        (index, , ) = _accrued();
    }

    /// @inheritdoc ILendingPool
    function poolState() external view returns (PoolState memory state) {
        return _state;
    }

    /// @inheritdoc ILendingPool
    function claims() public view returns (uint256 reserve, uint256 backstopDue) {
        (, , uint256 fees) = _accrued();
        uint256 part = _reservePart(fees);
        return (_state.reserve + part, _state.backstopDue + fees - part);
    }

    /// @inheritdoc ILendingPool
    function totalDebt() external view returns (uint256) {
        return DebtMath.debtDown(_state.totalScaledDebt, currentIndex());
    }

    /// @inheritdoc ILendingPool
    function ratePerSecond() external view returns (uint256) {
        (uint256 index, , ) = _accrued();
        return _rateUp(_state.cash, DebtMath.debtDown(_state.totalScaledDebt, index));
    }

    /// @inheritdoc ILendingPool
    function terms() external view returns (PoolTerms memory terms_) {
        return _terms;
    }

    /// @notice The lenders' assets now [debt units], with interest up to this second and all
    /// auction debt.
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        (uint256 index, , uint256 fees) = _accrued();
        uint256 assets = uint256(_state.cash) + _state.auctionDebt + DebtMath.debtDown(_state.totalScaledDebt, index);
        return FixedPoint.subFloor(assets, fees + _state.reserve + _state.backstopDue);
    }

    /// @inheritdoc ILendingPool
    function exitAssets() public view returns (uint256) {
        uint256 assets = totalAssets();
        uint256 auctionDebt = _state.auctionDebt;
        if (auctionDebt == 0) return assets;
        (uint256 low, ) = _auctionHouse.shortfall();
        (uint256 reserve, uint256 due) = claims();
        // Whatever bears a realised loss before the lenders also bears an expected one.
        uint256 uncovered = FixedPoint.subFloor(low, _auctionHouse.backstop().capital() + due + reserve);
        return FixedPoint.subFloor(assets, FixedPoint.min(uncovered, auctionDebt));
    }

    /// @notice The assets that redeeming `shares` pays now [debt units], rounded down.
    function previewRedeem(uint256 shares) public view override(ERC4626, IERC4626) returns (uint256) {
        return FixedPoint.mulDivDown(shares, exitAssets() + 1, totalSupply() + 10 ** DECIMALS_OFFSET);
    }

    /// @notice The shares that withdrawing `assets` costs now, rounded up.
    function previewWithdraw(uint256 assets) public view override(ERC4626, IERC4626) returns (uint256) {
        return FixedPoint.mulDivUp(assets, totalSupply() + 10 ** DECIMALS_OFFSET, exitAssets() + 1);
    }

    /// @notice Largest deposit for which the pool's cash fits in 128 bits [debt units]; 0 while the
    /// pool is locked.
    function maxDeposit(address) public view override(ERC4626, IERC4626) returns (uint256) {
        return _isLocked() ? 0 : type(uint128).max - _state.cash;
    }

    /// @notice The shares that `maxDeposit` buys.
    function maxMint(address receiver) public view override(ERC4626, IERC4626) returns (uint256) {
        return convertToShares(maxDeposit(receiver));
    }

    /// @notice Largest withdrawal of `owner` now [debt units]: the value of its shares, or the
    /// pool's cash if that is less; 0 while withdrawals are locked.
    function maxWithdraw(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        uint256 cash = _leavable();
        return cash == 0 ? 0 : FixedPoint.min(previewRedeem(balanceOf(owner)), cash);
    }

    /// @notice Most shares that `owner` can redeem now: all, or as many as the pool's cash pays
    /// for; 0 while withdrawals are locked.
    function maxRedeem(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        uint256 shares = balanceOf(owner);
        uint256 cash = _leavable();
        if (cash == 0) return 0;
        if (previewRedeem(shares) <= cash) return shares;
        return FixedPoint.mulDivDown(cash, totalSupply() + 10 ** DECIMALS_OFFSET, exitAssets() + 1);
    }

    // ------------------------------------------------------------------ ERC-4626 internals

    function _decimalsOffset() internal pure override returns (uint8) {
        return DECIMALS_OFFSET;
    }

    function _deposit(
        address caller,
        address receiver,
        uint256 assets,
        uint256 shares
    ) internal override notFlashing nonReentrant {
        _accrue();
        ExactTransfer.pull(IERC20(asset()), caller, address(this), assets);
        _state.cash = uint128(_bounded(_state.cash + assets));
        _mint(receiver, shares);
        emit Deposit(caller, receiver, assets, shares);
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override notFlashing nonReentrant {
        _accrue();
        if (caller != owner) _spendAllowance(owner, caller, shares);
        _burn(owner, shares);
        // `maxWithdraw` and `maxRedeem` have bounded `assets` by the cash.
        _state.cash -= uint128(assets);
        emit Withdraw(caller, receiver, owner, assets, shares);
        IERC20(asset()).safeTransfer(receiver, assets);
    }

    /// @dev Cash that lenders can withdraw now [debt units]: zero while the pool is locked, or
    /// while the auction house that values its auction debt is.
    function _leavable() private view returns (uint256) {
        bool unknown = _state.auctionDebt != 0 && _auctionHouse.isLocked();
        return unknown || _isLocked() ? 0 : _state.cash;
    }

    function _isLocked() private view returns (bool) {
        return FLASHING.asBoolean().tload() || _reentrancyGuardEntered();
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAuctionHouse} from "../interfaces/IAuctionHouse.sol";
import {IBackstopPool} from "../interfaces/IBackstopPool.sol";
import {ILendingPool} from "../interfaces/ILendingPool.sol";
import {BackstopMath} from "../libraries/math/BackstopMath.sol";
import {ExactTransfer} from "../libraries/integration/ExactTransfer.sol";
import {FixedPoint} from "../libraries/math/FixedPoint.sol";

/// @title BackstopPool
/// @notice See `IBackstopPool`, which is the specification.
contract BackstopPool is IBackstopPool, ERC4626, ERC20Permit, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice Time from a request until it matures [s]: longer than the longest pause, its grace
    /// period and an auction together.
    uint256 public constant EXIT_WAIT = 3 days;
    /// @notice Time for which a matured request is valid [s].
    uint256 public constant EXIT_WINDOW = 2 days;

    /// @notice The auction house that created this pool and alone may draw on it.
    IAuctionHouse public immutable auctionHouse;
    /// @notice The lending pool whose shortfalls this pool covers first.
    ILendingPool public immutable lendingPool;

    uint256 private immutable _token;

    /// @dev Two words.
    struct Request {
        uint256 shares;
        uint128 value;
        uint40 from;
    }

    uint128 private _cash;
    mapping(address owner => Request) private _requests;

    modifier onlyAuctionHouse() {
        if (msg.sender != address(auctionHouse)) revert OnlyAuctionHouse(msg.sender, address(auctionHouse));
        _;
    }

    constructor(
        IERC20Metadata debtAsset,
        ILendingPool lendingPool_
    )
        ERC20(string.concat("Breakwater Backstop ", debtAsset.name()), string.concat("bwb", debtAsset.symbol()))
        ERC20Permit(string.concat("Breakwater Backstop ", debtAsset.name()))
        ERC4626(debtAsset)
    {
        auctionHouse = IAuctionHouse(msg.sender);
        lendingPool = lendingPool_;
        _token = 10 ** debtAsset.decimals();
    }

    // ------------------------------------------------------------------ auction house

    /// @inheritdoc IBackstopPool
    function cover(uint256 shortfall) external onlyAuctionHouse nonReentrant returns (uint256 covered) {
        covered = FixedPoint.min(shortfall, capital());
        if (covered == 0) return 0;
        uint256 cash = _cash - covered;
        _cash = uint128(cash);
        emit ShortfallCovered(shortfall, covered, cash);
        IERC20(asset()).safeTransfer(address(lendingPool), covered);
    }

    /// @inheritdoc IBackstopPool
    function payTip(uint256 amount) external onlyAuctionHouse nonReentrant returns (uint256 paid) {
        paid = FixedPoint.min(amount, capital());
        if (paid == 0) return 0;
        uint256 cash = _cash - paid;
        _cash = uint128(cash);
        emit TipPaid(paid, cash);
        IERC20(asset()).safeTransfer(msg.sender, paid);
    }

    /// @inheritdoc IBackstopPool
    function bookPenalty(uint256 amount) external onlyAuctionHouse nonReentrant {
        uint256 cash = _bounded(_cash + amount);
        _cash = uint128(cash);
        emit PenaltyEarned(amount, cash);
    }

    // ------------------------------------------------------------------ everybody

    /// @inheritdoc IBackstopPool
    function donate(uint256 amount) external nonReentrant {
        uint256 cash = _bounded(_cash + amount);
        _cash = uint128(cash);
        emit Donated(msg.sender, amount, cash);
        ExactTransfer.pull(IERC20(asset()), msg.sender, address(this), amount);
    }

    /// @inheritdoc IBackstopPool
    function requestExit(uint256 shares) external nonReentrant {
        uint256 balance = balanceOf(msg.sender);
        if (shares > balance) revert SharesNotFree(msg.sender, shares, balance);
        if (shares == 0) {
            emit ExitCancelled(msg.sender, _requests[msg.sender].shares);
            delete _requests[msg.sender];
            return;
        }
        // Rounded up, so that a request during which nothing happens is paid in full.
        // Interest the lending pool owes counts, whether paid or not.
        (, uint256 due) = lendingPool.claims();
        uint256 value = BackstopMath.toAssetsUp(shares, totalAssets() + due, totalSupply());
        uint256 from = block.timestamp + EXIT_WAIT;
        _requests[msg.sender] = Request(shares, uint128(_bounded(value)), uint40(from));
        emit ExitRequested(msg.sender, shares, value, from, from + EXIT_WINDOW);
    }

    /// @inheritdoc IBackstopPool
    function redeemMatured(address receiver, uint256 minAssets) external returns (uint256 shares, uint256 assets) {
        shares = maxRedeem(msg.sender);
        assets = redeem(shares, receiver, msg.sender);
        if (assets < minAssets) revert BelowMinimum(assets, minAssets);
    }

    /// @inheritdoc IBackstopPool
    function depositAtLeast(uint256 assets, address receiver, uint256 minShares) external returns (uint256 shares) {
        shares = deposit(assets, receiver);
        if (shares < minShares) revert BelowMinimum(shares, minShares);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IBackstopPool
    function capital() public view returns (uint256) {
        return FixedPoint.subFloor(_cash, _token);
    }

    /// @inheritdoc IBackstopPool
    function entryAssets() public view returns (uint256) {
        (, uint256 high) = auctionHouse.shortfall();
        (, uint256 due) = lendingPool.claims();
        return _cash + due + auctionHouse.expectedPenalties() - FixedPoint.min(high, capital() + due);
    }

    /// @inheritdoc IBackstopPool
    function exitAssets() public view returns (uint256) {
        (uint256 low, ) = auctionHouse.shortfall();
        return _cash - FixedPoint.min(low, capital());
    }

    /// @inheritdoc IBackstopPool
    function exitOf(address owner) external view returns (uint256 shares, uint256 value, uint256 from, uint256 until) {
        Request memory r = _requests[owner];
        until = r.from + EXIT_WINDOW;
        if (r.shares == 0 || block.timestamp > until) return (0, 0, 0, 0);
        return (r.shares, r.value, r.from, until);
    }

    /// @notice The books: cash [debt units].
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        return _cash;
    }

    /// @notice The shares that depositing `assets` brings now, rounded down.
    function previewDeposit(uint256 assets) public view override(ERC4626, IERC4626) returns (uint256) {
        return BackstopMath.toSharesDown(assets, entryAssets(), totalSupply());
    }

    /// @notice The assets that minting `shares` costs now [debt units], rounded up.
    function previewMint(uint256 shares) public view override(ERC4626, IERC4626) returns (uint256) {
        return BackstopMath.toAssetsUp(shares, entryAssets(), totalSupply());
    }

    /// @notice The assets that redeeming `shares` pays now [debt units], rounded down.
    function previewRedeem(uint256 shares) public view override(ERC4626, IERC4626) returns (uint256) {
        return BackstopMath.toAssetsDown(shares, exitAssets(), totalSupply());
    }

    /// @notice The shares that withdrawing `assets` costs now, rounded up.
    function previewWithdraw(uint256 assets) public view override(ERC4626, IERC4626) returns (uint256) {
        return BackstopMath.toSharesUp(assets, exitAssets(), totalSupply());
    }

    /// @notice Largest deposit for which the pool's cash fits in 128 bits [debt units]; 0 while
    /// this pool or the auction house is locked.
    function maxDeposit(address) public view override(ERC4626, IERC4626) returns (uint256) {
        return _isLocked() ? 0 : type(uint128).max - _cash;
    }

    /// @notice The shares that `maxDeposit` buys.
    function maxMint(address receiver) public view override(ERC4626, IERC4626) returns (uint256) {
        uint256 assets = maxDeposit(receiver);
        return assets == 0 ? 0 : BackstopMath.toSharesDown(assets, entryAssets(), totalSupply());
    }

    /// @notice Payout of `owner`'s matured request now [debt units]; 0 without one.
    function maxWithdraw(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        uint256 shares = maxRedeem(owner);
        return shares == 0 ? 0 : previewRedeem(shares);
    }

    /// @notice The shares of `owner`'s matured request that are paid for: those whose value does
    /// not exceed the request's value. 0 without a matured request, and while this pool or the
    /// auction house is locked.
    /// @dev Redeeming them forfeits the rest of the request.
    function maxRedeem(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        Request memory r = _requests[owner];
        if (!_isMature(r) || _isLocked()) return 0;
        return _payable(r);
    }

    /// @inheritdoc ERC4626
    function decimals() public view override(ERC20, ERC4626, IERC20Metadata) returns (uint8) {
        return super.decimals();
    }

    /// @inheritdoc IERC20Permit
    function nonces(address owner) public view override(ERC20Permit, IERC20Permit) returns (uint256) {
        return super.nonces(owner);
    }

    // ------------------------------------------------------------------ internals

    function _decimalsOffset() internal pure override returns (uint8) {
        return BackstopMath.DECIMALS_OFFSET;
    }

    function _deposit(address caller, address receiver, uint256 assets, uint256 shares) internal override nonReentrant {
        _cash = uint128(_bounded(_cash + assets));
        _mint(receiver, shares);
        emit Deposit(caller, receiver, assets, shares);
        ExactTransfer.pull(IERC20(asset()), caller, address(this), assets);
    }

    /// @dev `maxRedeem` and `maxWithdraw` have bounded the amounts.
    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        Request memory r = _requests[owner];
        if (!_isMature(r)) revert NotMature(owner, r.from, r.from + EXIT_WINDOW);
        uint256 paid = _payable(r);
        if (paid == 0) return;
        uint256 leaving = FixedPoint.mulDivUp(r.shares, shares, paid);
        if (caller != owner) _spendAllowance(owner, caller, leaving);
        uint256 value = FixedPoint.mulDivDown(r.value, r.shares - leaving, r.shares);
        _requests[owner] = Request(r.shares - leaving, uint128(value), r.from);
        _burn(owner, leaving);
        _cash -= uint128(assets);
        if (leaving != shares) emit Forfeited(owner, leaving - shares);
        emit Withdraw(caller, receiver, owner, assets, shares);
        IERC20(asset()).safeTransfer(receiver, assets);
    }

    /// @dev Requested shares cannot move until the request is cancelled or has expired.
    function _update(address from, address to, uint256 shares) internal override {
        if (from != address(0)) {
            Request memory r = _requests[from];
            uint256 locked = block.timestamp > r.from + EXIT_WINDOW ? 0 : r.shares;
            uint256 free = FixedPoint.subFloor(balanceOf(from), locked);
            if (shares > free) revert SharesNotFree(from, shares, free);
        }
        super._update(from, to, shares);
    }

    /// @dev The shares of a matured request that are paid for.
    function _payable(Request memory r) private view returns (uint256) {
        return BackstopMath.payableDown(r.shares, r.value, exitAssets(), totalSupply());
    }

    function _isLocked() private view returns (bool) {
        return _reentrancyGuardEntered() || auctionHouse.isLocked();
    }

    function _isMature(Request memory r) private view returns (bool) {
        return r.shares != 0 && block.timestamp >= r.from && block.timestamp <= r.from + EXIT_WINDOW;
    }

    function _bounded(uint256 amount) private pure returns (uint256) {
        if (amount > type(uint128).max) revert AmountTooLarge(amount, type(uint128).max);
        return amount;
    }
}

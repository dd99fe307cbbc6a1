// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC3156FlashLender} from "@openzeppelin/contracts/interfaces/IERC3156FlashLender.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {IAuctionHouse} from "./IAuctionHouse.sol";

/// @notice Everything the pool stores about money, as of the last accrual. Four words: what changes with time alone comes
/// first, so that a loan or a repayment writes two of them.
struct PoolState {
    /// Debt index [RAY].
    uint112 index;
    /// Time of the last accrual [s].
    uint40 accruedAt;
    /// Interest kept from lenders and not yet divided between reserve and backstop [debt units].
    uint104 fees;
    /// Scaled debt of all vaults.
    uint128 totalScaledDebt;
    /// Tokens to lend [debt units].
    uint128 cash;
    /// The reserve's part of the assets, without its part of `fees` [debt units].
    uint128 reserve;
    /// What the backstop has earned and not collected, without its part of `fees` [debt units].
    uint128 backstopDue;
    /// Debt of absorbed vaults that auctions have not brought in yet; it bears no interest [debt units].
    uint128 auctionDebt;
}

/// @notice Interest terms, in one word: a kinked rate by utilisation (`InterestMath.Curve`) and who gets what of it. The curve
/// is data and not a contract, because what cannot fail need not be gatedActions, and costs no call.
struct PoolTerms {
    /// Rate of an idle pool [1e-18 per second].
    uint40 base;
    /// Rise of the rate up to the kink [1e-18 per second].
    uint40 slopeBelow;
    /// Rise of the rate from the kink to full utilisation [1e-18 per second].
    uint40 slopeAbove;
    /// Largest rate [1e-18 per second], at most `InterestMath.MAX_RATE`.
    uint40 max;
    /// Utilisation of the kink [1e-9], inside (0, 1).
    uint32 kink;
    /// The reserve's share of interest [bps].
    uint16 reserveFactor;
    /// The backstop's share of interest [bps].
    uint16 backstopFactor;
}

/// @title Lenders' pool of the debt asset
/// @notice ERC-4626: lenders deposit, the vault engine borrows. Assets of the lenders are cash + debt + auction debt, less
/// what belongs to reserve and backstop. Cash is an internal balance: tokens sent here directly belong to nobody and move
/// nothing. A token transfer that does not deliver exactly what it says reverts.
///
/// While lots are open, who enters pays for the whole auction debt, and who leaves is paid only for what the lots are
/// sure to bring in (`IAuctionHouse.shortfall`) and the backstop's capital cover: nobody gains by leaving before a loss or by coming before a recovery. Preview
/// functions say exactly that, so a redemption previewed may be worth less than `convertToAssets`.
///
/// ERC-3156: flash loans of the pool's cash, free of charge. Cash and rate stay as they are while one runs; repaying,
/// liquidating and absorbing work inside it, and nothing else in this pool does.
/// @dev The debt is `totalScaledDebt * index / 1e27`, rounded down; the index grows with time and never falls.
interface ILendingPool is IERC4626, IERC20Permit, IERC3156FlashLender {
    /// @notice Interest was added. `index` [RAY] and `fees` [debt units] are the new values.
    event Accrued(uint256 index, uint256 interest, uint256 fees);
    /// @notice The reserve was given `amount` [debt units].
    event Donated(address indexed from, uint256 amount, uint256 reserve);
    /// @notice A vault's debt was taken over until its collateral is sold. Lenders' assets are unchanged.
    event DebtAuctioned(uint256 debt, uint256 auctionDebt);
    /// @notice Auctions brought in `paid` [debt units] of it.
    event AuctionRepaid(uint256 paid, uint256 auctionDebt);
    /// @notice A loss step: `amount` [debt units] of what the backstop is owed is no longer due.
    event BackstopForwent(uint256 amount, uint256 dueLeft);
    /// @notice A loss step: the reserve paid `amount` [debt units] of a debt that will not be repaid.
    event ReserveCovered(uint256 amount, uint256 reserveLeft);
    /// @notice A loss step, the last: lenders lost `amount` [debt units].
    event LendersLost(uint256 amount, uint256 totalAssetsLeft);
    /// @notice The backstop was paid what it earned [debt units].
    event BackstopPaid(uint256 amount, uint256 left);
    /// @notice Tokens were lent within one transaction [debt units].
    event FlashLent(address indexed receiver, address indexed initiator, uint256 amount);
    /// @notice Interest terms changed.
    event TermsUpdated(PoolTerms terms);
    /// @notice The auction house was set, for good.
    event AuctionHouseSet(IAuctionHouse auctionHouse);

    /// @notice Only the engine that created the pool may call this.
    error OnlyEngine(address caller, address engine);
    /// @notice Only the auction house may call this.
    error OnlyAuctionHouse(address caller, address auctionHouse);
    /// @notice The pool holds less cash than asked for [debt units].
    error InsufficientCash(uint256 asked, uint256 cash);
    /// @notice A kink [1e-9] outside (0, 1), or a largest rate [1e-18 per second] above 1,000 % a year.
    error InvalidCurve(uint256 kink, uint256 max);
    /// @notice Shares of interest kept from lenders [bps] above 100 % together.
    error FactorsTooHigh(uint256 reserveFactor, uint256 backstopFactor, uint256 max);
    /// @notice The pool's numbers are bounded by 128 bits [debt units].
    error AmountTooLarge(uint256 amount, uint256 max);
    /// @notice Not while a flash loan runs.
    error FlashLoanRunning();
    /// @notice Only the debt asset can be flash-lent.
    error UnsupportedToken(address token, address asset);
    /// @notice A flash borrower must answer ERC-3156's magic value.
    error FlashLoanRefused(bytes32 answer);
    /// @notice What the call would bring is less than its caller wants.
    error BelowMinimum(uint256 amount, uint256 min);

    /// @notice Brings interest up to now. Anyone may call; a second call in the same second changes nothing.
    /// @dev Selectors are tried in ascending order, 22 gas each. Every change of a debt calls this one, which therefore has a name
    /// whose selector is among the first of some fifty.
    /// @return index the debt index [RAY]
    function addInterest() external returns (uint256 index);

    /// @notice Lends `amount` to `to`. Engine only; reverts without the cash.
    /// @return debt what is owed in total afterwards [debt units], rounded down
    function disburse(uint256 amount, address to) external returns (uint256 debt);

    /// @notice Books a repayment. Engine only.
    /// @param paid tokens that the engine has just delivered here [debt units]
    /// @param scaledRepaid scaled debt they repay
    function reduceDebt(uint256 paid, uint256 scaledRepaid) external;

    /// @notice Takes over the debt of an absorbed vault: interest stops, lenders' assets stay. Engine only.
    /// @return debt the drop of the total debt, now owed by auctions [debt units]
    function toAuction(uint256 scaledDebt) external returns (uint256 debt);

    /// @notice Books what auctions brought in and what they will never bring in. Auction house only. A loss is paid by
    /// what the backstop is still owed, then by the reserve, then by the lenders; one event per step.
    /// @param paid tokens just delivered here, the backstop's included [debt units]
    /// @param lost auction debt that nobody will pay [debt units]
    function bookSale(uint256 paid, uint256 lost) external;

    /// @notice Sends the backstop what it has earned, as far as there is cash. Anyone may call.
    /// @return paid [debt units]
    function payBackstop() external returns (uint256 paid);

    /// @notice Gives `amount` to the reserve. Anyone may call.
    function donate(uint256 amount) external;

    /// @notice `redeem`, but not for less than `minAssets`: while absorptions are open, leavers are paid on what they are worth
    /// when the call is executed.
    /// @return assets sent to `receiver` [debt units]
    function redeemAtLeast(
        uint256 shares,
        address receiver,
        address owner,
        uint256 minAssets
    ) external returns (uint256 assets);

    /// @notice Sets the interest terms, after accruing at the old ones. Restricted.
    function setTerms(PoolTerms calldata terms) external;

    /// @notice Tells the pool its auction house, once. Engine only.
    function setAuctionHouse(IAuctionHouse auctionHouse) external;

    /// @notice The engine that may disburse and reduce debts.
    function engine() external view returns (address);

    /// @notice The debt index [RAY] as it would be after accruing now.
    function currentIndex() external view returns (uint256);

    /// @notice Everything the pool stores, as of the last accrual.
    function poolState() external view returns (PoolState memory);

    /// @notice What belongs to reserve and backstop now, their parts of `fees` included [debt units].
    function claims() external view returns (uint256 reserve, uint256 backstopDue);

    /// @notice What all vaults owe now [debt units], rounded down.
    function totalDebt() external view returns (uint256);

    /// @notice What lenders leaving now are paid on [debt units]: total assets less the low shortfall
    /// (`IAuctionHouse.shortfall`) beyond the backstop's capital.
    function exitAssets() external view returns (uint256);

    /// @notice The rate now [RAY per second], rounded up.
    function ratePerSecond() external view returns (uint256);

    /// @notice The interest terms.
    function terms() external view returns (PoolTerms memory);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC3156FlashLender} from "@openzeppelin/contracts/interfaces/IERC3156FlashLender.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {IAuctionHouse} from "./IAuctionHouse.sol";

/// @notice The pool's accounting, as of the last accrual, in four words.
/// @dev The fields that change with time alone come first, so that a loan or a repayment writes two
/// words.
struct PoolState {
    /// Debt index [RAY].
    uint112 index;
    /// Time of the last accrual [s].
    uint40 accruedAt;
    /// Interest kept from lenders and not yet divided between reserve and backstop [debt units].
    uint104 fees;
    /// Scaled debt of all vaults.
    uint128 totalScaledDebt;
    /// Tokens available to lend [debt units].
    uint128 cash;
    /// Assets of the reserve, without its part of `fees` [debt units].
    uint128 reserve;
    /// Interest owed to the backstop and not yet paid, without its part of `fees` [debt units].
    uint128 backstopDue;
    /// Debt of absorbed vaults that auctions have not yet repaid; it bears no interest
    /// [debt units].
    uint128 auctionDebt;
}

/// @notice Interest terms in one word: a kinked rate by utilisation (`InterestMath.Curve`) and its
/// split.
/// @dev The curve is data and not a contract, because data cannot fail, needs no gating and costs
/// no call.
struct PoolTerms {
    /// Rate at zero utilisation [1e-18 per second].
    uint40 base;
    /// Increase of the rate from zero utilisation to the kink [1e-18 per second].
    uint40 slopeBelow;
    /// Increase of the rate from the kink to full utilisation [1e-18 per second].
    uint40 slopeAbove;
    /// Largest rate [1e-18 per second], at most `InterestMath.MAX_RATE`.
    uint40 max;
    /// Utilisation at the kink [1e-9], inside (0, 1).
    uint32 kink;
    /// The reserve's share of interest [bps].
    uint16 reserveFactor;
    /// The backstop's share of interest [bps].
    uint16 backstopFactor;
}

/// @title Lending pool of the debt asset
/// @notice ERC-4626: lenders deposit, the vault engine borrows. The lenders' assets are cash + debt
/// + auction debt, less what belongs to the reserve and the backstop. Cash is an internal balance:
/// tokens sent here directly belong to nobody and change nothing. A token transfer that does not
/// deliver exactly the stated amount reverts.
///
/// While auctions are open, deposits are priced as if all auction debt were recovered, withdrawals
/// as if only the conservative lot value (`IAuctionHouse.shortfall`) and the capital that bears
/// losses first were. Nobody can exit ahead of a loss or enter ahead of a recovery. The preview
/// functions follow this pricing, so `previewRedeem` may return less than `convertToAssets`.
///
/// ERC-3156: flash loans of the pool's cash, free of charge. Cash and rate do not change while one
/// runs. Repayments, liquidations, absorptions and sales of absorbed collateral work inside it;
/// loans, deposits, withdrawals, donations, payments to the backstop and changes of terms revert.
/// @dev The debt is `totalScaledDebt * index / 1e27`, rounded down; the index grows with time and
/// never falls.
interface ILendingPool is IERC4626, IERC20Permit, IERC3156FlashLender {
    /// @notice Interest accrued.
    /// @param index new debt index [RAY]
    /// @param interest interest added [debt units]
    /// @param fees new undivided fees [debt units]
    event Accrued(uint256 index, uint256 interest, uint256 fees);
    /// @notice The reserve received a donation.
    /// @param amount amount donated [debt units]
    /// @param reserve new balance of the reserve [debt units]
    event Donated(address indexed from, uint256 amount, uint256 reserve);
    /// @notice A vault's debt became auction debt; the lenders' assets are unchanged.
    /// @param debt debt that moved [debt units]
    /// @param auctionDebt new auction debt [debt units]
    event DebtAuctioned(uint256 debt, uint256 auctionDebt);
    /// @notice Auction debt was repaid.
    /// @param paid amount repaid [debt units]
    /// @param auctionDebt remaining auction debt [debt units]
    event AuctionRepaid(uint256 paid, uint256 auctionDebt);
    /// @notice First step of a loss: the backstop forwent interest it was owed.
    /// @param amount interest forgone [debt units]
    /// @param dueLeft interest still owed to the backstop [debt units]
    event BackstopForwent(uint256 amount, uint256 dueLeft);
    /// @notice Second step of a loss: the reserve paid.
    /// @param amount amount paid [debt units]
    /// @param reserveLeft remaining reserve [debt units]
    event ReserveCovered(uint256 amount, uint256 reserveLeft);
    /// @notice Last step of a loss: the lenders lost the rest.
    /// @param amount loss of the lenders [debt units]
    /// @param totalAssetsLeft remaining assets of the lenders [debt units]
    event LendersLost(uint256 amount, uint256 totalAssetsLeft);
    /// @notice The backstop received its interest.
    /// @param amount amount paid [debt units]
    /// @param left interest still owed to the backstop [debt units]
    event BackstopPaid(uint256 amount, uint256 left);
    /// @notice A flash loan was made.
    /// @param amount amount lent [debt units]
    event FlashLent(address indexed receiver, address indexed initiator, uint256 amount);
    /// @notice The interest terms changed.
    event TermsUpdated(PoolTerms terms);
    /// @notice The auction house was set; it cannot change again.
    event AuctionHouseSet(IAuctionHouse auctionHouse);

    /// @notice The caller is not the engine that created the pool.
    error OnlyEngine(address caller, address engine);
    /// @notice The caller is not the auction house.
    error OnlyAuctionHouse(address caller, address auctionHouse);
    /// @notice The pool has less cash than requested [debt units].
    error InsufficientCash(uint256 asked, uint256 cash);
    /// @notice The kink [1e-9] is outside (0, 1), or the largest rate [1e-18 per second] exceeds
    /// 1,000 % a year.
    error InvalidCurve(uint256 kink, uint256 max);
    /// @notice The shares of interest kept from lenders [bps] exceed 100 % together.
    error FactorsTooHigh(uint256 reserveFactor, uint256 backstopFactor, uint256 max);
    /// @notice A figure of the pool does not fit in 128 bits [debt units].
    error AmountTooLarge(uint256 amount, uint256 max);
    /// @notice A flash loan is running.
    error FlashLoanRunning();
    /// @notice Only the debt asset can be flash-lent.
    error UnsupportedToken(address token, address asset);
    /// @notice The borrower's callback did not return the ERC-3156 magic value.
    error FlashLoanRefused(bytes32 answer);
    /// @notice The call would return less than the caller's minimum [debt units].
    error BelowMinimum(uint256 amount, uint256 min);

    /// @notice Accrues interest up to now.
    /// @dev Anyone may call; a second call in the same second changes nothing. A contract's
    /// dispatcher tries selectors in ascending order, 22 gas each. Every change of a debt calls
    /// this function, so its name was chosen for a selector among the first of some fifty.
    /// @return index the debt index [RAY]
    function addInterest() external returns (uint256 index);

    /// @notice Lends `amount` to `to`. Engine only.
    /// @dev Reverts if cash is short or a flash loan runs.
    /// @param amount amount to lend [debt units]
    /// @return debt total debt of all vaults afterwards [debt units], rounded down
    function disburse(uint256 amount, address to) external returns (uint256 debt);

    /// @notice Books a repayment. Engine only.
    /// @param paid tokens the engine has just delivered [debt units]
    /// @param scaledRepaid scaled debt they repay
    function reduceDebt(uint256 paid, uint256 scaledRepaid) external;

    /// @notice Turns the debt of an absorbed vault into auction debt. Engine only.
    /// @dev Interest on it stops; the lenders' assets do not change.
    /// @param scaledDebt scaled debt of the vault
    /// @return debt decrease of the total debt, now owed by auctions [debt units]
    function toAuction(uint256 scaledDebt) external returns (uint256 debt);

    /// @notice Books auction proceeds and auction debt that will not be repaid. Auction house only.
    /// @dev A loss is borne by the interest still owed to the backstop, then by the reserve, then
    /// by the lenders; each step emits one event.
    /// @param paid tokens just delivered, the backstop's included [debt units]
    /// @param lost auction debt that nobody will repay [debt units]
    function bookSale(uint256 paid, uint256 lost) external;

    /// @notice Pays the backstop the interest it is owed, as far as cash allows. Anyone may call.
    /// @dev Reverts while a flash loan runs. Pays nothing before the auction house is set.
    /// @return paid amount paid [debt units]
    function payBackstop() external returns (uint256 paid);

    /// @notice Gives `amount` of the caller's tokens to the reserve. Anyone may call.
    /// @dev Reverts while a flash loan runs.
    /// @param amount amount to give [debt units]
    function donate(uint256 amount) external;

    /// @notice `redeem` that reverts below `minAssets`.
    /// @dev While absorptions are open, the exit price can change until the call is executed.
    /// @param minAssets least to receive [debt units]
    /// @return assets amount sent to `receiver` [debt units]
    function redeemAtLeast(
        uint256 shares,
        address receiver,
        address owner,
        uint256 minAssets
    ) external returns (uint256 assets);

    /// @notice Sets the interest terms, after accruing at the old ones. Restricted.
    function setTerms(PoolTerms calldata terms) external;

    /// @notice Sets the auction house. Engine only; the engine calls it once.
    function setAuctionHouse(IAuctionHouse auctionHouse) external;

    /// @notice The engine that may disburse and reduce debts.
    function engine() external view returns (address);

    /// @notice The debt index after accruing now [RAY].
    function currentIndex() external view returns (uint256);

    /// @notice The pool's accounting, as of the last accrual.
    function poolState() external view returns (PoolState memory);

    /// @notice Assets of the pool that do not belong to the lenders, with interest up to now.
    /// @return reserve assets of the reserve, its part of `fees` included [debt units]
    /// @return backstopDue interest owed to the backstop, its part of `fees` included [debt units]
    function claims() external view returns (uint256 reserve, uint256 backstopDue);

    /// @notice Debt of all vaults now [debt units], rounded down.
    function totalDebt() external view returns (uint256);

    /// @notice Assets on which exit pricing is based [debt units].
    /// @dev Total assets, less the part of the low shortfall (`IAuctionHouse.shortfall`) that the
    /// backstop's capital, the interest it is owed and the reserve do not cover, at most the
    /// auction debt.
    function exitAssets() external view returns (uint256);

    /// @notice The borrow rate now [RAY per second], rounded up.
    function ratePerSecond() external view returns (uint256);

    /// @notice The interest terms.
    function terms() external view returns (PoolTerms memory);
}

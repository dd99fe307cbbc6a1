// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

/// @title Backstop: first-loss capital
/// @notice ERC-4626 over the debt asset. Its depositors guarantee the debts of absorbed vaults.
/// They pay what auctions fall short of, before the lending pool's reserve and the lenders do; they
/// earn the penalties, a share of interest, and donations. Cash is an internal balance: tokens sent
/// here directly belong to nobody.
///
/// A redemption needs a request, which matures after three days, is valid for two more, and then
/// expires. Requested shares stay with their owner, cannot be transferred, bear losses and earn
/// nothing: their payout is capped at their value when requested, their part of cash and of the
/// interest the lending pool owes.
///
/// While auctions are open, deposits are priced on cash plus expected income minus the `high`
/// shortfall (`IAuctionHouse.shortfall`); redemptions on cash minus the `low` shortfall. The
/// preview functions follow this pricing. `totalAssets` and the conversions report the books: cash.
interface IBackstopPool is IERC4626, IERC20Permit {
    /// @notice A shortfall was covered, in full or in part, with a payment to the lending pool.
    /// @param shortfall debt the lots did not cover [debt units]
    /// @param covered amount the backstop paid [debt units]
    /// @param cash remaining cash [debt units]
    event ShortfallCovered(uint256 shortfall, uint256 covered, uint256 cash);
    /// @notice The backstop paid a tip that auction proceeds did not cover.
    /// @param amount amount paid [debt units]
    /// @param cash remaining cash [debt units]
    event TipPaid(uint256 amount, uint256 cash);
    /// @notice The backstop earned a penalty.
    /// @param amount penalty [debt units]
    /// @param cash new cash [debt units]
    event PenaltyEarned(uint256 amount, uint256 cash);
    /// @notice The depositors received a donation.
    /// @param amount amount donated [debt units]
    /// @param cash new cash [debt units]
    event Donated(address indexed from, uint256 amount, uint256 cash);
    /// @notice An owner requested to redeem shares.
    /// @param value most the shares pay [debt units]
    /// @param from first second at which the request is valid [s]
    /// @param until last second at which the request is valid [s]
    event ExitRequested(address indexed owner, uint256 shares, uint256 value, uint256 from, uint256 until);
    /// @notice An owner cancelled a request.
    event ExitCancelled(address indexed owner, uint256 shares);
    /// @notice Shares were burned without payment, because requested shares earn nothing.
    event Forfeited(address indexed owner, uint256 shares);

    /// @notice The caller is not the auction house.
    error OnlyAuctionHouse(address caller, address auctionHouse);
    /// @notice The amount exceeds the owner's shares, or those not locked by a request.
    error SharesNotFree(address owner, uint256 shares, uint256 free);
    /// @notice Nothing is requested, or the request is not yet or no longer valid [s].
    error NotMature(address owner, uint256 from, uint256 until);
    /// @notice The call would return less than the caller's minimum: shares from a deposit, assets
    /// [debt units] from a redemption.
    error BelowMinimum(uint256 amount, uint256 min);
    /// @notice A figure of the pool does not fit in 128 bits [debt units].
    error AmountTooLarge(uint256 amount, uint256 max);

    /// @notice Pays a shortfall to the lending pool, as far as capital allows. Auction house only.
    /// @param shortfall debt the lots did not cover [debt units]
    /// @return covered amount paid [debt units]
    function cover(uint256 shortfall) external returns (uint256 covered);

    /// @notice Pays a tip to the auction house, as far as capital allows. Auction house only.
    /// @param amount tip owed [debt units]
    /// @return paid amount paid [debt units]
    function payTip(uint256 amount) external returns (uint256 paid);

    /// @notice Books a penalty that was just delivered. Auction house only.
    /// @param amount penalty [debt units]
    function bookPenalty(uint256 amount) external;

    /// @notice Adds `amount` of the caller's tokens to the capital, for all depositors. Anyone may
    /// call.
    /// @param amount amount to give [debt units]
    function donate(uint256 amount) external;

    /// @notice Requests to redeem `shares` of the caller; replaces any earlier request. Zero
    /// cancels it.
    /// @dev Reverts above the caller's balance.
    function requestExit(uint256 shares) external;

    /// @notice Redeems every share that the caller's matured request pays for when the call is
    /// executed.
    /// @dev `redeem` of a number read earlier fails if shares have gained value since. Reverts
    /// without a matured request, or below `minAssets`.
    /// @param minAssets least to receive [debt units]
    /// @return shares shares paid for; the rest of the request is forfeited
    /// @return assets amount sent to `receiver` [debt units]
    function redeemMatured(address receiver, uint256 minAssets) external returns (uint256 shares, uint256 assets);

    /// @notice `deposit` that reverts below `minShares`.
    /// @dev Every absorption changes the entry price.
    /// @param assets amount to deposit [debt units]
    /// @return shares shares minted to `receiver`
    function depositAtLeast(uint256 assets, address receiver, uint256 minShares) external returns (uint256 shares);

    /// @notice The amount the backstop can still pay [debt units]: its cash less one whole token.
    /// @dev The token stays, so that a share is never worth nothing.
    function capital() external view returns (uint256);

    /// @notice Assets on which entry pricing is based [debt units]: cash, interest owed by the
    /// lending pool and expected penalties, less the part of the high shortfall that falls on
    /// capital and that interest.
    function entryAssets() external view returns (uint256);

    /// @notice Assets on which exit pricing is based [debt units]: cash, less the part of the low
    /// shortfall (`IAuctionHouse.shortfall`) that falls on capital.
    function exitAssets() external view returns (uint256);

    /// @notice The request of `owner`; zeros if there is none or it has expired.
    /// @return shares shares requested
    /// @return value most they pay [debt units]
    /// @return from first second at which the request is valid [s]
    /// @return until last second at which the request is valid [s]
    function exitOf(address owner) external view returns (uint256 shares, uint256 value, uint256 from, uint256 until);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

/// @title First-loss capital
/// @notice ERC-4626 over the debt asset. Its depositors guarantee the debts of absorbed vaults: they pay what auctions fall short of, before
/// the lenders' reserve and the lenders do, and earn the penalties, a share of interest and donations. Cash is an internal balance:
/// tokens sent here directly belong to nobody.
///
/// Leaving takes a request, which matures after three days, is good for two more, and then lapses. Requested shares stay their
/// owner's, cannot be transferred, bear losses and earn nothing: what they were worth when requested is the most they pay.
///
/// While lots are open, who enters pays for everything the pool may still earn less what it loses at the high prices, and who leaves
/// is paid on what it keeps if they bring in what they are sure to (`IAuctionHouse.shortfall`). Previews say exactly that. `totalAssets` and the conversions are the books: cash.
interface IBackstopPool is IERC4626, IERC20Permit {
    /// @notice A loss step: the backstop paid `covered` of `shortfall` to the lenders' pool. `cash` is what it has left [debt units].
    event ShortfallCovered(uint256 shortfall, uint256 covered, uint256 cash);
    /// @notice The backstop paid a tip that proceeds did not reach [debt units].
    event TipPaid(uint256 amount, uint256 cash);
    /// @notice A penalty was earned [debt units].
    event PenaltyEarned(uint256 amount, uint256 cash);
    /// @notice Given for the benefit of all depositors [debt units].
    event Donated(address indexed from, uint256 amount, uint256 cash);
    /// @notice `shares` may leave from `from` to `until` [s] for at most `value` [debt units].
    event ExitRequested(address indexed owner, uint256 shares, uint256 value, uint256 from, uint256 until);
    /// @notice A request was taken back.
    event ExitCancelled(address indexed owner, uint256 shares);
    /// @notice Shares that left without being paid, because requested shares earn nothing.
    event Forfeited(address indexed owner, uint256 shares);

    /// @notice Only the auction house may call this.
    error OnlyAuctionHouse(address caller, address auctionHouse);
    /// @notice More shares than `owner` has, or has free of a request.
    error SharesNotFree(address owner, uint256 shares, uint256 free);
    /// @notice Nothing is requested, or the request is not yet or no longer good [s].
    error NotMature(address owner, uint256 from, uint256 until);
    /// @notice What the call would bring is less than its caller wants.
    error BelowMinimum(uint256 amount, uint256 min);
    /// @notice The pool's numbers are bounded by 128 bits [debt units].
    error AmountTooLarge(uint256 amount, uint256 max);

    /// @notice Pays a shortfall to the lenders' pool, as far as capital goes. Auction house only.
    /// @return covered what was paid [debt units]
    function cover(uint256 shortfall) external returns (uint256 covered);

    /// @notice Pays a tip to the auction house, as far as capital goes. Auction house only.
    /// @return paid [debt units]
    function payTip(uint256 amount) external returns (uint256 paid);

    /// @notice Books a penalty that was just delivered here. Auction house only.
    function bookPenalty(uint256 amount) external;

    /// @notice Adds `amount` to the capital, for the benefit of all depositors. Anyone may call.
    function donate(uint256 amount) external;

    /// @notice Requests that `shares` of the caller may leave, in place of any request before. None at all takes it back.
    function requestExit(uint256 shares) external;

    /// @notice Redeems all that the caller's request pays for now, whatever that is when the call is executed: `redeem` of a number
    /// read before fails if a share has become worth more. Reverts without a mature request, or for less than `minAssets`.
    /// @return shares paid for
    /// @return assets sent to `receiver` [debt units]
    function redeemMatured(address receiver, uint256 minAssets) external returns (uint256 shares, uint256 assets);

    /// @notice `deposit`, but not for less than `minShares`: what entering is worth changes with every absorption.
    function depositAtLeast(uint256 assets, address receiver, uint256 minShares) external returns (uint256 shares);

    /// @notice What it can still pay [debt units]: its cash but for one whole token, so that a share is never worth nothing.
    function capital() external view returns (uint256);

    /// @notice What entering is priced on [debt units]: cash, interest due from the lenders' pool and penalties expected, less what of the
    /// shortfall at the high prices falls on cash and interest.
    function entryAssets() external view returns (uint256);

    /// @notice What leaving is priced on [debt units]: cash, less the low shortfall (`IAuctionHouse.shortfall`).
    function exitAssets() external view returns (uint256);

    /// @notice The request of `owner`; zeros if there is none or it has lapsed.
    /// @return shares locked
    /// @return value the most they pay [debt units]
    /// @return from first second at which they may leave [s]
    /// @return until last second [s]
    function exitOf(address owner) external view returns (uint256 shares, uint256 value, uint256 from, uint256 until);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {IRateModel} from "./IRateModel.sol";

/// @title Lenders' pool of the debt asset
/// @notice ERC-4626: lenders deposit, the vault engine borrows. Assets of the lenders are cash + debt - reserve.
/// Cash is an internal balance: tokens sent here directly belong to nobody and move nothing. A token transfer that does
/// not deliver exactly what it says reverts.
/// @dev The debt is `totalScaledDebt * index / 1e27`, rounded down; the index grows with time and never falls. A reserve
/// earned from interest takes losses before the lenders do; it has no exit.
interface ILendingPool is IERC4626 {
    /// @notice Interest was added. `index` [RAY] and `reserve` [debt units] are the new values.
    event Accrued(uint256 index, uint256 interest, uint256 reserve);
    /// @notice The reserve was given `amount` [debt units].
    event Donated(address indexed from, uint256 amount, uint256 reserve);
    /// @notice A loss step: the reserve paid `amount` [debt units] of a debt written off.
    event ReserveCovered(uint256 amount, uint256 reserveLeft);
    /// @notice A loss step: lenders lost `amount` [debt units] of a debt written off.
    event LendersLost(uint256 amount, uint256 totalAssetsLeft);
    /// @notice Interest terms changed.
    event TermsSet(IRateModel rateModel, uint16 reserveFactor);

    /// @notice Only the engine that created the pool may call this.
    error OnlyEngine(address caller, address engine);
    /// @notice The pool holds less cash than asked for [debt units].
    error InsufficientCash(uint256 asked, uint256 cash);
    /// @notice A rate model without code or without an answer.
    error RateModelSilent(address rateModel);
    /// @notice Share of interest kept for the reserve [bps] above 100 %.
    error ReserveFactorTooHigh(uint256 reserveFactor, uint256 max);
    /// @notice The pool's numbers are bounded by 128 bits [debt units].
    error AmountTooLarge(uint256 amount, uint256 max);

    /// @notice Brings interest up to now. Anyone may call; a second call in the same second changes nothing.
    /// @return index the debt index [RAY]
    function accrue() external returns (uint256 index);

    /// @notice Lends `amount` to `to`. Engine only; reverts without the cash.
    /// @return debt what is owed in total afterwards [debt units], rounded down
    function draw(uint256 amount, address to) external returns (uint256 debt);

    /// @notice Books a repayment. Engine only.
    /// @param paid tokens that the engine has just delivered here [debt units]
    /// @param scaledRepaid scaled debt they repay
    function settle(uint256 paid, uint256 scaledRepaid) external;

    /// @notice Books a loss: gives up `scaledDebt`. The reserve pays for it, then the lenders; one event per step. Engine only.
    /// The loss is the actual drop of the total debt [debt units].
    function writeOff(uint256 scaledDebt) external;

    /// @notice Gives `amount` to the reserve. Anyone may call.
    function donate(uint256 amount) external;

    /// @notice Sets the interest terms, after accruing at the old ones. Restricted. The model must answer now; should it fail
    /// later, no interest accrues until it is replaced, and a rate above `InterestMath.MAX_RATE` counts as that: a broken model
    /// stops neither repayments nor lenders.
    /// @param reserveFactor share of interest kept for the reserve [bps]
    function setTerms(IRateModel rateModel, uint16 reserveFactor) external;

    /// @notice The engine that may draw and settle.
    function engine() external view returns (address);

    /// @notice The debt index [RAY] as it would be after accruing now.
    function currentIndex() external view returns (uint256);

    /// @notice Everything the pool stores, as of the last accrual.
    /// @return index [RAY]
    /// @return accruedAt time of the last accrual [s]
    /// @return totalScaledDebt scaled debt of all vaults
    /// @return cash tokens to lend [debt units]
    /// @return reserve the reserve's part of the pool's assets [debt units]
    function poolState()
        external
        view
        returns (uint256 index, uint256 accruedAt, uint256 totalScaledDebt, uint256 cash, uint256 reserve);

    /// @notice What all vaults owe now [debt units], rounded down.
    function totalDebt() external view returns (uint256);

    /// @notice The interest terms.
    function terms() external view returns (IRateModel rateModel, uint16 reserveFactor);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTerms, Tab} from "../../interfaces/IAuctionHouse.sol";
import {BPS, FixedPoint, PRICE_ONE, RAY} from "./FixedPoint.sol";

/// @notice The cost of an absorption, the clock and price of a lot, and the result of a take. The
/// auction house, the quotes and the model share these formulas.
library AuctionMath {
    // ------------------------------------------------------------------ the tab

    /// @notice The whole tab of a debt [debt units], penalty and tip rounded down: debt, then
    /// penalty, then tip = min(flatTip + rate * debt, maxTip * debt).
    function tabDown(AuctionTerms memory t, uint256 debt) internal pure returns (Tab memory tab) {
        uint256 tip = t.flatTip + (debt * t.tip) / BPS;
        return Tab(debt, (debt * t.penalty) / BPS, FixedPoint.min(tip, (debt * t.maxTip) / BPS));
    }

    /// @notice The unpaid part of `tab` when `left` of its sum is unpaid [debt units]. The tip is
    /// paid last, so it remains longest.
    function remaining(Tab memory tab, uint256 left) internal pure returns (Tab memory) {
        uint256 tip = FixedPoint.min(tab.tip, left);
        uint256 penalty = FixedPoint.min(tab.penalty, left - tip);
        return Tab(left - tip - penalty, penalty, tip);
    }

    /// @notice The sum of a tab [debt units].
    function sum(Tab memory tab) internal pure returns (uint256) {
        return tab.debt + tab.penalty + tab.tip;
    }

    /// @notice The division of a payment of `cost` over the unpaid tab [debt units].
    function split(Tab memory left, uint256 cost) internal pure returns (Tab memory paid) {
        paid.debt = FixedPoint.min(cost, left.debt);
        paid.penalty = FixedPoint.min(cost - paid.debt, left.penalty);
        paid.tip = cost - paid.debt - paid.penalty;
    }

    /// @notice The tip the backstop owes if all lots are sold for `value` [debt units].
    /// @dev If the debt is not covered, the whole unpaid tip, because the absorption has saved the
    /// lenders from a larger loss. Otherwise at most the penalty the backstop earns by this
    /// absorption, because a higher tip could make being absorbed profitable.
    /// @param penalty whole penalty of the absorption [debt units]
    function tipOwed(Tab memory left, uint256 penalty, uint256 value) internal pure returns (uint256) {
        if (value < left.debt) return left.tip;
        uint256 rest = value - left.debt;
        uint256 unpaid = FixedPoint.subFloor(left.penalty, rest);
        uint256 short = FixedPoint.subFloor(left.tip, FixedPoint.subFloor(rest, left.penalty));
        return FixedPoint.min(short, penalty - unpaid);
    }

    // ------------------------------------------------------------------ the clock

    /// @notice The time up to which a clock counts at `timestamp` [s]: at most the `credit` granted
    /// at the `checkpoint`.
    function countedUntil(uint256 checkpoint, uint256 credit, uint256 timestamp) internal pure returns (uint256) {
        return FixedPoint.min(timestamp, checkpoint + credit);
    }

    /// @notice The credit of a checkpoint [s]: the time for which its price is sure to be usable,
    /// at most `maxGap`.
    function creditOf(uint256 expiresAt, uint256 timestamp, uint256 maxGap) internal pure returns (uint256) {
        return FixedPoint.min(FixedPoint.subFloor(expiresAt, timestamp), maxGap);
    }

    // ------------------------------------------------------------------ the price

    /// @notice The multiplier [RAY], rounded up: start * (1 - cut)^(steps so far), at least the
    /// floor.
    function multiplierUp(AuctionTerms memory t, uint256 elapsed) internal pure returns (uint256) {
        uint256 kept = powUp(((BPS - t.cut) * RAY) / BPS, elapsed / t.step);
        uint256 multiplier = FixedPoint.wordDivUp(kept, t.start, BPS);
        uint256 floor = (t.floor * RAY) / BPS;
        return multiplier < floor ? floor : multiplier;
    }

    /// @notice base^n [RAY] for a base of at most 1, each product rounded up.
    /// @dev Products stay below 2^180, so nothing overflows.
    function powUp(uint256 base, uint256 n) internal pure returns (uint256 power) {
        power = RAY;
        unchecked {
            for (; n != 0; n >>= 1) {
                if (n & 1 == 1) power = (power * base + RAY - 1) / RAY;
                base = (base * base + RAY - 1) / RAY;
            }
        }
    }

    /// @notice The price a buyer pays [1e36-scaled], rounded up.
    function priceUp(uint256 oraclePrice, uint256 multiplier) internal pure returns (uint256) {
        return FixedPoint.mulDivUp(oraclePrice, multiplier, RAY);
    }

    /// @notice The conservative value of `amount` of a lot [debt units], rounded down: at the ask,
    /// `base` times the multiplier [RAY], but at most at `low`.
    /// @dev Exits are priced on this value; a higher one would let a lender or depositor escape a
    /// loss that the next `take` realises.
    /// @param base price a take is based on: the oracle's liquidation price, or the frozen one
    /// [1e36-scaled]
    function proceedsDown(
        uint256 amount,
        uint256 low,
        uint256 base,
        uint256 multiplier
    ) internal pure returns (uint256) {
        uint256 asked = FixedPoint.mulDivDown(base, multiplier, RAY);
        return FixedPoint.mulDivDown(amount, FixedPoint.min(low, asked), PRICE_ONE);
    }

    // ------------------------------------------------------------------ the sale

    /// @notice The cost of `amount` [debt units], rounded up.
    function costUp(uint256 amount, uint256 price) internal pure returns (uint256) {
        return FixedPoint.mulDivUp(amount, price, PRICE_ONE);
    }

    /// @notice The result of a take.
    /// @dev The whole sale is all of the lot, or the fewest units worth the tab. A buyer who wants
    /// less gets that, lowered so that at least `dust` of the whole sale remains: the next take
    /// must be worth its gas.
    /// @param amount remaining collateral of the lot [token units]
    /// @param left unpaid tab [debt units]
    /// @param wanted the buyer's limit [token units]
    /// @return sold collateral sold [token units], at most `wanted`
    /// @return cost price of it [debt units], at most `left`, and at most `sold * price` rounded up
    function sale(
        uint256 amount,
        uint256 price,
        uint256 left,
        uint256 wanted,
        uint256 dust
    ) internal pure returns (uint256 sold, uint256 cost) {
        (sold, cost) = (amount, costUp(amount, price));
        if (cost > left) (sold, cost) = (FixedPoint.mulDivUp(left, PRICE_ONE, price), left);
        if (wanted >= sold) return (sold, cost);
        uint256 most = FixedPoint.mulDivDown(FixedPoint.subFloor(cost, dust), PRICE_ONE, price);
        sold = FixedPoint.min(wanted, most);
        cost = costUp(sold, price);
    }

    /// @notice Whether lots worth `value` at the highest usable prices are uneconomic: worth less
    /// than dust and less than the unpaid debt, or, once the debt is paid, than the unpaid penalty
    /// and tip [debt units].
    function isUneconomic(Tab memory left, uint256 value, uint256 dust) internal pure returns (bool) {
        return value < dust && value < (left.debt == 0 ? left.penalty + left.tip : left.debt);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTerms, Tab} from "../../interfaces/IAuctionHouse.sol";
import {BPS, FixedPoint, PRICE_ONE, RAY} from "./FixedPoint.sol";

/// @notice What an absorption costs, what a lot's clock says, and what a take buys. House, quotes and model share it.
library AuctionMath {
    // ------------------------------------------------------------------ the tab

    /// @notice The whole tab of a debt [debt units], penalty and tip rounded down: debt, then penalty, then
    /// tip = min(flatTip + rate * debt, maxTip * debt).
    function tabDown(AuctionTerms memory t, uint256 debt) internal pure returns (Tab memory tab) {
        uint256 tip = t.flatTip + (debt * t.tip) / BPS;
        return Tab(debt, (debt * t.penalty) / BPS, FixedPoint.min(tip, (debt * t.maxTip) / BPS));
    }

    /// @notice What of `tab` is still to be paid when `left` of its sum is [debt units]: the tip is paid last, so it is left longest.
    function remaining(Tab memory tab, uint256 left) internal pure returns (Tab memory) {
        uint256 tip = FixedPoint.min(tab.tip, left);
        uint256 penalty = FixedPoint.min(tab.penalty, left - tip);
        return Tab(left - tip - penalty, penalty, tip);
    }

    /// @notice The sum of a tab [debt units].
    function sum(Tab memory tab) internal pure returns (uint256) {
        return tab.debt + tab.penalty + tab.tip;
    }

    /// @notice Who gets `cost`, given what is left of a tab [debt units].
    function split(Tab memory left, uint256 cost) internal pure returns (Tab memory paid) {
        paid.debt = FixedPoint.min(cost, left.debt);
        paid.penalty = FixedPoint.min(cost - paid.debt, left.penalty);
        paid.tip = cost - paid.debt - paid.penalty;
    }

    /// @notice The tip that the backstop owes if all lots are sold for `value` [debt units]: all that is left of it where the debt is not
    /// covered, for then absorbing has saved the lenders from worse; else no more than the backstop earns by this absorption, or being absorbed
    /// could pay.
    /// @param penalty the whole penalty of the absorption [debt units]
    function tipOwed(Tab memory left, uint256 penalty, uint256 value) internal pure returns (uint256) {
        if (value < left.debt) return left.tip;
        uint256 rest = value - left.debt;
        uint256 unpaid = FixedPoint.subFloor(left.penalty, rest);
        uint256 short = FixedPoint.subFloor(left.tip, FixedPoint.subFloor(rest, left.penalty));
        return FixedPoint.min(short, penalty - unpaid);
    }

    // ------------------------------------------------------------------ the clock

    /// @notice Until when the time since a `checkpoint` may count at `timestamp` [s]: for as long as the `credit` granted there.
    function countedUntil(uint256 checkpoint, uint256 credit, uint256 timestamp) internal pure returns (uint256) {
        return FixedPoint.min(timestamp, checkpoint + credit);
    }

    /// @notice The credit of a checkpoint [s]: how long its price is sure to stay usable, at most `maxGap`.
    function creditOf(uint256 expiresAt, uint256 timestamp, uint256 maxGap) internal pure returns (uint256) {
        return FixedPoint.min(FixedPoint.subFloor(expiresAt, timestamp), maxGap);
    }

    // ------------------------------------------------------------------ the price

    /// @notice The multiplier [RAY], rounded up: start * (1 - cut)^(steps so far), at least the floor.
    function multiplierUp(AuctionTerms memory t, uint256 elapsed) internal pure returns (uint256) {
        uint256 kept = powUp(((BPS - t.cut) * RAY) / BPS, elapsed / t.step);
        uint256 multiplier = FixedPoint.wordDivUp(kept, t.start, BPS);
        uint256 floor = (t.floor * RAY) / BPS;
        return multiplier < floor ? floor : multiplier;
    }

    /// @notice base^n [RAY], base at most 1, each product rounded up. Products stay below 2^180: nothing overflows.
    function powUp(uint256 base, uint256 n) internal pure returns (uint256 power) {
        power = RAY;
        unchecked {
            for (; n != 0; n >>= 1) {
                if (n & 1 == 1) power = (power * base + RAY - 1) / RAY;
                base = (base * base + RAY - 1) / RAY;
            }
        }
    }

    /// @notice The price to pay [1e36-scaled], rounded up.
    function priceUp(uint256 oraclePrice, uint256 multiplier) internal pure returns (uint256) {
        return FixedPoint.mulDivUp(oraclePrice, multiplier, RAY);
    }

    /// @notice What `amount` of a lot is sure to bring now [debt units], rounded down: at what is asked for it, `base` times the
    /// multiplier [RAY], at most at `low`. Whoever leaves a pool is paid on that: on more he would dodge a loss that the next take books.
    /// @param base what a take prices it by: the oracle's price for liquidations, or the frozen one
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

    /// @notice What `amount` costs [debt units], rounded up.
    function costUp(uint256 amount, uint256 price) internal pure returns (uint256) {
        return FixedPoint.mulDivUp(amount, price, PRICE_ONE);
    }

    /// @notice What a take buys. The whole sale is all of the lot, or the fewest units worth the tab. A caller who wants less
    /// gets that, lowered so that at least `dust` is left of the whole sale: the next one must be worth its gas.
    /// @param amount of the lot [token units]
    /// @param left the tab [debt units]
    /// @param wanted the caller's limit [token units]
    /// @return sold [token units], at most `wanted`
    /// @return cost [debt units], at most `left`, and at most `sold * price` rounded up
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

    /// @notice Whether lots worth `value` at the highest of the usable prices are given up: they would pay neither for the gas nor for
    /// what is owed [debt units].
    function isUneconomic(Tab memory left, uint256 value, uint256 dust) internal pure returns (bool) {
        return value < dust && value < (left.debt == 0 ? left.penalty + left.tip : left.debt);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Price, Status} from "../../types/Price.sol";
import {BPS, FixedPoint} from "./FixedPoint.sol";

/// @notice Combines readings of price sources into one price with a status.
/// @dev Nothing here invents a price: every figure comes from a source. The guard can improve a
/// liquidation price for the borrower by at most 2 % and never worsen it.
library PriceMath {
    /// @notice Smallest scaled price, which keeps six significant digits; smaller ones are refused.
    uint256 internal constant MIN_PRICE = 1e6;
    /// @notice Largest scaled price, below 2^193, so that a price's word has room for its status.
    /// Values of 128-bit amounts stay below 2^202.
    uint256 internal constant MAX_PRICE = 1e58;
    /// @notice A reading is aged, not expired, until this many heartbeats have passed.
    uint256 internal constant AGED_HEARTBEATS = 3;
    /// @notice Most by which a secondary source may lift the liquidation price above the primary
    /// [bps].
    uint256 internal constant LIFT = 200;

    /// @notice The quality of one source, from worst to best.
    enum Freshness {
        /// No answer, or one that is not positive, at or beyond its bounds, dated in the future, or
        /// too large to be scaled.
        Unusable,
        /// Older than three heartbeats: usable only as a last known price.
        Expired,
        /// Past one heartbeat, but not three.
        Aged,
        Fresh
    }

    /// @notice One source: its scaled answer, the time of the answer, and its expiry. All are 0 if
    /// unusable.
    struct Reading {
        uint256 price;
        uint256 updatedAt;
        uint256 expiresAt;
        Freshness freshness;
    }

    /// @notice Judges an answer and returns the fields of its `Reading`.
    /// @dev `min` and `max` are exclusive, because a feed that sits on its floor or ceiling gives
    /// no price.
    /// @param unit factor that scales an answer, not 0
    function read(
        int256 answer,
        uint256 updatedAt,
        uint256 timestamp,
        uint256 min,
        uint256 max,
        uint256 heartbeat,
        uint256 unit
    ) internal pure returns (uint256 price, uint256 readAt, uint256 expiresAt, Freshness freshness) {
        if (answer <= 0 || uint256(answer) <= min || uint256(answer) >= max) return (0, 0, 0, Freshness.Unusable);
        if (updatedAt == 0 || updatedAt > timestamp) return (0, 0, 0, Freshness.Unusable);
        if (uint256(answer) > MAX_PRICE / unit) return (0, 0, 0, Freshness.Unusable);
        (price, readAt) = (uint256(answer) * unit, updatedAt);
        expiresAt = Math.saturatingAdd(updatedAt, AGED_HEARTBEATS * heartbeat);
        uint256 age = timestamp - updatedAt;
        freshness =
            age <= heartbeat
                ? Freshness.Fresh
                : age <= AGED_HEARTBEATS * heartbeat
                    ? Freshness.Aged
                    : Freshness.Expired;
    }

    /// @notice The bound that an answer outside its bounds implies
    /// [1e36-scaled if `unit` scales it]: the floor it does not exceed, or the ceiling it reaches;
    /// 0 for none. An answer that is not positive implies none.
    function bounds(
        uint256 answer,
        uint256 min,
        uint256 max,
        uint256 unit
    ) internal pure returns (uint256 floor, uint256 ceiling) {
        if (int256(answer) <= 0) return (0, 0);
        if (answer <= min) return (FixedPoint.mulDivDownSaturating(min, unit, 1), 0);
        if (answer >= max || answer > MAX_PRICE / unit) {
            ceiling = FixedPoint.min(FixedPoint.mulDivDownSaturating(max, unit, 1), MAX_PRICE);
        }
    }

    /// @notice The price from one source alone.
    function single(Reading memory p) internal pure returns (Price memory) {
        return single(p.price, p.freshness);
    }

    /// @notice The price from one source alone, given the fields it needs.
    function single(uint256 price, Freshness freshness) internal pure returns (Price memory) {
        if (freshness == Freshness.Fresh) return Price(price, price, price, Status.Good);
        if (freshness == Freshness.Aged) return Price(price, price, price, Status.Doubtful);
        return Price(0, 0, 0, Status.Dead);
    }

    /// @notice The price from a primary and a secondary source. If both are fresh or aged, `low`
    /// and `high` are their extremes and `liquidation` is the secondary clamped into
    /// [primary, primary + 2 %]. Good if both are fresh and differ by at most `deviation`
    /// [bps of the smaller], otherwise Doubtful. If only one is usable, Doubtful at that one.
    /// @dev A late primary remains the anchor; otherwise anyone who can move the secondary would
    /// set the price alone.
    function pair(Reading memory p, Reading memory s, uint256 deviation) internal pure returns (Price memory price) {
        if (p.freshness < Freshness.Aged || s.freshness < Freshness.Aged) {
            price = single(p.freshness >= s.freshness ? p : s);
            if (price.status == Status.Good) price.status = Status.Doubtful;
            return price;
        }
        (price.low, price.high) = p.price < s.price ? (p.price, s.price) : (s.price, p.price);
        uint256 ceiling = FixedPoint.mulDivDownSaturating(p.price, BPS + LIFT, BPS);
        price.liquidation = s.price < p.price ? p.price : FixedPoint.min(s.price, ceiling);
        bool fresh = p.freshness == Freshness.Fresh && s.freshness == Freshness.Fresh;
        bool agree = (price.high - price.low) <= FixedPoint.mulDivDownSaturating(price.low, deviation, BPS);
        price.status = fresh && agree ? Status.Good : Status.Doubtful;
    }

    /// @notice `price` in a common currency divided by the debt asset's price `d` in that currency,
    /// with the worse status. `low` rounds down, `high` up, `liquidation` down.
    /// @param unit one debt asset in the debt feed's answer units
    function compose(Price memory price, Reading memory d, uint256 unit) internal pure returns (Price memory) {
        if (d.freshness < Freshness.Aged || price.status == Status.Dead) return Price(0, 0, 0, Status.Dead);
        price.liquidation = composeDown(price.liquidation, d.price, unit);
        price.low = composeDown(price.low, d.price, unit);
        uint256 high = composeDown(price.high, d.price, unit);
        bool exact = high == type(uint256).max || mulmod(price.high, unit, d.price) == 0;
        price.high = exact ? high : high + 1;
        if (d.freshness == Freshness.Aged) price.status = Status.Doubtful;
        return price;
    }

    /// @notice One price divided by the debt asset's own, rounded down.
    function composeDown(uint256 price, uint256 debtPrice, uint256 unit) internal pure returns (uint256) {
        return FixedPoint.mulDivDownSaturating(price, unit, debtPrice);
    }

    /// @notice Whether the engine's arithmetic is exact for `price`.
    function inRange(uint256 price) internal pure returns (bool) {
        return price >= MIN_PRICE && price <= MAX_PRICE;
    }
}

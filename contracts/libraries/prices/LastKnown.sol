// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Price, Status} from "../../types/Price.sol";
import {FixedPoint} from "../math/FixedPoint.sol";
import {PriceMath} from "../math/PriceMath.sol";

/// @notice The price of an asset while it is Dead: from the last usable answers of its sources, and
/// from what unusable answers imply. An answer at or below a feed's floor implies that the asset is
/// worth at most the floor; one at or above its ceiling, that it is worth at least the ceiling.
///
/// No single block can make a vault poorer this way: until its death has been on record for
/// `CONFIRM`, a dead asset counts at its last usable price. Nothing fades before the death is on
/// record.
library LastKnown {
    /// @notice Time a death must be on record before an answer below the floor lowers the price
    /// [s].
    uint256 internal constant CONFIRM = 1 hours;
    /// @notice From the record on, a dead asset counts in full for `HOLD` and then fades to zero
    /// over `FADE` [s].
    uint256 internal constant HOLD = 24 hours;
    uint256 internal constant FADE = 24 hours;
    /// @notice Like `HOLD`, for the `high` price, which decides write-offs [s]: governance has a
    /// week to set another source.
    uint256 internal constant WRITE_OFF = 7 days;

    /// @notice The latest answers of one source. Prices are scaled by the caller's unit; 0 where
    /// there is none.
    struct Said {
        /// Its last usable answer and the time of that answer [s].
        uint256 price;
        uint256 at;
        /// The floor its newest answer does not exceed, or the ceiling it reaches.
        uint256 floor;
        uint256 ceiling;
        /// No usable answer was given since, back to this time [s]; 0: since `at`.
        uint256 unseenBefore;
        /// Whether it is usable now.
        bool alive;
        /// Whether its newest answer has not expired.
        bool recent;
    }

    /// @notice The figures known of a dead asset [1e36-scaled].
    struct Known {
        /// Its last usable price; 0 if none is known.
        uint256 base;
        /// It is worth at most `most` and at least `least`; the largest word and 0 if unknown.
        uint256 most;
        uint256 least;
        /// Time of the newest usable answer of the sources that are dead now [s].
        uint256 aliveAt;
        /// Usable answers given before this time may have been missed [s].
        uint256 unseenBefore;
        /// Whether the price fades: not while the only fault is that it exceeds what a source may
        /// report.
        bool fades;
    }

    /// @notice The record of a death, in one word.
    struct Death {
        /// When it was first seen dead, and when last [s].
        uint48 since;
        uint48 seen;
    }

    // ------------------------------------------------------------------ what is known

    /// @notice Two sources of one asset combined: the newer last answer, and the bound either
    /// implies, the first before the second.
    function either(Said memory p, Said memory s) internal pure returns (Said memory r) {
        (r.price, r.at) = p.at >= s.at ? (p.price, p.at) : (s.price, s.at);
        bool first = p.floor != 0 || p.ceiling != 0;
        (r.floor, r.ceiling, r.recent) = first ? (p.floor, p.ceiling, p.recent) : (s.floor, s.ceiling, s.recent);
        r.unseenBefore = p.unseenBefore > s.unseenBefore ? p.unseenBefore : s.unseenBefore;
    }

    /// @notice The figures from sources that quote the asset in the debt asset.
    function ofSources(Said memory n) internal pure returns (Known memory k) {
        (k.base, k.most, k.least) = (n.price, n.floor == 0 ? type(uint256).max : n.floor, n.ceiling);
        (k.aliveAt, k.unseenBefore) = n.alive ? (0, 0) : (n.at, n.unseenBefore);
        k.fades = !(n.alive || (n.ceiling != 0 && n.recent));
    }

    /// @notice The figures from sources that quote another currency, given the answers `d` of the
    /// debt asset's source. A cheaper debt asset makes the collateral worth more of it.
    /// @param unit one debt asset in the units of `d`
    function composed(Said memory n, Said memory d, uint256 unit) internal pure returns (Known memory k) {
        k = ofSources(n);
        if (d.price == 0) {
            (k.base, k.most, k.least) = (0, type(uint256).max, 0);
        } else {
            k.base = PriceMath.composeDown(k.base, d.price, unit);
            if (n.floor != 0) k.most = PriceMath.composeDown(n.floor, d.price, unit);
            if (n.ceiling != 0) k.least = PriceMath.composeDown(n.ceiling, d.price, unit);
        }
        if (n.price != 0) {
            if (d.floor != 0) k.least = FixedPoint.max(k.least, PriceMath.composeDown(n.price, d.floor, unit));
            if (d.ceiling != 0) k.most = FixedPoint.min(k.most, PriceMath.composeDown(n.price, d.ceiling, unit));
        }
        if (d.alive) return k;
        k.aliveAt = FixedPoint.max(k.aliveAt, d.at);
        k.unseenBefore = FixedPoint.max(k.unseenBefore, d.unseenBefore);
        k.fades = k.fades || !(d.floor != 0 && d.recent);
    }

    /// @notice `k` with the last good price, which counts if no source has given a usable answer
    /// since.
    /// @param accepted last good price [1e36-scaled]
    /// @param acceptedAt time of its update [s]
    /// @param newest time of the newest usable answer [s]
    function withLastGoodPrice(
        Known memory k,
        uint256 accepted,
        uint256 acceptedAt,
        uint256 newest
    ) internal pure returns (Known memory) {
        if (accepted == 0) return k;
        if (k.base == 0 || acceptedAt > newest) k.base = accepted;
        k.aliveAt = FixedPoint.max(k.aliveAt, acceptedAt);
        return k;
    }

    // ------------------------------------------------------------------ the record

    /// @notice Whether `d` is the record of the death that `k` describes: as far as is known, no
    /// source has given a usable answer since. If rounds are missing, the asset must have been seen
    /// dead within the last `HOLD`.
    function isRecorded(Death memory d, Known memory k, uint256 timestamp) internal pure returns (bool) {
        if (d.since == 0 || k.aliveAt > d.since) return false;
        return k.unseenBefore <= d.since || timestamp <= d.seen + HOLD;
    }

    /// @notice The record after the asset was seen dead at `timestamp`.
    function recorded(Death memory d, Known memory k, uint256 timestamp) internal pure returns (Death memory) {
        return Death(isRecorded(d, k, timestamp) ? d.since : uint48(timestamp), uint48(timestamp));
    }

    // ------------------------------------------------------------------ the price

    /// @notice The price of a dead asset.
    /// @dev
    /// - `liquidation`: the last usable price, but at least `least`, and at most `most` once the
    ///   death has been on record for `CONFIRM`.
    /// - `low`, for exit pricing: zero if the price may have fallen below a floor.
    /// - `high` decides write-offs. It fades only after `WRITE_OFF`, and until then it is the
    ///   largest price if nothing is known, so that nothing is written off without evidence.
    /// @param age time for which the death has been on record [s]; 0 if it is not
    function priceOf(Known memory k, uint256 age) internal pure returns (Price memory p) {
        p.status = Status.Dead;
        uint256 base =
            k.base != 0
                ? k.base
                : k.least != 0
                    ? k.least
                    : k.most;
        if (base == type(uint256).max) {
            p.high = age >= WRITE_OFF + FADE ? 0 : PriceMath.MAX_PRICE;
            return p;
        }
        base = FixedPoint.min(base, PriceMath.MAX_PRICE);
        uint256 liquidation = FixedPoint.max(base, FixedPoint.min(k.least, PriceMath.MAX_PRICE));
        bool sunk = k.most != type(uint256).max;
        (p.liquidation, p.low, p.high) = (liquidation, sunk ? 0 : base, liquidation);
        if (sunk && age >= CONFIRM) p.liquidation = FixedPoint.min(liquidation, k.most);
        if (!k.fades) return p;
        p.liquidation = fadedDown(p.liquidation, age, HOLD);
        p.low = fadedDown(p.low, age, HOLD);
        p.high = fadedDown(p.high, age, WRITE_OFF);
    }

    /// @notice The remainder of `price` at an `age` [s], rounded down: all of it up to `hold`, then
    /// falling linearly to zero over `FADE`.
    function fadedDown(uint256 price, uint256 age, uint256 hold) internal pure returns (uint256) {
        if (age <= hold) return price;
        if (age >= hold + FADE) return 0;
        return FixedPoint.mulDivDown(price, hold + FADE - age, FADE);
    }
}

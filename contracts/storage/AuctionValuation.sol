// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTerms, Tab} from "../interfaces/IAuctionHouse.sol";
import {ILendingPool} from "../interfaces/ILendingPool.sol";
import {IOracleGuard} from "../interfaces/IOracleGuard.sol";
import {AuctionMath} from "../libraries/math/AuctionMath.sol";
import {FixedPoint} from "../libraries/math/FixedPoint.sol";
import {HealthMath} from "../libraries/math/HealthMath.sol";
import {IdList} from "../types/IdList.sol";
import {Price} from "../types/Price.sol";
import {AuctionStorage} from "./AuctionStorage.sol";

/// @notice What the lots in an auction house's book are worth at the oracle's prices, and what is missing where they are worth too little.
library AuctionValuation {
    using AuctionStorage for AuctionStorage.Book;
    using IdList for IdList.Ids;

    uint256 private constant ASSETS = 64;

    /// @dev What lots are valued by: the prices asked for so far are kept, by asset.
    struct Pricing {
        IOracleGuard oracle;
        AuctionStorage.Clock clock;
        Price[] known;
    }

    /// @notice What the `lots` of an absorption are worth at the highest of the usable prices [debt units].
    function valueHigh(
        AuctionStorage.Book storage book,
        uint256 id,
        uint256 lots,
        IOracleGuard oracle
    ) internal view returns (uint256 value) {
        for (uint256 at = 0; at < lots; ++at) {
            AuctionStorage.Lot memory lot = book.lots[id][at];
            if (lot.amount != 0) value += HealthMath.valueDown(lot.amount, oracle.price(lot.asset).high);
        }
    }

    /// @notice See `IAuctionHouse.shortfall`. Asks `pool` only for what those owe that are too many to be valued.
    /// @param dust as in `SystemRisk` [debt units]
    function shortfall(
        AuctionStorage.Book storage book,
        IOracleGuard oracle,
        ILendingPool pool,
        AuctionStorage.Clock memory clock,
        uint256 dust
    ) internal view returns (uint256 low, uint256 high) {
        uint256 count = book.head.count;
        if (count > AuctionStorage.MAX_VALUED) {
            // Of the others nothing counts for who leaves, tips included, and everything for who enters.
            (low, count) = (uint256(pool.poolState().auctionDebt) + book.head.penalties, AuctionStorage.MAX_VALUED);
        }
        bool partly = low != 0;
        Pricing memory pricing = Pricing(oracle, clock, new Price[](ASSETS));
        for (uint256 i = 0; i < count; ++i) {
            uint256 id = book.open.get(i);
            (, AuctionTerms memory t, Tab memory left, AuctionStorage.Lot memory first) = book.load(id);
            (uint256 valueLow, uint256 valueTop) = _worth(book, id, t, first, pricing);
            if (partly) low -= left.debt + left.penalty;
            // What anyone may give up now is worth nothing to who leaves: he could give it up right after.
            if (AuctionMath.isUneconomic(left, valueTop, dust)) valueLow = 0;
            uint256 penalty = AuctionMath.tabDown(t, book.absorptions[id].debt).penalty;
            low += FixedPoint.subFloor(left.debt, valueLow) + AuctionMath.tipOwed(left, penalty, valueLow);
            high += FixedPoint.subFloor(left.debt, valueTop);
        }
    }

    /// @dev What the lots of an absorption are sure to bring, and what they are worth at the highest prices [debt units].
    function _worth(
        AuctionStorage.Book storage book,
        uint256 id,
        AuctionTerms memory t,
        AuctionStorage.Lot memory first,
        Pricing memory pricing
    ) private view returns (uint256 low, uint256 high) {
        for (uint256 at = 0; at < first.lots; ++at) {
            AuctionStorage.Lot memory lot = at == 0 ? first : book.lots[id][at];
            Price memory p = _price(pricing, lot.asset);
            // Nobody wanted a lot that was started again at any price of its clock: starting it, which anyone may do, makes it no better.
            uint256 elapsed = lot.restarts == 0 ? AuctionStorage.elapsedAt(lot, t, pricing.clock) : t.tail;
            uint256 base = t.frozen ? book.frozenPrices[id][at] : 0;
            // One that has run out may be started again at today's price.
            if (base == 0 || (elapsed == t.tail && p.liquidation < base)) base = p.liquidation;
            low += AuctionMath.proceedsDown(lot.amount, p.low, base, AuctionMath.multiplierUp(t, elapsed));
            high += HealthMath.valueDown(lot.amount, p.high);
        }
    }

    function _price(Pricing memory pricing, uint8 asset) private view returns (Price memory p) {
        p = pricing.known[asset];
        if (p.high == 0) (p = pricing.oracle.price(asset), pricing.known[asset] = p);
    }
}

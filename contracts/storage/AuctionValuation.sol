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

/// @notice The value of stored lots at oracle prices, and the shortfall of the absorptions that own
/// them.
library AuctionValuation {
    using AuctionStorage for AuctionStorage.Book;
    using IdList for IdList.Ids;

    uint256 private constant ASSETS = 64;

    /// @dev The inputs of a valuation. `known` keeps the prices read so far, by asset.
    struct Pricing {
        IOracleGuard oracle;
        AuctionStorage.Clock clock;
        Price[] known;
    }

    /// @notice The value of the `lots` of an absorption at the highest usable prices [debt units].
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

    /// @notice See `IAuctionHouse.shortfall`.
    /// @dev Reads `pool` only if there are too many absorptions to value.
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
            // Absorptions beyond the first 64 are not valued: `low` assumes they recover nothing,
            // with their penalties in place of their tips, `high` that they recover everything.
            (low, count) = (uint256(pool.poolState().auctionDebt) + book.head.penalties, AuctionStorage.MAX_VALUED);
        }
        bool partly = low != 0;
        Pricing memory pricing = Pricing(oracle, clock, new Price[](ASSETS));
        for (uint256 i = 0; i < count; ++i) {
            uint256 id = book.open.get(i);
            (, AuctionTerms memory t, Tab memory left, AuctionStorage.Lot memory first) = book.load(id);
            (uint256 valueLow, uint256 valueTop) = _worth(book, id, t, first, pricing);
            if (partly) low -= left.debt + left.penalty;
            // Anyone may write off an uneconomic absorption right after an exit, so its lots do not
            // count for exit pricing.
            if (AuctionMath.isUneconomic(left, valueTop, dust)) valueLow = 0;
            uint256 penalty = AuctionMath.tabDown(t, book.absorptions[id].debt).penalty;
            low += FixedPoint.subFloor(left.debt, valueLow) + AuctionMath.tipOwed(left, penalty, valueLow);
            high += FixedPoint.subFloor(left.debt, valueTop);
        }
    }

    /// @dev The conservative value of an absorption's lots, and their value at the highest prices
    /// [debt units].
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
            // A restarted lot found no buyer down to its last ask, so it is valued at that ask.
            // Otherwise anyone could raise the valuation by calling `restart`.
            uint256 elapsed = lot.restarts == 0 ? AuctionStorage.elapsedAt(lot, t, pricing.clock) : t.tail;
            uint256 base = t.frozen ? book.frozenPrices[id][at] : 0;
            // An expired lot may be restarted at today's price.
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

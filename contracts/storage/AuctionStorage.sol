// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTerms, IAuctionHouse, Tab} from "../interfaces/IAuctionHouse.sol";
import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {AuctionMath} from "../libraries/math/AuctionMath.sol";
import {AuctionRules} from "../libraries/rules/AuctionRules.sol";
import {FixedPoint} from "../libraries/math/FixedPoint.sol";
import {IdList} from "../types/IdList.sol";
import {PausableAction} from "../types/PausableAction.sol";

/// @notice The auction house's storage: absorptions, their lots and clocks, the list of open ones
/// and the terms. Moves no tokens and reads no prices.
library AuctionStorage {
    using IdList for IdList.Ids;

    /// @notice The id under which the residuals' lots are stored, each at the id of its asset.
    uint256 internal constant RESIDUALS = 0;
    /// @notice See `AuctionHouse.MAX_VALUED`.
    uint256 internal constant MAX_VALUED = 64;

    /// @dev Two words. `left` is the unpaid part of debt + penalty + tip [debt units].
    struct Absorption {
        address owner;
        uint96 left;
        uint96 debt;
        address keeper;
    }

    /// @dev One word. `checkpoint`: time up to which `elapsed` counts [s]. `credit`: time after the
    /// checkpoint that may count where bidding is open [s]. `lots` and `position` matter only in
    /// the first lot of an absorption: its number of lots, and its position in the list.
    struct Lot {
        uint120 amount;
        uint40 checkpoint;
        uint16 elapsed;
        uint16 credit;
        uint8 asset;
        uint8 restarts;
        uint16 terms;
        uint8 lots;
        uint24 position;
    }

    /// @dev One word. `penalties`: unpaid penalties of open absorptions [debt units]. `count`:
    /// length of the list. `terms`: current version.
    struct Head {
        uint128 penalties;
        uint32 lastId;
        uint24 count;
        uint16 terms;
    }

    /// @dev The inputs of lot clocks: now, the end of the last closure of bidding [s], and the
    /// breaker, which knows the earlier closures.
    struct Clock {
        uint256 timestamp;
        uint256 closedUntil;
        ICircuitBreaker breaker;
    }

    struct Book {
        Head head;
        IdList.Ids open;
        mapping(uint256 version => AuctionTerms) terms;
        mapping(uint256 id => Absorption) absorptions;
        mapping(uint256 id => mapping(uint256 at => Lot)) lots;
        mapping(uint256 id => mapping(uint256 at => uint256)) frozenPrices;
    }

    // ------------------------------------------------------------------ absorptions

    /// @notice An absorption, its terms, the unpaid part of its tab, and its first lot. Reverts if
    /// it is not open.
    function load(
        Book storage book,
        uint256 id
    ) internal view returns (Absorption memory a, AuctionTerms memory t, Tab memory left, Lot memory first) {
        (a, first) = (book.absorptions[id], book.lots[id][0]);
        if (a.left == 0) revert IAuctionHouse.NotOpen(id);
        t = book.terms[first.terms];
        left = AuctionMath.remaining(AuctionMath.tabDown(t, a.debt), a.left);
    }

    /// @notice Adds a new absorption, whose `tab` sums to `left`, to the list. Reverts if the sum
    /// does not fit.
    /// @param head the stored head
    /// @return id id of the absorption
    /// @return position its position in the list
    function add(
        Book storage book,
        Head memory head,
        address owner,
        address keeper,
        Tab memory tab,
        uint256 left
    ) internal returns (uint256 id, uint24 position) {
        if (left > type(uint96).max) revert IAuctionHouse.AmountTooLarge(left, type(uint96).max);
        id = ++head.lastId;
        Absorption storage a = book.absorptions[id];
        _writeLeft(a, owner, left);
        (a.debt, a.keeper) = (uint96(tab.debt), keeper);
        position = _place(book, id, left, head.count++);
        head.penalties += uint128(tab.penalty);
        _writeHead(book, head);
    }

    /// @notice Books a payment: `left` of the tab remains unpaid, and `penalty` of the payment was
    /// penalty [debt units].
    function reduce(Book storage book, uint256 id, uint256 left, uint256 penalty) internal {
        Absorption storage a = book.absorptions[id];
        _writeLeft(a, a.owner, left);
        if (penalty == 0) return;
        Head memory head = book.head;
        head.penalties -= uint128(penalty);
        _writeHead(book, head);
    }

    /// @notice Removes an absorption whose lots are already dropped, and its unpaid `penalty`
    /// [debt units].
    /// @dev If it was valued, the largest of the next 64 takes its `position`, and the last of the
    /// list takes that one's. Otherwise the last takes its position.
    function remove(Book storage book, uint256 id, uint24 position, uint256 penalty) internal {
        delete book.absorptions[id];
        Head memory head = book.head;
        if (position < MAX_VALUED && head.count > MAX_VALUED) position = _promote(book, position, head.count);
        uint256 last = --head.count;
        if (position != last) _move(book, last, position);
        head.penalties -= uint128(penalty);
        _writeHead(book, head);
    }

    /// @dev Appends a new absorption to the list of `count`, or puts it in the place of the
    /// smallest valued one if that has less left, which then moves to the end. Otherwise many small
    /// absorptions could hide a large one.
    function _place(Book storage book, uint256 id, uint256 left, uint256 count) private returns (uint24 position) {
        position = uint24(count);
        for (uint256 i = 0; count >= MAX_VALUED && i < MAX_VALUED; ++i) {
            uint256 other = book.absorptions[book.open.get(i)].left;
            if (other < left) (left, position) = (other, uint24(i));
        }
        if (position != count) _move(book, position, uint24(count));
        book.open.set(position, id);
    }

    /// @dev Promotes the largest of the 64 absorptions behind the valued ones to `position`.
    /// Otherwise many small late absorptions could displace large ones.
    /// @return hole its former position
    function _promote(Book storage book, uint24 position, uint256 count) private returns (uint24 hole) {
        uint256 most;
        uint256 end = FixedPoint.min(count, 2 * MAX_VALUED);
        for (uint256 i = MAX_VALUED; i < end; ++i) {
            uint256 left = book.absorptions[book.open.get(i)].left;
            if (left > most) (most, hole) = (left, uint24(i));
        }
        _move(book, hole, position);
    }

    /// @dev Moves the absorption at `from` in the list to `to`.
    function _move(Book storage book, uint256 from, uint24 to) private {
        uint256 id = book.open.get(from);
        book.open.set(to, id);
        Lot memory first = book.lots[id][0];
        first.position = to;
        write(book, id, 0, first);
    }

    // ------------------------------------------------------------------ lots

    /// @notice Deletes a lot.
    /// @param frozen whether the lot may have a frozen price
    /// @return asset asset of the lot
    /// @return amount remaining collateral [token units]
    function drop(
        Book storage book,
        uint256 id,
        uint256 at,
        bool frozen
    ) internal returns (uint8 asset, uint256 amount) {
        (asset, amount) = (book.lots[id][at].asset, book.lots[id][at].amount);
        delete book.lots[id][at];
        if (frozen) delete book.frozenPrices[id][at];
    }

    /// @notice The position of the lot of `asset`: its fixed one among the residuals, otherwise
    /// where it is; 0 if there is none.
    function find(Book storage book, uint256 id, uint8 asset) internal view returns (uint256) {
        if (id == RESIDUALS) return asset;
        uint256 lots = book.lots[id][0].lots;
        for (uint256 at = 1; at < lots; ++at) {
            if (book.lots[id][at].asset == asset) return at;
        }
        return 0;
    }

    /// @notice A lot with remaining collateral, its clock brought up to now. Reverts if there is
    /// none.
    function activeLot(
        Book storage book,
        uint256 id,
        uint8 asset,
        Clock memory clock
    ) internal view returns (uint256 at, Lot memory lot, AuctionTerms memory t) {
        at = id == RESIDUALS ? asset : 0;
        lot = book.lots[id][at];
        if (lot.asset != asset) {
            at = find(book, id, asset);
            lot = book.lots[id][at];
        }
        if (lot.asset != asset || lot.amount == 0) revert IAuctionHouse.NothingToSell(id, asset);
        t = book.terms[lot.terms];
        lot.elapsed = uint16(elapsedAt(lot, t, clock));
        lot.checkpoint = uint40(clock.timestamp);
    }

    /// @notice The time on a lot's clock now [s]: it counts the seconds of its credit in which
    /// bidding was open, and stops at the tail.
    function elapsedAt(Lot memory lot, AuctionTerms memory t, Clock memory clock) internal view returns (uint256) {
        uint256 until = AuctionMath.countedUntil(lot.checkpoint, lot.credit, clock.timestamp);
        uint256 counted = until - lot.checkpoint;
        if (counted != 0 && clock.closedUntil > lot.checkpoint) {
            counted -= clock.breaker.pausedBetween(PausableAction.Bid, lot.checkpoint, until);
        }
        return FixedPoint.min(lot.elapsed + counted, t.tail);
    }

    /// @notice Makes now a checkpoint of an advanced lot.
    /// @param expiresAt last second at which the price is sure to be usable [s]
    function grantCredit(Lot memory lot, AuctionTerms memory t, uint256 expiresAt) internal view {
        lot.credit = uint16(AuctionMath.creditOf(expiresAt, block.timestamp, t.maxGap));
    }

    // ------------------------------------------------------------------ words

    // Write packed slots only through these helpers. With a second writer the optimizer emits one
    // SSTORE per field.

    /// @notice Writes a lot.
    function write(Book storage book, uint256 id, uint256 at, Lot memory lot) internal {
        book.lots[id][at] = lot;
    }

    function _writeHead(Book storage book, Head memory head) private {
        book.head = head;
    }

    function _writeLeft(Absorption storage a, address owner, uint256 left) private {
        (a.owner, a.left) = (owner, uint96(left));
    }

    // ------------------------------------------------------------------ terms

    /// @notice Sets the terms of absorptions opened from now on. Reverts if they are not
    /// acceptable.
    function setTerms(Book storage book, AuctionTerms memory terms) internal returns (uint16 version) {
        AuctionRules.check(terms);
        Head memory head = book.head;
        version = ++head.terms;
        _writeHead(book, head);
        book.terms[version] = terms;
    }

    // ------------------------------------------------------------------ for readers

    /// @notice The absorptions at positions `from` to `to` - 1 of the list, packed as in
    /// `IAuctionHouse.absorptions`.
    function records(
        Book storage book,
        uint256 from,
        uint256 to,
        Clock memory clock
    ) internal view returns (uint256[] memory words) {
        to = FixedPoint.min(to, book.head.count);
        uint256 length;
        for (uint256 i = from; i < to; ++i) length += 6 + 3 * uint256(book.lots[book.open.get(i)][0].lots);
        words = new uint256[](length);
        uint256 at;
        for (uint256 i = from; i < to; ++i) {
            uint256 id = book.open.get(i);
            (Absorption memory a, AuctionTerms memory t, Tab memory left, Lot memory first) = load(book, id);
            (words[at], words[at + 1], words[at + 2]) = (id, uint160(a.owner), uint160(a.keeper));
            (words[at + 3], words[at + 4], words[at + 5]) = (left.debt, a.left, first.lots);
            at += 6;
            for (uint256 k = 0; k < first.lots; ++k) {
                Lot memory lot = book.lots[id][k];
                (words[at], words[at + 1], words[at + 2]) = (lot.asset, lot.amount, elapsedAt(lot, t, clock));
                at += 3;
            }
        }
    }
}

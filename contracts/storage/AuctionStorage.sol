// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTerms, IAuctionHouse, Tab} from "../interfaces/IAuctionHouse.sol";
import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {AuctionMath} from "../libraries/math/AuctionMath.sol";
import {AuctionRules} from "../libraries/rules/AuctionRules.sol";
import {FixedPoint} from "../libraries/math/FixedPoint.sol";
import {IdList} from "../types/IdList.sol";
import {PausableAction} from "../types/PausableAction.sol";

/// @notice What the auction house remembers: open absorptions and the list of them, their lots, the residuals, and all terms ever set.
/// It knows neither prices nor
/// money.
library AuctionStorage {
    using IdList for IdList.Ids;

    /// @notice The id under which the residuals' lots stand, each at its asset's id.
    uint256 internal constant RESIDUALS = 0;
    /// @notice See `AuctionHouse.MAX_VALUED`.
    uint256 internal constant MAX_VALUED = 64;

    /// @dev Two words. `left`: of debt + penalty + tip.
    struct Absorption {
        address owner;
        uint96 left;
        uint96 debt;
        address keeper;
    }

    /// @dev One word. `checkpoint`: when the clock was last brought up to then [s]. `credit`: for how long from there time may count,
    /// where bidding was open [s]. The last two only
    /// matter in the first lot of an absorption: how many lots it has, and where it is in the list.
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

    /// @dev One word. `penalties`: what may still come in. `count`: of the list. `terms`: the current version.
    struct Head {
        uint128 penalties;
        uint32 lastId;
        uint24 count;
        uint16 terms;
    }

    /// @dev What clocks run on: now, until when bidding was last closed [s], and who knows when it was before.
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

    /// @notice An absorption, its terms, what is left of its tab, and its first lot. Reverts if it is not open.
    function load(
        Book storage book,
        uint256 id
    ) internal view returns (Absorption memory a, AuctionTerms memory t, Tab memory left, Lot memory first) {
        (a, first) = (book.absorptions[id], book.lots[id][0]);
        if (a.left == 0) revert IAuctionHouse.NotOpen(id);
        t = book.terms[first.terms];
        left = AuctionMath.remaining(AuctionMath.tabDown(t, a.debt), a.left);
    }

    /// @notice Enters a new absorption, whose `tab` sums to `left`, into the list; reverts if that is too much. `head` is the one stored.
    /// @return id of it
    /// @return position in the list
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

    /// @notice Only `left` is left to pay of an absorption; `penalty` of what was paid came in [debt units].
    function reduce(Book storage book, uint256 id, uint256 left, uint256 penalty) internal {
        Absorption storage a = book.absorptions[id];
        _writeLeft(a, a.owner, left);
        if (penalty == 0) return;
        Head memory head = book.head;
        head.penalties -= uint128(penalty);
        _writeHead(book, head);
    }

    /// @notice Forgets an absorption whose lots are forgotten already, and the `penalty` it still owed [debt units]. If it was valued, the
    /// one of the next as many that has most left takes its `position`, and the last of the list that one's; else the last takes its own.
    function remove(Book storage book, uint256 id, uint24 position, uint256 penalty) internal {
        delete book.absorptions[id];
        Head memory head = book.head;
        if (position < MAX_VALUED && head.count > MAX_VALUED) position = _promote(book, position, head.count);
        uint256 last = --head.count;
        if (position != last) _move(book, last, position);
        head.penalties -= uint128(penalty);
        _writeHead(book, head);
    }

    /// @dev Puts a new absorption at the end of the list of `count`, or in the place of the one with the least left of those that
    /// are valued, if that has less left: many small ones never hide a large one.
    function _place(Book storage book, uint256 id, uint256 left, uint256 count) private returns (uint24 position) {
        position = uint24(count);
        for (uint256 i = 0; count >= MAX_VALUED && i < MAX_VALUED; ++i) {
            uint256 other = book.absorptions[book.open.get(i)].left;
            if (other < left) (left, position) = (other, uint24(i));
        }
        if (position != count) _move(book, position, uint24(count));
        book.open.set(position, id);
    }

    /// @dev Puts the one with most left of those right behind the valued ones at `position`. Without it whoever opens many small ones late
    /// could bring them among the valued as large ones are sold.
    /// @return hole where it was
    function _promote(Book storage book, uint24 position, uint256 count) private returns (uint24 hole) {
        uint256 most;
        uint256 end = FixedPoint.min(count, 2 * MAX_VALUED);
        for (uint256 i = MAX_VALUED; i < end; ++i) {
            uint256 left = book.absorptions[book.open.get(i)].left;
            if (left > most) (most, hole) = (left, uint24(i));
        }
        _move(book, hole, position);
    }

    /// @dev Puts what stands at `from` in the list at `to`.
    function _move(Book storage book, uint256 from, uint24 to) private {
        uint256 id = book.open.get(from);
        book.open.set(to, id);
        Lot memory first = book.lots[id][0];
        first.position = to;
        write(book, id, 0, first);
    }

    // ------------------------------------------------------------------ lots

    /// @notice Forgets a lot. `frozen`: whether there may be a frozen price of it.
    /// @return asset what it was of
    /// @return amount what was left of it [token units]
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

    /// @notice Where the lot of `asset` would be: at its place among the residuals, else where it is; 0 if there is none.
    function find(Book storage book, uint256 id, uint8 asset) internal view returns (uint256) {
        if (id == RESIDUALS) return asset;
        uint256 lots = book.lots[id][0].lots;
        for (uint256 at = 1; at < lots; ++at) {
            if (book.lots[id][at].asset == asset) return at;
        }
        return 0;
    }

    /// @notice A lot with something left, its clock brought up to now. Reverts if there is none.
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

    /// @notice What a lot's clock says now [s]: it counts the seconds of its credit in which bidding was open, and stops at the tail.
    function elapsedAt(Lot memory lot, AuctionTerms memory t, Clock memory clock) internal view returns (uint256) {
        uint256 until = AuctionMath.countedUntil(lot.checkpoint, lot.credit, clock.timestamp);
        uint256 counted = until - lot.checkpoint;
        if (counted != 0 && clock.closedUntil > lot.checkpoint) {
            counted -= clock.breaker.pausedBetween(PausableAction.Bid, lot.checkpoint, until);
        }
        return FixedPoint.min(lot.elapsed + counted, t.tail);
    }

    /// @notice Makes now a checkpoint of an advanced lot. `expiresAt`: until when its price is sure to stay usable [s].
    function grantCredit(Lot memory lot, AuctionTerms memory t, uint256 expiresAt) internal view {
        lot.credit = uint16(AuctionMath.creditOf(expiresAt, block.timestamp, t.maxGap));
    }

    // ------------------------------------------------------------------ words

    // Each word that several functions change is written whole, and by one of these: were a field written elsewhere too, the compiler would
    // share what writes it, and split the word into several storage writes.

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

    /// @notice Absorptions are opened with these from now on. Reverts if they are not acceptable.
    function setTerms(Book storage book, AuctionTerms memory terms) internal returns (uint16 version) {
        AuctionRules.check(terms);
        Head memory head = book.head;
        version = ++head.terms;
        _writeHead(book, head);
        book.terms[version] = terms;
    }

    // ------------------------------------------------------------------ for readers

    /// @notice The absorptions from position `from` up to `to` of the list, as `IAuctionHouse.absorptions` packs them.
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

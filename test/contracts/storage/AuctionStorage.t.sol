// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {AuctionTerms, IAuctionHouse, Tab} from "../../../contracts/interfaces/IAuctionHouse.sol";
import {AuctionStorage} from "../../../contracts/storage/AuctionStorage.sol";
import {IdList} from "../../../contracts/types/IdList.sol";

/// @notice The list of absorptions beside a plain one: ids, and what each has left.
contract AuctionStorageTest is Test {
    using AuctionStorage for AuctionStorage.Book;
    using IdList for IdList.Ids;

    uint256 private constant MAX_VALUED = 64;

    AuctionStorage.Book private book;
    uint256[] private ids;
    mapping(uint256 id => uint256) private left;
    uint256 private penalties;

    function setUp() public {
        AuctionTerms memory t;
        (t.start, t.cut, t.step, t.floor, t.tail, t.maxGap) = (10_500, 100, 90, 7_500, 7_200, 900);
        book.setTerms(t);
    }

    function _add(uint256 amount) private {
        (uint256 id, uint24 position) = book.add(
            book.head,
            address(this),
            address(1),
            Tab(amount, amount / 20, 0),
            amount
        );
        AuctionStorage.Lot memory lot;
        (lot.lots, lot.position) = (1, position);
        book.write(id, 0, lot);
        left[id] = amount;
        penalties += amount / 20;
        // At the end, or in the place of the valued one with the least left, if that has less.
        uint256 at = ids.length;
        uint256 least = amount;
        for (uint256 i = 0; ids.length >= MAX_VALUED && i < MAX_VALUED; ++i) {
            if (left[ids[i]] < least) (least, at) = (left[ids[i]], i);
        }
        ids.push(id);
        if (at < ids.length - 1) (ids[ids.length - 1], ids[at]) = (ids[at], id);
    }

    function _remove(uint256 at) private {
        uint256 id = ids[at];
        uint256 penalty = left[id] / 20;
        uint24 position = book.lots[id][0].position;
        book.drop(id, 0, false);
        book.remove(id, position, penalty);
        penalties -= penalty;
        // The largest of the next MAX_VALUED replaces a removed valued one. The last one fills the
        // gap that this leaves.
        if (at < MAX_VALUED && ids.length > MAX_VALUED) {
            uint256 best = MAX_VALUED;
            for (uint256 i = best; i < ids.length && i < 2 * MAX_VALUED; ++i) {
                if (left[ids[i]] > left[ids[best]]) best = i;
            }
            (ids[at], at) = (ids[best], best);
        }
        ids[at] = ids[ids.length - 1];
        ids.pop();
    }

    function _assertSame() private view {
        assertEq(book.head.count, ids.length);
        assertEq(book.head.penalties, penalties);
        for (uint256 i = 0; i < ids.length; ++i) {
            assertEq(book.open.get(i), ids[i], "another stands there");
            assertEq(book.lots[ids[i]][0].position, i, "it is told another place");
            assertEq(book.absorptions[ids[i]].left, left[ids[i]]);
        }
    }

    /// @dev Absorptions of any size come and go in any order, more of them than the number valued
    /// or searched.
    function testFuzz_list_isThePlainOne(uint256 seed, uint8 most) public {
        for (uint256 i = 0; i < 66 + uint256(most % 80); ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _add(1 + ((seed >> 8) % (seed % 3 == 0 ? 10 : 1_000)));
        }
        _assertSame();
        for (uint256 i = 0; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 4 == 0) _add(1 + ((seed >> 8) % 2_000));
            else _remove((seed >> 8) % (seed % 4 == 1 || ids.length < MAX_VALUED ? ids.length : MAX_VALUED));
        }
        _assertSame();
        while (ids.length != 0) _remove(ids.length / 2);
        _assertSame();
    }

    /// @dev What is paid lowers what is left, and only the penalties in it what may still come in.
    function testFuzz_reduce_booksWhatIsPaid(uint80 amount, uint256 paid, uint256 penalty) public {
        _add(amount);
        paid = bound(paid, 0, amount);
        penalty = bound(penalty, 0, amount / 20);
        book.reduce(1, paid, penalty);
        assertEq(book.absorptions[1].left, paid);
        assertEq(book.absorptions[1].owner, address(this));
        assertEq(book.head.penalties, amount / 20 - penalty);
        assertEq(abi.encode(book.head.count, book.head.lastId, book.head.terms), abi.encode(1, 1, 1));
    }

    function enter(uint256 amount) external {
        book.add(book.head, address(this), address(1), Tab(1, 0, 0), amount);
    }

    function test_add_refusesWhatDoesNotFit() public {
        uint256 most = type(uint96).max;
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.AmountTooLarge.selector, most + 1, most));
        this.enter(most + 1);
        this.enter(most);
    }
}

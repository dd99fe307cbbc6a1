// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionHouse} from "../../../contracts/core/AuctionHouse.sol";
import {BackstopPool} from "../../../contracts/core/BackstopPool.sol";
import {AuctionTerms, Tab} from "../../../contracts/interfaces/IAuctionHouse.sol";
import {SystemFixture} from "./SystemFixture.sol";

/// @notice The whole system with the real auction house and backstop.
abstract contract AuctionFixture is SystemFixture {
    AuctionHouse internal auctions;
    BackstopPool internal backstop;

    address internal carol = makeAddr("carol");
    address internal keeper = makeAddr("keeper");
    address internal bidder = makeAddr("bidder");

    function _deployHouse() internal virtual override returns (address) {
        auctions = AuctionHouse(
            deployCode("contracts/core/AuctionHouse.sol:AuctionHouse", abi.encode(manager, engine, _auctionTerms()))
        );
        backstop = BackstopPool(address(auctions.backstop()));
        return address(auctions);
    }

    /// @dev 1.05 at the start, 1 % off each 90 s, never below 0.75; 5 % penalty, tip 1.5 + 0.1 %, at most 1 %.
    function _auctionTerms() internal view virtual returns (AuctionTerms memory) {
        return
            AuctionTerms({
                start: 10_500,
                cut: 100,
                step: 90,
                floor: 7_500,
                tail: 7_200,
                maxGap: 900,
                penalty: 500,
                tip: 10,
                maxTip: 100,
                flatTip: uint96((3 * _unit()) / 2),
                frozen: false
            });
    }

    // ------------------------------------------------------------------ actions

    function _stake(address who, uint256 amount) internal returns (uint256 shares) {
        debtToken.mint(who, amount);
        vm.startPrank(who);
        debtToken.approve(address(backstop), amount);
        shares = backstop.deposit(amount, who);
        vm.stopPrank();
    }

    /// @dev Capital of `amount`, which takes one whole token more.
    function _capital(uint256 amount) internal {
        if (amount != 0) _stake(carol, amount + _unit());
    }

    function _absorb(address owner) internal returns (uint256 id) {
        return engine.absorb(_key(owner), keeper);
    }

    /// @dev `owner` with one ether against `debt`, which is absorbed at `price`; everybody else as they are.
    function _absorbedAt(address owner, uint256 debt, int256 price) internal returns (uint256 id) {
        _setPrice(WETH, 2_100e8);
        _deposit(owner, WETH, 1e18);
        _borrow(owner, debt);
        _setPrice(WETH, price);
        return _absorb(owner);
    }

    function _take(uint256 id, uint8 asset, uint256 amount) internal returns (uint256 sold, uint256 cost) {
        debtToken.mint(bidder, 1e9 * _unit());
        vm.startPrank(bidder);
        debtToken.approve(address(auctions), MAX);
        (sold, cost) = auctions.take(id, asset, amount, MAX, bidder, "");
        vm.stopPrank();
    }

    // ------------------------------------------------------------------ views

    function _left(uint256 id) internal view returns (uint256) {
        (, , Tab memory tab) = auctions.absorption(id);
        return tab.debt + tab.penalty + tab.tip;
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTerms} from "../../../contracts/interfaces/IAuctionHouse.sol";
import {AuctionFixture} from "./AuctionFixture.sol";

/// @notice Lots sell at the oracle's price here, so that what an absorption brings in is known before it is sold.
abstract contract BackstopFixture is AuctionFixture {
    uint256 internal constant WAIT = 3 days;
    uint256 internal constant WINDOW = 2 days;

    function setUp() public override {
        super.setUp();
        _lend(lender, 1e6 * _unit());
    }

    function _auctionTerms() internal view override returns (AuctionTerms memory t) {
        t = super._auctionTerms();
        (t.start, t.step) = (10_000, t.tail);
    }

    function _request(address who, uint256 shares) internal {
        vm.prank(who);
        backstop.requestExit(shares);
    }

    /// @dev Leaves with everything a mature request pays for.
    function _leave(address who) internal returns (uint256 assets) {
        uint256 shares = backstop.maxRedeem(who);
        uint256 expected = backstop.previewRedeem(shares);
        vm.prank(who);
        assets = backstop.redeem(shares, who, who);
        assertEq(assets, expected, "the preview says exactly what is paid");
    }

    /// @dev What `who` would get if it left as soon as possible and nothing happened meanwhile.
    function _worth(address who) internal returns (uint256 assets) {
        uint256 state = vm.snapshotState();
        _request(who, backstop.balanceOf(who));
        (, , uint256 from, ) = backstop.exitOf(who);
        vm.warp(from);
        assets = _leave(who);
        vm.revertToState(state);
    }

    /// @dev Waits until a request of now is mature, prices as they are.
    function _mature() internal {
        _pass(WAIT);
    }

    function _covered(uint256 amount) internal returns (uint256) {
        vm.prank(address(auctions));
        return backstop.cover(amount);
    }
}

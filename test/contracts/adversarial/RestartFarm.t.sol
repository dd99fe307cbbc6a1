// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTerms} from "../../../contracts/interfaces/IAuctionHouse.sol";
import {VaultKey, toVaultKey} from "../../../contracts/types/VaultKey.sol";
import {AuctionFixture} from "../support/fixtures/AuctionFixture.sol";

/// @notice No call that costs the backstop more than it brings is paid: a restart pays nothing, and
/// an absorption by age costs the owner at least as much as the absorber earns, under the largest
/// tip that the contracts accept.
contract RestartFarmTest is AuctionFixture {
    address private mallory = makeAddr("mallory");

    function _auctionTerms() internal view override returns (AuctionTerms memory t) {
        t = super._auctionTerms();
        (t.start, t.cut, t.step, t.floor, t.tail, t.maxGap) = (10_000, 50, 60, 9_500, 3_600, 600);
        (t.tip, t.maxTip, t.flatTip) = (200, 200, uint96(1e6 * _unit()));
    }

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 7; ++i) _list("Other", 18, 7_500, 8_000, 0, 1_000, 2_500, 2_000e8);
    }

    /// @dev An owner flags and absorbs a vault of their own with eight collaterals, restarts the
    /// lots and buys them back. They end with less than before.
    function testFuzz_farm_losesToTheBackstop(uint256 price, uint256 rounds, bool wait) public {
        _lend(lender, 1e6 * _unit());
        _capital(10_000e6);
        uint256 capital = backstop.totalAssets();
        // Below 1,580 a lot at the reserve price does not cover the debt. Then the absorber has
        // saved the lenders from a larger loss.
        price = bound(price, 1_580e8, 1_630e8);
        rounds = bound(rounds, 0, 3);
        VaultKey vault = toVaultKey(mallory, 0);
        for (uint8 a = 3; a < 10; ++a) _fund(mallory, a, 1e18);
        vm.startPrank(mallory);
        for (uint8 a = 3; a < 10; ++a) engine.deposit(vault, a, 1e18);
        engine.borrow(vault, 10_500e6, mallory);
        vm.stopPrank();
        for (uint8 a = 3; a < 10; ++a) _setPrice(a, int256(price));
        engine.flag(vault);
        _pass(1 hours);
        uint256 id = engine.absorb(vault, mallory);
        for (uint256 round = 0; round < rounds; ++round) {
            for (uint256 gap = 0; gap < 7; ++gap) {
                for (uint8 a = 3; a < 10; ++a) auctions.checkpoint(id, a);
                _pass(600);
            }
            vm.startPrank(mallory);
            for (uint8 a = 3; a < 10; ++a) auctions.restart(id, a);
            vm.stopPrank();
        }
        assertEq(auctions.tips(mallory), 0);
        // Nobody else wants them: she waits for the reserve price and buys everything back.
        if (wait) {
            for (uint8 a = 3; a < 10; ++a) auctions.checkpoint(id, a);
            _pass(600);
        }
        uint256 paid;
        for (uint8 a = 3; a < 10 && _left(id) != 0; ++a) {
            (, uint256 cost) = _take(id, a, MAX);
            paid += cost;
        }
        assertEq(auctions.openCount(), 0);
        assertGe(paid, 10_500e6 + auctions.tips(mallory), "she paid less than she owed");
        assertGe(backstop.totalAssets(), capital, "the backstop paid for it");
    }
}

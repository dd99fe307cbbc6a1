// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionHouse} from "../../../contracts/core/AuctionHouse.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {VaultKey, toVaultKey} from "../../../contracts/types/VaultKey.sol";
import {AuctionFixture} from "../support/fixtures/AuctionFixture.sol";

/// @notice Collateral that joins the residuals is never sold at a clock that ran before, whether it
/// joins at once or bit by bit.
contract ResidualClockTest is AuctionFixture {
    uint256 private constant VAULTS = 30;
    Sniper private sniper;

    function setUp() public override {
        super.setUp();
        _lend(lender, 1e12);
        _stake(carol, 50_000e6);
        sniper = new Sniper(auctions, debtToken);
        debtToken.mint(address(sniper), 1e12);
    }

    function _vault(uint256 i) private view returns (VaultKey) {
        return toVaultKey(alice, uint96(i));
    }

    /// @dev Vaults of dust (100), each of which holds 95 when it is absorbed.
    function _absorbSmall(uint256 from, uint256 to) private {
        _setPrice(WETH, 2_000e8);
        _fund(alice, WETH, (to - from) * 0.07e18);
        vm.startPrank(alice);
        for (uint256 i = from; i < to; ++i) {
            engine.deposit(_vault(i), WETH, 0.07e18);
            engine.borrow(_vault(i), 100e6, alice);
        }
        vm.stopPrank();
        _setPrice(WETH, 1_358e8);
        for (uint256 i = from; i < to; ++i) engine.absorb(_vault(i), keeper);
    }

    /// @dev One residual is at the reserve price. Twenty-nine more are written off, and all are
    /// bought in one transaction.
    function test_residuals_whatJoinsIsSoldFresh() public {
        _absorbSmall(0, 1);
        auctions.writeOff(1);
        for (uint256 i = 0; i < 5; ++i) {
            auctions.checkpoint(0, WETH);
            _pass(900);
        }
        assertEq(auctions.lot(0, WETH).multiplier, 0.75e27);
        _absorbSmall(1, VAULTS);
        (uint256 sold, uint256 cost) = sniper.run(2, VAULTS);
        assertEq(sold, VAULTS * 0.07e18);
        uint256 value = (sold * 1_358e8) / 1e20;
        assertApproxEqAbs(cost, (value * 105) / 100, 1);
        assertEq(_reserve(), cost);
    }
}

contract Sniper {
    AuctionHouse private immutable _auctions;

    constructor(AuctionHouse auctions, TestToken debtToken) {
        _auctions = auctions;
        debtToken.approve(address(auctions), type(uint256).max);
    }

    function run(uint256 from, uint256 to) external returns (uint256 sold, uint256 cost) {
        for (uint256 id = from; id <= to; ++id) _auctions.writeOff(id);
        return _auctions.take(0, 0, type(uint256).max, type(uint256).max, address(this), "");
    }
}

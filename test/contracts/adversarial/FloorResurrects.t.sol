// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SourceConfig} from "../../../contracts/interfaces/IOracleGuard.sol";
import {Price, Status} from "../../../contracts/types/Price.sol";
import {AuctionFixture} from "../support/fixtures/AuctionFixture.sol";

/// @notice A feed falls through its floor. No price of hours ago comes back, and no exit is paid at
/// one.
contract FloorResurrectsTest is AuctionFixture {
    address private mallory = makeAddr("mallory");

    function setUp() public override {
        super.setUp();
        oracle.setAssetSources(WETH, SourceConfig(feeds[WETH], HEARTBEAT, 100e8, 1e14), _noSource(), 0, false);
        _lend(lender, 500_000e6);
        _lend(mallory, 500_000e6);
        _deposit(alice, WETH, 100e18);
        _deposit(alice, GOLD, 20_000e6);
        _borrow(alice, 150_000e6);
    }

    /// @dev From 2,000 to 150 in eight hours. Nobody deposits ether on the way down.
    function _crash() private {
        uint256[8] memory path = [uint256(1_700), 1_400, 1_100, 800, 500, 300, 200, 150];
        for (uint256 i = 0; i < 8; ++i) {
            _pass(1 hours);
            _setPrice(WETH, int256(path[i] * 1e8));
        }
    }

    function test_floor_anInsolventVaultStaysInsolvent() public {
        _crash();
        _setPrice(WETH, 99e8);
        Price memory p = oracle.price(WETH);
        assertTrue(p.status == Status.Dead);
        assertEq(p.liquidation, 150e24, "its last usable answer");
        assertEq(p.low, 0, "who leaves is paid on nothing below the floor");
        assertEq(p.high, 150e24);
        assertEq(_health(_key(alice)).value, 35_000e6);
        uint256 state = vm.snapshotState();
        _absorb(alice);
        vm.revertToState(state);
        (uint256 repaid, ) = _liquidate(_key(alice), GOLD);
        assertGt(repaid, 0);
    }

    /// @dev An hour on record, and it is worth what the floor says at most.
    function test_floor_confirmedItIsWorthTheFloorAtMost() public {
        _crash();
        _setPrice(WETH, 99e8);
        oracle.observe(WETH);
        vm.warp(block.timestamp + 1 hours - 1);
        assertEq(oracle.price(WETH).liquidation, 150e24);
        vm.warp(block.timestamp + 1);
        assertApproxEqRel(oracle.price(WETH).liquidation, 100e24, 1e14);
        // A usable answer ends that record: the next fall is another one.
        _setPrice(WETH, 120e8);
        vm.warp(block.timestamp + 60);
        _setPrice(WETH, 50e8);
        assertEq(oracle.price(WETH).liquidation, 120e24);
    }

    /// @dev Who leaves after the answer below the floor is paid no more than who left before it.
    function test_floor_nobodyLeavesWholeAfterTheVaultWasAbsorbed() public {
        _crash();
        _absorb(alice);
        uint256 shares = pool.balanceOf(mallory);
        uint256 fair = pool.previewRedeem(shares);
        _setPrice(WETH, 99e8);
        assertLe(pool.previewRedeem(shares), fair);
        (uint256 low, ) = auctions.shortfall();
        assertGe(low, 130_000e6, "ether counts for nothing");
    }

    /// @dev A price below the smallest that can be scaled counts at its own value, not at the
    /// previous price.
    function test_scale_whatIsTooSmallToBeScaledIsWorthWhatItIs() public {
        oracle.setDebtSource(SourceConfig(_newFeed(8, 1e19), 25 hours, 1, 1e30));
        oracle.setAssetSources(WETH, SourceConfig(feeds[WETH], HEARTBEAT, 0, 1e14), _noSource(), 0, true);
        _setPrice(WETH, 1_000);
        assertEq(oracle.price(WETH).liquidation, 1e8);
        _setPrice(WETH, 1);
        Price memory p = oracle.price(WETH);
        assertTrue(p.status == Status.Dead);
        assertEq(abi.encode(p.liquidation, p.low, p.high), abi.encode(1e5, 1e5, 1e5));
        oracle.updateLastGoodPrice(WETH);
        vm.warp(block.timestamp + 30 minutes);
        assertEq(oracle.price(WETH).high, 1e5);
    }

    /// @dev One source is below its floor and the other usable. The usable one sets the price, and
    /// exits are priced at the floor.
    function test_pair_theFloorOfOneBoundsWhatIsSure() public {
        SourceConfig memory first = SourceConfig(feeds[WETH], HEARTBEAT, 100e8, 1e14);
        SourceConfig memory second = _source(_newFeed(8, 300e8));
        oracle.setAssetSources(WETH, first, second, 100, false);
        _setPrice(WETH, 99e8);
        Price memory p = oracle.price(WETH);
        assertTrue(p.status == Status.Doubtful);
        assertEq(p.liquidation, 300e24);
        assertApproxEqRel(p.low, 100e24, 1e14);
        assertEq(p.high, 300e24);
    }
}

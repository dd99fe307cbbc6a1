// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {LendingPool} from "../../../../contracts/core/LendingPool.sol";
import {IAuctionHouse} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {PoolState, PoolTerms} from "../../../../contracts/interfaces/ILendingPool.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {ERC4626Properties} from "../../support/fixtures/ERC4626Properties.sol";

/// @notice The lending pool as an ERC-4626 vault. This contract plays the engine, the auction house
/// and the backstop, so that every state of the pool's books can be drawn directly.
contract LendingPool4626Test is ERC4626Properties {
    uint256 private constant START = 1_700_000_000;

    LendingPool private pool;
    TestToken private token;
    uint256 private now_ = START;

    /// @dev What the auctions would fall short of, and what the backstop could pay of it.
    uint256 private shortfallLow;
    uint256 public capital;

    function setUp() public {
        vm.warp(START);
        AccessManager manager = AccessManager(
            deployCode("access/manager/AccessManager.sol:AccessManager", abi.encode(address(this)))
        );
        token = TestToken(
            deployCode("contracts/mocks/TestToken.sol:TestToken", abi.encode("Dollar", "USD", _decimals()))
        );
        PoolTerms memory terms;
        // 2 % a year at rest, 10 % at the kink; a tenth to the reserve, a twentieth to the
        // backstop.
        (terms.base, terms.slopeBelow) = (uint40(uint256(0.02e18) / 365 days), uint40(uint256(0.08e18) / 365 days));
        (terms.kink, terms.max) = (0.9e9, uint40(uint256(1e18) / 365 days));
        (terms.reserveFactor, terms.backstopFactor) = (1_000, 500);
        pool = LendingPool(
            deployCode("contracts/core/LendingPool.sol:LendingPool", abi.encode(address(token), manager, terms))
        );
        pool.setAuctionHouse(IAuctionHouse(address(this)));
    }

    function _decimals() internal pure virtual returns (uint8) {
        return 6;
    }

    // -------------------------------------------------------- what the pool asks of its neighbours

    function shortfall() external view returns (uint256 low, uint256 high) {
        return (shortfallLow, 0);
    }

    function isLocked() external pure returns (bool) {
        return false;
    }

    function backstop() external view returns (address) {
        return address(this);
    }

    // ------------------------------------------------------------------ the vault under test

    function _vault() internal view override returns (IERC4626) {
        return pool;
    }

    /// @dev Deposits, a loan, years of interest and a gift to the reserve. Then debt may go to
    /// auction: a part is brought in, a part is lost, and a part is open and not quite covered.
    function _arrange(uint256 seed) internal override {
        _enter(holder, _bound(_draw(seed, 0), 1, 1e15));
        _enter(witness, _bound(_draw(seed, 1), 1, 1e15));
        uint256 loan = _draw(seed, 2) % (pool.poolState().cash + 1);
        if (loan != 0) pool.disburse(loan, address(this));
        now_ += _draw(seed, 3) % 900 days;
        vm.warp(now_);
        if (_draw(seed, 4) % 2 == 0) _donate(_bound(_draw(seed, 5), 1, 1e12));
        if (loan != 0 && _draw(seed, 6) % 3 != 0) _auction(seed);
        now_ += _draw(seed, 7) % 30 days;
        vm.warp(now_);
    }

    function _auction(uint256 seed) private {
        uint256 debt = pool.toAuction(_bound(_draw(seed, 8), 1, pool.poolState().totalScaledDebt));
        uint256 lost = _draw(seed, 9) % 2 == 0 ? 0 : _draw(seed, 10) % (debt + 1);
        uint256 paid = _draw(seed, 11) % (debt - lost + 1);
        if (_draw(seed, 12) % 2 == 0) paid = debt - lost;
        token.mint(address(pool), paid);
        pool.bookSale(paid, lost);
        shortfallLow = _draw(seed, 13) % (2 * (debt - lost - paid) + 1);
        capital = _draw(seed, 14) % 3 == 0 ? shortfallLow : _draw(seed, 15) % (shortfallLow + 1);
    }

    /// @dev A debt of which nothing comes in, as large as `part` says.
    function _lose(uint256 part) internal override {
        uint256 scaled = pool.poolState().totalScaledDebt;
        if (scaled == 0) {
            pool.disburse(pool.poolState().cash, address(this));
            scaled = pool.poolState().totalScaledDebt;
        }
        uint256 lost = pool.toAuction(part == UNLIMITED ? scaled : part % (scaled + 1));
        pool.bookSale(0, lost);
    }

    /// @dev Nothing waits in the lending pool.
    function _mature(address) internal override {}

    function _spreadAllowed() internal view override returns (bool) {
        return pool.poolState().auctionDebt != 0;
    }

    function _donate(uint256 amount) internal override {
        token.mint(address(this), amount);
        token.approve(address(pool), amount);
        pool.donate(amount);
    }

    function _draw(uint256 seed, uint256 i) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, i)));
    }

    // ------------------------------------------------------------------ of this vault alone

    /// @dev The drawn states differ: with and without open lots, losses, exits below the fair
    /// value, and too little cash.
    function test_arrange_reachesTheStatesThatMatter() public {
        uint256[5] memory seen;
        uint256 checkpoint = vm.snapshotState();
        for (uint256 seed = 0; seed < 64; ++seed) {
            _arrange(seed);
            PoolState memory s = pool.poolState();
            if (s.auctionDebt == 0) ++seen[0];
            else ++seen[1];
            if (pool.exitAssets() < pool.totalAssets()) ++seen[2];
            if (pool.maxRedeem(holder) < pool.balanceOf(holder)) ++seen[3];
            if (pool.totalAssets() < pool.totalSupply() / 1e6) ++seen[4];
            vm.revertToState(checkpoint);
            (now_, shortfallLow, capital) = (START, 0, 0);
        }
        for (uint256 i = 0; i < 5; ++i) assertGt(seen[i], 3, vm.toString(i));
    }

    /// @dev Accruing first changes no preview: the views show the interest of this very second.
    function testFuzz_4626_accruingFirstChangesNothing(uint256 seed) public {
        _arrange(seed);
        bytes memory before = _figures();
        pool.addInterest();
        assertEq(_figures(), before, "accruing changed a preview");
    }
}

/// @notice The same with a debt asset of eighteen decimals.
contract LendingPool4626With18DecimalsTest is LendingPool4626Test {
    function _decimals() internal pure override returns (uint8) {
        return 18;
    }
}

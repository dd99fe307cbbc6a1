// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

import {BackstopPool} from "../../../../contracts/core/BackstopPool.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {ERC4626Properties} from "../../support/fixtures/ERC4626Properties.sol";

/// @notice The backstop as an ERC-4626 vault. This contract plays the auction house and the lending
/// pool, so that every state of the books can be drawn directly. Leaving takes a request and three
/// days: `_mature` waits for them.
contract BackstopPool4626Test is ERC4626Properties {
    uint256 private constant START = 1_700_000_000;

    BackstopPool private backstop;
    TestToken private token;
    uint256 private now_ = START;

    /// @dev What the house says of its open lots.
    uint256 private low;
    uint256 private high;
    uint256 public expectedPenalties;
    /// @dev What the lenders' pool owes the backstop.
    uint256 private due;

    function setUp() public {
        vm.warp(START);
        token = TestToken(
            deployCode("contracts/mocks/TestToken.sol:TestToken", abi.encode("Dollar", "USD", _decimals()))
        );
        backstop = BackstopPool(
            deployCode("contracts/core/BackstopPool.sol:BackstopPool", abi.encode(address(token), address(this)))
        );
    }

    function _decimals() internal pure virtual returns (uint8) {
        return 6;
    }

    // ---------------------------------------------------- what the backstop asks of its neighbours

    function shortfall() external view returns (uint256, uint256) {
        return (low, high);
    }

    function isLocked() external pure returns (bool) {
        return false;
    }

    function claims() external view returns (uint256, uint256) {
        return (0, due);
    }

    // ------------------------------------------------------------------ the vault under test

    function _vault() internal view override returns (IERC4626) {
        return backstop;
    }

    /// @dev Deposits first. Then gifts, penalties and covered shortfalls. Then lots may be open
    /// that will bring in something or not.
    function _arrange(uint256 seed) internal override {
        _enter(holder, _bound(_draw(seed, 0), 1, 1e9 * _unit()));
        _enter(witness, _bound(_draw(seed, 1), 1, 1e9 * _unit()));
        if (_draw(seed, 2) % 2 == 0) _donate(_bound(_draw(seed, 3), 1, 1e6 * _unit()));
        if (_draw(seed, 4) % 2 == 0) {
            uint256 earned = _draw(seed, 5) % (1e6 * _unit());
            token.mint(address(backstop), earned);
            backstop.bookPenalty(earned);
        }
        if (_draw(seed, 6) % 2 == 0) backstop.cover(_draw(seed, 7) % (backstop.capital() + 2));
        if (_draw(seed, 8) % 3 == 0) backstop.payTip(_draw(seed, 9) % (1e3 * _unit()));
        if (_draw(seed, 10) % 3 == 0) return;
        low = _draw(seed, 11) % (2 * backstop.capital() + 1);
        high = _draw(seed, 12) % 2 == 0 ? 0 : _draw(seed, 12) % (low + 1);
        (expectedPenalties, due) = (_draw(seed, 13) % (1e6 * _unit()), _draw(seed, 14) % (1e6 * _unit()));
    }

    function _lose(uint256 part) internal override {
        backstop.cover(part == UNLIMITED ? part : part % (backstop.capital() + 1));
    }

    function _mature(address who) internal override {
        uint256 shares = backstop.balanceOf(who);
        vm.prank(who);
        backstop.requestExit(shares);
        now_ += backstop.EXIT_WAIT();
        vm.warp(now_);
    }

    function _spreadAllowed() internal view override returns (bool) {
        return low != 0 || expectedPenalties != 0 || due != 0;
    }

    /// @dev Its books are cash alone, whatever is still to come.
    function _booksAreFair() internal pure override returns (bool) {
        return false;
    }

    /// @dev If the low shortfall takes everything but the last token, an entrant shares that token.
    function _entryCost() internal view override returns (uint256) {
        return low > backstop.capital() ? _unit() : 0;
    }

    function _unit() private pure returns (uint256) {
        return 10 ** _decimals();
    }

    function _donate(uint256 amount) internal override {
        token.mint(address(this), amount);
        token.approve(address(backstop), amount);
        backstop.donate(amount);
    }

    function _draw(uint256 seed, uint256 i) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, i)));
    }

    // ------------------------------------------------------------------ of this vault alone

    function test_arrange_reachesTheStatesThatMatter() public {
        uint256[4] memory seen;
        uint256 checkpoint = vm.snapshotState();
        for (uint256 seed = 0; seed < 64; ++seed) {
            _arrange(seed);
            if (!_spreadAllowed()) ++seen[0];
            if (backstop.exitAssets() < backstop.totalAssets()) ++seen[1];
            if (backstop.entryAssets() > backstop.totalAssets()) ++seen[2];
            if (backstop.totalAssets() < backstop.totalSupply() / 1e6) ++seen[3];
            vm.revertToState(checkpoint);
            (now_, low, high, expectedPenalties, due) = (START, 0, 0, 0, 0);
        }
        for (uint256 i = 0; i < 4; ++i) assertGt(seen[i], 3, vm.toString(i));
    }

    /// @dev Without a mature request nothing leaves: not before its time, not after it, not once it
    /// is cancelled.
    function testFuzz_4626_nothingLeavesButByAMatureRequest(uint256 seed, uint256 time) public {
        _arrange(seed);
        assertEq(backstop.maxRedeem(holder), 0);
        uint256 shares = backstop.balanceOf(holder);
        vm.prank(holder);
        backstop.requestExit(shares);
        time = bound(time, 0, 10 days);
        vm.warp(START + time);
        bool mature = time >= backstop.EXIT_WAIT() && time <= backstop.EXIT_WAIT() + backstop.EXIT_WINDOW();
        assertEq(backstop.maxRedeem(holder) != 0, mature && backstop.previewRedeem(shares) != 0);
        if (!mature) {
            vm.expectRevert();
            vm.prank(holder);
            backstop.redeem(1, holder, holder);
        }
        vm.prank(holder);
        backstop.requestExit(0);
        assertEq(backstop.maxRedeem(holder), 0);
    }
}

/// @notice The same with a debt asset of eighteen decimals.
contract BackstopPool4626With18DecimalsTest is BackstopPool4626Test {
    function _decimals() internal pure override returns (uint8) {
        return 18;
    }
}

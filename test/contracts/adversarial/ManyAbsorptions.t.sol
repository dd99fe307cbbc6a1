// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBackstopPool} from "../../../contracts/interfaces/IBackstopPool.sol";
import {ILendingPool} from "../../../contracts/interfaces/ILendingPool.sol";
import {SystemRisk} from "../../../contracts/interfaces/IRiskConfig.sol";
import {VaultKey, toVaultKey} from "../../../contracts/types/VaultKey.sol";
import {AuctionFixture} from "../support/fixtures/AuctionFixture.sol";

/// @notice Mallory keeps 65 small vaults of her own stuck and flagged for an hour: one more than
/// the auction house values. She absorbs them right before another account's transaction and buys
/// them back right after. Only absorptions beyond the 64 largest may count as lost, and a caller
/// with a limit is not paid less.
contract ManyAbsorptionsTest is AuctionFixture {
    uint256 private constant VAULTS = 65;
    uint256 private constant DEBT = 1_000e6;
    uint256 private constant PENALTY = 50e6;

    address private mallory = makeAddr("mallory");
    address private victim = makeAddr("victim");

    function _systemRisk() internal view override returns (SystemRisk memory) {
        return SystemRisk(uint104(1e9 * _unit()), uint80(DEBT), 10_500, 8_700, 0);
    }

    function _vault(uint256 i) private view returns (VaultKey) {
        return toVaultKey(mallory, uint96(i));
    }

    function _prepare() private {
        _lend(lender, 500_000e6);
        _fund(mallory, WETH, VAULTS * 0.7e18);
        for (uint256 i = 0; i < VAULTS; ++i) {
            vm.startPrank(mallory);
            engine.deposit(_vault(i), WETH, 0.7e18);
            engine.borrow(_vault(i), DEBT, mallory);
            vm.stopPrank();
        }
    }

    function _flagAll() private {
        _setPrice(WETH, 1_540e8);
        for (uint256 i = 0; i < VAULTS; ++i) engine.flag(_vault(i));
        _pass(1 hours);
    }

    function _absorbAll() private {
        for (uint256 i = 0; i < VAULTS; ++i) engine.absorb(_vault(i), mallory);
    }

    /// @dev Bob owes 300,000, covered one and a thirteenth times, and is absorbed.
    function _absorbBob() private returns (uint256 id) {
        _deposit(bob, WETH, 210e18);
        _borrow(bob, 300_000e6);
        _setPrice(WETH, 1_540e8);
        engine.flag(_key(bob));
        _flagAll();
        return engine.absorb(_key(bob), keeper);
    }

    function test_exit_fromTheBackstopLosesAtMostWhatIsNotValued() public {
        _prepare();
        _stake(mallory, 50_000e6);
        uint256 shares = _stake(victim, 50_000e6);
        vm.prank(victim);
        backstop.requestExit(shares);
        _pass(3 days - 1 hours);
        _flagAll();
        uint256 fair = backstop.previewRedeem(backstop.maxRedeem(victim));
        _absorbAll();
        uint256 snapshot = vm.snapshotState();
        vm.prank(victim);
        // The victim has half of the shares: half of what one small absorption owes.
        assertGe(backstop.redeem(shares, victim, victim) + (DEBT + PENALTY) / 2 + 1e6, fair);
        vm.revertToState(snapshot);
        vm.prank(victim);
        vm.expectPartialRevert(IBackstopPool.BelowMinimum.selector);
        backstop.redeemMatured(victim, fair - 1);
        vm.prank(victim);
        (, uint256 left) = backstop.redeemMatured(victim, fair - DEBT);
        assertGt(left, fair - DEBT);
    }

    function test_exit_fromTheLendersPoolIsPaidInFullWhileCapitalCoversWhatIsNotValued() public {
        _prepare();
        _lend(victim, 300_000e6);
        _stake(carol, 50_000e6);
        _lend(mallory, 600_000e6);
        _absorbBob();
        uint256 shares = pool.balanceOf(victim);
        uint256 fair = pool.previewRedeem(shares);
        _absorbAll();
        vm.startPrank(victim);
        vm.expectRevert(abi.encodeWithSelector(ILendingPool.BelowMinimum.selector, fair, fair + 1));
        pool.redeemAtLeast(shares, victim, victim, fair + 1);
        assertEq(pool.redeemAtLeast(shares, victim, victim, fair), fair);
        vm.stopPrank();
    }

    /// @dev A real shortfall stays known to who enters.
    function test_entry_intoTheBackstopSeesALargeShortfallBehindManySmallOnes() public {
        _prepare();
        _stake(mallory, 100_000e6);
        _lend(lender, 500_000e6);
        _deposit(bob, WETH, 200e18);
        _borrow(bob, 300_000e6);
        _flagAll();
        // 200 ether are worth 260,000 now. Mallory's come first.
        _setPrice(WETH, 1_300e8);
        uint256 snapshot = vm.snapshotState();
        engine.absorb(_key(bob), keeper);
        uint256 fair = backstop.previewDeposit(100_000e6);
        vm.revertToState(snapshot);
        _absorbAll();
        engine.absorb(_key(bob), keeper);
        uint256 got = backstop.previewDeposit(100_000e6);
        assertGt(got, fair, "her own shortfalls count too");
        debtToken.mint(victim, 100_000e6);
        vm.startPrank(victim);
        debtToken.approve(address(backstop), MAX);
        vm.expectRevert(abi.encodeWithSelector(IBackstopPool.BelowMinimum.selector, got, got + 1));
        backstop.depositAtLeast(100_000e6, victim, got + 1);
        assertEq(backstop.depositAtLeast(100_000e6, victim, got), got);
        vm.stopPrank();
    }

    /// @dev The valued absorptions are sold first, and small ones stand at the end of the list.
    /// Then those of the next 64 with the largest tabs are valued, not the small ones.
    function test_list_valuesTheLargestThatAreLeft() public {
        _lend(lender, 1e9 * _unit());
        uint256[3] memory counts = [uint256(64), 20, 44];
        uint256[3] memory debts = [uint256(3_000e6), 2_000e6, 1_000e6];
        _setPrice(WETH, 2_000e8);
        uint256 count;
        for (uint256 k = 0; k < 3; ++k) {
            for (uint256 i = 0; i < counts[k]; ++i) {
                VaultKey vault = toVaultKey(alice, uint96(count++));
                _fund(alice, WETH, debts[k] * 1e9);
                vm.startPrank(alice);
                engine.deposit(vault, WETH, debts[k] * 1e9);
                engine.borrow(vault, debts[k], alice);
                vm.stopPrank();
            }
        }
        _setPrice(WETH, 1_010e8);
        for (uint256 i = 0; i < count; ++i) engine.absorb(toVaultKey(alice, uint96(i)), keeper);
        for (uint256 id = 1; id <= 64; ++id) {
            _take(id, WETH, MAX);
            uint256[] memory words = auctions.absorptions(0, MAX);
            uint256 least = MAX;
            uint256 all;
            for (uint256 at = 0; at < words.length; at += 9) {
                all += words[at];
                if (at < 9 * 64) least = words[at + 4] < least ? words[at + 4] : least;
                else assertLe(words[at + 4], least, "a larger one is not valued");
            }
            assertEq(all, (count * (count + 1) - id * (id + 1)) / 2, "an absorption is missing");
        }
        for (uint256 id = count; id > 64; --id) _take(id, WETH, MAX);
        assertEq(auctions.openCount(), 0);
    }

    /// @dev For any sizes in any order, the 64 absorptions with the largest tabs are valued, and
    /// the list keeps every absorption once.
    function test_list_valuesTheLargest() public {
        _lend(lender, 1e9 * _unit());
        // Not fuzzed: each is 66 absorptions.
        for (uint256 seed = 0; seed < 4; ++seed) {
            uint256 snapshot = vm.snapshotState();
            _assertLargestAreValued(seed);
            vm.revertToState(snapshot);
        }
    }

    function _assertLargestAreValued(uint256 seed) private {
        uint256 count = 66;
        uint256 all;
        for (uint256 i = 0; i < count; ++i) {
            uint256 debt = DEBT + (uint256(keccak256(abi.encode(seed, i))) % 20) * 100e6;
            _setPrice(WETH, 2_000e8);
            _fund(alice, WETH, debt * 1e9);
            vm.startPrank(alice);
            engine.deposit(toVaultKey(alice, uint96(i)), WETH, debt * 1e9);
            engine.borrow(toVaultKey(alice, uint96(i)), debt, alice);
            vm.stopPrank();
            _setPrice(WETH, 1_010e8);
            engine.absorb(toVaultKey(alice, uint96(i)), keeper);
            all += i + 1;
        }
        uint256[] memory words = auctions.absorptions(0, MAX);
        uint256 least = MAX;
        for (uint256 at = 0; at < words.length; at += 9) {
            all -= words[at];
            if (at < 9 * 64) least = words[at + 4] < least ? words[at + 4] : least;
            else assertLe(words[at + 4], least, "a larger one is not valued");
        }
        assertEq(all, 0, "an absorption is missing");
        (uint256 low, uint256 high) = auctions.shortfall();
        // Debt and penalty of the absorptions beyond the valued ones, and at most the tips of the
        // others, which the lots do not cover.
        uint256 beyond = ((words[9 * 64 + 3] + words[9 * 65 + 3]) * 10_500) / 10_000;
        assertGe(low + 2, beyond);
        assertLe(low, beyond + pool.poolState().auctionDebt / 100);
        assertEq(high, 0);
        // Each can still be closed.
        for (uint256 i = 1; i <= count; ++i) _take(i, WETH, MAX);
        assertEq(auctions.openCount(), 0);
    }
}

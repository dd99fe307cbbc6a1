// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAuctionHouse} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {IBackstopPool} from "../../../../contracts/interfaces/IBackstopPool.sol";
import {ILendingPool} from "../../../../contracts/interfaces/ILendingPool.sol";
import {IVaultEngine, LiquidationCall} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {AuctionFixture} from "../../support/fixtures/AuctionFixture.sol";
import {HostileBidder} from "../../support/fakes/HostileBidder.sol";

/// @notice A bidder that does whatever it likes between receiving and paying.
contract AuctionHostileTest is AuctionFixture {
    HostileBidder private hostile;
    uint256 private id;

    function setUp() public override {
        super.setUp();
        _lend(lender, 1e12);
        hostile = new HostileBidder();
        hostile.approve(debtToken, address(auctions));
        hostile.approve(debtToken, address(backstop));
        debtToken.mint(address(hostile), 1e12);
        _capital(100e6);
        hostile.act(address(backstop), abi.encodeCall(IERC4626.deposit, (1_000e6, address(hostile))));
        uint256 shares = backstop.balanceOf(address(hostile));
        hostile.act(address(backstop), abi.encodeCall(IBackstopPool.requestExit, (shares)));
        _lend(address(hostile), 1_000e6);
        _pass(3 days);
        id = _absorbedAt(alice, 1_500e6, 1_515e8);
    }

    function _house(bytes memory data) private {
        hostile.add(address(auctions), data);
    }

    function _run(uint256 amount) private {
        hostile.take(auctions, id, WETH, amount, tokens[WETH]);
    }

    function _assertAllRefused(uint256 count) private view {
        for (uint256 i = 0; i < count; ++i) {
            assertEq(
                hostile.refusals(i),
                ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector,
                vm.toString(i)
            );
        }
    }

    function test_reentry_everyFunctionAndViewOfTheHouseIsLocked() public {
        _house(abi.encodeCall(IAuctionHouse.take, (id, WETH, 1, MAX, address(hostile), "")));
        _house(abi.encodeCall(IAuctionHouse.checkpoint, (id, WETH)));
        _house(abi.encodeCall(IAuctionHouse.restart, (id, WETH)));
        _house(abi.encodeCall(IAuctionHouse.writeOff, (id)));
        _house(abi.encodeCall(IAuctionHouse.claim, (WETH, address(hostile))));
        _house(abi.encodeCall(IAuctionHouse.claimTip, (address(hostile))));
        _house(
            abi.encodeCall(
                IAuctionHouse.open,
                (_key(bob), 1, AssetSet.wrap(1), new uint256[](1), AssetSet.wrap(1), bob)
            )
        );
        _house(abi.encodeCall(IAuctionHouse.writeOffVault, (_key(bob), 1, AssetSet.wrap(1), new uint256[](1))));
        _house(abi.encodeCall(IAuctionHouse.quoteTake, (id, WETH, MAX)));
        _house(abi.encodeCall(IAuctionHouse.shortfall, ()));
        _house(abi.encodeCall(IAuctionHouse.expectedPenalties, ()));
        _house(abi.encodeCall(IAuctionHouse.openCount, ()));
        _house(abi.encodeCall(IAuctionHouse.absorptions, (0, 10)));
        _house(abi.encodeCall(IAuctionHouse.absorption, (id)));
        _house(abi.encodeCall(IAuctionHouse.lot, (id, WETH)));
        _run(0.2e18);
        _assertAllRefused(15);
        assertEq(hostile.balanceInCallback(), 0.2e18, "the collateral comes before the payment");
    }

    function test_reentry_nobodyEntersOrLeavesBackstopOrPoolMeanwhile() public {
        uint256 shares = backstop.maxRedeem(address(hostile));
        assertGt(shares, 0);
        address self = address(hostile);
        hostile.add(address(backstop), abi.encodeCall(IERC4626.previewDeposit, (1e6)));
        hostile.add(address(backstop), abi.encodeCall(IERC4626.previewRedeem, (1e6)));
        hostile.add(address(backstop), abi.encodeCall(IERC4626.deposit, (1e6, self)));
        hostile.add(address(backstop), abi.encodeCall(IERC4626.mint, (1e6, self)));
        hostile.add(address(backstop), abi.encodeCall(IERC4626.withdraw, (1, self, self)));
        hostile.add(address(backstop), abi.encodeCall(IERC4626.redeem, (1, self, self)));
        hostile.add(address(pool), abi.encodeCall(IERC4626.withdraw, (1, self, self)));
        hostile.add(address(pool), abi.encodeCall(IERC4626.redeem, (1, self, self)));
        _run(0.2e18);
        _assertAllRefused(2);
        // The pools say so in their limits, which never revert and never promise what is refused.
        assertEq(hostile.refusals(2), ERC4626.ERC4626ExceededMaxDeposit.selector);
        assertEq(hostile.refusals(3), ERC4626.ERC4626ExceededMaxMint.selector);
        for (uint256 i = 4; i < 8; i += 2) {
            assertEq(hostile.refusals(i), ERC4626.ERC4626ExceededMaxWithdraw.selector);
            assertEq(hostile.refusals(i + 1), ERC4626.ERC4626ExceededMaxRedeem.selector);
        }
    }

    function test_limits_areZeroMeanwhileAndNeverRevert() public {
        address self = address(hostile);
        address[2] memory pools = [address(backstop), address(pool)];
        for (uint256 i = 0; i < 2; ++i) {
            hostile.add(pools[i], abi.encodeCall(IERC4626.maxDeposit, (self)));
            hostile.add(pools[i], abi.encodeCall(IERC4626.maxMint, (self)));
            hostile.add(pools[i], abi.encodeCall(IERC4626.maxWithdraw, (self)));
            hostile.add(pools[i], abi.encodeCall(IERC4626.maxRedeem, (self)));
        }
        assertGt(backstop.maxRedeem(self), 0);
        _run(0.2e18);
        for (uint256 i = 0; i < 8; ++i) {
            assertEq(hostile.refusals(i), bytes4(0), "a limit reverted");
            // Who lends enters while a lot is taken: nothing of that depends on the house.
            if (i != 4 && i != 5) assertEq(hostile.answers(i), 0, "a limit promised too much");
        }
    }

    function test_reentry_theEngineNeitherAbsorbsNorGivesUpMeanwhile() public {
        _deposit(bob, GOLD, 5_000e6);
        _borrow(bob, 4_300e6);
        _setPrice(GOLD, 0.8e8);
        hostile.add(address(engine), abi.encodeCall(IVaultEngine.absorb, (_key(bob), address(hostile))));
        _run(0.2e18);
        _setPrice(GOLD, 1_000);
        LiquidationCall memory c = _call(_key(bob), GOLD);
        hostile.add(address(engine), abi.encodeCall(IVaultEngine.liquidate, (c)));
        _run(0.2e18);
        _assertAllRefused(3);
    }

    /// @dev What is open meanwhile changes nothing of what the take does.
    function test_reentry_whatIsOpenChangesNothing() public {
        debtToken.mint(address(hostile), 1e9);
        uint256 state = vm.snapshotState();
        _run(MAX);
        (uint256 lenders, uint256 capital) = (pool.totalAssets(), backstop.totalAssets());
        vm.revertToState(state);
        hostile.add(address(pool), abi.encodeCall(ILendingPool.addInterest, ()));
        hostile.add(address(pool), abi.encodeCall(ILendingPool.payBackstop, ()));
        hostile.add(address(backstop), abi.encodeCall(IBackstopPool.requestExit, (1)));
        hostile.add(address(engine), abi.encodeCall(IVaultEngine.setOperator, (bob, true)));
        _run(MAX);
        for (uint256 i = 0; i < 4; ++i) assertEq(hostile.refusals(i), bytes4(0));
        assertEq(pool.totalAssets(), lenders);
        assertEq(backstop.totalAssets(), capital);
    }

    /// @dev A bidder who does not pay gets nothing.
    function test_callback_withoutPaymentUndoesTheTake() public {
        hostile.add(address(debtToken), abi.encodeCall(IERC20.approve, (address(auctions), 0)));
        vm.expectRevert();
        _run(MAX);
        assertEq(tokens[WETH].balanceOf(address(hostile)), 0);
    }

    function test_engineAndHouse_onlyEngineOpensAndAbandons() public {
        bytes memory refusal = abi.encodeWithSelector(IAuctionHouse.OnlyEngine.selector, bob, engine);
        vm.startPrank(bob);
        vm.expectRevert(refusal);
        auctions.open(_key(bob), 1, AssetSet.wrap(1), new uint256[](1), AssetSet.wrap(1), bob);
        vm.expectRevert(refusal);
        auctions.writeOffVault(_key(bob), 1, AssetSet.wrap(1), new uint256[](1));
        vm.expectRevert();
        auctions.setTerms(_auctionTerms());
        vm.stopPrank();
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

import {IAuctionHouse} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {TripConfig} from "../../../../contracts/interfaces/ICircuitBreaker.sol";
import {PausableAction} from "../../../../contracts/types/PausableAction.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {ReentryWorld} from "../fixtures/ReentryWorld.sol";

/// @notice Every function of the contracts that hold tokens, once each.
/// `test/structure/reentryMatrix.test.ts` compares this file with their compiled interfaces: it
/// fails if a new function is missing here.
abstract contract ReentryCalls is ReentryWorld {
    function _listCalls() internal override {
        _listEngineCalls();
        _listEngineViews();
        _listPoolCalls();
        _listPoolViews();
        _listBreaker();
        _listAuctionCalls();
        _listAuctionViews();
        _listBackstopCalls();
        _listBackstopViews();
    }

    function _listEngineCalls() private {
        address t = address(engine);
        address me = address(intruder);
        bytes[] memory batch = new bytes[](1);
        batch[0] = abi.encodeWithSelector(engine.deposit.selector, own, WETH, 1e15);
        _list(t, Kind.Guarded, abi.encodeCall(engine.deposit, (own, WETH, 1e15)));
        _list(t, Kind.Guarded, abi.encodeCall(engine.withdraw, (own, WETH, 1e15, me)));
        _list(t, Kind.Guarded, abi.encodeCall(engine.borrow, (own, 10e6, me)));
        _list(t, Kind.Guarded, abi.encodeCall(engine.open, (own, WETH, 1e15, 10e6, me)));
        _list(t, Kind.Guarded, abi.encodeCall(engine.repay, (own, 5e6)));
        _list(t, Kind.Guarded, abi.encodeCall(engine.deleverage, (own, WETH, 1e15, 100e6, me, "x")));
        _list(t, Kind.Guarded, abi.encodeCall(engine.permit, (address(debtToken), 1, MAX, 27, 0, 0)));
        _list(t, Kind.Guarded, abi.encodeCall(engine.multicall, (batch)));
        _list(t, Kind.Guarded, abi.encodeCall(engine.liquidate, (_liquidation(alice, WETH, 10e6))));
        _list(t, Kind.Guarded, abi.encodeCall(engine.flag, (_key(alice))));
        _list(t, Kind.Guarded, abi.encodeCall(engine.absorb, (_key(alice), me)));
        _list(t, Kind.Open, abi.encodeCall(engine.setOperator, (liquidator, true)));
        _list(t, Kind.Privileged, abi.encodeCall(engine.release, (WETH, 1, me)));
        _list(t, Kind.Privileged, abi.encodeCall(engine.canRelease, (WETH)));
        _list(t, Kind.Privileged, abi.encodeCall(engine.setAuctionHouse, (IAuctionHouse(me))));
        _list(t, Kind.Privileged, abi.encodeCall(engine.setAuthority, (me)));
    }

    function _listEngineViews() private {
        address t = address(engine);
        _list(t, Kind.View, abi.encodeCall(engine.vaultState, (_key(alice))));
        _list(t, Kind.View, abi.encodeCall(engine.vaultState, (own)));
        _list(t, Kind.View, abi.encodeCall(engine.records, (keys)));
        _list(t, Kind.View, abi.encodeCall(engine.collateralOf, (_key(alice), WETH)));
        _list(t, Kind.View, abi.encodeCall(engine.collateralOf, (own, WETH)));
        _list(t, Kind.View, abi.encodeCall(engine.assetTotals, (WETH)));
        _list(t, Kind.View, abi.encodeCall(engine.requireOpen, (PausableAction.Borrow)));
        _list(t, Kind.View, abi.encodeCall(engine.isOperator, (address(intruder), liquidator)));
        _list(t, Kind.Constant, abi.encodeCall(engine.pool, ()));
        _list(t, Kind.Constant, abi.encodeCall(engine.riskConfig, ()));
        _list(t, Kind.Constant, abi.encodeCall(engine.oracle, ()));
        _list(t, Kind.Constant, abi.encodeCall(engine.breaker, ()));
        _list(t, Kind.Constant, abi.encodeCall(engine.volatility, ()));
        _list(t, Kind.Constant, abi.encodeCall(engine.auctionHouse, ()));
        _list(t, Kind.Constant, abi.encodeCall(engine.debtAsset, ()));
        _list(t, Kind.Constant, abi.encodeCall(engine.authority, ()));
        _list(t, Kind.Constant, abi.encodeCall(engine.isConsumingScheduledOp, ()));
    }

    function _listPoolCalls() private {
        address t = address(pool);
        address me = address(intruder);
        _list(t, Kind.Guarded, abi.encodeCall(pool.deposit, (1e6, me)));
        _list(t, Kind.Guarded, abi.encodeCall(pool.mint, (1e12, me)));
        _list(t, Kind.Guarded, abi.encodeCall(pool.withdraw, (1e6, me, me)));
        _list(t, Kind.Guarded, abi.encodeCall(pool.redeem, (1e12, me, me)));
        _list(t, Kind.Guarded, abi.encodeCall(pool.redeemAtLeast, (1e12, me, me, 0)));
        _list(t, Kind.Guarded, abi.encodeCall(pool.donate, (1e6)));
        _list(t, Kind.Guarded, abi.encodeCall(pool.payBackstop, ()));
        _list(t, Kind.Guarded, _flashLoan(1e6));
        _list(t, Kind.Open, abi.encodeCall(pool.addInterest, ()));
        _list(t, Kind.Open, abi.encodeCall(pool.approve, (lender, 5)));
        _list(t, Kind.Open, abi.encodeCall(pool.transfer, (lender, 7)));
        _list(t, Kind.Open, abi.encodeCall(pool.transferFrom, (lender, me, 1e6)));
        (uint8 v, bytes32 r, bytes32 s) = _signed(pool.DOMAIN_SEPARATOR());
        _list(t, Kind.Open, abi.encodeCall(pool.permit, (signer, bob, 9, MAX, v, r, s)));
        _list(t, Kind.Privileged, abi.encodeCall(pool.disburse, (1, me)));
        _list(t, Kind.Privileged, abi.encodeCall(pool.reduceDebt, (0, 1)));
        _list(t, Kind.Privileged, abi.encodeCall(pool.toAuction, (1)));
        _list(t, Kind.Privileged, abi.encodeCall(pool.bookSale, (0, 0)));
        _list(t, Kind.Privileged, abi.encodeCall(pool.setAuctionHouse, (IAuctionHouse(me))));
        _list(t, Kind.Privileged, abi.encodeCall(pool.setTerms, (_terms(0))));
        _list(t, Kind.Privileged, abi.encodeCall(pool.setAuthority, (me)));
    }

    function _listPoolViews() private {
        address t = address(pool);
        address me = address(intruder);
        _list(t, Kind.View, abi.encodeCall(pool.totalAssets, ()));
        _list(t, Kind.View, abi.encodeCall(pool.exitAssets, ()));
        _list(t, Kind.View, abi.encodeCall(pool.totalSupply, ()));
        _list(t, Kind.View, abi.encodeCall(pool.balanceOf, (me)));
        _list(t, Kind.View, abi.encodeCall(pool.convertToAssets, (1e15)));
        _list(t, Kind.View, abi.encodeCall(pool.convertToShares, (1e9)));
        _list(t, Kind.View, abi.encodeCall(pool.previewDeposit, (1e9)));
        _list(t, Kind.View, abi.encodeCall(pool.previewMint, (1e15)));
        _list(t, Kind.View, abi.encodeCall(pool.previewRedeem, (1e15)));
        _list(t, Kind.View, abi.encodeCall(pool.previewWithdraw, (1e9)));
        _list(t, Kind.View, abi.encodeCall(pool.maxDeposit, (me)));
        _list(t, Kind.View, abi.encodeCall(pool.maxMint, (me)));
        _list(t, Kind.View, abi.encodeCall(pool.maxWithdraw, (lender)));
        _list(t, Kind.View, abi.encodeCall(pool.maxRedeem, (lender)));
        _list(t, Kind.View, abi.encodeCall(pool.maxFlashLoan, (address(debtToken))));
        _list(t, Kind.Constant, abi.encodeCall(pool.flashFee, (address(debtToken), 1e6)));
        _list(t, Kind.View, abi.encodeCall(pool.poolState, ()));
        _list(t, Kind.View, abi.encodeCall(pool.claims, ()));
        _list(t, Kind.View, abi.encodeCall(pool.totalDebt, ()));
        _list(t, Kind.View, abi.encodeCall(pool.currentIndex, ()));
        _list(t, Kind.View, abi.encodeCall(pool.ratePerSecond, ()));
        _list(t, Kind.Constant, abi.encodeCall(pool.terms, ()));
        _list(t, Kind.Constant, abi.encodeCall(pool.engine, ()));
        _list(t, Kind.Constant, abi.encodeCall(pool.asset, ()));
        _list(t, Kind.View, abi.encodeCall(pool.allowance, (lender, me)));
        _list(t, Kind.View, abi.encodeCall(pool.nonces, (signer)));
        _list(t, Kind.Constant, abi.encodeCall(pool.name, ()));
        _list(t, Kind.Constant, abi.encodeCall(pool.symbol, ()));
        _list(t, Kind.Constant, abi.encodeCall(pool.decimals, ()));
        _list(t, Kind.Constant, abi.encodeCall(pool.DOMAIN_SEPARATOR, ()));
        _list(t, Kind.Constant, abi.encodeCall(pool.eip712Domain, ()));
        _list(t, Kind.Constant, abi.encodeCall(pool.authority, ()));
        _list(t, Kind.Constant, abi.encodeCall(pool.isConsumingScheduledOp, ()));
    }

    function _listBreaker() private {
        address t = address(breaker);
        _list(t, Kind.Open, abi.encodeCall(breaker.poke, (WETH)));
        _list(t, Kind.Open, abi.encodeCall(breaker.refresh, ()));
        _list(t, Kind.Privileged, abi.encodeCall(breaker.pause, (PausableAction.Borrow, 60)));
        _list(t, Kind.Privileged, abi.encodeCall(breaker.unpause, (PausableAction.Borrow)));
        _list(t, Kind.Privileged, abi.encodeCall(breaker.setTripConfig, (WETH, TripConfig(1, 3_600, 0, 60))));
        _list(t, Kind.Privileged, abi.encodeCall(breaker.setAuthority, (address(intruder))));
        _list(t, Kind.View, abi.encodeCall(breaker.requireOpen, (PausableAction.Borrow, 0, 0)));
        _list(t, Kind.View, abi.encodeCall(breaker.pausedUntil, (PausableAction.Borrow)));
        _list(t, Kind.View, abi.encodeCall(breaker.graceUntil, ()));
        _list(t, Kind.View, abi.encodeCall(breaker.pausedSeconds, (PausableAction.Borrow)));
        _list(t, Kind.View, abi.encodeCall(breaker.pausedBetween, (PausableAction.Borrow, 0, 1)));
        _list(t, Kind.View, abi.encodeCall(breaker.requireCalm, (AssetSet.wrap(2), new uint256[](1))));
        _list(t, Kind.View, abi.encodeCall(breaker.tripConfigOf, (WETH)));
        _list(t, Kind.View, abi.encodeCall(breaker.rangeOf, (WETH)));
        _list(t, Kind.Constant, abi.encodeCall(breaker.riskConfig, ()));
        _list(t, Kind.Constant, abi.encodeCall(breaker.oracle, ()));
        _list(t, Kind.Constant, abi.encodeCall(breaker.authority, ()));
        _list(t, Kind.Constant, abi.encodeCall(breaker.isConsumingScheduledOp, ()));
    }

    function _listAuctionCalls() private {
        address t = address(auctions);
        address me = address(intruder);
        uint256[] memory none = new uint256[](0);
        AssetSet empty = AssetSet.wrap(0);
        _list(t, Kind.Guarded, abi.encodeCall(auctions.take, (SELLING, WETH, 1e17, MAX, me, "x")));
        _list(t, Kind.Guarded, abi.encodeCall(auctions.checkpoint, (SELLING, WETH)));
        _list(t, Kind.Guarded, abi.encodeCall(auctions.restart, (EXPIRED, WETH)));
        _list(t, Kind.Guarded, abi.encodeCall(auctions.writeOff, (HOPELESS)));
        _list(t, Kind.Guarded, abi.encodeCall(auctions.claim, (WETH, me)));
        _list(t, Kind.Guarded, abi.encodeCall(auctions.claimTip, (me)));
        _list(t, Kind.Privileged, abi.encodeCall(auctions.open, (own, 1, empty, none, empty, me)));
        _list(t, Kind.Privileged, abi.encodeCall(auctions.writeOffVault, (own, 1, empty, none)));
        _list(t, Kind.Privileged, abi.encodeCall(auctions.setTerms, (_auctionTerms())));
        _list(t, Kind.Privileged, abi.encodeCall(auctions.setAuthority, (me)));
    }

    function _listAuctionViews() private {
        address t = address(auctions);
        address me = address(intruder);
        _list(t, Kind.View, abi.encodeCall(auctions.quoteTake, (SELLING, WETH, 1e17)));
        _list(t, Kind.View, abi.encodeCall(auctions.shortfall, ()));
        _list(t, Kind.View, abi.encodeCall(auctions.expectedPenalties, ()));
        _list(t, Kind.View, abi.encodeCall(auctions.openCount, ()));
        _list(t, Kind.View, abi.encodeCall(auctions.absorptions, (0, 10)));
        _list(t, Kind.View, abi.encodeCall(auctions.absorption, (SELLING)));
        _list(t, Kind.View, abi.encodeCall(auctions.lot, (SELLING, WETH)));
        _list(t, Kind.View, abi.encodeCall(auctions.claims, (me, WETH)));
        _list(t, Kind.View, abi.encodeCall(auctions.tips, (me)));
        _list(t, Kind.Constant, abi.encodeCall(auctions.terms, ()));
        _list(t, Kind.Constant, abi.encodeCall(auctions.backstop, ()));
        _list(t, Kind.Constant, abi.encodeCall(auctions.engine, ()));
        _list(t, Kind.Constant, abi.encodeCall(auctions.MAX_VALUED, ()));
        _list(t, Kind.Constant, abi.encodeCall(auctions.isLocked, ()));
        _list(t, Kind.Constant, abi.encodeCall(auctions.authority, ()));
        _list(t, Kind.Constant, abi.encodeCall(auctions.isConsumingScheduledOp, ()));
    }

    function _listBackstopCalls() private {
        address t = address(backstop);
        address me = address(intruder);
        _list(t, Kind.Guarded, abi.encodeCall(backstop.deposit, (1e6, me)));
        _list(t, Kind.Guarded, abi.encodeCall(backstop.mint, (1e12, me)));
        _list(t, Kind.Guarded, abi.encodeCall(backstop.withdraw, (1e6, me, me)));
        _list(t, Kind.Guarded, abi.encodeCall(backstop.redeem, (1e12, me, me)));
        _list(t, Kind.Guarded, abi.encodeCall(backstop.redeemMatured, (me, 0)));
        _list(t, Kind.Guarded, abi.encodeCall(backstop.depositAtLeast, (1e6, me, 0)));
        _list(t, Kind.Guarded, abi.encodeCall(backstop.donate, (1e6)));
        _list(t, Kind.Guarded, abi.encodeCall(backstop.requestExit, (1e12)));
        _list(t, Kind.Open, abi.encodeCall(backstop.approve, (lender, 5)));
        _list(t, Kind.Open, abi.encodeCall(backstop.transfer, (lender, 7e6)));
        _list(t, Kind.Open, abi.encodeCall(backstop.transferFrom, (carol, me, 1e6)));
        (uint8 v, bytes32 r, bytes32 s) = _signed(backstop.DOMAIN_SEPARATOR());
        _list(t, Kind.Open, abi.encodeCall(backstop.permit, (signer, bob, 9, MAX, v, r, s)));
        _list(t, Kind.Privileged, abi.encodeCall(backstop.cover, (1)));
        _list(t, Kind.Privileged, abi.encodeCall(backstop.payTip, (1)));
        _list(t, Kind.Privileged, abi.encodeCall(backstop.bookPenalty, (1)));
    }

    function _listBackstopViews() private {
        address t = address(backstop);
        address me = address(intruder);
        _list(t, Kind.View, abi.encodeCall(backstop.totalAssets, ()));
        _list(t, Kind.View, abi.encodeCall(backstop.entryAssets, ()));
        _list(t, Kind.View, abi.encodeCall(backstop.exitAssets, ()));
        _list(t, Kind.View, abi.encodeCall(backstop.capital, ()));
        _list(t, Kind.View, abi.encodeCall(backstop.totalSupply, ()));
        _list(t, Kind.View, abi.encodeCall(backstop.balanceOf, (me)));
        _list(t, Kind.View, abi.encodeCall(backstop.convertToAssets, (1e15)));
        _list(t, Kind.View, abi.encodeCall(backstop.convertToShares, (1e9)));
        _list(t, Kind.View, abi.encodeCall(backstop.previewDeposit, (1e9)));
        _list(t, Kind.View, abi.encodeCall(backstop.previewMint, (1e15)));
        _list(t, Kind.View, abi.encodeCall(backstop.previewRedeem, (1e15)));
        _list(t, Kind.View, abi.encodeCall(backstop.previewWithdraw, (1e9)));
        _list(t, Kind.View, abi.encodeCall(backstop.maxDeposit, (me)));
        _list(t, Kind.View, abi.encodeCall(backstop.maxMint, (me)));
        _list(t, Kind.View, abi.encodeCall(backstop.maxWithdraw, (me)));
        _list(t, Kind.View, abi.encodeCall(backstop.maxRedeem, (me)));
        _list(t, Kind.View, abi.encodeCall(backstop.exitOf, (me)));
        _list(t, Kind.View, abi.encodeCall(backstop.allowance, (carol, me)));
        _list(t, Kind.View, abi.encodeCall(backstop.nonces, (signer)));
        _list(t, Kind.Constant, abi.encodeCall(backstop.asset, ()));
        _list(t, Kind.Constant, abi.encodeCall(backstop.auctionHouse, ()));
        _list(t, Kind.Constant, abi.encodeCall(backstop.decimals, ()));
        _list(t, Kind.Constant, abi.encodeCall(backstop.eip712Domain, ()));
        _list(t, Kind.Constant, abi.encodeCall(backstop.lendingPool, ()));
        _list(t, Kind.Constant, abi.encodeCall(backstop.name, ()));
        _list(t, Kind.Constant, abi.encodeCall(backstop.symbol, ()));
        _list(t, Kind.Constant, abi.encodeCall(backstop.DOMAIN_SEPARATOR, ()));
        _list(t, Kind.Constant, abi.encodeCall(backstop.EXIT_WAIT, ()));
        _list(t, Kind.Constant, abi.encodeCall(backstop.EXIT_WINDOW, ()));
    }

    function _flashLoan(uint256 amount) internal view returns (bytes memory) {
        return
            abi.encodeCall(pool.flashLoan, (IERC3156FlashBorrower(address(intruder)), address(debtToken), amount, ""));
    }

    /// @dev The signer's signature of a permit for bob, which anyone may hand in.
    function _signed(bytes32 domain) private view returns (uint8 v, bytes32 r, bytes32 s) {
        bytes32 typeHash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 inner = keccak256(abi.encode(typeHash, signer, bob, 9, 0, MAX));
        return vm.sign(signerKey, keccak256(abi.encodePacked("\x19\x01", domain, inner)));
    }
}

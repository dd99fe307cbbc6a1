// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTerms} from "../../../contracts/interfaces/IAuctionHouse.sol";
import {PoolTerms} from "../../../contracts/interfaces/ILendingPool.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {AuctionFixture} from "../support/fixtures/AuctionFixture.sol";
import {OddToken} from "../support/fakes/OddToken.sol";
import {SystemFixture} from "../support/fixtures/SystemFixture.sol";
import {TokenZooBase} from "../support/fixtures/TokenZooBase.sol";

/// @notice Every entry of auction house and backstop.
abstract contract AuctionZoo is TokenZooBase, AuctionFixture {
    function setUp() public override {
        super.setUp();
        odd = OddToken(_isDebt() ? address(debtToken) : address(tokens[WETH]));
        PoolTerms memory t = _terms(1_000);
        t.backstopFactor = 500;
        pool.setTerms(t);
        _lend(lender, 1e12);
        uint256 shares = _stake(liquidator, 1e9);
        vm.prank(liquidator);
        backstop.requestExit(shares / 2);
        address dave = makeAddr("dave");
        _owe(liquidator, WETH, 1e18, 1_500e6);
        _owe(alice, WETH, 1e18, 1_500e6);
        _owe(bob, WETH, 1e18, 1_500e6);
        _owe(dave, GOLD, 200e6, 150e6);
        _setPrice(WETH, 1_515e8);
        // Sold at 1.05 times the price: something is left for its owner, and the tip is earned.
        _take(engine.absorb(_key(liquidator), liquidator), WETH, MAX);
        uint256 expired = engine.absorb(_key(bob), liquidator);
        _pass(3 days);
        _setPrice(WETH, 1_500e8);
        _setPrice(GOLD, 0.01e8);
        uint256 hopeless = engine.absorb(_key(dave), liquidator);
        uint256 running = engine.absorb(_key(alice), liquidator);
        _fundDebt(liquidator, 1e12);
        vm.startPrank(liquidator);
        debtToken.approve(address(auctions), MAX);
        debtToken.approve(address(backstop), MAX);
        vm.stopPrank();
        _listEntries(running, expired, hopeless);
    }

    function _owe(address owner, uint8 asset, uint256 amount, uint256 debt) private {
        _deposit(owner, asset, amount);
        _borrow(owner, debt);
    }

    function _auctionTerms() internal view override returns (AuctionTerms memory t) {
        t = super._auctionTerms();
        (t.tail, t.maxGap) = (1_800, 1_800);
    }

    function _deployHouse() internal override(SystemFixture, AuctionFixture) returns (address) {
        return AuctionFixture._deployHouse();
    }

    function _newToken(
        string memory name,
        uint8 decimals
    ) internal override(TokenZooBase, SystemFixture) returns (TestToken) {
        return TokenZooBase._newToken(name, decimals);
    }

    function _listEntries(uint256 running, uint256 expired, uint256 hopeless) private {
        address h = address(auctions);
        _entry("take a part", h, abi.encodeCall(auctions.take, (running, WETH, 1e17, MAX, receiver, "")));
        _entry("take all", h, abi.encodeCall(auctions.take, (running, WETH, MAX, MAX, receiver, "")));
        _entry("checkpoint", h, abi.encodeCall(auctions.checkpoint, (running, WETH)));
        _entry("restart", h, abi.encodeCall(auctions.restart, (expired, WETH)));
        _entry("give up", h, abi.encodeCall(auctions.writeOff, (hopeless)));
        _entry("claim", h, abi.encodeCall(auctions.claim, (WETH, receiver)));
        _entry("claim tip", h, abi.encodeCall(auctions.claimTip, (receiver)));
        address b = address(backstop);
        _entry("stake", b, abi.encodeCall(backstop.deposit, (5e6, liquidator)));
        _entry("stake at least", b, abi.encodeCall(backstop.depositAtLeast, (5e6, liquidator, 0)));
        _entry("mint", b, abi.encodeCall(backstop.mint, (5e12, liquidator)));
        _entry("request", b, abi.encodeCall(backstop.requestExit, (1e12)));
        _entry("withdraw", b, abi.encodeCall(backstop.withdraw, (5e6, receiver, liquidator)));
        _entry("redeem", b, abi.encodeCall(backstop.redeem, (5e12, receiver, liquidator)));
        _entry("leave", b, abi.encodeCall(backstop.redeemMatured, (receiver, 0)));
        _entry("donate", b, abi.encodeCall(backstop.donate, (5e6)));
        _entry("pay backstop", address(pool), abi.encodeCall(pool.payBackstop, ()));
    }

    function _holder() internal view override returns (address) {
        return _isDebt() ? address(backstop) : address(engine);
    }

    /// @dev A checkpoint moves nothing that can be seen in the same second.
    function _isSilent(uint256 i) internal pure override returns (bool) {
        return i == 2;
    }

    function _books() internal view override returns (bytes32 digest) {
        digest = keccak256(abi.encode(auctions.absorptions(0, MAX), auctions.expectedPenalties(), pool.poolState()));
        digest = keccak256(abi.encode(digest, auctions.claims(liquidator, WETH), auctions.tips(liquidator)));
        (uint256 shares, uint256 value, uint256 from, ) = backstop.exitOf(liquidator);
        digest = keccak256(abi.encode(digest, backstop.totalAssets(), backstop.totalSupply(), shares, value, from));
        for (uint8 asset = 0; asset < 3; ++asset) {
            (uint256 deposited, uint256 auctioned) = engine.assetTotals(asset);
            digest = keccak256(abi.encode(digest, deposited, auctioned, auctions.lot(0, asset)));
        }
    }

    function _accounts() internal view override returns (address[6] memory) {
        return [address(engine), address(pool), address(auctions), address(backstop), liquidator, receiver];
    }
}

/// @notice The odd token is the collateral for sale. An amount that it refuses to transfer stays
/// for sale, or claimable.
contract OddLotTest is AuctionZoo {
    function _isDebt() internal pure override returns (bool) {
        return false;
    }

    /// @dev Columns: take a part, take all, checkpoint, restart, write off, claim, claim tip;
    /// stake, stake at least, mint, request, withdraw, redeem, leave, donate; pay backstop. Rows:
    /// `Habit`.
    function _table() internal pure override returns (string[12] memory) {
        return
            [
                "~~===~==========",
                "~~~~=~==========",
                "SS===S==========",
                "================",
                "SS===S==========",
                "================",
                "RR===R==========",
                "RR===R==========",
                "================",
                "RR===R==========",
                "~~~~~~~~~~~~~~~~",
                "~~~~~~~~~~~~~~~~"
            ];
    }
}

/// @notice The odd token is the debt asset: what moves none of it works.
contract OddMoneyTest is AuctionZoo {
    function _isDebt() internal pure override returns (bool) {
        return true;
    }

    /// @dev Columns and rows as above.
    function _table() internal pure override returns (string[12] memory) {
        return
            [
                "II==~=~III=~~~II",
                "II==~=~III=~~~II",
                "SS==S=SSSS=SSSSS",
                "================",
                "SS==S=SSSS=SSSSS",
                "================",
                "RR==R=RRRR=RRRRR",
                "RR==R=RRRR=RRRRR",
                "RR=====RRR====R=",
                "======R====RRR==",
                "~~~~~~~~~~~~~~~~",
                "~~~~~~~~~~~~~~~~"
            ];
    }
}

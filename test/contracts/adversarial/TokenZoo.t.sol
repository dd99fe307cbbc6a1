// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";

import {LiquidationCall} from "../../../contracts/interfaces/IVaultEngine.sol";
import {VaultKey, toVaultKey} from "../../../contracts/types/VaultKey.sol";
import {OddToken} from "../support/fakes/OddToken.sol";
import {TokenZooBase} from "../support/fixtures/TokenZooBase.sol";

/// @notice Every entry of engine and pool.
abstract contract TokenZoo is TokenZooBase {
    function setUp() public override {
        super.setUp();
        odd = OddToken(_isDebt() ? address(debtToken) : address(tokens[WETH]));
        _lend(lender, 1e12);
        _open(alice, WETH, 1e18, 1_500e6);
        _open(bob, GOLD, 200e6, 150e6);
        _open(liquidator, WETH, 10e18, 1_000e6);
        _fundDebt(liquidator, 1e12);
        debtToken.mint(address(this), 1e12);
        vm.startPrank(liquidator);
        debtToken.approve(address(pool), MAX);
        pool.deposit(1e9, liquidator);
        for (uint256 i = 0; i < tokens.length; ++i) tokens[i].approve(address(engine), MAX);
        vm.stopPrank();
        for (uint256 i = 0; i < tokens.length; ++i) tokens[i].mint(liquidator, 100e18);
        _pass(10 days);
        pool.addInterest();
        _setPrice(WETH, 1_520e8);
        _setPrice(GOLD, 0.01e8);
        _listEntries();
    }

    function _open(address owner, uint8 asset, uint256 amount, uint256 debt) private {
        _deposit(owner, asset, amount);
        _borrow(owner, debt);
    }

    function _listEntries() private {
        VaultKey own = _key(liquidator);
        address e = address(engine);
        bytes[] memory batch = new bytes[](2);
        batch[0] = abi.encodeCall(engine.deposit, (own, WETH, 1e18));
        batch[1] = abi.encodeCall(engine.borrow, (own, 300e6, receiver));
        _entry("deposit", e, abi.encodeCall(engine.deposit, (own, WETH, 1e18)));
        _entry("withdraw", e, abi.encodeCall(engine.withdraw, (own, WETH, 1e17, receiver)));
        _entry("deposit another", e, abi.encodeCall(engine.deposit, (own, WBTC, 1e8)));
        _entry("borrow", e, abi.encodeCall(engine.borrow, (own, 200e6, receiver)));
        _entry("repay", e, abi.encodeCall(engine.repay, (own, 100e6)));
        _entry("repay all", e, abi.encodeCall(engine.repay, (_key(alice), MAX)));
        _entry("deleverage", e, abi.encodeCall(engine.deleverage, (own, WETH, 1e17, 200e6, receiver, "")));
        _entry("liquidate", e, abi.encodeCall(engine.liquidate, (_liquidation(alice, WETH))));
        _entry("write off", e, abi.encodeCall(engine.liquidate, (_liquidation(bob, GOLD))));
        _entry("absorb", e, abi.encodeCall(engine.absorb, (_key(alice), liquidator)));
        _entry("flag", e, abi.encodeCall(engine.flag, (_key(alice))));
        _entry("permit", e, abi.encodeCall(engine.permit, (address(odd), 1, MAX, 27, 0, 0)));
        _entry("multicall", e, abi.encodeCall(engine.multicall, (batch)));
        VaultKey fresh = toVaultKey(liquidator, 1);
        _entry("open", e, abi.encodeCall(engine.open, (fresh, WETH, 1e18, 300e6, receiver)));
        address p = address(pool);
        _entry("lend", p, abi.encodeCall(pool.deposit, (5e6, liquidator)));
        _entry("mint", p, abi.encodeCall(pool.mint, (5e12, liquidator)));
        _entry("unlend", p, abi.encodeCall(pool.withdraw, (5e6, receiver, liquidator)));
        _entry("redeem", p, abi.encodeCall(pool.redeem, (5e12, receiver, liquidator)));
        _entry("redeem at least", p, abi.encodeCall(pool.redeemAtLeast, (5e12, receiver, liquidator, 0)));
        _entry("donate", p, abi.encodeCall(pool.donate, (5e6)));
        bytes memory loan = abi.encodeCall(
            pool.flashLoan,
            (IERC3156FlashBorrower(address(this)), address(debtToken), 1e9, "")
        );
        _entry("flashLoan", p, loan);
        _entry("addInterest", p, abi.encodeCall(pool.addInterest, ()));
    }

    function onFlashLoan(address, address, uint256 amount, uint256, bytes calldata) external returns (bytes32) {
        debtToken.approve(address(pool), amount);
        return keccak256("ERC3156FlashBorrower.onFlashLoan");
    }

    function _liquidation(address owner, uint8 asset) private view returns (LiquidationCall memory) {
        return LiquidationCall(_key(owner), asset, MAX, MAX, 0, MAX, receiver, "");
    }

    function _holder() internal view override returns (address) {
        return _isDebt() ? address(pool) : address(engine);
    }

    function _isSilent(uint256 i) internal pure override returns (bool) {
        return i == 11 || i >= 20;
    }

    /// @dev Everything that engine and pool remember.
    function _books() internal view override returns (bytes32 digest) {
        VaultKey[] memory keys = new VaultKey[](4);
        (keys[0], keys[1], keys[2]) = (_key(alice), _key(bob), _key(liquidator));
        keys[3] = toVaultKey(liquidator, 1);
        digest = keccak256(abi.encode(engine.records(keys), pool.poolState(), pool.totalSupply()));
        digest = keccak256(abi.encode(digest, pool.balanceOf(lender), pool.balanceOf(liquidator)));
        for (uint8 asset = 0; asset < 3; ++asset) {
            (uint256 deposited, uint256 auctioned) = engine.assetTotals(asset);
            digest = keccak256(abi.encode(digest, deposited, auctioned));
        }
    }

    function _accounts() internal view override returns (address[6] memory) {
        return [address(engine), address(pool), alice, bob, liquidator, receiver];
    }
}

/// @notice The odd token is collateral 0. Actions that do not move it work: debts are repaid, and
/// other collateral is deposited.
contract OddCollateralTest is TokenZoo {
    function _isDebt() internal pure override returns (bool) {
        return false;
    }

    /// @dev Columns: deposit, withdraw, deposit another, borrow, repay, repay all, deleverage,
    /// liquidate, write off, absorb, flag, permit, multicall, open; lend, mint, unlend, redeem,
    /// redeem at least, donate, flash loan, addInterest. Rows: `Habit`.
    function _table() internal pure override returns (string[12] memory) {
        return
            [
                "I~====~~====II========",
                "I~====~~=~==II========",
                "SS====SS====SS========",
                "======================",
                "SS====SS====SS========",
                "======================",
                "RR====RR====RR========",
                "RR====RR====RR========",
                "R===========RR========",
                "=R====RR==============",
                "~~~~~~~~~~~~~~~~~~~~~~",
                "~~~~~~~~~~~~~~~~~~~~~~"
            ];
    }
}

/// @notice The odd token is the debt asset. Collateral is still deposited and withdrawn, and flags
/// and absorptions need no transfer.
contract OddDebtAssetTest is TokenZoo {
    function _isDebt() internal pure override returns (bool) {
        return true;
    }

    /// @dev Columns and rows as above.
    function _table() internal pure override returns (string[12] memory) {
        return
            [
                "===~IIIII===~~II~~~II=",
                "===~IIIII===~~II~~~II=",
                "===SSSSSS===SSSSSSSSS=",
                "======================",
                "===SSSSSS===SSSSSSSSS=",
                "======================",
                "===RRRRRR===RRRRRRRRR=",
                "===RRRRRR===RRRRRRRRR=",
                "====RRRRR=====RR===R==",
                "===R========RR==RRR===",
                "~~~~~~~~~~~~~~~~~~~~~~",
                "~~~~~~~~~~~~~~~~~~~~~~"
            ];
    }
}

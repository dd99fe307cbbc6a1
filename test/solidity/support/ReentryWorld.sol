// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Watch} from "../../../contracts/interfaces/ICircuitBreaker.sol";
import {PoolTerms} from "../../../contracts/interfaces/ILendingPool.sol";
import {LiquidationCall} from "../../../contracts/interfaces/IVaultEngine.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {Action} from "../../../contracts/types/Action.sol";
import {VaultKey, toVaultKey} from "../../../contracts/types/VaultKey.sol";
import {AuctionFixture} from "./AuctionFixture.sol";
import {HookToken} from "./HookToken.sol";
import {Intruder} from "./Intruder.sol";

/// @notice A system all of whose tokens call the intruder, in a state in which every function has something to do: the intruder
/// owns a vault with debt, shares, a claim and tips, alice can be liquidated and absorbed, bob is hopeless, and there are a lot that
/// sells, one that has expired, one that is hopeless and a remnant.
abstract contract ReentryWorld is AuctionFixture {
    /// @notice A function with arguments that work, as the intruder calls it.
    struct Call {
        address target;
        bytes data;
        Kind kind;
    }

    enum Kind {
        /// Changes nothing and shows what is.
        View,
        /// A view of what never changes.
        Constant,
        /// Changes something, behind its contract's lock.
        Guarded,
        /// Changes something, without a lock.
        Open,
        /// Not for the intruder, at any time.
        Privileged
    }

    /// @dev Ids of absorptions.
    uint256 internal constant EXPIRED = 2;
    uint256 internal constant SELLING = 3;
    uint256 internal constant HOPELESS = 4;

    Intruder internal intruder;
    Call[] internal calls;
    VaultKey internal own;
    VaultKey[] internal keys;
    address[] internal parties;
    address internal signer;
    uint256 internal signerKey;

    function setUp() public virtual override {
        super.setUp();
        intruder = new Intruder();
        own = _key(address(intruder));
        (signer, signerKey) = makeAddrAndKey("signer");
        _populate();
        for (uint256 i = 0; i < tokens.length; ++i) HookToken(address(tokens[i])).setHook(intruder);
        HookToken(address(debtToken)).setHook(intruder);
        keys = [own, _key(alice), _key(bob)];
        parties = [address(engine), address(pool), address(auctions), address(backstop)];
        parties.push(address(intruder));
        parties.push(alice);
        parties.push(lender);
        parties.push(carol);
        _listCalls();
    }

    /// @dev Adds every function of every contract, each once, to `calls`.
    function _listCalls() internal virtual;

    function _newToken(string memory name, uint8 decimals) internal override returns (TestToken) {
        return new HookToken(name, name, decimals);
    }

    function _populate() private {
        PoolTerms memory t = _terms(1_000);
        t.backstopFactor = 500;
        pool.setTerms(t);
        _lend(lender, 1e12);
        _capital(1e9);
        vm.prank(lender);
        pool.approve(address(intruder), 1e6);
        vm.prank(carol);
        backstop.approve(address(intruder), 1e6);
        _equip();
        _pass(3 days);
        _auction();
        _indebt(makeAddr("seller"), WETH, 1e18, 1_499e6);
        _indebt(alice, WETH, 1e18, 1_499e6);
        _indebt(bob, GOLD, 200e6, 150e6);
        _indebt(makeAddr("hopeless"), GOLD, 300e6, 200e6);
        _indebt(makeAddr("remnant"), GOLD, 300e6, 200e6);
        breaker.setWatch(WETH, Watch(9_999, 1 hours, 0, 30 minutes));
        breaker.poke(WETH);
        _setPrice(WETH, 1_520e8);
        _setPrice(GOLD, 0.01e8);
        assertEq(_absorb(makeAddr("seller")), SELLING);
        assertEq(_absorb(makeAddr("hopeless")), HOPELESS);
        auctions.giveUp(_absorb(makeAddr("remnant")));
    }

    /// @dev The intruder's own: tokens, allowances, a vault, shares of both pools, half of them ready to leave the backstop.
    function _equip() private {
        for (uint256 i = 0; i < tokens.length; ++i) {
            tokens[i].mint(address(intruder), 100e18);
            intruder.approve(tokens[i], address(engine));
        }
        debtToken.mint(address(intruder), 1e12);
        address[4] memory spenders = [address(engine), address(pool), address(auctions), address(backstop)];
        for (uint256 i = 0; i < 4; ++i) intruder.approve(debtToken, spenders[i]);
        _must(address(engine), abi.encodeCall(engine.deposit, (own, WETH, 10e18)));
        _must(address(engine), abi.encodeCall(engine.borrow, (own, 1_000e6, address(intruder))));
        _must(address(pool), abi.encodeCall(pool.deposit, (1e9, address(intruder))));
        _must(address(backstop), abi.encodeCall(backstop.deposit, (1e8, address(intruder))));
        _must(address(backstop), abi.encodeCall(backstop.requestExit, (5e13)));
    }

    /// @dev A vault of the intruder is absorbed and its tab paid, which leaves it a claim and tips; another's lot expires.
    function _auction() private {
        VaultKey second = toVaultKey(address(intruder), 1);
        _must(address(engine), abi.encodeCall(engine.deposit, (second, WETH, 1e18)));
        _must(address(engine), abi.encodeCall(engine.borrow, (second, 1_499e6, address(intruder))));
        _indebt(makeAddr("expired"), WETH, 1e18, 1_499e6);
        _setPrice(WETH, 1_520e8);
        _take(engine.absorb(second, address(intruder)), WETH, MAX);
        assertEq(_absorb(makeAddr("expired")), EXPIRED);
        for (uint256 i = 1; i < 10; ++i) {
            vm.warp(START + 3 days + 900 * i);
            _setPrice(WETH, 1_520e8);
            auctions.checkpoint(EXPIRED, WETH);
        }
        _setPrice(WBTC, 60_000e8);
        _setPrice(GOLD, 1e8);
        _setPrice(WETH, 2_000e8);
    }

    function _indebt(address owner, uint8 asset, uint256 amount, uint256 debt) private {
        _deposit(owner, asset, amount);
        _borrow(owner, debt);
    }

    function _must(address target, bytes memory data) internal {
        (bool ok, bytes memory returned) = intruder.run(target, data);
        assertTrue(ok, vm.toString(returned));
    }

    function _list(address target, Kind kind, bytes memory data) internal {
        calls.push(Call(target, data, kind));
    }

    function _liquidation(address owner, uint8 asset, uint256 maxRepay) internal view returns (LiquidationCall memory) {
        return LiquidationCall(_key(owner), asset, maxRepay, MAX, 0, MAX, address(intruder), "x");
    }

    /// @dev Everything anybody owns and everything the contracts remember, shares of pools divided by `shareUnit`.
    function _state(uint256 shareUnit) internal view virtual returns (uint256[] memory words) {
        uint256[] memory books = abi.decode(
            bytes.concat(bytes32(uint256(32)), bytes32(uint256(8)), abi.encode(pool.poolState())),
            (uint256[])
        );
        uint256[] memory vaults = engine.records(keys);
        uint256[] memory lots = auctions.absorptions(0, 10);
        words = new uint256[](books.length + vaults.length + lots.length + parties.length * (3 + tokens.length) + 23);
        uint256 at;
        for (uint256 i = 0; i < books.length; ++i) words[at++] = books[i];
        for (uint256 i = 0; i < vaults.length; ++i) words[at++] = vaults[i];
        for (uint256 i = 0; i < lots.length; ++i) words[at++] = lots[i];
        for (uint256 i = 0; i < parties.length; ++i) {
            words[at++] = pool.balanceOf(parties[i]) / shareUnit;
            words[at++] = backstop.balanceOf(parties[i]) / shareUnit;
            words[at++] = debtToken.balanceOf(parties[i]);
            for (uint256 j = 0; j < tokens.length; ++j) words[at++] = tokens[j].balanceOf(parties[i]);
        }
        for (uint8 asset = 0; asset < 3; ++asset) {
            (words[at], words[at + 1]) = engine.assetTotals(asset);
            at += 2;
        }
        words[at++] = pool.totalSupply() / shareUnit;
        words[at++] = pool.maxFlashLoan(address(debtToken));
        words[at++] = pool.nonces(signer);
        words[at++] = engine.isOperator(address(intruder), liquidator) ? 1 : 0;
        words[at++] = pool.allowance(address(intruder), lender) / shareUnit;
        words[at++] = pool.allowance(lender, address(intruder)) / shareUnit;
        words[at++] = breaker.pausedUntil(Action.Borrow);
        words[at++] = riskConfig.systemRisk().guarded;
        (words[at++], ) = breaker.rangeOf(WETH);
        words[at++] = backstop.totalAssets();
        words[at++] = backstop.allowance(carol, address(intruder)) / shareUnit;
        words[at++] = backstop.nonces(signer);
        words[at++] = auctions.tips(address(intruder));
        words[at++] = auctions.claims(address(intruder), WETH);
        words[at++] = auctions.expectedPenalties();
        words[at++] = auctions.lot(0, GOLD).amount;
        (words[at], , , ) = backstop.exitOf(address(intruder));
        words[at] /= shareUnit;
    }

    function _digest() internal view returns (bytes32) {
        return keccak256(abi.encode(_state(1)));
    }
}

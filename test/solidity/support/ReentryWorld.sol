// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Watch} from "../../../contracts/interfaces/ICircuitBreaker.sol";
import {LiquidationCall} from "../../../contracts/interfaces/IVaultEngine.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {Action} from "../../../contracts/types/Action.sol";
import {VaultKey} from "../../../contracts/types/VaultKey.sol";
import {HookToken} from "./HookToken.sol";
import {Intruder} from "./Intruder.sol";
import {SystemFixture} from "./SystemFixture.sol";

/// @notice A system all of whose tokens call the intruder, in a state in which every function has something to do: the intruder
/// owns a vault with debt and shares, alice can be liquidated and absorbed, bob is hopeless.
abstract contract ReentryWorld is SystemFixture {
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
        parties = [address(engine), address(pool), address(house), address(intruder), alice, bob, lender, liquidator];
        _listCalls();
    }

    /// @dev Adds every function of every contract, each once, to `calls`.
    function _listCalls() internal virtual;

    function _newToken(string memory name, uint8 decimals) internal override returns (TestToken) {
        return new HookToken(name, name, decimals);
    }

    function _populate() private {
        _lend(lender, 1e12);
        _deposit(alice, WETH, 1e18);
        _borrow(alice, 1_500e6);
        _deposit(bob, GOLD, 200e6);
        _borrow(bob, 150e6);
        for (uint256 i = 0; i < tokens.length; ++i) {
            tokens[i].mint(address(intruder), 100e18);
            intruder.approve(tokens[i], address(engine));
        }
        debtToken.mint(address(intruder), 1e12);
        intruder.approve(debtToken, address(engine));
        intruder.approve(debtToken, address(pool));
        _must(address(engine), abi.encodeCall(engine.deposit, (own, WETH, 10e18)));
        _must(address(engine), abi.encodeCall(engine.borrow, (own, 1_000e6, address(intruder))));
        _must(address(pool), abi.encodeCall(pool.deposit, (1e9, address(intruder))));
        vm.prank(lender);
        pool.approve(address(intruder), 1e6);
        _pass(10 days);
        pool.accrue();
        breaker.setWatch(WETH, Watch(1_000, 1 hours, 0, 30 minutes));
        breaker.poke(WETH);
        _setPrice(WETH, 1_520e8);
        _setPrice(GOLD, 0.01e8);
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
        words = new uint256[](books.length + vaults.length + parties.length * (2 + tokens.length) + 15);
        uint256 at;
        for (uint256 i = 0; i < books.length; ++i) words[at++] = books[i];
        for (uint256 i = 0; i < vaults.length; ++i) words[at++] = vaults[i];
        for (uint256 i = 0; i < parties.length; ++i) {
            words[at++] = pool.balanceOf(parties[i]) / shareUnit;
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
        (words[at], ) = breaker.rangeOf(WETH);
    }

    function _digest() internal view returns (bytes32) {
        return keccak256(abi.encode(_state(1)));
    }
}

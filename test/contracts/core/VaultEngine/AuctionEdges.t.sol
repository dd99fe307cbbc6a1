// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionHouse} from "../../../../contracts/core/AuctionHouse.sol";
import {AuctionTerms, IAuctionHouse} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {ICircuitBreaker} from "../../../../contracts/interfaces/ICircuitBreaker.sol";
import {IOracleGuard} from "../../../../contracts/interfaces/IOracleGuard.sol";
import {IRiskConfig} from "../../../../contracts/interfaces/IRiskConfig.sol";
import {IVaultEngine, Policies} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {VaultEngine} from "../../../../contracts/core/VaultEngine.sol";
import {AuctionFixture} from "../../support/fixtures/AuctionFixture.sol";

/// @notice What the house does with what only the engine could hand it.
contract AuctionEdgesTest is AuctionFixture {
    uint256[] private _amounts;

    function _openAs(uint256 debt, AssetSet assets) private returns (uint256) {
        vm.prank(address(engine));
        return auctions.open(_key(alice), debt, assets, _amounts, assets, keeper);
    }

    /// @dev Debt, penalty and tip together have 96 bits.
    function test_open_refusesATabBeyondItsBits() public {
        uint256 debt = type(uint96).max;
        vm.expectPartialRevert(IAuctionHouse.AmountTooLarge.selector);
        _openAs(debt, AssetSet.wrap(0));
        assertEq(auctions.openCount(), 0);
    }

    /// @dev Lots have 120 bits.
    function test_open_refusesALotBeyondItsBits() public {
        _amounts = [uint256(type(uint120).max) + 1];
        vm.expectRevert(abi.encodeWithSelector(IAuctionHouse.AmountTooLarge.selector, _amounts[0], type(uint120).max));
        _openAs(1e6, AssetSet.wrap(1));
        _amounts = [uint256(type(uint120).max)];
        uint256 id = _openAs(1e6, AssetSet.wrap(1));
        assertEq(auctions.lot(id, WETH).amount, type(uint120).max);
    }

    function test_open_withoutADebtIsItsOwnersAtOnce() public {
        _amounts = [uint256(5e18)];
        _openAs(0, AssetSet.wrap(1));
        assertEq(auctions.openCount(), 0);
        assertEq(auctions.claims(alice, WETH), 5e18);
        assertEq(auctions.expectedPenalties(), 0);
    }

    function test_open_withoutCollateralBooksTheShortfallAtOnce() public {
        _lend(lender, 1e6 * _unit());
        _capital(10_000 * _unit());
        _open(alice, 1_000e6);
        uint256 scaled = _scaled(_key(alice));
        vm.prank(address(engine));
        uint256 debt = pool.toAuction(scaled);
        uint256 assets = pool.totalAssets();
        _openAs(debt, AssetSet.wrap(0));
        assertEq(auctions.openCount(), 0);
        assertEq(auctions.expectedPenalties(), 0);
        assertEq(pool.poolState().auctionDebt, 0);
        assertEq(pool.totalAssets(), assets, "the backstop paid all of it");
    }

    /// @dev Without a breaker only prices and gaps stop the clock, for any gated bits.
    function testFuzz_clock_ofASystemWithoutABreakerIsTime(uint8 gatedActions, uint32 closed) public {
        riskConfig.setGatedActions(gatedActions, closed % 1e9);
        Policies memory policies = Policies(riskConfig, oracle, ICircuitBreaker(address(0)), engine.volatility());
        VaultEngine bare = VaultEngine(
            deployCode(
                "contracts/core/VaultEngine.sol:VaultEngine",
                abi.encode(manager, debtToken, policies, _terms(0))
            )
        );
        AuctionHouse house_ = AuctionHouse(
            deployCode("contracts/core/AuctionHouse.sol:AuctionHouse", abi.encode(manager, bare, _auctionTerms()))
        );
        bare.setAuctionHouse(house_);
        _amounts = [uint256(1e18)];
        vm.prank(address(bare));
        uint256 id = house_.open(_key(alice), 1_500e6, AssetSet.wrap(1), _amounts, AssetSet.wrap(1), keeper);
        _pass(600);
        assertEq(house_.lot(id, WETH).elapsed, 600);
    }

    function test_engine_refusesTheOracleOfAnotherSystem() public {
        IOracleGuard other = IOracleGuard(
            deployCode("contracts/policy/OracleGuard.sol:OracleGuard", abi.encode(manager, riskConfig, uint8(12)))
        );
        Policies memory policies = Policies(riskConfig, other, breaker, engine.volatility());
        bytes memory creation = _creation(policies);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.OracleOfAnotherSystem.selector, other));
        this.create(creation);
    }

    /// @dev Of the same decimals, but with the parameters of another system.
    function test_engine_refusesTheOracleOfOtherParameters() public {
        IRiskConfig others = IRiskConfig(
            deployCode("contracts/policy/RiskConfig.sol:RiskConfig", abi.encode(manager, _systemRisk()))
        );
        Policies memory policies = Policies(others, oracle, breaker, engine.volatility());
        bytes memory creation = _creation(policies);
        vm.expectRevert(abi.encodeWithSelector(IVaultEngine.OracleOfAnotherSystem.selector, oracle));
        this.create(creation);
    }

    function _creation(Policies memory policies) private view returns (bytes memory) {
        return
            bytes.concat(
                vm.getCode("contracts/core/VaultEngine.sol:VaultEngine"),
                abi.encode(manager, debtToken, policies, _terms(0))
            );
    }

    /// @dev A call, because a creation that should have reverted would only answer 0.
    function create(bytes calldata creation) external {
        bytes memory code = creation;
        assembly ("memory-safe") {
            if iszero(create(0, add(code, 32), mload(code))) {
                returndatacopy(mload(0x40), 0, returndatasize())
                revert(mload(0x40), returndatasize())
            }
        }
    }
}

/// @notice Prices of the start are forgotten with the lot they belong to.
contract FrozenEndTest is AuctionFixture {
    function _auctionTerms() internal view override returns (AuctionTerms memory t) {
        t = super._auctionTerms();
        (t.start, t.frozen) = (10_000, true);
    }

    function test_frozen_theNextLotBeginsFromThePriceOfItsOwnStart() public {
        _lend(lender, 1e6 * _unit());
        uint256 id = _absorbedAt(alice, 1_500e6, 1_515e8);
        _take(id, WETH, MAX);
        assertEq(auctions.openCount(), 0);
        _setPrice(WETH, 2_100e8);
        id = _absorbedAt(bob, 1_500e6, 1_510e8);
        (, , uint256 price) = auctions.quoteTake(id, WETH, MAX);
        assertEq(price, 1_510e24);
    }
}

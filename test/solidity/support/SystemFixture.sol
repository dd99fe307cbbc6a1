// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {CircuitBreaker} from "../../../contracts/policy/CircuitBreaker.sol";
import {LendingPool} from "../../../contracts/core/LendingPool.sol";
import {OracleGuard} from "../../../contracts/policy/OracleGuard.sol";
import {RiskConfig} from "../../../contracts/policy/RiskConfig.sol";
import {VaultEngine} from "../../../contracts/core/VaultEngine.sol";
import {VaultLens} from "../../../contracts/periphery/VaultLens.sol";
import {AggregatorV3Interface} from "../../../contracts/interfaces/external/AggregatorV3Interface.sol";
import {IAuctionHouse} from "../../../contracts/interfaces/IAuctionHouse.sol";
import {SourceConfig} from "../../../contracts/interfaces/IOracleGuard.sol";
import {SystemRisk} from "../../../contracts/interfaces/IRiskConfig.sol";
import {PoolTerms} from "../../../contracts/interfaces/ILendingPool.sol";
import {LiquidationCall, Policies} from "../../../contracts/interfaces/IVaultEngine.sol";
import {IVaultLens} from "../../../contracts/interfaces/IVaultLens.sol";
import {IVolatilityModel} from "../../../contracts/interfaces/IVolatilityModel.sol";
import {MockPriceFeed} from "../../../contracts/mocks/MockPriceFeed.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {AssetRiskFields} from "../../../contracts/types/AssetRisk.sol";
import {VaultKey, toVaultKey} from "../../../contracts/types/VaultKey.sol";
import {PlainHouse} from "./PlainHouse.sol";
import {PlainMargin} from "./PlainMargin.sol";

/// @notice The whole system, deployed with this contract as administrator: a six-decimal debt asset, three collaterals of
/// 18, 8 and 6 decimals, one feed each. Contracts are deployed from their artifacts, so that no test compiles them again.
abstract contract SystemFixture is Test {
    uint256 internal constant MAX = type(uint256).max;
    uint256 internal constant START = 1_700_000_000;
    uint32 internal constant HEARTBEAT = 1 hours;

    uint8 internal constant WETH = 0;
    uint8 internal constant WBTC = 1;
    uint8 internal constant GOLD = 2;

    AccessManager internal manager;
    RiskConfig internal riskConfig;
    OracleGuard internal oracle;
    CircuitBreaker internal breaker;
    VaultEngine internal engine;
    LendingPool internal pool;
    VaultLens internal lens;
    PlainHouse internal house;
    TestToken internal debtToken;
    TestToken[] internal tokens;
    MockPriceFeed[] internal feeds;

    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");
    address internal lender = makeAddr("lender");
    address internal liquidator = makeAddr("liquidator");

    function setUp() public virtual {
        vm.warp(START);
        manager = AccessManager(
            deployCode("access/manager/AccessManager.sol:AccessManager", abi.encode(address(this)))
        );
        debtToken = _newToken("Dollar", _debtDecimals());
        riskConfig = RiskConfig(
            deployCode("contracts/policy/RiskConfig.sol:RiskConfig", abi.encode(manager, _systemRisk()))
        );
        oracle = OracleGuard(
            deployCode("contracts/policy/OracleGuard.sol:OracleGuard", abi.encode(manager, riskConfig, _debtDecimals()))
        );
        breaker = CircuitBreaker(
            deployCode("contracts/policy/CircuitBreaker.sol:CircuitBreaker", abi.encode(manager, oracle))
        );
        _allow(address(riskConfig), riskConfig.setGuarded.selector, address(breaker));
        engine = VaultEngine(
            deployCode(
                "contracts/core/VaultEngine.sol:VaultEngine",
                abi.encode(manager, debtToken, Policies(riskConfig, oracle, breaker, _deployMargin()), _terms(1_000))
            )
        );
        pool = LendingPool(address(engine.pool()));
        engine.setAuctionHouse(IAuctionHouse(_deployHouse()));
        lens = VaultLens(deployCode("contracts/periphery/VaultLens.sol:VaultLens", abi.encode(engine)));
        _list("Wrapped Ether", 18, 7_500, 8_000, 0, 1_000, 2_500, 2_000e8);
        _list("Wrapped Bitcoin", 8, 6_500, 7_200, 50, 800, 2_500, 60_000e8);
        _list("Gold Dollar", 6, 8_800, 9_200, 0, 400, 1_000, 1e8);
    }

    // ------------------------------------------------------------------ what a test may choose

    /// @dev The auction house; by default one without auctions.
    function _deployHouse() internal virtual returns (address) {
        house = new PlainHouse(engine);
        return address(house);
    }

    /// @dev The engine's volatility model; by default one that credits no diversification.
    function _deployMargin() internal virtual returns (IVolatilityModel) {
        return new PlainMargin(riskConfig);
    }

    // ------------------------------------------------------------------ parameters

    function _debtDecimals() internal view virtual returns (uint8) {
        return 6;
    }

    function _unit() internal view returns (uint256) {
        return 10 ** _debtDecimals();
    }

    function _systemRisk() internal view virtual returns (SystemRisk memory) {
        return SystemRisk(uint104(1e9 * _unit()), uint80(100 * _unit()), 10_500, 8_700, 0);
    }

    /// @dev 2 % a year at rest, 10 % at the kink of 90 %, at most 100 %; no backstop's share.
    function _terms(uint16 reserveFactor) internal pure returns (PoolTerms memory t) {
        t.base = uint40(uint256(0.02e18) / 365 days);
        t.kink = 0.9e9;
        t.slopeBelow = uint40(uint256(0.08e18) / 365 days);
        t.slopeAbove = uint40(uint256(0.6e18) / 365 days);
        t.max = uint40(uint256(1e18) / 365 days);
        t.reserveFactor = reserveFactor;
    }

    // ------------------------------------------------------------------ set-up

    /// @dev Lets `who` call one restricted function, and this contract as before.
    function _allow(address target, bytes4 selector, address who) internal {
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = selector;
        uint64 role = uint32(selector);
        manager.setTargetFunctionRole(target, selectors, role);
        manager.grantRole(role, who, 0);
        manager.grantRole(role, address(this), 0);
    }

    function _newToken(string memory name, uint8 decimals) internal virtual returns (TestToken) {
        return TestToken(deployCode("contracts/mocks/TestToken.sol:TestToken", abi.encode(name, name, decimals)));
    }

    function _newFeed(uint8 decimals, int256 answer) internal returns (MockPriceFeed) {
        return
            MockPriceFeed(
                deployCode("contracts/mocks/MockPriceFeed.sol:MockPriceFeed", abi.encode(decimals, "feed", answer))
            );
    }

    function _list(
        string memory name,
        uint8 decimals,
        uint16 ltv,
        uint16 threshold,
        uint16 minBonus,
        uint16 maxBonus,
        uint16 slope,
        int256 answer
    ) internal returns (uint8 asset) {
        TestToken token = _newToken(name, decimals);
        asset = riskConfig.listAsset(
            AssetRiskFields(address(token), ltv, threshold, minBonus, maxBonus, slope, 0),
            type(uint112).max
        );
        tokens.push(token);
        feeds.push(_newFeed(8, answer));
        oracle.setAssetSources(asset, _source(feeds[asset]), _noSource(), 0, false);
    }

    function _source(MockPriceFeed feed) internal pure returns (SourceConfig memory) {
        return SourceConfig(feed, HEARTBEAT, 1, 1e30);
    }

    function _noSource() internal pure returns (SourceConfig memory) {
        return SourceConfig(AggregatorV3Interface(address(0)), 0, 0, 0);
    }

    /// @dev Gives `asset` a second feed that answers `answer` now.
    function _pair(uint8 asset, int256 answer, uint16 maxDeviation) internal returns (MockPriceFeed second) {
        second = _newFeed(8, answer);
        oracle.setAssetSources(asset, _source(feeds[asset]), _source(second), maxDeviation, false);
    }

    function _setRisk(uint8 asset, uint16 ltv, uint16 threshold, uint128 cap) internal {
        (AssetRiskFields memory risk, ) = riskConfig.assetRisk(asset);
        (risk.ltv, risk.liquidationThreshold) = (ltv, threshold);
        riskConfig.setAsset(asset, risk, cap);
    }

    function _setCap(uint8 asset, uint128 cap) internal {
        (AssetRiskFields memory risk, ) = riskConfig.assetRisk(asset);
        riskConfig.setAsset(asset, risk, cap);
    }

    // ------------------------------------------------------------------ actions

    function _key(address owner) internal pure returns (VaultKey) {
        return toVaultKey(owner, 0);
    }

    function _lend(address who, uint256 amount) internal returns (uint256 shares) {
        debtToken.mint(who, amount);
        vm.startPrank(who);
        debtToken.approve(address(pool), amount);
        shares = pool.deposit(amount, who);
        vm.stopPrank();
    }

    function _fund(address who, uint8 asset, uint256 amount) internal {
        tokens[asset].mint(who, amount);
        vm.prank(who);
        tokens[asset].approve(address(engine), MAX);
    }

    function _deposit(address owner, uint8 asset, uint256 amount) internal {
        _fund(owner, asset, amount);
        vm.prank(owner);
        engine.deposit(_key(owner), asset, amount);
    }

    function _borrow(address owner, uint256 amount) internal {
        vm.prank(owner);
        engine.borrow(_key(owner), amount, owner);
    }

    /// @dev A lender with ten million, and `owner` with one ether against a debt of `debt`.
    function _open(address owner, uint256 debt) internal {
        _lend(lender, 1e7 * _unit());
        _deposit(owner, WETH, 1e18);
        if (debt != 0) _borrow(owner, debt);
    }

    /// @dev Lets `who` pay any debt.
    function _fundDebt(address who, uint256 amount) internal {
        debtToken.mint(who, amount);
        vm.prank(who);
        debtToken.approve(address(engine), MAX);
    }

    function _call(VaultKey vault, uint8 asset) internal view returns (LiquidationCall memory) {
        return LiquidationCall(vault, asset, MAX, MAX, 0, block.timestamp, liquidator, "");
    }

    function _liquidate(VaultKey vault, uint8 asset) internal returns (uint256 repaid, uint256 seized) {
        _fundDebt(liquidator, 1e9 * _unit());
        LiquidationCall memory c = _call(vault, asset);
        vm.prank(liquidator);
        return engine.liquidate(c);
    }

    function _setPrice(uint8 asset, int256 answer) internal {
        feeds[asset].setAnswer(answer);
    }

    /// @dev Lets time pass; the feeds answer what they answered, as of now.
    function _pass(uint256 time) internal {
        vm.warp(block.timestamp + time);
        for (uint256 i = 0; i < feeds.length; ++i) {
            (, int256 answer, , , ) = feeds[i].latestRoundData();
            feeds[i].setAnswer(answer);
        }
    }

    // ------------------------------------------------------------------ views

    function _cash() internal view returns (uint256) {
        return pool.poolState().cash;
    }

    /// @dev The reserve with interest to this second.
    function _reserve() internal view returns (uint256 reserve) {
        (reserve, ) = pool.claims();
    }

    function _scaled(VaultKey vault) internal view returns (uint256 scaledDebt) {
        (scaledDebt, , ) = engine.vaultState(vault);
    }

    function _health(VaultKey vault) internal view returns (IVaultLens.VaultHealth memory) {
        VaultKey[] memory keys = new VaultKey[](1);
        keys[0] = vault;
        return lens.health(keys)[0];
    }

    function _debt(VaultKey vault) internal view returns (uint256) {
        return _health(vault).debt;
    }
}

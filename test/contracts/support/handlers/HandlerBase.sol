// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {AuctionHouse} from "../../../../contracts/core/AuctionHouse.sol";
import {Autopilot} from "../../../../contracts/periphery/Autopilot.sol";
import {BackstopPool} from "../../../../contracts/core/BackstopPool.sol";
import {CircuitBreaker} from "../../../../contracts/policy/CircuitBreaker.sol";
import {LendingPool} from "../../../../contracts/core/LendingPool.sol";
import {LiquidationExecutor} from "../../../../contracts/periphery/LiquidationExecutor.sol";
import {OracleGuard} from "../../../../contracts/policy/OracleGuard.sol";
import {RiskConfig} from "../../../../contracts/policy/RiskConfig.sol";
import {VaultEngine} from "../../../../contracts/core/VaultEngine.sol";
import {VaultLens} from "../../../../contracts/periphery/VaultLens.sol";
import {VolatilityModel} from "../../../../contracts/policy/VolatilityModel.sol";
import {ICircuitBreaker, TripConfig} from "../../../../contracts/interfaces/ICircuitBreaker.sol";
import {DebtMath} from "../../../../contracts/libraries/math/DebtMath.sol";
import {BPS} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {HealthMath} from "../../../../contracts/libraries/math/HealthMath.sol";
import {MockPriceFeed} from "../../../../contracts/mocks/MockPriceFeed.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {PausableAction} from "../../../../contracts/types/PausableAction.sol";
import {AssetRisk} from "../../../../contracts/types/AssetRisk.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {Price, Status} from "../../../../contracts/types/Price.sol";
import {VaultKey, toVaultKey} from "../../../../contracts/types/VaultKey.sol";
import {FakeMarket} from "../fakes/FakeMarket.sol";

/// @notice What the handler sees, and what every action of it must respect.
abstract contract HandlerBase is Test {
    struct System {
        VaultEngine engine;
        LendingPool pool;
        OracleGuard oracle;
        RiskConfig riskConfig;
        VaultLens lens;
        TestToken debtToken;
        TestToken[] tokens;
        MockPriceFeed[] feeds;
        MockPriceFeed second;
        AuctionHouse auctions;
        BackstopPool backstop;
        CircuitBreaker breaker;
        VolatilityModel volatility;
        Autopilot autopilot;
        LiquidationExecutor executor;
        FakeMarket market;
    }

    /// @dev The data needed to judge any vault, read once: prices and parameters by asset id, and
    /// the index.
    struct Market {
        Price[] prices;
        AssetRisk[] risks;
        uint256 index;
    }

    /// @dev One vault with undivided sums: `adjustedCollateral` and `margin` in debt units * bps,
    /// at liquidation and at low.
    struct Exact {
        uint256 debt;
        uint256 value;
        uint256 valueHigh;
        uint256 adjustedCollateral;
        uint256 margin;
        bool allGood;
    }

    struct Snapshot {
        bytes32[] stored;
        bool[] healthy;
        uint256 assets;
        uint256 supply;
        uint256 reserve;
    }

    uint256 internal constant ASSETS = 3;

    System internal sys;
    uint256 internal unit;
    address[] internal actors;
    /// @dev What each actor signs with.
    mapping(address actor => uint256) internal keyOf;
    VaultKey[] internal vaults;
    address internal keeper = makeAddr("keeper");

    /// @dev Tokens sent to engine and pool behind their backs.
    uint256[ASSETS] public strayCollateral;
    uint256 public strayDebt;
    uint256 public highestIndex;
    /// @notice Number of times each action had an effect. A campaign whose calls are all refused
    /// proves nothing.
    mapping(bytes32 action => uint256) public done;

    constructor(System memory system) {
        sys.engine = system.engine;
        sys.pool = system.pool;
        sys.oracle = system.oracle;
        sys.riskConfig = system.riskConfig;
        sys.lens = system.lens;
        sys.debtToken = system.debtToken;
        for (uint256 i = 0; i < ASSETS; ++i) {
            sys.tokens.push(system.tokens[i]);
            sys.feeds.push(system.feeds[i]);
        }
        sys.second = system.second;
        (sys.auctions, sys.backstop, sys.breaker) = (system.auctions, system.backstop, system.breaker);
        (sys.volatility, sys.autopilot) = (system.volatility, system.autopilot);
        (sys.executor, sys.market) = (system.executor, system.market);
        unit = 10 ** system.debtToken.decimals();
        for (uint256 i = 0; i < 4; ++i) {
            (address actor, uint256 key) = makeAddrAndKey(string.concat("actor", vm.toString(i)));
            actors.push(actor);
            keyOf[actor] = key;
            vaults.push(toVaultKey(actors[i], 0));
            _approveAll(actors[i]);
        }
        vaults.push(toVaultKey(actors[0], 1));
        _approveAll(keeper);
        _approveAll(address(this));
    }

    function vaultList() external view returns (VaultKey[] memory) {
        return vaults;
    }

    /// @notice Health of a vault with debt [bps].
    function healthBps(uint256 vaultSeed) external view returns (uint256) {
        Exact memory e = _exact(_vault(vaultSeed));
        return e.adjustedCollateral / e.debt;
    }

    function _approveAll(address who) internal {
        vm.startPrank(who);
        for (uint256 i = 0; i < ASSETS; ++i) sys.tokens[i].approve(address(sys.engine), type(uint256).max);
        sys.debtToken.approve(address(sys.engine), type(uint256).max);
        sys.debtToken.approve(address(sys.pool), type(uint256).max);
        sys.debtToken.approve(address(sys.auctions), type(uint256).max);
        sys.debtToken.approve(address(sys.backstop), type(uint256).max);
        vm.stopPrank();
    }

    // ------------------------------------------------------------------ views

    function _market() internal view returns (Market memory m) {
        AssetSet all = AssetSet.wrap(uint64((1 << ASSETS) - 1));
        m.prices = sys.oracle.prices(all);
        (m.risks, ) = sys.riskConfig.vaultTerms(all);
        m.index = sys.pool.currentIndex();
    }

    function _exact(VaultKey vault) internal view returns (Exact memory e) {
        VaultKey[] memory one = new VaultKey[](1);
        one[0] = vault;
        uint256[] memory words = sys.engine.records(one);
        Market memory m = _market();
        (e, ) = _judge(words, 0, m);
        // The model may grant several collaterals together more than each alone, and at most their
        // ltv.
        if (words.length > 2) e.margin = _powerOf(words, m, e.margin);
    }

    /// @dev Borrowing power of the vault of `words` by the volatility model, which is never less
    /// than `least` [debt units * bps].
    function _powerOf(uint256[] memory words, Market memory m, uint256 least) private view returns (uint256 power) {
        AssetSet held = AssetSet.wrap(uint64(words[0] >> 128));
        uint256[] memory values = new uint256[](words.length - 1);
        uint256 most;
        AssetSet rest = held;
        for (uint256 i = 0; i < values.length; ++i) {
            uint8 asset = rest.lowest();
            rest = rest.without(asset);
            values[i] = HealthMath.valueDown(words[i + 1], m.prices[asset].low);
            most += values[i] * m.risks[asset].ltv();
        }
        power = sys.volatility.borrowingPowerDown(held, values);
        assertGe(power, least, "diversification cost something");
        assertLe(power, most, "diversification was credited beyond the ltv");
    }

    /// @dev Judges the vault whose record starts at `at`.
    /// @return e the vault
    /// @return next where the next record starts
    function _judge(
        uint256[] memory words,
        uint256 at,
        Market memory m
    ) internal pure returns (Exact memory e, uint256 next) {
        e.debt = DebtMath.debtUp(uint128(words[at]), m.index);
        e.allGood = true;
        AssetSet set = AssetSet.wrap(uint64(words[at] >> 128));
        for (next = at + 1; !set.isEmpty(); ++next) {
            uint8 asset = set.lowest();
            set = set.without(asset);
            Price memory p = m.prices[asset];
            uint256 value = HealthMath.valueDown(words[next], p.liquidation);
            e.value += value;
            e.adjustedCollateral += value * m.risks[asset].liquidationThreshold();
            e.valueHigh += HealthMath.valueDown(words[next], p.high);
            e.margin += HealthMath.valueDown(words[next], p.low) * m.risks[asset].effectiveLtv();
            e.allGood = e.allGood && p.status == Status.Good;
        }
    }

    /// @dev What is stored of each vault but for its flag, and whether it is healthy.
    function _survey() internal view returns (bytes32[] memory stored, bool[] memory healthy) {
        uint256[] memory words = sys.engine.records(vaults);
        Market memory m = _market();
        (stored, healthy) = (new bytes32[](vaults.length), new bool[](vaults.length));
        uint256 at;
        for (uint256 i = 0; i < vaults.length; ++i) {
            (Exact memory e, uint256 next) = _judge(words, at, m);
            healthy[i] = e.adjustedCollateral >= e.debt * BPS;
            stored[i] = bytes32(uint256(uint192(words[at])));
            for (uint256 k = at + 1; k < next; ++k) stored[i] = keccak256(abi.encode(stored[i], words[k]));
            at = next;
        }
    }

    function _storedNow(uint256 i) internal view returns (bytes32) {
        (bytes32[] memory stored, ) = _survey();
        return stored[i];
    }

    function _snapshot() internal view returns (Snapshot memory s) {
        (s.stored, s.healthy) = _survey();
        (s.assets, s.supply) = (sys.pool.totalAssets(), sys.pool.totalSupply());
        s.reserve = _reserveNow();
    }

    /// @dev The reserve with interest to this second.
    function _reserveNow() internal view returns (uint256) {
        (uint256 reserve, ) = sys.pool.claims();
        return reserve;
    }

    // ------------------------------------------------------------------ what every call respects

    /// @dev Prices and time are unchanged since `s`. Healthy vaults stay healthy, no vault but
    /// `touched` changed, and the share price did not fall.
    function _assertHarmless(Snapshot memory s, VaultKey touched) internal {
        _assertOthers(s, touched);
        uint256 before = (s.assets + 1) * (sys.pool.totalSupply() + 1e6);
        assertGe((sys.pool.totalAssets() + 1) * (s.supply + 1e6), before, "share price fell");
    }

    function _assertOthers(Snapshot memory s, VaultKey touched) internal {
        _assertOnly(s, touched, touched);
    }

    /// @dev Like `_assertHarmless`, but a loss may be booked: no healthy vault became unhealthy, no
    /// others changed.
    function _assertOnly(Snapshot memory s, VaultKey touched, VaultKey other) internal {
        (bytes32[] memory stored, bool[] memory healthy) = _survey();
        for (uint256 i = 0; i < vaults.length; ++i) {
            assertTrue(healthy[i] || !s.healthy[i], "a healthy vault became unhealthy");
            bytes32 key = VaultKey.unwrap(vaults[i]);
            if (key == VaultKey.unwrap(touched) || key == VaultKey.unwrap(other)) continue;
            assertEq(stored[i], s.stored[i], "a third vault changed");
        }
        uint256 index = sys.pool.currentIndex();
        assertGe(index, highestIndex, "the index fell");
        highestIndex = index;
    }

    /// @dev Lenders lose only what neither the backstop's capital nor the reserve could pay.
    function _assertLossInOrder(Snapshot memory s) internal view {
        uint256 before = (s.assets + 1) * (sys.pool.totalSupply() + 1e6);
        if ((sys.pool.totalAssets() + 1) * (s.supply + 1e6) >= before) return;
        (uint256 reserve, uint256 due) = sys.pool.claims();
        assertEq(reserve, 0, "lenders lost while the reserve had something");
        assertEq(due, 0, "lenders lost while interest was due to the backstop");
        assertEq(sys.backstop.capital(), 0, "lenders lost while the backstop had capital");
    }

    /// @dev Whether the breaker has closed `action`, which every refusal by it must be able to
    /// show.
    function _isClosed(bytes memory err, PausableAction action) internal view returns (bool) {
        bytes4 selector = bytes4(err);
        if (selector == ICircuitBreaker.PriceMoved.selector) return _assertMoved(err);
        if (selector == ICircuitBreaker.ActionClosed.selector) {
            assertGt(sys.breaker.pausedUntil(action), block.timestamp, "refused, but nothing is paused");
            return true;
        }
        if (selector != ICircuitBreaker.BorrowersInGrace.selector) return false;
        assertGt(sys.breaker.graceUntil(), block.timestamp, "refused, but there is no grace");
        return true;
    }

    /// @dev A price that risk is refused on has moved by what the breaker watches for.
    function _assertMoved(bytes memory err) private view returns (bool) {
        bytes memory args = new bytes(96);
        for (uint256 i = 0; i < 96; ++i) args[i] = err[i + 4];
        (uint8 asset, uint256 from, uint256 to) = abi.decode(args, (uint8, uint256, uint256));
        (TripConfig memory watch, ) = sys.breaker.tripConfigOf(asset);
        bool fell = to * BPS <= from * (BPS - watch.limit);
        assertTrue(fell || to * BPS >= from * (BPS + watch.limit), "refused, but the price has not moved");
        return true;
    }

    /// @dev What whoever leaves the lenders' pool and the backstop is paid on now [debt units].
    function _exits() internal view returns (uint256[2] memory) {
        return [sys.pool.exitAssets(), sys.backstop.exitAssets()];
    }

    /// @dev Leaving before a call that anyone may make pays what leaving after it pays.
    function _assertNoDodge(uint256[2] memory before) internal view {
        assertEq(abi.encode(_exits()), abi.encode(before), "leaving first pays something else");
    }

    /// @dev A refusal must be one of those the specification names.
    function _assertDocumented(bytes memory err, bytes4[5] memory documented) internal pure {
        bytes4 selector = bytes4(err);
        for (uint256 i = 0; i < 5; ++i) if (documented[i] != 0 && documented[i] == selector) return;
        assertEq(selector, bytes4(0), "undocumented revert");
        revert("undocumented revert without data");
    }

    // ------------------------------------------------------------------ draws

    function _actor(uint256 seed) internal view returns (address) {
        return actors[seed % actors.length];
    }

    function _vault(uint256 seed) internal view returns (VaultKey) {
        return vaults[seed % vaults.length];
    }

    function _amountOf(uint8 asset, uint256 seed) internal pure returns (uint256) {
        uint256[ASSETS] memory most = [uint256(200e18), 8e8, 400_000e6];
        return _bound(seed, 1, most[asset]);
    }

    function _mintDebt(address who, uint256 amount) internal {
        uint256 balance = sys.debtToken.balanceOf(who);
        if (balance < amount) sys.debtToken.mint(who, amount - balance);
    }
}

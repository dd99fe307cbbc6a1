// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {LendingPool} from "../../../contracts/LendingPool.sol";
import {OracleGuard} from "../../../contracts/OracleGuard.sol";
import {RiskConfig} from "../../../contracts/RiskConfig.sol";
import {VaultEngine} from "../../../contracts/VaultEngine.sol";
import {VaultLens} from "../../../contracts/VaultLens.sol";
import {DebtMath} from "../../../contracts/libraries/DebtMath.sol";
import {BPS} from "../../../contracts/libraries/FixedPoint.sol";
import {HealthMath} from "../../../contracts/libraries/HealthMath.sol";
import {MockPriceFeed} from "../../../contracts/mocks/MockPriceFeed.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {AssetRiskFields} from "../../../contracts/types/AssetRisk.sol";
import {AssetSet} from "../../../contracts/types/AssetSet.sol";
import {Price, Status} from "../../../contracts/types/Price.sol";
import {VaultKey, toVaultKey} from "../../../contracts/types/VaultKey.sol";

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
    }

    /// @dev One vault with undivided sums: `weighted` and `margin` in debt units * bps, at liq and at low.
    struct Exact {
        uint256 debt;
        uint256 value;
        uint256 valueHigh;
        uint256 weighted;
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
    VaultKey[] internal vaults;
    address internal keeper = makeAddr("keeper");

    /// @dev Tokens sent to engine and pool behind their backs.
    uint256[ASSETS] public strayCollateral;
    uint256 public strayDebt;
    uint256 public highestIndex;
    /// @notice How often each action did something: a campaign that only fails politely proves nothing.
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
        unit = 10 ** system.debtToken.decimals();
        for (uint256 i = 0; i < 4; ++i) {
            actors.push(makeAddr(string.concat("actor", vm.toString(i))));
            vaults.push(toVaultKey(actors[i], 0));
            _approveAll(actors[i]);
        }
        vaults.push(toVaultKey(actors[0], 1));
        _approveAll(keeper);
    }

    function vaultList() external view returns (VaultKey[] memory) {
        return vaults;
    }

    function _approveAll(address who) private {
        vm.startPrank(who);
        for (uint256 i = 0; i < ASSETS; ++i) sys.tokens[i].approve(address(sys.engine), type(uint256).max);
        sys.debtToken.approve(address(sys.engine), type(uint256).max);
        sys.debtToken.approve(address(sys.pool), type(uint256).max);
        vm.stopPrank();
    }

    // ------------------------------------------------------------------ views

    function _exact(VaultKey vault) internal view returns (Exact memory e) {
        (uint256 scaled, AssetSet set, ) = sys.engine.vaultState(vault);
        e.debt = DebtMath.debtUp(scaled, sys.pool.currentIndex());
        e.allGood = true;
        while (!set.isEmpty()) {
            uint8 asset = set.lowest();
            set = set.without(asset);
            Price memory p = sys.oracle.price(asset);
            (AssetRiskFields memory risk, ) = sys.riskConfig.assetRisk(asset);
            uint256 amount = sys.engine.collateralOf(vault, asset);
            uint256 value = HealthMath.valueDown(amount, p.liq);
            e.value += value;
            e.weighted += value * risk.liquidationThreshold;
            e.valueHigh += HealthMath.valueDown(amount, p.high);
            e.margin += HealthMath.valueDown(amount, p.low) * risk.ltv;
            e.allGood = e.allGood && p.status == Status.Good;
        }
    }

    function _stored(VaultKey vault) internal view returns (bytes32) {
        (uint256 scaled, AssetSet set, ) = sys.engine.vaultState(vault);
        return
            keccak256(
                abi.encode(
                    scaled,
                    set,
                    sys.engine.collateralOf(vault, 0),
                    sys.engine.collateralOf(vault, 1),
                    sys.engine.collateralOf(vault, 2)
                )
            );
    }

    function _snapshot() internal view returns (Snapshot memory s) {
        s.stored = new bytes32[](vaults.length);
        s.healthy = new bool[](vaults.length);
        for (uint256 i = 0; i < vaults.length; ++i) {
            s.stored[i] = _stored(vaults[i]);
            Exact memory e = _exact(vaults[i]);
            s.healthy[i] = e.weighted >= e.debt * BPS;
        }
        (s.assets, s.supply) = (sys.pool.totalAssets(), sys.pool.totalSupply());
        s.reserve = _reserveNow();
    }

    /// @dev The reserve with interest to this second.
    function _reserveNow() internal view returns (uint256) {
        (uint256 reserve, ) = sys.pool.claims();
        return reserve;
    }

    // ------------------------------------------------------------------ what every call respects

    /// @dev Prices and time unchanged since `s`: healthy vaults are healthy, no vault but `touched` moved, and the share
    /// price did not fall.
    function _assertHarmless(Snapshot memory s, VaultKey touched) internal {
        _assertOthers(s, touched);
        uint256 before = (s.assets + 1) * (sys.pool.totalSupply() + 1e6);
        assertGe((sys.pool.totalAssets() + 1) * (s.supply + 1e6), before, "share price fell");
    }

    function _assertOthers(Snapshot memory s, VaultKey touched) internal {
        for (uint256 i = 0; i < vaults.length; ++i) {
            if (s.healthy[i]) {
                Exact memory e = _exact(vaults[i]);
                assertGe(e.weighted, e.debt * BPS, "a healthy vault became unhealthy");
            }
            if (VaultKey.unwrap(vaults[i]) == VaultKey.unwrap(touched)) continue;
            assertEq(_stored(vaults[i]), s.stored[i], "a third vault changed");
        }
        uint256 index = sys.pool.currentIndex();
        assertGe(index, highestIndex, "the index fell");
        highestIndex = index;
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

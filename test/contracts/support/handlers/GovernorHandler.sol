// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AuctionTerms, IAuctionHouse} from "../../../../contracts/interfaces/IAuctionHouse.sol";
import {TripConfig} from "../../../../contracts/interfaces/ICircuitBreaker.sol";
import {AggregatorV3Interface} from "../../../../contracts/interfaces/external/AggregatorV3Interface.sol";
import {Batch, Target} from "../../../../contracts/interfaces/ILiquidationExecutor.sol";
import {PoolTerms} from "../../../../contracts/interfaces/ILendingPool.sol";
import {SourceConfig} from "../../../../contracts/interfaces/IOracleGuard.sol";
import {IRiskConfig, SystemRisk} from "../../../../contracts/interfaces/IRiskConfig.sol";
import {VolatilityParameters} from "../../../../contracts/interfaces/IVolatilityModel.sol";
import {RawFeed} from "../../../../contracts/interfaces/external/RawFeed.sol";
import {FixedPoint} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {PausableAction} from "../../../../contracts/types/PausableAction.sol";
import {AssetRiskFields} from "../../../../contracts/types/AssetRisk.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";
import {HolderHandler} from "./HolderHandler.sol";

/// @notice The settings governance may change at any time, and everything nobody else may call.
abstract contract GovernorHandler is HolderHandler {
    struct Forbidden {
        address target;
        bytes data;
    }

    Forbidden[] private _forbidden;

    constructor() {
        _forbidEngineAndPools();
        _forbidHouse();
        _forbidPolicies();
        _forbidAgents();
    }

    // ------------------------------------------------------------------ settings

    /// @dev Loosens or tightens any setting. No vault becomes unhealthy by it, and no tokens move.
    function tune(uint8 asset, uint256 which, uint256 seed) external {
        asset = uint8(asset % ASSETS);
        which = which % 8;
        Snapshot memory s = _snapshot();
        if (which < 3) _tuneHaircuts(asset, which, seed);
        else if (which == 3) _tighten(asset, seed);
        else if (which == 4) _tuneSystem(seed);
        else if (which == 5) _tunePool(seed);
        else if (which == 6) _tuneClocks(asset, seed);
        else _tuneVolatility(asset, seed);
        ++done["tune"];
        _assertHarmless(s, VaultKey.wrap(0));
    }

    function _tuneHaircuts(uint8 asset, uint256 which, uint256 seed) private {
        (, uint256 floor) = sys.riskConfig.haircuts(asset);
        uint16 proposed = uint16(seed % 2_000);
        if (which == 0) return sys.riskConfig.setHaircutFloor(asset, proposed);
        try sys.riskConfig.raiseHaircutFloor(asset, proposed) {
            assertGe(proposed, floor, "a floor fell");
        } catch (bytes memory err) {
            assertEq(bytes4(err), IRiskConfig.WouldLoosen.selector, "undocumented revert");
            assertLt(proposed, floor, "a floor could not be raised");
        }
    }

    function _tighten(uint8 asset, uint256 seed) private {
        (AssetRiskFields memory risk, uint128 cap) = sys.riskConfig.assetRisk(asset);
        uint16 ltv = risk.ltv - uint16(seed % 20);
        if (ltv < 3_000) return;
        try sys.riskConfig.tighten(asset, ltv, risk.liquidationThreshold, cap) {
            (risk, ) = sys.riskConfig.assetRisk(asset);
            assertEq(risk.ltv, ltv, "the ltv is another");
        } catch (bytes memory err) {
            assertEq(bytes4(err), IRiskConfig.WouldLoosen.selector, "undocumented revert");
            (, , uint256 endsAt) = sys.riskConfig.thresholdRamp(asset);
            assertGt(endsAt, 0, "the threshold in force can be kept unless it is on its way down");
        }
    }

    function _tuneSystem(uint256 seed) private {
        SystemRisk memory r = sys.riskConfig.systemRisk();
        uint104 cap = uint104(FixedPoint.min(r.borrowCap, sys.pool.totalDebt() + 1e6 * unit));
        sys.riskConfig.lowerBorrowCap(cap);
        assertEq(sys.riskConfig.systemRisk().borrowCap, cap, "the cap is another");
        if (seed % 4 == 0) return;
        (r.borrowCap, r.targetHealth) = (uint104(1e9 * unit), uint16(_bound(seed, 10_300, 10_900)));
        sys.riskConfig.setSystem(r);
    }

    function _tunePool(uint256 seed) private {
        PoolTerms memory t = sys.pool.terms();
        (t.reserveFactor, t.backstopFactor) = (uint16(seed % 2_000), uint16((seed >> 16) % 2_000));
        uint256 index = sys.pool.currentIndex();
        sys.pool.setTerms(t);
        assertEq(sys.pool.currentIndex(), index, "new terms acted on the past");
    }

    function _tuneClocks(uint8 asset, uint256 seed) private {
        sys.breaker.setTripConfig(asset, TripConfig(uint16(_bound(seed, 500, 4_000)), 1 hours, 2 hours, 30 minutes));
        AuctionTerms memory t = sys.auctions.terms();
        (t.cut, t.step) = (uint16(_bound(seed >> 16, 50, 200)), uint16(_bound(seed >> 32, 60, 180)));
        sys.auctions.setTerms(t);
    }

    function _tuneVolatility(uint8 asset, uint256 seed) private {
        if (seed % 4 == 0) return sys.volatility.resetSeries(asset);
        VolatilityParameters memory p = sys.volatility.volatilityParameters();
        p.halfLife = uint32(_bound(seed >> 8, 1 hours, 30 days));
        p.z = uint72(_bound(seed >> 64, 0, 4e18));
        sys.volatility.setParameters(p);
    }

    // ------------------------------------------------------------------ what nobody may

    /// @dev Somebody calls what is not theirs to call. Whatever the state, it is refused.
    function trespass(uint256 actorSeed, uint256 which) external {
        Forbidden memory f = _forbidden[which % _forbidden.length];
        vm.prank(_actor(actorSeed));
        (bool ok, ) = f.target.call(f.data);
        assertFalse(ok, "somebody called what is not theirs to call");
        ++done["trespass"];
    }

    function _forbid(address target, bytes memory data) private {
        _forbidden.push(Forbidden(target, data));
    }

    function _forbidEngineAndPools() private {
        address me = actors[0];
        _forbid(address(sys.engine), abi.encodeCall(sys.engine.release, (0, 0, me)));
        _forbid(address(sys.engine), abi.encodeCall(sys.engine.canRelease, (0)));
        _forbid(address(sys.engine), abi.encodeCall(sys.engine.setAuctionHouse, (IAuctionHouse(me))));
        _forbid(address(sys.engine), abi.encodeCall(sys.engine.setAuthority, (me)));
        _forbid(address(sys.pool), abi.encodeCall(sys.pool.disburse, (0, me)));
        _forbid(address(sys.pool), abi.encodeCall(sys.pool.reduceDebt, (0, 0)));
        _forbid(address(sys.pool), abi.encodeCall(sys.pool.toAuction, (0)));
        _forbid(address(sys.pool), abi.encodeCall(sys.pool.bookSale, (0, 0)));
        _forbid(address(sys.pool), abi.encodeCall(sys.pool.setAuctionHouse, (IAuctionHouse(me))));
        _forbid(address(sys.pool), abi.encodeCall(sys.pool.setTerms, (sys.pool.terms())));
        _forbid(address(sys.pool), abi.encodeCall(sys.pool.setAuthority, (me)));
        _forbid(address(sys.backstop), abi.encodeCall(sys.backstop.cover, (0)));
        _forbid(address(sys.backstop), abi.encodeCall(sys.backstop.payTip, (0)));
        _forbid(address(sys.backstop), abi.encodeCall(sys.backstop.bookPenalty, (0)));
    }

    function _forbidHouse() private {
        address me = actors[0];
        uint256[] memory none = new uint256[](0);
        AssetSet empty = AssetSet.wrap(0);
        _forbid(address(sys.auctions), abi.encodeCall(sys.auctions.open, (vaults[0], 0, empty, none, empty, me)));
        _forbid(address(sys.auctions), abi.encodeCall(sys.auctions.writeOffVault, (vaults[0], 0, empty, none)));
        _forbid(address(sys.auctions), abi.encodeCall(sys.auctions.setTerms, (sys.auctions.terms())));
        _forbid(address(sys.auctions), abi.encodeCall(sys.auctions.setAuthority, (me)));
    }

    function _forbidPolicies() private {
        address me = actors[0];
        (AssetRiskFields memory risk, uint128 cap) = sys.riskConfig.assetRisk(0);
        SourceConfig memory none = SourceConfig(AggregatorV3Interface(address(0)), 0, 0, 0);
        (SourceConfig memory source, , , ) = sys.oracle.assetSources(0);
        address t = address(sys.riskConfig);
        _forbid(t, abi.encodeCall(sys.riskConfig.listAsset, (risk, cap)));
        _forbid(t, abi.encodeCall(sys.riskConfig.setAsset, (0, risk, cap)));
        _forbid(t, abi.encodeCall(sys.riskConfig.tighten, (0, 0, 0, 0)));
        _forbid(t, abi.encodeCall(sys.riskConfig.setHaircutFloor, (0, 0)));
        _forbid(t, abi.encodeCall(sys.riskConfig.raiseHaircutFloor, (0, 9_000)));
        _forbid(t, abi.encodeCall(sys.riskConfig.lowerBorrowCap, (0)));
        _forbid(t, abi.encodeCall(sys.riskConfig.setSystem, (sys.riskConfig.systemRisk())));
        _forbid(t, abi.encodeCall(sys.riskConfig.setHaircut, (0, 0)));
        _forbid(t, abi.encodeCall(sys.riskConfig.setGatedActions, (0, 0)));
        _forbid(t, abi.encodeCall(sys.riskConfig.setAuthority, (me)));
        t = address(sys.oracle);
        _forbid(t, abi.encodeCall(sys.oracle.setAssetSources, (0, source, none, 0, false)));
        _forbid(t, abi.encodeCall(sys.oracle.setDebtSource, (source)));
        _forbid(t, abi.encodeCall(sys.oracle.setSequencer, (source.feed, 3_600)));
        _forbid(t, abi.encodeCall(sys.oracle.setSequenced, (0, false)));
        _forbid(t, abi.encodeCall(sys.oracle.setAuthority, (me)));
        t = address(sys.breaker);
        _forbid(t, abi.encodeCall(sys.breaker.pause, (PausableAction.Liquidate, 60)));
        _forbid(t, abi.encodeCall(sys.breaker.unpause, (PausableAction.Liquidate)));
        _forbid(t, abi.encodeCall(sys.breaker.setTripConfig, (0, TripConfig(0, 0, 0, 0))));
        _forbid(t, abi.encodeCall(sys.breaker.setAuthority, (me)));
        t = address(sys.volatility);
        _forbid(t, abi.encodeCall(sys.volatility.setParameters, (sys.volatility.volatilityParameters())));
        _forbid(t, abi.encodeCall(sys.volatility.resetSeries, (0)));
        _forbid(t, abi.encodeCall(sys.volatility.readRound, (RawFeed(address(sys.feeds[0])), 0)));
        _forbid(t, abi.encodeCall(sys.volatility.setAuthority, (me)));
    }

    function _forbidAgents() private {
        address me = actors[0];
        Target[] memory one = new Target[](1);
        Batch memory batch;
        batch.deadline = type(uint40).max;
        address t = address(sys.executor);
        _forbid(t, abi.encodeCall(sys.executor.liquidate, (batch, one)));
        _forbid(t, abi.encodeCall(sys.executor.sweep, (address(sys.debtToken))));
        _forbid(t, abi.encodeCall(sys.executor.setKeeper, (me, true)));
        _forbid(t, abi.encodeCall(sys.executor.transferOwnership, (me)));
        _forbid(t, abi.encodeCall(sys.executor.acceptOwnership, ()));
        _forbid(t, abi.encodeCall(sys.executor.renounceOwnership, ()));
        _forbid(t, abi.encodeCall(sys.executor.onFlashLoan, (t, address(sys.debtToken), 0, 0, "")));
        _forbid(t, abi.encodeCall(sys.executor.onLiquidate, (vaults[0], 0, 0, 0, "")));
        _forbid(t, abi.encodeCall(sys.executor.uniswapV3SwapCallback, (0, 0, "")));
        t = address(sys.autopilot);
        _forbid(t, abi.encodeCall(sys.autopilot.uniswapV3SwapCallback, (0, 0, "")));
    }
}

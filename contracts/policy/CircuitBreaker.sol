// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {ICircuitBreaker, TripConfig} from "../interfaces/ICircuitBreaker.sol";
import {IOracleGuard} from "../interfaces/IOracleGuard.sol";
import {IRiskConfig} from "../interfaces/IRiskConfig.sol";
import {BreakerMath} from "../libraries/math/BreakerMath.sol";
import {BPS} from "../libraries/math/FixedPoint.sol";
import {PausableAction, WATCHED, bitOf} from "../types/PausableAction.sol";
import {AssetSet} from "../types/AssetSet.sol";
import {Price, Status} from "../types/Price.sol";

/// @title CircuitBreaker
/// @notice See `ICircuitBreaker`, which is the specification.
contract CircuitBreaker is ICircuitBreaker, AccessManaged {
    using Checkpoints for Checkpoints.Trace208;

    uint256 private constant MIN_WINDOW = 1 minutes;
    uint256 private constant MAX_WINDOW = 1 days;
    uint256 private constant MAX_TRIP = 6 hours;

    /// @inheritdoc ICircuitBreaker
    IRiskConfig public immutable riskConfig;
    /// @inheritdoc ICircuitBreaker
    IOracleGuard public immutable oracle;

    /// @dev One word.
    struct Asset {
        TripConfig watch;
        /// First poke that did not find the price Good, since the last that did [s]; 0 if the last
        /// did.
        uint40 doubtfulSince;
        /// Whether this doubt has already tripped.
        bool doubtTripped;
    }

    mapping(PausableAction => BreakerMath.Closure) private _closures;
    /// @dev Closed spells before the running or last one, by their start; each with the time for
    /// which the action had been closed before it.
    mapping(PausableAction => Checkpoints.Trace208) private _spells;
    mapping(uint256 asset => Asset) private _assets;
    mapping(uint256 asset => BreakerMath.Window) private _windows;
    /// @dev The bits last set in the risk configuration, and the number of assets whose moves are
    /// watched.
    uint8 private _gatedActions;
    uint8 private _moving;

    constructor(address authority, IOracleGuard oracle_) AccessManaged(authority) {
        oracle = oracle_;
        riskConfig = oracle_.riskConfig();
    }

    // ------------------------------------------------------------------ guardian

    /// @inheritdoc ICircuitBreaker
    function pause(PausableAction action, uint256 duration) external restricted returns (uint256 until) {
        BreakerMath.Closure memory c = BreakerMath.pause(_closures[action], action, block.timestamp, duration);
        _close(action, c);
        until = c.pausedUntil;
        emit Paused(action, until);
        _guard();
    }

    /// @inheritdoc ICircuitBreaker
    function unpause(PausableAction action) external restricted {
        BreakerMath.Closure memory c = _closures[action];
        if (block.timestamp >= c.pausedUntil) revert NotPaused(action, c.pausedUntil);
        c = BreakerMath.lift(c, block.timestamp);
        _closures[action] = c;
        emit Unpaused(action, action == PausableAction.Liquidate ? BreakerMath.graceUntil(c) : 0);
        _guard();
    }

    /// @inheritdoc ICircuitBreaker
    function setTripConfig(uint8 asset, TripConfig calldata watch) external restricted {
        riskConfig.tokenOf(asset);
        bool watched = watch.limit != 0 || watch.maxDoubtSeconds != 0;
        bool windowed = watch.limit == 0 || (watch.window >= MIN_WINDOW && watch.window <= MAX_WINDOW);
        if (watch.limit >= BPS || !windowed || watch.pause > MAX_TRIP || (watched && watch.pause == 0)) {
            revert InvalidTripConfig(watch);
        }
        if ((watch.limit != 0) != (_assets[asset].watch.limit != 0))
            _moving = watch.limit != 0 ? _moving + 1 : _moving - 1;
        _assets[asset] = Asset(watch, 0, false);
        delete _windows[asset];
        emit TripConfigUpdated(asset, watch);
        _guard();
    }

    // ------------------------------------------------------------------ anyone

    /// @inheritdoc ICircuitBreaker
    function poke(uint8 asset) external returns (bool tripped) {
        TripConfig memory watch = _assets[asset].watch;
        if (watch.limit != 0 || watch.maxDoubtSeconds != 0) {
            Price memory price = oracle.observe(asset);
            uint256 until = block.timestamp + watch.pause;
            bool moved =
                watch.limit != 0 && price.status != Status.Dead && _moved(asset, watch, price.liquidation, until);
            bool doubted = watch.maxDoubtSeconds != 0 && _doubted(asset, watch.maxDoubtSeconds, price.status, until);
            tripped = moved || doubted;
            if (tripped) {
                _trip(PausableAction.Borrow, until);
                _trip(PausableAction.WithdrawWithDebt, until);
            }
        }
        if (tripped || _gatedActions & ~WATCHED != 0) _guard();
    }

    /// @inheritdoc ICircuitBreaker
    function refresh() external {
        _guard();
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc ICircuitBreaker
    function requireOpen(PausableAction action, uint256 value, uint256 debt) external view {
        BreakerMath.Closure memory c = _closures[action];
        uint256 until = BreakerMath.closedUntil(c);
        if (block.timestamp < until) revert ActionClosed(action, until);
        if (action != PausableAction.Liquidate) return;
        until = BreakerMath.graceUntil(c);
        if (block.timestamp < until && BreakerMath.inGrace(value, debt)) revert BorrowersInGrace(until, value, debt);
    }

    /// @inheritdoc ICircuitBreaker
    function requireCalm(AssetSet assets, uint256[] calldata prices) external view {
        for (uint256 i = 0; i < prices.length; ++i) {
            uint8 asset = assets.lowest();
            assets = assets.without(asset);
            TripConfig memory watch = _assets[asset].watch;
            if (watch.limit == 0) continue;
            uint256 price = prices[i];
            (uint256 lowest, uint256 highest) = BreakerMath.range(_windows[asset], block.timestamp, watch.window);
            if (highest == 0) (lowest, highest, price) = oracle.recentRange(asset, block.timestamp - watch.window);
            uint256 past = BreakerMath.movedFrom(price, lowest, highest, watch.limit);
            if (past != 0) revert PriceMoved(asset, past, price);
        }
    }

    /// @inheritdoc ICircuitBreaker
    function pausedUntil(PausableAction action) external view returns (uint256 until) {
        return BreakerMath.closedUntil(_closures[action]);
    }

    /// @inheritdoc ICircuitBreaker
    function graceUntil() external view returns (uint256 until) {
        return BreakerMath.graceUntil(_closures[PausableAction.Liquidate]);
    }

    /// @inheritdoc ICircuitBreaker
    function pausedSeconds(PausableAction action) external view returns (uint256 cumulative) {
        return BreakerMath.closedSeconds(_closures[action], block.timestamp);
    }

    /// @inheritdoc ICircuitBreaker
    function pausedBetween(PausableAction action, uint256 from, uint256 to) external view returns (uint256) {
        return _closedSeconds(action, to) - _closedSeconds(action, from);
    }

    /// @inheritdoc ICircuitBreaker
    function tripConfigOf(uint8 asset) external view returns (TripConfig memory watch, uint256 doubtfulSince) {
        return (_assets[asset].watch, _assets[asset].doubtfulSince);
    }

    /// @inheritdoc ICircuitBreaker
    function rangeOf(uint8 asset) external view returns (uint256 lowest, uint256 highest) {
        uint256 window = _assets[asset].watch.window;
        return window == 0 ? (0, 0) : BreakerMath.range(_windows[asset], block.timestamp, window);
    }

    // ------------------------------------------------------------------ internals

    /// @dev Stores the price and returns whether it has moved by the limit within the window.
    function _moved(uint8 asset, TripConfig memory watch, uint256 price, uint256 until) private returns (bool) {
        BreakerMath.Window memory w = _windows[asset];
        (uint256 lowest, uint256 highest) = BreakerMath.range(w, block.timestamp, watch.window);
        _windows[asset] = BreakerMath.record(w, price, block.timestamp, watch.window);
        uint256 past = BreakerMath.movedFrom(price, lowest, highest, watch.limit);
        if (past == 0) return false;
        emit TrippedByMove(asset, past, price, until);
        return true;
    }

    /// @dev Tracks since when the price has not been Good and returns whether that has just lasted
    /// too long; true at most once per doubt.
    function _doubted(uint8 asset, uint256 doubt, Status status, uint256 until) private returns (bool) {
        Asset storage a = _assets[asset];
        if (status == Status.Good) {
            if (a.doubtfulSince != 0) (a.doubtfulSince, a.doubtTripped) = (0, false);
            return false;
        }
        if (a.doubtfulSince == 0) a.doubtfulSince = uint40(block.timestamp);
        if (a.doubtTripped || block.timestamp - a.doubtfulSince < doubt) return false;
        a.doubtTripped = true;
        emit TrippedByDoubt(asset, a.doubtfulSince, until);
        return true;
    }

    function _trip(PausableAction action, uint256 until) private {
        _close(action, BreakerMath.trip(_closures[action], block.timestamp, until));
    }

    /// @dev Writes a closure. If a new spell starts, stores the one before it.
    function _close(PausableAction action, BreakerMath.Closure memory c) private {
        BreakerMath.Closure memory old = _closures[action];
        if (old.closedAt != c.closedAt && old.closedAt != 0) {
            _spells[action].push(old.closedAt, BreakerMath.packSpell(old));
        }
        _closures[action] = c;
    }

    /// @dev Time for which `action` had been closed up to `timestamp` [s], which may lie in the
    /// past.
    function _closedSeconds(PausableAction action, uint256 timestamp) private view returns (uint256) {
        BreakerMath.Closure memory c = _closures[action];
        if (timestamp >= c.closedAt) return BreakerMath.closedSeconds(c, timestamp);
        uint256 spell = _spells[action].upperLookupRecent(uint48(timestamp));
        return spell == 0 ? 0 : BreakerMath.closedSeconds(BreakerMath.unpackSpell(spell), timestamp);
    }

    /// @dev Sets in the risk configuration which actions are gated, and until when bidding was last
    /// closed.
    function _guard() private {
        uint8 gatedActions;
        for (uint8 i = 0; i <= uint8(type(PausableAction).max); ++i) {
            PausableAction action = PausableAction(i);
            BreakerMath.Closure memory c = _closures[action];
            uint256 until = action == PausableAction.Liquidate ? BreakerMath.graceUntil(c) : BreakerMath.closedUntil(c);
            if (block.timestamp < until) gatedActions |= bitOf(action);
        }
        if (_moving != 0) gatedActions |= WATCHED;
        if (gatedActions == _gatedActions) return;
        _gatedActions = gatedActions;
        riskConfig.setGatedActions(gatedActions, uint32(BreakerMath.closedUntil(_closures[PausableAction.Bid])));
    }
}

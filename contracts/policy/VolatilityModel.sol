// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IOracleGuard, SourceConfig} from "../interfaces/IOracleGuard.sol";
import {IRiskConfig} from "../interfaces/IRiskConfig.sol";
import {IVolatilityModel, VolatilityParameters} from "../interfaces/IVolatilityModel.sol";
import {IPortfolioMargin} from "../interfaces/IPortfolioMargin.sol";
import {RawFeed} from "../interfaces/external/RawFeed.sol";
import {CorrelationMath} from "../libraries/math/CorrelationMath.sol";
import {ExpLn} from "../libraries/math/ExpLn.sol";
import {FixedPoint, WAD} from "../libraries/math/FixedPoint.sol";
import {MarginMath} from "../libraries/math/MarginMath.sol";
import {VolatilityMath} from "../libraries/math/VolatilityMath.sol";
import {AssetRisk} from "../types/AssetRisk.sol";
import {AssetSet} from "../types/AssetSet.sol";
import {HourClose, toHourClose} from "../types/HourClose.sol";

/// @title VolatilityModel
/// @notice See `IVolatilityModel`, which is the specification, and `IPortfolioMargin`, the part the
/// engine calls.
contract VolatilityModel is IVolatilityModel, AccessManaged {
    /// @notice Most rounds that one `poke` and most hours that one `pokeCorrelation` folds in.
    uint256 public constant MAX_STEPS = 200;
    /// @notice Gas a feed may use for one answer.
    uint256 public constant FEED_GAS = 200_000;

    /// @notice Gas after which a `poke` stops and leaves the remaining rounds to the next call,
    /// because a feed may be expensive and a transaction is bounded.
    uint256 public constant POKE_GAS = 12_000_000;

    /// @dev Gas of one guarded read: the feed's, the 1/64 the EVM keeps back, and the decoding.
    uint256 private constant READ_GAS = 230_000;
    /// @dev Gas that must be left to start one more round: a read at its worst, folding it in, and
    /// storing the state.
    uint256 private constant STEP_GAS = 450_000;

    uint256 private constant MIN_HALF_LIFE = 1 hours;
    uint256 private constant MAX_HALF_LIFE = 365 days;
    uint256 private constant MAX_HORIZON = 30 days;
    uint80 private constant PHASE_BITS = 64;
    uint16 private constant MAX_MISSING = 16;
    uint256 private constant LEVEL_BITS = 4;
    uint8 private constant MAX_ASSETS = 64;

    /// @inheritdoc IVolatilityModel
    IOracleGuard public immutable oracle;
    /// @inheritdoc IVolatilityModel
    IRiskConfig public immutable riskConfig;

    VolatilityParameters private _parameters;
    mapping(uint256 asset => VolatilityMath.Series) private _series;
    mapping(uint256 asset => HourClose[]) private _closes;
    mapping(uint256 a => mapping(uint256 b => CorrelationMath.Pair)) private _pairs;
    /// @dev Correlation levels of an asset with those of higher ids: four bits each, at 4 * id.
    mapping(uint256 a => uint256) private _levels;

    constructor(
        address authority,
        IOracleGuard oracle_,
        IRiskConfig riskConfig_,
        VolatilityParameters memory parameters
    ) AccessManaged(authority) {
        (oracle, riskConfig) = (oracle_, riskConfig_);
        _setParameters(parameters);
    }

    // ------------------------------------------------------------------ setters

    /// @inheritdoc IVolatilityModel
    function setParameters(VolatilityParameters calldata parameters) external restricted {
        _setParameters(parameters);
    }

    /// @inheritdoc IVolatilityModel
    function resetSeries(uint8 asset) external restricted {
        VolatilityMath.Series storage s = _series[asset];
        (s.round, s.missing, s.priced, s.linked) = (0, 0, false, false);
        emit SeriesReset(asset, address(s.feed));
    }

    // ------------------------------------------------------------------ measuring

    /// @inheritdoc IVolatilityModel
    function poke(uint8 asset) external returns (bool caughtUp) {
        (SourceConfig memory source, , , ) = oracle.assetSources(asset);
        if (address(source.feed) == address(0)) return false;
        _requireGas();
        VolatilityParameters memory p = _parameters;
        VolatilityMath.Series memory s = _series[asset];
        if (s.feed != source.feed) {
            if (s.updatedAt == 0) (s.variance, s.rangeVariance) = (p.priorVariance, p.priorVariance);
            else emit SeriesReset(asset, address(source.feed));
            (s.feed, s.round, s.missing, s.priced, s.linked) = (source.feed, 0, 0, false, false);
        }
        caughtUp = _foldRounds(asset, s, source, p.halfLife);
        _series[asset] = s;
        uint256 variance = VolatilityMath.varianceOf(s, p.halfLife);
        uint256 haircut = _haircutUp(variance, p);
        emit Poked(asset, s.round, variance, haircut);
        // Compare with the model's last haircut and not with the one in force: a floor may hide it
        // and be removed later.
        (uint256 known, ) = riskConfig.haircuts(asset);
        if (known != haircut) riskConfig.setHaircut(asset, uint16(haircut));
    }

    /// @inheritdoc IVolatilityModel
    function pokeCorrelation(uint8 a, uint8 b) external returns (bool caughtUp) {
        (a, b) = _ordered(a, b);
        uint256 halfLife = _parameters.halfLife;
        CorrelationMath.Pair memory p = _pairs[a][b];
        caughtUp = _foldHours(_closes[a], _closes[b], p, _closedUntil(a, b), halfLife);
        _pairs[a][b] = p;
        uint256 level = CorrelationMath.levelDown(p, halfLife);
        uint256 known = _level(a, b);
        // Never lower a correlation after a partial catch-up: a later hour may reset the series.
        if (!caughtUp) level = FixedPoint.min(level, known);
        if (level != known) {
            uint256 at = LEVEL_BITS * b;
            _levels[a] = (_levels[a] & ~(CorrelationMath.MAX_LEVEL << at)) | (level << at);
            emit CorrelationUpdated(a, b, _correlationUp(level));
        }
    }

    /// @notice One round of `feed`, or its newest if `round` is 0, as whole words. This contract
    /// only.
    /// @dev The feed runs inside this call, so that it costs at most READ_GAS and cannot make the
    /// caller revert. Never copies more than the five words of a round.
    /// @return id id of the round
    /// @return answer price [feed units]
    /// @return updatedAt time of the answer [s]
    function readRound(
        RawFeed feed,
        uint80 round
    ) external view returns (uint256 id, uint256 answer, uint256 updatedAt) {
        if (msg.sender != address(this)) revert OnlySelf(msg.sender);
        (id, answer, , updatedAt, ) = round == 0
            ? feed.latestRoundData{gas: FEED_GAS}()
            : feed.getRoundData{gas: FEED_GAS}(round);
    }

    // ------------------------------------------------------------------ margin

    /// @inheritdoc IPortfolioMargin
    function borrowingPowerDown(AssetSet assets, uint256[] calldata values) external view returns (uint256 power) {
        (AssetRisk[] memory risks, ) = riskConfig.vaultTerms(assets);
        uint256 count = risks.length;
        if (count != values.length) revert LengthMismatch(count, values.length);
        uint256[] memory levels = new uint256[](count < 2 ? 0 : (count * (count - 1)) / 2);
        uint256 pair;
        while (pair < levels.length) {
            uint8 a = assets.lowest();
            assets = assets.without(a);
            uint256 row = _levels[a];
            for (AssetSet rest = assets; !rest.isEmpty();) {
                uint8 b = rest.lowest();
                rest = rest.without(b);
                levels[pair++] = (row >> (LEVEL_BITS * b)) & CorrelationMath.MAX_LEVEL;
            }
        }
        return MarginMath.powerDown(values, risks, levels);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IVolatilityModel
    function volatilityParameters() external view returns (VolatilityParameters memory) {
        return _parameters;
    }

    /// @inheritdoc IVolatilityModel
    function seriesOf(uint8 asset) external view returns (VolatilityMath.Series memory) {
        return _series[asset];
    }

    /// @inheritdoc IVolatilityModel
    function varianceOf(uint8 asset) external view returns (uint256) {
        return VolatilityMath.varianceOf(_series[asset], _parameters.halfLife);
    }

    /// @inheritdoc IVolatilityModel
    function haircutOf(uint8 asset) external view returns (uint256) {
        VolatilityParameters memory p = _parameters;
        return _haircutUp(VolatilityMath.varianceOf(_series[asset], p.halfLife), p);
    }

    /// @inheritdoc IVolatilityModel
    function correlation(uint8 a, uint8 b) external view returns (uint256) {
        (a, b) = _ordered(a, b);
        return _correlationUp(_level(a, b));
    }

    /// @inheritdoc IVolatilityModel
    function pairOf(uint8 a, uint8 b) external view returns (CorrelationMath.Pair memory) {
        (a, b) = _ordered(a, b);
        return _pairs[a][b];
    }

    /// @inheritdoc IVolatilityModel
    function closeCount(uint8 asset) external view returns (uint256) {
        return _closes[asset].length;
    }

    /// @inheritdoc IVolatilityModel
    function closeAt(uint8 asset, uint256 index) external view returns (HourClose) {
        return _closes[asset][index];
    }

    // ------------------------------------------------------------------ internals

    /// @dev Folds in the rounds one id at a time, so that the place where a call ends does not
    /// matter.
    function _foldRounds(
        uint8 asset,
        VolatilityMath.Series memory s,
        SourceConfig memory source,
        uint256 halfLife
    ) private returns (bool caughtUp) {
        RawFeed feed = RawFeed(address(source.feed));
        (bool ok, uint256 latest, , ) = _read(feed, 0);
        if (!ok || latest == 0 || latest > type(uint80).max) return false;
        if (s.round == 0) s.round = uint80(latest - 1);
        uint256 start = gasleft();
        for (uint256 n = 0; s.round < latest; ++n) {
            if (n == MAX_STEPS || start - gasleft() > POKE_GAS) return false;
            _requireGas();
            uint80 next = s.round + 1;
            uint256 answer;
            uint256 updatedAt;
            (ok, , answer, updatedAt) = _read(feed, next);
            if (ok && updatedAt != 0) {
                (s.round, s.missing) = (next, 0);
                bool inBounds = int256(answer) > 0 && answer > source.minAnswer && answer < source.maxAnswer;
                if (inBounds && updatedAt >= s.updatedAt && updatedAt <= block.timestamp) {
                    _foldRound(asset, s, ExpLn.lnDown(answer), updatedAt, halfLife);
                }
            } else {
                _miss(s, next, latest);
            }
        }
        return true;
    }

    /// @dev With less gas a feed read could run out and look like a missing round. Revert instead
    /// of returning early: gas estimators look for the least gas that succeeds and would make
    /// `poke` do nothing.
    function _requireGas() private view {
        if (gasleft() < STEP_GAS) revert InsufficientGas(gasleft(), STEP_GAS);
    }

    /// @dev Skips a missing round. If enough are missing in a row, in a phase before the newest
    /// round's, the phase has ended and the next one starts.
    function _miss(VolatilityMath.Series memory s, uint80 round, uint256 latest) private pure {
        s.round = round;
        if (s.missing < MAX_MISSING) ++s.missing;
        uint80 phase = round >> PHASE_BITS;
        if (s.missing < MAX_MISSING || phase == latest >> PHASE_BITS) return;
        (s.round, s.missing) = ((phase + 1) << PHASE_BITS, 0);
    }

    function _foldRound(
        uint8 asset,
        VolatilityMath.Series memory s,
        uint256 lnPrice,
        uint256 updatedAt,
        uint256 halfLife
    ) private {
        uint256 before = s.lnPrice;
        uint256 closed = VolatilityMath.fold(s, lnPrice, updatedAt, halfLife);
        if (closed == 0) return;
        _closes[asset].push(toHourClose(before, closed, !s.linked));
        s.linked = true;
    }

    /// @dev Every hour in which either asset has a close is one step; an hour is folded in only
    /// once both assets are past it.
    function _foldHours(
        HourClose[] storage closesA,
        HourClose[] storage closesB,
        CorrelationMath.Pair memory p,
        uint256 until,
        uint256 halfLife
    ) private view returns (bool caughtUp) {
        for (uint256 n = 0; ; ++n) {
            uint256 barA = _barAt(closesA, p.nextA);
            uint256 barB = _barAt(closesB, p.nextB);
            uint256 bar = FixedPoint.min(barA, barB);
            if (bar > until) return true;
            if (n == MAX_STEPS) return false;
            int256 returnA;
            int256 returnB;
            bool firstA;
            bool firstB;
            if (barA == bar) (returnA, firstA) = _returnAt(closesA, p.nextA++);
            if (barB == bar) (returnB, firstB) = _returnAt(closesB, p.nextB++);
            if (firstA || firstB) CorrelationMath.restart(p, bar);
            else CorrelationMath.fold(p, bar, returnA, returnB, halfLife);
        }
    }

    function _barAt(HourClose[] storage closes, uint256 index) private view returns (uint256) {
        return index < closes.length ? closes[index].bar() : type(uint256).max;
    }

    function _returnAt(HourClose[] storage closes, uint256 index) private view returns (int256 r, bool first) {
        HourClose close = closes[index];
        first = close.isFirst();
        if (!first) r = int256(close.lnPrice()) - int256(closes[index - 1].lnPrice());
    }

    /// @dev The last hour for which the closes of both assets are known.
    function _closedUntil(uint8 a, uint8 b) private view returns (uint256) {
        return FixedPoint.min(_closedUntil(a), _closedUntil(b));
    }

    /// @dev The hour before the open bar. After a reset, the last close of the old series until the
    /// new one has its first: the prices in between are unknown, not constant.
    function _closedUntil(uint8 asset) private view returns (uint256) {
        VolatilityMath.Series storage s = _series[asset];
        if (s.linked) return FixedPoint.subFloor(VolatilityMath.barOf(s.updatedAt), 1);
        uint256 count = _closes[asset].length;
        return count == 0 ? 0 : _closes[asset][count - 1].bar();
    }

    function _read(
        RawFeed feed,
        uint80 round
    ) private view returns (bool ok, uint256 id, uint256 answer, uint256 updatedAt) {
        try this.readRound{gas: READ_GAS}(feed, round) returns (uint256 id_, uint256 answer_, uint256 updatedAt_) {
            return (true, id_, answer_, updatedAt_);
        } catch {
            return (false, 0, 0, 0);
        }
    }

    function _level(uint8 a, uint8 b) private view returns (uint256) {
        return (_levels[a] >> (LEVEL_BITS * b)) & CorrelationMath.MAX_LEVEL;
    }

    function _correlationUp(uint256 level) private pure returns (uint256) {
        return WAD - (level * WAD) / CorrelationMath.STEPS;
    }

    function _haircutUp(uint256 variance, VolatilityParameters memory p) private pure returns (uint256) {
        return MarginMath.haircutUp(variance, p.z, p.horizon, p.floor, p.ceiling);
    }

    function _ordered(uint8 a, uint8 b) private pure returns (uint8 low, uint8 high) {
        if (a == b || a >= MAX_ASSETS || b >= MAX_ASSETS) revert NotAPair(a, b);
        return a < b ? (a, b) : (b, a);
    }

    function _setParameters(VolatilityParameters memory p) private {
        if (p.halfLife < MIN_HALF_LIFE || p.halfLife > MAX_HALF_LIFE) {
            revert HalfLifeOutOfRange(p.halfLife, MIN_HALF_LIFE, MAX_HALF_LIFE);
        }
        if (p.horizon == 0 || p.horizon > MAX_HORIZON) revert HorizonOutOfRange(p.horizon, 1, MAX_HORIZON);
        if (p.floor > p.ceiling || p.ceiling > MarginMath.MAX_HAIRCUT) {
            revert HaircutBoundsInvalid(p.floor, p.ceiling, MarginMath.MAX_HAIRCUT);
        }
        _parameters = p;
        emit ParametersUpdated(p);
    }
}

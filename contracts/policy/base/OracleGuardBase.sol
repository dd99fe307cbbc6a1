// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {AggregatorV3Interface} from "../../interfaces/external/AggregatorV3Interface.sol";
import {IOracleGuard, SourceConfig} from "../../interfaces/IOracleGuard.sol";
import {IRiskConfig} from "../../interfaces/IRiskConfig.sol";
import {CompactFloat} from "../../libraries/math/CompactFloat.sol";
import {FeedRounds} from "../../libraries/prices/FeedRounds.sol";
import {FixedPoint} from "../../libraries/math/FixedPoint.sol";
import {LastKnown} from "../../libraries/prices/LastKnown.sol";
import {PriceMath} from "../../libraries/math/PriceMath.sol";
import {SourceReader} from "../../libraries/prices/SourceReader.sol";
import {Price, Status} from "../../types/Price.sol";
import {PriceSource, PriceSourceFields} from "../../types/PriceSource.sol";

/// @title OracleGuardBase
/// @notice What the guard keeps, and how it prices, remembers and checks sources.
abstract contract OracleGuardBase is IOracleGuard, AccessManaged {
    /// @notice Gas a feed may use for its newest round. A caller that cannot forward it is refused,
    /// so that starving a feed of gas cannot make it look broken.
    uint256 public constant FEED_GAS = FeedRounds.FEED_GAS;
    /// @notice Number of rounds before an unusable newest one that are searched for a usable
    /// answer.
    uint256 public constant MAX_ROUNDS_BACK = SourceReader.MAX_ROUNDS_BACK;

    /// @notice Least time between two updates of the last good price by `observe` [s].
    uint256 public constant REMEMBER_EVERY = 1 hours;
    uint8 internal constant MAX_FEED_DECIMALS = 36;
    uint256 internal constant MAX_EXPONENT = 63;

    /// @inheritdoc IOracleGuard
    IRiskConfig public immutable riskConfig;
    /// @inheritdoc IOracleGuard
    uint8 public immutable debtDecimals;

    struct Accepted {
        uint208 price;
        uint48 timestamp;
    }

    /// @dev The last stored answer of the debt asset's source, in its own units. One word.
    struct DebtAnswer {
        uint128 answer;
        uint48 timestamp;
        uint8 exponent;
    }

    /// @dev The newest rounds behind a price: of the asset's sources and of the debt asset's.
    struct Rounds {
        uint256[5] primary;
        uint256[5] secondary;
        uint256[5] debt;
    }

    struct Sequencer {
        AggregatorV3Interface feed;
        uint32 gracePeriod;
    }

    mapping(uint256 asset => PriceSource) internal _primary;
    mapping(uint256 asset => PriceSource) internal _secondary;
    mapping(uint256 asset => Accepted) internal _accepted;
    mapping(uint256 asset => LastKnown.Death) internal _deaths;
    PriceSource internal _debt;
    DebtAnswer internal _debtAnswer;
    Sequencer internal _sequencer;

    constructor(address authority, IRiskConfig riskConfig_, uint8 debtDecimals_) AccessManaged(authority) {
        riskConfig = riskConfig_;
        debtDecimals = debtDecimals_;
    }

    // ------------------------------------------------------------------ pricing

    function _price(uint8 asset) internal view returns (Price memory result) {
        (result, ) = _priceAndExpiry(asset);
    }

    function _priceAndExpiry(uint8 asset) internal view returns (Price memory, uint256) {
        PriceSource source = _primary[asset];
        uint256[5] memory round = SourceReader.newest(source);
        (uint256 price_, uint256 readAt, uint256 expiresAt, PriceMath.Freshness freshness) = SourceReader.judge(
            source,
            10 ** source.exponent(),
            round
        );
        // Nearly every price is plain: this branch costs neither a second source nor memory.
        if (source.isPlain() && freshness >= PriceMath.Freshness.Aged && PriceMath.inRange(price_)) {
            return (PriceMath.single(price_, freshness), expiresAt);
        }
        Rounds memory rounds;
        rounds.primary = round;
        return _combined(asset, source, rounds, PriceMath.Reading(price_, readAt, expiresAt, freshness));
    }

    /// @dev Every other case: combines the primary reading `p` with the secondary source, the debt
    /// asset's source and the sequencer.
    function _combined(
        uint8 asset,
        PriceSource source,
        Rounds memory rounds,
        PriceMath.Reading memory p
    ) internal view returns (Price memory result, uint256 expiresAt) {
        PriceMath.Reading memory s;
        if (source.paired()) {
            PriceSource second = _secondary[asset];
            rounds.secondary = SourceReader.newest(second);
            s = SourceReader.read(second, 10 ** second.exponent(), rounds.secondary);
            LastKnown.Said memory said;
            if (p.freshness == PriceMath.Freshness.Unusable) {
                said = SourceReader.said(source, 10 ** source.exponent(), rounds.primary);
                // One bad answer of the primary must not leave the price to the secondary alone.
                if (s.freshness >= PriceMath.Freshness.Aged) p = SourceReader.anchor(source, said);
            } else if (s.freshness == PriceMath.Freshness.Unusable) {
                said = SourceReader.said(second, 10 ** second.exponent(), rounds.secondary);
            }
            result = PriceMath.pair(p, s, source.maxDeviation());
            // Bounds learnt from the unusable source count, although the other source makes the
            // price.
            if (said.floor != 0) result.low = FixedPoint.min(result.low, said.floor);
            result.high = FixedPoint.max(result.high, said.ceiling);
        } else {
            result = PriceMath.single(p);
        }
        PriceMath.Reading memory d;
        if (source.composed()) {
            PriceSource debt = _debt;
            rounds.debt = SourceReader.newest(debt);
            d = SourceReader.read(debt, 1, rounds.debt);
            result = PriceMath.compose(result, d, 10 ** debt.exponent());
        }
        if (source.sequenced() && result.status == Status.Good && !_sequencerIsUp()) result.status = Status.Doubtful;
        bool usable = result.status != Status.Dead && PriceMath.inRange(result.low) && PriceMath.inRange(result.high);
        if (!usable) return (_dead(asset, source, rounds), 0);
        expiresAt = FixedPoint.max(p.expiresAt, s.expiresAt);
        if (source.composed()) expiresAt = FixedPoint.min(expiresAt, d.expiresAt);
    }

    /// @dev The price of a dead asset, from what is known of it and the age of its death on record.
    function _dead(uint8 asset, PriceSource source, Rounds memory rounds) internal view returns (Price memory) {
        LastKnown.Known memory known = _known(asset, source, rounds);
        LastKnown.Death memory death = _deaths[asset];
        bool onRecord = LastKnown.isRecorded(death, known, block.timestamp);
        return LastKnown.priceOf(known, onRecord ? block.timestamp - death.since : 0);
    }

    function _known(uint8 asset) internal view returns (LastKnown.Known memory) {
        PriceSource source = _primary[asset];
        Rounds memory rounds;
        rounds.primary = SourceReader.newest(source);
        if (source.paired()) rounds.secondary = SourceReader.newest(_secondary[asset]);
        if (source.composed()) rounds.debt = SourceReader.newest(_debt);
        return _known(asset, source, rounds);
    }

    function _known(
        uint8 asset,
        PriceSource source,
        Rounds memory rounds
    ) internal view returns (LastKnown.Known memory known) {
        LastKnown.Said memory n = SourceReader.said(source, 10 ** source.exponent(), rounds.primary);
        if (source.paired()) {
            PriceSource second = _secondary[asset];
            LastKnown.Said memory s = SourceReader.said(second, 10 ** second.exponent(), rounds.secondary);
            // If exactly one source is usable, it alone counts.
            if (n.alive == s.alive) n = LastKnown.either(n, s);
            else if (s.alive) n = s;
        }
        uint256 newest = n.at;
        if (source.composed()) {
            (LastKnown.Said memory d, uint256 unit) = _debtSaid(rounds.debt);
            known = LastKnown.composed(n, d, unit);
            newest = FixedPoint.max(newest, d.at);
        } else {
            known = LastKnown.ofSources(n);
        }
        Accepted memory accepted = _accepted[asset];
        return LastKnown.withLastGoodPrice(known, accepted.price, accepted.timestamp, newest);
    }

    /// @dev The latest answer of the debt asset's source: the stored one if the source has given
    /// none since.
    function _debtSaid(uint256[5] memory round) internal view returns (LastKnown.Said memory d, uint256 unit) {
        PriceSource debt = _debt;
        (d, unit) = (SourceReader.said(debt, 1, round), 10 ** debt.exponent());
        DebtAnswer memory kept = _debtAnswer;
        if (kept.timestamp > d.at) (d.price, d.at, unit) = (kept.answer, kept.timestamp, 10 ** kept.exponent);
    }

    // ------------------------------------------------------------------ memory

    function _remember(uint8 asset, uint256 price_) internal {
        _accepted[asset] = Accepted(uint208(price_), uint48(block.timestamp));
        emit LastGoodPriceUpdated(asset, price_, block.timestamp);
        if (_primary[asset].composed()) _rememberDebt();
    }

    /// @dev Stores the last answer of the debt asset's source, if it is newer than the stored one.
    function _rememberDebt() internal {
        (LastKnown.Said memory d, ) = _debtSaid(SourceReader.newest(_debt));
        if (d.at <= _debtAnswer.timestamp) return;
        _debtAnswer = DebtAnswer(uint128(d.price), uint48(d.at), uint8(_debt.exponent()));
    }

    /// @dev Stores the current or last known price of `asset` before its sources are replaced.
    function _keep(uint8 asset) internal {
        if (_primary[asset].feed() == address(0)) return;
        Price memory p = _price(asset);
        if (p.status != Status.Dead) return _remember(asset, p.liquidation);
        LastKnown.Known memory known = _known(asset);
        if (known.base == 0 || known.base > PriceMath.MAX_PRICE) return;
        _accepted[asset] = Accepted(uint208(known.base), uint48(known.aliveAt));
    }

    function _recordDeath(uint8 asset) internal {
        LastKnown.Death memory old = _deaths[asset];
        LastKnown.Death memory death = LastKnown.recorded(old, _known(asset), block.timestamp);
        _deaths[asset] = death;
        if (death.since != old.since) emit DeathRecorded(asset, death.since);
    }

    // ------------------------------------------------------------------ sources

    /// @dev Whether the sequencer has been up for the grace period. An unusable answer counts as
    /// down.
    function _sequencerIsUp() internal view returns (bool) {
        Sequencer memory s = _sequencer;
        if (address(s.feed) == address(0)) return true;
        uint256[5] memory round = FeedRounds.latest(address(s.feed));
        uint256 since = round[FeedRounds.STARTED_AT];
        if (round[FeedRounds.ANSWER] != 0 || since == 0 || since > block.timestamp) return false;
        return block.timestamp - since >= s.gracePeriod;
    }

    // ------------------------------------------------------------------ configuration

    /// @dev The fields of a source that its configuration determines. Reverts if the configuration
    /// is invalid.
    function _checked(SourceConfig calldata c) internal pure returns (PriceSourceFields memory fields) {
        bool bounded = CompactFloat.encodeUp(c.minAnswer) < CompactFloat.encodeDown(c.maxAnswer);
        if (address(c.feed) == address(0) || c.heartbeat == 0 || c.heartbeat > type(uint24).max || !bounded) {
            revert InvalidSource(address(c.feed), c.heartbeat, c.minAnswer, c.maxAnswer);
        }
        (fields.feed, fields.heartbeat) = (c.feed, uint24(c.heartbeat));
        (fields.minAnswer, fields.maxAnswer) = (c.minAnswer, c.maxAnswer);
    }

    function _exponent(AggregatorV3Interface feed, uint8 collateralDecimals) internal view returns (uint256) {
        uint8 feedDecimals = feed.decimals();
        uint256 positive = 36 + uint256(debtDecimals);
        uint256 negative = uint256(collateralDecimals) + feedDecimals;
        if (negative > positive || positive - negative > MAX_EXPONENT) {
            revert DecimalsOutOfRange(collateralDecimals, feedDecimals, debtDecimals);
        }
        return positive - negative;
    }

    function _config(PriceSource s) internal pure returns (SourceConfig memory) {
        return
            SourceConfig(
                AggregatorV3Interface(s.feed()),
                uint32(s.heartbeat()),
                uint128(s.minAnswer()),
                uint128(s.maxAnswer())
            );
    }
}

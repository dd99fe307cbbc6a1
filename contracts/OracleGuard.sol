// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {AggregatorV3Interface} from "./interfaces/AggregatorV3Interface.sol";
import {IOracleGuard, SourceConfig} from "./interfaces/IOracleGuard.sol";
import {IRiskConfig} from "./interfaces/IRiskConfig.sol";
import {BoundedCall} from "./libraries/BoundedCall.sol";
import {CompactFloat} from "./libraries/CompactFloat.sol";
import {BPS, FixedPoint} from "./libraries/FixedPoint.sol";
import {PriceMath} from "./libraries/PriceMath.sol";
import {AssetRiskFields} from "./types/AssetRisk.sol";
import {AssetSet} from "./types/AssetSet.sol";
import {Price, Status} from "./types/Price.sol";
import {PriceSource, PriceSourceFields, packPriceSource} from "./types/PriceSource.sol";

/// @title OracleGuard
/// @notice See `IOracleGuard`, which is the specification.
contract OracleGuard is IOracleGuard, AccessManaged {
    /// @notice Gas a feed may use. A caller that cannot forward it is refused, so nobody can fake a broken feed by starving it.
    uint256 public constant FEED_GAS = 200_000;

    /// @notice Observing remembers a price this long after the last one was remembered [s].
    uint256 public constant REMEMBER_EVERY = 1 hours;
    /// @dev More than a call takes before its callee gets any gas: a cold account, memory.
    uint256 private constant CALL_GAS = 5_000;
    uint8 private constant MAX_FEED_DECIMALS = 36;
    uint256 private constant MAX_EXPONENT = 63;

    /// @inheritdoc IOracleGuard
    IRiskConfig public immutable riskConfig;
    /// @inheritdoc IOracleGuard
    uint8 public immutable debtDecimals;

    struct Accepted {
        uint208 price;
        uint48 timestamp;
    }

    struct Sequencer {
        AggregatorV3Interface feed;
        uint32 gracePeriod;
    }

    mapping(uint256 asset => PriceSource) private _primary;
    mapping(uint256 asset => PriceSource) private _secondary;
    mapping(uint256 asset => Accepted) private _accepted;
    PriceSource private _debt;
    Sequencer private _sequencer;

    constructor(address authority, IRiskConfig riskConfig_, uint8 debtDecimals_) AccessManaged(authority) {
        riskConfig = riskConfig_;
        debtDecimals = debtDecimals_;
    }

    // ------------------------------------------------------------------ setters

    /// @inheritdoc IOracleGuard
    function setAssetSources(
        uint8 asset,
        SourceConfig calldata primary,
        SourceConfig calldata secondary,
        uint16 maxDeviation,
        bool composed
    ) external restricted {
        if (composed && _debt.feed() == address(0)) revert DebtSourceMissing();
        if (maxDeviation > BPS) revert DeviationTooLarge(maxDeviation, BPS);
        (AssetRiskFields memory risk, ) = riskConfig.assetRisk(asset);
        bool paired = address(secondary.feed) != address(0);
        PriceSourceFields memory fields = _checked(primary);
        fields.exponent = _exponent(primary.feed, risk.decimals);
        (fields.maxDeviation, fields.paired, fields.composed) = (maxDeviation, paired, composed);
        fields.sequenced = _primary[asset].sequenced();
        PriceSource first = packPriceSource(fields);
        PriceSource second;
        if (paired) {
            fields = _checked(secondary);
            fields.exponent = _exponent(secondary.feed, risk.decimals);
            second = packPriceSource(fields);
        }
        (_primary[asset], _secondary[asset]) = (first, second);
        emit AssetSourcesSet(asset, _config(first), _config(second), maxDeviation, composed);
        // What was accepted of other sources says nothing of these.
        delete _accepted[asset];
        Price memory p = _price(asset);
        if (p.status == Status.Good) _remember(asset, p.liq);
    }

    /// @inheritdoc IOracleGuard
    function setDebtSource(SourceConfig calldata source) external restricted {
        PriceSourceFields memory fields = _checked(source);
        uint8 decimals = source.feed.decimals();
        if (decimals > MAX_FEED_DECIMALS) revert DecimalsOutOfRange(0, decimals, debtDecimals);
        fields.exponent = decimals;
        PriceSource debt = packPriceSource(fields);
        _debt = debt;
        emit DebtSourceSet(_config(debt));
    }

    /// @inheritdoc IOracleGuard
    function setSequencer(AggregatorV3Interface feed, uint32 gracePeriod) external restricted {
        _sequencer = Sequencer(feed, gracePeriod);
        emit SequencerSet(feed, gracePeriod);
    }

    /// @inheritdoc IOracleGuard
    function setSequenced(uint8 asset, bool sequenced) external restricted {
        PriceSource source = _primary[asset];
        if (source.feed() == address(0)) revert SourcesMissing(asset);
        _primary[asset] = source.withSequenced(sequenced);
        emit SequencedSet(asset, sequenced);
    }

    /// @inheritdoc IOracleGuard
    function accept(uint8 asset) external returns (bool accepted) {
        Price memory p = _price(asset);
        accepted = p.status == Status.Good;
        if (accepted) _remember(asset, p.liq);
    }

    /// @inheritdoc IOracleGuard
    function observe(uint8 asset) external returns (Price memory p) {
        p = _price(asset);
        if (p.status == Status.Good && block.timestamp - _accepted[asset].timestamp >= REMEMBER_EVERY) {
            _remember(asset, p.liq);
        }
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IOracleGuard
    function prices(AssetSet assets) external view returns (Price[] memory list) {
        list = new Price[](assets.size());
        for (uint256 i = 0; !assets.isEmpty(); ++i) {
            uint8 asset = assets.lowest();
            list[i] = _price(asset);
            assets = assets.without(asset);
        }
    }

    /// @inheritdoc IOracleGuard
    function price(uint8 asset) external view returns (Price memory) {
        return _price(asset);
    }

    /// @inheritdoc IOracleGuard
    function priceAndExpiry(uint8 asset) external view returns (Price memory price_, uint256 expiresAt) {
        return _priceAndExpiry(asset);
    }

    /// @inheritdoc IOracleGuard
    function lastAccepted(uint8 asset) external view returns (uint256 acceptedPrice, uint256 timestamp) {
        return (_accepted[asset].price, _accepted[asset].timestamp);
    }

    /// @inheritdoc IOracleGuard
    function assetSources(
        uint8 asset
    )
        external
        view
        returns (SourceConfig memory primary, SourceConfig memory secondary, uint16 maxDeviation, bool composed)
    {
        PriceSource p = _primary[asset];
        return (_config(p), _config(_secondary[asset]), uint16(p.maxDeviation()), p.composed());
    }

    /// @inheritdoc IOracleGuard
    function debtSource() external view returns (SourceConfig memory) {
        return _config(_debt);
    }

    /// @inheritdoc IOracleGuard
    function sequencer() external view returns (AggregatorV3Interface feed, uint256 gracePeriod) {
        return (_sequencer.feed, _sequencer.gracePeriod);
    }

    /// @inheritdoc IOracleGuard
    function isSequenced(uint8 asset) external view returns (bool) {
        return _primary[asset].sequenced();
    }

    // ------------------------------------------------------------------ pricing

    function _price(uint8 asset) private view returns (Price memory result) {
        (result, ) = _priceAndExpiry(asset);
    }

    function _priceAndExpiry(uint8 asset) private view returns (Price memory, uint256) {
        PriceSource source = _primary[asset];
        (uint256 price_, uint256 readAt, uint256 expiresAt, PriceMath.Freshness freshness) = _judge(
            source,
            10 ** source.exponent()
        );
        // The plain case apart, because it is what nearly every price is: it pays neither for a second source nor for memory.
        if (source.isPlain() && freshness >= PriceMath.Freshness.Aged && PriceMath.inRange(price_)) {
            return (PriceMath.single(price_, freshness), expiresAt);
        }
        return _combined(asset, source, PriceMath.Reading(price_, readAt, expiresAt, freshness));
    }

    /// @dev Every other case: `p` with what else decides about the price.
    function _combined(
        uint8 asset,
        PriceSource source,
        PriceMath.Reading memory p
    ) private view returns (Price memory result, uint256 expiresAt) {
        PriceMath.Reading memory s;
        if (source.paired()) {
            PriceSource second = _secondary[asset];
            s = _read(second, 10 ** second.exponent());
            result = PriceMath.pair(p, s, source.maxDeviation());
        } else {
            result = PriceMath.single(p);
        }
        PriceMath.Reading memory d;
        uint256 unit;
        if (source.composed()) {
            PriceSource debt = _debt;
            d = _read(debt, 1);
            unit = 10 ** debt.exponent();
            result = PriceMath.compose(result, d, unit);
        }
        if (source.sequenced() && result.status == Status.Good && !_sequencerIsUp()) result.status = Status.Doubtful;
        bool usable = result.status != Status.Dead && PriceMath.inRange(result.low) && PriceMath.inRange(result.high);
        if (!usable) return (_dead(asset, p.updatedAt >= s.updatedAt ? p : s, d, unit), 0);
        expiresAt = p.expiresAt > s.expiresAt ? p.expiresAt : s.expiresAt;
        if (unit != 0 && d.expiresAt < expiresAt) expiresAt = d.expiresAt;
    }

    /// @dev What a dead asset counts at: the newer of the accepted price and what its feeds said last, fading from the later of
    /// when it was accepted and when they expired. `high`, on which debts are given up, does not fade, and is unbounded where nothing is
    /// known: nobody gives up on no evidence.
    function _dead(
        uint8 asset,
        PriceMath.Reading memory last,
        PriceMath.Reading memory d,
        uint256 unit
    ) private view returns (Price memory) {
        if (unit != 0 && last.price != 0) {
            last.price = d.price == 0 ? 0 : PriceMath.composeDown(last.price, d.price, unit);
            if (d.updatedAt < last.updatedAt) last.updatedAt = d.updatedAt;
            if (d.expiresAt < last.expiresAt) last.expiresAt = d.expiresAt;
        }
        Accepted memory accepted = _accepted[asset];
        if (!PriceMath.inRange(last.price)) (last.price, last.expiresAt) = (accepted.price, accepted.timestamp);
        if (accepted.timestamp > last.updatedAt) last.price = accepted.price;
        if (accepted.timestamp > last.expiresAt) last.expiresAt = accepted.timestamp;
        if (last.price == 0) return Price(0, 0, PriceMath.MAX_PRICE, Status.Dead);
        uint256 faded = PriceMath.fadedDown(last.price, last.expiresAt, block.timestamp);
        return Price(faded, faded, last.price, Status.Dead);
    }

    function _remember(uint8 asset, uint256 price_) private {
        _accepted[asset] = Accepted(uint208(price_), uint48(block.timestamp));
        emit PriceAccepted(asset, price_, block.timestamp);
    }

    function _read(PriceSource source, uint256 unit) private view returns (PriceMath.Reading memory r) {
        (r.price, r.updatedAt, r.expiresAt, r.freshness) = _judge(source, unit);
    }

    /// @dev The fields of what a source says.
    function _judge(
        PriceSource source,
        uint256 unit
    ) private view returns (uint256 price_, uint256 readAt, uint256 expiresAt, PriceMath.Freshness freshness) {
        if (source.feed() == address(0)) return (0, 0, 0, PriceMath.Freshness.Unusable);
        (bool ok, uint256 answer, , uint256 updatedAt) = _latestRound(source.feed());
        if (!ok) return (0, 0, 0, PriceMath.Freshness.Unusable);
        return
            PriceMath.read(
                int256(answer),
                updatedAt,
                block.timestamp,
                source.minAnswer(),
                source.maxAnswer(),
                source.heartbeat(),
                unit
            );
    }

    /// @dev Whether the sequencer has been up for the grace period. A feed that says nothing usable is no evidence of that.
    function _sequencerIsUp() private view returns (bool) {
        Sequencer memory s = _sequencer;
        if (address(s.feed) == address(0)) return true;
        (bool ok, uint256 down, uint256 since, ) = _latestRound(address(s.feed));
        if (!ok || down != 0 || since == 0 || since > block.timestamp) return false;
        return block.timestamp - since >= s.gracePeriod;
    }

    /// @dev What a feed answers, at a bounded price; not ok if it fails or answers too little. Whole words, not the types of the
    /// interface: a field out of its type's range must not revert here.
    function _latestRound(
        address feed
    ) private view returns (bool ok, uint256 answer, uint256 startedAt, uint256 updatedAt) {
        uint256 available = gasleft();
        uint256 size;
        uint256[5] memory round;
        (ok, size, round) = BoundedCall.read(feed, FEED_GAS, AggregatorV3Interface.latestRoundData.selector);
        if (!ok) {
            available = FixedPoint.subFloor(available, CALL_GAS);
            uint256 forwarded = available - available / 64;
            if (forwarded < FEED_GAS) revert InsufficientGas(feed, forwarded, FEED_GAS);
        }
        if (size < 160) ok = false;
        (answer, startedAt, updatedAt) = (round[1], round[2], round[3]);
    }

    // ------------------------------------------------------------------ configuration

    /// @dev The part of a source that its configuration gives.
    function _checked(SourceConfig calldata c) private pure returns (PriceSourceFields memory fields) {
        bool bounded = CompactFloat.encodeUp(c.minAnswer) < CompactFloat.encodeDown(c.maxAnswer);
        if (address(c.feed) == address(0) || c.heartbeat == 0 || c.heartbeat > type(uint24).max || !bounded) {
            revert InvalidSource(address(c.feed), c.heartbeat, c.minAnswer, c.maxAnswer);
        }
        (fields.feed, fields.heartbeat) = (c.feed, uint24(c.heartbeat));
        (fields.minAnswer, fields.maxAnswer) = (c.minAnswer, c.maxAnswer);
    }

    function _exponent(AggregatorV3Interface feed, uint8 collateralDecimals) private view returns (uint256) {
        uint8 feedDecimals = feed.decimals();
        uint256 positive = 36 + uint256(debtDecimals);
        uint256 negative = uint256(collateralDecimals) + feedDecimals;
        if (negative > positive || positive - negative > MAX_EXPONENT) {
            revert DecimalsOutOfRange(collateralDecimals, feedDecimals, debtDecimals);
        }
        return positive - negative;
    }

    function _config(PriceSource s) private pure returns (SourceConfig memory) {
        return
            SourceConfig(
                AggregatorV3Interface(s.feed()),
                uint32(s.heartbeat()),
                uint128(s.minAnswer()),
                uint128(s.maxAnswer())
            );
    }
}

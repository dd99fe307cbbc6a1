// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {AggregatorV3Interface} from "./interfaces/AggregatorV3Interface.sol";
import {IOracleGuard, SourceConfig} from "./interfaces/IOracleGuard.sol";
import {IRiskConfig} from "./interfaces/IRiskConfig.sol";
import {PriceMath} from "./libraries/PriceMath.sol";
import {AssetRiskFields} from "./types/AssetRisk.sol";
import {AssetSet} from "./types/AssetSet.sol";
import {Price, Status} from "./types/Price.sol";

/// @title OracleGuard
/// @notice See `IOracleGuard`, which is the specification.
contract OracleGuard is IOracleGuard, AccessManaged {
    /// @notice Gas a feed may use. A caller that cannot forward it is refused, so nobody can fake a broken feed by starving it.
    uint256 public constant FEED_GAS = 200_000;

    /// @notice Observing remembers a price this long after the last one was remembered [s].
    uint256 public constant REMEMBER_EVERY = 1 hours;
    uint8 private constant MAX_FEED_DECIMALS = 36;

    /// @inheritdoc IOracleGuard
    IRiskConfig public immutable riskConfig;
    /// @inheritdoc IOracleGuard
    uint8 public immutable debtDecimals;

    /// @dev Two words. `exponent`: an answer times 10^exponent is a scaled price.
    struct Source {
        AggregatorV3Interface feed;
        uint32 heartbeat;
        uint8 exponent;
        uint16 maxDeviation;
        bool paired;
        bool composed;
        uint128 minAnswer;
        uint128 maxAnswer;
    }

    struct Accepted {
        uint208 price;
        uint48 timestamp;
    }

    mapping(uint256 asset => Source) private _primary;
    mapping(uint256 asset => Source) private _secondary;
    mapping(uint256 asset => Accepted) private _accepted;
    Source private _debt;

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
        if (composed && address(_debt.feed) == address(0)) revert DebtSourceMissing();
        (AssetRiskFields memory risk, ) = riskConfig.assetRisk(asset);
        bool paired = address(secondary.feed) != address(0);
        Source memory source = _checked(primary);
        source.exponent = _exponent(primary.feed, risk.decimals);
        source.maxDeviation = maxDeviation;
        source.paired = paired;
        source.composed = composed;
        _primary[asset] = source;
        if (paired) {
            source = _checked(secondary);
            source.exponent = _exponent(secondary.feed, risk.decimals);
            _secondary[asset] = source;
        } else {
            delete _secondary[asset];
        }
        emit AssetSourcesSet(asset, primary, secondary, maxDeviation, composed);
        // What was accepted of other sources says nothing of these.
        delete _accepted[asset];
        Price memory p = _price(asset);
        if (p.status == Status.Good) _remember(asset, p.liq);
    }

    /// @inheritdoc IOracleGuard
    function setDebtSource(SourceConfig calldata source) external restricted {
        Source memory debt = _checked(source);
        debt.exponent = source.feed.decimals();
        if (debt.exponent > MAX_FEED_DECIMALS) revert DecimalsOutOfRange(0, debt.exponent, debtDecimals);
        _debt = debt;
        emit DebtSourceSet(source);
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
        Source storage p = _primary[asset];
        return (_config(p), _config(_secondary[asset]), p.maxDeviation, p.composed);
    }

    /// @inheritdoc IOracleGuard
    function debtSource() external view returns (SourceConfig memory) {
        return _config(_debt);
    }

    // ------------------------------------------------------------------ pricing

    function _price(uint8 asset) private view returns (Price memory result) {
        (result, ) = _priceAndExpiry(asset);
    }

    function _priceAndExpiry(uint8 asset) private view returns (Price memory result, uint256 expiresAt) {
        Source memory source = _primary[asset];
        PriceMath.Reading memory p = _read(source, 10 ** source.exponent);
        PriceMath.Reading memory s;
        if (source.paired) {
            Source memory second = _secondary[asset];
            s = _read(second, 10 ** second.exponent);
            result = PriceMath.pair(p, s, source.maxDeviation);
        } else {
            result = PriceMath.single(p);
        }
        PriceMath.Reading memory d;
        uint256 unit;
        if (source.composed) {
            Source memory debt = _debt;
            d = _read(debt, 1);
            unit = 10 ** debt.exponent;
            result = PriceMath.compose(result, d, unit);
        }
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

    function _read(Source memory source, uint256 unit) private view returns (PriceMath.Reading memory reading) {
        if (address(source.feed) == address(0)) return reading;
        uint256 forwarded = gasleft() - gasleft() / 64;
        (bool ok, bytes memory data) = address(source.feed).staticcall{gas: FEED_GAS}(
            abi.encodeCall(AggregatorV3Interface.latestRoundData, ())
        );
        if (!ok && forwarded < FEED_GAS) revert InsufficientGas(address(source.feed), forwarded, FEED_GAS);
        if (!ok || data.length < 160) return reading;
        // Decoded as whole words: a field out of its type's range must not revert here.
        (, uint256 answer, , uint256 updatedAt, ) = abi.decode(data, (uint256, uint256, uint256, uint256, uint256));
        return
            PriceMath.read(
                int256(answer),
                updatedAt,
                block.timestamp,
                source.minAnswer,
                source.maxAnswer,
                source.heartbeat,
                unit
            );
    }

    // ------------------------------------------------------------------ configuration

    function _checked(SourceConfig calldata c) private pure returns (Source memory source) {
        if (address(c.feed) == address(0) || c.heartbeat == 0 || c.minAnswer >= c.maxAnswer) {
            revert InvalidSource(address(c.feed), c.heartbeat, c.minAnswer, c.maxAnswer);
        }
        (source.feed, source.heartbeat) = (c.feed, c.heartbeat);
        (source.minAnswer, source.maxAnswer) = (c.minAnswer, c.maxAnswer);
    }

    function _exponent(AggregatorV3Interface feed, uint8 collateralDecimals) private view returns (uint8) {
        uint8 feedDecimals = feed.decimals();
        uint256 positive = 36 + uint256(debtDecimals);
        uint256 negative = uint256(collateralDecimals) + feedDecimals;
        if (negative > positive) revert DecimalsOutOfRange(collateralDecimals, feedDecimals, debtDecimals);
        return uint8(positive - negative);
    }

    function _config(Source storage s) private view returns (SourceConfig memory) {
        return SourceConfig(s.feed, s.heartbeat, s.minAnswer, s.maxAnswer);
    }
}

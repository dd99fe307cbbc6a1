// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AssetSet} from "../types/AssetSet.sol";
import {Price} from "../types/Price.sol";
import {LastKnown} from "../libraries/prices/LastKnown.sol";
import {AggregatorV3Interface} from "./external/AggregatorV3Interface.sol";
import {IRiskConfig} from "./IRiskConfig.sol";

/// @notice One Chainlink-shaped source and its limits.
struct SourceConfig {
    AggregatorV3Interface feed;
    /// Longest time between answers while the feed works [s], below 2^24. Past one heartbeat the
    /// source is aged, past three it is expired.
    uint32 heartbeat;
    /// Answers at or below `minAnswer`, or at or above `maxAnswer`, are refused [feed units]. Both
    /// are stored as 24-bit floats, which moves them inwards by less than one part in 2^15; events
    /// and views report the stored bounds.
    uint128 minAnswer;
    uint128 maxAnswer;
}

/// @title Oracle guard
/// @notice Combines one or two sources per asset into a price (liquidation, low, high) with a
/// status; `PriceMath` holds the policy. A feed that reverts, returns too little or answers
/// nonsense is an unusable source and never a revert, because a broken feed must not block a
/// repayment, and the guard must not block a liquidation.
interface IOracleGuard {
    /// @notice The sources of an asset changed; the bounds are the stored ones.
    /// @param secondary its `feed` is zero if there is none
    /// @param maxDeviation most by which two fresh sources may differ [bps]
    /// @param composed whether the price is divided by the debt asset's own
    event AssetSourcesUpdated(
        uint8 indexed asset,
        SourceConfig primary,
        SourceConfig secondary,
        uint16 maxDeviation,
        bool composed
    );
    /// @notice The source that prices the debt asset changed; the bounds are the stored ones.
    event DebtSourceUpdated(SourceConfig source);
    /// @notice The sequencer uptime feed changed.
    /// @param feed zero if there is none
    /// @param gracePeriod time the sequencer must have been up [s]
    event SequencerUpdated(AggregatorV3Interface feed, uint256 gracePeriod);
    /// @notice Whether the price of `asset` depends on the sequencer changed.
    event SequencedUpdated(uint8 indexed asset, bool sequenced);
    /// @notice The last good price of `asset` was updated.
    /// @param price price stored [1e36-scaled]
    /// @param timestamp time of the update [s]
    event LastGoodPriceUpdated(uint8 indexed asset, uint256 price, uint256 timestamp);

    /// @notice A new death of `asset` was recorded; unless it recovers, its price starts to fade a
    /// day later.
    /// @param since start of the record [s]
    event DeathRecorded(uint8 indexed asset, uint256 since);

    /// @notice A source needs a feed, a heartbeat above 0 and below 2^24 [s], and minAnswer <
    /// maxAnswer after rounding [feed units].
    error InvalidSource(address feed, uint32 heartbeat, uint128 minAnswer, uint128 maxAnswer);
    /// @notice The deviation exceeds 100 % [bps], beyond which any two sources would agree.
    error DeviationTooLarge(uint256 maxDeviation, uint256 max);
    /// @notice The asset has no sources.
    error SourcesMissing(uint8 asset);
    /// @notice A composed price needs the debt asset's source to be set first.
    error DebtSourceMissing();
    /// @notice Collateral + feed decimals exceed 36 + debt decimals, so that scaling the price
    /// would lose digits, or fall short of it by 64 or more.
    error DecimalsOutOfRange(uint256 collateralDecimals, uint256 feedDecimals, uint256 debtDecimals);
    /// @notice The caller forwarded too little gas for a feed to answer, which could pass for a
    /// broken feed [gas].
    error InsufficientGas(address feed, uint256 gasForwarded, uint256 gasNeeded);

    /// @notice Sets the sources of a listed asset. Restricted.
    /// @dev Stores the last price of the old sources, which counts until the new ones have given a
    /// usable answer, and then the new price if it is Good.
    /// @param secondary second source; a zero `feed` for none
    /// @param maxDeviation most by which two fresh sources may differ and still agree [bps]
    /// @param composed true if the feeds quote a common currency (USD) and the price must be
    /// divided by the debt asset's own
    function setAssetSources(
        uint8 asset,
        SourceConfig calldata primary,
        SourceConfig calldata secondary,
        uint16 maxDeviation,
        bool composed
    ) external;

    /// @notice Sets the source that prices the debt asset in the common currency of composed feeds.
    /// Restricted.
    /// @dev The last answer of the old source counts until the new one has given a usable answer.
    function setDebtSource(SourceConfig calldata source) external;

    /// @notice Sets the feed that reports whether the chain's sequencer is up (answer 0) and since
    /// when (`startedAt`), like Chainlink's; a zero `feed` removes it. Restricted.
    /// @dev While the sequencer is down, silent, or up for less than `gracePeriod`, a Good price of
    /// a sequenced asset becomes Doubtful: taking risk waits, liquidations continue. No price
    /// becomes Dead.
    /// @param gracePeriod time the sequencer must have been up [s]
    function setSequencer(AggregatorV3Interface feed, uint32 gracePeriod) external;

    /// @notice Sets whether the price of `asset` depends on the sequencer. Restricted. A change of
    /// sources keeps the setting.
    function setSequenced(uint8 asset, bool sequenced) external;

    /// @notice Stores the current price of `asset` as its last good price if it is Good, and
    /// records its death if it is Dead. Anyone may call.
    /// @dev A dead asset counts at the newer of its last good price and the last usable answer
    /// among the newest rounds of its feeds.
    /// @return accepted whether the price was Good
    function updateLastGoodPrice(uint8 asset) external returns (bool accepted);

    /// @notice Returns the price of `asset`. Updates its last good price if the stored one is at
    /// least an hour old, and records a death. Anyone may call.
    /// @dev The engine calls it on every deposit and whenever it reads a dead price.
    function observe(uint8 asset) external returns (Price memory);

    /// @notice The prices of `assets`, ids ascending. An asset without sources is Dead.
    function prices(AssetSet assets) external view returns (Price[] memory);

    /// @notice The price of one asset.
    function price(uint8 asset) external view returns (Price memory);

    /// @notice The price of one asset and its expiry.
    /// @return price price of the asset [1e36-scaled]
    /// @return expiresAt last second at which the price is usable if no source answers again [s]; 0
    /// if it is Dead
    function priceAndExpiry(uint8 asset) external view returns (Price memory price, uint256 expiresAt);

    /// @notice The last good price of `asset`; zeros if there is none.
    /// @return goodPrice price stored [1e36-scaled]
    /// @return timestamp time of the update [s]
    function lastGoodPrice(uint8 asset) external view returns (uint256 goodPrice, uint256 timestamp);

    /// @notice What is known of `asset` while its price is Dead; `LastKnown.priceOf` turns it into
    /// a price.
    /// @return known known figures [1e36-scaled]
    /// @return deadSince start of the record of its death [s]; 0 if not on record
    function lastKnown(uint8 asset) external view returns (LastKnown.Known memory known, uint256 deadSince);

    /// @notice The range of usable answers of the primary source of `asset` since `since`, and of
    /// the one in force at that time; zeros if there is none.
    /// @dev Searches the nine newest rounds. Figures are 1e36-scaled and not composed.
    /// @param since start of the range [s]
    /// @return lowest lowest usable answer [1e36-scaled]
    /// @return highest highest usable answer [1e36-scaled]
    /// @return newest newest usable answer [1e36-scaled]
    function recentRange(
        uint8 asset,
        uint256 since
    ) external view returns (uint256 lowest, uint256 highest, uint256 newest);

    /// @notice The source of the collaterals' decimals.
    function riskConfig() external view returns (IRiskConfig);

    /// @notice Decimals of the debt asset.
    function debtDecimals() external view returns (uint8);

    /// @notice The sources of `asset`, with the stored bounds.
    /// @return primary first source
    /// @return secondary second source; a zero `feed` if there is none
    /// @return maxDeviation most by which two fresh sources may differ [bps]
    /// @return composed whether the price is divided by the debt asset's own
    function assetSources(
        uint8 asset
    )
        external
        view
        returns (SourceConfig memory primary, SourceConfig memory secondary, uint16 maxDeviation, bool composed);

    /// @notice The source of the debt asset's own price; a zero `feed` if there is none.
    function debtSource() external view returns (SourceConfig memory);

    /// @notice The sequencer uptime feed.
    /// @return feed zero if there is none
    /// @return gracePeriod time the sequencer must have been up [s]
    function sequencer() external view returns (AggregatorV3Interface feed, uint256 gracePeriod);

    /// @notice Whether the price of `asset` depends on the sequencer.
    function isSequenced(uint8 asset) external view returns (bool);
}

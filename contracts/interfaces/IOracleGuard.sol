// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AssetSet} from "../types/AssetSet.sol";
import {Price} from "../types/Price.sol";
import {LastKnown} from "../libraries/prices/LastKnown.sol";
import {AggregatorV3Interface} from "./external/AggregatorV3Interface.sol";
import {IRiskConfig} from "./IRiskConfig.sol";

/// @notice One Chainlink-shaped source and what is believed of it.
struct SourceConfig {
    AggregatorV3Interface feed;
    /// Longest time between answers while the feed works [s], below 2^24. Past it the source is aged, past three of them
    /// expired.
    uint32 heartbeat;
    /// Answers at or below `minAnswer`, or at or above `maxAnswer`, are refused [feed units]. Kept as 24-bit floats, which
    /// moves them inwards by less than one part in 2^15; events and views say what is in force.
    uint128 minAnswer;
    uint128 maxAnswer;
}

/// @title Price sources to prices with a status
/// @notice Turns one or two sources per asset into (liquidation, low, high, status); see `PriceMath` for the policy. A feed that
/// reverts, returns too little, or answers nonsense is an unusable source, never a revert: a broken feed must not stop a
/// repayment, and a guard must not stop a liquidation.
interface IOracleGuard {
    /// @notice The sources of an asset changed; the bounds are those in force. A zero `secondary.feed` means that there is none.
    event AssetSourcesUpdated(
        uint8 indexed asset,
        SourceConfig primary,
        SourceConfig secondary,
        uint16 maxDeviation,
        bool composed
    );
    /// @notice The source that prices the debt asset changed; the bounds are those in force.
    event DebtSourceUpdated(SourceConfig source);
    /// @notice The feed that says whether the sequencer is up changed; zero: there is none.
    event SequencerUpdated(AggregatorV3Interface feed, uint256 gracePeriod);
    /// @notice The price of `asset` does or does not depend on the sequencer any longer.
    event SequencedUpdated(uint8 indexed asset, bool sequenced);
    /// @notice The price of `asset` was remembered as its last accepted one [1e36-scaled].
    event LastGoodPriceUpdated(uint8 indexed asset, uint256 price, uint256 timestamp);

    /// @notice `asset` was seen dead: what it counts at begins to fade a day after `since`, if it stays so.
    event DeathRecorded(uint8 indexed asset, uint256 since);

    /// @notice A source needs a feed, a heartbeat below 2^24 [s], and minAnswer < maxAnswer once both are rounded.
    error InvalidSource(address feed, uint32 heartbeat, uint128 minAnswer, uint128 maxAnswer);
    /// @notice A deviation beyond 100 % would let anything agree [bps].
    error DeviationTooLarge(uint256 maxDeviation, uint256 max);
    /// @notice The asset has no sources.
    error SourcesMissing(uint8 asset);
    /// @notice `composed` needs the debt asset's own source to be set first.
    error DebtSourceMissing();
    /// @notice collateral + feed decimals exceed 36 + debt decimals: such a price cannot be scaled without losing digits. Or
    /// they fall short of it by 64 or more.
    error DecimalsOutOfRange(uint256 collateralDecimals, uint256 feedDecimals, uint256 debtDecimals);
    /// @notice The caller gave a feed too little gas to answer, which would pass for a broken feed.
    error InsufficientGas(address feed, uint256 gasForwarded, uint256 gasNeeded);

    /// @notice Sets the sources of a listed asset. Remembers what the old ones last said, which counts until the new ones have given a usable
    /// answer, and accepts the new price if it is Good.
    /// @param maxDeviation most by which two fresh sources may differ and still agree [bps]
    /// @param composed true if the feeds quote a common currency (USD) and the price must be divided by the debt asset's own
    function setAssetSources(
        uint8 asset,
        SourceConfig calldata primary,
        SourceConfig calldata secondary,
        uint16 maxDeviation,
        bool composed
    ) external;

    /// @notice Sets the source that prices the debt asset in the common currency of composed feeds. What the old one last said counts until
    /// the new one has given a usable answer.
    function setDebtSource(SourceConfig calldata source) external;

    /// @notice Sets the feed that says whether the chain's sequencer is up (answer 0) and since when (`startedAt`), as
    /// Chainlink's do; a zero `feed` removes it. While it is down, silent, or up for less than `gracePeriod` [s], prices of
    /// sequenced assets that would be Good are Doubtful: risk waits, liquidations do not. It makes nothing Dead.
    function setSequencer(AggregatorV3Interface feed, uint32 gracePeriod) external;

    /// @notice Whether the price of `asset` depends on the sequencer. Kept when its sources change.
    function setSequenced(uint8 asset, bool sequenced) external;

    /// @notice Remembers the current price of `asset` if it is Good, and records its death if it is Dead. Anyone may call; a dead asset
    /// keeps counting at the newer of what was remembered and the last usable answer among the newest rounds of its feeds.
    /// @return accepted whether the price was Good
    function updateLastGoodPrice(uint8 asset) external returns (bool accepted);

    /// @notice The price of `asset`, remembered like `updateLastGoodPrice` does if the last one accepted is an hour old; its death is recorded. The
    /// engine calls it on every deposit, and whenever it meets a dead price; anyone may.
    function observe(uint8 asset) external returns (Price memory);

    /// @notice The prices of `assets`, ids ascending. An asset without sources is Dead.
    function prices(AssetSet assets) external view returns (Price[] memory);

    /// @notice The price of one asset.
    function price(uint8 asset) external view returns (Price memory);

    /// @notice The price of one asset, and until when it stays usable if no source answers again [s]; 0 if it is Dead.
    function priceAndExpiry(uint8 asset) external view returns (Price memory price, uint256 expiresAt);

    /// @notice The last accepted price of `asset` [1e36-scaled] and when it was [s]; zeros if there is none.
    function lastGoodPrice(uint8 asset) external view returns (uint256 goodPrice, uint256 timestamp);

    /// @notice What is known of `asset` while its price is Dead, and since when its death has been on record [s]; 0 if it is not.
    /// `LastKnown.priceOf` makes the price of it.
    function lastKnown(uint8 asset) external view returns (LastKnown.Known memory known, uint256 deadSince);

    /// @notice What the primary source of `asset` answered since `since` [s], and what it had answered last before: the lowest, the highest and
    /// the newest usable answer among its nine newest rounds [1e36-scaled, not composed]; zeros if there is none.
    function recentRange(
        uint8 asset,
        uint256 since
    ) external view returns (uint256 lowest, uint256 highest, uint256 newest);

    /// @notice Where the collateral's decimals come from.
    function riskConfig() external view returns (IRiskConfig);

    /// @notice Decimals of the debt asset.
    function debtDecimals() external view returns (uint8);

    /// @notice The sources of `asset`, with the bounds in force.
    function assetSources(
        uint8 asset
    )
        external
        view
        returns (SourceConfig memory primary, SourceConfig memory secondary, uint16 maxDeviation, bool composed);

    /// @notice The source of the debt asset's own price; a zero feed if there is none.
    function debtSource() external view returns (SourceConfig memory);

    /// @notice The feed that says whether the sequencer is up, and how long it must have been [s].
    function sequencer() external view returns (AggregatorV3Interface feed, uint256 gracePeriod);

    /// @notice Whether the price of `asset` depends on the sequencer.
    function isSequenced(uint8 asset) external view returns (bool);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CorrelationMath} from "../libraries/math/CorrelationMath.sol";
import {VolatilityMath} from "../libraries/math/VolatilityMath.sol";
import {HourClose} from "../types/HourClose.sol";
import {IOracleGuard} from "./IOracleGuard.sol";
import {IRiskConfig} from "./IRiskConfig.sol";
import {IPortfolioMargin} from "./IPortfolioMargin.sol";

/// @notice How volatility is measured and what follows from it.
struct VolatilityParameters {
    /// Time in which the weight of a return halves [s]: 1 hour to 1 year.
    uint32 halfLife;
    /// How far ahead the haircut looks [s], 1 to 30 days: the time a vault may go without being liquidated.
    uint32 horizon;
    /// Standard deviations the haircut covers [WAD].
    uint72 z;
    /// Bounds of the haircut [bps]: floor <= ceiling <= 8,000.
    uint16 floor;
    uint16 ceiling;
    /// Variance an asset starts with, fading as rounds come in [RAY per second]: 3.2e19 is 100 % a year.
    uint88 priorVariance;
}

/// @title The measuring half of the volatility model
/// @notice Follows every round of each asset's primary feed, and sets a haircut that lowers the asset's initial margin in
/// `RiskConfig`. It never touches a liquidation threshold: no haircut makes a vault liquidatable.
///
/// What the state is does not depend on who called when: rounds are folded in one at a time, in the order of their ids, and
/// nothing else moves it. What a call finds still depends on what the feed and governance did before it: rounds are judged by
/// the source's bounds and this model's parameters when they are folded in; those of a feed that was replaced before
/// anybody poked are lost; a round dated in the future is skipped if it is met before its date; and a phase that ended is
/// left after 16 missing rounds in a row, so that rounds its old aggregator adds later are not seen.
///
/// A feed must number its rounds one by one, within phases like Chainlink's (phase in the bits from 64 up). The feed's own
/// currency counts: where prices are composed, moves of the debt asset are not part of the haircut.
interface IVolatilityModel is IPortfolioMargin {
    /// @notice Rounds of `asset` were folded in up to `round`. `variance` is what the haircut follows [RAY per second].
    event Poked(uint8 indexed asset, uint80 round, uint256 variance, uint256 haircut);
    /// @notice The correlation of two assets changed [WAD]. `a` is the smaller id.
    event CorrelationUpdated(uint8 indexed a, uint8 indexed b, uint256 correlation);
    /// @notice The parameters changed.
    event ParametersUpdated(VolatilityParameters parameters);
    /// @notice The rounds of `asset` before the newest one are given up, because its feed changed or governance said so.
    event SeriesReset(uint8 indexed asset, address feed);

    /// @notice A half-life out of its bounds [s].
    error HalfLifeOutOfRange(uint256 halfLife, uint256 min, uint256 max);
    /// @notice A horizon out of its bounds [s].
    error HorizonOutOfRange(uint256 horizon, uint256 min, uint256 max);
    /// @notice The bounds of the haircut must satisfy floor <= ceiling <= max [bps].
    error HaircutBoundsInvalid(uint256 floor, uint256 ceiling, uint256 max);
    /// @notice The call has too little gas for the next round: give it more, there is no partial work.
    error InsufficientGas(uint256 gasLeft, uint256 gasNeeded);
    /// @notice A pair is two different assets below 64.
    error NotAPair(uint8 a, uint8 b);
    /// @notice As many values as assets are needed.
    error LengthMismatch(uint256 assets, uint256 values);
    /// @notice The function is for this contract only.
    error OnlySelf(address caller);

    /// @notice Folds in the rounds of `asset`'s primary feed since the last one, at most 200 or what 12,000,000 gas do, and
    /// sets its haircut in `RiskConfig` if it changed. Anyone may call. Rounds that are missing, out of the source's bounds,
    /// dated in the future or before the last one count as never given. The first call starts at the newest round.
    /// Reverts only for want of gas, or if `RiskConfig` refuses the haircut; never because of the feed.
    /// @return caughtUp whether the feed answered and nothing is left to fold in
    function poke(uint8 asset) external returns (bool caughtUp);

    /// @notice Folds the hours that closed for both assets since the last call into their correlation, at most 200. Anyone
    /// may call; poke both first. The order of the two does not matter.
    /// @return caughtUp whether nothing is left to fold in
    function pokeCorrelation(uint8 a, uint8 b) external returns (bool caughtUp);

    /// @notice Changes the parameters. They hold from the next round on; haircuts follow with the next `poke`. Restricted.
    function setParameters(VolatilityParameters calldata parameters) external;

    /// @notice Makes the next `poke` of `asset` start at its feed's newest round, keeping the variance known so far: for a
    /// feed whose numbering broke. Restricted.
    function resetSeries(uint8 asset) external;

    /// @notice The parameters in force.
    function volatilityParameters() external view returns (VolatilityParameters memory);

    /// @notice The state of one asset.
    function seriesOf(uint8 asset) external view returns (VolatilityMath.Series memory);

    /// @notice What the haircut of `asset` follows [RAY per second]: the largest of both estimates.
    function varianceOf(uint8 asset) external view returns (uint256);

    /// @notice The haircut that follows from the state now [bps], rounded up; `RiskConfig` learns of it with the next `poke`.
    function haircutOf(uint8 asset) external view returns (uint256);

    /// @notice The correlation of two assets [WAD], rounded up to a multiple of 1/75: 0.8 to 1.
    function correlation(uint8 a, uint8 b) external view returns (uint256);

    /// @notice The state of a pair; `varianceA` is that of the smaller id.
    function pairOf(uint8 a, uint8 b) external view returns (CorrelationMath.Pair memory);

    /// @notice How many hours of `asset` have closed with a price.
    function closeCount(uint8 asset) external view returns (uint256);

    /// @notice One of them, oldest first. Reverts beyond the last.
    function closeAt(uint8 asset, uint256 index) external view returns (HourClose);

    /// @notice Where the primary feeds and their bounds come from.
    function oracle() external view returns (IOracleGuard);

    /// @notice Where haircuts go, and where the margin's parameters come from.
    function riskConfig() external view returns (IRiskConfig);
}

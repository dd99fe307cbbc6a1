// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CorrelationMath} from "../libraries/math/CorrelationMath.sol";
import {VolatilityMath} from "../libraries/math/VolatilityMath.sol";
import {HourClose} from "../types/HourClose.sol";
import {IOracleGuard} from "./IOracleGuard.sol";
import {IRiskConfig} from "./IRiskConfig.sol";
import {IPortfolioMargin} from "./IPortfolioMargin.sol";

/// @notice Parameters of the volatility estimate and the haircut.
struct VolatilityParameters {
    /// Time in which the weight of a return halves [s]: 1 hour to 1 year.
    uint32 halfLife;
    /// Look-ahead of the haircut [s], above 0 and up to 30 days: the time a vault may go without
    /// liquidation.
    uint32 horizon;
    /// Standard deviations the haircut covers [WAD].
    uint72 z;
    /// Bounds of the haircut [bps]: floor <= ceiling <= 8,000.
    uint16 floor;
    uint16 ceiling;
    /// Initial variance of an asset, which fades as rounds arrive [RAY per second]: 3.2e19 is 100 %
    /// a year.
    uint88 priorVariance;
}

/// @title Volatility model
/// @notice Follows every round of each asset's primary feed and sets a haircut that lowers the
/// asset's initial margin in `RiskConfig`. It never changes a liquidation threshold, so no haircut
/// makes a vault liquidatable.
///
/// The state does not depend on who called when: rounds are folded in one at a time, in the order
/// of their ids, and nothing else changes it. A call does depend on earlier actions of the feed and
/// of governance:
/// - a round is judged by the source's bounds and this model's parameters at the time it is folded
///   in;
/// - the unread rounds of a replaced feed are lost;
/// - a round dated in the future is skipped if it is read before its date;
/// - an ended phase is left after 16 missing rounds in a row, so later rounds of its old aggregator
///   are not seen.
///
/// A feed must number its rounds one by one, within phases like Chainlink's (phase in the bits from
/// 64 up). The model reads the feed's own currency: for composed prices, moves of the debt asset
/// are not part of the haircut.
interface IVolatilityModel is IPortfolioMargin {
    /// @notice Rounds of an asset were folded in.
    /// @param round last round dealt with
    /// @param variance variance the haircut is computed from [RAY per second]
    /// @param haircut haircut that follows [bps]
    event Poked(uint8 indexed asset, uint80 round, uint256 variance, uint256 haircut);
    /// @notice The correlation of two assets changed.
    /// @param a smaller id
    /// @param b larger id
    /// @param correlation new correlation [WAD]
    event CorrelationUpdated(uint8 indexed a, uint8 indexed b, uint256 correlation);
    /// @notice The parameters changed.
    event ParametersUpdated(VolatilityParameters parameters);
    /// @notice The series of `asset` starts again at the newest round, because its feed changed or
    /// governance reset it.
    event SeriesReset(uint8 indexed asset, address feed);

    /// @notice The half-life is outside its bounds [s].
    error HalfLifeOutOfRange(uint256 halfLife, uint256 min, uint256 max);
    /// @notice The horizon is outside its bounds [s].
    error HorizonOutOfRange(uint256 horizon, uint256 min, uint256 max);
    /// @notice The bounds of the haircut do not satisfy floor <= ceiling <= max [bps].
    error HaircutBoundsInvalid(uint256 floor, uint256 ceiling, uint256 max);
    /// @notice The call has too little gas for the next round; partial work is not possible [gas].
    error InsufficientGas(uint256 gasLeft, uint256 gasNeeded);
    /// @notice A pair needs two different asset ids below 64.
    error NotAPair(uint8 a, uint8 b);
    /// @notice The number of values differs from the number of assets.
    error LengthMismatch(uint256 assets, uint256 values);
    /// @notice Only this contract may call the function.
    error OnlySelf(address caller);

    /// @notice Folds in the rounds of the primary feed of `asset` since the last call, and sets its
    /// haircut in `RiskConfig` if it changed. Anyone may call.
    /// @dev At most 200 rounds or 12,000,000 gas per call. A round that is missing, out of the
    /// source's bounds, dated in the future or older than the last one is skipped. The first call
    /// starts at the newest round. Reverts only if gas is too low or `RiskConfig` refuses the
    /// haircut, never because of the feed.
    /// @return caughtUp whether the feed answered and no round is left to fold in
    function poke(uint8 asset) external returns (bool caughtUp);

    /// @notice Folds the hours that closed for both assets since the last call into their
    /// correlation. Anyone may call.
    /// @dev At most 200 hours per call. Poke both assets first. The order of the two does not
    /// matter.
    /// @return caughtUp whether no hour is left to fold in
    function pokeCorrelation(uint8 a, uint8 b) external returns (bool caughtUp);

    /// @notice Sets the parameters. Restricted.
    /// @dev They apply from the next round on; haircuts follow with the next `poke`.
    function setParameters(VolatilityParameters calldata parameters) external;

    /// @notice Makes the next `poke` of `asset` start at its feed's newest round. Restricted.
    /// @dev For a feed whose round numbering broke. The variance so far is kept.
    function resetSeries(uint8 asset) external;

    /// @notice The current parameters.
    function volatilityParameters() external view returns (VolatilityParameters memory);

    /// @notice The state of one asset's series.
    function seriesOf(uint8 asset) external view returns (VolatilityMath.Series memory);

    /// @notice The variance the haircut of `asset` is computed from [RAY per second].
    /// @dev The largest of the return estimate, the range estimate, and the range estimate with the
    /// open hour.
    function varianceOf(uint8 asset) external view returns (uint256);

    /// @notice The haircut of `asset` that follows from the state now [bps], rounded up; the next
    /// `poke` sets it in `RiskConfig`.
    function haircutOf(uint8 asset) external view returns (uint256);

    /// @notice The correlation of two assets [WAD], rounded up to a multiple of 1/75: 0.8 to 1.
    function correlation(uint8 a, uint8 b) external view returns (uint256);

    /// @notice The state of a pair; `varianceA` belongs to the smaller id.
    function pairOf(uint8 a, uint8 b) external view returns (CorrelationMath.Pair memory);

    /// @notice The number of hours of `asset` that have closed with a price.
    function closeCount(uint8 asset) external view returns (uint256);

    /// @notice One hourly close of `asset`, oldest first. Reverts if `index` is out of range.
    function closeAt(uint8 asset, uint256 index) external view returns (HourClose);

    /// @notice The source of the primary feeds and their bounds.
    function oracle() external view returns (IOracleGuard);

    /// @notice The contract that stores the haircuts and the margin's parameters.
    function riskConfig() external view returns (IRiskConfig);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PausableAction} from "../types/PausableAction.sol";
import {AssetSet} from "../types/AssetSet.sol";
import {IOracleGuard} from "./IOracleGuard.sol";
import {IRiskConfig} from "./IRiskConfig.sol";

/// @notice When the price of an asset closes the taking of risk.
struct TripConfig {
    /// A price this far from any price of the last `window` trips [bps of that price]; 0 if moves are not watched.
    uint16 limit;
    /// How far back prices are remembered [s], 1 minute to 1 day; a price up to a third older may still count.
    uint32 window;
    /// A price that has not been Good for this long trips, once, until it has been Good again [s]; 0 if never.
    uint32 maxDoubtSeconds;
    /// How long a trip lasts [s], at most 6 hours.
    uint32 pause;
}

/// @title Circuit breaker
/// @notice Closes actions for a time, by a guardian's word or by what prices do. Every closure ends by itself. Repaying,
/// topping up, claiming and leaving without debt are no `PausableAction`, so nobody can close them.
///
/// The guardian may pause liquidating and bidding for at most an hour of any day each, everything else for at most three
/// days of any seven. A trip closes borrowing and withdrawing with debt, never the others; the guardian cannot lift it.
///
/// While any action is closed, or borrowers are in grace, its bit is set in `SystemRisk.gatedActions` and the engine asks here;
/// while none is, the breaker costs nothing. A bit that is still set after its time only costs gas: `refresh` clears it.
interface ICircuitBreaker {
    /// @notice The guardian paused `action` until `until` [s].
    event Paused(PausableAction indexed action, uint256 until);
    /// @notice The guardian ended the pause of `action`. For a liquidation grace runs until `graceUntil` [s], else 0.
    event Unpaused(PausableAction indexed action, uint256 graceUntil);
    /// @notice The price of `asset` moved from `past` to `price` [1e36-scaled]: risk is closed until `until` [s].
    event TrippedByMove(uint8 indexed asset, uint256 past, uint256 price, uint256 until);
    /// @notice The price of `asset` was last seen turning from Good at `since` [s]: risk is closed until `until` [s].
    event TrippedByDoubt(uint8 indexed asset, uint256 since, uint256 until);
    /// @notice What is watched of `asset` changed.
    event TripConfigUpdated(uint8 indexed asset, TripConfig watch);

    /// @notice `action` is closed until `until` [s].
    error ActionClosed(PausableAction action, uint256 until);
    /// @notice Until `until` [s] only vaults with value < 1.10 * debt may be liquidated [debt units].
    error BorrowersInGrace(uint256 until, uint256 value, uint256 debt);
    /// @notice The price of `asset` has moved from `from` to `to` [1e36-scaled] by its limit or more: no risk may be taken on it.
    error PriceMoved(uint8 asset, uint256 from, uint256 to);
    /// @notice `action` is not paused; its last pause ended at `until` [s].
    error NotPaused(PausableAction action, uint256 until);
    /// @notice A limit must be below 100 % [bps], a window from a minute to a day, a trip at most six hours [s]; what is
    /// watched needs a trip that lasts.
    error InvalidTripConfig(TripConfig watch);

    /// @notice Pauses `action` for `duration` [s] from now. Guardian only. A running pause is lengthened, never shortened.
    /// Reverts with `PauseTooLong` beyond the longest pause of the action, counted from its start, and with `PauseTooSoon`
    /// within a cycle of the start of the last one (`BreakerMath`).
    /// @return until end of the pause [s]
    function pause(PausableAction action, uint256 duration) external returns (uint256 until);

    /// @notice Ends the guardian's running pause of `action`; a liquidation's grace starts now. Guardian only.
    function unpause(PausableAction action) external;

    /// @notice Sets what is watched of a listed asset and forgets what was seen of it. Restricted.
    function setTripConfig(uint8 asset, TripConfig calldata watch) external;

    /// @notice Sees the price of `asset` and trips if it must. Anyone may call. A Good or Doubtful price is remembered, and
    /// trips if it has moved by the limit from any price seen within the window: seeing more never prevents a trip, because
    /// what was seen is forgotten by age alone. So one move can trip again for as long as it is remembered, and keeps risk closed for at
    /// most four thirds of the window and one trip. An asset that is not watched is not seen.
    /// @return tripped whether it tripped
    function poke(uint8 asset) external returns (bool tripped);

    /// @notice Clears the gated bits of actions that are open again. Anyone may call.
    function refresh() external;

    /// @notice Reverts if `action` is closed now, or if it is a liquidation and the vault is in its grace period.
    /// @param value collateral value of the vault [debt units]; 0 where there is no vault
    /// @param debt debt of the vault [debt units]; grace never covers a vault with value < 1.10 * debt
    function requireOpen(PausableAction action, uint256 value, uint256 debt) external view;

    /// @notice Reverts if the price of one of `assets` has moved by its limit from any price seen within its window, whether or not anybody has
    /// poked since: the engine asks before risk is taken. Where nothing was seen within the window, the newest rounds of the asset's primary
    /// source tell.
    /// @param prices for liquidations, one for each asset, ids ascending [1e36-scaled]
    function requireCalm(AssetSet assets, uint256[] calldata prices) external view;

    /// @notice The first second at which `action` is open again, or since which it has been; 0 if it was never closed [s].
    function pausedUntil(PausableAction action) external view returns (uint256 until);

    /// @notice End of the grace after the last pause of liquidations; 0 if there was none [s].
    function graceUntil() external view returns (uint256 until);

    /// @notice Seconds for which `action` has been closed so far, whoever closed it, the running closure up to now included.
    /// Never falls, and grows by at most one each second.
    function pausedSeconds(PausableAction action) external view returns (uint256 cumulative);

    /// @notice Seconds from `from` to `to` [s], neither after now, in which `action` was closed.
    function pausedBetween(PausableAction action, uint256 from, uint256 to) external view returns (uint256);

    /// @notice What is watched of `asset`, and since when its price has not been seen Good [s]; 0 if it was Good when last seen.
    function tripConfigOf(uint8 asset) external view returns (TripConfig memory watch, uint256 doubtfulSince);

    /// @notice Lowest price of `asset` remembered, rounded down, and highest, rounded up [1e36-scaled]; zeros if none is.
    function rangeOf(uint8 asset) external view returns (uint256 lowest, uint256 highest);

    /// @notice Where the gated bits are.
    function riskConfig() external view returns (IRiskConfig);

    /// @notice Where prices come from.
    function oracle() external view returns (IOracleGuard);
}

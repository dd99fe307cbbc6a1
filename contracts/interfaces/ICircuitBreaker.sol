// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PausableAction} from "../types/PausableAction.sol";
import {AssetSet} from "../types/AssetSet.sol";
import {IOracleGuard} from "./IOracleGuard.sol";
import {IRiskConfig} from "./IRiskConfig.sol";

/// @notice When the price of an asset trips the breaker.
struct TripConfig {
    /// A price this far from any price of the last `window` trips [bps of that price]; 0 if moves
    /// are not watched.
    uint16 limit;
    /// How far back prices are stored [s], 1 minute to 1 day; a price up to a third older may still
    /// count.
    uint32 window;
    /// A price that has not been Good for this long trips, once until it has been Good again [s]; 0
    /// if doubt is not watched.
    uint32 maxDoubtSeconds;
    /// Length of a trip [s], at most 6 hours.
    uint32 pause;
}

/// @title Circuit breaker
/// @notice Closes actions for a limited time, by decision of a guardian or because of price moves.
/// Every closure ends by itself. Repayments, top-ups, claims and debt-free withdrawals are not a
/// `PausableAction`, so nobody can close them.
///
/// The guardian may pause liquidations and bidding for at most one hour of any day each, and
/// everything else for at most three days of any seven. A trip closes borrowing and withdrawals
/// with debt, never the other actions; the guardian cannot lift it.
///
/// While an action is closed or borrowers are in grace, the action's bit is set in
/// `SystemRisk.gatedActions` and the engine calls this contract. While no bit is set, the breaker
/// costs nothing. A bit that outlives its closure costs gas and has no other effect: `refresh`
/// clears it.
interface ICircuitBreaker {
    /// @notice The guardian paused `action`.
    /// @param until end of the pause [s]
    event Paused(PausableAction indexed action, uint256 until);
    /// @notice The guardian ended the pause of `action`.
    /// @param graceUntil end of the grace period after a pause of liquidations [s]; 0 for other
    /// actions
    event Unpaused(PausableAction indexed action, uint256 graceUntil);
    /// @notice A price move of `asset` closed risk-taking.
    /// @param past price it moved from [1e36-scaled]
    /// @param price price seen [1e36-scaled]
    /// @param until end of the trip [s]
    event TrippedByMove(uint8 indexed asset, uint256 past, uint256 price, uint256 until);
    /// @notice The price of `asset` was not Good for too long, which closed risk-taking.
    /// @param since first poke that did not find the price Good [s]
    /// @param until end of the trip [s]
    event TrippedByDoubt(uint8 indexed asset, uint256 since, uint256 until);
    /// @notice The trip settings of `asset` changed.
    event TripConfigUpdated(uint8 indexed asset, TripConfig watch);

    /// @notice The action is closed.
    /// @param until end of the closure [s]
    error ActionClosed(PausableAction action, uint256 until);
    /// @notice During the grace period only vaults with value < 1.10 * debt may be liquidated.
    /// @param until end of the grace period [s]
    /// @param value collateral value of the vault [debt units]
    /// @param debt debt of the vault [debt units]
    error BorrowersInGrace(uint256 until, uint256 value, uint256 debt);
    /// @notice The price of `asset` has moved by its limit or more, so no risk may be taken on it
    /// [1e36-scaled].
    error PriceMoved(uint8 asset, uint256 from, uint256 to);
    /// @notice The action is not paused.
    /// @param until end of its last pause [s]
    error NotPaused(PausableAction action, uint256 until);
    /// @notice A limit must be below 100 % [bps], a window from a minute to a day [s], and a trip
    /// at most six hours [s] and above 0 if anything is watched.
    error InvalidTripConfig(TripConfig watch);

    /// @notice Pauses `action` for `duration` from now. Guardian only.
    /// @dev A running pause is lengthened, never shortened. Reverts with `PauseTooLong` above the
    /// longest pause of the action, counted from its start, and with `PauseTooSoon` within one
    /// cycle of the start of the last pause (`BreakerMath`).
    /// @param duration length from now [s]
    /// @return until end of the pause [s]
    function pause(PausableAction action, uint256 duration) external returns (uint256 until);

    /// @notice Ends the guardian's running pause of `action`; for liquidations the grace period
    /// starts now. Guardian only.
    function unpause(PausableAction action) external;

    /// @notice Sets the trip settings of a listed asset and clears its price history. Restricted.
    function setTripConfig(uint8 asset, TripConfig calldata watch) external;

    /// @notice Records the price of `asset` and trips if its settings say so. Anyone may call.
    /// @dev A Good or Doubtful price is stored and trips if it has moved by the limit from any
    /// price stored within the window. Further pokes cannot prevent a trip, because a stored price
    /// is dropped by age alone. One move can therefore trip repeatedly while it is stored; it keeps
    /// risk-taking closed for at most four thirds of the window plus one trip. An asset that is not
    /// watched is not recorded.
    /// @return tripped whether the call tripped the breaker
    function poke(uint8 asset) external returns (bool tripped);

    /// @notice Clears the bits of actions that are no longer gated. Anyone may call.
    function refresh() external;

    /// @notice Reverts if `action` is closed now, or if it is a liquidation and the vault is in its
    /// grace period.
    /// @param value collateral value of the vault [debt units]; 0 where there is no vault
    /// @param debt debt of the vault [debt units]; grace never covers a vault with value < 1.10 *
    /// debt
    function requireOpen(PausableAction action, uint256 value, uint256 debt) external view;

    /// @notice Reverts if the price of one of `assets` has moved by its limit from any price within
    /// its window.
    /// @dev The engine calls it before risk is taken, so a move counts even if nobody has poked
    /// since. If no price is stored within the window, the newest rounds of the asset's primary
    /// source are used.
    /// @param prices liquidation price of each asset, ids ascending [1e36-scaled]
    function requireCalm(AssetSet assets, uint256[] calldata prices) external view;

    /// @notice The end of the running or last closure of `action`.
    /// @return until first second at which it is open again [s]; 0 if it was never closed
    function pausedUntil(PausableAction action) external view returns (uint256 until);

    /// @notice The end of the grace period after the last pause of liquidations.
    /// @return until end of the grace period [s]; 0 if there was no pause
    function graceUntil() external view returns (uint256 until);

    /// @notice The time for which `action` has been closed so far, by pause or trip, the running
    /// closure up to now included.
    /// @return cumulative time closed [s]; never falls, and grows by at most one each second
    function pausedSeconds(PausableAction action) external view returns (uint256 cumulative);

    /// @notice The time from `from` to `to` in which `action` was closed [s].
    /// @param from start [s]
    /// @param to end [s]; neither may lie in the future
    function pausedBetween(PausableAction action, uint256 from, uint256 to) external view returns (uint256);

    /// @notice The trip settings of `asset`.
    /// @return watch trip settings
    /// @return doubtfulSince first poke that did not find the price Good [s]; 0 if the last one did
    function tripConfigOf(uint8 asset) external view returns (TripConfig memory watch, uint256 doubtfulSince);

    /// @notice The range of stored prices of `asset`; zeros if none is stored.
    /// @return lowest lowest price [1e36-scaled], rounded down
    /// @return highest highest price [1e36-scaled], rounded up
    function rangeOf(uint8 asset) external view returns (uint256 lowest, uint256 highest);

    /// @notice The contract that stores the gated bits.
    function riskConfig() external view returns (IRiskConfig);

    /// @notice The source of prices.
    function oracle() external view returns (IOracleGuard);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AssetRisk, AssetRiskFields} from "../types/AssetRisk.sol";
import {AssetSet} from "../types/AssetSet.sol";

/// @notice Parameters that apply to every vault.
struct SystemRisk {
    /// Largest total debt [debt units]. Limits new borrowing only.
    uint104 borrowCap;
    /// Smallest debt of a vault, and smallest value of an asset that a liquidation may leave
    /// [debt units].
    uint80 dust;
    /// Health a liquidation restores [bps], above 1e4.
    uint16 targetHealth;
    /// A flagged vault may be absorbed by age only below this health [bps], at most 1e4; 0 for
    /// never.
    uint16 stuckHealth;
    /// Actions that must be checked with the circuit breaker, one bit each (`PausableAction`), and
    /// whether it watches price moves (`WATCHED`). Set by the breaker; `setSystem` keeps it.
    uint8 gatedActions;
}

/// @title Risk parameters and caps
/// @notice Assets are named by an id in the order of listing (0 to 63). No setter reads an oracle,
/// and no setter can make a healthy vault liquidatable in the same block: a liquidation threshold
/// rises at once and falls along a ramp of one percentage point a day.
/// @dev The access manager decides who may call the setters, and with what delay. Setters that can
/// only tighten are separate functions, so that they can be given to a faster role.
interface IRiskConfig {
    /// @notice An asset was listed or its parameters changed.
    /// @param risk all parameters; its threshold applies at once and ends any running ramp, unless
    /// `ThresholdRampUpdated` follows
    /// @param supplyCap largest total deposits [token units]
    event AssetUpdated(uint8 indexed asset, AssetRiskFields risk, uint128 supplyCap);
    /// @notice The system parameters changed.
    event SystemUpdated(SystemRisk system);

    /// @notice The threshold of `asset` started to fall.
    /// @param start threshold now [bps]
    /// @param end threshold at the end of the ramp [bps]
    /// @param endsAt end of the ramp [s]
    event ThresholdRampUpdated(uint8 indexed asset, uint256 start, uint256 end, uint256 endsAt);
    /// @notice The least haircut of `asset` changed.
    /// @param floor least haircut, whatever volatility says [bps]
    event HaircutFloorUpdated(uint8 indexed asset, uint256 floor);
    /// @notice The haircut of `asset` changed.
    /// @param haircut the larger of the model's haircut and the floor [bps]
    event HaircutUpdated(uint8 indexed asset, uint256 haircut);
    /// @notice The set of actions that must be checked with the circuit breaker changed.
    event GatedActionsUpdated(uint8 gatedActions);

    /// @notice No asset has this id.
    error UnknownAsset(uint8 asset, uint256 listed);
    /// @notice The largest number of assets is already listed.
    error TooManyAssets(uint256 listed);
    /// @notice The token is already listed under this id.
    error AlreadyListed(address token, uint8 asset);
    /// @notice A token with more than 24 decimals leaves no room for its price.
    error TooManyDecimals(uint8 decimals, uint8 max);
    /// @notice The call would loosen a parameter that it may only tighten.
    error WouldLoosen(uint256 current, uint256 proposed);
    /// @notice The haircut exceeds 100 % [bps].
    error HaircutTooLarge(uint256 haircut, uint256 max);
    /// @notice The token of a listed asset cannot change.
    error TokenMayNotChange(address current, address proposed);
    /// @notice Dust must be positive [debt units].
    error DustIsZero();

    /// @notice Lists `risk.token` under the next id. Restricted.
    /// @dev Reads the decimals from the token and ignores `risk.decimals`.
    /// @param supplyCap largest total deposits [token units]; limits growth only
    /// @return asset id of the new asset
    function listAsset(AssetRiskFields calldata risk, uint128 supplyCap) external returns (uint8 asset);

    /// @notice Sets the parameters of a listed asset, except its token. Restricted.
    /// @dev All apply at once, except that a threshold below the current one starts a ramp from the
    /// current one; a running step of an earlier ramp continues. The parameters must be valid at
    /// both ends of the ramp.
    /// @param supplyCap largest total deposits [token units]; limits growth only
    function setAsset(uint8 asset, AssetRiskFields calldata risk, uint128 supplyCap) external;

    /// @notice Lowers the ltv, the threshold and the supply cap of an asset. Restricted.
    /// @dev Reverts with `WouldLoosen` if the ltv, the threshold (or the end of its running ramp)
    /// or the cap would rise. The threshold falls along a ramp, as in `setAsset`.
    /// @param ltv initial margin [bps]
    /// @param liquidationThreshold maintenance margin [bps]
    /// @param supplyCap largest total deposits [token units]
    function tighten(uint8 asset, uint16 ltv, uint16 liquidationThreshold, uint128 supplyCap) external;

    /// @notice Sets the least haircut of `asset`, which applies at once. Restricted.
    /// @param floor least haircut [bps], at most 1e4
    function setHaircutFloor(uint8 asset, uint16 floor) external;

    /// @notice Raises the least haircut of `asset`; reverts with `WouldLoosen` if it would fall.
    /// Restricted.
    /// @param floor least haircut [bps], at most 1e4
    function raiseHaircutFloor(uint8 asset, uint16 floor) external;

    /// @notice Lowers the borrow cap; reverts with `WouldLoosen` if it would rise. Restricted.
    /// @param borrowCap largest total debt [debt units]
    function lowerBorrowCap(uint104 borrowCap) external;

    /// @notice Ends a ramp that has reached its end. Anyone may call.
    /// @dev Changes no threshold; it saves readers of the threshold one storage read.
    /// @return settled whether there was a ramp to end
    function settleThreshold(uint8 asset) external returns (bool settled);

    /// @notice Sets the parameters that apply to every vault. Restricted.
    function setSystem(SystemRisk calldata system) external;

    /// @notice Sets the haircut that follows from volatility: it lowers the effective ltv of
    /// `asset`, never its threshold. Volatility model only.
    /// @param haircut haircut [bps]; above 100 % it counts as 100 %, below the floor as the floor
    function setHaircut(uint8 asset, uint16 haircut) external;

    /// @notice Sets which actions must be checked with the breaker, and until when bidding was last
    /// closed. Breaker only.
    /// @dev The time is final while bidding is not gated, so auctions can use it without calling
    /// the breaker.
    /// @param gatedActions one bit per action (`PausableAction`), and `WATCHED`
    /// @param bidClosedUntil end of the last closure of bidding [s]
    function setGatedActions(uint8 gatedActions, uint32 bidClosedUntil) external;

    /// @notice The number of listed assets; their ids are 0 to assetCount - 1.
    function assetCount() external view returns (uint256);

    /// @notice The ramp of an asset's threshold; zeros if there is none.
    /// @return start threshold at its start [bps]
    /// @return end threshold at its end [bps]
    /// @return endsAt end of the ramp [s]
    function thresholdRamp(uint8 asset) external view returns (uint256 start, uint256 end, uint256 endsAt);

    /// @notice The two haircuts of an asset; the larger one applies.
    /// @return model haircut set by the volatility model [bps]
    /// @return floor least haircut [bps]
    function haircuts(uint8 asset) external view returns (uint256 model, uint256 floor);

    /// @notice The parameters of one asset. Reverts for an unknown id.
    /// @return risk parameters, with the threshold as of now
    /// @return supplyCap largest total deposits [token units]
    function assetRisk(uint8 asset) external view returns (AssetRiskFields memory risk, uint128 supplyCap);

    /// @notice The parameters that apply to every vault.
    function systemRisk() external view returns (SystemRisk memory);

    /// @notice The figures an auction needs, in one call.
    /// @return dust as in `SystemRisk` [debt units]
    /// @return gated whether bidding, and the end of its closure, must be checked with the circuit
    /// breaker
    /// @return closedUntil if not gated: end of the last closure of bidding [s]; 0 if there was
    /// none
    function bidTerms() external view returns (uint256 dust, bool gated, uint256 closedUntil);

    /// @notice The token of `asset`. Reverts for an unknown id.
    function tokenOf(uint8 asset) external view returns (address);

    /// @notice The figures a health check needs, in one call.
    /// @return risks packed parameters of `assets`, ids ascending, with thresholds as of now
    /// @return system system parameters
    function vaultTerms(AssetSet assets) external view returns (AssetRisk[] memory risks, SystemRisk memory system);

    /// @notice The figures a deposit needs. Reverts for an unknown id.
    /// @return risk packed parameters of `asset`, with the threshold as of now
    /// @return supplyCap largest total deposits [token units]
    function depositTerms(uint8 asset) external view returns (AssetRisk risk, uint256 supplyCap);

    /// @notice The figures of `depositTerms` and the system parameters, for a deposit with a loan
    /// on that asset alone. Reverts for an unknown id.
    /// @return risk packed parameters of `asset`, with the threshold as of now
    /// @return supplyCap largest total deposits [token units]
    /// @return system system parameters
    function openTerms(uint8 asset) external view returns (AssetRisk risk, uint256 supplyCap, SystemRisk memory system);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AssetRisk, AssetRiskFields} from "../types/AssetRisk.sol";
import {AssetSet} from "../types/AssetSet.sol";

/// @notice Parameters that hold for every vault.
struct SystemRisk {
    /// Most that may be owed in total [debt units]. Binds new borrowing only.
    uint104 borrowCap;
    /// Smallest debt a vault may have, and smallest value of an asset a liquidation may leave [debt units].
    uint80 dust;
    /// Health a liquidation restores [bps], above 1e4.
    uint16 targetHealth;
    /// A vault may be absorbed by the age of its flag only below this health [bps], at most 1e4; 0: never by age.
    uint16 stuckHealth;
    /// Actions the circuit breaker must be asked about, one bit each (`PausableAction`), and whether it watches how far prices move (`WATCHED`). Set
    /// by the breaker, kept by `setSystem`.
    uint8 gatedActions;
}

/// @title Risk parameters and caps
/// @notice Assets are named by an id in the order of listing (0 to 63). No setter reads an oracle, and none can make a
/// healthy vault liquidatable in the same block: a liquidation threshold is raised at once and comes down a ramp of one
/// percentage point a day.
/// @dev Setters may be called by whoever the access manager allows, with its delays. Those that can only tighten are apart
/// from those that can do anything, so that they may be given to somebody quicker.
interface IRiskConfig {
    /// @notice An asset was listed or its parameters changed. `risk` is complete; its threshold is in force unless
    /// `ThresholdRampUpdated` follows, and no ramp that was running is.
    event AssetUpdated(uint8 indexed asset, AssetRiskFields risk, uint128 supplyCap);
    /// @notice The system parameters changed.
    event SystemUpdated(SystemRisk system);

    /// @notice The threshold of `asset` falls from `start` to `end` [bps] and is there at `endsAt` [s].
    event ThresholdRampUpdated(uint8 indexed asset, uint256 start, uint256 end, uint256 endsAt);
    /// @notice The haircut of `asset` is at least this [bps], whatever volatility says.
    event HaircutFloorUpdated(uint8 indexed asset, uint256 floor);
    /// @notice What is taken off an asset's value changed [bps]: the larger of the model's haircut and the floor.
    event HaircutUpdated(uint8 indexed asset, uint256 haircut);
    /// @notice The actions about which the circuit breaker must be asked changed.
    event GatedActionsUpdated(uint8 gatedActions);

    /// @notice No asset has this id.
    error UnknownAsset(uint8 asset, uint256 listed);
    /// @notice 64 assets are listed already.
    error TooManyAssets(uint256 listed);
    /// @notice This token is listed already, under this id.
    error AlreadyListed(address token, uint8 asset);
    /// @notice A token with more than 24 decimals leaves no room for its price.
    error TooManyDecimals(uint8 decimals, uint8 max);
    /// @notice What only tightens was asked to loosen a figure.
    error WouldLoosen(uint256 current, uint256 proposed);
    /// @notice A floor beyond 100 % [bps].
    error HaircutTooLarge(uint256 haircut, uint256 max);
    /// @notice A listed asset keeps its token.
    error TokenMayNotChange(address current, address proposed);
    /// @notice Dust must be positive [debt units].
    error DustIsZero();

    /// @notice Lists `risk.token` under the next id. `risk.decimals` is read from the token, not from the caller.
    /// @param supplyCap most of the token that may be deposited in total [token units]; binds growth only
    function listAsset(AssetRiskFields calldata risk, uint128 supplyCap) external returns (uint8 asset);

    /// @notice Changes the parameters of a listed asset, but not its token. All act at once, except that a threshold below the
    /// one in force now starts a ramp from there; where one is running, its step under way goes on. The parameters must be acceptable at
    /// both ends of it.
    function setAsset(uint8 asset, AssetRiskFields calldata risk, uint128 supplyCap) external;

    /// @notice Like `setAsset`, for what makes an asset safer. Reverts with `WouldLoosen` if the ltv, the threshold (or the one a
    /// ramp is on its way to) or the cap would rise.
    function tighten(uint8 asset, uint16 ltv, uint16 liquidationThreshold, uint128 supplyCap) external;

    /// @notice Sets the least haircut of `asset` [bps, at most 1e4]; it acts at once.
    function setHaircutFloor(uint8 asset, uint16 floor) external;

    /// @notice Like `setHaircutFloor`; reverts with `WouldLoosen` if the floor would fall.
    function raiseHaircutFloor(uint8 asset, uint16 floor) external;

    /// @notice Lowers the borrow cap [debt units]; reverts with `WouldLoosen` if it would rise.
    function lowerBorrowCap(uint104 borrowCap) external;

    /// @notice Ends a ramp that has run its course, which saves whoever reads the threshold a storage read. Changes no
    /// threshold. Anyone may call.
    /// @return settled whether there was one to end
    function settleThreshold(uint8 asset) external returns (bool settled);

    /// @notice Changes the parameters that hold for every vault.
    function setSystem(SystemRisk calldata system) external;

    /// @notice Sets what volatility takes off an asset's value [bps]: lowers its effective ltv, never its threshold. For the
    /// volatility model; a haircut beyond 100 % counts as 100 %, one below the floor as the floor.
    function setHaircut(uint8 asset, uint16 haircut) external;

    /// @notice Sets the actions about which the circuit breaker must be asked, and until when bidding was last closed [s]: while bidding is
    /// not among them that does not change, and auctions need not ask for it. For the breaker.
    function setGatedActions(uint8 gatedActions, uint32 bidClosedUntil) external;

    /// @notice The number of listed assets; their ids are 0 to assetCount - 1.
    function assetCount() external view returns (uint256);

    /// @notice The ramp of an asset's threshold: from `start` to `end` [bps], there at `endsAt` [s]. Zeros if there is none.
    function thresholdRamp(uint8 asset) external view returns (uint256 start, uint256 end, uint256 endsAt);

    /// @notice The haircut the volatility model set, and its floor [bps]. The larger is in force.
    function haircuts(uint8 asset) external view returns (uint256 model, uint256 floor);

    /// @notice The parameters of one asset, its threshold as of now. Reverts for an unknown id.
    function assetRisk(uint8 asset) external view returns (AssetRiskFields memory risk, uint128 supplyCap);

    /// @notice The parameters that hold for every vault.
    function systemRisk() external view returns (SystemRisk memory);

    /// @notice What an auction needs in one call.
    /// @return dust as in `SystemRisk` [debt units]
    /// @return gated whether the circuit breaker must be asked about bidding, for `closedUntil` too
    /// @return closedUntil if not: until when bidding was last closed [s]; 0 if it never was
    function bidTerms() external view returns (uint256 dust, bool gated, uint256 closedUntil);

    /// @notice The token of `asset`. Reverts for an unknown id.
    function tokenOf(uint8 asset) external view returns (address);

    /// @notice What a health check needs in one call: the packed parameters of `assets`, ids ascending, thresholds as of now,
    /// and the system's.
    function vaultTerms(AssetSet assets) external view returns (AssetRisk[] memory risks, SystemRisk memory system);

    /// @notice What a deposit needs: the packed parameters of `asset` and its supply cap, the threshold as of now. Reverts for an
    /// unknown id.
    function depositTerms(uint8 asset) external view returns (AssetRisk risk, uint256 supplyCap);

    /// @notice What a deposit needs, and the system's parameters, which a loan on that asset alone needs beside it. Reverts for an
    /// unknown id.
    function openTerms(uint8 asset) external view returns (AssetRisk risk, uint256 supplyCap, SystemRisk memory system);
}

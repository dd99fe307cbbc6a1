// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PoolState} from "./ILendingPool.sol";
import {Price} from "../types/Price.sol";
import {VaultKey} from "../types/VaultKey.sol";

/// @title Batched views
/// @notice Reads for keepers, front ends and the crash lab.
/// @dev The lens calls the engine's libraries, so it cannot disagree with the engine. Every value
/// is as a transaction in this block would see it, interest included, except the pool's storage in
/// `Snapshot`.
interface IVaultLens {
    /// @notice The health of one vault.
    struct VaultHealth {
        /// Debt [debt units], rounded up.
        uint256 debt;
        /// Value of its collateral at liquidation prices [debt units], rounded down.
        uint256 value;
        /// Health factor [WAD], rounded down; the largest word without debt.
        uint256 healthFactor;
        /// Whether it may be liquidated now: health factor below 1, exactly.
        bool liquidatable;
    }

    /// @notice The result of a liquidation now.
    struct Quote {
        /// Whether `liquidate` would repay and seize something.
        bool executable;
        /// Amount repaid [debt units], collateral seized [collateral units], and bonus [WAD].
        uint256 repaid;
        uint256 seized;
        uint256 bonus;
        /// Debt that would be written off [debt units].
        uint256 writtenOff;
    }

    /// @notice The whole system at liquidation prices.
    struct SystemRatios {
        /// Value of all collateral, rounded down per asset [debt units].
        uint256 value;
        /// Debt of all vaults, rounded down [debt units].
        uint256 debt;
        /// value / debt [WAD]; the largest word without debt.
        uint256 collateralRatio;
        /// Borrowed share of the pool [WAD].
        uint256 utilisation;
    }

    /// @notice The state of the system apart from vaults, as of this block.
    struct Snapshot {
        /// The pool's storage, as of its last accrual.
        PoolState pool;
        /// Shares of the pool, and the lenders' assets now [debt units].
        uint256 totalShares;
        uint256 totalAssets;
        /// By asset id: collateral of all vaults, collateral at auction [token units], and prices.
        uint256[] deposited;
        uint256[] auctioned;
        Price[] prices;
    }

    /// @notice The call has more keys than one call may have; split it.
    error TooManyKeys(uint256 keys, uint256 max);

    /// @notice Most keys per call.
    /// @dev At eight collaterals each they stay below 16,777,216 gas, the most a transaction may
    /// use; some nodes apply the same limit to calls.
    function MAX_KEYS() external view returns (uint256); // solhint-disable-line func-name-mixedcase

    /// @notice The health of many vaults; reads each price once.
    function health(VaultKey[] calldata vaults) external view returns (VaultHealth[] memory);

    /// @notice The stored state of many vaults.
    /// @return words flat list as in `IVaultEngine.records`
    function records(VaultKey[] calldata vaults) external view returns (uint256[] memory words);

    /// @notice The exact result of `liquidate` with these limits now.
    /// @dev Ignores pauses and the call's other limits. Returns zeros if the vault is healthy or
    /// the asset cannot be seized.
    /// @param maxRepay most to repay [debt units]
    /// @param maxSeize most to seize [collateral units]
    function quoteLiquidation(
        VaultKey vault,
        uint8 asset,
        uint256 maxRepay,
        uint256 maxSeize
    ) external view returns (Quote memory);

    /// @notice The pool, the asset totals and the prices in one call.
    function snapshot() external view returns (Snapshot memory);

    /// @notice Totals over all vaults.
    function systemRatios() external view returns (SystemRatios memory);
}

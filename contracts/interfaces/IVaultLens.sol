// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PoolState} from "./ILendingPool.sol";
import {Price} from "../types/Price.sol";
import {VaultKey} from "../types/VaultKey.sol";

/// @title Batched views
/// @notice Reads for keepers, front ends and the crash lab. Nothing here computes what the engine computes differently: both
/// call the same libraries. All values are as a transaction in this block would see them, interest included.
interface IVaultLens {
    /// @notice The health of one vault.
    struct VaultHealth {
        /// What it owes [debt units], rounded up.
        uint256 debt;
        /// Value of its collateral at liquidation prices [debt units], rounded down.
        uint256 value;
        /// Health factor [WAD], rounded down; the largest word without debt.
        uint256 healthFactor;
        /// Whether it may be liquidated now: health factor below 1, exactly.
        bool liquidatable;
    }

    /// @notice What a liquidation would do now.
    struct Quote {
        /// Whether `liquidate` would repay and seize something.
        bool executable;
        /// What it would take [debt units] and give [collateral units], and at what bonus [WAD].
        uint256 repaid;
        uint256 seized;
        uint256 bonus;
        /// Debt it would write off [debt units].
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

    /// @notice Everything that is not a vault, as of this block.
    struct Snapshot {
        /// The pool's storage.
        PoolState pool;
        /// Shares of the pool, and what they are worth now [debt units].
        uint256 totalShares;
        uint256 totalAssets;
        /// By asset id: collateral of all vaults, collateral at auction [token units], and prices.
        uint256[] deposited;
        uint256[] auctioned;
        Price[] prices;
    }

    /// @notice More keys than one call may have: split them.
    error TooManyKeys(uint256 keys, uint256 max);

    /// @notice Most keys per call: at eight collaterals each they stay below the 16,777,216 gas a transaction may use, which
    /// some nodes also grant a call.
    // solhint-disable-next-line func-name-mixedcase
    function MAX_KEYS() external view returns (uint256);

    /// @notice The health of many vaults; prices are read once.
    function health(VaultKey[] calldata vaults) external view returns (VaultHealth[] memory);

    /// @notice The stored state of many vaults, see `IVaultEngine.records`.
    function records(VaultKey[] calldata vaults) external view returns (uint256[] memory words);

    /// @notice What `liquidate` with these limits would do now, to the unit.
    function quoteLiquidation(
        VaultKey vault,
        uint8 asset,
        uint256 maxRepay,
        uint256 maxSeize
    ) external view returns (Quote memory);

    /// @notice The pool, the totals and the prices in one call.
    function snapshot() external view returns (Snapshot memory);

    /// @notice Totals over all vaults.
    function systemRatios() external view returns (SystemRatios memory);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IOracleGuard} from "../interfaces/IOracleGuard.sol";
import {IVaultEngine} from "../interfaces/IVaultEngine.sol";
import {DebtMath} from "../libraries/math/DebtMath.sol";
import {HealthMath} from "../libraries/math/HealthMath.sol";
import {PriceCache} from "../libraries/prices/PriceCache.sol";
import {VaultView} from "../libraries/rules/VaultView.sol";
import {AssetRisk} from "../types/AssetRisk.sol";
import {AssetSet} from "../types/AssetSet.sol";
import {VaultKey} from "../types/VaultKey.sol";

/// @notice The engine's storage: every vault's debt, collaterals and flag, and the totals of every
/// asset. Moves no tokens.
library VaultStorage {
    /// @dev One word.
    struct Vault {
        uint128 scaledDebt;
        AssetSet collaterals;
        uint40 flaggedAt;
    }

    /// @dev One word [token units].
    struct Totals {
        uint128 deposited;
        uint128 auctioned;
    }

    struct Book {
        mapping(VaultKey => Vault) vaults;
        mapping(VaultKey => mapping(uint256 asset => uint256)) collateral;
        mapping(uint256 asset => Totals) totals;
    }

    /// @notice Removes `amount` of `asset` from a vault, which keeps `balance` [token units].
    function removeCollateral(
        Book storage book,
        VaultKey vault,
        uint8 asset,
        uint256 amount,
        uint256 balance
    ) internal {
        book.collateral[vault][asset] = balance;
        if (balance == 0) book.vaults[vault].collaterals = book.vaults[vault].collaterals.without(asset);
        book.totals[asset].deposited -= uint128(amount);
    }

    /// @notice Removes `amount` of a holding from the vault [token units].
    function removeCollateral(
        Book storage book,
        VaultKey vault,
        VaultView.Holding memory holding,
        uint256 amount
    ) internal {
        holding.amount -= amount;
        removeCollateral(book, vault, holding.asset, amount, holding.amount);
    }

    /// @notice Stores the debt of a vault, and clears its flag if the vault is not stuck.
    /// @param held all holdings of the vault
    /// @param index debt index [RAY]
    /// @param stuck health below which a vault is stuck [bps]
    function setDebt(
        Book storage book,
        VaultKey vault,
        uint256 scaledDebt,
        VaultView.Holding[] memory held,
        uint256 index,
        uint256 stuck
    ) internal {
        book.vaults[vault].scaledDebt = uint128(scaledDebt);
        if (book.vaults[vault].flaggedAt == 0) return;
        uint256 adjustedCollateral = VaultView.position(held, scaledDebt, index).adjustedCollateral;
        if (HealthMath.reaches(adjustedCollateral, DebtMath.debtUp(scaledDebt, index), stuck)) clearFlag(book, vault);
    }

    /// @notice Moves all collateral of a vault to the auctioned totals and deletes the vault.
    /// @param held all holdings of the vault
    /// @return assets its collaterals
    /// @return amounts balance of each of them, ids ascending [token units]
    function moveToAuction(
        Book storage book,
        VaultKey vault,
        VaultView.Holding[] memory held
    ) internal returns (AssetSet assets, uint256[] memory amounts) {
        assets = book.vaults[vault].collaterals;
        amounts = new uint256[](assets.size());
        uint256 at;
        for (uint256 i = 0; i < held.length; ++i) {
            (uint8 asset, uint256 amount) = (held[i].asset, held[i].amount);
            if (amount == 0) continue;
            Totals storage totals = book.totals[asset];
            (totals.deposited, totals.auctioned) = (
                totals.deposited - uint128(amount),
                bounded(totals.auctioned + amount)
            );
            book.collateral[vault][asset] = 0;
            amounts[at++] = amount;
        }
        delete book.vaults[vault];
    }

    /// @notice Clears the flag of a vault, if it has one.
    function clearFlag(Book storage book, VaultKey vault) internal {
        if (book.vaults[vault].flaggedAt == 0) return;
        book.vaults[vault].flaggedAt = 0;
        emit IVaultEngine.Unflagged(vault);
    }

    /// @notice The holdings of a vault with these parameters and with prices, ids ascending.
    /// @param set all collaterals of the vault
    function holdings(
        Book storage book,
        VaultKey vault,
        AssetSet set,
        AssetRisk[] memory risks,
        IOracleGuard oracle
    ) internal returns (VaultView.Holding[] memory list) {
        list = new VaultView.Holding[](risks.length);
        for (uint256 i = 0; i < risks.length; ++i) {
            uint8 asset = set.lowest();
            VaultView.Holding memory h = list[i];
            (h.asset, h.amount, h.risk) = (asset, book.collateral[vault][asset], risks[i]);
            h.price = PriceCache.read(oracle, asset);
            set = set.without(asset);
        }
    }

    /// @notice The stored state of many vaults, packed as in `IVaultEngine.records`.
    function records(Book storage book, VaultKey[] calldata vaults) internal view returns (uint256[] memory words) {
        uint256 length = vaults.length;
        for (uint256 i = 0; i < vaults.length; ++i) length += book.vaults[vaults[i]].collaterals.size();
        words = new uint256[](length);
        uint256 at;
        for (uint256 i = 0; i < vaults.length; ++i) {
            Vault memory v = book.vaults[vaults[i]];
            words[at++] =
                v.scaledDebt |
                (uint256(AssetSet.unwrap(v.collaterals)) << 128) |
                (uint256(v.flaggedAt) << 192);
            for (AssetSet set = v.collaterals; !set.isEmpty();) {
                uint8 asset = set.lowest();
                words[at++] = book.collateral[vaults[i]][asset];
                set = set.without(asset);
            }
        }
    }

    /// @notice `amount` in 128 bits. Reverts if it does not fit.
    function bounded(uint256 amount) internal pure returns (uint128) {
        if (amount > type(uint128).max) revert IVaultEngine.AmountTooLarge(amount, type(uint128).max);
        return uint128(amount);
    }
}

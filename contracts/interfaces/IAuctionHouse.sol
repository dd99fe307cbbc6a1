// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AssetSet} from "../types/AssetSet.sol";
import {VaultKey} from "../types/VaultKey.sol";
import {IBackstopPool} from "./IBackstopPool.sol";

/// @title Auctions of absorbed collateral, as engine and pool see them
interface IAuctionHouse {
    /// @notice Auctions the collateral of an absorbed vault for its debt, the penalty and `keeper`'s tip. Engine only.
    /// @param debt what the pool is owed [debt units]
    /// @param amounts what the vault held of `assets`, ids ascending [token units]; the engine keeps the tokens
    /// @return id of the absorption
    function open(
        VaultKey vault,
        uint256 debt,
        AssetSet assets,
        uint256[] calldata amounts,
        address keeper
    ) external returns (uint256 id);

    /// @notice Books a debt whose collateral is not worth an auction of its own: the shortfall goes down the waterfall at once, and
    /// what is left is sold for the reserve. Engine only.
    function abandon(VaultKey vault, uint256 debt, AssetSet assets, uint256[] calldata amounts) external;

    /// @notice What open absorptions would fall short of their debts if their lots were sold now [debt units]: the sum, over
    /// absorptions, of the debt left beyond the value of the lots, at the low and at the high prices. Where more are open than
    /// can be valued in one call, `low` is their whole debt and `high` is 0.
    function shortfall() external view returns (uint256 low, uint256 high);

    /// @notice The first-loss capital behind the auctions.
    function backstop() external view returns (IBackstopPool);
}

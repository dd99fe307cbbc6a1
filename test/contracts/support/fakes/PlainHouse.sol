// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IBackstopPool} from "../../../../contracts/interfaces/IBackstopPool.sol";
import {ILendingPool} from "../../../../contracts/interfaces/ILendingPool.sol";
import {IVaultEngine} from "../../../../contracts/interfaces/IVaultEngine.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {VaultKey} from "../../../../contracts/types/VaultKey.sol";

/// @notice An auction house without auctions or capital. It records the absorbed amounts, and books
/// written-off vaults as lost.
contract PlainHouse {
    IVaultEngine private immutable _engine;
    uint256 public shortfallLow;
    uint256 public capital;
    uint256 public opened;
    uint256[] public amounts;

    constructor(IVaultEngine engine) {
        _engine = engine;
    }

    function setShortfall(uint256 low, uint256 capital_) external {
        (shortfallLow, capital) = (low, capital_);
    }

    function open(
        VaultKey,
        uint256 debt,
        AssetSet,
        uint256[] calldata amounts_,
        AssetSet,
        address
    ) external returns (uint256 id) {
        opened += debt;
        amounts = amounts_;
        return 1;
    }

    function writeOffVault(VaultKey, uint256 debt, AssetSet, uint256[] calldata amounts_) external {
        amounts = amounts_;
        _engine.pool().bookSale(0, debt);
    }

    function settle(uint256 paid, uint256 lost) external {
        _engine.pool().bookSale(paid, lost);
    }

    function release(uint8 asset, uint256 amount, address to) external {
        _engine.release(asset, amount, to);
    }

    function shortfall() external view returns (uint256 low, uint256 high) {
        return (shortfallLow, 0);
    }

    function isLocked() external pure returns (bool) {
        return false;
    }

    function backstop() external view returns (IBackstopPool) {
        return IBackstopPool(address(this));
    }
}

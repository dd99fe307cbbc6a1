// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";

import {IOracleGuard} from "../../interfaces/IOracleGuard.sol";
import {Price, Status} from "../../types/Price.sol";

/// @notice Prices in transient storage for the length of one multicall, so that each asset is
/// priced once.
/// @dev Slot BASE holds the open flag and the set of known assets; asset i has the three slots from
/// BASE + 1 + 3 * i.
library PriceCache {
    using TransientSlot for *;

    uint256 private constant BASE = uint256(keccak256("breakwater.PriceCache"));
    uint256 private constant OPEN = 1 << 64;

    /// @notice Whether a multicall is running.
    function isOpen() internal view returns (bool) {
        return _head() != 0;
    }

    /// @notice Opens the cache.
    function open() internal {
        _setHead(OPEN);
    }

    /// @notice Closes the cache, which clears it.
    function close() internal {
        _setHead(0);
    }

    /// @notice The price of `asset`: from the open cache, or from `oracle`, which records a death.
    function read(IOracleGuard oracle, uint8 asset) internal returns (Price memory price) {
        uint256 head = _head();
        if (_knows(head, asset)) return _load(asset);
        price = oracle.price(asset);
        if (price.status == Status.Dead) oracle.observe(asset);
        if (head != 0) _store(head, asset, price);
    }

    /// @notice The price of `asset` for a deposit: like `read`, but through `observe`, which may
    /// update the last good price.
    function observe(IOracleGuard oracle, uint8 asset) internal returns (Price memory price) {
        uint256 head = _head();
        if (_knows(head, asset)) return _load(asset);
        price = oracle.observe(asset);
        if (head != 0) _store(head, asset, price);
    }

    /// @dev Whether the cache is open and holds `asset`, whose id is below 64.
    function _knows(uint256 head, uint8 asset) private pure returns (bool) {
        return (head >> asset) & 1 == 1;
    }

    /// @dev A price is below 2^193, so the status is stored in the top byte of `liquidation`.
    function _store(uint256 head, uint8 asset, Price memory p) private {
        _setHead(head | (1 << asset));
        uint256 slot = BASE + 1 + 3 * uint256(asset);
        bytes32(slot).asUint256().tstore(p.liquidation | (uint256(p.status) << 248));
        bytes32(slot + 1).asUint256().tstore(p.low);
        bytes32(slot + 2).asUint256().tstore(p.high);
    }

    function _load(uint8 asset) private view returns (Price memory p) {
        uint256 slot = BASE + 1 + 3 * uint256(asset);
        uint256 word = bytes32(slot).asUint256().tload();
        p.liquidation = word & (type(uint256).max >> 8);
        p.status = Status(word >> 248);
        p.low = bytes32(slot + 1).asUint256().tload();
        p.high = bytes32(slot + 2).asUint256().tload();
    }

    function _head() private view returns (uint256) {
        return bytes32(BASE).asUint256().tload();
    }

    function _setHead(uint256 head) private {
        bytes32(BASE).asUint256().tstore(head);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {IOracleGuard} from "../../../../contracts/interfaces/IOracleGuard.sol";
import {PriceCache} from "../../../../contracts/libraries/prices/PriceCache.sol";
import {AssetSet} from "../../../../contracts/types/AssetSet.sol";
import {Price, Status} from "../../../../contracts/types/Price.sol";

contract PriceCacheTest is Test {
    uint256 private salt;
    uint256 private observed;

    /// @dev Stands in for the oracle: a price per asset that changes with `salt`.
    function price(uint8 asset) external view returns (Price memory) {
        return _price(asset, salt);
    }

    function _price(uint8 asset, uint256 seed) private pure returns (Price memory p) {
        uint256 r = uint256(keccak256(abi.encode(asset, seed)));
        return Price(r >> 63, (r >> 62) % 1e58, (r >> 61) % 1e58, Status(r % 3));
    }

    function _fetch(uint64 assets) private returns (Price[] memory list) {
        AssetSet set = AssetSet.wrap(assets);
        list = new Price[](set.size());
        for (uint256 i = 0; i < list.length; ++i) {
            uint8 asset = set.lowest();
            list[i] = PriceCache.read(IOracleGuard(address(this)), asset);
            set = set.without(asset);
        }
    }

    function _assertPrices(Price[] memory list, uint64 assets, uint256 seed) private pure {
        AssetSet set = AssetSet.wrap(assets);
        assertEq(list.length, set.size());
        for (uint256 i = 0; i < list.length; ++i) {
            uint8 asset = set.lowest();
            assertEq(abi.encode(list[i]), abi.encode(_price(asset, seed)));
            set = set.without(asset);
        }
    }

    function testFuzz_read_whileClosedAsksTheOracleEveryTime(uint64 assets) public {
        _assertPrices(_fetch(assets), assets, 0);
        salt = 1;
        _assertPrices(_fetch(assets), assets, 1);
        assertFalse(PriceCache.isOpen());
    }

    function testFuzz_read_whileOpenServesKnownAssetsWithoutTheOracle(uint64 a, uint64 b) public {
        PriceCache.open();
        assertTrue(PriceCache.isOpen());
        _assertPrices(_fetch(a), a, 0);
        _assertPrices(_fetch(b), b, 0);
        vm.mockCallRevert(address(this), abi.encodePacked(IOracleGuard.price.selector), "asked twice");
        _assertPrices(_fetch(a | b), a | b, 0);
        PriceCache.close();
    }

    function testFuzz_read_whileOpenRemembersTheFirstPrice(uint64 a, uint64 b) public {
        PriceCache.open();
        _fetch(a);
        salt = 1;
        _assertPrices(_fetch(a), a, 0);
        uint64 onlyB = b & ~a;
        _assertPrices(_fetch(onlyB), onlyB, 1);
        PriceCache.close();
    }

    function testFuzz_close_forgets(uint64 assets) public {
        PriceCache.open();
        _fetch(assets);
        PriceCache.close();
        assertFalse(PriceCache.isOpen());
        salt = 1;
        PriceCache.open();
        _assertPrices(_fetch(assets), assets, 1);
        PriceCache.close();
    }

    // ------------------------------------------------------------------ observe

    /// @dev Stands in for the oracle: like `price`, counted.
    function observe(uint8 asset) external returns (Price memory) {
        ++observed;
        return _price(asset, salt);
    }

    function _observe(uint8 asset) private returns (bytes32) {
        return keccak256(abi.encode(PriceCache.observe(IOracleGuard(address(this)), asset)));
    }

    function _expected(uint8 asset, uint256 seed) private pure returns (bytes32) {
        return keccak256(abi.encode(_price(asset, seed)));
    }

    function testFuzz_observe_whileClosedAsksTheOracleEveryTime(uint8 asset) public {
        asset %= 64;
        assertEq(_observe(asset), _expected(asset, 0));
        salt = 1;
        assertEq(_observe(asset), _expected(asset, 1));
        assertEq(observed, 2);
        assertFalse(PriceCache.isOpen());
    }

    function testFuzz_observe_whileOpenAsksOnceAndRemembersForBoth(uint8 asset, uint64 others) public {
        asset %= 64;
        PriceCache.open();
        assertEq(_observe(asset), _expected(asset, 0));
        salt = 1;
        assertEq(_observe(asset), _expected(asset, 0));
        assertEq(observed, 1);
        uint64 own = uint64(1) << asset;
        _assertPrices(_fetch(own), own, 0);
        others &= ~own;
        _assertPrices(_fetch(others), others, 1);
        _assertPrices(_fetch(own), own, 0);
        PriceCache.close();
    }

    function testFuzz_observe_whileOpenServesWhatReadFound(uint8 asset, uint64 others) public {
        asset %= 64;
        PriceCache.open();
        _fetch(others & ~(uint64(1) << asset));
        _fetch(uint64(1) << asset);
        salt = 1;
        // `read` shows the oracle what is dead, so that it is recorded.
        uint256 dead;
        for (uint8 i = 0; i < 64; ++i) {
            bool isRead = i == asset || (others >> i) & 1 == 1;
            if (isRead && _price(i, 0).status == Status.Dead) ++dead;
        }
        assertEq(_observe(asset), _expected(asset, 0));
        assertEq(observed, dead);
        PriceCache.close();
    }

    /// @dev The status is the top byte of one word. No bit below it is lost, and the status does
    /// not leak into the price.
    function testFuzz_observe_whileOpenKeepsEveryBitOfAPrice(
        uint248 liquidation,
        uint256 low,
        uint256 high,
        uint8 s
    ) public {
        Price memory p = Price(liquidation, low, high, Status(s % 3));
        vm.mockCall(address(this), abi.encodeCall(IOracleGuard.observe, (5)), abi.encode(p));
        PriceCache.open();
        for (uint256 i = 0; i < 2; ++i) assertEq(_observe(5), keccak256(abi.encode(p)));
        PriceCache.close();
    }
}

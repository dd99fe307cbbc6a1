// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {LiquidationCall} from "../../../contracts/interfaces/IVaultEngine.sol";
import {IVaultLens} from "../../../contracts/interfaces/IVaultLens.sol";
import {VaultKey} from "../../../contracts/types/VaultKey.sol";
import {SystemFixture} from "../support/fixtures/SystemFixture.sol";

contract VaultLensTest is SystemFixture {
    function _two() private view returns (VaultKey[] memory keys) {
        keys = new VaultKey[](2);
        (keys[0], keys[1]) = (_key(alice), _key(bob));
    }

    function _openTwo() private {
        _open(alice, 1_500e6);
        _deposit(bob, WBTC, 1e8);
        _deposit(bob, GOLD, 500e6);
        _borrow(bob, 30_000e6);
    }

    function test_health_ofSeveralVaults() public {
        _openTwo();
        _setPrice(WETH, 1_800e8);
        IVaultLens.VaultHealth[] memory list = lens.health(_two());
        assertEq(list[0].debt, 1_500e6);
        assertEq(list[0].value, 1_800e6);
        assertEq(list[0].healthFactor, 0.96e18);
        assertTrue(list[0].liquidatable);
        assertEq(list[1].value, 60_500e6);
        assertEq(list[1].healthFactor, uint256(43_660e18) / 30_000);
        assertFalse(list[1].liquidatable);
    }

    function test_health_ofAnEmptyVaultIsTheLargestWord() public view {
        IVaultLens.VaultHealth memory h = _health(_key(alice));
        assertEq(h.healthFactor, MAX);
        assertFalse(h.liquidatable);
        assertEq(h.debt + h.value, 0);
    }

    /// @dev A header word per vault (scaled debt, collaterals above it), then one word per balance.
    function test_records_areWhatTheEngineStores() public {
        _openTwo();
        uint256[] memory words = lens.records(_two());
        assertEq(words.length, 5);
        assertEq(words[0], 1_500e6 | (uint256(1) << (128 + WETH)));
        assertEq(words[1], 1e18);
        assertEq(words[2], 30_000e6 | (uint256(1) << (128 + WBTC)) | (uint256(1) << (128 + GOLD)));
        assertEq(words[3], 1e8);
        assertEq(words[4], 500e6);
    }

    function test_snapshot_isWhatPoolEngineAndOracleSay() public {
        _openTwo();
        IVaultLens.Snapshot memory s = lens.snapshot();
        assertEq(abi.encode(s.pool), abi.encode(pool.poolState()));
        assertEq(s.totalShares, pool.totalSupply());
        assertEq(s.totalAssets, pool.totalAssets());
        for (uint8 asset = 0; asset < 3; ++asset) {
            assertEq(abi.encode(s.prices[asset]), abi.encode(oracle.price(asset)));
            (uint256 deposited, uint256 auctioned) = engine.assetTotals(asset);
            assertEq(abi.encode(s.deposited[asset], s.auctioned[asset]), abi.encode(deposited, auctioned));
        }
    }

    function test_keys_beyondTheLimitAreRefused() public {
        VaultKey[] memory keys = new VaultKey[](301);
        vm.expectRevert(abi.encodeWithSelector(IVaultLens.TooManyKeys.selector, 301, 300));
        lens.health(keys);
        vm.expectRevert(abi.encodeWithSelector(IVaultLens.TooManyKeys.selector, 301, 300));
        lens.records(keys);
        lens.health(new VaultKey[](300));
    }

    function test_quote_isEmptyWhereNothingCanBeDone() public {
        _openTwo();
        bytes memory none = abi.encode(IVaultLens.Quote(false, 0, 0, 0, 0));
        assertEq(abi.encode(lens.quoteLiquidation(_key(alice), WETH, MAX, MAX)), none, "healthy");
        _setPrice(WETH, 1_000e8);
        assertEq(abi.encode(lens.quoteLiquidation(_key(alice), GOLD, MAX, MAX)), none, "not held");
        vm.warp(block.timestamp + 4 hours);
        assertEq(abi.encode(lens.quoteLiquidation(_key(alice), WETH, MAX, MAX)), none, "dead");
    }

    function testFuzz_quote_saysWhatTheLiquidationDoes(uint256 price, uint256 time, uint256 maxRepay) public {
        _openTwo();
        _pass(bound(time, 0, 2 * 365 days));
        _setPrice(WETH, int256(bound(price, 10e8, 1_850e8)));
        maxRepay = bound(maxRepay, 0, 2_000e6);
        IVaultLens.Quote memory q = lens.quoteLiquidation(_key(alice), WETH, maxRepay, MAX);
        uint256 debt = _debt(_key(alice));
        _fundDebt(address(this), maxRepay);
        (uint256 repaid, uint256 seized) = engine.liquidate(_limited(maxRepay));
        assertEq(q.repaid, repaid);
        assertEq(q.seized, seized);
        uint256 left = _debt(_key(alice));
        if (q.writtenOff == 0) assertApproxEqAbs(left, debt - repaid, 1);
        else assertEq(left, 0);
    }

    function _limited(uint256 maxRepay) private view returns (LiquidationCall memory) {
        return LiquidationCall(_key(alice), WETH, maxRepay, MAX, 0, block.timestamp, liquidator, "");
    }

    function test_systemRatios_addUpTheWholeSystem() public {
        _openTwo();
        IVaultLens.SystemRatios memory r = lens.systemRatios();
        assertEq(r.value, 62_500e6);
        assertEq(r.debt, 31_500e6);
        assertEq(r.collateralRatio, uint256(62_500e18) / 31_500);
        assertEq(r.utilisation, 0.00315e18);
    }

    function test_systemRatios_withoutDebt() public view {
        IVaultLens.SystemRatios memory r = lens.systemRatios();
        assertEq(r.collateralRatio, MAX);
        assertEq(r.value + r.debt + r.utilisation, 0);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {CorrelationMath} from "../../../../contracts/libraries/math/CorrelationMath.sol";

contract CorrelationMathTest is Test {
    uint256 private constant DAY = 1 days;

    function _random(uint256 seed, uint256 i) private pure returns (int256) {
        return int256(uint256(keccak256(abi.encode(seed, i))) % 2e16) - 1e16;
    }

    /// @dev A pair after `hours_` of returns: b = share * a + (1 - share) * own noise, in percent.
    function _pair(uint256 seed, uint256 hours_, int256 share) private pure returns (CorrelationMath.Pair memory p) {
        CorrelationMath.restart(p, 1_000);
        for (uint256 i = 1; i <= hours_; ++i) {
            int256 a = _random(seed, i);
            int256 b = (share * a + (100 - share) * _random(~seed, i)) / 100;
            CorrelationMath.fold(p, 1_000 + i, a, b, DAY);
        }
    }

    function testFuzz_level_ofAnAssetThatCopiesAnotherIsZero(uint256 seed) public pure {
        assertEq(CorrelationMath.levelDown(_pair(seed, 40, 100), DAY), 0);
    }

    function testFuzz_level_ofAnAssetThatMirrorsAnotherIsTheFloor(uint256 seed) public pure {
        CorrelationMath.Pair memory p;
        CorrelationMath.restart(p, 1);
        for (uint256 i = 2; i < 40; ++i) CorrelationMath.fold(p, i, _random(seed, i), -_random(seed, i), DAY);
        assertLt(p.covariance, 0);
        assertEq(CorrelationMath.levelDown(p, DAY), 15);
    }

    /// @dev Compares the level with an equally weighted computation of the correlation from the
    /// same returns.
    function testFuzz_level_isTheWeightedCorrelationRoundedUp(uint256 seed, uint256 share) public pure {
        CorrelationMath.Pair memory p = _pair(seed, 60, int256(bound(share, 50, 100)));
        uint256 product = uint256(p.varianceA) * p.varianceB;
        uint256 level = CorrelationMath.levelDown(p, DAY);
        assertGt(p.covariance, 0);
        uint256 squared = uint256(int256(p.covariance)) ** 2;
        // level <= 75 * (1 - rho) < level + 1, squared so that no root is needed; a unit in 1e15
        // for roundings.
        uint256 above = (75 - level) ** 2;
        assertLe(squared * 5_625, ((product * above) / 1e15) * (1e15 + 1) + product / 1e12);
        if (level < 15) assertGe(squared * 5_625 + product / 1e12, product * (74 - level) ** 2);
    }

    /// @dev A covariance one unit above the bound of a level has the level below. One clearly under
    /// the bound has that level.
    function testFuzz_level_changesExactlyWhereTheCorrelationDoes(uint256 k, uint256 level) public pure {
        k = bound(k, 1e17, 1e36);
        level = bound(level, 1, 15);
        uint128 variance = uint128(75 * k);
        uint256 covariance = (75 - level) * k;
        CorrelationMath.Pair memory p = _moments(int256(covariance) + 1, variance);
        assertEq(CorrelationMath.levelDown(p, DAY), level - 1);
        p = _moments(int256(covariance - k / 1e15), variance);
        assertEq(CorrelationMath.levelDown(p, DAY), level);
    }

    function testFuzz_level_ofACovarianceAsLargeAsTheVariancesIsZeroHoweverSmall(uint128 moment) public pure {
        moment = uint128(bound(moment, 1, uint128(type(int128).max)));
        assertEq(CorrelationMath.levelDown(_moments(int256(uint256(moment)), moment), DAY), 0);
        assertEq(CorrelationMath.levelDown(_moments(1, 1), DAY), 0);
    }

    /// @dev A pair followed for a day, both assets with the same variance.
    function _moments(int256 covariance, uint128 variance) private pure returns (CorrelationMath.Pair memory p) {
        CorrelationMath.restart(p, 1_000);
        p.bar = 1_024;
        (p.covariance, p.varianceA, p.varianceB) = (int128(covariance), variance, variance);
    }

    /// @dev Too short a time says nothing: no credit before a half-life.
    function testFuzz_level_isZeroBeforeAHalfLife(uint256 seed, uint256 hours_) public pure {
        hours_ = bound(hours_, 0, 23);
        assertEq(CorrelationMath.levelDown(_pair(seed, hours_, 0), DAY), 0);
        assertEq(CorrelationMath.levelDown(_pair(seed, 24, 0), DAY) != 0, true);
    }

    function test_level_ofAnAssetThatNeverMovesIsZero() public pure {
        CorrelationMath.Pair memory p;
        CorrelationMath.restart(p, 1);
        for (uint256 i = 2; i < 60; ++i) CorrelationMath.fold(p, i, int256(i) * 1e15, 0, DAY);
        assertEq(CorrelationMath.levelDown(p, DAY), 0);
    }

    /// @dev Empty hours before a fold decay all moments alike. They change the weight of the past,
    /// but no correlation.
    function testFuzz_fold_acrossEmptyHoursDecaysAsOftenAsHoursPass(uint256 seed, uint256 gap) public pure {
        gap = bound(gap, 2, 100);
        CorrelationMath.Pair memory once = _pair(seed, 30, 60);
        CorrelationMath.Pair memory each = _pair(seed, 30, 60);
        CorrelationMath.fold(once, 1_030 + gap, 1e16, -1e16, DAY);
        for (uint256 i = 1; i < gap; ++i) CorrelationMath.fold(each, 1_030 + i, 0, 0, DAY);
        CorrelationMath.fold(each, 1_030 + gap, 1e16, -1e16, DAY);
        assertApproxEqRel(once.varianceA, each.varianceA, 1e6);
        assertApproxEqRel(once.varianceB, each.varianceB, 1e6);
        assertApproxEqAbs(once.covariance, each.covariance, once.varianceA / 1e12);
    }

    /// @dev An hour of n half-lives leaves 2^-n of the past and gives its own return the rest of
    /// the weight.
    function testFuzz_fold_weighsAReturnByWhatItsHourTakesFromThePast(int72 a, int72 b, uint256 n) public pure {
        n = bound(n, 1, 6);
        CorrelationMath.Pair memory p;
        CorrelationMath.restart(p, 1);
        CorrelationMath.fold(p, 2, a, b, 1 hours / n);
        _assertWeighted(int256(uint256(p.varianceA)), int256(a) * a, n);
        _assertWeighted(int256(uint256(p.varianceB)), int256(b) * b, n);
        _assertWeighted(p.covariance, int256(a) * b, n);
    }

    /// @dev moment [RAY] = product [WAD * WAD] * (1 - 2^-n), rounded towards 0.
    function _assertWeighted(int256 moment, int256 product, uint256 n) private pure {
        if (product < 0) (moment, product) = (-moment, -product);
        int256 one = int256(1e9 << n);
        product *= int256((1 << n) - 1);
        assertLe(moment * one, product);
        assertGt((moment + 1) * one, product);
    }

    function testFuzz_fold_halvesThePastWithEachHalfLife(uint256 seed, uint256 n, uint256 share) public pure {
        n = bound(n, 1, 18);
        CorrelationMath.Pair memory p = _pair(seed, 5, int256(bound(share, 0, 200)) - 100);
        (int256 covariance, uint256 a, uint256 b) = (p.covariance, p.varianceA, p.varianceB);
        CorrelationMath.fold(p, 1_005 + n, 0, 0, 1 hours);
        assertEq(p.covariance, covariance / int256(1 << n));
        assertEq(p.varianceA, a >> n);
        assertEq(p.varianceB, b >> n);
    }

    function testFuzz_restart_forgetsAllReturns(uint256 seed, uint32 bar) public pure {
        CorrelationMath.Pair memory p = _pair(seed, 5, 60);
        CorrelationMath.restart(p, bar);
        assertEq(p.covariance, 0);
        assertEq(p.varianceA, 0);
        assertEq(p.varianceB, 0);
        assertEq(p.bar, bar);
        assertEq(p.start, bar);
    }

    function testFuzz_fold_neverReverts(int72[6] memory r, uint32[3] memory gaps) public pure {
        CorrelationMath.Pair memory p;
        uint256 at = 1;
        for (uint256 i = 0; i < 3; ++i) {
            at += 1 + (gaps[i] % 1e9);
            CorrelationMath.fold(p, at, r[2 * i], r[2 * i + 1], DAY);
            assertLe(CorrelationMath.levelDown(p, DAY), 15);
        }
    }
}

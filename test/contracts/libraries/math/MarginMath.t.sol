// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {MarginMath} from "../../../../contracts/libraries/math/MarginMath.sol";
import {AssetRisk, AssetRiskFields, packAssetRisk} from "../../../../contracts/types/AssetRisk.sol";

contract MarginMathTest is Test {
    struct Book {
        uint256[] values;
        AssetRisk[] risks;
        uint256[] levels;
    }

    function _draw(uint256 seed, uint256 i, uint256 min, uint256 max) private pure returns (uint256) {
        return min + (uint256(keccak256(abi.encode(seed, i))) % (max - min + 1));
    }

    /// @dev Up to eight collaterals, haircuts within the model's bounds, values of any size up to
    /// `most`.
    function _book(uint256 seed, uint256 count, uint256 most) private pure returns (Book memory b) {
        b = Book(new uint256[](count), new AssetRisk[](count), new uint256[]((count * (count - 1)) / 2));
        for (uint256 i = 0; i < count; ++i) {
            AssetRiskFields memory f;
            f.liquidationThreshold = uint16(_draw(seed, 4 * i, 100, 9_900));
            f.ltv = uint16(_draw(seed, 4 * i + 1, 1, f.liquidationThreshold - 1));
            b.risks[i] = packAssetRisk(f).withHaircut(_draw(seed, 4 * i + 2, 0, MarginMath.MAX_HAIRCUT));
            b.values[i] = _draw(seed, 4 * i + 3, 0, most >> _draw(seed, 100 + i, 0, 100));
        }
        for (uint256 k = 0; k < b.levels.length; ++k) b.levels[k] = _draw(seed, 200 + k, 0, 15);
    }

    function _power(Book memory b) private pure returns (uint256) {
        return MarginMath.powerDown(b.values, b.risks, b.levels);
    }

    function _sums(Book memory b) private pure returns (uint256 effective, uint256 initial) {
        for (uint256 i = 0; i < b.values.length; ++i) {
            effective += b.values[i] * b.risks[i].effectiveLtv();
            initial += b.values[i] * b.risks[i].ltv();
        }
    }

    /// @dev Collaterals whose haircut takes one point of threshold: y_i is the value. No configured
    /// margin binds.
    function _plain(uint256 count, uint256 level) private pure returns (Book memory b) {
        b = _book(0, count, 0);
        AssetRiskFields memory f;
        (f.ltv, f.liquidationThreshold) = (10_000, 100);
        for (uint256 i = 0; i < count; ++i) b.risks[i] = packAssetRisk(f).withHaircut(1);
        for (uint256 k = 0; k < b.levels.length; ++k) b.levels[k] = level;
    }

    function _plainMargin(Book memory b) private pure returns (uint256 margin) {
        for (uint256 i = 0; i < b.values.length; ++i) margin += 100 * b.values[i];
        margin -= _power(b);
    }

    /// @dev The margin is the ceiling of the root of the full double sum, written out here. No
    /// configured margin binds.
    function _assertRootOfTheDoubleSum(Book memory b) private pure {
        uint256[] memory y = new uint256[](b.values.length);
        uint256 maintenance;
        for (uint256 i = 0; i < y.length; ++i) {
            uint256 lt = b.risks[i].liquidationThreshold();
            y[i] = b.values[i] * (lt - (lt * (1e4 - b.risks[i].haircut())) / 1e4);
            maintenance += b.values[i] * lt;
        }
        uint256 sum75;
        for (uint256 i = 0; i < y.length; ++i) {
            for (uint256 j = 0; j < y.length; ++j) {
                (uint256 low, uint256 high) = i < j ? (i, j) : (j, i);
                uint256 level = i == j ? 0 : b.levels[low * y.length - (low * (low + 1)) / 2 + high - low - 1];
                sum75 += y[i] * y[j] * (75 - level);
            }
        }
        uint256 margin = maintenance - _power(b);
        assertGe(75 * margin * margin, sum75);
        if (margin > 0) assertLt(75 * (margin - 1) * (margin - 1), sum75);
    }

    // ------------------------------------------------------------------ haircut

    /// @dev 100 % a year over 4 hours is 2.136 %, times 3: 6.41 %.
    function test_haircut_ofAYearlyDeviationOverHours() public pure {
        uint256 yearly = uint256(1e27) / 365 days;
        assertEq(MarginMath.haircutUp(yearly, 3e18, 4 hours, 0, 8_000), 642);
        assertEq(MarginMath.haircutUp(yearly, 1e18, 365 days, 0, 10_000), 10_000);
    }

    /// @dev Rounded up from the exact root: h^2 covers z^2 * v * horizon, (h - 1)^2 does not.
    function testFuzz_haircut_isTheSmallestThatCovers(uint256 v, uint256 z8, uint256 horizon) public pure {
        (v, z8, horizon) = (bound(v, 0, 1e21), bound(z8, 1e8, 5e10), bound(horizon, 1, 1 days));
        uint256 h = MarginMath.haircutUp(v, z8 * 1e8, horizon, 0, type(uint256).max);
        // (h / 1e4)^2 >= (z8 / 1e10)^2 * v / 1e27 * horizon
        assertGe(h * h * 1e39, z8 * z8 * v * horizon);
        if (h > 1) assertLe((h - 1) ** 2 * 1e39, z8 * z8 * v * horizon + z8 * z8 * 1e9);
    }

    function testFuzz_haircut_staysWithinItsBounds(uint96 v, uint72 z, uint32 horizon, uint16 a, uint16 b) public pure {
        if (a > b) (a, b) = (b, a);
        uint256 h = MarginMath.haircutUp(v, z, horizon, a, b);
        assertTrue(h >= a && h <= b);
        assertLe(h, MarginMath.haircutUp(uint256(v) + 1, z, horizon, a, b));
    }

    // ------------------------------------------------------------------ power

    /// @dev Never below the sum of the powers of each alone, never above the sum at their ltv; to
    /// the unit, at any size.
    function testFuzz_power_liesBetweenTheEffectiveAndTheConfiguredMargin(uint256 seed, uint8 count) public pure {
        Book memory b = _book(seed, 1 + (count % 8), type(uint128).max);
        (uint256 effective, uint256 initial) = _sums(b);
        assertGe(_power(b), effective);
        assertLe(_power(b), initial);
    }

    function testFuzz_power_ofOneCollateralIsItsEffectiveMargin(uint256 seed) public pure {
        Book memory b = _book(seed, 1, type(uint128).max);
        assertEq(_power(b), b.values[0] * b.risks[0].effectiveLtv());
    }

    /// @dev With correlation 1 everywhere nothing is credited: sum v * LT * (1 - haircut), rounded
    /// like `effectiveLtv`.
    function testFuzz_power_withoutDiversificationIsTheSumOfHaircutThresholds(uint256 seed, uint8 count) public pure {
        Book memory b = _book(seed, 1 + (count % 8), type(uint128).max);
        b.levels = new uint256[](b.levels.length);
        uint256 sum;
        for (uint256 i = 0; i < b.values.length; ++i) {
            sum += b.values[i] * ((b.risks[i].liquidationThreshold() * (1e4 - b.risks[i].haircut())) / 1e4);
        }
        (, uint256 initial) = _sums(b);
        assertEq(_power(b), sum < initial ? sum : initial);
    }

    function testFuzz_power_withoutHaircutsIsTheConfiguredMargin(uint256 seed, uint8 count) public pure {
        Book memory b = _book(seed, 1 + (count % 8), type(uint128).max);
        for (uint256 i = 0; i < b.risks.length; ++i) b.risks[i] = b.risks[i].withHaircut(0);
        (, uint256 initial) = _sums(b);
        assertEq(_power(b), initial);
    }

    function testFuzz_power_subtractsTheRootOfTheDoubleSum(uint256 seed, uint8 count) public pure {
        Book memory b = _book(seed, 1 + (count % 8), 1e20);
        for (uint256 i = 0; i < b.risks.length; ++i) {
            // No configured margin binds.
            AssetRiskFields memory f;
            (f.ltv, f.liquidationThreshold) = (10_000, uint16(b.risks[i].liquidationThreshold()));
            b.risks[i] = packAssetRisk(f).withHaircut(b.risks[i].haircut());
        }
        _assertRootOfTheDoubleSum(b);
    }

    /// @dev More of any collateral never lowers what may be borrowed.
    function testFuzz_power_growsWithEveryCollateral(uint256 seed, uint8 count, uint8 which, uint128 more) public pure {
        Book memory b = _book(seed, 1 + (count % 8), 1e30);
        uint256 before = _power(b);
        b.values[which % b.values.length] += more % 1e30;
        assertGe(_power(b), before);
    }

    /// @dev The worst direction: a small holding of the largest haircut, fully correlated with
    /// seven that are less correlated with each other.
    function testFuzz_power_growsEvenInTheWorstDirection(uint256 seed, uint256 more) public pure {
        Book memory b = _book(seed, 8, 1e26);
        for (uint256 i = 0; i < 8; ++i) {
            b.risks[i] = b.risks[i].withHaircut(MarginMath.MAX_HAIRCUT);
            b.values[i] = 1e26;
        }
        for (uint256 k = 0; k < b.levels.length; ++k) b.levels[k] = k < 7 ? 0 : 15;
        b.values[0] = 0;
        uint256 before = _power(b);
        b.values[0] = bound(more, 1, 1e26);
        assertGe(_power(b), before);
    }

    function testFuzz_power_neverFallsWithLessCorrelation(uint256 seed, uint8 count, uint8 which) public pure {
        Book memory b = _book(seed, 2 + (count % 7), type(uint128).max);
        uint256 k = which % b.levels.length;
        b.levels[k] = b.levels[k] / 2;
        uint256 before = _power(b);
        b.levels[k] = 15;
        assertGe(_power(b), before);
    }

    /// @dev Two equal holdings at correlation 0.8 need sqrt(0.9) of the margin they need at 1.
    function test_power_creditsTwoEqualHoldingsAtTheFloor() public pure {
        Book memory b = _book(1, 2, 1);
        AssetRiskFields memory f;
        (f.ltv, f.liquidationThreshold) = (7_500, 8_000);
        for (uint256 i = 0; i < 2; ++i) (b.values[i], b.risks[i]) = (1e18, packAssetRisk(f).withHaircut(2_500));
        b.levels[0] = 0;
        assertEq(_power(b), 12_000e18);
        b.levels[0] = 15;
        // 16,000 - 4,000 * 0.948683298050513799599...
        assertEq(_power(b), 12_205_266807797944801601);
    }

    // ------------------------------------------------------------------ edges

    function test_maxHaircut_isFourFifthsWhichIsBelowTheRootOfTheLeastCorrelation() public pure {
        assertEq(MarginMath.MAX_HAIRCUT, 8_000);
        assertLt(MarginMath.MAX_HAIRCUT ** 2, 0.8e8);
    }

    /// @dev A deviation of h points in a second has a variance of (h / 1e4)^2. Any larger variance
    /// is more than h points.
    function testFuzz_haircut_ofWholePointsIsExactAndOfTheLeastMoreIsOneMore(uint256 h, uint256 n) public pure {
        (h, n) = (bound(h, 1, 10_000), bound(n, 1, 100));
        uint256 variance = h * h * 1e19;
        assertEq(MarginMath.haircutUp(variance, n * 1e18, 1, 0, type(uint256).max), n * h);
        assertEq(MarginMath.haircutUp(variance + 1, n * 1e18, 1, 0, type(uint256).max), n * h + 1);
    }

    function testFuzz_power_countsTheSmallestMarginThereIs(uint256 threshold) public pure {
        Book memory b = _plain(1, 0);
        AssetRiskFields memory f;
        (f.ltv, f.liquidationThreshold) = (10_000, uint16(bound(threshold, 1, 9_999)));
        (b.values[0], b.risks[0]) = (1, packAssetRisk(f).withHaircut(1));
        assertEq(_power(b), f.liquidationThreshold - 1);
    }

    /// @dev Nothing is scaled down while the sum of haircuts takes 124 bits.
    function testFuzz_power_isExactUpTo124Bits(uint256 seed, uint8 count, uint256 total) public pure {
        Book memory b = _plain(2 + (count % 7), 0);
        total = bound(total, 1 << 123, (1 << 124) - 1);
        b.values[0] = total;
        for (uint256 i = 1; i < b.values.length; ++i) {
            b.values[i] = _draw(seed, i, 0, total / 8);
            b.values[0] -= b.values[i];
        }
        for (uint256 k = 0; k < b.levels.length; ++k) b.levels[k] = _draw(seed, 200 + k, 0, 15);
        _assertRootOfTheDoubleSum(b);
    }

    /// @dev 13^2 + 40^2 + 2 * 0.8 * 13 * 40 = 51^2. Beyond 124 bits M is a multiple of 2^shift: one
    /// unit is lost for the sum, one for the root and 0.2 for the products, the first and the last
    /// times (13 + 40) / 51.
    function testFuzz_power_beyond124BitsTakesTooMuchByLessThanTwoAndAQuarterUnits(
        uint256 n,
        uint256 bits
    ) public pure {
        bits = bound(bits, 125, 128);
        uint256 unit = 1 << (bits - 124);
        n = bound(n, (1 << (bits - 1)) / 53 + 1, ((1 << bits) - 1) / 53);
        Book memory b = _plain(2, 15);
        (b.values[0], b.values[1]) = (13 * n, 40 * n);
        uint256 margin = _plainMargin(b);
        assertEq(margin % unit, 0);
        assertGe(margin, 51 * n);
        assertLt(margin - 51 * n, (9 * unit) / 4);
    }

    /// @dev What a small holding is credited is lost in the rounding, and no more than that.
    function testFuzz_power_ofAHoldingTooSmallToCreditIsTheSumOfBoth(uint256 large, uint256 small) public pure {
        Book memory b = _plain(2, 15);
        b.values[0] = bound(large, 1 << 127, (1 << 128) - 32);
        b.values[1] = bound(small, 16, 31);
        assertEq(_plainMargin(b), b.values[0] + b.values[1]);
    }
}

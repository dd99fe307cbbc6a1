// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {AssetRisk} from "../../types/AssetRisk.sol";
import {CorrelationMath} from "./CorrelationMath.sol";
import {BPS, FixedPoint, WAD} from "./FixedPoint.sol";

/// @notice Haircuts, and the borrowing power of several collaterals together.
library MarginMath {
    /// @notice Largest haircut the model sets [bps]. Below sqrt(0.8) = 89.4 %, adding collateral
    /// never lowers the borrowing power: with correlations of at least 0.8 the margin grows by at
    /// most y_j / sqrt(0.8) for a haircut y_j on the addition.
    uint256 internal constant MAX_HAIRCUT = 8_000;
    /// @dev Above this many bits the sum of haircuts is scaled down before it is squared.
    uint256 private constant MAX_BITS = 124;

    /// @notice The haircut [bps], rounded up: z standard deviations of the log-return over
    /// `horizon`, within [floor, ceiling].
    /// @dev A price falls by 1 - e^-x, which is below x, so the error favours the lender.
    /// @param variance [RAY per second], below 2^96
    /// @param z number of standard deviations [WAD], below 2^72
    /// @param horizon [s], below 2^32
    function haircutUp(
        uint256 variance,
        uint256 z,
        uint256 horizon,
        uint256 floor,
        uint256 ceiling
    ) internal pure returns (uint256) {
        uint256 deviation = Math.sqrt(variance * horizon * 1e9, Math.Rounding.Ceil);
        uint256 haircut = FixedPoint.mulDivUp(deviation, z * BPS, WAD * WAD);
        return FixedPoint.min(haircut < floor ? floor : haircut, ceiling);
    }

    /// @notice The borrowing power of several collaterals [debt units * bps], rounded down: min(sum
    /// v_i * ltv_i, sum v_i * LT_i - M), where
    /// - M = sqrt(sum of y_i * y_j * rho_ij over all i and j), rounded up;
    /// - y_i = v_i * (LT_i - floor(LT_i * (1 - haircut_i))).
    ///
    /// One collateral gives v * effectiveLtv exactly, and so do several if every correlation is 1
    /// and no ltv binds. Never below sum v_i * effectiveLtv_i, never above sum v_i * ltv_i.
    /// @dev M^2 = (sum y)^2 - 2/75 * sum over i < j of level_ij * y_i * y_j. If sum y takes more
    /// than 124 bits, M is too large by at most 9 / 2^123 of itself.
    /// @param values value of each collateral [debt units], at most 2^128
    /// @param levels correlation level of each pair (`CorrelationMath`), in the order (0,1), (0,2),
    /// ..., (1,2) and so on
    function powerDown(
        uint256[] memory values,
        AssetRisk[] memory risks,
        uint256[] memory levels
    ) internal pure returns (uint256) {
        uint256 initial;
        uint256 maintenance;
        uint256 total;
        uint256[] memory cuts = new uint256[](values.length);
        for (uint256 i = 0; i < cuts.length; ++i) {
            uint256 threshold = risks[i].liquidationThreshold();
            initial += values[i] * risks[i].ltv();
            maintenance += values[i] * threshold;
            // Rounded like `effectiveLtv`.
            cuts[i] = values[i] * (threshold - (threshold * (BPS - risks[i].haircut())) / BPS);
            total += cuts[i];
        }
        return FixedPoint.min(initial, maintenance - _marginUp(cuts, total, levels));
    }

    function _marginUp(
        uint256[] memory cuts,
        uint256 total,
        uint256[] memory levels
    ) private pure returns (uint256 margin) {
        if (total == 0) return 0;
        uint256 bits = Math.log2(total) + 1;
        uint256 shift = FixedPoint.subFloor(bits, MAX_BITS);
        uint256 sum = _shiftUp(total, shift);
        uint256 credit;
        uint256 pair;
        for (uint256 i = 0; i < cuts.length; ++i) {
            for (uint256 j = i + 1; j < cuts.length; ++j) {
                uint256 level = levels[pair++];
                if (level != 0) credit += level * (cuts[i] >> shift) * (cuts[j] >> shift);
            }
        }
        if (credit == 0) return total;
        margin = Math.sqrt(sum * sum - (2 * credit) / CorrelationMath.STEPS, Math.Rounding.Ceil) << shift;
        margin = FixedPoint.min(margin, total);
    }

    function _shiftUp(uint256 x, uint256 shift) private pure returns (uint256) {
        return (x >> shift) + (x & ((1 << shift) - 1) == 0 ? 0 : 1);
    }
}

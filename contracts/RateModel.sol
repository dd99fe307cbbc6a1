// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRateModel} from "./interfaces/IRateModel.sol";
import {RAY, WAD} from "./libraries/FixedPoint.sol";
import {InterestMath} from "./libraries/InterestMath.sol";

/// @title RateModel
/// @notice See `IRateModel`, which is the specification.
contract RateModel is IRateModel {
    /// @notice The curve, see `InterestMath.Curve`: rates per second [RAY], kink [WAD].
    uint256 public immutable base;
    uint256 public immutable kink;
    uint256 public immutable slopeBelow;
    uint256 public immutable slopeAbove;
    uint256 public immutable max;

    constructor(InterestMath.Curve memory curve) {
        if (curve.kink == 0 || curve.kink >= WAD || curve.max > InterestMath.MAX_RATE)
            revert InvalidCurve(curve.kink, curve.max);
        // Each part is capped, so that their sum cannot overflow; the rate is capped at `max` anyway.
        base = curve.base < RAY ? curve.base : RAY;
        kink = curve.kink;
        slopeBelow = curve.slopeBelow < RAY ? curve.slopeBelow : RAY;
        slopeAbove = curve.slopeAbove < RAY ? curve.slopeAbove : RAY;
        max = curve.max;
    }

    /// @inheritdoc IRateModel
    function ratePerSecond(uint256 cash, uint256 debt) external view returns (uint256) {
        return
            InterestMath.rateUp(
                InterestMath.Curve(base, kink, slopeBelow, slopeAbove, max),
                InterestMath.utilisationUp(cash, debt)
            );
    }
}

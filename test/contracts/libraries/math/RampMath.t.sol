// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {RampMath} from "../../../../contracts/libraries/math/RampMath.sol";

contract RampMathTest is Test {
    function _ramp(uint16 a, uint16 b, uint40 startedAt) private pure returns (RampMath.Ramp memory) {
        return RampMath.Ramp(a > b ? a : b, a > b ? b : a, startedAt);
    }

    function testFuzz_threshold_fallsOnePointADayToItsEndAndNoFurther(
        uint16 a,
        uint16 b,
        uint40 startedAt,
        uint32 elapsed
    ) public pure {
        RampMath.Ramp memory r = _ramp(a, b, startedAt);
        uint256 threshold = RampMath.thresholdUp(r, uint256(startedAt) + elapsed);
        assertGe(threshold, r.end);
        // A hundred basis points in 86,400 seconds, rounded in the borrower's favour until the next
        // one is due.
        uint256 fallen = r.start - threshold;
        assertLe(fallen * 86_400, uint256(elapsed) * 100);
        if (threshold != r.end) assertGt((fallen + 1) * 86_400, uint256(elapsed) * 100);
    }

    /// @dev A ramp restarted to the same end is the same ramp: it neither loses nor gains progress.
    function testFuzz_restarted_toTheSameEndChangesNothing(
        uint16 a,
        uint16 b,
        uint40 startedAt,
        uint32 asked,
        uint32 later
    ) public pure {
        RampMath.Ramp memory r = _ramp(a, b, startedAt);
        uint256 now_ = uint256(startedAt) + asked;
        uint256 since = RampMath.restartedAt(r, now_);
        assertLe(since, now_);
        if (now_ >= RampMath.endsAt(r)) return assertEq(since, now_);
        vm.assume(since <= type(uint40).max);
        RampMath.Ramp memory again = RampMath.Ramp(uint16(RampMath.thresholdUp(r, now_)), r.end, uint40(since));
        assertEq(RampMath.thresholdUp(again, now_ + later), RampMath.thresholdUp(r, now_ + later));
    }

    function testFuzz_endsAt_isTheFirstSecondAtTheEnd(uint16 a, uint16 b, uint40 startedAt) public pure {
        RampMath.Ramp memory r = _ramp(a, b, startedAt);
        uint256 end = RampMath.endsAt(r);
        assertEq(RampMath.thresholdUp(r, end), r.end);
        if (end != startedAt) assertEq(RampMath.thresholdUp(r, end - 1), uint256(r.end) + 1);
    }
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {RateModel} from "../../contracts/RateModel.sol";
import {IRateModel} from "../../contracts/interfaces/IRateModel.sol";
import {InterestMath} from "../../contracts/libraries/InterestMath.sol";

contract RateModelTest is Test {
    function deploy(InterestMath.Curve memory c) public returns (RateModel) {
        return new RateModel(c);
    }

    function testFuzz_constructor_refusesExactlyTheCurvesThatCouldRevert(InterestMath.Curve memory c) public {
        if (c.base % 2 == 0) (c.kink, c.max) = (c.kink % 1.1e18, c.max % (2 * InterestMath.MAX_RATE));
        if (c.kink == 0 || c.kink >= 1e18 || c.max > InterestMath.MAX_RATE) {
            vm.expectRevert(abi.encodeWithSelector(IRateModel.InvalidCurve.selector, c.kink, c.max));
        }
        this.deploy(c);
    }

    /// @dev Any accepted curve, any pool.
    function testFuzz_rate_neverRevertsAndNeverExceedsItsMaximum(
        InterestMath.Curve memory c,
        uint128 cash,
        uint256 debt
    ) public {
        (c.kink, c.max) = (bound(c.kink, 1, 1e18 - 1), bound(c.max, 0, InterestMath.MAX_RATE));
        debt = bound(debt, 0, type(uint192).max);
        assertLe(deploy(c).ratePerSecond(cash, debt), c.max);
    }

    function testFuzz_rate_growsAsCashLeaves(uint128 cash, uint128 less, uint128 debt) public {
        RateModel model = deploy(InterestMath.Curve(6e17, 0.9e18, 2e18, 2e19, 3e19));
        if (less > cash) (cash, less) = (less, cash);
        assertLe(model.ratePerSecond(cash, debt), model.ratePerSecond(less, debt));
    }

    function test_rate_atItsCorners() public {
        RateModel model = deploy(InterestMath.Curve(6e17, 0.9e18, 2e18, 2e19, 3e19));
        assertEq(model.ratePerSecond(0, 0), 6e17);
        assertEq(model.ratePerSecond(100, 0), 6e17);
        assertEq(model.ratePerSecond(10, 90), 2.6e18);
        assertEq(model.ratePerSecond(0, 100), 2.26e19);
        assertEq(model.ratePerSecond(5, 95), 1.26e19);
    }

    function test_curve_isPublic() public {
        RateModel model = deploy(InterestMath.Curve(1, 2, 3, 4, 5));
        assertEq(model.base() + model.kink() * 10 + model.slopeBelow() * 100, 321);
        assertEq(model.slopeAbove() + model.max() * 10, 54);
    }
}

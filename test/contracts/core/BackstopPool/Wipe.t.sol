// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BackstopFixture} from "../../support/fixtures/BackstopFixture.sol";

/// @notice A pool that is wiped to its last token and filled again stays exact.
abstract contract WipeTest is BackstopFixture {
    function testFuzz_wiped_fiveTimesAndFilledAgainKeepsItsPrecision(uint256[5] memory amounts) public {
        address[5] memory stakers;
        for (uint256 i = 0; i < 5; ++i) {
            stakers[i] = makeAddr(string.concat("staker", vm.toString(i)));
            uint256 amount = bound(amounts[i], 10 * _unit(), 1e6 * _unit());
            _stake(stakers[i], amount);
            assertApproxEqAbs(backstop.convertToAssets(backstop.balanceOf(stakers[i])), amount, 2);
            if (i != 0) assertLe(backstop.convertToAssets(backstop.balanceOf(stakers[i - 1])), _unit());
            _covered(MAX);
            assertEq(backstop.totalAssets(), _unit());
        }
        _stake(alice, 500 * _unit());
        _request(alice, backstop.balanceOf(alice));
        _mature();
        assertApproxEqAbs(_leave(alice), 500 * _unit(), 2);
    }

    /// @dev Thousands of small offsets, 1 unit and 1 token among them, leave every depositor their
    /// part of the rest.
    function test_offsets_byTheThousandLeaveEverybodyItsPart() public {
        uint256 offsets = vm.envOr("DEEP", uint256(0)) == 0 ? 2_000 : 100_000;
        _stake(alice, 3 * offsets * _unit());
        _stake(bob, offsets * _unit());
        uint256 seed = 1;
        for (uint256 i = 0; i < offsets; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _covered(
                i % 3 == 0
                    ? 1
                    : i % 3 == 1
                        ? _unit()
                        : seed % (4 * _unit())
            );
        }
        uint256 cash = backstop.totalAssets();
        assertApproxEqAbs(backstop.convertToAssets(backstop.balanceOf(alice)), (cash * 3) / 4, 2);
        assertApproxEqAbs(backstop.convertToAssets(backstop.balanceOf(bob)), cash / 4, 2);
        _covered(cash - _unit() - 1);
        assertEq(backstop.totalAssets(), _unit() + 1);
        _covered(MAX);
        assertApproxEqAbs(backstop.convertToAssets(backstop.balanceOf(bob)), _unit() / 4, 1);
    }
}

contract SixDecimalsWipeTest is WipeTest {}

contract EighteenDecimalsWipeTest is WipeTest {
    function _debtDecimals() internal pure override returns (uint8) {
        return 18;
    }
}

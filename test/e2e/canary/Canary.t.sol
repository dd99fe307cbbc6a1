// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

contract Cage {
    uint256 public chirps;

    function chirp() external {
        ++chirps;
    }
}

/// @notice Must fail, both ways: if it ever passes, the campaigns beside it prove nothing.
contract CanaryTest is Test {
    Cage private cage;

    function setUp() public {
        cage = new Cage();
        targetContract(address(cage));
    }

    function invariant_canaryMustFail() public view {
        assertEq(cage.chirps(), 0, "the canary sang");
    }

    function testFuzz_canaryMustFail(uint256 x) public pure {
        assertNotEq(x % 16, 7, "the canary sang");
    }
}

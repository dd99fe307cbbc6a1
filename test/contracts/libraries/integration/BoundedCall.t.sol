// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {BoundedCall} from "../../../../contracts/libraries/integration/BoundedCall.sol";
import {Flood} from "../../support/fakes/Flood.sol";

contract BoundedCallTest is Test {
    bytes private answer;
    bool private fails;
    uint256 private calls;

    /// @dev Stands in for what is called: answers whatever was set.
    function answered() external view returns (uint256) {
        bytes memory data = answer;
        bool reverts = fails;
        assembly ("memory-safe") {
            if reverts {
                revert(add(data, 32), mload(data))
            }
            return(add(data, 32), mload(data))
        }
    }

    function gasGiven() external view returns (uint256) {
        return gasleft();
    }

    function counted() external returns (uint256) {
        return ++calls;
    }

    fallback(bytes calldata input) external returns (bytes memory) {
        return input;
    }

    function testFuzz_read_copiesTheFirstFiveWordsAndTellsTheSize(
        bytes memory data,
        uint8 length,
        bool reverts
    ) public {
        // Also longer than five words.
        data = bytes.concat(data, keccak256(data), keccak256(abi.encode(data)), new bytes(length), hex"ff");
        (answer, fails) = (data, reverts);
        (bool ok, uint256 size, uint256[5] memory words) = BoundedCall.read(
            address(this),
            1_000_000,
            this.answered.selector
        );
        // What lies behind the five words is still as it was: no memory that anybody had used.
        uint256 behind;
        assembly ("memory-safe") {
            behind := mload(add(words, 160))
        }
        assertEq(behind, 0);
        assertEq(ok, !reverts);
        assertEq(size, data.length);
        bytes memory start = new bytes(160);
        for (uint256 i = 0; i < 160 && i < data.length; ++i) start[i] = data[i];
        assertEq(abi.encode(words), start);
    }

    function testFuzz_read_callsWithTheSelectorAlone(bytes4 selector) public view {
        vm.assume(selector != this.answered.selector && selector != this.gasGiven.selector);
        vm.assume(selector != this.counted.selector);
        // What is left at the start of the memory is not passed on.
        assembly ("memory-safe") {
            mstore(0, not(0))
        }
        (bool ok, uint256 size, uint256[5] memory words) = BoundedCall.read(address(this), 1_000_000, selector);
        assertTrue(ok && size == 4);
        assertEq(bytes32(words[0]), bytes32(selector));
    }

    function testFuzz_read_givesTheLimitAndNoMore(uint256 limit) public view {
        limit = bound(limit, 5_000, 1_000_000);
        (, , uint256[5] memory words) = BoundedCall.read(address(this), limit, this.gasGiven.selector);
        assertLe(words[0], limit);
        assertGt(words[0], limit - 2_000);
    }

    function test_read_lacksWhatNeedsMoreThanTheLimit() public {
        answer = new bytes(3_200);
        (bool ok, uint256 size, ) = BoundedCall.read(address(this), 5_000, this.answered.selector);
        assertFalse(ok);
        assertEq(size, 0);
    }

    /// @dev Copying fifty kilobytes would cost 14,000 gas.
    function test_read_ofALongAnswerCostsLittleMoreThanTheLimit() public {
        address flood = address(new Flood());
        uint256 limit = 20_000;
        uint256 before = gasleft();
        (bool ok, uint256 size, ) = BoundedCall.read(flood, limit, Flood.latestRoundData.selector);
        uint256 used = before - gasleft();
        assertTrue(ok && size == 50_000);
        assertLt(used, limit + 4_000);
    }

    function test_read_cannotChangeAnything() public view {
        (bool ok, , ) = BoundedCall.read(address(this), 1_000_000, this.counted.selector);
        assertFalse(ok);
        assertEq(calls, 0);
    }

    function test_read_ofAnAccountWithoutCodeSucceedsWithNothing() public {
        (bool ok, uint256 size, uint256[5] memory words) = BoundedCall.read(makeAddr("nobody"), 1_000_000, 0x12345678);
        assertTrue(ok && size == 0);
        assertEq(words[0] + words[1] + words[2] + words[3] + words[4], 0);
    }
}

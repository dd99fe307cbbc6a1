// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A feed with every bad habit, one at a time: silence, short or random answers, endless
/// work, refusal.
contract OddFeed {
    uint8 public decimals = 8;
    uint256 private _gas;
    bytes private _answer;
    bool private _reverts;

    function setDecimals(uint8 decimals_) external {
        decimals = decimals_;
    }

    function setAnswer(bytes calldata answer) external {
        _answer = answer;
    }

    function setReverts(bool reverts) external {
        _reverts = reverts;
    }

    /// @notice Every answer first uses `gas_` gas.
    function setGas(uint256 gas_) external {
        _gas = gas_;
    }

    fallback() external {
        uint256 start = gasleft();
        while (_gas != 0 && start - gasleft() < _gas) {}
        require(!_reverts, "refused");
        bytes memory answer = _answer;
        assembly ("memory-safe") {
            return(add(answer, 32), mload(answer))
        }
    }
}

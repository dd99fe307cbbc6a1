// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A token with every bad habit, one at a time: fees, gifts, false, silence, nonsense,
/// refusal, refusal of one receiver or payer, floods of data, balances that change by themselves,
/// calling back. Allowances are not checked.
contract OddToken {
    enum Mode {
        Plain,
        ReturnsFalse,
        ReturnsNothing,
        ReturnsTwo,
        ReturnsFlood,
        Reverts,
        RevertsWithFlood
    }

    /// @dev What a flood returns or reverts with [bytes].
    uint256 private constant FLOOD = 100_000;

    uint8 public decimals = 18;
    string public constant name = "Odd";
    string public constant symbol = "ODD";
    mapping(address => uint256) public balanceOf;
    uint256 public totalSupply;

    Mode private _mode;
    uint256 private _fee;
    uint256 private _gift;
    address private _blocked;
    address private _blockedPayer;
    address private _target;
    bytes private _data;

    /// @notice The last hook call was refused with this.
    bytes public lastError;
    uint256 public hookCalls;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
        totalSupply += amount;
    }

    /// @notice The balance of `account` changes by itself, as a rebasing token's does.
    function rebase(address account, uint256 balance) external {
        totalSupply = totalSupply + balance - balanceOf[account];
        balanceOf[account] = balance;
    }

    function setMode(Mode mode) external {
        _mode = mode;
    }

    /// @notice Every transfer delivers `fee` less.
    function setFee(uint256 fee) external {
        _fee = fee;
    }

    /// @notice Every transfer delivers `gift` more.
    function setGift(uint256 gift) external {
        _gift = gift;
    }

    function setDecimals(uint8 decimals_) external {
        decimals = decimals_;
    }

    /// @notice Transfers to `account` revert.
    function blockAccount(address account) external {
        _blocked = account;
    }

    /// @notice Transfers from `account` revert.
    function blockPayer(address account) external {
        _blockedPayer = account;
    }

    /// @notice Every transfer first calls `target` with `data` and remembers how that failed.
    function setHook(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function approve(address, uint256) external pure returns (bool) {
        return true;
    }

    function allowance(address, address) external pure returns (uint256) {
        return type(uint256).max;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return _move(msg.sender, to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        return _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private returns (bool) {
        require(_mode != Mode.Reverts && to != _blocked && from != _blockedPayer, "refused");
        if (_mode == Mode.RevertsWithFlood) {
            assembly ("memory-safe") {
                revert(0, FLOOD)
            }
        }
        if (_target != address(0)) {
            ++hookCalls;
            (bool ok, bytes memory result) = _target.call(_data);
            lastError = ok ? bytes("") : result;
        }
        if (_mode == Mode.ReturnsFalse) return false;
        balanceOf[from] -= amount;
        balanceOf[to] += amount - _fee + _gift;
        if (_mode == Mode.ReturnsNothing) {
            assembly ("memory-safe") {
                return(0, 0)
            }
        }
        if (_mode == Mode.ReturnsTwo || _mode == Mode.ReturnsFlood) {
            uint256 word = _mode == Mode.ReturnsTwo ? 2 : 1;
            uint256 size = _mode == Mode.ReturnsTwo ? 32 : FLOOD;
            assembly ("memory-safe") {
                mstore(0, word)
                return(0, size)
            }
        }
        return true;
    }
}

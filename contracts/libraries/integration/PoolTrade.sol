// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";

import {IUniswapV3Factory} from "../../interfaces/external/IUniswapV3Factory.sol";
import {IUniswapV3Pool} from "../../interfaces/external/IUniswapV3Pool.sol";
import {FixedPoint, PRICE_ONE} from "../math/FixedPoint.sol";

/// @notice Trades with the canonical Uniswap v3 pool of two tokens. The pool is the one the factory
/// names, and only its callback is accepted: once, while a trade with it runs, and with exactly the
/// data it was given.
library PoolTrade {
    using SafeCast for uint256;
    using TransientSlot for *;

    /// @dev Hash of the pool whose callback is awaited and of the data it must bring.
    bytes32 private constant AWAITED = keccak256("breakwater.PoolTrade.awaited");
    /// @dev One inside the limits of a pool's square root price, so that no limit applies.
    uint160 private constant LOWEST = 4295128740;
    uint160 private constant HIGHEST = 1461446703485210103287273052203988822378723970341;
    uint256 private constant Q96 = 1 << 96;

    /// @notice A pool and the direction of the trade.
    struct Market {
        IUniswapV3Pool pool;
        IERC20 sold;
        IERC20 bought;
    }

    /// @notice The factory has no pool of these tokens at this fee [millionths].
    error NoMarket(address sold, address bought, uint24 fee);
    /// @notice A callback outside a trade, from another contract than the pool, or with other data.
    error UnexpectedCallback(address caller);
    /// @notice The pool asks for more than was to be sold [units of `sold`].
    error AskedTooMuch(uint256 owed, uint256 most);

    /// @notice The pool that sells `sold` for `bought`. Reverts if there is none.
    /// @param fee fee of the pool [millionths]
    function find(
        IUniswapV3Factory factory,
        IERC20 sold,
        IERC20 bought,
        uint24 fee
    ) internal view returns (Market memory) {
        address pool = factory.getPool(address(sold), address(bought), fee);
        if (pool == address(0)) revert NoMarket(address(sold), address(bought), fee);
        return Market(IUniswapV3Pool(pool), sold, bought);
    }

    /// @notice Sells `amount`, or the part of it that the pool takes before its liquidity is
    /// exhausted.
    /// @return received proceeds [units of `bought`]
    function sell(Market memory m, uint256 amount) internal returns (uint256 received) {
        if (amount == 0) return 0;
        return _swap(m, amount.toInt256(), amount, "");
    }

    /// @notice Buys `amount` ahead of payment: the pool sends it, calls back with `data`, and is
    /// paid at the end of the callback.
    /// @return received amount sent [units of `bought`]; less than `amount` if the pool has less
    function buyAhead(Market memory m, uint256 amount, bytes memory data) internal returns (uint256 received) {
        return _swap(m, -amount.toInt256(), type(uint256).max, data);
    }

    /// @notice Checks a pool's callback; must be called first in it. Reverts unless the callback is
    /// awaited.
    /// @return owed payment owed to the caller [units of `sold`]; for `buyAhead` the caller must
    /// judge it
    /// @return sold token to pay in
    /// @return data data given to `buyAhead`; empty for a plain sale
    function accept(
        int256 amount0Delta,
        int256 amount1Delta,
        bytes calldata callbackData
    ) internal returns (uint256 owed, IERC20 sold, bytes memory data) {
        bytes32 hash = keccak256(abi.encode(msg.sender, callbackData));
        if (AWAITED.asBytes32().tload() != hash) revert UnexpectedCallback(msg.sender);
        AWAITED.asBytes32().tstore(0);
        uint256 most;
        (sold, most, data) = abi.decode(callbackData, (IERC20, uint256, bytes));
        owed = uint256(amount0Delta > 0 ? amount0Delta : amount1Delta);
        if (owed > most) revert AskedTooMuch(owed, most);
    }

    /// @notice The pool's price of the sold token [`bought` units per `sold` unit, 1e36-scaled],
    /// rounded down.
    function priceDown(Market memory m) internal view returns (uint256) {
        (uint160 root, , , , , , ) = m.pool.slot0();
        if (root == 0) return 0;
        if (_soldIsFirst(m)) return FixedPoint.mulDivDown(FixedPoint.mulDivDown(root, root, Q96), PRICE_ONE, Q96);
        return FixedPoint.mulDivDown(FixedPoint.mulDivDown(PRICE_ONE, Q96, root), Q96, root);
    }

    function _swap(Market memory m, int256 amount, uint256 most, bytes memory data) private returns (uint256 received) {
        bool zeroForOne = _soldIsFirst(m);
        bytes memory callbackData = abi.encode(m.sold, most, data);
        AWAITED.asBytes32().tstore(keccak256(abi.encode(m.pool, callbackData)));
        (int256 amount0, int256 amount1) = m.pool.swap(
            address(this),
            zeroForOne,
            amount,
            zeroForOne ? LOWEST : HIGHEST,
            callbackData
        );
        return uint256(-(zeroForOne ? amount1 : amount0));
    }

    /// @dev A pool orders its tokens by address.
    function _soldIsFirst(Market memory m) private pure returns (bool) {
        return address(m.sold) < address(m.bought);
    }
}

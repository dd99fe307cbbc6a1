// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IUniswapV3Factory} from "../../../../contracts/interfaces/external/IUniswapV3Factory.sol";
import {IUniswapV3Pool} from "../../../../contracts/interfaces/external/IUniswapV3Pool.sol";
import {IUniswapV3SwapCallback} from "../../../../contracts/interfaces/external/IUniswapV3SwapCallback.sol";
import {FixedPoint, PRICE_ONE} from "../../../../contracts/libraries/math/FixedPoint.sol";
import {PoolTrade} from "../../../../contracts/libraries/integration/PoolTrade.sol";

/// @dev Trades, and remembers what its callback was told to pay.
contract Trader is IUniswapV3SwapCallback {
    uint256 public owed;
    IERC20 public token;
    bytes public data;

    function sell(PoolTrade.Market memory m, uint256 amount) external returns (uint256) {
        return PoolTrade.sell(m, amount);
    }

    function buyAhead(PoolTrade.Market memory m, uint256 amount, bytes memory with) external returns (uint256) {
        return PoolTrade.buyAhead(m, amount, with);
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata with) external {
        (owed, token, data) = PoolTrade.accept(amount0, amount1, with);
    }
}

/// @dev The test stands in for the factory and the pool.
contract PoolTradeTest is Test, IUniswapV3Factory, IUniswapV3Pool {
    uint256 private constant Q96 = 1 << 96;
    /// @dev What a pool's square root price stays strictly between.
    uint160 private constant MIN_ROOT = 4295128739;
    uint160 private constant MAX_ROOT = 1461446703485210103287273052203988822378723970342;
    address private constant STRANGER = address(0xbad);

    enum Mode {
        Honest,
        CallsTwice,
        OtherData,
        OtherCaller
    }

    struct Order {
        address recipient;
        bool zeroForOne;
        int256 amount;
        uint160 limit;
    }

    Trader private trader = new Trader();
    mapping(bytes32 tokensAndFee => address) private pools;
    uint160 private root;
    Mode private mode;
    Order private order;
    uint256 private orders;
    /// @dev What the next trade asks for and gives.
    int256 private input;
    int256 private output;

    function _key(address a, address b, uint24 fee) private pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b, fee)) : keccak256(abi.encode(b, a, fee));
    }

    function getPool(address a, address b, uint24 fee) external view returns (address) {
        return pools[_key(a, b, fee)];
    }

    function slot0() external view returns (uint160, int24, uint16, uint16, uint16, uint8, bool) {
        return (root, 0, 0, 0, 0, 0, true);
    }

    function swap(
        address recipient,
        bool zeroForOne,
        int256 amount,
        uint160 limit,
        bytes calldata data
    ) external returns (int256 amount0, int256 amount1) {
        order = Order(recipient, zeroForOne, amount, limit);
        ++orders;
        (amount0, amount1) = zeroForOne ? (input, -output) : (-output, input);
        IUniswapV3SwapCallback caller = IUniswapV3SwapCallback(msg.sender);
        if (mode == Mode.OtherCaller) vm.prank(STRANGER);
        caller.uniswapV3SwapCallback(amount0, amount1, mode == Mode.OtherData ? bytes.concat(data, hex"00") : data);
        if (mode == Mode.CallsTwice) caller.uniswapV3SwapCallback(amount0, amount1, data);
    }

    function _market(bool soldIsFirst) private view returns (PoolTrade.Market memory) {
        (IERC20 low, IERC20 high) = (IERC20(address(1000)), IERC20(address(2000)));
        return PoolTrade.Market(this, soldIsFirst ? low : high, soldIsFirst ? high : low);
    }

    function _assertOrder(bool soldIsFirst, int256 amount) private view {
        assertEq(order.recipient, address(trader));
        assertEq(order.zeroForOne, soldIsFirst);
        assertEq(order.amount, amount);
        // The price may go as far as it can.
        assertEq(order.limit, soldIsFirst ? MIN_ROOT + 1 : MAX_ROOT - 1);
    }

    // ------------------------------------------------------------------ find

    function find(IERC20 sold, IERC20 bought, uint24 fee) external view returns (PoolTrade.Market memory) {
        return PoolTrade.find(this, sold, bought, fee);
    }

    function testFuzz_find_givesThePoolOfTheseTokensAtThisFeeAndNoOther(
        address pool,
        IERC20 sold,
        IERC20 bought,
        uint24 fee,
        uint24 other
    ) public {
        vm.assume(pool != address(0) && sold != bought && fee != other);
        pools[_key(address(sold), address(bought), fee)] = pool;
        PoolTrade.Market memory m = this.find(sold, bought, fee);
        assertTrue(address(m.pool) == pool && m.sold == sold && m.bought == bought);
        vm.expectRevert(abi.encodeWithSelector(PoolTrade.NoMarket.selector, address(sold), address(bought), other));
        this.find(sold, bought, other);
    }

    // ------------------------------------------------------------------ trades

    function testFuzz_sell_ordersTheAmountAndPaysUpToIt(
        bool soldIsFirst,
        uint128 amount,
        uint128 asked,
        uint128 given
    ) public {
        vm.assume(amount != 0);
        asked = uint128(bound(asked, 1, amount));
        (input, output) = (int256(uint256(asked)), int256(uint256(given)));
        PoolTrade.Market memory m = _market(soldIsFirst);
        assertEq(trader.sell(m, amount), given);
        _assertOrder(soldIsFirst, int256(uint256(amount)));
        assertEq(trader.owed(), asked);
        assertEq(address(trader.token()), address(m.sold));
        assertEq(trader.data(), "");
    }

    function testFuzz_sell_paysTheWholeAmountAndNotOneMore(bool soldIsFirst, uint128 amount, uint128 given) public {
        vm.assume(amount != 0);
        PoolTrade.Market memory m = _market(soldIsFirst);
        (input, output) = (int256(uint256(amount)), int256(uint256(given)));
        assertEq(trader.sell(m, amount), given);
        assertEq(trader.owed(), amount);
        ++input;
        vm.expectRevert(abi.encodeWithSelector(PoolTrade.AskedTooMuch.selector, uint256(amount) + 1, uint256(amount)));
        trader.sell(m, amount);
    }

    /// @dev The least there can be of either side: the pool gives nothing for one unit.
    function test_sell_ofOneUnitForNothingOwesTheUnitInEitherDirection() public {
        input = 1;
        for (uint256 i = 0; i < 2; ++i) {
            assertEq(trader.sell(_market(i == 0), 1), 0);
            assertEq(trader.owed(), 1);
        }
        assertEq(orders, 2);
    }

    function test_sell_ofNothingAsksNobody() public {
        output = 1;
        assertEq(trader.sell(_market(true), 0), 0);
        assertEq(orders, 0);
    }

    function testFuzz_buyAhead_ordersTheAmountAndCallsBackWithTheData(
        bool soldIsFirst,
        uint128 amount,
        uint128 asked,
        uint128 given,
        bytes memory data
    ) public {
        vm.assume(asked != 0);
        (input, output) = (int256(uint256(asked)), int256(uint256(given)));
        PoolTrade.Market memory m = _market(soldIsFirst);
        assertEq(trader.buyAhead(m, amount, data), given);
        _assertOrder(soldIsFirst, -int256(uint256(amount)));
        assertEq(trader.owed(), asked);
        assertEq(address(trader.token()), address(m.sold));
        assertEq(trader.data(), data);
    }

    // ------------------------------------------------------------------ callback

    function testFuzz_accept_refusesASecondCallOtherDataAndOtherCallers(
        bool soldIsFirst,
        uint8 which,
        bytes memory data
    ) public {
        mode = Mode(bound(which, 1, 3));
        input = 1;
        address caller = mode == Mode.OtherCaller ? STRANGER : address(this);
        vm.expectRevert(abi.encodeWithSelector(PoolTrade.UnexpectedCallback.selector, caller));
        trader.buyAhead(_market(soldIsFirst), 1, data);
    }

    function testFuzz_accept_refusesThePoolOutsideATrade(bytes memory data) public {
        bytes memory forged = abi.encode(address(1000), type(uint256).max, data);
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(PoolTrade.UnexpectedCallback.selector, address(this)));
            trader.uniswapV3SwapCallback(1, 0, forged);
            // Nor after one with the very same data.
            input = 1;
            trader.buyAhead(_market(true), 1, data);
        }
    }

    // ------------------------------------------------------------------ price

    /// @dev (root / 2^96)^2, short of it by the second rounding and what the first one lost.
    function testFuzz_priceDown_ofTheFirstTokenIsBelowTheSquareOfTheRoot(uint256 r) public {
        r = bound(r, MIN_ROOT, 1 << 110);
        root = uint160(r);
        uint256 price = PoolTrade.priceDown(_market(true));
        uint256 exact = FixedPoint.mulDivDown(r * r, PRICE_ONE, Q96);
        assertLe(price * Q96, exact);
        assertGt((price + 2 + PRICE_ONE / Q96) * Q96, exact);
    }

    /// @dev (2^96 / root)^2, likewise.
    function testFuzz_priceDown_ofTheSecondTokenIsBelowTheSquareOfTheInverse(uint256 r) public {
        r = bound(r, 1 << 64, MAX_ROOT);
        root = uint160(r);
        uint256 price = PoolTrade.priceDown(_market(false));
        uint256 exact = FixedPoint.mulDivDown(PRICE_ONE * Q96, Q96, r);
        assertLe(price * r, exact);
        assertGt((price + 2 + Q96 / r) * r, exact);
    }

    /// @dev If the first rounding loses nothing, only the second is left: the exact price, rounded
    /// down.
    function testFuzz_priceDown_roundsTheExactPriceDown(uint256 r, uint256 twos, uint256 fives) public {
        r = bound(r, 1, 1 << 64);
        root = uint160(r << 48);
        uint256 price = PoolTrade.priceDown(_market(true));
        assertEq(price, (r * r * PRICE_ONE) / Q96);

        r = 2 ** bound(twos, 24, 70) * 5 ** bound(fives, 19, 36);
        root = uint160(r);
        price = PoolTrade.priceDown(_market(false));
        uint256 inverse = (PRICE_ONE * Q96) / r;
        assertEq(inverse * r, PRICE_ONE * Q96);
        assertEq(price, (inverse * Q96) / r);
    }

    function test_priceDown_ofAPoolWithoutAPriceIsZero() public view {
        assertEq(PoolTrade.priceDown(_market(true)), 0);
        assertEq(PoolTrade.priceDown(_market(false)), 0);
    }
}

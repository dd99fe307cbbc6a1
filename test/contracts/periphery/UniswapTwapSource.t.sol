// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";

import {AggregatorV3Interface} from "../../../contracts/interfaces/external/AggregatorV3Interface.sol";
import {IUniswapTwapSource} from "../../../contracts/interfaces/IUniswapTwapSource.sol";
import {UniswapTwapSource} from "../../../contracts/periphery/UniswapTwapSource.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";

/// @dev A pool of which only the sums are there, as a test sets them.
contract SumsPool {
    address public token0;
    address public token1;
    int56[2] private _ticks;
    uint160[2] private _inverses;
    uint32 private _observedAt;

    constructor(address token0_, address token1_) {
        (token0, token1) = (token0_, token1_);
    }

    function set(int56[2] calldata ticks, uint160[2] calldata inverses, uint32 observedAt) external {
        (_ticks, _inverses, _observedAt) = (ticks, inverses, observedAt);
    }

    function observe(uint32[] calldata ago) external view returns (int56[] memory ticks, uint160[] memory inverses) {
        require(ago.length == 2 && ago[0] == 1_800 && ago[1] == 0, "another window");
        (ticks, inverses) = (new int56[](2), new uint160[](2));
        for (uint256 i = 0; i < 2; ++i) (ticks[i], inverses[i]) = (_ticks[i], _inverses[i]);
    }

    function slot0() external pure returns (uint160, int24, uint16, uint16, uint16, uint8, bool) {
        return (1 << 96, 0, 7, 8, 8, 0, true);
    }

    function observations(uint256 index) external view returns (uint32, int56, uint160, bool) {
        require(index == 7, "not the newest");
        return (_observedAt, 0, 0, true);
    }
}

/// @notice The source alone, over sums a test chooses; over a real pool it is in test/oracle/.
contract UniswapTwapSourceTest is Test {
    uint32 private constant WINDOW = 1_800;
    uint256 private constant NOW = (1 << 32) + 1_000;

    TestToken private _ether;
    TestToken private _dollar;
    SumsPool private _pool;

    function setUp() public {
        // Past the year 2106: the pool's clock has wrapped around.
        vm.warp(NOW);
        (_ether, _dollar) = (_token("Ether", 18), _token("Dollar", 6));
        _pool = new SumsPool(address(_ether), address(_dollar));
    }

    function _token(string memory name, uint8 decimals) private returns (TestToken) {
        return TestToken(deployCode("contracts/mocks/TestToken.sol:TestToken", abi.encode(name, name, decimals)));
    }

    function _source(TestToken base, uint128 least, uint8 decimals) private returns (UniswapTwapSource) {
        return
            UniswapTwapSource(
                deployCode(
                    "contracts/periphery/UniswapTwapSource.sol:UniswapTwapSource",
                    abi.encode(_pool, base, WINDOW, least, decimals)
                )
            );
    }

    /// @dev Sums of a window that ends now, with this mean tick (and `rest` ticks more) and
    /// liquidity 2^128 / `inverse`.
    function _held(int56 from, int56 tick, int56 rest, uint160 inverse) private {
        unchecked {
            int56 to = from + tick * int56(uint56(WINDOW)) + rest;
            _pool.set([from, to], [type(uint160).max, type(uint160).max + inverse * WINDOW], uint32(NOW));
        }
    }

    function _answer(UniswapTwapSource source) private view returns (uint256) {
        (, int256 answer, , , ) = source.latestRoundData();
        return uint256(answer);
    }

    function test_source_saysWhatItIs() public {
        UniswapTwapSource source = _source(_ether, 5, 8);
        assertEq(source.description(), "Ether / Dollar TWAP");
        assertEq(source.version(), 1);
        assertEq(source.decimals(), 8);
        assertEq(source.window(), WINDOW);
        assertEq(source.minLiquidity(), 5);
        assertEq(address(source.pool()), address(_pool));
        assertEq(source.base(), address(_ether));
        assertEq(source.quote(), address(_dollar));
        assertEq(_source(_dollar, 5, 8).quote(), address(_ether));
    }

    function test_source_refusesAStrangeTokenNoWindowAndTooManyDecimals() public {
        TestToken other = _token("Other", 18);
        bytes memory code = vm.getCode("contracts/periphery/UniswapTwapSource.sol:UniswapTwapSource");
        address[2] memory pair = [address(_ether), address(_dollar)];
        _refuses(
            bytes.concat(code, abi.encode(_pool, other, WINDOW, 0, 8)),
            abi.encodeWithSelector(IUniswapTwapSource.NotInPool.selector, other, pair[0], pair[1])
        );
        _refuses(
            bytes.concat(code, abi.encode(_pool, _ether, 0, 0, 8)),
            abi.encodeWithSelector(IUniswapTwapSource.WindowIsZero.selector)
        );
        _refuses(
            bytes.concat(code, abi.encode(_pool, _ether, WINDOW, 0, 31)),
            abi.encodeWithSelector(IUniswapTwapSource.DecimalsOutOfRange.selector, 18, 6, 31)
        );
        assertEq(_source(_ether, 0, 30).decimals(), 30);
    }

    function _refuses(bytes memory creation, bytes memory err) private {
        vm.expectRevert(err);
        assembly ("memory-safe") {
            pop(create(0, add(creation, 32), mload(creation)))
        }
    }

    /// @dev Tick 0 is one smallest unit for one. 6,932 ticks are within a basis point of twice as
    /// much.
    function test_answer_isTheMeanPriceInWholeTokens() public {
        UniswapTwapSource source = _source(_ether, 0, 8);
        _held(0, 0, 0, 1);
        // 10^18 smallest units of ether for 10^18 of the dollar's, which are 10^12 dollars.
        assertEq(_answer(source), 1e12 * 1e8);
        _held(0, 6_932, 0, 1);
        assertApproxEqRel(_answer(source), 2e12 * 1e8, 1e14);
        _held(0, -6_932, 0, 1);
        assertApproxEqRel(_answer(source), 0.5e12 * 1e8, 1e14);
        assertApproxEqRel(_answer(_source(_dollar, 0, 18)), 2e6, 1e14);
    }

    /// @dev A mean between two ticks is the lower one, also below zero.
    function testFuzz_answer_takesTheLowerOfTwoTicks(int24 tick, uint256 rest) public {
        tick = int24(bound(tick, -200_000, 200_000));
        UniswapTwapSource source = _source(_ether, 0, 18);
        _held(0, tick, 0, 1);
        uint256 whole = _answer(source);
        _held(0, tick, int56(int256(bound(rest, 1, WINDOW - 1))), 1);
        assertEq(_answer(source), whole);
        _held(0, tick, -1, 1);
        assertLt(_answer(source), whole);
    }

    /// @dev Wherever the sums stand, at their wrap-around too.
    function testFuzz_answer_dependsOnTheDifferenceOfTheSumsAlone(int56 from, int24 tick) public {
        tick = int24(bound(tick, -200_000, 200_000));
        UniswapTwapSource source = _source(_ether, 0, 18);
        _held(0, tick, 0, 1);
        uint256 expected = _answer(source);
        _held(from, tick, 0, 1);
        assertEq(_answer(source), expected);
    }

    function testFuzz_liquidity_isTheHarmonicMeanAndTheLeastIsEnough(uint160 inverse) public {
        inverse = uint160(bound(inverse, 2, 1 << 100));
        _held(0, 0, 0, inverse);
        uint256 mean = (uint256(1) << 128) / inverse;
        assertEq(_source(_ether, 0, 8).meanLiquidity(), mean);
        _answer(_source(_ether, uint128(mean), 8));
        UniswapTwapSource strict = _source(_ether, uint128(mean + 1), 8);
        vm.expectRevert(abi.encodeWithSelector(IUniswapTwapSource.LiquidityTooLow.selector, mean, mean + 1));
        strict.latestRoundData();
    }

    /// @dev A round has the current second as id. Its age is that of the pool's last observation,
    /// whose time has 32 bits.
    function testFuzz_round_isThisSecondAndAsOldAsTheLastObservation(uint32 age) public {
        UniswapTwapSource source = _source(_ether, 0, 8);
        _held(0, 0, 0, 1);
        age = uint32(bound(age, 0, 30 days));
        int56[2] memory ticks;
        unchecked {
            _pool.set(ticks, [uint160(0), WINDOW], uint32(NOW) - age);
        }
        (uint80 id, , uint256 started, uint256 updated, uint80 answeredIn) = source.latestRoundData();
        assertEq(id, NOW);
        assertEq(answeredIn, NOW);
        assertEq(started, NOW - WINDOW);
        assertEq(updated, NOW - age);
        (uint80 same, , , , ) = source.getRoundData(uint80(NOW));
        assertEq(same, NOW);
    }

    function testFuzz_round_ofAnotherSecondIsNotKept(uint80 id) public {
        vm.assume(id != NOW);
        UniswapTwapSource source = _source(_ether, 0, 8);
        vm.expectRevert(abi.encodeWithSelector(IUniswapTwapSource.NoHistory.selector, id, NOW));
        AggregatorV3Interface(source).getRoundData(id);
    }
}

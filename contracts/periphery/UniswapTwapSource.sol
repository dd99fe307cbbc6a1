// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {AggregatorV3Interface} from "../interfaces/external/AggregatorV3Interface.sol";
import {IUniswapTwapSource} from "../interfaces/IUniswapTwapSource.sol";
import {IUniswapV3Oracle} from "../interfaces/external/IUniswapV3Oracle.sol";
import {TickPrice} from "../libraries/math/TickPrice.sol";

/// @title UniswapTwapSource
/// @notice See `IUniswapTwapSource`, which is the specification.
contract UniswapTwapSource is IUniswapTwapSource {
    uint256 private constant MAX_DECIMALS = 48;

    /// @inheritdoc AggregatorV3Interface
    uint256 public constant version = 1;

    /// @inheritdoc IUniswapTwapSource
    IUniswapV3Oracle public immutable pool;
    /// @inheritdoc IUniswapTwapSource
    address public immutable base;
    /// @inheritdoc IUniswapTwapSource
    address public immutable quote;
    /// @inheritdoc IUniswapTwapSource
    uint32 public immutable window;
    /// @inheritdoc IUniswapTwapSource
    uint128 public immutable minLiquidity;
    /// @inheritdoc AggregatorV3Interface
    uint8 public immutable decimals;

    /// @dev Whether the pool's price is that of the base token or its inverse.
    bool private immutable _baseIsToken0;
    /// @dev One base token in smallest units times one answer unit, and one quote token in smallest
    /// units.
    uint256 private immutable _numerator;
    uint256 private immutable _denominator;

    constructor(IUniswapV3Oracle pool_, address base_, uint32 window_, uint128 minLiquidity_, uint8 decimals_) {
        (address token0, address token1) = (pool_.token0(), pool_.token1());
        if (base_ != token0 && base_ != token1) revert NotInPool(base_, token0, token1);
        if (window_ == 0) revert WindowIsZero();
        bool baseIsToken0 = base_ == token0;
        address quote_ = baseIsToken0 ? token1 : token0;
        uint256 baseDecimals = IERC20Metadata(base_).decimals();
        uint256 quoteDecimals = IERC20Metadata(quote_).decimals();
        if (baseDecimals + decimals_ > MAX_DECIMALS || quoteDecimals > MAX_DECIMALS) {
            revert DecimalsOutOfRange(baseDecimals, quoteDecimals, decimals_);
        }
        (pool, base, quote) = (pool_, base_, quote_);
        (window, minLiquidity, decimals) = (window_, minLiquidity_, decimals_);
        _baseIsToken0 = baseIsToken0;
        _numerator = 10 ** (baseDecimals + decimals_);
        _denominator = 10 ** quoteDecimals;
    }

    /// @inheritdoc AggregatorV3Interface
    function description() external view returns (string memory) {
        return string.concat(IERC20Metadata(base).symbol(), " / ", IERC20Metadata(quote).symbol(), " TWAP");
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        if (roundId != block.timestamp) revert NoHistory(roundId, block.timestamp);
        return _round();
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        return _round();
    }

    /// @inheritdoc IUniswapTwapSource
    function meanLiquidity() external view returns (uint256 liquidity) {
        (, liquidity) = _mean();
    }

    function _round()
        private
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        (int256 tick, uint256 liquidity) = _mean();
        if (liquidity < minLiquidity) revert LiquidityTooLow(liquidity, minLiquidity);
        uint256 price = TickPrice.scaledDown(_baseIsToken0 ? tick : -tick, _numerator, _denominator);
        (, , uint16 newest, , , , ) = pool.slot0();
        (uint32 observedAt, , , ) = pool.observations(newest);
        id = uint80(block.timestamp);
        return (id, SafeCast.toInt256(price), block.timestamp - window, _inFull(observedAt), id);
    }

    /// @dev Mean tick, rounded towards minus infinity, and harmonic mean liquidity, rounded down,
    /// over the window.
    function _mean() private view returns (int256 tick, uint256 liquidity) {
        uint32[] memory ago = new uint32[](2);
        ago[0] = window;
        (int56[] memory ticks, uint160[] memory inverses) = pool.observe(ago);
        int256 length = int256(uint256(window));
        // The pool's sums wrap around; their differences are correct in the sums' own width.
        unchecked {
            int256 sum = ticks[1] - ticks[0];
            tick = sum / length;
            if (sum < 0 && sum % length != 0) --tick;
            liquidity = (uint256(window) << 128) / (inverses[1] - inverses[0]);
        }
    }

    /// @dev The pool stores 32 bits of its times. This is the newest second with those bits that is
    /// not in the future.
    function _inFull(uint32 observedAt) private view returns (uint256) {
        unchecked {
            return block.timestamp - (uint32(block.timestamp) - observedAt);
        }
    }
}

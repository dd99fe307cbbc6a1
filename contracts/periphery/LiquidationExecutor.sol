// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IERC3156FlashLender} from "@openzeppelin/contracts/interfaces/IERC3156FlashLender.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {ILiquidationCallback} from "../interfaces/callbacks/ILiquidationCallback.sol";
import {Batch, Funding, ILiquidationExecutor, Target} from "../interfaces/ILiquidationExecutor.sol";
import {IRiskConfig} from "../interfaces/IRiskConfig.sol";
import {IUniswapV3Factory} from "../interfaces/external/IUniswapV3Factory.sol";
import {IUniswapV3SwapCallback} from "../interfaces/external/IUniswapV3SwapCallback.sol";
import {IVaultEngine, LiquidationCall} from "../interfaces/IVaultEngine.sol";
import {PoolTrade} from "../libraries/integration/PoolTrade.sol";
import {VaultKey} from "../types/VaultKey.sol";

/// @title LiquidationExecutor
/// @notice See `ILiquidationExecutor`, which is the specification.
contract LiquidationExecutor is ILiquidationExecutor, Ownable2Step, ReentrancyGuardTransient {
    using PoolTrade for PoolTrade.Market;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    bytes32 private constant FLASH_ANSWER = keccak256("ERC3156FlashBorrower.onFlashLoan");

    /// @inheritdoc ILiquidationExecutor
    IVaultEngine public immutable engine;
    /// @inheritdoc ILiquidationExecutor
    IUniswapV3Factory public immutable factory;
    IRiskConfig private immutable _riskConfig;
    IERC20 private immutable _debtAsset;
    address private immutable _lender;

    /// @inheritdoc ILiquidationExecutor
    mapping(address account => bool) public isKeeper;

    /// @dev The state handed to a callback.
    struct Job {
        Batch batch;
        Target[] targets;
        PoolTrade.Market market;
        /// Balance of the debt asset before the advance [debt units].
        uint256 start;
    }

    modifier onlyKeeper() {
        if (!isKeeper[msg.sender] && msg.sender != owner()) revert NotKeeper(msg.sender);
        _;
    }

    /// @dev The unlimited allowances of engine and lending pool are safe: both take only what this
    /// contract asks them to.
    constructor(
        address owner_,
        IVaultEngine engine_,
        IUniswapV3Factory factory_,
        address[] memory keepers
    ) Ownable(owner_) {
        (engine, factory, _riskConfig) = (engine_, factory_, engine_.riskConfig());
        (_debtAsset, _lender) = (IERC20(engine_.debtAsset()), address(engine_.pool()));
        _debtAsset.forceApprove(address(engine_), type(uint256).max);
        _debtAsset.forceApprove(_lender, type(uint256).max);
        for (uint256 i = 0; i < keepers.length; ++i) _setKeeper(keepers[i], true);
    }

    /// @inheritdoc ILiquidationExecutor
    function liquidate(
        Batch calldata batch,
        Target[] calldata targets
    ) external onlyKeeper nonReentrant returns (uint256 profit) {
        if (block.timestamp > batch.deadline) revert DeadlinePassed(block.timestamp, batch.deadline);
        IERC20 collateral = IERC20(_riskConfig.tokenOf(batch.asset));
        PoolTrade.Market memory market = PoolTrade.find(factory, collateral, _debtAsset, batch.fee);
        Job memory job = Job(batch, targets, market, _debtAsset.balanceOf(address(this)));

        if (batch.funding == Funding.FlashLoan) {
            IERC3156FlashLender(_lender).flashLoan(this, address(_debtAsset), batch.loan, abi.encode(job));
        } else if (batch.funding == Funding.FlashSwap) {
            uint256 before = collateral.balanceOf(address(this));
            market.buyAhead(batch.loan, abi.encode(job));
            market.sell(collateral.balanceOf(address(this)) - before);
        } else {
            uint256 seized = _liquidateAll(job);
            if (batch.funding == Funding.Held) market.sell(seized);
        }

        profit = _profit(job, 0);
        emit Executed(batch.asset, msg.sender, batch.funding, profit);
        if (profit != 0) _debtAsset.safeTransfer(owner(), profit);
    }

    /// @inheritdoc ILiquidationExecutor
    function sweep(address token) external onlyKeeper nonReentrant returns (uint256 amount) {
        amount = IERC20(token).balanceOf(address(this));
        emit Swept(token, amount);
        IERC20(token).safeTransfer(owner(), amount);
    }

    /// @inheritdoc ILiquidationExecutor
    function setKeeper(address keeper, bool approved) external onlyOwner {
        _setKeeper(keeper, approved);
    }

    // ------------------------------------------------------------------ callbacks

    /// @inheritdoc IERC3156FlashBorrower
    function onFlashLoan(
        address initiator,
        address,
        uint256 amount,
        uint256 fee,
        bytes calldata data
    ) external returns (bytes32) {
        if (msg.sender != _lender || initiator != address(this)) revert UnexpectedCaller(msg.sender, initiator);
        Job memory job = abi.decode(data, (Job));
        job.market.sell(_liquidateAll(job));
        _profit(job, amount + fee);
        return FLASH_ANSWER;
    }

    /// @inheritdoc IUniswapV3SwapCallback
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external {
        (uint256 owed, IERC20 collateral, bytes memory jobData) = PoolTrade.accept(amount0Delta, amount1Delta, data);
        if (jobData.length != 0) {
            uint256 seized = _liquidateAll(abi.decode(jobData, (Job)));
            if (seized < owed) revert SeizedTooLittle(seized, owed);
        }
        collateral.safeTransfer(msg.sender, owed);
    }

    /// @inheritdoc ILiquidationCallback
    function onLiquidate(VaultKey, uint8, uint256 seized, uint256 repaid, bytes calldata data) external {
        if (msg.sender != address(engine)) revert UnexpectedCaller(msg.sender, address(this));
        uint256 received = abi.decode(data, (PoolTrade.Market)).sell(seized);
        if (received < repaid) revert SoldTooLow(received, repaid);
    }

    // ------------------------------------------------------------------ internals

    /// @dev Liquidates all targets in one multicall; if that fails, one by one.
    /// @return seized collateral seized [collateral units]
    function _liquidateAll(Job memory job) private returns (uint256 seized) {
        bytes memory reason;
        Target[] memory targets = job.targets;
        bytes memory data = job.batch.funding == Funding.Callback ? abi.encode(job.market) : bytes("");
        if (targets.length > 1) seized = _together(job.batch, targets, data);
        if (seized == 0) (seized, reason) = _oneByOne(job.batch, targets, data);
        if (seized == 0) revert NothingLiquidated(reason);
    }

    /// @dev Liquidates all targets in one multicall.
    /// @return seized collateral seized [collateral units]; 0 if the multicall failed
    function _together(
        Batch memory batch,
        Target[] memory targets,
        bytes memory data
    ) private returns (uint256 seized) {
        bytes[] memory calls = new bytes[](targets.length);
        for (uint256 i = 0; i < targets.length; ++i) {
            calls[i] = abi.encodeCall(IVaultEngine.liquidate, (_call(batch, targets[i], data)));
        }
        try engine.multicall(calls) returns (bytes[] memory results) {
            for (uint256 i = 0; i < results.length; ++i) {
                (, uint256 taken) = abi.decode(results[i], (uint256, uint256));
                seized += taken;
            }
        } catch {
            return 0;
        }
    }

    /// @dev Liquidates the targets one by one and skips those that fail.
    /// @return seized collateral seized [collateral units]
    /// @return first revert data of the first vault that failed
    function _oneByOne(
        Batch memory batch,
        Target[] memory targets,
        bytes memory data
    ) private returns (uint256 seized, bytes memory first) {
        for (uint256 i = 0; i < targets.length; ++i) {
            try engine.liquidate(_call(batch, targets[i], data)) returns (uint256, uint256 taken) {
                seized += taken;
            } catch (bytes memory reason) {
                if (first.length == 0) first = reason;
                emit Skipped(targets[i].vault, reason);
            }
        }
    }

    function _call(
        Batch memory batch,
        Target memory target,
        bytes memory data
    ) private view returns (LiquidationCall memory) {
        return
            LiquidationCall({
                vault: target.vault,
                asset: batch.asset,
                maxRepay: target.maxRepay,
                maxSeize: type(uint256).max,
                minSeize: 0,
                deadline: batch.deadline,
                receiver: address(this),
                data: data
            });
    }

    /// @dev The profit since the start once `owed` is repaid [debt units]. Reverts below the
    /// minimum.
    function _profit(Job memory job, uint256 owed) private view returns (uint256) {
        int256 profit = _debtAsset.balanceOf(address(this)).toInt256() - (job.start + owed).toInt256();
        if (profit < int256(uint256(job.batch.minProfit))) revert ProfitTooSmall(profit, job.batch.minProfit);
        return uint256(profit);
    }

    function _setKeeper(address keeper, bool approved) private {
        isKeeper[keeper] = approved;
        emit KeeperUpdated(keeper, approved);
    }
}

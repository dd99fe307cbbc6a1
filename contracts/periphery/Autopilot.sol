// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAutopilot, Plan} from "../interfaces/IAutopilot.sol";
import {ILendingPool} from "../interfaces/ILendingPool.sol";
import {IOracleGuard} from "../interfaces/IOracleGuard.sol";
import {IRiskConfig, SystemRisk} from "../interfaces/IRiskConfig.sol";
import {IUniswapV3Factory} from "../interfaces/external/IUniswapV3Factory.sol";
import {IUniswapV3SwapCallback} from "../interfaces/external/IUniswapV3SwapCallback.sol";
import {IVaultEngine} from "../interfaces/IVaultEngine.sol";
import {DebtMath} from "../libraries/math/DebtMath.sol";
import {DeleverageMath} from "../libraries/math/DeleverageMath.sol";
import {FixedPoint, PRICE_ONE} from "../libraries/math/FixedPoint.sol";
import {LiquidationMath} from "../libraries/math/LiquidationMath.sol";
import {PoolTrade} from "../libraries/integration/PoolTrade.sol";
import {VaultView} from "../libraries/rules/VaultView.sol";
import {AssetRisk} from "../types/AssetRisk.sol";
import {AssetSet} from "../types/AssetSet.sol";
import {Price, Status} from "../types/Price.sol";
import {VaultKey, toVaultKey} from "../types/VaultKey.sol";

/// @title Autopilot
/// @notice See `IAutopilot`, which is the specification.
contract Autopilot is IAutopilot, ReentrancyGuardTransient {
    using PoolTrade for PoolTrade.Market;
    using SafeERC20 for IERC20;

    /// @inheritdoc IAutopilot
    uint16 public constant MAX_TARGET = 30_000;
    uint16 private constant DEFAULT_MAX_COST = 75;
    uint16 private constant MIN_TRIGGER = 10_000;

    /// @inheritdoc IAutopilot
    IVaultEngine public immutable engine;
    /// @inheritdoc IAutopilot
    IUniswapV3Factory public immutable factory;
    IRiskConfig private immutable _riskConfig;
    IOracleGuard private immutable _oracle;
    ILendingPool private immutable _pool;
    IERC20 private immutable _debtAsset;

    mapping(VaultKey => Plan) private _plans;

    /// @dev A vault with its plan and the sale the plan requires.
    struct Situation {
        Plan plan;
        LiquidationMath.Position p;
        DeleverageMath.Sale sale;
        Price price;
        bool held;
    }

    /// @dev The state handed to the swap callback.
    struct Job {
        VaultKey vault;
        uint8 asset;
        uint256 repaid;
        uint256 price;
        uint256 mostSold;
    }

    /// @dev The engine's unlimited allowance is safe: it takes only what this contract asks it to.
    constructor(IVaultEngine engine_, IUniswapV3Factory factory_) {
        (engine, factory) = (engine_, factory_);
        (_riskConfig, _oracle, _pool) = (engine_.riskConfig(), engine_.oracle(), engine_.pool());
        _debtAsset = IERC20(engine_.debtAsset());
        _debtAsset.forceApprove(address(engine_), type(uint256).max);
    }

    /// @inheritdoc IAutopilot
    function set(uint96 index, Plan calldata plan_) external {
        Plan memory plan = plan_;
        if (plan.maxCost == 0) plan.maxCost = DEFAULT_MAX_COST;
        if (plan.maxSlippage == 0) plan.maxSlippage = uint16((uint256(plan.maxCost) * 2) / 3);
        (AssetRisk risk, ) = _riskConfig.depositTerms(plan.asset);
        bool health =
            plan.triggerHealth >= MIN_TRIGGER &&
                plan.triggerHealth < plan.targetHealth &&
                plan.targetHealth <= MAX_TARGET;
        if (!health || plan.maxSlippage >= plan.maxCost || plan.maxCost >= risk.maxBonus()) {
            revert InvalidPlan(plan, risk.maxBonus());
        }
        PoolTrade.find(factory, IERC20(risk.token()), _debtAsset, plan.poolFee);
        VaultKey vault = toVaultKey(msg.sender, index);
        _plans[vault] = plan;
        emit PlanUpdated(vault, plan);
    }

    /// @inheritdoc IAutopilot
    function clear(uint96 index) external {
        VaultKey vault = toVaultKey(msg.sender, index);
        delete _plans[vault];
        emit PlanCleared(vault);
    }

    /// @inheritdoc IAutopilot
    function execute(
        VaultKey vault,
        address receiver
    ) external nonReentrant returns (uint256 repaid, uint256 sold, uint256 fee) {
        Situation memory x = _situation(vault);
        (Plan memory plan, DeleverageMath.Sale memory sale) = (x.plan, x.sale);
        if (plan.targetHealth == 0) revert NoPlan(vault);
        if (!DeleverageMath.isTriggered(x.p, plan.triggerHealth)) {
            revert NotTriggered(
                x.p.adjustedCollateral,
                DebtMath.debtUp(x.p.scaledDebt, x.p.index) * plan.triggerHealth
            );
        }
        if (x.held && x.price.status == Status.Dead) revert PriceDead(plan.asset);
        if (!x.held || sale.repaid == 0) revert TargetOutOfReach(vault, plan.asset);

        IERC20 collateral = IERC20(_riskConfig.tokenOf(plan.asset));
        PoolTrade.Market memory market = PoolTrade.find(factory, collateral, _debtAsset, plan.poolFee);
        uint256 poolPrice = market.priceDown();
        if (DeleverageMath.differ(poolPrice, x.price.liquidation, plan.maxSlippage / 2)) {
            revert PricesDiffer(poolPrice, x.price.liquidation, plan.maxSlippage);
        }

        repaid = sale.repaid;
        uint256 before = _debtAsset.balanceOf(address(this));
        uint256 heldBefore = engine.collateralOf(vault, plan.asset);
        Job memory job = Job(vault, plan.asset, repaid, x.price.liquidation, sale.mostSold);
        market.buyAhead(repaid + sale.fee, abi.encode(job));
        sold = heldBefore - engine.collateralOf(vault, plan.asset);
        fee = _debtAsset.balanceOf(address(this)) - before;
        emit Executed(vault, msg.sender, repaid, sold, fee);
        _debtAsset.safeTransfer(receiver, fee);
    }

    /// @inheritdoc IUniswapV3SwapCallback
    function uniswapV3SwapCallback(int256 amount0Delta, int256 amount1Delta, bytes calldata data) external {
        (uint256 owed, IERC20 collateral, bytes memory jobData) = PoolTrade.accept(amount0Delta, amount1Delta, data);
        Job memory job = abi.decode(jobData, (Job));
        uint256 value = FixedPoint.mulDivUp(owed, job.price, PRICE_ONE);
        if (value > job.mostSold) revert CostsTooMuch(value, job.mostSold);
        (, uint256 sold) = engine.deleverage(job.vault, job.asset, owed, job.repaid, address(this), "");
        if (sold < owed) revert NotEnoughToSell(sold, owed);
        collateral.safeTransfer(msg.sender, owed);
    }

    // ------------------------------------------------------------------ views

    /// @inheritdoc IAutopilot
    function quote(VaultKey vault) external view returns (uint256 repaid, uint256 fee, uint256 mostSold) {
        Situation memory x = _situation(vault);
        if (!x.held || x.price.status == Status.Dead || !DeleverageMath.isTriggered(x.p, x.plan.triggerHealth)) {
            return (0, 0, 0);
        }
        return (x.sale.repaid, x.sale.fee, x.sale.mostSold);
    }

    /// @inheritdoc IAutopilot
    function planOf(VaultKey vault) external view returns (Plan memory) {
        return _plans[vault];
    }

    // ------------------------------------------------------------------ internals

    /// @dev The vault at liquidation prices, interest included, and the sale its plan requires.
    /// Empty without a plan.
    function _situation(VaultKey vault) private view returns (Situation memory x) {
        x.plan = _plans[vault];
        if (x.plan.targetHealth == 0) return x;
        (uint256 scaledDebt, AssetSet assets, ) = engine.vaultState(vault);
        (AssetRisk[] memory risks, SystemRisk memory system) = _riskConfig.vaultTerms(assets);
        Price[] memory prices = _oracle.prices(assets);
        VaultView.Holding[] memory holdings = new VaultView.Holding[](risks.length);
        for (uint256 i = 0; i < risks.length; ++i) {
            uint8 asset = assets.lowest();
            holdings[i] = VaultView.Holding(asset, engine.collateralOf(vault, asset), risks[i], prices[i]);
            assets = assets.without(asset);
        }
        x.p = VaultView.position(holdings, scaledDebt, _pool.currentIndex());
        uint256 at = VaultView.indexOfAsset(holdings, x.plan.asset);
        if (at == holdings.length) return x;
        (x.held, x.price) = (true, prices[at]);
        if (!DeleverageMath.isTriggered(x.p, x.plan.triggerHealth)) return x;
        x.sale = DeleverageMath.size(
            x.p,
            DeleverageMath.Terms({
                target: x.plan.targetHealth,
                threshold: risks[at].liquidationThreshold(),
                maxCost: x.plan.maxCost,
                fee: x.plan.maxCost - x.plan.maxSlippage,
                dust: system.dust
            })
        );
    }
}

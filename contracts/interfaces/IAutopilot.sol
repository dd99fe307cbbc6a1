// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {VaultKey} from "../types/VaultKey.sol";
import {IUniswapV3Factory} from "./external/IUniswapV3Factory.sol";
import {IUniswapV3SwapCallback} from "./external/IUniswapV3SwapCallback.sol";
import {IVaultEngine} from "./IVaultEngine.sol";

/// @notice When and how a vault deleverages itself. One word.
struct Plan {
    /// Id of the collateral to sell.
    uint8 asset;
    /// Fee of the Uniswap v3 pool to sell in [millionths].
    uint24 poolFee;
    /// The plan may be executed while health is below this [bps], at least 1e4.
    uint16 triggerHealth;
    /// What health is brought to [bps], above the trigger.
    uint16 targetHealth;
    /// Most that one execution may cost [bps of what it repays], the executor's fee included; 0 for 75.
    uint16 maxCost;
    /// The part of it that the sale may lose against the oracle's price, pool fee included [bps]; 0 for two thirds of `maxCost`. The
    /// rest is the executor's fee.
    uint16 maxSlippage;
}

/// @title Deleveraging by plan
/// @notice The owner of a vault states when some of its collateral is to be sold and what that may cost, and makes this contract
/// its operator at the engine. Anyone may then execute the plan for a fee, which is below what a liquidation would cost.
///
/// An execution sells just enough to reach the target at the highest cost allowed: what a better sale saves stays in the vault.
/// It reaches the target or reverts, so a plan cannot be executed again until health falls below the trigger anew. The engine
/// refuses whatever would lower health. Collateral goes to the market and what it pays to the lending pool; this contract
/// holds nothing between calls, and without a plan it does nothing to a vault, operator or not.
interface IAutopilot is IUniswapV3SwapCallback {
    /// @notice The owner of `vault` set or changed its plan. Complete, defaults filled in.
    event PlanUpdated(VaultKey indexed vault, Plan plan);
    /// @notice The owner of `vault` took its plan back.
    event PlanCleared(VaultKey indexed vault);
    /// @notice A plan was executed: `sold` [collateral units] paid `repaid` and `fee` [debt units].
    event Executed(VaultKey indexed vault, address indexed executor, uint256 repaid, uint256 sold, uint256 fee);

    /// @notice A plan that could do harm or nothing: trigger below 1e4 or not below the target, target above `MAX_TARGET`, slippage
    /// not below the cost, cost not below the asset's largest liquidation bonus, or no such pool. All [bps].
    error InvalidPlan(Plan plan, uint256 maxBonus);
    /// @notice The vault has no plan.
    error NoPlan(VaultKey vault);
    /// @notice Health is not below the trigger [debt units * bps; debt * trigger].
    error NotTriggered(uint256 adjustedCollateral, uint256 needed);
    /// @notice The asset has no price.
    error PriceDead(uint8 asset);
    /// @notice Pool and oracle differ by more than half the slippage allowed [1e36-scaled].
    error PricesDiffer(uint256 poolPrice, uint256 oraclePrice, uint256 maxSlippage);
    /// @notice Selling this asset cannot bring the vault to its target.
    error TargetOutOfReach(VaultKey vault, uint8 asset);
    /// @notice What would have to be sold is worth more than the plan allows [debt units].
    error CostsTooMuch(uint256 value, uint256 most);
    /// @notice The vault holds less than the market asks for [collateral units].
    error NotEnoughToSell(uint256 held, uint256 owed);

    /// @notice Sets the plan of the caller's vault number `index`. To take effect the caller must also make this contract its
    /// operator at the engine.
    function set(uint96 index, Plan calldata plan) external;

    /// @notice Removes the plan of the caller's vault number `index`.
    function clear(uint96 index) external;

    /// @notice Executes the plan of `vault` and sends the fee to `receiver`. Anyone may call.
    /// @return repaid what was repaid [debt units]
    /// @return sold what was sold [collateral units]
    /// @return fee what `receiver` was sent [debt units]
    function execute(VaultKey vault, address receiver) external returns (uint256 repaid, uint256 sold, uint256 fee);

    /// @notice What executing the plan of `vault` would repay, pay as fee, and sell at most in value [debt units]: zeros without a
    /// plan, above the trigger, with a dead price, or if the target is out of reach. Says nothing of the market.
    function quote(VaultKey vault) external view returns (uint256 repaid, uint256 fee, uint256 mostSold);

    /// @notice The plan of `vault`; zeros if there is none.
    function planOf(VaultKey vault) external view returns (Plan memory);

    /// @notice The engine whose vaults are deleveraged.
    function engine() external view returns (IVaultEngine);

    /// @notice Where markets are looked up.
    function factory() external view returns (IUniswapV3Factory);

    /// @notice Highest target health [bps].
    // solhint-disable-next-line func-name-mixedcase
    function MAX_TARGET() external view returns (uint16);
}

// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {VaultKey} from "../types/VaultKey.sol";
import {IUniswapV3Factory} from "./external/IUniswapV3Factory.sol";
import {IUniswapV3SwapCallback} from "./external/IUniswapV3SwapCallback.sol";
import {IVaultEngine} from "./IVaultEngine.sol";

/// @notice When and how a vault deleverages, in one word.
struct Plan {
    /// Id of the collateral to sell.
    uint8 asset;
    /// Fee of the Uniswap v3 pool to sell in [millionths].
    uint24 poolFee;
    /// The plan may be executed while health is below this [bps], at least 1e4.
    uint16 triggerHealth;
    /// Health the execution restores [bps], above the trigger.
    uint16 targetHealth;
    /// Largest cost of one execution [bps of the repayment], the executor's fee included; 0 for 75.
    uint16 maxCost;
    /// Part of `maxCost` that the sale may lose against the oracle price, pool fee included [bps];
    /// 0 for two thirds of it. The rest is the executor's fee.
    uint16 maxSlippage;
}

/// @title Autopilot: deleveraging by plan
/// @notice The owner of a vault sets when some of its collateral is sold and what that may cost,
/// and approves this contract as an operator at the engine. Anyone may then execute the plan for a
/// fee, which is below the cost of a liquidation.
///
/// An execution sells just enough to reach the target at the highest allowed cost; the savings of a
/// better sale stay in the vault. It reaches the target or reverts, so a plan cannot be executed
/// again until health falls below the trigger again. The engine refuses anything that would lower
/// health. Collateral goes to the market and its proceeds to the lending pool. This contract holds
/// nothing between calls, and without a plan it does nothing to a vault, operator or not.
interface IAutopilot is IUniswapV3SwapCallback {
    /// @notice The owner of `vault` set its plan.
    /// @param plan complete plan, defaults filled in
    event PlanUpdated(VaultKey indexed vault, Plan plan);
    /// @notice The owner of `vault` removed its plan.
    event PlanCleared(VaultKey indexed vault);
    /// @notice A plan was executed.
    /// @param repaid debt repaid [debt units]
    /// @param sold collateral sold [collateral units]
    /// @param fee fee paid to the executor [debt units]
    event Executed(VaultKey indexed vault, address indexed executor, uint256 repaid, uint256 sold, uint256 fee);

    /// @notice The plan is harmful or has no effect: trigger below 1e4 or not below the target,
    /// target above `MAX_TARGET`, slippage not below the cost, cost not below the asset's largest
    /// liquidation bonus [bps].
    error InvalidPlan(Plan plan, uint256 maxBonus);
    /// @notice The vault has no plan.
    error NoPlan(VaultKey vault);
    /// @notice Health is not below the trigger.
    /// @param adjustedCollateral sum of value * liquidationThreshold [debt units * bps]
    /// @param needed debt * trigger [debt units * bps]
    error NotTriggered(uint256 adjustedCollateral, uint256 needed);
    /// @notice The asset has no usable price.
    error PriceDead(uint8 asset);
    /// @notice Pool price and oracle price differ by more than half the allowed slippage.
    /// @param poolPrice price of the pool [1e36-scaled]
    /// @param oraclePrice liquidation price of the oracle [1e36-scaled]
    /// @param maxSlippage allowed slippage [bps]
    error PricesDiffer(uint256 poolPrice, uint256 oraclePrice, uint256 maxSlippage);
    /// @notice Selling this asset cannot bring the vault to its target.
    error TargetOutOfReach(VaultKey vault, uint8 asset);
    /// @notice The collateral to be sold is worth more than the plan allows [debt units].
    error CostsTooMuch(uint256 value, uint256 most);
    /// @notice The vault holds less than the market asks for [collateral units].
    error NotEnoughToSell(uint256 held, uint256 owed);

    /// @notice Sets the plan of the caller's vault number `index`.
    /// @dev The plan takes effect once the caller approves this contract as an operator at the
    /// engine. Reverts if the Uniswap v3 pool does not exist.
    function set(uint96 index, Plan calldata plan) external;

    /// @notice Removes the plan of the caller's vault number `index`.
    function clear(uint96 index) external;

    /// @notice Executes the plan of `vault` and sends the fee to `receiver`. Anyone may call.
    /// @dev Reverts without a plan, above the trigger, at a dead price, if the prices of pool and
    /// oracle differ too much, if the target is out of reach, or if the sale costs too much.
    /// @return repaid debt repaid [debt units]
    /// @return sold collateral sold [collateral units]
    /// @return fee amount sent to `receiver` [debt units]
    function execute(VaultKey vault, address receiver) external returns (uint256 repaid, uint256 sold, uint256 fee);

    /// @notice The result of executing the plan of `vault` now, without regard to the market; zeros
    /// without a plan, above the trigger, at a dead price, or if the target is out of reach.
    /// @return repaid debt that would be repaid [debt units]
    /// @return fee fee of the executor [debt units]
    /// @return mostSold largest value of the collateral that may be sold [debt units]
    function quote(VaultKey vault) external view returns (uint256 repaid, uint256 fee, uint256 mostSold);

    /// @notice The plan of `vault`; zeros if there is none.
    function planOf(VaultKey vault) external view returns (Plan memory);

    /// @notice The engine whose vaults are deleveraged.
    function engine() external view returns (IVaultEngine);

    /// @notice The Uniswap v3 factory that names the pools.
    function factory() external view returns (IUniswapV3Factory);

    /// @notice Highest target health [bps].
    function MAX_TARGET() external view returns (uint16); // solhint-disable-line func-name-mixedcase
}

import type { VaultKey } from "../../model/index.js";
import type { OperationOf } from "../../twin/twinSystem.js";
import type { PlannedLiquidation } from "../accounting/events.js";
import { gasInDebtUnits } from "../system/gasPrice.js";
import type { Moment } from "../system/moment.js";
import type { LabVault, LabWorld } from "../system/world.js";

/** The state that agents see when they decide. The next block is yet to be mined. */
export interface AgentContext extends Moment {
  readonly world: LabWorld;
  /** Vaults with HF < 1. */
  readonly unhealthy: readonly VaultKey[];
  /** Price of gas [wei], and market price of ether [WAD]. */
  readonly gasPrice: bigint;
  readonly etherPrice: bigint;
  /**
   * Agents act only for more profit than `minProfit` [debt units]. `perBlock` is the most actions
   * of one kind per block.
   */
  readonly minProfit: bigint;
  readonly perBlock: number;
}

/**
 * A take that a bidder plans. `wanted` and `amount` in collateral units, the rest in debt units.
 */
export interface PlannedTake {
  readonly id: bigint;
  readonly asset: number;
  readonly wanted: bigint;
  readonly amount: bigint;
  readonly cost: bigint;
  readonly proceeds: bigint;
  readonly profit: bigint;
}

/** Terms of an autopilot plan. All in basis points. */
export interface PlanTerms {
  readonly trigger: bigint;
  readonly target: bigint;
  readonly maxCost: bigint;
  readonly fee: bigint;
  readonly maxDifference: bigint;
}

/** Operations of maintainers. They move no money except gas. */
export type UpkeepKind =
  | "pokeVolatility"
  | "pokeCorrelation"
  | "pokeBreaker"
  | "refreshBreaker"
  | "updateLastGoodPrice"
  | "restart"
  | "checkpoint";

/**
 * A decision of an agent. The model applies it before the agent is asked for the next one, except
 * `executePlan`, which the model applies once its receipt is known.
 */
export type AgentOperation =
  /** `answer` in feed units. */
  | { readonly kind: "answer"; readonly asset: number; readonly answer: bigint }
  /** Brings the pool of an asset to `price` [WAD]. */
  | { readonly kind: "arbitrage"; readonly asset: number; readonly price: bigint }
  | { readonly kind: "liquidateAndSell"; readonly plan: PlannedLiquidation }
  | { readonly kind: "takeAndSell"; readonly plan: PlannedTake }
  | { readonly kind: "absorb"; readonly vault: VaultKey }
  | { readonly kind: "flag"; readonly vault: VaultKey }
  | { readonly kind: "writeOff"; readonly id: bigint }
  | {
      readonly kind: "upkeep";
      readonly operation: { [K in UpkeepKind]: OperationOf<K> }[UpkeepKind];
      /** Number of calls sent to the chain for it. The model applies it once. 1 by default. */
      readonly calls?: number;
    }
  | {
      readonly kind: "executePlan";
      readonly vault: VaultKey;
      readonly asset: number;
      readonly terms: PlanTerms;
      /** Called after the block is mined if the chain refused the execution. */
      readonly onRefused: () => void;
    }
  | {
      readonly kind: "openVault";
      readonly vault: LabVault;
      readonly collateral: bigint;
      readonly debt: bigint;
    }
  /** A borrower gives up. Nothing is sent. */
  | { readonly kind: "stayAway" }
  | { readonly kind: "claim"; readonly asset: number }
  | { readonly kind: "claimTips" }
  | { readonly kind: "payBackstop" };

/** Cost of `units` of gas at the current price [debt units]. */
export function gasCost(context: AgentContext, units: bigint): bigint {
  const { decimals } = context.world.client.deployment.debtAsset;
  return gasInDebtUnits(units, context.gasPrice, context.etherPrice, decimals);
}

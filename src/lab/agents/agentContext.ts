import type { VaultKey } from "../../model/index.js";
import type { OperationOf } from "../../twin/twinSystem.js";
import type { PlannedLiquidation } from "../accounting/events.js";
import { gasInDebtUnits } from "../system/gasPrice.js";
import type { Moment } from "../system/moment.js";
import type { LabVault, LabWorld } from "../system/world.js";

/** What agents see when they decide. The block to be mined is the next. */
export interface AgentContext extends Moment {
  readonly world: LabWorld;
  /** Vaults with HF < 1. */
  readonly unhealthy: readonly VaultKey[];
  /** What gas costs now [wei], and the market price of ether [WAD]. */
  readonly gasPrice: bigint;
  readonly etherPrice: bigint;
  /** Least profit worth acting for [debt units], and most actions of one kind per block. */
  readonly minProfit: bigint;
  readonly perBlock: number;
}

/** A take a bidder means to do: `amount` in collateral units, the rest in debt units. */
export interface PlannedTake {
  readonly id: bigint;
  readonly asset: number;
  readonly wanted: bigint;
  readonly amount: bigint;
  readonly cost: bigint;
  readonly proceeds: bigint;
  readonly profit: bigint;
}

/** What the plan of a vault asks of an execution, in bps. */
export interface PlanTerms {
  readonly trigger: bigint;
  readonly target: bigint;
  readonly maxCost: bigint;
  readonly fee: bigint;
  readonly maxDifference: bigint;
}

/** Operations of maintainers, which move no money of their own. */
export type UpkeepKind =
  | "pokeVolatility"
  | "pokeCorrelation"
  | "pokeBreaker"
  | "refreshBreaker"
  | "updateLastGoodPrice"
  | "restart"
  | "checkpoint";

/** What an agent wants done. It has happened in the model when the agent is asked for the next. */
export type AgentOperation =
  | { readonly kind: "liquidateAndSell"; readonly plan: PlannedLiquidation }
  | { readonly kind: "takeAndSell"; readonly plan: PlannedTake }
  | { readonly kind: "absorb"; readonly vault: VaultKey }
  | { readonly kind: "flag"; readonly vault: VaultKey }
  | { readonly kind: "writeOff"; readonly id: bigint }
  | {
      readonly kind: "upkeep";
      readonly operation: { [K in UpkeepKind]: OperationOf<K> }[UpkeepKind];
      /** How often the chain is called for it; the model does it once. */
      readonly calls?: number;
    }
  | {
      readonly kind: "executePlan";
      readonly vault: VaultKey;
      readonly asset: number;
      readonly terms: PlanTerms;
      /** Called once mined, if the chain refused. */
      readonly onRefused: () => void;
    }
  | {
      readonly kind: "openVault";
      readonly vault: LabVault;
      readonly collateral: bigint;
      readonly debt: bigint;
    }
  /** A borrower stays away for good: nothing is sent. */
  | { readonly kind: "stayAway" }
  | { readonly kind: "claim"; readonly asset: number }
  | { readonly kind: "claimTips" }
  | { readonly kind: "payBackstop" };

/** What `units` of gas cost now [debt units]. */
export function gasCost(context: AgentContext, units: bigint): bigint {
  const { decimals } = context.world.client.deployment.debtAsset;
  return gasInDebtUnits(units, context.gasPrice, context.etherPrice, decimals);
}

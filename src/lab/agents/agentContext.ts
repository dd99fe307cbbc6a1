import type { VaultKey } from "../../model/index.js";
import type { Receipt } from "../system/labChain.js";
import { gasInDebtUnits } from "../system/gasPrice.js";
import type { InvariantLog } from "../checks/invariants.js";
import type { Ledger } from "../accounting/ledger.js";
import type { Moment } from "../system/moment.js";
import type { TransactionCosts } from "../system/receipts.js";
import type { LabWorld } from "../system/world.js";

/** Gas limits of the calls agents make: generous, below what a transaction may use. */
export const CALL_GAS = {
  swap: 400_000n,
  liquidate: 900_000n,
  absorb: 1_500_000n,
  take: 900_000n,
  upkeep: 900_000n,
  poke: 14_000_000n,
  execute: 1_500_000n,
  open: 2_000_000n,
} as const;

/** What agents see when they act, and where they report to. The block to be mined is the next. */
export interface AgentContext extends Moment {
  readonly world: LabWorld;
  readonly ledger: Ledger;
  readonly log: InvariantLog;
  /** Vaults with HF < 1. */
  readonly unhealthy: readonly VaultKey[];
  /** What gas costs now [wei], and the market price of ether [WAD]. */
  readonly gasPrice: bigint;
  readonly etherPrice: bigint;
  /** Least profit worth acting for [debt units], and most actions of one kind per block. */
  readonly minProfit: bigint;
  readonly perBlock: number;
}

/** One transaction to be sent. */
export interface Call {
  readonly from: string;
  readonly to: string;
  readonly data: string;
  readonly gas: bigint;
}

/**
 * What an agent does in a block. The model has done it already when this is handed over, unless `book` says otherwise; the chain
 * does the calls in order.
 */
export interface AgentAction {
  readonly calls: readonly Call[];
  /** The vaults it changes. */
  readonly affectedVaults: readonly VaultKey[];
  /** Puts it on record once mined, with the receipts of its calls. */
  readonly onMined: (receipts: readonly Receipt[]) => void;
}

/** What `units` of gas cost now [debt units]. */
export function gasCost(context: AgentContext, units: bigint): bigint {
  const { decimals } = context.world.client.deployment.debtAsset;
  return gasInDebtUnits(units, context.gasPrice, context.etherPrice, decimals);
}

/** What the transactions of an action cost. */
export function transactionCosts(context: AgentContext, receipts: readonly Receipt[]): TransactionCosts {
  const { decimals } = context.world.client.deployment.debtAsset;
  const wei = receipts.reduce((sum, r) => sum + r.gasCost, 0n);
  return {
    gas: gasInDebtUnits(wei, 1n, context.etherPrice, decimals),
    wei,
    failed: receipts.filter((r) => !r.ok).length,
  };
}

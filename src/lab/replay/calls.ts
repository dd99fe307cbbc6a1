import type { LiquidationResult, VaultKey } from "../../model/index.js";
import type { LedgerEvent } from "../accounting/events.js";
import type { Receipt } from "../system/labChain.js";

/**
 * Gas limits of the agents' calls. They exceed typical use and are below the limit of a
 * transaction.
 */
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

/** A transaction to send. */
export interface Call {
  readonly from: string;
  readonly to: string;
  readonly data: string;
  readonly gas: bigint;
}

/**
 * An operation that the model has applied and the chain has not executed yet. For `executePlan` the
 * model follows in `eventOf`, because it needs the receipt.
 */
export interface Pending {
  readonly calls: readonly Call[];
  readonly affectedVaults: readonly VaultKey[];
  /** Builds the ledger's event from the receipts of `calls`. Null if there is nothing to book. */
  readonly eventOf: (receipts: readonly Receipt[]) => LedgerEvent | null;
}

/** The name of a maintainer's transaction in mismatches, which contains its selector. */
export function upkeepName(data: string): string {
  return `upkeep ${data.slice(0, 10)}`;
}

/**
 * Collateral of a liquidated vault that went to auction [token units]. Empty unless the rest of the
 * debt was written off.
 */
export function auctionedOf(
  held: readonly (readonly [number, bigint])[],
  seized: number,
  { outcome, writtenOff }: LiquidationResult,
): { asset: number; amount: bigint }[] {
  if (writtenOff === 0n) return [];
  return held.map(([asset, amount]) => ({
    asset,
    amount: asset === seized ? amount - outcome.seized : amount,
  }));
}

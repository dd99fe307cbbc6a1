import type { TransactionReceipt } from "ethers";
import { setTimeout as delay } from "node:timers/promises";

/** What waiting for a receipt needs of a chain. */
export interface ReceiptSource {
  getBlockNumber(): Promise<number>;
  getTransactionReceipt(hash: string): Promise<TransactionReceipt | null>;
}

/** How long to wait: in blocks, and in time for a chain that produces none. */
export interface InclusionLimits {
  readonly blocks: number;
  /** Longest time without a new block [ms]. */
  readonly stall: number;
  /** Between two questions [ms]. */
  readonly interval: number;
}

/**
 * The receipt of a transaction, or null if `patience.blocks` blocks after `from` were mined without it, the chain stood
 * still for too long, or `stopped`. Errors of the node count as no answer.
 */
export async function receiptWithin(
  source: ReceiptSource,
  hash: string,
  from: number,
  patience: InclusionLimits,
  stopped: AbortSignal,
): Promise<TransactionReceipt | null> {
  let newest = from;
  let newestAt = performance.now();
  for (;;) {
    // The block number comes first: a receipt asked for after it covers every block up to it.
    const number = await source.getBlockNumber().catch(() => newest);
    const receipt = await source.getTransactionReceipt(hash).catch(() => null);
    if (receipt !== null) return receipt;
    if (number > newest) {
      newest = number;
      newestAt = performance.now();
    }
    if (newest - from >= patience.blocks || stopped.aborted) return null;
    if (performance.now() - newestAt > patience.stall) return null;
    await pause(patience.interval, stopped);
  }
}

/** Waits `time` [ms], or until `stopped`. */
export async function pause(time: number, stopped: AbortSignal): Promise<void> {
  await delay(time, undefined, { signal: stopped }).catch(() => undefined);
}

import type { TransactionReceipt } from "ethers";
import { setTimeout as delay } from "node:timers/promises";

/** The calls that waiting for a receipt makes. */
export interface ReceiptSource {
  getBlockNumber(): Promise<number>;
  getTransactionReceipt(hash: string): Promise<TransactionReceipt | null>;
}

/** Limits of a wait: in blocks, and in time for a chain that produces no blocks. */
export interface InclusionLimits {
  readonly blocks: number;
  /** Longest time without a new block [ms]. */
  readonly stall: number;
  /** Time between two polls [ms]. */
  readonly interval: number;
}

/**
 * The receipt of a transaction. Null if `patience.blocks` blocks after `from` were mined without
 * it, if no new block came for `patience.stall` ms, or if `stopped` is aborted. An error of the
 * node counts as no answer.
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
    // Read the block number first. A receipt read after it then covers every block up to that
    // number.
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

/** Waits for `time` [ms], or until `stopped` is aborted. */
export async function pause(time: number, stopped: AbortSignal): Promise<void> {
  await delay(time, undefined, { signal: stopped }).catch(() => undefined);
}

import {
  groupByAsset,
  leftOut,
  settleBatch,
  simulateBatch,
  type SimulatedBatch,
  type LiquidationDecision,
} from "./batch.js";
import type { EventSink, OutcomeEvent } from "../report/events.js";
import { type Execution, type Sent, send } from "./direct.js";
import type { Executor } from "../chain/liquidationExecutor.js";
import { type Decision, skipped } from "../plan/plan.js";
import type { Revert } from "../chain/revert.js";
import type { Head } from "../chain/vaultIndex.js";

/** What a pass acts on: its block, the tip it pays [wei per gas], and the price of a wei [debt units, 1e36-scaled]. */
export interface PassContext {
  readonly head: Head;
  readonly tip: bigint;
  readonly weiPrice: bigint;
}

/** How batches are carried out, and who is told. */
export interface BatchSettings {
  readonly dryRun: boolean;
  /** Least profit worth a transaction [debt units]. */
  readonly minProfit: bigint;
  readonly report: (decision: Decision, refusal?: Revert) => void;
  readonly emit: EventSink;
  readonly symbolOf: (asset: number) => string;
}

/**
 * Carries out decisions through the executor, one transaction per collateral: all simulated and sent first, one nonce after
 * the other, then awaited. Every decision is reported once.
 */
export async function runBatches(
  execution: Execution,
  executor: Executor,
  wanted: readonly LiquidationDecision[],
  acting: PassContext,
  settings: BatchSettings,
): Promise<OutcomeEvent[]> {
  const { head, tip } = acting;
  const { report, emit, symbolOf, minProfit } = settings;
  const { groups, left } = groupByAsset(executor, wanted);
  for (const [decision, reason] of left) report(skipped(decision, reason));

  const limits = { weiPrice: acting.weiPrice, minProfit };
  const sent: { batch: SimulatedBatch; sent: Sent }[] = [];
  const outcomes: OutcomeEvent[] = [];
  const finish = (outcome: OutcomeEvent): void => {
    outcomes.push(outcome);
    emit(outcome);
  };
  let refused = false;
  for (const group of groups) {
    if (execution.stopped.aborted || refused) {
      for (const decision of group.wanted) report(skipped(decision, refused ? "afterFailure" : "stopped"));
      continue;
    }
    const batch = await simulateBatch(execution, executor, group, head, tip, limits);
    if ("class" in batch) {
      for (const decision of group.wanted) report(skipped(decision, "refusedAtLatest"), batch);
      continue;
    }
    for (const decision of batch.group.wanted) report(decision);
    for (const decision of leftOut(group, batch)) report(skipped(decision, "tooMuchAtOnce"));
    const symbol = symbolOf(group.asset);
    const { funding, earned, gasCost, profit } = batch;
    const vaults = batch.group.wanted.length;
    emit({ event: "batch", block: head.number, symbol, vaults, funding, earned, gasCost, profit, minProfit });
    if (settings.dryRun) continue;

    const result = await send(execution, executor.address, batch.data, batch.gasLimit, head, tip);
    if ("hash" in result) {
      sent.push({ batch, sent: result });
      continue;
    }
    refused = true;
    const status = result.refusal.class === "gone" ? "lost" : "notSent";
    finish({ event: "outcome", kind: "batch", symbol, vaults, status, ...result });
  }
  for (const { batch, sent: transaction } of sent) {
    const symbol = symbolOf(batch.group.asset);
    const settled = await settleBatch(execution, executor, batch, symbol, transaction, head, acting.weiPrice);
    settled.forEach(finish);
  }
  return outcomes;
}

import { skipped, type Decision, type SkipReason } from "../plan/plan.js";
import type { Reporter } from "../report/reporter.js";
import type { OutcomeEvent } from "../report/events.js";
import type { LiquidationDecision, PassContext, Ready, Strategy } from "./strategy.js";
import { type Execution, send, type Sent } from "./transaction.js";

/**
 * Carries out decisions by `strategy`. All transactions are simulated and sent first, one nonce
 * after the other, and then awaited. The first transaction that the node refuses ends the sending,
 * because nonces must stay in order. Every decision is reported once.
 */
export async function execute(
  strategy: Strategy,
  decisions: readonly Decision[],
  pass: PassContext,
  execution: Execution,
  reporter: Reporter,
  dryRun: boolean,
): Promise<readonly OutcomeEvent[]> {
  const wanted: LiquidationDecision[] = [];
  for (const decision of decisions) {
    if (isWanted(decision)) wanted.push(decision);
    else if (decision.action === "skip") reporter.decision(pass.head, decision);
  }
  if (wanted.length === 0) return [];

  const outcomes: OutcomeEvent[] = [];
  const finish = (outcome: OutcomeEvent): void => {
    outcomes.push(outcome);
    reporter.tell(outcome);
  };
  const leave = (left: readonly LiquidationDecision[], reason: SkipReason): void => {
    for (const decision of left) reporter.decision(pass.head, skipped(decision, reason));
  };
  if (!dryRun) {
    const reason = (await laneIsFree(execution, reporter))
      ? await strategy.prepare(pass, wanted, finish)
      : "accountBusy";
    if (reason !== null) {
      leave(wanted, reason);
      return outcomes;
    }
  }

  const { groups, left } = strategy.group(wanted);
  for (const [decision, reason] of left) leave([decision], reason);
  const sent: { readonly ready: Ready; readonly sent: Sent }[] = [];
  let refused = false;
  for (const group of groups) {
    if (execution.stopped.aborted || refused) {
      leave(group, refused ? "afterFailure" : "stopped");
      continue;
    }
    const ready = await strategy.simulate(pass, group);
    if ("class" in ready) {
      for (const decision of group) reporter.decision(pass.head, skipped(decision, "refusedAtLatest"), ready);
      continue;
    }
    for (const decision of ready.decisions) reporter.decision(pass.head, decision);
    for (const [decision, reason] of ready.left) leave([decision], reason);
    if (ready.announcement !== undefined) reporter.tell(ready.announcement);
    if (dryRun || ready.transaction === null) continue;

    const { to, data, gasLimit } = ready.transaction;
    const result = await send(execution, to, data, gasLimit, pass.head, pass.tip);
    if ("hash" in result) {
      sent.push({ ready, sent: result });
      continue;
    }
    refused = true;
    const status = result.refusal.class === "gone" ? "lost" : "notSent";
    finish({ event: "outcome", ...ready.subject, status, ...result });
  }
  for (const { ready, sent: transaction } of sent) (await ready.settle(transaction)).forEach(finish);
  return outcomes;
}

function isWanted(decision: Decision): decision is LiquidationDecision {
  return decision.action === "liquidate" && decision.option !== undefined;
}

/**
 * Whether only this process's transactions wait in the node. If not, reports the nonces that are
 * taken.
 */
async function laneIsFree({ provider, account, lane }: Execution, reporter: Reporter): Promise<boolean> {
  const [mined, pending] = await Promise.all([
    provider.getTransactionCount(account.address, "latest"),
    provider.getTransactionCount(account.address, "pending"),
  ]);
  const free = lane.begin(mined, pending);
  if (!free) reporter.tell({ event: "accountBusy", account: account.address, mined, pending });
  return free;
}

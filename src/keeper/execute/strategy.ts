import type { Revert } from "../chain/revert.js";
import type { Head } from "../chain/vaultIndex.js";
import type { Decision, LiquidationOption, SkipReason } from "../plan/plan.js";
import type { BatchEvent, OutcomeEvent } from "../report/events.js";
import type { Sent } from "./transaction.js";

/** What one pass acts on, handed on whole from step to step. */
export interface PassContext {
  readonly head: Head;
  /** What the account pays on top of the base fee [wei per gas]. */
  readonly tip: bigint;
  /** Price of a wei [debt units, 1e36-scaled]. */
  readonly weiPrice: bigint;
  /** What the engine may take of the debt asset from the account [debt units]. */
  readonly allowance: bigint;
}

/** A decision to liquidate. */
export type LiquidationDecision = Decision & { readonly option: LiquidationOption };

/** Decisions that are not carried out, each with its reason. */
export type LeftOut = readonly (readonly [LiquidationDecision, SkipReason])[];

/** One transaction ready to be sent: simulated at the newest block, with terms that hold there. */
export interface Ready {
  /** What it carries out, and what of its group it leaves for the next pass. */
  readonly decisions: readonly Decision[];
  readonly left: LeftOut;
  /** Told before it is sent. */
  readonly announcement?: BatchEvent;
  /** Null if there is only something to tell: a plan that cannot be simulated. */
  readonly transaction: { readonly to: string; readonly data: string; readonly gasLimit: bigint } | null;
  /** What its outcome says of it, whatever becomes of it. */
  readonly subject: Pick<OutcomeEvent, "kind" | "symbol" | "vault" | "vaults">;
  /** What became of it, once sent. */
  readonly settle: (sent: Sent) => Promise<readonly OutcomeEvent[]>;
}

/** A way to liquidate: with the account's own balance, or through the executor without capital. */
export interface Strategy {
  /** Gas that one liquidation is thought to cost before it is simulated. */
  readonly assumedGas: bigint;
  /** Least profit worth one liquidation before it is simulated [debt units]. */
  readonly minProfit: bigint;
  /** What it can spend, of an account that holds `balance` [debt units]. */
  budget(balance: bigint): bigint;
  /** Puts decisions into groups, one for each transaction. */
  group(decisions: readonly LiquidationDecision[]): {
    readonly groups: readonly (readonly LiquidationDecision[])[];
    readonly left: LeftOut;
  };
  /** Does what must be done before anything can be sent. Tells `done` of its own transactions; the reason if it failed. */
  prepare(
    pass: PassContext,
    decisions: readonly LiquidationDecision[],
    done: (outcome: OutcomeEvent) => void,
  ): Promise<SkipReason | null>;
  /** Runs a group at the newest block without sending it: what holds there, or why nothing does. */
  simulate(pass: PassContext, group: readonly LiquidationDecision[]): Promise<Ready | Revert>;
}

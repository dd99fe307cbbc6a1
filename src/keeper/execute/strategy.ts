import type { Price } from "../../model/index.js";
import type { Revert } from "../chain/revert.js";
import type { Head } from "../chain/vaultIndex.js";
import type { Decision, LiquidationOption, SkipReason } from "../plan/plan.js";
import type { BatchEvent, OutcomeEvent } from "../report/events.js";
import type { Sent } from "./transaction.js";

/** The context of one pass, passed from step to step. */
export interface PassContext {
  readonly head: Head;
  /** Tip of the account on top of the base fee [wei per gas]. */
  readonly tip: bigint;
  /** Price of a wei [debt units, 1e36-scaled]. */
  readonly weiPrice: bigint;
  /** Prices of all assets, by id. */
  readonly prices: readonly Price[];
  /** Allowance of the engine in the debt asset [debt units]. */
  readonly allowance: bigint;
}

export type LiquidationDecision = Decision & { readonly option: LiquidationOption };

/** Decisions that are not carried out, each with its reason. */
export type LeftOut = readonly (readonly [LiquidationDecision, SkipReason])[];

/**
 * One transaction ready to be sent: simulated at the newest block, with terms that hold at that
 * block.
 */
export interface Ready {
  /** Decisions that the transaction carries out, and those of its group left for the next pass. */
  readonly decisions: readonly Decision[];
  readonly left: LeftOut;
  /** Event reported before the transaction is sent. */
  readonly announcement?: BatchEvent;
  /** Null if the strategy has only a plan that it cannot simulate. */
  readonly transaction: { readonly to: string; readonly data: string; readonly gasLimit: bigint } | null;
  /** The fields that identify the transaction in every outcome. */
  readonly subject: Pick<OutcomeEvent, "kind" | "symbol" | "vault" | "vaults">;
  /** The outcomes of the transaction after it was sent. */
  readonly settle: (sent: Sent) => Promise<readonly OutcomeEvent[]>;
}

/** A way to liquidate: from the account's own balance, or through the executor without capital. */
export interface Strategy {
  /** Assumed gas of one liquidation before it is simulated. */
  readonly assumedGas: bigint;
  /** Least profit worth one liquidation before it is simulated [debt units]. */
  readonly minProfit: bigint;
  /** Amount that the strategy can spend if the account holds `balance` [debt units]. */
  budget(balance: bigint): bigint;
  /** Groups decisions by transaction. */
  group(decisions: readonly LiquidationDecision[]): {
    readonly groups: readonly (readonly LiquidationDecision[])[];
    readonly left: LeftOut;
  };
  /**
   * Prepares the account for sending, for example by an approval. Reports its own transactions to
   * `done`. Returns the reason if it failed.
   */
  prepare(
    pass: PassContext,
    decisions: readonly LiquidationDecision[],
    done: (outcome: OutcomeEvent) => void,
  ): Promise<SkipReason | null>;
  /**
   * Simulates a group at the newest block. Returns a transaction with terms that hold there, or the
   * refusal.
   */
  simulate(pass: PassContext, group: readonly LiquidationDecision[]): Promise<Ready | Revert>;
}

import type { FundingName } from "../chain/liquidationExecutor.js";
import type { Decision, LiquidationOption, SkipReason } from "../plan/plan.js";
import type { Revert } from "../chain/revert.js";

/** One pass over all vaults at one block. */
export interface PassEvent {
  readonly event: "pass";
  readonly block: number;
  readonly hash: string;
  /** [s] */
  readonly timestamp: bigint;
  readonly vaults: number;
  readonly unhealthy: number;
  /** Vaults compared with the lens, and those on which it and the model differ. */
  readonly confirmed: number;
  readonly disagreements: number;
  readonly account: string;
  /** [debt units] */
  readonly balance: bigint;
  readonly dryRun: boolean;
}

/** What was decided about one unhealthy vault, with every term. */
export interface DecisionEvent {
  readonly event: "decision";
  readonly block: number;
  readonly vault: string;
  readonly debt: bigint;
  readonly value: bigint;
  /** [WAD] */
  readonly healthFactor: bigint;
  readonly action: Decision["action"];
  readonly reason?: SkipReason;
  /** Why the newest block refuses it. */
  readonly refusal?: Revert;
  /** Symbol of the asset in `option`. */
  readonly symbol?: string;
  readonly option?: LiquidationOption;
  readonly minProfit: bigint;
}

/** What the newest block says of liquidations of one collateral in one transaction. */
export interface BatchEvent {
  readonly event: "batch";
  readonly block: number;
  readonly symbol: string;
  readonly vaults: number;
  readonly funding: FundingName;
  /** What the sale leaves after all repayments [debt units]. */
  readonly earned: bigint;
  /** [debt units] */
  readonly gasCost: bigint;
  /** earned - gasCost. */
  readonly profit: bigint;
  readonly minProfit: bigint;
}

/**
 * What became of one transaction, or of one vault in it: a batch has an outcome of its own, with the transaction's gas and
 * profit, and one for each of its vaults.
 */
export interface OutcomeEvent {
  readonly event: "outcome";
  readonly kind: "approval" | "liquidation" | "batch";
  readonly vault?: string;
  /** Vaults liquidated, in a batch. */
  readonly vaults?: number;
  readonly symbol?: string;
  readonly status: OutcomeStatus;
  readonly hash?: string;
  readonly nonce: number;
  /** Block it was mined in. */
  readonly block?: number;
  readonly gasUsed?: bigint;
  /** What was paid and received, from the engine's own event: debt units, collateral units, WAD. */
  readonly repaid?: bigint;
  readonly seized?: bigint;
  readonly bonus?: bigint;
  /** With the gas really paid [debt units]: of a batch what the sale left, else at the price decided on. */
  readonly profit?: bigint;
  /** Of the vault afterwards [WAD]; null without debt. */
  readonly healthAfter?: bigint | null;
  readonly refusal?: Revert;
}

/**
 * `done`: mined and it worked. `lost`: somebody was first. `reverted`: mined and refused. `notSent`: the node did not
 * take it. `late`: not mined within the blocks allowed; its nonce is reused.
 */
export type OutcomeStatus = "done" | "lost" | "reverted" | "notSent" | "late";

/** A pass that could not be finished; the next block brings the next one. */
export interface FailureEvent {
  readonly event: "passFailed";
  readonly reason: string;
}

/** What a keeper is about to do, and where: its first event. */
export interface StartEvent {
  readonly event: "start";
  readonly network: string;
  readonly chainId: number;
  readonly engine: string;
  readonly account: string;
  readonly executor: string | null;
  readonly dryRun: boolean;
  readonly once: boolean;
}

/** There was nothing to do for a while. */
export interface IdleEvent {
  readonly event: "idle";
  /** The last one looked at, if any. */
  readonly block: number | null;
  /** Since anything was told [ms]. */
  readonly silence: number;
}

/** Transactions of the account wait that this keeper did not send: nonces from `mined` to below `pending`. */
export interface BusyEvent {
  readonly event: "accountBusy";
  readonly account: string;
  readonly mined: number;
  readonly pending: number;
}

export type KeeperEvent =
  StartEvent | IdleEvent | BusyEvent | PassEvent | DecisionEvent | BatchEvent | OutcomeEvent | FailureEvent;

/** Told everything the keeper does. */
export type EventSink = (event: KeeperEvent) => void;

/** An event as one line of JSON: amounts as decimal strings, since they exceed what a JSON number holds. */
export function jsonLine(event: KeeperEvent): string {
  return JSON.stringify(event, (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

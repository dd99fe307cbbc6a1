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
  /**
   * Number of vaults compared with the lens, and number of those for which lens and model differ.
   */
  readonly confirmed: number;
  readonly disagreements: number;
  readonly account: string;
  /** [debt units] */
  readonly balance: bigint;
  readonly dryRun: boolean;
}

/** The decision about one unhealthy vault, with every term. */
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
  /** The reason why the newest block refuses the call. */
  readonly refusal?: Revert;
  /** Symbol of the asset in `option`. */
  readonly symbol?: string;
  readonly option?: LiquidationOption;
  readonly minProfit: bigint;
}

/** A batch simulated at the newest block: liquidations of one collateral in one transaction. */
export interface BatchEvent {
  readonly event: "batch";
  readonly block: number;
  readonly symbol: string;
  readonly vaults: number;
  readonly funding: FundingName;
  /** Proceeds of the sale less all repayments [debt units]. */
  readonly earned: bigint;
  /** [debt units] */
  readonly gasCost: bigint;
  /** earned - gasCost. */
  readonly profit: bigint;
  readonly minProfit: bigint;
}

/**
 * The outcome of one transaction, or of one vault in it. A batch has an outcome of its own, with
 * the transaction's gas and profit, and one for each of its vaults.
 */
export interface OutcomeEvent {
  readonly event: "outcome";
  readonly kind: "approval" | "liquidation" | "batch";
  readonly vault?: string;
  /** Number of vaults liquidated in a batch. */
  readonly vaults?: number;
  readonly symbol?: string;
  readonly status: OutcomeStatus;
  readonly hash?: string;
  readonly nonce: number;
  /** Block in which the transaction was mined. */
  readonly block?: number;
  readonly gasUsed?: bigint;
  /** Amounts paid and received, from the engine's own event [debt units, collateral units, WAD]. */
  readonly repaid?: bigint;
  readonly seized?: bigint;
  readonly bonus?: bigint;
  /**
   * Profit after the gas that was paid [debt units]: of a batch from the proceeds of its sale,
   * otherwise at the price of the decision.
   */
  readonly profit?: bigint;
  /** Health of the vault afterwards [WAD]; null without debt. */
  readonly healthAfter?: bigint | null;
  readonly refusal?: Revert;
}

/**
 * `done`: mined and successful. `lost`: another liquidator was first. `reverted`: mined and
 * refused. `notSent`: refused by the node. `late`: not mined within the allowed blocks; its nonce
 * is reused.
 */
export type OutcomeStatus = "done" | "lost" | "reverted" | "notSent" | "late";

/** A pass that failed. The next block starts a new one. */
export interface FailureEvent {
  readonly event: "passFailed";
  readonly reason: string;
}

/** The first event of a keeper: its task and its chain. */
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

/** The keeper had nothing to do for a while. */
export interface IdleEvent {
  readonly event: "idle";
  /** The last block evaluated, if any. */
  readonly block: number | null;
  /** Time since the last event [ms]. */
  readonly silence: number;
}

/**
 * Transactions of the account wait that this keeper did not send: nonces from `mined` to below
 * `pending`.
 */
export interface BusyEvent {
  readonly event: "accountBusy";
  readonly account: string;
  readonly mined: number;
  readonly pending: number;
}

export type KeeperEvent =
  StartEvent | IdleEvent | BusyEvent | PassEvent | DecisionEvent | BatchEvent | OutcomeEvent | FailureEvent;

/** Receives every event of the keeper. */
export type EventSink = (event: KeeperEvent) => void;

/**
 * An event as one line of JSON. Amounts are decimal strings, because they exceed the range of JSON
 * numbers.
 */
export function jsonLine(event: KeeperEvent): string {
  return JSON.stringify(event, (_key, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

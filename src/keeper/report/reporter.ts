import type { VaultKey } from "../../model/index.js";
import type { Revert } from "../chain/revert.js";
import type { Head } from "../chain/vaultIndex.js";
import type { Decision, SkipReason } from "../plan/plan.js";
import type { DecisionEvent, EventSink, KeeperEvent } from "./events.js";

/** Tells what a keeper does, and remembers what the current pass left undone. */
export class Reporter {
  private readonly undone = new Map<VaultKey, SkipReason>();

  constructor(
    private readonly sink: EventSink,
    /** [debt units] */
    private readonly minProfit: bigint,
    private readonly symbolOf: (asset: number) => string,
  ) {}

  /** A new pass begins: nothing is left undone yet. */
  begin(): void {
    this.undone.clear();
  }

  /** Vaults that the pass did nothing about, with the reason. */
  get left(): ReadonlyMap<VaultKey, SkipReason> {
    return new Map(this.undone);
  }

  tell(event: KeeperEvent): void {
    this.sink(event);
  }

  /** What was decided about one vault at `head`; `refusal`: why the newest block refuses it. */
  decision(head: Head, decision: Decision, refusal?: Revert): void {
    const { vault, health, action, reason, option } = decision;
    if (reason !== undefined) this.undone.set(vault, reason);
    const event: DecisionEvent = {
      event: "decision",
      block: head.number,
      vault,
      debt: health.debt,
      value: health.value,
      healthFactor: health.healthFactor,
      action,
      ...(reason && { reason }),
      ...(refusal && { refusal }),
      ...(option && { symbol: this.symbolOf(option.asset), option }),
      minProfit: this.minProfit,
    };
    this.sink(event);
  }
}

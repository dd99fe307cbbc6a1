import type { VaultKey } from "../../model/index.js";
import type { Revert } from "../chain/revert.js";
import type { Head } from "../chain/vaultIndex.js";
import type { Decision, SkipReason } from "../plan/plan.js";
import type { DecisionEvent, EventSink, KeeperEvent } from "./events.js";

/** Reports the actions of a keeper, and collects the vaults that the current pass leaves. */
export class Reporter {
  private readonly undone = new Map<VaultKey, SkipReason>();

  constructor(
    private readonly sink: EventSink,
    /** [debt units] */
    private readonly minProfit: bigint,
    private readonly symbolOf: (asset: number) => string,
  ) {}

  /** Starts a pass: no vault is left yet. */
  begin(): void {
    this.undone.clear();
  }

  /** Vaults that the pass left, with the reason. */
  get left(): ReadonlyMap<VaultKey, SkipReason> {
    return new Map(this.undone);
  }

  tell(event: KeeperEvent): void {
    this.sink(event);
  }

  /**
   * Reports the decision about one vault at `head`. `refusal` is the reason why the newest block
   * refuses it.
   */
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

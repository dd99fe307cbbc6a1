import type { Receipt } from "../system/labChain.js";
import type { LabWorld } from "../system/world.js";

/** Amounts of an execution, in debt units except `sold` in collateral units. */
export interface PlanExecuted {
  readonly repaid: bigint;
  readonly sold: bigint;
  readonly fee: bigint;
}

/**
 * The amounts in the autopilot's `Executed` event, or null if the receipt has none because the
 * execution reverted.
 */
export function planExecutedIn(
  { autopilot, autopilotAddress }: LabWorld,
  receipt: Receipt | undefined,
): PlanExecuted | null {
  if (receipt?.ok !== true) return null;
  for (const { address, topics, data } of receipt.logs) {
    if (address.toLowerCase() !== autopilotAddress.toLowerCase()) continue;
    const event = autopilot.interface.parseLog({ topics: [...topics], data });
    if (event?.name !== "Executed") continue;
    const { repaid, sold, fee } = event.args.toObject() as Record<keyof PlanExecuted, bigint>;
    return { repaid, sold, fee };
  }
  return null;
}

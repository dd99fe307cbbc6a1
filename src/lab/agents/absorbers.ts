import { ABSORB_RATIO, BPS, type VaultKey, WAD, auctionMath, ripeness } from "../../model/index.js";
import { type AgentContext, type AgentOperation, gasCost } from "./agentContext.js";

/** Gas assumed for a flag and for an absorption when deciding. */
const FLAG_GAS = 90_000n;
const ABSORB_GAS = 400_000n;

/**
 * Absorb unhealthy vaults that liquidators leave, if the tip exceeds gas and minimum profit.
 *
 * - A vault whose collateral ratio is below 1.02 is absorbed at once.
 * - A stuck vault is flagged, and absorbed within the window that its flag opens.
 * - `flagAfter` is the time for which a vault must be unhealthy before it is flagged [s]. With 0 it
 *   is flagged at once, because the first absorber to flag is the first to be paid.
 */
export class Absorbers {
  /** The time since which each vault has been unhealthy without a break [s]. */
  private since = new Map<VaultKey, number>();

  constructor(private readonly flagAfter: number) {}

  /** `taken`: vaults that another agent has handled in this block. */
  *decide(context: AgentContext, taken: ReadonlySet<VaultKey>): Generator<AgentOperation, void> {
    this.remember(context);
    let done = 0;
    for (const vault of context.unhealthy) {
      if (done === context.perBlock) break;
      if (taken.has(vault)) continue;
      const kind = this.consider(context, vault);
      if (kind === null) continue;
      yield { kind, vault };
      done += 1;
    }
  }

  private remember({ unhealthy, time }: AgentContext): void {
    this.since = new Map(unhealthy.map((key) => [key, this.since.get(key) ?? time]));
  }

  private consider(context: AgentContext, key: VaultKey): "absorb" | "flag" | null {
    const { model } = context.world;
    const { debt, healthFactor, value, liquidatable } = model.vaultEngine.health(key, context.prices);
    if (!liquidatable) return null;
    const { tip } = auctionMath.tabDown(model.terms.auction, debt);
    const gain = tip - gasCost(context, ABSORB_GAS);
    if (gain <= context.minProfit) return null;
    if (value * BPS < debt * ABSORB_RATIO) return "absorb";
    if (healthFactor * BPS >= model.riskConfig.system.stuckHealth * WAD) return null;
    const now = BigInt(context.time);
    const window = ripeness(model.vaultEngine.vault(key).flaggedAt, model.circuitBreaker.openedAt());
    if (window !== null && now <= window.until) return now >= window.from ? "absorb" : null;
    const waited = context.time - (this.since.get(key) ?? context.time) >= this.flagAfter;
    if (!waited || gain <= context.minProfit + gasCost(context, FLAG_GAS)) return null;
    return "flag";
  }
}

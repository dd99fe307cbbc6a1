import { ABSORB_RATIO, BPS, type VaultKey, WAD, auctionMath, ripeness } from "../../model/index.js";
import { type AgentContext, type AgentOperation, gasCost } from "./agentContext.js";

/** Gas a flag and an absorption are expected to use, for the decision. */
const FLAG_GAS = 90_000n;
const ABSORB_GAS = 400_000n;

/**
 * Takes over what liquidators leave, where the tip pays for it: at once below a collateral ratio of 1.02, else what is stuck once its
 * flag has ripened. Flags what is stuck, at once unless told to wait: whoever flags first is paid first.
 */
export class Absorbers {
  /** Since when a vault has been seen unhealthy without a break [s]. */
  private since = new Map<VaultKey, number>();

  constructor(private readonly flagAfter: number) {}

  /** `taken`: vaults that somebody else has dealt with in this block. */
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

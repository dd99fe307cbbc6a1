import { ABSORB_RATIO, BPS, type VaultKey, WAD, auctionMath, ripeness } from "../../model/index.js";
import { checkEmptied } from "../checks/invariants.js";
import { type AgentAction, CALL_GAS, type AgentContext, gasCost, transactionCosts } from "./agentContext.js";

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

  act(context: AgentContext, taken: ReadonlySet<VaultKey>): AgentAction[] {
    this.remember(context);
    const actions: AgentAction[] = [];
    for (const key of context.unhealthy) {
      if (actions.length === context.perBlock) break;
      if (taken.has(key)) continue;
      const action = this.consider(context, key);
      if (action !== null) actions.push(action);
    }
    return actions;
  }

  private remember({ unhealthy, time }: AgentContext): void {
    this.since = new Map(unhealthy.map((key) => [key, this.since.get(key) ?? time]));
  }

  private consider(context: AgentContext, key: VaultKey): AgentAction | null {
    const { model } = context.world;
    const { debt, healthFactor, value, liquidatable } = model.vaultEngine.health(key, context.prices);
    if (!liquidatable) return null;
    const { tip } = auctionMath.tabDown(model.terms.auction, debt);
    const gain = tip - gasCost(context, ABSORB_GAS);
    if (gain <= context.minProfit) return null;
    if (value * BPS < debt * ABSORB_RATIO) return absorption(context, key);
    if (healthFactor * BPS >= model.riskConfig.system.stuckHealth * WAD) return null;
    const now = BigInt(context.time);
    const window = ripeness(model.vaultEngine.vault(key).flaggedAt, model.circuitBreaker.openedAt());
    if (window !== null && now <= window.until) return now >= window.from ? absorption(context, key) : null;
    const waited = context.time - (this.since.get(key) ?? context.time) >= this.flagAfter;
    if (!waited || gain <= context.minProfit + gasCost(context, FLAG_GAS)) return null;
    return flag(context, key);
  }
}

function absorption(context: AgentContext, key: VaultKey): AgentAction {
  const { ledger, log, world } = context;
  const { actors, client, model } = world;
  const { engine } = client.deployment.contracts;
  const { record } = ledger.auctions.absorb(context, key);
  checkEmptied(log, model, key, context.block);
  return {
    calls: [
      {
        from: actors.absorber,
        to: engine,
        data: client.vaultEngine.interface.encodeFunctionData("absorb", [key, actors.absorber]),
        gas: CALL_GAS.absorb,
      },
    ],
    affectedVaults: [key],
    onMined(receipts) {
      record(receipts[0]?.hash ?? "");
      ledger.spent("absorbers", `absorption of ${key}`, receipts, transactionCosts(context, receipts));
    },
  };
}

function flag(context: AgentContext, key: VaultKey): AgentAction {
  const { ledger, world } = context;
  const { actors, client, model } = world;
  model.vaultEngine.flag(key);
  return {
    calls: [
      {
        from: actors.absorber,
        to: client.deployment.contracts.engine,
        data: client.vaultEngine.interface.encodeFunctionData("flag", [key]),
        gas: CALL_GAS.upkeep,
      },
    ],
    affectedVaults: [key],
    onMined: (receipts) =>
      ledger.spent("absorbers", `flag of ${key}`, receipts, transactionCosts(context, receipts)),
  };
}

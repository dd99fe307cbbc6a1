import { ABSORB_RATIO, BPS, type VaultKey, WAD, auctionMath, ripeness } from "../../model/index.js";
import { checkEmptied } from "../checks/invariants.js";
import { type Action, CALL_GAS, type Scene, gasCost, paid } from "./agentContext.js";

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

  act(scene: Scene, taken: ReadonlySet<VaultKey>): Action[] {
    this.remember(scene);
    const actions: Action[] = [];
    for (const key of scene.ripe) {
      if (actions.length === scene.perBlock) break;
      if (taken.has(key)) continue;
      const action = this.consider(scene, key);
      if (action !== null) actions.push(action);
    }
    return actions;
  }

  private remember({ ripe, time }: Scene): void {
    this.since = new Map(ripe.map((key) => [key, this.since.get(key) ?? time]));
  }

  private consider(scene: Scene, key: VaultKey): Action | null {
    const { model } = scene.world;
    const { debt, healthFactor, value, liquidatable } = model.vaultEngine.health(key, scene.prices);
    if (!liquidatable) return null;
    const { tip } = auctionMath.tabDown(model.terms.auction, debt);
    const gain = tip - gasCost(scene, ABSORB_GAS);
    if (gain <= scene.minProfit) return null;
    if (value * BPS < debt * ABSORB_RATIO) return absorption(scene, key);
    if (healthFactor * BPS >= model.riskConfig.system.stuckHealth * WAD) return null;
    const now = BigInt(scene.time);
    const ripe = ripeness(model.vaultEngine.vault(key).flaggedAt, model.circuitBreaker.openedAt());
    if (ripe !== null && now <= ripe.until) return now >= ripe.from ? absorption(scene, key) : null;
    const waited = scene.time - (this.since.get(key) ?? scene.time) >= this.flagAfter;
    if (!waited || gain <= scene.minProfit + gasCost(scene, FLAG_GAS)) return null;
    return flag(scene, key);
  }
}

function absorption(scene: Scene, key: VaultKey): Action {
  const { ledger, log, world } = scene;
  const { actors, client, model } = world;
  const { engine } = client.deployment.contracts;
  const { record } = ledger.auctions.absorb(scene, key);
  checkEmptied(log, model, key, scene.block);
  return {
    calls: [
      {
        from: actors.absorber,
        to: engine,
        data: client.vaultEngine.interface.encodeFunctionData("absorb", [key, actors.absorber]),
        gas: CALL_GAS.absorb,
      },
    ],
    touches: [key],
    book(receipts) {
      record(receipts[0]?.hash ?? "");
      ledger.spent("absorbers", `absorption of ${key}`, receipts, paid(scene, receipts));
    },
  };
}

function flag(scene: Scene, key: VaultKey): Action {
  const { ledger, world } = scene;
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
    touches: [key],
    book: (receipts) => ledger.spent("absorbers", `flag of ${key}`, receipts, paid(scene, receipts)),
  };
}

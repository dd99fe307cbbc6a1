import { ABSORB_RATIO, BPS, FLAG_AGE, type VaultKey, auctionMath } from "../../model/index.js";
import { checkEmptied } from "../invariants.js";
import { type Action, CALL_GAS, type Scene, gasCost, paid } from "./scene.js";

/** Gas a flag and an absorption are expected to use, for the decision. */
const FLAG_GAS = 90_000n;
const ABSORB_GAS = 400_000n;

/**
 * Takes over what liquidators leave, where the tip pays for it: at once below a collateral ratio of 1.02, else with a flag that has
 * ripened. Flags what has been unhealthy for a while.
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
    const { debt, value, liquidatable } = model.health(key, scene.prices);
    if (!liquidatable) return null;
    const { tip } = auctionMath.tabDown(model.terms.auction, debt);
    const gain = tip - gasCost(scene, ABSORB_GAS);
    if (gain <= scene.minProfit) return null;
    const age = BigInt(scene.time) - model.vault(key).flaggedAt;
    if (value * BPS < debt * ABSORB_RATIO || (age >= FLAG_AGE && age <= 2n * FLAG_AGE)) {
      return absorption(scene, key);
    }
    const waited = scene.time - (this.since.get(key) ?? scene.time) >= this.flagAfter;
    if (age <= 2n * FLAG_AGE || !waited || gain <= scene.minProfit + gasCost(scene, FLAG_GAS)) return null;
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
        data: client.engine.interface.encodeFunctionData("absorb", [key, actors.absorber]),
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
  model.flag(key);
  return {
    calls: [
      {
        from: actors.absorber,
        to: client.deployment.contracts.engine,
        data: client.engine.interface.encodeFunctionData("flag", [key]),
        gas: CALL_GAS.upkeep,
      },
    ],
    touches: [key],
    book: (receipts) => ledger.spent("absorbers", `flag of ${key}`, receipts, paid(scene, receipts)),
  };
}

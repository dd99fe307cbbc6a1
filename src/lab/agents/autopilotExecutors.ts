import {
  BPS,
  type DeleverageSale,
  type Position,
  type VaultKey,
  WAD,
  deleverageSize,
  isTriggered,
  valueDown,
} from "../../model/index.js";
import type { Receipt } from "../system/labChain.js";
import type { Settings } from "../config/settings.js";
import type { LabVault, LabWorld } from "../system/world.js";
import { type AgentAction, CALL_GAS, type AgentContext, gasCost, transactionCosts } from "./agentContext.js";

/** Gas an execution is expected to use, for the decision. */
const EXECUTE_GAS = 450_000n;

/** Every plan of the lab, in bps. */
interface LabPlan {
  readonly trigger: bigint;
  readonly target: bigint;
  readonly maxCost: bigint;
  readonly fee: bigint;
  readonly maxDifference: bigint;
}

/**
 * Execute the plans of vaults whose health fell below their trigger, where the fee pays the gas. What a sale costs is the real
 * market's to say: a block holds nothing else, and the model follows the receipts.
 */
export class AutopilotExecutors {
  private readonly plan: LabPlan;
  private readonly vaults: readonly LabVault[];
  /** Executions that failed at the last price: they wait for another. */
  private refused = new Set<VaultKey>();
  private pricedAt = 0n;

  constructor(world: LabWorld, settings: Settings) {
    const bps = (key: string): bigint => BigInt(settings.integer("autopilot", key));
    const maxCost = bps("maxCostBps");
    const maxSlippage = (maxCost * 2n) / 3n;
    this.plan = {
      trigger: bps("triggerHealthBps"),
      target: bps("targetHealthBps"),
      maxCost,
      fee: maxCost - maxSlippage,
      maxDifference: maxSlippage / 2n,
    };
    this.vaults = world.vaults.filter((v) => v.autopilot);
  }

  act(context: AgentContext): AgentAction[] {
    const { uniswapPools: markets, model, histories } = context.world;
    const newest = histories.reduce((sum, h) => sum + h.newest, 0n);
    if (newest !== this.pricedAt) this.refused.clear();
    this.pricedAt = newest;
    const pool = model.lendingPool.accrued;
    const actions: AgentAction[] = [];
    for (const { key, asset } of this.vaults) {
      if (actions.length === context.perBlock) break;
      if (this.refused.has(key) || !model.vaultEngine.vault(key).balances.has(asset)) continue;
      const p = model.vaultEngine.position(model.vaultEngine.vault(key), context.prices, pool);
      if (!isTriggered(p, this.plan.trigger)) continue;
      const sale = this.size(context, p, asset);
      if (sale.repaid === 0n || !this.worthwhile(context, asset, sale)) continue;
      markets[asset]?.applyBuy(sale.repaid + sale.fee);
      actions.push(this.execution(context, key, asset));
    }
    return actions;
  }

  private size({ world }: AgentContext, p: Position, asset: number): DeleverageSale {
    return deleverageSize(p, {
      target: this.plan.target,
      threshold: world.model.riskConfig.termsOf(asset).liquidationThreshold,
      maxCost: this.plan.maxCost,
      fee: this.plan.fee,
      dust: world.model.riskConfig.system.dust,
    });
  }

  /** Whether the fee pays the gas, and the market is good enough for the plan. */
  private worthwhile(context: AgentContext, asset: number, sale: DeleverageSale): boolean {
    const { uniswapPools: markets, client } = context.world;
    const price = context.prices[asset];
    const market = markets[asset];
    if (price === undefined || market === undefined || price.status === "dead") return false;
    if (sale.fee - gasCost(context, EXECUTE_GAS) <= context.minProfit) return false;
    const { debtAsset, assets } = client.deployment;
    const unit = 10n ** BigInt(36 + debtAsset.decimals - (assets[asset]?.decimals ?? 18));
    const poolPrice = (market.priceWad() * unit) / WAD;
    const difference =
      poolPrice > price.liquidation ? poolPrice - price.liquidation : price.liquidation - poolPrice;
    if (difference * BPS > price.liquidation * this.plan.maxDifference) return false;
    const needed = market.quoteBuy(sale.repaid + sale.fee);
    return needed !== null && valueDown(needed, price.liquidation) < sale.mostSold;
  }

  private execution(context: AgentContext, key: VaultKey, asset: number): AgentAction {
    const { actors, autopilot, autopilotAddress } = context.world;
    const data = autopilot.interface.encodeFunctionData("execute", [key, actors.executor]);
    return {
      calls: [{ from: actors.executor, to: autopilotAddress, data, gas: CALL_GAS.execute }],
      affectedVaults: [key],
      onMined: (receipts) => {
        context.ledger.cost("executors", transactionCosts(context, receipts));
        const done = executed(context.world, receipts[0]);
        if (done === null) this.refused.add(key);
        else this.follow(context, key, asset, done);
      },
    };
  }

  /** Does in the model what the chain has done, with what the market took. */
  private follow(context: AgentContext, key: VaultKey, asset: number, done: Executed): void {
    const { ledger, prices, world } = context;
    const { model } = world;
    const p = model.vaultEngine.position(model.vaultEngine.vault(key), prices, model.lendingPool.accrued);
    const sale = this.size(context, p, asset);
    const before = model.vaultEngine.health(key, prices);
    const { repaid, sold } = model.vaultEngine.deleverage(key, asset, done.sold, sale.repaid);
    const after = model.vaultEngine.health(key, prices);
    ledger.compare(`autopilot ${key} repaid`, done.repaid, repaid);
    ledger.compare(`autopilot ${key} fee`, done.fee, sale.fee);
    const { log, block } = context;
    log.require(
      isTriggered(p, this.plan.trigger),
      `block ${block}, vault ${key}: a plan was executed above its trigger`,
    );
    log.require(
      after.debt === 0n || after.healthFactor * BPS >= this.plan.target * WAD,
      `block ${block}, vault ${key}: an execution did not reach the target`,
    );
    log.require(
      before.value - after.value <= sale.mostSold,
      `block ${block}, vault ${key}: an execution cost more than the plan allows`,
    );
    ledger.executed(context, { asset, sold, repaid, fee: done.fee });
  }
}

interface Executed {
  readonly repaid: bigint;
  readonly sold: bigint;
  readonly fee: bigint;
}

/** What the autopilot says it did, or null if it refused. */
function executed(world: LabWorld, receipt: Receipt | undefined): Executed | null {
  if (receipt?.ok !== true) return null;
  for (const { address, topics, data } of receipt.logs) {
    if (address.toLowerCase() !== world.autopilotAddress.toLowerCase()) continue;
    const event = world.autopilot.interface.parseLog({ topics: [...topics], data });
    if (event?.name !== "Executed") continue;
    const { repaid, sold, fee } = event.args.toObject() as Record<keyof Executed, bigint>;
    return { repaid, sold, fee };
  }
  return null;
}

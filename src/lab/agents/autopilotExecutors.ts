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
import type { Settings } from "../config/settings.js";
import type { LabVault, LabWorld } from "../system/world.js";
import { type AgentContext, type AgentOperation, type PlanTerms, gasCost } from "./agentContext.js";

/** Gas an execution is expected to use, for the decision. */
const EXECUTE_GAS = 450_000n;

/**
 * Execute the plans of vaults whose health fell below their trigger, where the fee pays the gas. What a sale costs is the real
 * market's to say: a block holds nothing else, and the model follows the receipts.
 */
export class AutopilotExecutors {
  private readonly plan: PlanTerms;
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

  *decide(context: AgentContext): Generator<AgentOperation, void> {
    const { uniswapPools: markets, model, histories } = context.world;
    const newest = histories.reduce((sum, h) => sum + h.newest, 0n);
    if (newest !== this.pricedAt) this.refused.clear();
    this.pricedAt = newest;
    const pool = model.lendingPool.accrued;
    let done = 0;
    for (const { key, asset } of this.vaults) {
      if (done === context.perBlock) break;
      if (this.refused.has(key) || !model.vaultEngine.vault(key).balances.has(asset)) continue;
      const p = model.vaultEngine.position(model.vaultEngine.vault(key), context.prices, pool);
      if (!isTriggered(p, this.plan.trigger)) continue;
      const sale = planSale(context.world, this.plan, p, asset);
      if (sale.repaid === 0n || !this.worthwhile(context, asset, sale)) continue;
      markets[asset]?.applyBuy(sale.repaid + sale.fee);
      const onRefused = (): void => void this.refused.add(key);
      yield { kind: "executePlan", vault: key, asset, terms: this.plan, onRefused };
      done += 1;
    }
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
}

/** The sale that a plan asks for, of a vault that stands at `position`. */
export function planSale(
  { model }: LabWorld,
  { target, maxCost, fee }: PlanTerms,
  position: Position,
  asset: number,
): DeleverageSale {
  return deleverageSize(position, {
    target,
    threshold: model.riskConfig.termsOf(asset).liquidationThreshold,
    maxCost,
    fee,
    dust: model.riskConfig.system.dust,
  });
}

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

/** Gas assumed for an execution when deciding. */
const EXECUTE_GAS = 450_000n;

/**
 * Execute the plans of vaults whose health is below their trigger, if the fee exceeds gas and
 * minimum profit. A block with executions holds nothing else and the model follows its receipts,
 * because only the AMM on the chain decides the cost of a sale.
 */
export class AutopilotExecutors {
  private readonly plan: PlanTerms;
  private readonly vaults: readonly LabVault[];
  /** Vaults whose execution failed at the last price. They are retried at the next price. */
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

  /** Whether the fee covers the gas and the AMM can fill the sale within the plan's terms. */
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

/** The sale that the plan's terms require for a vault with the given position. */
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

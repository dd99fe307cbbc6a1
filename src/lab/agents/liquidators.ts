import { MAX_UINT256, type Price, type SystemModel, type VaultKey } from "../../model/index.js";
import type { UniswapPool } from "../system/uniswapPool.js";
import type { PlannedLiquidation } from "../accounting/events.js";
import { type AgentContext, type AgentOperation, gasCost } from "./agentContext.js";

/**
 * Gas assumed for a liquidation and for the sale after it when deciding. Keepers pay the gas used.
 */
const LIQUIDATION_GAS = 200_000n;
export const SALE_GAS = 130_000n;
/**
 * Divisors of the full liquidation that a keeper considers, because a smaller sale moves the market
 * less.
 */
const PARTS = [1n, 2n, 4n, 8n];

/** The state from which a keeper plans a liquidation. */
export interface KeeperView {
  readonly model: SystemModel;
  readonly prices: readonly Price[];
  readonly markets: readonly UniswapPool[];
  /** Gas of a liquidation and its sale [debt units]. */
  readonly gasCost: bigint;
  /** Profit that a plan must exceed [debt units]. */
  readonly minProfit: bigint;
}

/**
 * The most profitable liquidation of a vault over its assets and the considered parts. Null if none
 * exceeds the minimum profit.
 */
export function planLiquidation(view: KeeperView, key: VaultKey): PlannedLiquidation | null {
  let best: PlannedLiquidation | null = null;
  for (const [asset, balance] of view.model.vaultEngine.vault(key).balances) {
    const full = view.model.vaultEngine.quoteLiquidation(key, asset, MAX_UINT256, MAX_UINT256, view.prices);
    if (full?.verdict !== "executable") continue;
    for (const part of PARTS) {
      const maxRepay = part === 1n ? MAX_UINT256 : full.repaid / part;
      const outcome =
        part === 1n
          ? full
          : view.model.vaultEngine.quoteLiquidation(key, asset, maxRepay, balance, view.prices);
      if (outcome?.verdict !== "executable" || outcome.seized === 0n) continue;
      const proceeds = view.markets[asset]?.quoteSale(outcome.seized) ?? 0n;
      const profit = proceeds - outcome.repaid - view.gasCost;
      if (profit > view.minProfit && (best === null || profit > best.profit)) {
        best = { key, asset, maxRepay, repaid: outcome.repaid, seized: outcome.seized, proceeds, profit };
      }
    }
  }
  return best;
}

/** Liquidates profitable vaults and sells the seized collateral after each liquidation. */
export function* liquidators(context: AgentContext): Generator<AgentOperation, void> {
  const { world, prices, minProfit } = context;
  const { model, uniswapPools } = world;
  const cost = gasCost(context, LIQUIDATION_GAS + SALE_GAS);
  const view = { model, prices, markets: uniswapPools, gasCost: cost, minProfit };
  let done = 0;
  for (const key of context.unhealthy) {
    if (done === context.perBlock) break;
    const plan = planLiquidation(view, key);
    if (plan === null) continue;
    yield { kind: "liquidateAndSell", plan };
    done += 1;
  }
}

import { MAX_UINT256, type Price, type SystemModel, type VaultKey } from "../../model/index.js";
import type { UniswapPool } from "../system/uniswapPool.js";
import { checkLiquidation, checkLoss, checkVault } from "../checks/invariants.js";
import type { PlannedLiquidation } from "../accounting/ledger.js";
import { tokensReceived } from "../system/receipts.js";
import { type AgentAction, CALL_GAS, type AgentContext, gasCost, transactionCosts } from "./agentContext.js";

/** Gas a liquidation and the sale after it are expected to use, for the decision; what they used is what is paid. */
const LIQUIDATION_GAS = 200_000n;
export const SALE_GAS = 130_000n;
/** Parts of the full liquidation a keeper considers: a smaller one moves the market less. */
const PARTS = [1n, 2n, 4n, 8n];

/** What a keeper sees when it decides. */
export interface KeeperView {
  readonly model: SystemModel;
  readonly prices: readonly Price[];
  readonly markets: readonly UniswapPool[];
  /** What liquidating and selling costs in gas [debt units]. */
  readonly gasCost: bigint;
  /** Least profit worth acting for [debt units]. */
  readonly minProfit: bigint;
}

/** The most profitable liquidation of a vault over its assets and the parts considered; null if none pays. */
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

/** Liquidates what pays, each time followed by the sale of what was seized. */
export function liquidate(context: AgentContext): AgentAction[] {
  const { world, prices, minProfit } = context;
  const { model, uniswapPools: markets } = world;
  const cost = gasCost(context, LIQUIDATION_GAS + SALE_GAS);
  const view = { model, prices, markets, gasCost: cost, minProfit };
  const actions: AgentAction[] = [];
  for (const key of context.unhealthy) {
    if (actions.length === context.perBlock) break;
    const plan = planLiquidation(view, key);
    if (plan !== null) actions.push(liquidation(context, plan));
  }
  return actions;
}

function liquidation(context: AgentContext, plan: PlannedLiquidation): AgentAction {
  const { ledger, log, prices, world } = context;
  const { actors, client, uniswapPools: markets, model, routerAddress } = world;
  const { debtAsset, contracts } = client.deployment;
  const { key } = plan;
  const health = model.vaultEngine.health(key, prices);
  const held = [...model.vaultEngine.vault(key).balances];
  const result = model.vaultEngine.liquidate(key, plan.asset, plan.maxRepay, MAX_UINT256, plan.seized);
  checkLiquidation(log, key, health, model.vaultEngine.health(key, prices), context.block);
  checkVault(log, model, key, context.block);
  checkLoss(log, model, result.loss, context.block);
  const handed =
    result.writtenOff === 0n
      ? []
      : held.map(([asset, amount]) => ({
          asset,
          amount: asset === plan.asset ? amount - result.outcome.seized : amount,
        }));
  const call = {
    vault: key,
    asset: plan.asset,
    maxRepay: plan.maxRepay,
    maxSeize: MAX_UINT256,
    minSeize: plan.seized,
    deadline: BigInt(context.time),
    receiver: actors.keeper,
    data: "0x",
  };
  const minimum = (plan.proceeds * 999n) / 1000n;
  const sale = markets[plan.asset]?.saleCall(plan.seized, minimum, actors.keeper) ?? "0x";
  markets[plan.asset]?.applySale(plan.seized);
  return {
    calls: [
      {
        from: actors.keeper,
        to: contracts.engine,
        data: client.vaultEngine.interface.encodeFunctionData("liquidate", [call]),
        gas: CALL_GAS.liquidate,
      },
      { from: actors.keeper, to: routerAddress, data: sale, gas: CALL_GAS.swap },
    ],
    affectedVaults: [key],
    onMined(receipts) {
      const proceeds = tokensReceived(receipts[1], debtAsset.token, actors.keeper);
      ledger.liquidation(context, {
        plan,
        result,
        handed,
        receipts,
        proceeds,
        ...transactionCosts(context, receipts),
      });
    },
  };
}

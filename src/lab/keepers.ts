import { type LiquidationResult, type Price, type SystemModel, type VaultKey, WAD } from "../model/index.js";
import type { Market } from "./amm.js";

/** Gas a liquidation and the sale after it are expected to use, for the decision; what they used is what is paid. */
export const LIQUIDATION_GAS = 200_000n;
export const SALE_GAS = 130_000n;
/** Parts of the full liquidation a keeper considers: a smaller one moves the market less. */
const PARTS = [1n, 2n, 4n, 8n];

/** One liquidation a keeper means to do: amounts in debt units but for `seized`, in collateral units. */
export interface PlannedLiquidation {
  readonly key: VaultKey;
  readonly asset: number;
  readonly maxRepay: bigint;
  readonly repaid: bigint;
  readonly seized: bigint;
  /** What the sale should bring. */
  readonly proceeds: bigint;
  /** proceeds - repaid - gas. */
  readonly profit: bigint;
}

/** What a keeper sees when it decides. */
export interface KeeperView {
  readonly model: SystemModel;
  readonly prices: readonly Price[];
  readonly markets: readonly Market[];
  /** What liquidating and selling costs in gas [debt units]. */
  readonly gasCost: bigint;
  /** Least profit worth acting for [debt units]. */
  readonly minProfit: bigint;
}

/** The most profitable liquidation of a vault over its assets and the parts considered; null if none pays. */
export function planLiquidation(view: KeeperView, key: VaultKey): PlannedLiquidation | null {
  let best: PlannedLiquidation | null = null;
  for (const [asset, balance] of view.model.vault(key).balances) {
    const full = view.model.quote(key, asset, MAX, MAX, view.prices);
    if (full?.verdict !== "executable") continue;
    for (const part of PARTS) {
      const maxRepay = part === 1n ? MAX : full.repaid / part;
      const outcome = part === 1n ? full : view.model.quote(key, asset, maxRepay, balance, view.prices);
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

/** A liquidation the model has carried out, beside its plan. */
export interface CarriedOut {
  readonly plan: PlannedLiquidation;
  readonly result: LiquidationResult;
}

/** Gas units at `gasPrice` [wei] in debt units, with ether at `etherPriceWad` [WAD of debt tokens]. */
export function gasInDebtUnits(
  gasUnits: bigint,
  gasPrice: bigint,
  etherPriceWad: bigint,
  debtDecimals: number,
): bigint {
  return weiInDebtUnits(gasUnits * gasPrice, etherPriceWad, debtDecimals);
}

/** Wei in debt units, with ether at `etherPriceWad` [WAD of debt tokens], rounded down. */
export function weiInDebtUnits(wei: bigint, etherPriceWad: bigint, debtDecimals: number): bigint {
  return (wei * etherPriceWad * 10n ** BigInt(debtDecimals)) / (WAD * WAD);
}

const MAX = 2n ** 256n - 1n;

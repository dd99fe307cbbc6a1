import { parseUnits } from "ethers";

import { BPS, WAD, mulDivUp } from "../../model/index.js";
import { RandomStream } from "./random.js";
import type { Settings } from "../config/settings.js";

/** A vault to be opened. Amounts in token units, at the first price and the configured LTV. */
export interface PlannedVault {
  readonly index: number;
  /** Id of its collateral. */
  readonly asset: number;
  readonly collateral: bigint;
  readonly debt: bigint;
  /** Share of the LTV that its owner uses [WAD]. */
  readonly use: bigint;
  /** Opening time from the start (0) to the end (WAD) of the path. Null: before the first step. */
  readonly opensAt: bigint | null;
  /** Whether its owner has an autopilot plan. */
  readonly autopilot: boolean;
}

/** An asset for the population. `priceWad` is its market price at the start [WAD]. */
export interface PopulatedAsset {
  readonly symbol: string;
  readonly decimals: number;
  readonly priceWad: bigint;
}

/**
 * `count` vaults, drawn from `seed`:
 * - The debt is minDebt + (maxDebt - minDebt) * u^3 with u uniform, so most vaults are small.
 * - The use of the LTV is uniform from minUse to maxUse.
 * - Assets take turns.
 * - Each vault opens late with probability `lateShare`, at a time uniform over the path.
 * - Each vault has an autopilot plan with probability `autopilot.share`.
 */
export function plannedVaults(
  settings: Settings,
  assets: readonly PopulatedAsset[],
  debtDecimals: number,
  count: number,
  seed: number,
): PlannedVault[] {
  const sizes = new RandomStream(seed, "population.size");
  const uses = new RandomStream(seed, "population.use");
  const late = new RandomStream(seed, "population.late");
  const times = new RandomStream(seed, "population.opensAt");
  const autopilots = new RandomStream(seed, "population.autopilot");
  const [lateShare, autopilotShare] = [
    parseUnits(settings.text("population", "lateShare"), 18),
    parseUnits(settings.text("autopilot", "share"), 18),
  ];
  const debtUnits = (key: string): bigint => parseUnits(settings.text("population", key), debtDecimals);
  const [minDebt, maxDebt] = [debtUnits("minDebt"), debtUnits("maxDebt")];
  const [minUse, maxUse] = ["minUse", "maxUse"].map((key) =>
    parseUnits(settings.text("population", key), 18),
  ) as [bigint, bigint];
  return Array.from({ length: count }, (_, index) => {
    const asset = index % assets.length;
    const { symbol, decimals, priceWad } = assets[asset] as PopulatedAsset;
    const u = sizes.between(0n, WAD);
    const debt = minDebt + ((maxDebt - minDebt) * u * u * u) / (WAD * WAD * WAD);
    const use = uses.between(minUse, maxUse);
    const ltv = (use * BigInt(settings.integer(symbol, "ltvBps"))) / BPS;
    const value = mulDivUp(debt, WAD, ltv);
    const collateral = mulDivUp(value, WAD * 10n ** BigInt(decimals), priceWad * 10n ** BigInt(debtDecimals));
    const at = times.between(0n, WAD);
    const opensAt = late.between(1n, WAD) <= lateShare ? at : null;
    const autopilot = autopilots.between(1n, WAD) <= autopilotShare;
    return { index, asset, collateral, debt, use, opensAt, autopilot };
  });
}

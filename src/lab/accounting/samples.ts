import { type Price, type SystemModel, WAD, collateralRatioDown } from "../../model/index.js";
import type { BookSample } from "../result/result.js";

const QUANTILES = [5n, 25n, 50n, 75n, 95n];
const HEALTH_STEPS = [100n, 105n, 110n, 125n];

/** Sample of all vaults with debt at `time` [s], for drawing. */
export function bookSample(model: SystemModel, time: number, prices: readonly Price[]): BookSample {
  const pool = model.lendingPool.accrued;
  const rows: { ratio: bigint; debt: bigint }[] = [];
  const below = HEALTH_STEPS.map(() => 0n);
  let total = 0n;
  for (const key of model.vaultEngine.keys()) {
    const { debt, value, healthFactor } = model.vaultEngine.health(key, prices, pool);
    if (debt === 0n) continue;
    total += debt;
    rows.push({ ratio: collateralRatioDown(value, debt), debt });
    HEALTH_STEPS.forEach((percent, i) => {
      if (healthFactor * 100n < percent * WAD) below[i] = (below[i] ?? 0n) + debt;
    });
  }
  rows.sort((a, b) => (a.ratio < b.ratio ? -1 : a.ratio > b.ratio ? 1 : 0));
  const quantiles = QUANTILES.map((percent) => {
    let sum = 0n;
    return rows.find(({ debt }) => (sum += debt) * 100n >= total * percent)?.ratio ?? 0n;
  });
  return {
    time,
    ratioQuantiles: quantiles as unknown as BookSample["ratioQuantiles"],
    debtBelow: below as unknown as BookSample["debtBelow"],
    debt: total,
  };
}

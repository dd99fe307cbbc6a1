import { log2Down } from "./expLn.js";
import { BPS, WAD, max, min, mulDivUp, subFloor } from "./fixedPoint.js";

const STEPS = 75n;
const MAX_BITS = 124n;

/** Risk parameters of one collateral for the initial margin [bps]. */
export interface MarginRisk {
  readonly ltv: bigint;
  readonly liquidationThreshold: bigint;
  readonly haircut: bigint;
}

/** floor(sqrt(x)), by Newton's method from above. */
export function sqrtDown(x: bigint): bigint {
  if (x < 2n) return x;
  let root = 1n << (log2Down(x) / 2n + 1n);
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** ceil(sqrt(x)). */
export function sqrtUp(x: bigint): bigint {
  const root = sqrtDown(x);
  return root * root === x ? root : root + 1n;
}

/**
 * The haircut [bps] for a variance [RAY per second], rounded up. Mirrors `MarginMath.haircutUp`.
 */
export function haircutUp(
  variance: bigint,
  p: { readonly z: bigint; readonly horizon: bigint; readonly floor: bigint; readonly ceiling: bigint },
): bigint {
  const deviation = sqrtUp(variance * p.horizon * 10n ** 9n);
  return min(max(mulDivUp(deviation, p.z * BPS, WAD * WAD), p.floor), p.ceiling);
}

/** The effective ltv [bps], rounded down. Mirrors `AssetRisk.effectiveLtv`. */
export function effectiveLtv(r: MarginRisk): bigint {
  return min(r.ltv, afterHaircut(r));
}

/**
 * Borrowing power of several collaterals [debt units * bps], rounded down. Mirrors
 * `MarginMath.powerDown`.
 * @param values value of each collateral [debt units]
 * @param levels correlation level of each pair: (0,1), (0,2), ..., (1,2), ...
 */
export function powerDown(
  values: readonly bigint[],
  risks: readonly MarginRisk[],
  levels: readonly bigint[],
): bigint {
  const legs = risks.map((r, i) => ({
    ...r,
    value: values[i] ?? 0n,
    cut: r.liquidationThreshold - afterHaircut(r),
  }));
  const initial = legs.reduce((sum, l) => sum + l.value * l.ltv, 0n);
  const maintenance = legs.reduce((sum, l) => sum + l.value * l.liquidationThreshold, 0n);
  return min(
    initial,
    maintenance -
      marginUp(
        legs.map((l) => l.value * l.cut),
        levels,
      ),
  );
}

function afterHaircut(r: MarginRisk): bigint {
  return (r.liquidationThreshold * (BPS - r.haircut)) / BPS;
}

function marginUp(cuts: readonly bigint[], levels: readonly bigint[]): bigint {
  const total = cuts.reduce((sum, cut) => sum + cut, 0n);
  if (total === 0n) return 0n;
  const shift = subFloor(log2Down(total) + 1n, MAX_BITS);
  const sum = (total + (1n << shift) - 1n) >> shift;
  const pairs = cuts.flatMap((a, i) => cuts.slice(i + 1).map((b) => (a >> shift) * (b >> shift)));
  const credit = pairs.reduce((all, product, i) => all + (levels[i] ?? 0n) * product, 0n);
  if (credit === 0n) return total;
  return min(sqrtUp(sum * sum - (2n * credit) / STEPS) << shift, total);
}

import type { Limits, Outcome, Position, SeizedAsset } from "../../model/math/liquidationMath.js";
import { MAX_UINT256, PRICE_ONE, RAY, WAD } from "../../model/math/fixedPoint.js";
import { debtUp } from "../../model/math/debtMath.js";
import { covers, valueDown } from "../../model/math/healthMath.js";
import { decide } from "../../model/math/liquidationMath.js";

/**
 * One vault of a small world with amounts and debts of a few units, where one rounding is a large
 * part of the whole. Every such vault goes through the model's own `decide`.
 * The lemmas are about formulas. This check ties them to the program, and the differential tests
 * tie the program to the contracts.
 */
export interface Case {
  readonly position: Position;
  readonly asset: SeizedAsset;
  readonly limits: Limits;
}

const SCALED_DEBTS = units(1, 6);
const INDICES = [RAY, (4n * RAY) / 3n, (5n * RAY) / 2n];
const AMOUNTS = units(1, 6);
const PRICES = [PRICE_ONE / 3n, PRICE_ONE, (5n * PRICE_ONE) / 2n];
const THRESHOLDS = [0n, 5_000n, 8_000n, 9_999n];
const RESTS = units(0, 8);
const REST_THRESHOLDS = [3_000n, 9_000n];
/**
 * [minBonus, maxBonus, slope] in bps. RiskRules would refuse the last one, but the bounds must hold
 * without that rule.
 */
const BONUSES = [
  [0n, 1_000n, 2_500n],
  [500n, 500n, 0n],
  [0n, 10_000n, 65_535n],
] as const;
const TARGETS = [10_100n, 15_000n];
const DUSTS = [0n, 3n];
const MAX_REPAYS = [MAX_UINT256, 1n, 3n];
const MAX_SEIZES = [MAX_UINT256, 1n];

/**
 * All cases with health below 1. A vault of health 1 or more is left out, because it is not
 * liquidated.
 */
export function* cases(): Generator<Case> {
  for (const [position, asset] of vaults()) {
    for (const target of TARGETS)
      for (const dust of DUSTS)
        for (const maxRepay of MAX_REPAYS)
          for (const maxSeize of MAX_SEIZES)
            yield { position, asset, limits: { maxRepay, maxSeize, target, dust } };
  }
}

/**
 * The claims of docs/concepts/liquidation.md that an outcome breaks, in words; empty if it keeps
 * all. The check is exact: integers, cross-multiplied.
 */
export function violations({ position: p, asset: a, limits: l }: Case, o: Outcome): string[] {
  if (o.verdict !== "executable") return [];
  const debt = debtUp(p.scaledDebt, p.index);
  const left = debtUp(p.scaledDebt - o.scaledRepaid, p.index);
  const removed = debt - left;
  const lost = valueDown(a.amount, a.price) - valueDown(a.amount - o.seized, a.price);
  const weightedLeft = p.adjustedCollateral - lost * a.threshold;
  const missing = debt * l.target - p.adjustedCollateral;
  const gain = l.target * WAD - (WAD + o.bonus) * a.threshold;
  const dustRules = l.dust > 0n;
  const claims: readonly (readonly [string, boolean])[] = [
    [
      "the payer pays for all the debt removed, and no more than the debt",
      removed <= o.repaid && o.repaid <= debt,
    ],
    ["the loss is at most (1 + b) r", lost * WAD <= removed * (WAD + o.bonus)],
    ["at C <= D the bonus is 0", p.value > debt || o.bonus === 0n],
    ["(1 + b) D <= C", p.value < debt || (WAD + o.bonus) * debt <= p.value * WAD],
    [
      "(1 + b) LT D <= W",
      p.value < debt || (WAD + o.bonus) * a.threshold * debt <= p.adjustedCollateral * WAD,
    ],
    ["C / D is not lowered", p.value < debt || (p.value - lost) * debt >= p.value * left],
    ["HF is not lowered", p.value < debt || weightedLeft * debt >= p.adjustedCollateral * left],
    ["the divisor is positive", gain > 0n],
    [
      "the target is reached unless a limit, the asset or the debt ends first",
      dustRules || o.limited || o.seized === a.amount || weightedLeft >= left * l.target,
    ],
    [
      "the target is overshot by no more than a rounding",
      dustRules || (removed * RAY - p.index - 2n * RAY) * gain < missing * WAD * RAY,
    ],
  ];
  return claims.filter(([, holds]) => !holds).map(([claim]) => claim);
}

/**
 * Runs every case through `decide`. Returns the number of cases, of cases that act, and of those
 * with C >= D, and the broken claims.
 */
export function enumerate(): { cases: number; acted: number; solvent: number; broken: readonly string[] } {
  const broken = new Set<string>();
  let [count, acted, solvent] = [0, 0, 0];
  for (const c of cases()) {
    const outcome = decide(c.position, c.asset, c.limits);
    count++;
    if (outcome.verdict !== "executable") continue;
    acted++;
    if (c.position.value >= debtUp(c.position.scaledDebt, c.position.index)) solvent++;
    for (const claim of violations(c, outcome)) broken.add(claim);
  }
  return { cases: count, acted, solvent, broken: [...broken] };
}

function* vaults(): Generator<[Position, SeizedAsset]> {
  for (const scaledDebt of SCALED_DEBTS)
    for (const index of INDICES)
      for (const amount of AMOUNTS)
        for (const price of PRICES)
          for (const threshold of THRESHOLDS)
            for (const rest of RESTS)
              for (const restThreshold of rest === 0n ? REST_THRESHOLDS.slice(1) : REST_THRESHOLDS) {
                const worth = valueDown(amount, price);
                const adjustedCollateral = worth * threshold + rest * restThreshold;
                if (covers(adjustedCollateral, debtUp(scaledDebt, index))) continue;
                const position = { scaledDebt, index, value: worth + rest, adjustedCollateral };
                for (const [minBonus, maxBonus, slope] of BONUSES)
                  yield [position, { amount, price, threshold, minBonus, maxBonus, slope }];
              }
}

function units(from: number, to: number): bigint[] {
  return Array.from({ length: to - from + 1 }, (_, i) => BigInt(from + i));
}

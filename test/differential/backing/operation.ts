import fc from "fast-check";

import { type pools } from "../../../src/model/index.js";
import { type Run } from "./run.js";

/** Weight of each operation in the draw. */
const WEIGHTS = {
  ...{ open: 5, deposit: 1, borrow: 3, repay: 1, withdraw: 1, deleverage: 3, liquidate: 5 },
  ...{ flag: 3, absorb: 6, absorbAll: 3, take: 10, residual: 4, checkpoint: 3, restart: 4, writeOff: 4 },
  ...{ claim: 3, claimTip: 3, enter: 2, enterFor: 2, requestExit: 2, leave: 2, gift: 1, payBackstop: 1 },
  ...{ lend: 1, redeem: 3, pauseBid: 2, pauseLiquidate: 2, unpause: 1, poke: 4, refresh: 1 },
  ...{ price: 4, crash: 2, rise: 2, split: 1, hours: 2, volatility: 1, time: 2, silence: 1, wait: 3 },
  ...{ threshold: 2, settle: 3, floor: 1 },
} as const;
export type Kind = keyof typeof WEIGHTS;
export const KINDS = Object.keys(WEIGHTS) as Kind[];

export const operations = fc.array(
  fc.record({
    kind: fc.oneof(...KINDS.map((kind) => ({ weight: WEIGHTS[kind], arbitrary: fc.constant(kind) }))),
    actor: fc.nat(2),
    vault: fc.nat(5),
    asset: fc.nat(2),
    pick: fc.nat(10_000),
    /** Size of the operation, in thousandths of the available amount. */
    share: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(1, 999, 1000)),
    /** Distance from an edge [units]. */
    edge: fc.bigInt(-2n, 2n),
    elapsed: fc.oneof(
      { weight: 8, arbitrary: fc.bigInt(1n, 600n) },
      { weight: 1, arbitrary: fc.constantFrom(1n, 1800n, 3600n, 7200n) },
    ),
  }),
  { minLength: 35, maxLength: 65 },
);
export type Operation = (typeof operations extends fc.Arbitrary<infer T> ? T : never)[number];

/** Performs an operation. `Run` compares both sides after each of its actions. */
export type Perform = (r: Run, o: Operation) => Promise<unknown>;

export const SOME: Operation = {
  ...{ kind: "open", actor: 0, vault: 0, asset: 0, pick: 1, share: 500, edge: 0n, elapsed: 10n },
};

/** The part of an amount that an operation moves. */
export function part(amount: bigint, o: Operation): bigint {
  return (amount * BigInt(o.share)) / 1000n;
}

/** Element `i` of a list, modulo its length; undefined for an empty list. */
export function cycled<T>(list: readonly T[], i: number): T | undefined {
  return list[i % Math.max(list.length, 1)];
}

/** One whole token of the debt asset [debt units]. */
export function debtUnit(r: Run): bigint {
  return 10n ** r.w.model.terms.debtDecimals;
}

/** Notes the steps of the waterfall that bore a loss of `name`. */
export function noteLoss(r: Run, name: string, loss: pools.Loss): void {
  if (loss.total === 0n) return;
  r.note(`${name} with a shortfall`);
  if (loss.backstop > 0n) r.note("the backstop pays");
  if (loss.reserve > 0n) r.note("the reserve pays");
  if (loss.lenders > 0n) r.note("lenders lose");
}

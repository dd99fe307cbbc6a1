import { expect } from "chai";

import { InputError } from "../../../src/format/inputError.js";
import { parseKeeper } from "../../../src/lab/config/options.js";
import { replay } from "../../../src/lab/replay/replay.js";
import type { Replay } from "../../../src/lab/result/result.js";
import { type Scenario, scenarioOfPrices } from "../../../src/lab/scenario/scenario.js";
import { Settings } from "../../../src/lab/config/settings.js";

export const WAD = 10n ** 18n;
const GWEI = 10n ** 9n;

/** Whole tokens or plain prices in WAD, rounded to a millionth. */
export const wad = (whole: number): bigint => BigInt(Math.round(whole * 1e6)) * 10n ** 12n;

/** A scenario of given times [s] and market prices [WAD] of every asset at each time. */
export function handMade(
  assets: Scenario["assets"],
  times: readonly number[],
  prices: Scenario["prices"],
): Scenario {
  return {
    name: "hand-made",
    title: "Hand-made",
    notes: [],
    debtAsset: { symbol: "USDX", decimals: 18 },
    assets,
    times,
    prices,
    gasPriceAt: () => 50n * GWEI,
  };
}

const WETH = [{ symbol: "WETH", decimals: 18 }];
const BASE = handMade(WETH, [], []);
const START = Date.UTC(2024, 0, 1) / 1000;

/** The `timestamp_utc` that is `seconds` after the start of 2024. */
export function stamp(seconds: number): string {
  return new Date((START + seconds) * 1000).toISOString().replace(".000", "");
}

/** A file of plain prices, `every` seconds apart. */
export function priceRows(every: number, prices: readonly (number | string)[]): string {
  return ["timestamp_utc,price", ...prices.map((price, i) => `${stamp(i * every)},${price}`), ""].join("\n");
}

/** A file of bars (open, high, low, close), `every` seconds apart. */
export function barRows(every: number, bars: readonly (readonly [number, number, number, number])[]): string {
  const rows = bars.map((bar, i) => `${stamp(i * every)},${bar.join(",")}`);
  return ["timestamp_utc,open,high,low,close", ...rows, ""].join("\n");
}

/** `count` prices on a straight line, both ends included, rounded to a millionth. */
export function line(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1)).map(
    (price) => Math.round(price * 1e6) / 1e6,
  );
}

/** Options of a replay on a small book. By default 40 vaults, seed 1 and an active keeper. */
export interface SmallRun {
  readonly vaults?: number;
  readonly seed?: number;
  /** The value of `--keeper`. */
  readonly keeper?: string;
  readonly set?: readonly string[];
}

/** Replays a price file on a small book. */
export async function replayOf(text: string, run: SmallRun = {}): Promise<Replay> {
  const scenario = scenarioOfPrices(text, "synthetic", BASE);
  return await replay({
    scenario,
    settings: new Settings(["WETH"], run.set ?? []),
    vaults: run.vaults ?? 40,
    seed: run.seed ?? 1,
    keeper: parseKeeper(run.keeper ?? "on"),
    command: "npm run crash",
  });
}

/**
 * Fails unless the replay compared chain and model and checked invariants at every step, without a
 * difference or violation.
 */
export function expectSound(run: Replay): void {
  expect(run.failures).to.deep.equal([]);
  expect(run.result.checks).to.include({ violations: 0, modelMismatches: 0 });
  expect(run.result.checks.modelComparisons).to.be.greaterThan(10 * run.result.steps);
  expect(run.result.checks.invariants).to.be.at.least(2 * run.result.steps);
}

/** Fails unless `act` throws an `InputError` whose message is one line and matches. */
export function expectInputError(act: () => unknown, message: RegExp): void {
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).to.be.instanceOf(InputError);
  expect((thrown as InputError).message)
    .to.match(message)
    .and.to.match(/^[^\n]+$/);
}

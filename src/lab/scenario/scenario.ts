import { readFile, readdir } from "node:fs/promises";

import { z } from "zod";

import { InputError, quote } from "../../format/inputError.js";
import { parseWad } from "../../format/decimal.js";
import { describeIssue } from "../../protocol/parameters/convert.js";
import { type Bar, type PricePoint, pathOfBars } from "./pricePath.js";
import { sha256 } from "../../format/digest.js";
import { type GapRule, gapWords, readPriceFile } from "./priceFile.js";

const DIRECTORY = new URL("./files/", import.meta.url);
const GWEI = 10n ** 9n;
/** Gas price without a series [wei]. */
const DEFAULT_GAS_PRICE = 50n * GWEI;

const wad = z.string().transform((text, context) => {
  const value = parseWad(text);
  if (value !== null && value > 0n) return value;
  context.addIssue({ code: "custom", message: "must be a positive decimal number in quotes" });
  return z.NEVER;
});
const time = z.iso.datetime().transform((text) => Date.parse(text) / 1000);

const scenarioSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  /** Start of the crash, from which silent agents stop acting. */
  crashStart: time,
  /** Sources of the series, by the name that segments use. */
  sources: z.record(z.string(), z.string()),
  notes: z.array(z.string()),
  debtAsset: z.strictObject({ symbol: z.string(), decimals: z.int() }),
  assets: z
    .array(
      z.strictObject({
        symbol: z.string(),
        decimals: z.int(),
        path: z
          .array(
            z.strictObject({
              source: z.string(),
              start: time,
              intervalSeconds: z.int().min(8),
              bars: z.array(z.tuple([wad, wad, wad, wad])).min(1),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
  gas: z.array(
    z.strictObject({
      source: z.string(),
      start: time,
      intervalSeconds: z.int().positive(),
      gwei: z.array(wad),
    }),
  ),
});

/** The gas price [wei] from `time` [s] on. */
interface GasPoint {
  readonly time: number;
  readonly gasPrice: bigint;
}

/** The input of a replay: price paths, gas prices, and notes on them. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly notes: readonly string[];
  /** SHA-256 of the scenario's file. */
  readonly sha256?: string;
  readonly debtAsset: { readonly symbol: string; readonly decimals: number };
  readonly assets: readonly { readonly symbol: string; readonly decimals: number }[];
  /** Times of the steps [s], ascending, and the market price [WAD] of every asset at each. */
  readonly times: readonly number[];
  readonly prices: readonly (readonly bigint[])[];
  /**
   * Answers of the first asset's feed at each step [WAD]. If given, that feed has no other answers.
   */
  readonly rounds?: readonly (readonly bigint[])[];
  /** Start of the crash [s]. Absent if the path has none. */
  readonly crashStart?: number;
  /** Gas price that keepers pay at `time` [wei]. Before the series it is the first value. */
  gasPriceAt(time: number): bigint;
}

/** Names of the project's scenarios, sorted. */
export async function scenarioNames(): Promise<string[]> {
  const files = await readdir(DIRECTORY);
  return files
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -".json".length))
    .sort();
}

/**
 * A scenario of the project by name, or the scenario in a file by its path, which ends in `.json`.
 * Throws an `InputError` for an unknown name and for an unusable file.
 */
export async function loadScenario(name: string): Promise<Scenario> {
  if (name.endsWith(".json")) return parseScenario(await readScenario(name), name);
  const names = await scenarioNames();
  if (!names.includes(name)) {
    throw new InputError(`scenario: ${quote(name)}: unknown; allowed are ${names.join(", ")}`);
  }
  return parseScenario(await readFile(new URL(`${name}.json`, DIRECTORY), "utf8"), name);
}

async function readScenario(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`scenario: ${quote(path)}: cannot be read (${code ?? "unknown error"})`);
  }
}

/**
 * The scenario in a file's text. Throws an `InputError` that names file, field and value if the
 * text is not a scenario.
 */
export function parseScenario(text: string, path: string): Scenario {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    throw new InputError(`scenario: ${quote(path)}: must be JSON: ${(error as Error).message}`);
  }
  const result = scenarioSchema.safeParse(input);
  if (!result.success)
    throw new InputError(`scenario: ${quote(path)}: ${describeIssue(result.error, input)}`);
  const file = result.data;
  const paths = file.assets.map((asset) =>
    pathOfBars(
      asset.path.flatMap((segment) =>
        segment.bars.map(([open, high, low, close], i): Bar => {
          const start = segment.start + i * segment.intervalSeconds;
          return { start, length: segment.intervalSeconds, open, high, low, close };
        }),
      ),
    ),
  );
  const gas = file.gas.flatMap((segment) =>
    segment.gwei.map((gwei, i) => ({
      time: segment.start + i * segment.intervalSeconds,
      gasPrice: gwei / GWEI,
    })),
  );
  const sources = Object.entries(file.sources).map(([key, text]) => `Source ${key}: ${text}`);
  return {
    name: file.name,
    title: file.title,
    notes: [...file.notes, ...sources],
    sha256: sha256(text),
    debtAsset: file.debtAsset,
    assets: file.assets.map(({ symbol, decimals }) => ({ symbol, decimals })),
    ...align(paths),
    crashStart: file.crashStart,
    gasPriceAt: (at) => gasPriceAt(gas, at),
  };
}

/**
 * A scenario with a price file's text as the path of the first asset of `base`, and gas at 50 gwei.
 * Throws as `readPriceFile` does.
 * @param name the file's name without folder and extension
 */
export function scenarioOfPrices(
  text: string,
  name: string,
  base: Scenario,
  gaps: GapRule = "refuse",
): Scenario {
  const file = readPriceFile(text, gaps);
  const isRounds = file.kind === "rounds";
  const path = isRounds ? lastOfEachSecond(file.path) : file.path;
  const crash = crashStartOf(path);
  const missing = gapWords(file.gaps);
  const over = gaps === "hold" ? "the last price holds over them" : "they are drawn as straight lines";
  return {
    name,
    title: `Price file ${name}`,
    sha256: sha256(text),
    notes: [
      isRounds ? ROUNDS_NOTE : PRICES_NOTE,
      ...(missing === "" ? [] : [`${missing}; ${over}.`]),
      "Gas: 50 gwei throughout.",
      ...base.notes.filter((note) => note.startsWith("Not known") || note.startsWith("Keepers")),
    ],
    debtAsset: base.debtAsset,
    assets: base.assets.slice(0, 1),
    ...align([path]),
    ...(isRounds && { rounds: roundsOf(file.path, path) }),
    ...(crash !== undefined && { crashStart: crash }),
    gasPriceAt: () => DEFAULT_GAS_PRICE,
  };
}

const PRICES_NOTE =
  "Prices: as given in the file. Bars are walked open, high, low, close if they closed below their opening, open, low, high, close otherwise, at their four quarters, in straight lines and steps of at most two minutes; price-only rows are taken as they are up to five minutes apart and interpolated beyond.";
const ROUNDS_NOTE =
  "Rounds: each row of the file is one answer of the feed at its own time, several in one second in their order, and there are no other answers. The market is taken to be where the feed is.";

function lastOfEachSecond(points: readonly PricePoint[]): PricePoint[] {
  return points.filter((point, i) => points[i + 1]?.time !== point.time);
}

/** The answers at each step, in order. */
function roundsOf(points: readonly PricePoint[], steps: readonly PricePoint[]): bigint[][] {
  const at = new Map<number, bigint[]>(steps.map(({ time }) => [time, []]));
  for (const { time, price } of points) at.get(time)?.push(price);
  return steps.map(({ time }) => at.get(time) ?? []);
}

/**
 * The time of the first price at least 5 % below the highest before it [s]. Undefined if there is
 * none.
 */
export function crashStartOf(path: readonly PricePoint[]): number | undefined {
  let highest = 0n;
  return path.find(({ price }) => {
    if (price > highest) highest = price;
    return price * 100n <= highest * 95n;
  })?.time;
}

/** Resamples the paths at the times of the first. Others keep their last known price. */
function align(paths: readonly (readonly PricePoint[])[]): Pick<Scenario, "times" | "prices"> {
  const [first = [], ...others] = paths;
  const cursors = others.map(() => 0);
  const prices = first.map((point) => [
    point.price,
    ...others.map((path, i) => {
      while ((path[(cursors[i] ?? 0) + 1]?.time ?? Infinity) <= point.time)
        cursors[i] = (cursors[i] ?? 0) + 1;
      return path[cursors[i] ?? 0]?.price ?? 0n;
    }),
  ]);
  return { times: first.map((point) => point.time), prices };
}

function gasPriceAt(series: readonly GasPoint[], time: number): bigint {
  let price = series[0]?.gasPrice ?? DEFAULT_GAS_PRICE;
  for (const point of series) {
    if (point.time > time) break;
    price = point.gasPrice;
  }
  return price;
}

import { InputError, quote } from "../../format/inputError.js";
import { formatUnitsExact, parseWad } from "../../format/decimal.js";
import {
  type Bar,
  MAX_RAW_STEP,
  MAX_STEP,
  type PricePoint,
  cornersOfBars,
  interpolate,
} from "./pricePath.js";

const PRICE_HEADER = "timestamp_utc,price";
const ROUND_HEADER = "timestamp,price";
const BAR_HEADER = "timestamp_utc,open,high,low,close";
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.0+)?)?(Z|\+00:00)?$/;
const MAX_PRICE_WAD = 10n ** 30n;
/** Shortest step between rows [s]. */
const MIN_STEP = 4;
/** Shortest bar [s], because each quarter needs a second for its price and one for a keeper. */
const MIN_BAR = 8;

/**
 * Start of 1971 [s]. The chain starts a day before the first row and must not start before 1970.
 */
const EARLIEST = 31_536_000;
/** A step of at least this multiple of the median lacks rows [tenths]. */
const MISSING_FROM_TENTHS = 15;
/** Most gaps that are named individually. */
const GAPS_NAMED = 3;

/**
 * Treatment of missing rows: refuse a step over three times the median one, or hold the last price
 * over every gap.
 */
export type GapRule = "refuse" | "hold";

/** A gap in a series: the times of the rows around it [s], and the number of missing rows. */
export interface Gap {
  readonly from: number;
  readonly until: number;
  readonly missing: number;
}

export interface PriceFile {
  /** Prices of a market, or the rounds of a feed as they were on the chain. */
  readonly kind: "market" | "rounds";
  readonly path: readonly PricePoint[];
  readonly gaps: readonly Gap[];
}

interface Row {
  readonly line: number;
  readonly time: number;
  readonly values: readonly bigint[];
}

/**
 * The price path in the text of a CSV file with one of three headers:
 * - `timestamp_utc,price`,
 * - `timestamp_utc,open,high,low,close`,
 * - `timestamp,price`, the rounds of a feed, which may be irregular and share a second.
 *
 * Throws an `InputError` that names line, field and value for a wrong header, fewer than two rows,
 * a price outside 1e-18 to 1e12, a bar whose high or low is not its extreme, a time before 1971,
 * rows too close or out of order, and, unless gaps are held, a step over three times the median
 * one.
 */
export function readPriceFile(text: string, gaps: GapRule = "refuse"): PriceFile {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  while (lines.length > 0 && lines.at(-1)?.trim() === "") lines.pop();
  const header = lines[0]?.trim() ?? "";
  if (header !== PRICE_HEADER && header !== BAR_HEADER && header !== ROUND_HEADER) {
    throw new InputError(
      `--prices: line 1: header ${quote(header)}: must be ${PRICE_HEADER} or ${BAR_HEADER}, or ${ROUND_HEADER} for rounds of a feed`,
    );
  }
  const rows = lines.slice(1).map((line, i) => parseRow(line, i + 2, header.split(",")));
  if (rows.length < 2) throw new InputError(`--prices: rows: ${rows.length}: must be at least 2`);
  const points = rows.map((row) => ({ time: row.time, price: row.values[0] as bigint }));
  if (header === ROUND_HEADER) {
    checkSteps(rows, 0);
    return { kind: "rounds", path: points, gaps: [] };
  }
  const median = checkSteps(rows, header === BAR_HEADER ? MIN_BAR : MIN_STEP);
  const found = gapsOf(rows, median);
  if (gaps === "refuse") checkHoles(rows, median, found);
  // With held gaps, a bar before a gap has the median length, and its close holds until the end of
  // the gap.
  const lengthOf = (i: number): number => {
    const step = (rows[i + 1]?.time ?? Infinity) - (rows[i]?.time ?? 0);
    return gaps === "hold" || !Number.isFinite(step) ? Math.min(step, median) : step;
  };
  const over = gaps === "hold" ? found : [];
  const path =
    header === PRICE_HEADER
      ? interpolate(held(points, over), MAX_RAW_STEP)
      : interpolate(held(cornersOfBars(rows.map((row, i) => barOf(row, lengthOf(i)))), over), MAX_STEP);
  return { kind: "market", path, gaps: found };
}

/** The path of a price file. Throws as `readPriceFile` does when it refuses gaps. */
export function parsePriceFile(text: string): readonly PricePoint[] {
  return readPriceFile(text).path;
}

/** The number of missing rows and the place of their gaps, in words. Empty without gaps. */
export function gapWords(gaps: readonly Gap[]): string {
  if (gaps.length === 0) return "";
  const missing = gaps.reduce((sum, gap) => sum + gap.missing, 0);
  const named = gaps.slice(0, GAPS_NAMED).map(({ from, until }) => `from ${iso(from)} to ${iso(until)}`);
  const more = gaps.length > GAPS_NAMED ? `, and ${gaps.length - GAPS_NAMED} more` : "";
  const rows = missing === 1 ? "1 row is missing" : `${missing} rows are missing`;
  const where = gaps.length === 1 ? "1 gap" : `${gaps.length} gaps`;
  return `${rows} in ${where}: ${named.join(", ")}${more}`;
}

function parseRow(text: string, line: number, names: readonly string[]): Row {
  const cells = text.split(",").map((cell) => cell.trim());
  if (cells.length !== names.length) {
    throw new InputError(
      `--prices: line ${line}: ${quote(text)}: must have ${names.length} fields, ${names.join(",")}`,
    );
  }
  const [timestamp = "", ...numbers] = cells;
  const time = timeOf(timestamp, line, names[0] ?? "");
  const values = numbers.map((cell, i) => {
    const value = parseWad(cell);
    if (value === null || value === 0n || value > MAX_PRICE_WAD) {
      throw new InputError(
        `--prices: line ${line}: ${names[i + 1] ?? "price"}: ${quote(cell)}: must be a positive decimal number from 1e-18 to 1e12`,
      );
    }
    return value;
  });
  return { line, time, values };
}

/**
 * The time of a timestamp [s]: UTC, or for rounds also seconds since 1970. Throws an `InputError`
 * for anything else and for a time before 1971.
 */
function timeOf(timestamp: string, line: number, field: string): number {
  const isRound = field === "timestamp";
  const where = `--prices: line ${line}: ${field}: ${quote(timestamp)}`;
  const zoned = /(Z|\+00:00)$/.test(timestamp) ? timestamp : `${timestamp}Z`;
  const time =
    isRound && /^-?\d{1,11}$/.test(timestamp)
      ? Number(timestamp)
      : TIMESTAMP.test(timestamp)
        ? Date.parse(zoned.replace(" ", "T")) / 1000
        : Number.NaN;
  const isDay = isRound && /^-?\d+$/.test(timestamp) ? true : namesDay(timestamp, time);
  if (!Number.isInteger(time) || !isDay) {
    const also = isRound ? ", or seconds since 1970" : "";
    throw new InputError(`${where}: must be UTC in whole seconds, such as 2020-03-12T10:00:00Z${also}`);
  }
  if (time < EARLIEST) throw new InputError(`${where}: must be in 1971 or later`);
  return time;
}

/**
 * Whether the day of a timestamp exists, because `Date.parse` rolls others over into the next
 * month.
 */
function namesDay(timestamp: string, time: number): boolean {
  return Number.isInteger(time) && iso(time).startsWith(timestamp.slice(0, 10));
}

/** Returns the median step [s]. Throws an `InputError` for a step below `minimum` [s]. */
function checkSteps(rows: readonly Row[], minimum: number): number {
  const steps = rows.slice(1).map((row, i) => {
    const step = row.time - (rows[i]?.time ?? 0);
    if (step < minimum) {
      const [field, least] =
        minimum === 0
          ? ["timestamp", "must not be before the row before"]
          : ["timestamp_utc", `must be at least ${minimum} seconds after the row before`];
      throw new InputError(`--prices: line ${row.line}: ${field}: ${iso(row.time)}: ${least}`);
    }
    return step;
  });
  return steps.sort((a, b) => a - b)[Math.floor((steps.length - 1) / 2)] ?? 0;
}

/** The steps in which rows are missing. */
function gapsOf(rows: readonly Row[], median: number): Gap[] {
  return rows.flatMap((row, i): Gap[] => {
    const until = rows[i + 1]?.time ?? row.time;
    const step = until - row.time;
    if (step * 10 < MISSING_FROM_TENTHS * median) return [];
    return [{ from: row.time, until, missing: Math.max(1, Math.round(step / median) - 1) }];
  });
}

function checkHoles(rows: readonly Row[], median: number, gaps: readonly Gap[]): void {
  const hole = gaps.find(({ from, until }) => until - from > 3 * median);
  if (hole === undefined) return;
  const line = rows.find(({ time }) => time === hole.until)?.line ?? 0;
  throw new InputError(
    `--prices: line ${line}: timestamp_utc: ${hole.until - hole.from} s after the row before: must be at most three times the ` +
      `median step of ${median} s; ${gapWords(gaps)}; --gaps hold keeps the last price over them`,
  );
}

/** The points, with the price before each gap repeated 4 s before its end. */
function held(points: readonly PricePoint[], gaps: readonly Gap[]): PricePoint[] {
  const ends = new Set(gaps.map((gap) => gap.until));
  return points.flatMap((point, i) => {
    const until = points[i + 1]?.time ?? 0;
    return ends.has(until) && until - point.time >= 2 * MIN_STEP
      ? [point, { time: until - MIN_STEP, price: point.price }]
      : [point];
  });
}

function barOf(row: Row, length: number): Bar {
  const [open, high, low, close] = row.values as [bigint, bigint, bigint, bigint];
  for (const [field, value, wrong] of [
    ["high", high, high < open || high < close],
    ["low", low, low > open || low > close],
  ] as const) {
    if (!wrong) continue;
    const side = field === "high" ? "at least" : "at most";
    throw new InputError(
      `--prices: line ${row.line}: ${field}: ${formatUnitsExact(value, 18)}: must be ${side} open and close`,
    );
  }
  return { start: row.time, length, open, high, low, close };
}

function iso(time: number): string {
  return new Date(time * 1000).toISOString().replace(".000", "");
}

import { UsageError, quote } from "../cli/args.js";
import { formatUnitsExact, parseWad } from "./decimal.js";
import { type Bar, type PricePoint, pathOfBars, pathOfPrices } from "./path.js";

const PRICE_HEADER = "timestamp_utc,price";
const BAR_HEADER = "timestamp_utc,open,high,low,close";
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.0+)?)?(Z|\+00:00)?$/;
const MAX_PRICE_WAD = 10n ** 30n;
/** Shortest step between rows [s]. */
const MIN_STEP = 4;
/** Shortest bar [s]: each of its quarters needs a second for its price and one for a keeper. */
const MIN_BAR = 8;

interface Row {
  readonly line: number;
  readonly time: number;
  readonly values: readonly bigint[];
}

/**
 * The price path in a CSV file's text: `timestamp_utc,price` or `timestamp_utc,open,high,low,close`, any cadence.
 * Throws a `UsageError` that names line, field and value for anything that is not a clean series: a wrong header, no rows,
 * a price that is not positive, rows out of order, or a hole (a step over three times the median one).
 */
export function parsePriceFile(text: string): PricePoint[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  while (lines.length > 0 && lines.at(-1)?.trim() === "") lines.pop();
  const header = lines[0]?.trim() ?? "";
  if (header !== PRICE_HEADER && header !== BAR_HEADER) {
    throw new UsageError(
      `--prices: line 1: header ${quote(header)}: must be ${PRICE_HEADER} or ${BAR_HEADER}`,
    );
  }
  const rows = lines.slice(1).map((line, i) => parseRow(line, i + 2, header.split(",")));
  if (rows.length < 2) throw new UsageError(`--prices: rows: ${rows.length}: must be at least 2`);
  const median = checkTimes(rows, header === BAR_HEADER ? MIN_BAR : MIN_STEP);
  if (header === PRICE_HEADER) {
    return pathOfPrices(rows.map((row) => ({ time: row.time, price: row.values[0] as bigint })));
  }
  return pathOfBars(rows.map((row, i) => barOf(row, (rows[i + 1]?.time ?? row.time + median) - row.time)));
}

function parseRow(text: string, line: number, names: readonly string[]): Row {
  const cells = text.split(",").map((cell) => cell.trim());
  if (cells.length !== names.length) {
    throw new UsageError(
      `--prices: line ${line}: ${quote(text)}: must have ${names.length} fields, ${names.join(",")}`,
    );
  }
  const [timestamp = "", ...numbers] = cells;
  const zoned = /(Z|\+00:00)$/.test(timestamp) ? timestamp : `${timestamp}Z`;
  const time = TIMESTAMP.test(timestamp) ? Date.parse(zoned.replace(" ", "T")) / 1000 : Number.NaN;
  // A day that is in no calendar would roll over into the next month.
  if (!Number.isInteger(time) || !iso(time).startsWith(timestamp.slice(0, 10))) {
    throw new UsageError(
      `--prices: line ${line}: timestamp_utc: ${quote(timestamp)}: must be UTC in whole seconds, such as 2020-03-12T10:00:00Z`,
    );
  }
  const values = numbers.map((cell, i) => {
    const value = parseWad(cell);
    if (value === null || value === 0n || value > MAX_PRICE_WAD) {
      throw new UsageError(
        `--prices: line ${line}: ${names[i + 1] ?? "price"}: ${quote(cell)}: must be a positive decimal number from 1e-18 to 1e12`,
      );
    }
    return value;
  });
  return { line, time, values };
}

/** Checks order and holes; returns the median step [s]. */
function checkTimes(rows: readonly Row[], minimum: number): number {
  const steps = rows.slice(1).map((row, i) => {
    const step = row.time - (rows[i]?.time ?? 0);
    if (step < minimum) {
      throw new UsageError(
        `--prices: line ${row.line}: timestamp_utc: ${iso(row.time)}: must be at least ${minimum} seconds after the row before`,
      );
    }
    return step;
  });
  const median = [...steps].sort((a, b) => a - b)[Math.floor((steps.length - 1) / 2)] ?? 0;
  steps.forEach((step, i) => {
    if (step > 3 * median) {
      throw new UsageError(
        `--prices: line ${rows[i + 1]?.line ?? 0}: timestamp_utc: ${step} s after the row before: must be at most three times the median step of ${median} s`,
      );
    }
  });
  return median;
}

function barOf(row: Row, length: number): Bar {
  const [open, high, low, close] = row.values as [bigint, bigint, bigint, bigint];
  for (const [field, value, wrong] of [
    ["high", high, high < open || high < close],
    ["low", low, low > open || low > close],
  ] as const) {
    if (!wrong) continue;
    const side = field === "high" ? "at least" : "at most";
    throw new UsageError(
      `--prices: line ${row.line}: ${field}: ${formatUnitsExact(value, 18)}: must be ${side} open and close`,
    );
  }
  return { start: row.time, length, open, high, low, close };
}

function iso(time: number): string {
  return new Date(time * 1000).toISOString().replace(".000", "");
}

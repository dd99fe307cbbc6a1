/**
 * Formats figures for people. All arithmetic is on integers: no printed figure passes through a
 * float.
 */

/** A decimal number: `value` / 10^`scale`. */
export interface Decimal {
  readonly value: bigint;
  readonly scale: number;
}

/** Decimal places of a WAD. */
export const WAD_PLACES = 18;

/** Parses a plain decimal such as "-12.50"; undefined if `text` is something else. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, sign = "", whole = "0", fraction = ""] = match;
  const magnitude = BigInt(whole + fraction);
  return { value: sign === "-" ? -magnitude : magnitude, scale: fraction.length };
}

/** The sign of a decimal string: -1, 0 or 1; 0 if it is not a number. */
export function signOf(text: string): -1 | 0 | 1 {
  const value = parseDecimal(text)?.value ?? 0n;
  return value > 0n ? 1 : value < 0n ? -1 : 0;
}

/** Thousands separated by commas: 1234567 -> "1,234,567". */
export function count(n: number | bigint): string {
  const digits = typeof n === "bigint" ? n.toString() : Math.round(n).toString();
  return separate(digits);
}

/** A noun with its number: "1 vault", "1,000 vaults". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/**
 * `value` / 10^`scale` with exactly `places` decimals, rounded half away from zero, with thousands
 * separators.
 */
export function fixed(value: bigint, scale: number, places: number): string {
  const magnitude = value < 0n ? -value : value;
  const scaled =
    places >= scale
      ? magnitude * 10n ** BigInt(places - scale)
      : divideHalfUp(magnitude, 10n ** BigInt(scale - places));
  const digits = scaled.toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const fraction = places === 0 ? "" : `.${digits.slice(digits.length - places)}`;
  return `${value < 0n && scaled !== 0n ? "-" : ""}${separate(whole)}${fraction}`;
}

/**
 * An amount or price: two decimals, or three significant digits below 1. Only zero is printed as
 * "0".
 */
export function money(value: bigint, scale: number): string {
  if (value === 0n) return "0";
  const magnitude = value < 0n ? -value : value;
  const leadingZeros = scale + 1 - magnitude.toString().length;
  if (leadingZeros <= 0) return fixed(value, scale, 2);
  return trimZeros(fixed(value, scale, leadingZeros + 2));
}

/** A decimal string as `money` prints it, with its unit; other text unchanged. */
export function amount(text: string, unit: string): string {
  const decimal = parseDecimal(text);
  if (decimal === undefined) return text;
  return `${money(decimal.value, decimal.scale)} ${unit}`;
}

/** Smallest ratio not printed as a figure: 10,000, which is 1,000,000 %. */
const HUGE_PERCENT = 10_000n;

/** `value` / 10^`scale` as a percentage with `places` decimals. */
export function percent(value: bigint, scale: number, places = 2): string {
  if (value >= HUGE_PERCENT * 10n ** BigInt(scale)) return "> 1,000,000 %";
  return `${fixed(value * 100n, scale, places)} %`;
}

/** A ratio string (1 = 100 %) as a percentage; other text unchanged. */
export function ratio(text: string, places = 2): string {
  const decimal = parseDecimal(text);
  return decimal === undefined ? text : percent(decimal.value, decimal.scale, places);
}

/**
 * `part` / `whole` as a percentage string; undefined if one of them is not a number, or if `whole`
 * is not positive.
 */
export function share(part: string, whole: string, places = 2): string | undefined {
  const a = parseDecimal(part);
  const b = parseDecimal(whole);
  if (a === undefined || b === undefined || b.value <= 0n) return undefined;
  const precision = 12;
  const quotient =
    (a.value * 10n ** BigInt(b.scale) * 10n ** BigInt(precision)) / (b.value * 10n ** BigInt(a.scale));
  if (a.value !== 0n && fixed(quotient * 100n, precision, places) === fixed(0n, 0, places)) {
    return `< 0.${"0".repeat(places - 1)}1 %`;
  }
  return percent(quotient, precision, places);
}

/** How far `to` is below `from`, as a ratio string with 6 decimals; negative for a rise. */
export function fall(from: string, to: string): string {
  const a = parseDecimal(from);
  const b = parseDecimal(to);
  if (a === undefined || b === undefined || a.value <= 0n) return "0";
  const scale = Math.max(a.scale, b.scale);
  const start = a.value * 10n ** BigInt(scale - a.scale);
  const end = b.value * 10n ** BigInt(scale - b.scale);
  return plainDecimal(((start - end) * 1_000_000n) / start, 6);
}

/** A gas price [wei] in gwei. */
export function gwei(wei: bigint): string {
  return `${money(wei, 9)} gwei`;
}

/** Seconds since 1970 as "2020-03-12 10:47 UTC", with seconds if they are not zero. */
export function instant(seconds: number): string {
  const iso = new Date(seconds * 1000).toISOString();
  const clock = iso.slice(17, 19) === "00" ? iso.slice(11, 16) : iso.slice(11, 19);
  return `${iso.slice(0, 10)} ${clock} UTC`;
}

/** An ISO 8601 time as `instant` prints it; other text unchanged. */
export function isoInstant(text: string): string {
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? text : instant(Math.floor(milliseconds / 1000));
}

/** Time between two ISO 8601 times: "4 d", "26 h", "1 h 30 min"; empty if either is not one. */
export function duration(start: string, end: string): string {
  const seconds = Math.round((Date.parse(end) - Date.parse(start)) / 1000);
  return Number.isFinite(seconds) && seconds >= 0 ? spell(seconds) : "";
}

/** A duration [s] as "4 d", "26 h" or "1 h 30 min". */
export function spell(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const parts = [
    [days, "d"],
    [hours, "h"],
    [minutes, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n} ${unit}`)
    .join(" ");
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The day of a timestamp [s], such as "12 Mar". */
export function dayLabel(seconds: number): string {
  const date = new Date(seconds * 1000);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ""}`;
}

/** The time of day of a timestamp [s]: "10:47", or "10:47:12" if `withSeconds`. */
export function clockLabel(seconds: number, withSeconds = false): string {
  return new Date(seconds * 1000).toISOString().slice(11, withSeconds ? 19 : 16);
}

const SUFFIXES = [
  [13, 12, "T"],
  [10, 9, "B"],
  [7, 6, "M"],
  [5, 3, "k"],
] as const;

/**
 * `mantissa` * 10^`exponent` for an axis: 25 * 10^5 -> "2.5M". The suffix suits a number of
 * `largest` digits before the point, so that all ticks of an axis can share one suffix.
 */
export function tickLabel(
  mantissa: number,
  exponent: number,
  largest = Math.abs(mantissa).toString().length + exponent,
): string {
  if (mantissa === 0) return "0";
  const magnitude = Math.abs(mantissa).toString().length + exponent;
  if (magnitude > 18 || magnitude < -2) {
    const places = Math.abs(mantissa).toString().length - 1;
    return `${trimZeros(fixed(BigInt(mantissa), places, places))}e${magnitude - 1}`;
  }
  const step = SUFFIXES.find(([digits]) => largest >= digits);
  const shift = exponent - (step?.[1] ?? 0);
  const text =
    shift >= 0
      ? fixed(BigInt(mantissa) * 10n ** BigInt(shift), 0, 0)
      : trimZeros(fixed(BigInt(mantissa), -shift, -shift));
  return text + (step?.[2] ?? "");
}

/** An identifier longer than 14 characters with its middle left out: "0x1234…cdef". */
export function shorten(text: string): string {
  return text.length <= 14 ? text : `${text.slice(0, 6)}…${text.slice(-4)}`;
}

function plainDecimal(value: bigint, scale: number): string {
  return fixed(value, scale, scale).replaceAll(",", "");
}

function divideHalfUp(a: bigint, b: bigint): bigint {
  return (2n * a + b) / (2n * b);
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function separate(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

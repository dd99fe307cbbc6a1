import { clockLabel, dayLabel, tickLabel } from "../../../format/quantities.js";

/** A tick of an axis: its position [px] and label. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Maps values to pixels. */
export interface Scale {
  readonly map: (value: number) => number;
  readonly ticks: readonly Tick[];
  readonly logarithmic: boolean;
}

/** Ratio of largest to smallest value above which an axis is logarithmic. */
const LOG_FROM = 20;

/**
 * A bigint with `places` decimals as a float, for pixel positions only. Clamped to ±1e30, which
 * keeps it finite.
 */
export function toFloat(value: bigint, places: number): number {
  const digits = Number(value) / 10 ** places;
  return Math.max(-1e30, Math.min(1e30, digits));
}

/** Options of a value axis. */
export interface ValueAxis {
  /** Pixels of the smallest and of the largest value. */
  readonly from: number;
  readonly to: number;
  /** Approximate number of ticks. */
  readonly ticks: number;
  /** Whether the axis includes zero. Such an axis is always linear. */
  readonly zero?: boolean;
  /** Whether the axis ends exactly at the largest value. */
  readonly tight?: boolean;
  readonly suffix?: string;
}

/**
 * A value axis over `values`: logarithmic if none is negative and the positive ones span more than
 * a factor of 20, otherwise linear.
 */
export function valueScale(values: readonly number[], axis: ValueAxis): Scale {
  let low = Infinity;
  let high = -Infinity;
  let positive = Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
    if (value > 0 && value < positive) positive = value;
  }
  if (low > high) return linear(0, 1, axis);
  if (axis.zero === true) return linear(Math.min(0, low), Math.max(0, high), axis);
  if (low >= 0 && high > positive * LOG_FROM) return logarithmic(positive, high, axis);
  return linear(low, high, axis);
}

function linear(low: number, high: number, axis: ValueAxis): Scale {
  // A range below 2 % of the values would make noise look like movement.
  const least = Math.max(Math.abs(low), Math.abs(high)) * 0.02;
  const padding = Math.max(0, (least - (high - low)) / 2);
  const bottom = low - padding;
  const top = least === 0 ? low + 1 : high + padding;
  const room = (top - bottom) * 0.03;
  const start = axis.zero === true && bottom === 0 ? 0 : bottom - room;
  const end = axis.tight === true || top === 0 ? top : top + room;
  const map = (value: number): number =>
    axis.from + ((clamp(value, start, end) - start) / (end - start)) * (axis.to - axis.from);
  // Try finer steps if the axis has fewer than three ticks.
  for (let wanted = Math.max(1, axis.ticks); ; wanted *= 1.5) {
    const { mantissa, exponent } = niceStep((end - start) / wanted);
    const step = mantissa * 10 ** exponent;
    const first = Math.ceil(start / step - 1e-9);
    const last = Math.floor(end / step + 1e-9);
    if (last - first < 2 && wanted < 20) continue;
    const largest = Math.max(...[first, last].map((n) => digitsBefore(Math.abs(n * mantissa), exponent)));
    const ticks: Tick[] = [];
    for (let n = first; n <= last; n++) {
      const label = tickLabel(n * mantissa, exponent, largest);
      ticks.push({ at: map(n * step), label: label + (axis.suffix ?? "") });
    }
    // With only zeros, only the first tick means anything.
    return { map, ticks: least === 0 ? ticks.slice(0, 1) : ticks, logarithmic: false };
  }
}

function logarithmic(low: number, high: number, axis: ValueAxis): Scale {
  const bottom = Math.log10(low);
  const top = Math.max(Math.log10(high), bottom + 1e-6);
  const map = (value: number): number =>
    axis.from +
    ((clamp(Math.log10(Math.max(value, low)), bottom, top) - bottom) / (top - bottom)) *
      (axis.to - axis.from);
  const decades = top - bottom;
  const every = Math.max(1, Math.ceil(decades / axis.ticks));
  const mantissas = decades <= 2.2 ? [1, 2, 5] : [1];
  const ticks: Tick[] = [];
  for (let exponent = Math.floor(bottom); exponent <= Math.ceil(top); exponent++) {
    if (exponent % every !== 0) continue;
    for (const mantissa of mantissas) {
      const log = exponent + Math.log10(mantissa);
      if (log < bottom - 1e-9 || log > top + 1e-9) continue;
      ticks.push({
        at: map(mantissa * 10 ** exponent),
        label: tickLabel(mantissa, exponent) + (axis.suffix ?? ""),
      });
    }
  }
  return { map, ticks, logarithmic: true };
}

/**
 * A logarithmic axis of counts from 0, which maps n to log(1 + n). It leaves the share `room`
 * (0..1) of its length beyond `max`.
 */
export function countScale(max: number, from: number, to: number, room: number): Scale {
  const position = (n: number): number => Math.log1p(Math.max(0, n));
  const end = Math.max(position(Math.max(1, max)) / (1 - room), 1e-9);
  const map = (n: number): number => from + (Math.min(position(n), end) / end) * (to - from);
  const ticks: Tick[] = [{ at: map(0), label: "0" }];
  let last = map(0);
  for (let exponent = 0; exponent < 12; exponent++) {
    for (const mantissa of [1, 2, 5]) {
      const n = mantissa * 10 ** exponent;
      if (position(n) > end) return { map, ticks, logarithmic: true };
      if (map(n) - last < 40) continue;
      last = map(n);
      ticks.push({ at: last, label: tickLabel(mantissa, exponent) });
    }
  }
  return { map, ticks, logarithmic: true };
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const INTERVALS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 4, 7, 14, 28, 56, 112, 365, 730, 1825, 3650].map((n) => n * DAY),
];

/**
 * A time axis [s since 1970, UTC] whose labels are at least `gap` pixels apart: clock times, and
 * dates at midnight.
 */
export function timeScale(start: number, end: number, from: number, to: number, gap: number): Scale {
  const last = end > start ? end : start + 1;
  const map = (time: number): number =>
    from + ((clamp(time, start, last) - start) / (last - start)) * (to - from);
  const perPixel = (last - start) / (to - from);
  const interval = INTERVALS.find((s) => s / perPixel >= gap) ?? 7300 * DAY;
  const ticks: Tick[] = [];
  for (let time = Math.ceil(start / interval) * interval; time <= last; time += interval) {
    ticks.push({
      at: map(time),
      label: time % DAY === 0 ? dayLabel(time) : clockLabel(time, interval < MINUTE),
    });
    if (ticks.length > 100) break;
  }
  return { map, ticks, logarithmic: false };
}

function niceStep(rough: number): { mantissa: number; exponent: number } {
  const exponent = Math.floor(Math.log10(rough));
  const fraction = rough / 10 ** exponent;
  const mantissa = [1, 2, 5].find((m) => m >= fraction * 0.999);
  return mantissa === undefined ? { mantissa: 1, exponent: exponent + 1 } : { mantissa, exponent };
}

function digitsBefore(mantissa: number, exponent: number): number {
  return mantissa === 0 ? -99 : mantissa.toString().length + exponent;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

import type { Replay } from "../../result/result.js";
import { instant } from "../../../format/quantities.js";
import type { Frame } from "../markup/svg.js";
import { type Scale, timeScale } from "../markup/scale.js";

/** Values shown under the pointer along a time axis. */
export interface Hover {
  /** Position of each sample on the axis, 0 to 1. */
  readonly at: readonly number[];
  readonly names: readonly string[];
  /** Per sample: its time, then one value per name. */
  readonly rows: readonly (readonly string[])[];
}

/** A chart that can be drawn at several sizes. */
export interface Drawing {
  readonly id: string;
  readonly title: string;
  /** One or two sentences that describe the chart. */
  readonly caption: string;
  readonly draw: (frame: Frame) => string;
  readonly hover?: Hover;
}

/** First and last time of a replay [s since 1970]. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Charts narrower than this use shorter labels [px]. */
export const NARROW = 420;

/** Most samples of one chart that the pointer can select. */
const HOVER_SAMPLES = 360;

/** The time span that all charts of a replay share. */
export function spanOf(replay: Replay): Span {
  let start = Infinity;
  let end = -Infinity;
  for (const list of [replay.steps, replay.book, replay.liquidations]) {
    for (const { time } of list) {
      if (time < start) start = time;
      if (time > end) end = time;
    }
  }
  return start > end ? { start: 0, end: 1 } : { start, end: Math.max(end, start + 1) };
}

/** The horizontal scale of `frame` over `span`. */
export function timeAxis(span: Span, frame: Frame): Scale {
  return timeScale(span.start, span.end, frame.left, frame.width - frame.right, frame.timeGap);
}

/** The ends of the value axis of `frame` [px], from bottom to top, and its number of ticks. */
export function upwards(frame: Frame): { from: number; to: number; ticks: number } {
  return { from: frame.height - frame.bottom, to: frame.top, ticks: frame.valueTicks };
}

/**
 * Samples for the pointer, at most 360. Of each group of neighbours the sample with the largest
 * `weight` is kept.
 */
export function hoverSamples<T extends { readonly time: number }>(
  samples: readonly T[],
  span: Span,
  names: readonly string[],
  values: (sample: T) => readonly string[],
  weight: (sample: T) => bigint,
): Hover {
  const groups = Math.min(samples.length, HOVER_SAMPLES);
  const chosen: T[] = [];
  for (let g = 0; g < groups; g++) {
    const from = Math.floor((g * samples.length) / groups);
    const to = Math.floor(((g + 1) * samples.length) / groups);
    let best = samples[from];
    for (let i = from + 1; i < to; i++) {
      const sample = samples[i];
      if (best !== undefined && sample !== undefined && weight(sample) > weight(best)) best = sample;
    }
    if (best !== undefined) chosen.push(best);
  }
  const length = span.end - span.start;
  return {
    at: chosen.map(({ time }) => Math.round(((time - span.start) / length) * 10_000) / 10_000),
    names,
    rows: chosen.map((sample) => [instant(sample.time), ...values(sample)]),
  };
}

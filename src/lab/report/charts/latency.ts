import type { Replay } from "../../result/result.js";
import { type Drawing, NARROW } from "./drawing.js";
import { count, plural } from "../../../format/quantities.js";
import { countScale, valueScale } from "../markup/scale.js";
import {
  LINE,
  type Frame,
  type Point,
  baseAxis,
  chart,
  element,
  emptyNote,
  endLabels,
  line,
  spread,
  valueAxis,
  words,
} from "../markup/svg.js";

/** The share of breaches that are not ended yet, by blocks since the health factor fell below 1. */
export function latencyChart(replay: Replay): Drawing {
  const { latencies, result } = replay;
  const { unresolved } = result.latencyBlocks;
  const total = latencies.length + unresolved;
  const open =
    unresolved === 0
      ? "All were resolved."
      : `${plural(unresolved, "vault")} never ${unresolved === 1 ? "was" : "were"} resolved, and ${unresolved === 1 ? "counts" : "count"} as longer than any other.`;
  return {
    id: "latency",
    title: "Liquidation latency",
    caption:
      total === 0
        ? "No vault fell below a health factor of 1."
        : `Of the ${plural(total, "time")} a vault fell below a health factor of 1: how many were still waiting after so many blocks to get back above it or be closed. ${open}`,
    draw(outer) {
      const narrow = outer.width < NARROW;
      const frame = unresolved > 0 ? { ...outer, right: narrow ? 100 : 112 } : outer;
      const variant = narrow ? "narrow" : "wide";
      const y = valueScale([0, 100], {
        from: frame.height - frame.bottom,
        to: frame.top,
        ticks: frame.valueTicks,
        zero: true,
        tight: true,
        suffix: "%",
      });
      const longest = latencies.at(-1) ?? 1;
      const x = countScale(longest, frame.left, frame.width - frame.right, 0.06);
      const right = frame.width - frame.right;
      const remaining = survival(latencies, unresolved);
      const curve = remaining.map(({ blocks, share }) => ({ x: x.map(blocks), y: y.map(share * 100) }));
      const end = curve.at(-1);
      const tail = end === undefined ? [] : [end, { x: right, y: end.y }];
      const nothing = total === 0;
      return chart(
        frame,
        "Share of vaults below health factor 1 that are still waiting, by blocks since it fell below",
        valueAxis(y, "of vaults still below HF 1", frame) +
          (nothing
            ? emptyNote("No vault fell below a health factor of 1", frame)
            : line(curve, "accent", true) +
              line(tail, unresolved > 0 ? "warn dashed" : "accent") +
              marks(replay, remaining, x.map, y.map, frame)) +
          baseAxis(x, "blocks since HF < 1", frame),
        variant,
      );
    },
  };
}

interface Remaining {
  readonly blocks: number;
  /** 0 to 1, just after this number of blocks. */
  readonly share: number;
}

/** The survival curve. Unresolved vaults never leave it. */
function survival(latencies: readonly number[], unresolved: number): readonly Remaining[] {
  const total = latencies.length + unresolved;
  if (total === 0) return [];
  const curve: Remaining[] = [{ blocks: 0, share: 1 }];
  latencies.forEach((blocks, i) => {
    if (latencies[i + 1] === blocks) return;
    curve.push({ blocks, share: (total - i - 1) / total });
  });
  return curve;
}

interface Mark {
  readonly point: Point;
  readonly text: string;
  readonly tone: string;
}

function marks(
  replay: Replay,
  remaining: readonly Remaining[],
  x: (blocks: number) => number,
  y: (percent: number) => number,
  frame: Frame,
): string {
  const { p50, p95, max, unresolved } = replay.result.latencyBlocks;
  const named = new Map<number, string[]>();
  if (replay.latencies.length > 0) {
    for (const [name, blocks] of [
      ["p50", p50],
      ["p95", p95],
      [unresolved === 0 ? "max" : "longest resolved", max],
    ] as const) {
      if (blocks === null) continue;
      named.set(blocks, [...(named.get(blocks) ?? []), name]);
    }
  }
  const list: Mark[] = [...named].map(([blocks, names]) => ({
    point: { x: x(blocks), y: y(shareAt(remaining, blocks) * 100) },
    text: `${names.join(" = ")}: ${plural(blocks, "block")}`,
    tone: "ink",
  }));
  const bottom = frame.height - frame.bottom - 8;
  // Labels right of the middle precede their mark, because they must end inside the plot.
  const isFar = (at: number): boolean => at > (frame.left + frame.width - frame.right) / 2;
  const wanted = list.map(({ point }) => point.y - (isFar(point.x) ? 24 : 8));
  const heights = spread(wanted, LINE, frame.top + 8, bottom);
  const shown = list.map(({ point, text, tone }, i) => {
    const height = heights[i] ?? point.y;
    return (
      element("circle", { class: "mark accent", cx: point.x, cy: point.y, r: 3.5 }) +
      words(text, point.x + (isFar(point.x) ? -8 : 8), height, {
        anchor: isFar(point.x) ? "end" : "start",
        tone: `label ${tone} halo`,
      })
    );
  });
  if (unresolved === 0) return shown.join("");
  const level = y(shareAt(remaining, Infinity) * 100);
  const label = { text: `${count(unresolved)} unresolved`, y: level, tone: "warn" };
  return shown.join("") + endLabels([label], frame);
}

function shareAt(remaining: readonly Remaining[], blocks: number): number {
  let share = 1;
  for (const point of remaining) if (point.blocks <= blocks) share = point.share;
  return share;
}

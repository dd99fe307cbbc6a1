import type { LiquidationSample, Replay, ReplayResult, StepSample } from "../../result/result.js";
import { type Drawing, NARROW, hoverSamples, spanOf, timeAxis, upwards } from "./drawing.js";
import { WAD_PLACES, isoInstant, money, plural } from "../../../format/quantities.js";
import { type Scale, toFloat, valueScale } from "../markup/scale.js";
import {
  type Frame,
  type Point,
  baseAxis,
  chart,
  element,
  legend,
  line,
  valueAxis,
  words,
} from "../markup/svg.js";

/** Side of a grid cell [px]. Liquidations in the same cell are drawn as one dot. */
const CELL = 5;

/** Market, oracle and pool price over time, with every liquidation. */
export function priceChart(replay: Replay): Drawing {
  const { steps, liquidations, result } = replay;
  const unit = `${result.debtAsset.symbol} per ${result.price.asset}`;
  const span = spanOf(replay);
  const low = lowest(steps);
  const dots =
    liquidations.length === 0
      ? "No liquidation took place."
      : `Dots are ${plural(liquidations.length, "liquidation")}: their area is the debt repaid, neighbours share one dot.`;
  const { silence } = result;
  const quiet = silence === undefined ? "" : " Nobody acted in the grey stretch.";
  const fallen = low === undefined ? "" : ` Lowest at ${isoInstant(result.price.minAt)}.`;
  return {
    id: "price",
    title: "Price and liquidations",
    caption: `${dots}${fallen}${quiet}`,
    draw(outer) {
      const frame = { ...outer, right: 12 };
      const x = timeAxis(span, frame);
      const lines = {
        market: steps.map((s) => toFloat(s.price, WAD_PLACES)),
        oracle: steps.map((s) => toFloat(s.oraclePrice, WAD_PLACES)),
        pool: steps.map((s) => toFloat(s.poolPrice, WAD_PLACES)),
      };
      const all = [...lines.market, ...lines.oracle, ...lines.pool];
      const y = valueScale([...all, ...roomBelow(all)], upwards(frame));
      const points = (values: readonly number[]): Point[] =>
        values.map((value, i) => ({ x: x.map(steps[i]?.time ?? span.start), y: y.map(value) }));
      const [market, oracle, pool] = [points(lines.market), points(lines.oracle), points(lines.pool)];
      const narrow = frame.width < NARROW;
      // A legend instead of end labels, because the three lines often end at the same point.
      const names = legend(
        [
          { text: "market", tone: "label ink" },
          { text: "oracle", tone: "label accent" },
          { text: narrow ? "pool" : "AMM pool", tone: "label quiet" },
        ],
        frame,
      );
      return chart(
        frame,
        `${unit} over time: market, oracle and AMM pool price, with liquidations`,
        (silence === undefined ? "" : silentStretch(silence, x, frame)) +
          valueAxis(y, unit, frame) +
          line(oracle, "accent wide", true) +
          line(pool, "quiet dashed") +
          line(market, "ink thin") +
          liquidationDots(replay, x, y, narrow ? 7 : 11) +
          (low === undefined ? "" : lowMark(low, x, y, frame)) +
          baseAxis(x, "time, UTC", frame) +
          names,
        narrow ? "narrow" : "wide",
      );
    },
    hover: hoverSamples(
      steps,
      span,
      ["market", "oracle", "AMM pool", "repaid in this step"],
      (s) => [
        ...[s.price, s.oraclePrice, s.poolPrice].map((p) => money(p, WAD_PLACES)),
        `${money(s.repaid, replay.debtDecimals)} ${result.debtAsset.symbol}`,
      ],
      (s) => -s.price,
    ),
  };
}

/** The window without agents, as a rectangle. */
function silentStretch(silence: NonNullable<ReplayResult["silence"]>, x: Scale, frame: Frame): string {
  const inside = (time: string): number =>
    Math.min(Math.max(x.map(Date.parse(time) / 1000), frame.left), frame.width - frame.right);
  const [from, until] = [inside(silence.from), inside(silence.until)];
  const height = frame.height - frame.bottom - frame.top;
  return element("rect", { class: "silence", x: from, y: frame.top, width: until - from, height });
}

/** The step with the lowest market price, unless the price is flat. */
function lowest(steps: readonly StepSample[]): StepSample | undefined {
  let low = steps[0];
  let flat = true;
  for (const step of steps) {
    if (low === undefined || step.price !== low.price) flat = false;
    if (low !== undefined && step.price < low.price) low = step;
  }
  return flat ? undefined : low;
}

/** A value below the lowest one, which makes room for its label. */
function roomBelow(values: readonly number[]): readonly number[] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const room = low - 0.1 * (high - low);
  if (!Number.isFinite(room) || high <= low || low <= 0) return [];
  return [room > 0 ? room : low * 0.8];
}

function lowMark(low: StepSample, x: Scale, y: Scale, frame: Frame): string {
  const at = { x: x.map(low.time), y: y.map(toFloat(low.price, WAD_PLACES)) };
  const text = `low ${money(low.price, WAD_PLACES)}`;
  const half = text.length * 3.5;
  const center = Math.max(frame.left + half + 2, Math.min(at.x, frame.width - frame.right - half - 2));
  const below = Math.min(at.y + 17, frame.height - frame.bottom - 5);
  return (
    element("circle", { class: "mark ink", cx: at.x, cy: at.y, r: 3 }) +
    words(text, center, below, { anchor: "middle", tone: "label ink halo" })
  );
}

interface Dot {
  readonly at: Point;
  readonly total: bigint;
  readonly largest: bigint;
}

function liquidationDots(replay: Replay, x: Scale, y: Scale, radius: number): string {
  const cells = new Map<string, Dot>();
  const priceAt = stepPrices(replay);
  for (const sample of replay.liquidations) {
    const at = { x: x.map(sample.time), y: y.map(toFloat(priceAt(sample), WAD_PLACES)) };
    const key = `${Math.floor(at.x / CELL)} ${Math.floor(at.y / CELL)}`;
    const dot = cells.get(key);
    cells.set(key, {
      at: dot === undefined || sample.repaid > dot.largest ? at : dot.at,
      total: (dot?.total ?? 0n) + sample.repaid,
      largest: dot === undefined || sample.repaid > dot.largest ? sample.repaid : dot.largest,
    });
  }
  const dots = [...cells.values()].sort((a, b) => (a.total < b.total ? 1 : a.total > b.total ? -1 : 0));
  const most = Math.max(toFloat(dots[0]?.total ?? 0n, replay.debtDecimals), Number.MIN_VALUE);
  const circles = dots.map(({ at, total }) =>
    element("circle", {
      cx: at.x,
      cy: at.y,
      r: Math.max(1.6, radius * Math.sqrt(toFloat(total, replay.debtDecimals) / most)),
    }),
  );
  return circles.length === 0 ? "" : element("g", { class: "dots" }, circles.join(""));
}

/**
 * The price at which a liquidation is drawn on the first asset's chart: its own price for the first
 * asset, otherwise the price of the step.
 */
function stepPrices(replay: Replay): (sample: LiquidationSample) => bigint {
  const { steps, result } = replay;
  return (sample) => {
    if (sample.asset === result.price.asset) return sample.price;
    let [low, high] = [0, steps.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((steps[middle]?.time ?? 0) <= sample.time) low = middle;
      else high = middle - 1;
    }
    return steps[low]?.price ?? sample.price;
  };
}

import type { BookSample, Replay } from "../../result/result.js";
import { type Drawing, NARROW, hoverSamples, spanOf, timeAxis, upwards } from "./drawing.js";
import { WAD_PLACES, count, percent } from "../../../format/quantities.js";
import { type Scale, toFloat, valueScale } from "../markup/scale.js";
import {
  type Frame,
  type Point,
  band,
  baseAxis,
  chart,
  element,
  emptyNote,
  endLabels,
  line,
  px,
  valueAxis,
  words,
} from "../markup/svg.js";

/** Ratios above this are drawn at it [%], because such vaults are far from liquidation. */
const CEILING = 1000;

/** Debt-weighted quantiles of the collateral ratios over time, as a fan. */
export function ratioChart(replay: Replay): Drawing {
  const book = replay.book.filter((sample) => sample.debt > 0n);
  const span = spanOf(replay);
  const { liquidationRatio } = replay;
  const capped = book.some((s) => toPercent(s.ratioQuantiles[4]) > CEILING);
  const caption =
    "Collateral ratios of all vaults, weighted by debt: half of the debt lies in the dark band, nine tenths in the light one." +
    (capped ? ` Ratios above ${count(CEILING)} % are drawn there.` : "");
  return {
    id: "ratios",
    title: "Collateral ratios",
    caption,
    draw(frame) {
      const narrow = frame.width < NARROW;
      const variant = narrow ? "narrow" : "wide";
      const x = timeAxis(span, frame);
      const unit = "collateral / debt";
      const levels = [
        { at: 100, text: narrow ? "100 %" : "collateral worth the debt, 100 %" },
        ...(liquidationRatio === undefined
          ? []
          : [
              {
                at: toPercent(liquidationRatio),
                text: `liquidated below ${percent(liquidationRatio, WAD_PLACES, 0)}`,
              },
            ]),
      ];
      const all = [...book.flatMap((s) => s.ratioQuantiles.map(toPercent)), ...levels.map((l) => l.at)];
      const y = valueScale(all, { ...upwards(frame), suffix: "%" });
      const quantile = (q: number): Point[] =>
        book.map((s) => ({ x: x.map(s.time), y: y.map(toPercent(s.ratioQuantiles[q] ?? 0n)) }));
      const [q5, q25, q50, q75, q95] = [quantile(0), quantile(1), quantile(2), quantile(3), quantile(4)];
      const labels = [
        { text: narrow ? "95 %" : "95 % of debt", points: q95, tone: "quiet" },
        { text: "75 %", points: q75, tone: "quiet" },
        { text: "median", points: q50, tone: "accent" },
        { text: "25 %", points: q25, tone: "quiet" },
        { text: narrow ? "5 %" : "5 % of debt", points: q5, tone: "quiet" },
      ].flatMap(({ text, points, tone }) => {
        const last = points.at(-1);
        return last === undefined ? [] : [{ text, y: last.y, tone }];
      });
      return chart(
        frame,
        "Debt-weighted quantiles of the vaults' collateral ratios over time",
        valueAxis(y, unit, frame) +
          (book.length === 0 ? emptyNote("No debt at any sample", frame) : "") +
          band(q95, q5, "fan-outer") +
          band(q75, q25, "fan-inner") +
          line(q50, "accent") +
          thresholds(levels, y, frame) +
          baseAxis(x, "time, UTC", frame) +
          endLabels(labels, frame),
        variant,
      );
    },
    hover: hoverSamples(
      book,
      span,
      ["95 % of debt below", "75 %", "median", "25 %", "5 %"],
      (s) => [...s.ratioQuantiles].reverse().map((q) => percent(q, WAD_PLACES, 1)),
      (s: BookSample) => -s.ratioQuantiles[0],
    ),
  };
}

/**
 * Horizontal lines with labels. The first of several has its label at the right, the rest at the
 * left.
 */
function thresholds(levels: readonly { at: number; text: string }[], y: Scale, frame: Frame): string {
  const right = frame.width - frame.right;
  return levels
    .map(({ at, text }, i) => {
      const height = y.map(at);
      const fits = height + 16 < frame.height - frame.bottom;
      const below = element("path", {
        class: `line threshold ${i === 0 && levels.length > 1 ? "faint" : ""}`.trim(),
        d: `M${px(frame.left)} ${px(height)}H${px(right)}`,
      });
      const atEnd = i === 0 && levels.length > 1;
      const label = words(text, atEnd ? right - 6 : frame.left + 6, fits ? height + 14 : height - 5, {
        anchor: atEnd ? "end" : "start",
        tone: "label warn halo",
      });
      return below + label;
    })
    .join("");
}

function toPercent(ratio: bigint): number {
  return Math.min(CEILING * 1.0001, toFloat(ratio, WAD_PLACES) * 100);
}

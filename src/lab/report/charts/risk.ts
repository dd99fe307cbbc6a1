import type { Replay } from "../../result/result.js";
import { type Drawing, NARROW, hoverSamples, spanOf, timeAxis, upwards } from "./drawing.js";
import { instant, money, share } from "../../../format/quantities.js";
import { toFloat, valueScale } from "../markup/scale.js";
import { type Point, band, baseAxis, chart, emptyNote, endLabels, valueAxis } from "../markup/svg.js";

const LEVELS = [
  { below: "1", tone: "risk-0", label: "warn" },
  { below: "1.05", tone: "risk-1", label: "quiet" },
  { below: "1.1", tone: "risk-2", label: "quiet" },
  { below: "1.25", tone: "risk-3", label: "quiet" },
] as const;

/** Debt of vaults close to liquidation, over time. */
export function riskChart(replay: Replay): Drawing {
  const { book, debtDecimals, result } = replay;
  const unit = result.debtAsset.symbol;
  const span = spanOf(replay);
  const worst = book.reduce<(typeof book)[number] | undefined>(
    (best, s) => (best === undefined || s.debtBelow[0] > best.debtBelow[0] ? s : best),
    undefined,
  );
  const part =
    worst === undefined ? undefined : share(worst.debtBelow[0].toString(), worst.debt.toString(), 1);
  const caption =
    worst === undefined || worst.debtBelow[0] === 0n
      ? "Debt of vaults by health factor (HF). At no sample was any debt liquidatable."
      : `Debt of vaults by health factor (HF). Most liquidatable at one sample: ${money(worst.debtBelow[0], debtDecimals)} ${unit}` +
        `${part === undefined ? "" : `, ${part} of all debt`}, at ${instant(worst.time)}.`;
  return {
    id: "risk",
    title: "Debt at risk",
    caption,
    draw(frame) {
      const x = timeAxis(span, frame);
      const y = valueScale(
        book.flatMap((s) => s.debtBelow.map((d) => toFloat(d, debtDecimals))),
        { ...upwards(frame), zero: true },
      );
      const floor = book.map((s) => ({ x: x.map(s.time), y: y.map(0) }));
      const areas = LEVELS.map((level, i) => ({
        ...level,
        points: book.map((s): Point => ({
          x: x.map(s.time),
          y: y.map(toFloat(s.debtBelow[i] ?? 0n, debtDecimals)),
        })),
      })).reverse();
      const none = book.every((s) => s.debtBelow[3] === 0n);
      const labels = areas.flatMap(({ below, label, points }) => {
        const last = points.at(-1);
        return last === undefined ? [] : [{ text: `HF < ${below}`, y: last.y, tone: label }];
      });
      return chart(
        frame,
        `Debt of vaults with a health factor below 1, 1.05, 1.1 and 1.25, in ${unit}, over time`,
        valueAxis(y, `${unit} of debt`, frame) +
          areas.map(({ points, tone }) => band(points, floor, tone)).join("") +
          (none ? emptyNote("No debt below a health factor of 1.25", frame) : "") +
          baseAxis(x, "time, UTC", frame) +
          (none ? "" : endLabels(labels, frame)),
        frame.width < NARROW ? "narrow" : "wide",
      );
    },
    hover: hoverSamples(
      book,
      span,
      ["HF < 1.25", "HF < 1.1", "HF < 1.05", "HF < 1", "all debt"],
      (s) =>
        [s.debtBelow[3], s.debtBelow[2], s.debtBelow[1], s.debtBelow[0], s.debt].map(
          (d) => `${money(d, debtDecimals)} ${unit}`,
        ),
      (s) => s.debtBelow[0],
    ),
  };
}

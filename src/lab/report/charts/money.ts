import type { Replay, StepSample } from "../../result/result.js";
import { type Drawing, NARROW, hoverSamples, spanOf, timeAxis, upwards } from "./drawing.js";
import { amount, gwei, money, signOf } from "../../../format/quantities.js";
import { toFloat, valueScale } from "../markup/scale.js";
import {
  type Frame,
  type Point,
  band,
  baseAxis,
  chart,
  emptyNote,
  endLabels,
  line,
  valueAxis,
} from "../markup/svg.js";

/** Bad debt over time: the booked part below, the implied part stacked on top. */
export function badDebtChart(replay: Replay): Drawing {
  const { steps, debtDecimals, result } = replay;
  const unit = result.debtAsset.symbol;
  const span = spanOf(replay);
  const none = steps.every((s) => s.impliedBadDebt === 0n && s.bookedBadDebt === 0n);
  return {
    id: "bad-debt",
    title: "Bad debt",
    caption: none
      ? "Owed beyond collateral by open vaults (implied) and written off on-chain (booked): none at any step."
      : "Written off on-chain so far (booked), and on top of it what open vaults owe beyond their collateral now (implied).",
    draw(frame) {
      const x = timeAxis(span, frame);
      const booked = steps.map((s) => toFloat(s.bookedBadDebt, debtDecimals));
      const gross = steps.map((s) => toFloat(s.bookedBadDebt + s.impliedBadDebt, debtDecimals));
      const y = valueScale(gross, { ...upwards(frame), zero: true });
      const points = (values: readonly number[]): Point[] =>
        values.map((value, i) => ({ x: x.map(steps[i]?.time ?? span.start), y: y.map(value) }));
      const [top, middle] = [points(gross), points(booked)];
      const ends = [
        { text: "implied", at: top.at(-1)?.y, tone: "warn" },
        { text: "booked", at: middle.at(-1)?.y, tone: "ink" },
      ].flatMap(({ text, at, tone }) => (at === undefined ? [] : [{ text, y: at, tone }]));
      return chart(
        frame,
        `Implied and booked bad debt in ${unit} over time`,
        valueAxis(y, unit, frame) +
          (none
            ? emptyNote("No bad debt at any step", frame)
            : band(top, middle, "implied", true) + line(middle, "ink", true) + line(top, "warn", true)) +
          baseAxis(x, "time, UTC", frame) +
          (none ? "" : endLabels(ends, frame)),
        variant(frame),
      );
    },
    hover: hoverSamples(
      steps,
      span,
      ["implied", "booked"],
      (s) => [s.impliedBadDebt, s.bookedBadDebt].map((d) => `${money(d, debtDecimals)} ${unit}`),
      (s) => s.impliedBadDebt,
    ),
  };
}

/** Cumulative profit of all keepers over time. */
export function profitChart(replay: Replay): Drawing {
  const { steps, debtDecimals, result } = replay;
  const unit = result.debtAsset.symbol;
  const off = result.keeper === "off";
  const total = amount(result.keepers.profit, unit);
  const verb = signOf(result.keepers.profit) < 0 ? "Result" : "Earned";
  return {
    id: "profit",
    title: "Keepers’ profit",
    caption: off
      ? "The keeper was off."
      : `Cumulative, after repayments, slippage and gas. ${verb} by the end: ${total}, with ${amount(result.keepers.gasCost, unit)} of gas paid.`,
    ...seriesChart(replay, {
      unit,
      name: `Cumulative keeper profit in ${unit} over time`,
      value: (s) => s.keeperProfit,
      places: debtDecimals,
      print: (v) => `${money(v, debtDecimals)} ${unit}`,
      label: "profit",
      zero: true,
      empty: off && steps.every((s) => s.keeperProfit === 0n) ? "Keeper off" : undefined,
    }),
  };
}

/** Gas price over time. */
export function gasChart(replay: Replay): Drawing {
  const peak = replay.steps.reduce((most, s) => (s.gasPrice > most ? s.gasPrice : most), 0n);
  return {
    id: "gas",
    title: "Gas price",
    caption: `What a keeper pays to be included. Highest: ${gwei(peak)}.`,
    ...seriesChart(replay, {
      unit: "gwei",
      name: "Gas price that keepers pay, in gwei, over time",
      value: (s) => s.gasPrice,
      places: 9,
      print: gwei,
      label: "gas",
      zero: false,
    }),
  };
}

interface Series {
  readonly unit: string;
  readonly name: string;
  readonly value: (step: StepSample) => bigint;
  readonly places: number;
  readonly print: (value: bigint) => string;
  readonly label: string;
  readonly zero: boolean;
  /** Replaces the line if set. */
  readonly empty?: string | undefined;
}

function seriesChart(replay: Replay, series: Series): Pick<Drawing, "draw" | "hover"> {
  const { steps } = replay;
  const span = spanOf(replay);
  return {
    draw(frame) {
      const x = timeAxis(span, frame);
      const values = steps.map((s) => toFloat(series.value(s), series.places));
      const y = valueScale(values, { ...upwards(frame), zero: series.zero });
      const points = values.map((value, i) => ({ x: x.map(steps[i]?.time ?? span.start), y: y.map(value) }));
      const end = points.at(-1);
      return chart(
        frame,
        series.name,
        valueAxis(y, series.unit, frame) +
          (series.empty === undefined ? line(points, "accent", true) : emptyNote(series.empty, frame)) +
          baseAxis(x, "time, UTC", frame) +
          (end === undefined || series.empty !== undefined
            ? ""
            : endLabels([{ text: series.label, y: end.y, tone: "accent" }], frame)),
        variant(frame),
      );
    },
    hover: hoverSamples(
      steps,
      span,
      [series.label],
      (s) => [series.print(series.value(s))],
      (s) => series.value(s),
    ),
  };
}

function variant(frame: Frame): string {
  return frame.width < NARROW ? "narrow" : "wide";
}

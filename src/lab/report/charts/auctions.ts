import type { Replay, TakeSample } from "../../result/result.js";
import { type Drawing, NARROW, hoverSamples, spanOf, timeAxis, upwards } from "./drawing.js";
import { purchases } from "../text/figures.js";
import { count, money, ratio } from "../../../format/quantities.js";
import { toFloat, valueScale } from "../markup/scale.js";
import {
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
} from "../markup/svg.js";

/** Auction debt and the backstop's capital over time. */
export function auctionDebtChart(replay: Replay): Drawing {
  const { steps, debtDecimals, result } = replay;
  const unit = result.debtAsset.symbol;
  const span = spanOf(replay);
  const none = steps.every((s) => s.auctionDebt === 0n);
  const { count: absorbed, restarts } = result.absorptions;
  return {
    id: "auctions",
    title: "At auction, and behind it",
    caption: `Debt of absorbed vaults that lots have not brought in yet, and what the backstop holds. ${
      absorbed === 0
        ? "No vault was absorbed."
        : `${count(absorbed)} absorbed; ${restarts === 0 ? "no lot was restarted" : `lots were restarted ${count(restarts)} times`}.`
    }`,
    draw(frame) {
      const x = timeAxis(span, frame);
      const debts = steps.map((s) => toFloat(s.auctionDebt, debtDecimals));
      const capital = steps.map((s) => toFloat(s.backstopAssets, debtDecimals));
      const y = valueScale([...debts, ...capital], { ...upwards(frame), zero: true });
      const points = (values: readonly number[]): Point[] =>
        values.map((value, i) => ({ x: x.map(steps[i]?.time ?? span.start), y: y.map(value) }));
      const [top, floor, held] = [points(debts), points(debts.map(() => 0)), points(capital)];
      const ends = [
        { text: "at auction", at: top.at(-1)?.y, tone: "warn" },
        { text: "backstop", at: held.at(-1)?.y, tone: "accent" },
      ].flatMap(({ text, at, tone }) => (at === undefined ? [] : [{ text, y: at, tone }]));
      return chart(
        frame,
        `Debt at auction and assets of the backstop in ${unit} over time`,
        valueAxis(y, unit, frame) +
          (none ? "" : band(top, floor, "implied", true) + line(top, "warn", true)) +
          line(held, "accent", true) +
          baseAxis(x, "time, UTC", frame) +
          endLabels(ends, frame),
        frame.width < NARROW ? "narrow" : "wide",
      );
    },
    hover: hoverSamples(
      steps,
      span,
      ["at auction", "backstop"],
      (s) => [s.auctionDebt, s.backstopAssets].map((d) => `${money(d, debtDecimals)} ${unit}`),
      (s) => s.auctionDebt,
    ),
  };
}

/** Price of every take over the oracle price at that moment. */
export function lotPriceChart(replay: Replay): Drawing {
  const { debtDecimals, result } = replay;
  const takes = replay.takes.filter((t) => t.id !== 0n && t.oracleValue > 0n);
  const span = spanOf(replay);
  const largest = takes.reduce((max, t) => (t.cost > max ? t.cost : max), 1n);
  const percentOf = (t: TakeSample): number => Number((t.cost * 1_000_000n) / t.oracleValue) / 10_000;
  return {
    id: "lots",
    title: "Prices of lots",
    caption:
      takes.length === 0
        ? "Nothing was bought at auction."
        : `What bidders paid, of the oracle price at that moment: ${ratio(result.absorptions.meanPriceToOracle, 1)} on average. ${purchases(result.absorptions)}; the larger the dot, the more was paid.`,
    draw(frame) {
      const x = timeAxis(span, frame);
      const y = valueScale([...takes.map(percentOf), 100], { ...upwards(frame), suffix: "%" });
      const dots = takes.map((t) =>
        element("circle", {
          cx: x.map(t.time),
          cy: y.map(percentOf(t)),
          r: 2 + 6 * Math.sqrt(toFloat(t.cost, debtDecimals) / toFloat(largest, debtDecimals)),
        }),
      );
      const narrow = frame.width < NARROW ? "narrow" : "wide";
      const name = "Price of every purchase at auction, of the oracle price, over time";
      if (takes.length === 0) return chart(frame, name, emptyNote("No purchase", frame), narrow);
      const par = `M${px(frame.left)} ${px(y.map(100))}H${px(frame.width - frame.right)}`;
      return chart(
        frame,
        name,
        valueAxis(y, "of the oracle price", frame) +
          element("path", { class: "line quiet faint", d: par }) +
          element("g", { class: "dots bought" }, dots.join("")) +
          endLabels([{ text: "oracle", y: y.map(100), tone: "quiet" }], frame) +
          baseAxis(x, "time, UTC", frame),
        narrow,
      );
    },
  };
}

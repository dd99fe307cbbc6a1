import type { Replay, ReplayResult } from "../../result/result.js";
import { type Drawing, NARROW } from "./drawing.js";
import { amount, money, parseDecimal, signOf } from "../../../format/quantities.js";
import { toFloat } from "../markup/scale.js";
import { type Frame, chart, element, emptyNote, px, words } from "../markup/svg.js";

/** One row: a sum, or a part deducted from the remainder of the rows above. */
interface Row {
  readonly label: string;
  /** The label in narrow charts. */
  readonly short: string;
  readonly value: bigint;
  readonly kind: "sum" | "part";
  readonly tone: string;
}

/**
 * The waterfall in amounts: absorbed debt and its payers, then bidders' payments and their
 * recipients.
 */
export function waterfallChart(replay: Replay): Drawing {
  const { result, debtDecimals } = replay;
  const unit = result.debtAsset.symbol;
  const rows = rowsOf(result, debtDecimals);
  const nothing = rows.every((row) => row.value === 0n);
  return {
    id: "waterfall",
    title: "Who paid for absorbed debt",
    caption: nothing
      ? "No vault was absorbed and nothing was written off: no step of the waterfall was needed."
      : captionOf(result),
    draw(frame) {
      const name = `Steps of the waterfall in ${unit}: ${rows
        .map((row) => `${row.label} ${money(row.value, debtDecimals)}`)
        .join(", ")}`;
      const content = nothing
        ? emptyNote("Nothing absorbed, nothing written off", frame)
        : bars(rows, frame, debtDecimals);
      return chart(frame, name, content, frame.width < NARROW ? "narrow" : "wide");
    },
  };
}

/**
 * The rows from top to bottom: debt owed and its payers, then bidders' payments and their
 * recipients.
 */
function rowsOf(result: ReplayResult, decimals: number): readonly Row[] {
  const { absorptions: a, badDebt } = result;
  const units = (text: string): bigint => toUnits(text, decimals);
  const other = units(badDebt.booked) - units(a.shortfall);
  const part = (label: string, short: string, value: bigint, tone: string): Row => ({
    label,
    short,
    value,
    kind: "part",
    tone,
  });
  const owed: Row = {
    label: other > 0n ? "Debt absorbed or given up" : "Debt absorbed",
    short: "Debt absorbed",
    value: units(a.debt) + other,
    kind: "sum",
    tone: "owed",
  };
  const open = units(a.stillOpen);
  return [
    owed,
    part("repaid by the lots", "lots", units(a.repaid), "lots"),
    ...(open > 0n ? [part("still at auction", "at auction", open, "waits")] : []),
    part("paid by the backstop", "backstop", units(badDebt.backstop), "first"),
    part("paid by the reserve", "reserve", units(badDebt.reserve), "second"),
    part("lost by lenders", "lenders", units(badDebt.lenders), "last"),
    { label: "Paid by bidders", short: "Bidders paid", value: units(a.proceeds), kind: "sum", tone: "owed" },
    part("debt, to the lenders’ pool", "debt", units(a.repaid), "lots"),
    part("penalty, to the backstop", "penalty", units(a.penalties), "first"),
    part("tips, to keepers", "tips", units(a.tips), "waits"),
  ];
}

function bars(rows: readonly Row[], frame: Frame, decimals: number): string {
  const narrow = frame.width < NARROW;
  const half = !narrow && frame.width < 700;
  const left = narrow ? 106 : 206;
  const right = frame.width - (narrow ? 90 : half ? 100 : 128);
  const top = 6;
  const pitch = (frame.height - top - 10) / (rows.length + 0.6);
  const thick = Math.min(20, pitch * 0.66);
  const most = rows.reduce((max, row) => (row.value > max ? row.value : max), 1n);
  const x = (value: bigint): number =>
    left + (toFloat(value, decimals) / toFloat(most, decimals)) * (right - left);
  let remaining = 0n;
  let gap = 0;
  const drawn = rows.map((row, i) => {
    const isSum = row.kind === "sum";
    if (isSum && i > 0) gap = pitch * 0.6;
    const y = top + gap + i * pitch;
    const middle = y + thick / 2 + 4;
    const from = isSum ? 0n : remaining - row.value;
    const to = isSum ? row.value : remaining;
    remaining = isSum ? row.value : from;
    const width = Math.max(x(to) - x(from), row.value > 0n ? 1 : 0);
    const next = rows[i + 1];
    const link =
      next?.kind === "part" && (isSum || row.value > 0n)
        ? element("path", { class: "link", d: `M${px(x(remaining))} ${px(y)}V${px(y + pitch + thick)}` })
        : "";
    const empty = row.value === 0n;
    const label = narrow ? row.short : row.label;
    return (
      link +
      (empty ? "" : element("rect", { class: `fall-${row.tone}`, x: x(from), y, width, height: thick })) +
      words(label, isSum ? 0 : 14, middle, { tone: isSum ? "label" : empty ? "quiet" : "plain" }) +
      words(money(row.value, decimals), frame.width, middle, {
        anchor: "end",
        tone: empty ? "quiet" : isSum ? "label" : row.tone === "last" ? "label warn" : "plain",
      })
    );
  });
  return drawn.join("");
}

function captionOf({ absorptions: a, badDebt, debtAsset }: ReplayResult): string {
  const sum = (text: string): string => amount(text, debtAsset.symbol);
  const lenders =
    signOf(badDebt.lenders) > 0 ? `Lenders lost ${sum(badDebt.lenders)}.` : "Lenders lost nothing.";
  const back = signOf(a.claimable) > 0 ? ` Collateral worth ${sum(a.claimable)} went back to owners.` : "";
  const tips =
    signOf(a.tipsFromBackstop) > 0
      ? ` The backstop also paid ${sum(a.tipsFromBackstop)} of tips that lots did not reach.`
      : "";
  return `In ${debtAsset.symbol}. What lots did not bring in was paid by the backstop, then by the reserve, and only then by lenders. ${lenders}${back}${tips}`;
}

function toUnits(text: string, decimals: number): bigint {
  const { value, scale } = parseDecimal(text) ?? { value: 0n, scale: 0 };
  return scale > decimals ? value / 10n ** BigInt(scale - decimals) : value * 10n ** BigInt(decimals - scale);
}

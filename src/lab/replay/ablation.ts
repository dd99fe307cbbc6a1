import { type Tint, table } from "../../format/table.js";
import { formatUnitsExact } from "../../format/decimal.js";
import type { ReplayOptions } from "../config/options.js";
import { replay } from "./replay.js";
import { amount, parseDecimal, ratio, signOf } from "../../format/quantities.js";
import type { Replay, ReplayResult } from "../result/result.js";
import { Settings } from "../config/settings.js";

/** The full system, and the system without each of its defences, with the overrides for each. */
export const VARIANTS: readonly { readonly name: string; readonly set: readonly string[] }[] = [
  { name: "everything on", set: [] },
  { name: "no backstop", set: ["backstop.enabled=false"] },
  { name: "no breaker", set: ["breaker.enabled=false"] },
  { name: "no volatility margin", set: ["volatility.enabled=false"] },
  { name: "no autopilot", set: ["autopilot.share=0"] },
];

/** A figure without a defence, and its change from the figure with all defences. */
export interface Cell {
  readonly value: string;
  readonly change: string;
}

/**
 * One variant's losses and capital efficiency. Amounts in whole debt tokens and ratios, both as
 * decimal strings.
 */
export interface AblationRow {
  readonly variant: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly netBadDebt: Cell;
  readonly impliedMax: Cell;
  readonly borrowersLoss: Cell;
  readonly capitalEfficiency: Cell;
  readonly result: ReplayResult;
}

/** The result of `--ablate`, as `--json` writes it. */
export interface Ablation {
  readonly scenario: string;
  readonly seed: number;
  readonly keeper: ReplayResult["keeper"];
  readonly debtAsset: ReplayResult["debtAsset"];
  readonly rows: readonly AblationRow[];
}

/**
 * Replays with all defences and then without each in turn, from the same seed. Throws a
 * `RangeError` if there are no variants.
 * @param overrides the values of `--set`, which hold in every variant except for the defence
 * switched off
 * @param onVariant called before each replay with its number, from 1, and its name
 */
export async function ablate(
  options: Omit<ReplayOptions, "settings">,
  overrides: readonly string[],
  onVariant: (number: number, name: string) => void = () => undefined,
): Promise<{ readonly ablation: Ablation; readonly full: Replay; readonly failures: readonly string[] }> {
  const replays: Replay[] = [];
  const symbols = options.scenario.assets.map((a) => a.symbol);
  for (const [i, { name, set }] of VARIANTS.entries()) {
    onVariant(i + 1, name);
    replays.push(await replay({ ...options, settings: new Settings(symbols, [...overrides, ...set]) }));
  }
  const full = replays[0];
  if (full === undefined) throw new RangeError("nothing to replay");
  const { scenario, seed, keeper, debtAsset } = full.result;
  const rows = replays.map(({ result }, i) => rowOf(VARIANTS[i]?.name ?? "", result, full.result));
  const failures = replays.flatMap((r, i) => r.failures.map((f) => `${VARIANTS[i]?.name ?? ""}: ${f}`));
  return { ablation: { scenario, seed, keeper, debtAsset, rows }, full, failures };
}

/** A variant's figures, compared with the result with all defences. */
export function rowOf(variant: string, result: ReplayResult, full: ReplayResult): AblationRow {
  const cell = (figure: (r: ReplayResult) => string): Cell => ({
    value: figure(result),
    change: difference(figure(result), figure(full)),
  });
  return {
    variant,
    settings: result.settings,
    netBadDebt: cell((r) => r.badDebt.net),
    impliedMax: cell((r) => r.badDebt.impliedMax),
    borrowersLoss: cell((r) => r.borrowers.loss),
    capitalEfficiency: cell((r) => r.capital.efficiency),
    result,
  };
}

/** The rows as a terminal table: each figure and its change. */
export function renderAblation({ rows, debtAsset }: Ablation, tint: Tint): string {
  const right = (heading: string) => ({ heading, align: "right" }) as const;
  const columns = [
    { heading: "" },
    ...["net bad debt", "implied at worst", "borrowers’ loss", "debt per collateral"].flatMap((heading) => [
      right(heading),
      right("change"),
    ]),
  ];
  const money = (text: string): string => amount(text, "").trim();
  const cells = (c: Cell, show: (text: string) => string, first: boolean): string[] => [
    show(c.value),
    first ? "" : signed(c.change, show),
  ];
  const lines = rows.map((row, i) => {
    const bad = signOf(row.netBadDebt.value) > 0;
    const [net = "", change = ""] = cells(row.netBadDebt, money, i === 0);
    return [
      row.variant,
      bad ? tint.bad(net) : net,
      change,
      ...cells(row.impliedMax, money, i === 0),
      ...cells(row.borrowersLoss, money, i === 0),
      ...cells(row.capitalEfficiency, (text) => ratio(text), i === 0),
    ];
  });
  return `${table(columns, lines, tint)}\nAmounts in ${debtAsset.symbol}.`;
}

function signed(text: string, show: (text: string) => string): string {
  const shown = show(text);
  return signOf(text) > 0 ? `+${shown}` : shown;
}

/** a - b as exact decimal strings. Throws a `RangeError` unless both are decimal numbers. */
function difference(a: string, b: string): string {
  const [x, y] = [parseDecimal(a), parseDecimal(b)];
  if (x === undefined || y === undefined) throw new RangeError(`not decimal numbers: ${a}, ${b}`);
  const scale = Math.max(x.scale, y.scale);
  const value = x.value * 10n ** BigInt(scale - x.scale) - y.value * 10n ** BigInt(scale - y.scale);
  return formatUnitsExact(value, scale);
}

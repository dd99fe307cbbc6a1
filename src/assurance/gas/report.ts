import { type Column, table } from "../../format/table.js";
import type { OurFigures, PeersFigures } from "./all.js";
import type { ReportedFigure } from "./peers/reported.js";

export type FigureName = keyof OurFigures;

/** A description of each figure for people. */
const MEANING: Readonly<Record<FigureName, string>> = {
  depositFirst: "deposit of a collateral the vault does not hold yet",
  depositAgain: "deposit of one it holds",
  borrow: "borrow more, one collateral",
  open: "deposit and borrow, new vault: one transaction of ours, two of theirs",
  repay: "repay a part",
  withdrawWithDebt: "withdraw a part, with debt",
  liquidate1: "liquidate a vault with one collateral",
  liquidate3: "one call seizing from a vault with three collaterals",
  perFurtherCollateral: "what each further collateral adds to a borrow",
  batchPerVault: "what each further vault adds to a batch of liquidations",
  auctionStart: "absorb a vault: its auction starts",
  auctionTake: "take a part of a lot",
  absorb: "what each further absorption adds in one transaction",
};

export const FIGURES = Object.keys(MEANING) as readonly FigureName[];

const NAME: Column = { heading: "action" };
const WHAT: Column = { heading: "what" };
const OURS = right("ours");
const CHANGE = right("change");
const PEERS = [right("Morpho"), right("ours/M"), right("Aave v3"), right("ours/A")];

/** A figure that differs from the snapshot or is missing there. */
export interface Change {
  readonly name: FigureName;
  readonly then: number | undefined;
  readonly now: number;
}

/** The figures that differ between `ours` and the snapshot. */
export function changes(ours: OurFigures, snapshot: Partial<OurFigures>): readonly Change[] {
  return FIGURES.map((name) => ({ name, then: snapshot[name], now: ours[name] })).filter(
    ({ then, now }) => then !== now,
  );
}

/**
 * A table of our figures, with the changes since the snapshot and the peers' figures if there are
 * any.
 */
export function figuresTable(
  ours: OurFigures,
  snapshot: Partial<OurFigures>,
  peers: PeersFigures | undefined,
): string {
  const differs = new Map(changes(ours, snapshot).map((c) => [c.name, c]));
  const compared = peers === undefined ? [] : [peers.morpho, peers.aaveV3];
  const rows = FIGURES.map((name) => [
    name,
    ours[name].toLocaleString("en"),
    ...(differs.size === 0 ? [] : [signed(differs.get(name))]),
    ...compared.map((p) => figure(p, name)).flatMap((theirs) => [grouped(theirs), ratio(ours[name], theirs)]),
    MEANING[name],
  ]);
  const columns = [
    NAME,
    OURS,
    ...(differs.size === 0 ? [] : [CHANGE]),
    ...(peers === undefined ? [] : PEERS),
    WHAT,
  ];
  return table(columns, rows);
}

/** A table of figures from other repositories, with their sources. */
export function reportedTable(figures: readonly ReportedFigure[]): string {
  const columns = [{ heading: "elsewhere" }, NAME, right("gas"), { heading: "basis" }, { heading: "source" }];
  const rows = figures.map((f) => [f.system, f.action, f.gas.toLocaleString("en"), f.basis, f.source]);
  return table(columns, rows);
}

/** `ours` / `theirs` with two digits, such as "0.43"; empty if the peer has no such action. */
export function ratio(ours: number, theirs: number | undefined): string {
  return theirs === undefined ? "" : (ours / theirs).toFixed(2);
}

const [BEGIN, END] = ["<!-- figures: written by --update -->\n\n```\n", "\n```\n"];

/** `document` with its tables replaced. Throws if the document has no marked place for them. */
export function documented(document: string, tables: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END, begin + BEGIN.length);
  if (begin < 0 || end < 0) throw new Error("the document has no place for the figures");
  return document.slice(0, begin + BEGIN.length) + tables + document.slice(end);
}

function figure(of: Partial<Record<FigureName, number>>, name: FigureName): number | undefined {
  return of[name];
}

function grouped(gas: number | undefined): string {
  return gas?.toLocaleString("en") ?? "";
}

function signed(change: Change | undefined): string {
  if (change?.then === undefined) return "";
  const difference = change.now - change.then;
  return `${difference > 0 ? "+" : ""}${difference}`;
}

function right(heading: string): Column {
  return { heading, align: "right" };
}

import { type Tint, table } from "../../../format/table.js";
import { figureGroups, waited } from "../text/figures.js";
import { amount, count, fall, ratio, signOf } from "../../../format/quantities.js";
import { type Party, partiesOf, signedMoney } from "../text/parties.js";
import { sentence } from "../text/sentence.js";
import type { ReplayResult } from "../../result/result.js";

/** Preferred maximum line width [columns]. */
const WIDTH = 100;

/** Figures that appear in another figure's note or only in the report. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "Gross",
  "Paid by bidders",
  "Tips",
  "Penalties",
  "Back to owners",
  "Loss to auctions",
  "Opening capital",
  "Paid by the backstop",
  "Paid by the reserve",
  "Lost by lenders",
  "Depositors’ result",
  "Loss to liquidation",
  "Profit",
  "Gas",
  "Liquidations",
  "Collateral ratio at end",
  "Implied at the end",
  "Held at the end",
  "Collateral seized",
  "Booked",
  "Latency p50",
  "Longest resolved",
  "Liquidated only",
  "Absorbed whole only",
  "Liquidated, then absorbed",
  "Keeper",
  "Verdict of the checks",
  "Opening collateral",
  "Lent at the opening",
  "First price",
  "Last price",
  "Seed",
  "Transactions",
]);

/**
 * The verdict for a terminal: a sentence, its basis, the parties, and the figures. About 40 lines.
 */
export function renderVerdict(result: ReplayResult, tint: Tint): string {
  const { tone, headline, body } = sentence(result);
  const mark = tone === "bad" ? tint.bad : tint.good;
  const notes = ownNotes(result);
  const rows = figureGroups(result).flatMap(({ title, figures }) =>
    figures
      .filter(({ label }) => !LEFT_OUT.has(label))
      .map(({ label, value, note: usual, hint, tone: figureTone }, i) => {
        const note = notes[label] ?? usual ?? hint;
        return [
          i === 0 ? title : "",
          label,
          figureTone === "bad" ? tint.bad(value) : value,
          note === undefined ? "" : tint.faint(note),
        ];
      }),
  );
  const columns = [
    { heading: "" },
    { heading: "figure" },
    { heading: "value", align: "right" },
    { heading: "" },
  ] as const;
  const parties = partiesOf(result).flatMap((party) => linesOf(party, tint));
  const { symbol } = result.debtAsset;
  return [
    ...wrap(headline, WIDTH).map((text) => tint.bold(mark(text))),
    ...wrap(body, WIDTH),
    "",
    table(
      [{ heading: "Who lost, who gained" }, { heading: symbol, align: "right" }, { heading: "" }],
      [...parties, ["Sum", signedMoney(result.balance.sum), ""]],
      tint,
    ),
    "",
    ...table(columns, rows, tint).split("\n").slice(1),
  ].join("\n");
}

/** A party's line, and for borrowers one further line per part. */
function linesOf({ who, net, parts }: Party, tint: Tint): readonly string[][] {
  const [only] = parts;
  const note = parts.length === 1 && only !== undefined ? only.what : "";
  const amountText = signOf(net) < 0 ? tint.bad(signedMoney(net)) : signedMoney(net);
  const line = [who, amountText, note === "" ? "" : tint.faint(note)];
  if (who !== "Borrowers" || parts.length < 2) return [line];
  return [line, ...parts.map((part) => ["", tint.faint(signedMoney(part.net)), tint.faint(part.what)])];
}

/** Notes that replace the report's notes and add the left-out figures. */
function ownNotes(result: ReplayResult): Readonly<Record<string, string>> {
  const { autopilot, badDebt, latencyBlocks, opening, price } = result;
  const money = (text: string): string => amount(text, "").trim();
  const drop = fall(price.start, price.min);
  return {
    "Net bad debt": `gross ${money(badDebt.gross)}, covered ${money(badDebt.covered)}`,
    "Autopilot executions": `of ${count(autopilot.plans)} plans, cost ${money(autopilot.cost)}`,
    "Latency p95": `p50 ${waited(latencyBlocks.p50)}, longest ${count(latencyBlocks.max)}`,
    "Opening debt": `on collateral of ${money(opening.collateralValue)}`,
    "Highest utilisation": `of ${money(opening.lent)} lent`,
    "Lowest price": `${signOf(drop) > 0 ? `fell ${ratio(drop, 1)}, ` : ""}ended at ${money(price.end)}`,
  };
}

/**
 * `text` broken at blanks into lines of at most `width` characters. A longer word has its own line.
 */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

import type { ReplayResult } from "../../lab/result/result.js";
import { fixed, parseDecimal, ratio } from "../../format/quantities.js";

/** A replay in a document's table: the heading of its column, and its `--keeper` value. */
export interface Shown {
  readonly heading: string;
  readonly keeper: string;
}

/** The replays of the table: all of the shipped scenario with seed 1 and default parameters. */
export const SHOWN: readonly Shown[] = [
  { heading: "keepers awake", keeper: "on" },
  { heading: "all silent for 12 h", keeper: "silent=12h" },
  { heading: "no keepers", keeper: "off" },
];
/** Number of vaults in these replays. */
export const SHOWN_VAULTS = 1000;

const BLOCK = /<!-- results -->\n[\s\S]*?<!-- end -->/;

/** A document with its table of results, one column for each replay. */
export function withResults(text: string, results: readonly ReplayResult[]): string {
  const table = [
    `| | ${SHOWN.map(({ heading }) => heading).join(" | ")} |`,
    `| --- |${" --- |".repeat(SHOWN.length)}`,
    ...ROWS.map(([name, figure]) => `| ${name} | ${results.map(figure).join(" | ")} |`),
  ].join("\n");
  return text.replace(BLOCK, `<!-- results -->\n\n${table}\n\n<!-- end -->`);
}

const ROWS: readonly (readonly [name: string, figure: (result: ReplayResult) => string])[] = [
  ["lenders' loss", ({ badDebt }) => whole(badDebt.lenders)],
  [
    "implied and not booked, of which the backstop would carry",
    ({ badDebt }) => `${whole(badDebt.implied)}, ${whole(badDebt.impliedPayers.backstop)}`,
  ],
  ["paid by the backstop", ({ badDebt }) => whole(badDebt.backstop)],
  ["backstop's depositors", ({ backstop }) => signed(backstop.profit)],
  [
    "vaults that lost collateral: liquidated, absorbed whole, both",
    ({ affected: a }) => `${a.vaults}: ${a.liquidatedOnly}, ${a.absorbedOnly}, ${a.both}`,
  ],
  ["debt absorbed", ({ absorptions }) => `${whole(absorptions.debt)} (${absorptions.count} vaults)`],
  [
    "lots sold at, of the oracle price",
    ({ absorptions }) => (absorptions.takes === 0 ? "none sold" : ratio(absorptions.meanPriceToOracle, 1)),
  ],
  ["borrowers' whole loss", ({ borrowers }) => whole(borrowers.loss)],
  [
    "to liquidation, to auctions, to the autopilot",
    ({ borrowers: b, autopilot }) =>
      [b.lossToLiquidation, b.lossToAuctions, autopilot.cost].map(whole).join(", "),
  ],
  [
    "liquidators, bidders, absorbers",
    ({ keepers: k }) => [k.liquidators, k.bidders, k.absorbers].map(signed).join(", "),
  ],
];

function whole(text: string): string {
  const { value, scale } = parseDecimal(text) ?? { value: 0n, scale: 0 };
  return fixed(value, scale, 0);
}

function signed(text: string): string {
  const shown = whole(text);
  return shown === "0" || shown.startsWith("-") ? shown : `+${shown}`;
}

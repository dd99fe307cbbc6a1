import { readFile } from "node:fs/promises";

import { z } from "zod";

import { table } from "../../format/table.js";
import type { Result } from "./campaign.js";
import type { Mutant } from "./mutants.js";

const equivalentSchema = z.strictObject({
  file: z.string(),
  /** The line before and after the mutation, with spaces collapsed. */
  was: z.string(),
  becomes: z.string(),
  /** The reason why no test can tell the two apart. */
  reason: z.string().min(20),
});

/** A mutant that behaves like the original, and the reason. */
export type Equivalent = z.infer<typeof equivalentSchema>;

/** Parses a list of equivalents. Throws a `ZodError` for anything else. */
export function parseEquivalents(value: unknown): Equivalent[] {
  return z.array(equivalentSchema).parse(value);
}

/**
 * The figures of some results. Invalid mutants are not counted. Equivalent mutants cannot be
 * killed.
 */
interface Figures {
  readonly mutants: number;
  readonly killed: number;
  readonly sameBytecode: number;
  readonly equivalent: number;
  readonly survived: number;
  readonly invalid: number;
}

/** Share of killed mutants among those that can be killed [percent]; 100 if there are none. */
export function score(results: readonly Result[], equivalents: readonly Equivalent[]): number {
  const { killed, survived } = figures(results, equivalents);
  return killed + survived === 0 ? 100 : (100 * killed) / (killed + survived);
}

/** All mutants of each file, tried or not. */
export type Possible = Readonly<Record<string, readonly Mutant[]>>;

/** The table of results for people. */
export function summary(
  results: readonly Result[],
  equivalents: readonly Equivalent[],
  possible: Possible,
): string {
  const right = { align: "right" } as const;
  return table(
    [{ heading: HEADINGS[0] ?? "" }, ...HEADINGS.slice(1).map((heading) => ({ heading, ...right }))],
    rows(results, equivalents, possible),
  );
}

/**
 * Survivors without a reason, and wrong entries in the list of equivalents. An entry is wrong if
 * its mutant was killed or if no such mutant exists.
 */
export function listed(
  results: readonly Result[],
  equivalents: readonly Equivalent[],
  possible: Possible = {},
): { survivors: string[]; wrong: string[] } {
  const survivors = results
    .filter((r) => r.status === "survived" && !equivalents.some((e) => isOf(e, r)))
    .map(
      (r) =>
        `survived  ${r.file}:${r.mutant.line}  ${r.mutant.operator}\n  - ${r.mutant.was}\n  + ${r.mutant.becomes}`,
    );
  const wrong = equivalents.flatMap((e) => {
    const own = results.filter((r) => isOf(e, r));
    const killed = own.find((r) => r.status === "killed");
    if (killed !== undefined) return [`${e.becomes}: killed by ${killed.by}`];
    const tried = results.some((r) => r.file === e.file);
    const exists = own.length > 0 || possible[e.file]?.some((m) => names(e, e.file, m)) === true;
    return tried && !exists ? [`${e.file}: ${e.becomes}: no such mutant`] : [];
  });
  return { survivors, wrong };
}

const START = "<!-- results: npm run mutation -- --write -->";
const END = "<!-- end of results -->";

/** The page with its results replaced. Throws if the page does not mark their place. */
export async function markdown(
  page: URL,
  results: readonly Result[],
  equivalents: readonly Equivalent[],
  possible: Possible,
): Promise<string> {
  const text = await readFile(page, "utf8");
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start === -1 || end < start) throw new Error(`${page.pathname}: no "${START}" before "${END}"`);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const survivors = listed(results, equivalents).survivors;
  const body = [
    line(HEADINGS),
    line(HEADINGS.map((_, i) => (i === 0 ? "---" : "--:"))),
    ...rows(results, equivalents, possible).map(line),
    "",
    survivors.length === 0 ? "No survivor is left unexplained." : "Survivors:",
    "",
    ...(survivors.length === 0 ? [] : ["```diff", ...survivors, "```", ""]),
  ];
  return `${text.slice(0, start)}${START}\n\n${body.join("\n")}\n${text.slice(end)}`;
}

const HEADINGS = [
  "file",
  "possible",
  "tried",
  "killed",
  "same bytecode",
  "equivalent",
  "survived",
  "killed %",
];

function rows(
  results: readonly Result[],
  equivalents: readonly Equivalent[],
  possible: Possible,
): string[][] {
  const row = (name: string, own: readonly Result[], places: number): string[] => {
    const f = figures(own, equivalents);
    const share = score(own, equivalents).toFixed(1);
    return [
      name,
      ...[places, f.mutants, f.killed, f.sameBytecode, f.equivalent, f.survived].map(String),
      share,
    ];
  };
  const files = Object.keys(possible);
  const count = (file: string): number => possible[file]?.length ?? 0;
  const total = files.reduce((sum, file) => sum + count(file), 0);
  return [
    ...files.map((file) =>
      row(
        file.replace(/^contracts\//, ""),
        results.filter((r) => r.file === file),
        count(file),
      ),
    ),
    row("all", results, total),
  ];
}

function figures(results: readonly Result[], equivalents: readonly Equivalent[]): Figures {
  const count = (status: Result["status"]): number => results.filter((r) => r.status === status).length;
  const equivalent = results.filter(
    (r) => r.status === "survived" && equivalents.some((e) => isOf(e, r)),
  ).length;
  const invalid = count("invalid");
  return {
    mutants: results.length - invalid,
    killed: count("killed"),
    sameBytecode: count("same bytecode"),
    equivalent,
    survived: count("survived") - equivalent,
    invalid,
  };
}

/** Whether an entry of the list names this mutant of `file`. */
export function names(e: Equivalent, file: string, mutant: Mutant): boolean {
  return e.file === file && e.was === mutant.was && e.becomes === mutant.becomes;
}

function isOf(e: Equivalent, { file, mutant }: Result): boolean {
  return names(e, file, mutant);
}

import { stripVTControlCharacters } from "node:util";

/** A column: its heading and the alignment of its cells. */
export interface Column {
  readonly heading: string;
  readonly align?: "left" | "right";
}

/**
 * An aligned table for people: headings, then `rows`, two spaces between columns, no trailing
 * spaces.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  tint: Tint = plain,
): string {
  const widths = columns.map((c, i) =>
    Math.max(c.heading.length, ...rows.map((row) => visible(row[i] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, i) => {
        const cell = cells[i] ?? "";
        const blanks = " ".repeat((widths[i] ?? 0) - visible(cell));
        return column.align === "right" ? blanks + cell : cell + blanks;
      })
      .join("  ")
      .trimEnd();
  return [tint.bold(line(columns.map((c) => c.heading))), ...rows.map(line)].join("\n");
}

/** Functions that mark text. */
export interface Tint {
  readonly bold: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
}

/** Leaves text unmarked. */
export const plain: Tint = { bold: same, good: same, bad: same, faint: same };

/** Marks text with terminal colours. */
export const coloured: Tint = { bold: sgr(1, 22), good: sgr(32, 39), bad: sgr(31, 39), faint: sgr(2, 22) };

/** Colours if `stream` is a terminal and NO_COLOR is not set. */
export function tintFor(stream: { readonly isTTY?: boolean }): Tint {
  return stream.isTTY === true && !process.env.NO_COLOR ? coloured : plain;
}

function sgr(on: number, off: number): (text: string) => string {
  return (text) => `\u001b[${on}m${text}\u001b[${off}m`;
}

function same(text: string): string {
  return text;
}

function visible(text: string): number {
  return stripVTControlCharacters(text).length;
}

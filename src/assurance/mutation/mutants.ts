import { type Node, type Range, walk } from "./ast.js";
import { OPERATORS, type Operator } from "./operators.js";

export interface Mutant {
  readonly operator: Operator;
  /** Bytes of the original that the mutant replaces. */
  readonly range: Range;
  readonly original: string;
  readonly replacement: string;
  /** Line of the change, counted from 1. */
  readonly line: number;
  /**
   * The line before and after the change, trimmed. People and the list of equivalents identify a
   * mutant by these.
   */
  readonly was: string;
  readonly becomes: string;
}

/**
 * Every mutant of a source, in the order of its text. `tree` is the compiler's AST of exactly this
 * source.
 */
export function mutantsOf(source: string, tree: Node): Mutant[] {
  const bytes = Buffer.from(source);
  const all: Mutant[] = [];
  for (const visit of walk(tree)) {
    for (const [operator, changes] of OPERATORS) {
      for (const { range, replacement } of changes(visit, bytes)) {
        all.push({ operator, range, replacement, ...describe(bytes, range, replacement) });
      }
    }
  }
  const seen = new Set<string>();
  return all
    .sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end)
    .filter((m) => {
      const key = `${m.range.start}:${m.range.end}:${m.replacement}`;
      return !seen.has(key) && seen.add(key);
    });
}

/** The source with the mutant applied. */
export function apply(source: string, mutant: Mutant): string {
  return splice(Buffer.from(source), mutant.range, mutant.replacement);
}

function splice(bytes: Buffer, { start, end }: Range, replacement: string): string {
  return Buffer.concat([bytes.subarray(0, start), Buffer.from(replacement), bytes.subarray(end)]).toString();
}

function describe(bytes: Buffer, range: Range, replacement: string) {
  const lineStart = bytes.lastIndexOf("\n", range.start - 1) + 1;
  const lineEnd = (at: number): number => {
    const end = bytes.indexOf("\n", at);
    return end === -1 ? bytes.length : end;
  };
  const line = bytes.subarray(0, range.start).toString().split("\n").length;
  const was = bytes.subarray(lineStart, lineEnd(range.end)).toString();
  const tail = bytes.subarray(range.end, lineEnd(range.end)).toString();
  const becomes = bytes.subarray(lineStart, range.start).toString() + replacement + tail;
  return {
    original: bytes.subarray(range.start, range.end).toString(),
    line,
    was: oneLine(was),
    becomes: oneLine(becomes),
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

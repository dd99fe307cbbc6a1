/** Coverage of one source file. */
export interface FileCoverage {
  readonly executedLines: number;
  readonly lines: number;
  readonly executedStatements: number;
  readonly statements: number;
  /** Numbers of the lines not executed, ascending. */
  readonly missing: readonly number[];
}

/** Coverage of a set of files [percent]: `line` and `statement`, 100 for a set without any. */
export interface Summary {
  readonly line: number;
  readonly statement: number;
  readonly files: readonly (FileCoverage & { readonly path: string })[];
}

/**
 * Whether a file counts: every file below contracts/ except the mocks, which are never deployed to
 * a live chain.
 */
export function isCounted(path: string): boolean {
  return path.startsWith("contracts/") && !path.startsWith("contracts/mocks/");
}

/** Adds up the counted files of a report, in the order of their paths. */
export function summarise(report: ReadonlyMap<string, FileCoverage>): Summary {
  const files = [...report]
    .filter(([path]) => isCounted(path))
    .map(([path, file]) => ({ path, ...file }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const sum = (count: (file: FileCoverage) => number): number =>
    files.reduce((n, file) => n + count(file), 0);
  return {
    line: percent(
      sum((file) => file.executedLines),
      sum((file) => file.lines),
    ),
    statement: percent(
      sum((file) => file.executedStatements),
      sum((file) => file.statements),
    ),
    files,
  };
}

/** `part` of `whole` [percent]; 100 if `whole` is 0. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : (100 * part) / whole;
}

/** Formats ascending numbers as ranges: 1, 2, 3, 7 are "1-3, 7". */
export function ranges(numbers: readonly number[]): string {
  const spans: { first: number; last: number }[] = [];
  for (const n of numbers) {
    const span = spans.at(-1);
    if (span?.last === n - 1) span.last = n;
    else spans.push({ first: n, last: n });
  }
  return spans.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
}

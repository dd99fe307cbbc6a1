import { stripVTControlCharacters } from "node:util";

import type { CommandSpec } from "../../src/cli/args.js";
import { attempt, type Main } from "../../src/cli/run.js";
import { coloured, plain, type Tint } from "../../src/format/table.js";
import type { Ended } from "./process.js";

/** The two outputs of a command: plain text, and text with the marks of a terminal. */
export const READERS = { plain, coloured } as const;

/**
 * Runs a command in this process and returns its output and exit code. Notes appear among the
 * results in `stdout`.
 */
export async function runHere<const S extends CommandSpec>(
  command: S,
  main: Main<S>,
  args: readonly string[],
  tint: Tint = plain,
): Promise<Ended> {
  let stdout = "";
  const out = (line: string): void => void (stdout += `${line}\n`);
  const { exitCode, error } = await attempt(command, main, args, { out, note: out, tint });
  return { code: exitCode, stdout, stderr: error === undefined ? "" : `${error}\n` };
}

/** The output without terminal marks. */
export function unmarked({ code, stdout, stderr }: Ended): Ended {
  return { code, stdout: stripVTControlCharacters(stdout), stderr: stripVTControlCharacters(stderr) };
}

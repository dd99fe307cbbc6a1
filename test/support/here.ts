import { stripVTControlCharacters } from "node:util";

import type { CommandSpec } from "../../src/cli/args.js";
import { attempt, type Main } from "../../src/cli/run.js";
import { coloured, plain, type Tint } from "../../src/format/table.js";
import type { Ended } from "./process.js";

/** What a reader of a command's output can see: nothing but text, or marks as on a terminal. */
export const READERS = { plain, coloured } as const;

/** Runs a command in this process: what it would print, remarks among the results, and its exit code. */
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

/** What a command printed, without its marks. */
export function unmarked({ code, stdout, stderr }: Ended): Ended {
  return { code, stdout: stripVTControlCharacters(stdout), stderr: stripVTControlCharacters(stderr) };
}

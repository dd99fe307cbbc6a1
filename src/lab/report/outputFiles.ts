import { constants, rmdirSync } from "node:fs";
import { access, mkdir, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { InputError, quote } from "../../format/inputError.js";

/** Output options of a replay. */
export interface Wanted {
  /** Folder of the report. It is created if it does not exist. */
  readonly out: string;
  /** File of the result, if wanted. Its folder must exist. */
  readonly json: string | undefined;
  /** Whether existing files are replaced. */
  readonly force: boolean;
}

/** Longest wait for a path [ms], because some, such as unreachable network drives, never answer. */
const PATIENCE_MS = 5000;
/** Calls `late` after the longest wait. Returns a function that cancels the call. */
export type Patience = (late: () => void) => () => void;
const patient: Patience = (late) => {
  const timer = setTimeout(late, PATIENCE_MS);
  return () => {
    clearTimeout(timer);
  };
};
const REPORT = "report";
/** Most reports in one folder. */
const MAX_REPORTS = 10_000;

/**
 * Checks the output paths before the replay runs. Creates the report's folder, and writes and
 * removes a file in it and at a new JSON path. Returns a function that removes the created folders
 * while they are empty.
 *
 * Throws an `InputError` that names the option and the path if a path cannot be written or does not
 * answer in time, or if the JSON file exists without `force`.
 */
export async function prepare(wanted: Wanted, patience = patient): Promise<() => void> {
  const { json, out, force } = wanted;
  if (json !== undefined) await timely("--json", json, patience, probeFile("--json", json, force));
  const made: string[] = [];
  const undo = (): void => {
    for (const folder of made.splice(0).reverse()) {
      try {
        rmdirSync(folder);
      } catch {
        return; // Keep a folder that is not empty.
      }
    }
  };
  try {
    await timely("--out", out, patience, probeFolder("--out", out, made));
  } catch (error) {
    undo();
    throw error;
  }
  return undo;
}

/**
 * Writes the report and returns its path: `report.html`, or `report-2.html` and so on if earlier
 * reports exist. Throws an `Error` if the file cannot be written or the folder holds 10,000
 * reports.
 */
export async function writeReport({ out, force }: Wanted, page: string): Promise<string> {
  for (let n = 1; n <= MAX_REPORTS; n++) {
    const path = join(out, n === 1 ? `${REPORT}.html` : `${REPORT}-${n}.html`);
    try {
      await writeFile(path, page, { flag: force ? "w" : "wx" });
      return path;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw failed("report", path, error);
    }
  }
  throw new Error(
    `report: ${quote(out)}: holds ${MAX_REPORTS} reports already; name another folder by --out`,
  );
}

/** Writes the result if a path is given. Throws an `Error` if the file cannot be written. */
export async function writeJson({ json, force }: Wanted, value: unknown): Promise<void> {
  if (json === undefined) return;
  try {
    await writeFile(json, `${JSON.stringify(value, null, 2)}\n`, { flag: force ? "w" : "wx" });
  } catch (error) {
    throw failed("result", json, error);
  }
}

/**
 * Creates a folder with all its missing parents and writes a probe file into it. Appends each
 * created folder to `made`, outermost first. Throws an `InputError` if that fails.
 */
async function probeFolder(option: string, path: string, made: string[]): Promise<void> {
  const missing: string[] = [];
  let folder = resolve(path);
  for (;;) {
    const found = await stat(folder).catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") return null;
      if (codeOf(error) === "ENOTDIR") return null;
      throw refused(option, path, error);
    });
    if (found?.isDirectory() === true) break;
    if (found !== null)
      throw new InputError(`${option}: ${quote(path)}: ${quote(folder)} is a file, must be a folder`);
    missing.unshift(folder);
    folder = dirname(folder);
  }
  for (const one of missing) {
    await mkdir(one).catch((error: unknown) => {
      throw refused(option, path, error);
    });
    made.push(one);
  }
  await probe(option, path, join(path, `.breakwater-${process.pid}`));
}

async function probeFile(option: string, path: string, force: boolean): Promise<void> {
  const folder = dirname(path);
  const above = await stat(folder).catch(() => null);
  if (above?.isDirectory() !== true)
    throw new InputError(`${option}: ${quote(folder)}: must be an existing folder`);
  const found = await stat(path).catch(() => null);
  if (found === null) {
    await probe(option, path, path);
    return;
  }
  if (!found.isFile()) throw new InputError(`${option}: ${quote(path)}: must be a file`);
  if (!force) {
    throw new InputError(`${option}: ${quote(path)}: exists; give another name, or --force to replace it`);
  }
  await access(path, constants.W_OK).catch((error: unknown) => {
    throw refused(option, path, error);
  });
}

/** Writes an empty file and removes it. Throws an `InputError` if that fails. */
async function probe(option: string, path: string, file: string): Promise<void> {
  try {
    await writeFile(file, "", { flag: "wx" });
    await unlink(file);
  } catch (error) {
    throw refused(option, path, error);
  }
}

/** Awaits `work`. Rejects with an `InputError` if `patience` ends first. */
async function timely(option: string, path: string, patience: Patience, work: Promise<void>): Promise<void> {
  let callOff: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    callOff = patience(() => {
      reject(new InputError(`${option}: ${quote(path)}: does not answer within ${PATIENCE_MS / 1000} s`));
    });
  });
  await Promise.race([work, late]).finally(() => callOff?.());
}

function refused(option: string, path: string, error: unknown): InputError {
  return new InputError(`${option}: ${quote(path)}: cannot be written to (${codeOf(error)})`);
}

function failed(what: string, path: string, error: unknown): Error {
  const why = codeOf(error) === "EEXIST" ? "it exists since the run began" : codeOf(error);
  return new Error(`${what}: ${quote(path)}: cannot be written (${why})`);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown error";
}

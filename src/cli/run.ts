import { InputError } from "../format/inputError.js";
import { redacted } from "../protocol/endpoint.js";
import { CliError, type CommandSpec, EXIT, type OptionValues, helpOf, parse } from "./args.js";
import { type Tint, tintFor } from "../format/table.js";

/** The output of a command, line by line: results to `out`, remarks about the run to `note`. */
export interface Io {
  readonly out: (line: string) => void;
  readonly note: (line: string) => void;
  /** Marks for `out`: none unless it is a terminal that supports colours. */
  readonly tint: Tint;
}

/** The body of a command. Throws a `CliError` to end with that error's exit code. */
export type Main<S extends CommandSpec> = (options: OptionValues<S>, io: Io) => Promise<void>;

/**
 * Runs a command on `argv`. Returns the exit code and the one line that states the error.
 * Exit codes: 0; that of the thrown `CliError`; 2 for an `InputError`; 1 for any other error.
 */
export async function attempt<const S extends CommandSpec>(
  command: S,
  main: Main<S>,
  argv: readonly string[],
  io: Io,
): Promise<{ readonly exitCode: number; readonly error?: string }> {
  try {
    const options = parse(command, argv);
    if (options === "help") io.out(helpOf(command));
    else await main(options, io);
    return { exitCode: EXIT.ok };
  } catch (error) {
    return { exitCode: exitCodeOf(error), error: oneLine(error) };
  }
}

/**
 * Runs a command as this process: results to stdout, and one line to stderr if it fails. SIGINT and
 * SIGTERM end the process at once, unless `main` calls `stopSignal()`.
 */
export async function run<const S extends CommandSpec>(command: S, main: Main<S>): Promise<never> {
  // A closed reader (`| head`) is not a failure of the command.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.failure);
  });
  const { exitCode, error } = await attempt(command, main, process.argv.slice(2), {
    out: (line) => void process.stdout.write(`${line}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
    tint: tintFor(process.stdout),
  });
  if (error !== undefined) process.stderr.write(`${error}\n`);
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
  process.exit(exitCode);
}

/**
 * From now on the first SIGINT or SIGTERM only aborts the returned signal. A second one ends the
 * process at once.
 */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.failure);
    stop.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return stop.signal;
}

/**
 * From now on a SIGINT or SIGTERM first writes the result of `say` to `note`, then ends the process
 * as that signal does. Returns a function that undoes this.
 */
export function onInterrupt(note: Io["note"], say: () => string): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    undo();
    note(say());
    process.kill(process.pid, signal);
  };
  const undo = (): void => void process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return undo;
}

/**
 * An error as one line, without stack and without the URLs that libraries put into their messages.
 * The message is not cut, because its end may say what to do.
 */
export function oneLine(error: unknown): string {
  const text = messageOf(error);
  return error instanceof CliError || error instanceof InputError
    ? text.replaceAll(/\s+/g, " ").trim()
    : redacted(text);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof InputError) return EXIT.usage;
  return error instanceof CliError ? error.exitCode : EXIT.failure;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { shortMessage } = error as { shortMessage?: unknown };
  if (typeof shortMessage === "string" && shortMessage !== "") return shortMessage;
  return error.message === "" ? error.name : error.message;
}

import { CliError, type CommandSpec, EXIT, type OptionValues, helpOf, parse } from "./args.js";

/**
 * Runs a command and ends the process: exit code 0, or that of the `CliError` that `main` throws, after one line on
 * stderr. Any other error is a runtime failure (1), also in one line. SIGINT and SIGTERM end the process at once, unless
 * `main` asks for `stopSignal()`.
 */
export async function run<const S extends CommandSpec>(
  command: S,
  main: (options: OptionValues<S>) => Promise<void>,
): Promise<never> {
  // A reader that went away (`| head`) is no failure of ours.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? EXIT.ok : EXIT.failure);
  });
  let exitCode: number = EXIT.ok;
  try {
    const options = parse(command, process.argv.slice(2));
    if (options === "help") process.stdout.write(`${helpOf(command)}\n`);
    else await main(options);
  } catch (error) {
    exitCode = error instanceof CliError ? error.exitCode : EXIT.failure;
    process.stderr.write(`${oneLine(error)}\n`);
  }
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
  process.exit(exitCode);
}

/** From now on the first SIGINT or SIGTERM only aborts the signal returned; a second one ends the process at once. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.failure);
    stop.abort();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return stop.signal;
}

/** An error as one line without stack, and without the URLs that libraries put into their messages. */
export function oneLine(error: unknown): string {
  const text = messageOf(error).split("\n", 1)[0] ?? "";
  if (error instanceof CliError) return text;
  return text.replaceAll(/https?:\/\/[^\s"')]+/g, (url) => redactUrl(url));
}

/** A URL as it may be shown: without user, path and query, where providers put their keys. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return "(unreadable URL)";
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname.length > 1 || search !== "" ? "/..." : ""}`;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { shortMessage } = error as { shortMessage?: unknown };
  if (typeof shortMessage === "string" && shortMessage !== "") return shortMessage;
  return error.message === "" ? error.name : error.message;
}

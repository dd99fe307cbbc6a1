import { parseArgs } from "node:util";

import { InputError, quote } from "../format/inputError.js";

/** Exit codes of a command. */
export const EXIT = { ok: 0, failure: 1, usage: 2, chain: 3 } as const;

/** An error that ends a command: one line for people, and the exit code. */
export class CliError extends Error {
  override readonly name: string = "CliError";

  constructor(
    message: string,
    readonly exitCode: number = EXIT.failure,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The chain cannot be reached, or is not the requested one. Exit code 3. */
export class ChainError extends CliError {
  override readonly name = "ChainError";

  constructor(message: string, options?: ErrorOptions) {
    super(message, EXIT.chain, options);
  }
}

/** One option of a command. `value` is the placeholder that the help shows. */
export type OptionSpec =
  | { readonly type: "boolean"; readonly help: string }
  | { readonly type: "string"; readonly help: string; readonly value: string; readonly default?: string }
  /** The option may be repeated. */
  | { readonly type: "strings"; readonly help: string; readonly value: string };

/** A command: its usage, its purpose, and its options by long name. */
export interface CommandSpec {
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /**
   * The one argument that the command takes besides options, if any. It is parsed as the option of
   * this name.
   */
  readonly argument?: string;
}

/**
 * The values of a command's options. Flags are true or false. Strings are the given or the default
 * value, otherwise undefined.
 */
export type OptionValues<S extends CommandSpec> = {
  readonly [K in keyof S["options"]]: S["options"][K] extends { type: "boolean" }
    ? boolean
    : S["options"][K] extends { type: "strings" }
      ? readonly string[]
      : S["options"][K] extends { default: string }
        ? string
        : string | undefined;
};

/**
 * Parses `argv` (without interpreter and script): the option values, or "help" if `--help` is among
 * them.
 * Throws an `InputError` for an unknown, repeated or valueless option and for a stray argument.
 */
export function parse<const S extends CommandSpec>(
  command: S,
  argv: readonly string[],
): OptionValues<S> | "help" {
  const names = Object.keys(command.options);
  const allowed = [...names, "help"].map((name) => `--${name}`).join(", ");
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    options: {
      help: { type: "boolean" },
      ...Object.fromEntries(
        names.map((name) => [
          name,
          { type: command.options[name]?.type === "boolean" ? "boolean" : "string" },
        ]),
      ),
    },
  });
  const values: Record<string, string | string[] | boolean | undefined> = {};
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      if (command.argument !== undefined && !(command.argument in values)) {
        values[command.argument] = token.value;
        continue;
      }
      throw new InputError(`argument: ${quote(token.value)}: unexpected; allowed are ${allowed}`);
    }
    if (token.name === "help" && token.rawName === "--help") return "help";
    const spec = Object.hasOwn(command.options, token.name) ? command.options[token.name] : undefined;
    if (spec === undefined || !token.rawName.startsWith("--")) {
      throw new InputError(`${token.rawName}: unknown option; allowed are ${allowed}`);
    }
    if (token.name in values && spec.type !== "strings")
      throw new InputError(`--${token.name}: given twice; allowed is once`);
    if (spec.type === "boolean") {
      if (token.value !== undefined) {
        throw new InputError(`--${token.name}: ${quote(token.value)}: the option takes no value`);
      }
      values[token.name] = true;
    } else {
      const value = token.value;
      if (value === undefined || value === "" || (!token.inlineValue && value.startsWith("-"))) {
        throw new InputError(`--${token.name}: missing: the option needs a value, ${spec.value}`);
      }
      if (spec.type === "strings")
        values[token.name] = [...((values[token.name] as string[] | undefined) ?? []), value];
      else values[token.name] = value;
    }
  }
  for (const name of names) {
    const spec = command.options[name];
    if (spec?.type === "boolean") values[name] ??= false;
    else if (spec?.type === "strings") values[name] ??= [];
    else values[name] ??= spec?.default;
  }
  return values as OptionValues<S>;
}

/** The help page of a command. */
export function helpOf(command: CommandSpec): string {
  const rows = Object.entries(command.options).map(([name, o]): [string, string] => [
    o.type === "boolean" ? `--${name}` : `${name === command.argument ? "" : `--${name} `}${o.value}`,
    o.type === "string" && o.default !== undefined ? `${o.help} (default ${o.default})` : o.help,
  ]);
  rows.push(["--help", "print this page"]);
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
  return [command.summary, "", `  ${command.usage}`, "", ...lines].join("\n");
}

/** `value` as an integer in [min, max]. Throws an `InputError` that names `field`. */
export function integer(field: string, value: string, min: number, max: number): number {
  const parsed = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (!(parsed >= min && parsed <= max)) {
    throw new InputError(`${field}: ${quote(value)}: must be an integer from ${min} to ${max}`);
  }
  return parsed;
}

/**
 * `value`, a decimal number of whole tokens, in units of `decimals`. Throws an `InputError` that
 * names `field`.
 */
export function amount(field: string, value: string, decimals: number): bigint {
  const [, whole, fraction = ""] = /^(\d{1,40})(?:\.(\d+))?$/.exec(value) ?? [];
  if (whole === undefined || fraction.length > decimals) {
    throw new InputError(
      `${field}: ${quote(value)}: must be a decimal number such as 12.5, with at most ${decimals} decimals`,
    );
  }
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

/** `value` if it is one of `allowed`. Throws an `InputError` that names `field`. */
export function oneOf<T extends string>(field: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw new InputError(`${field}: ${quote(value)}: must be one of ${allowed.join(", ")}`);
  return found;
}

/** `value` if it is an http(s) URL. Throws an `InputError` that names `field`. */
export function httpUrl(field: string, value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    const shown = quote(value.replace(/\/\/[^@/]*@/, "//...@"));
    throw new InputError(`${field}: ${shown}: must be a URL that starts with http:// or https://`);
  }
  return value;
}

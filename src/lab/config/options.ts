import { InputError, quote } from "../../format/inputError.js";
import type { Scenario } from "../scenario/scenario.js";
import type { Settings } from "./settings.js";

/** Whether the agents act: always, never, or not for a time from the scenario's `crashStart`. */
export type KeeperMode =
  | { readonly kind: "on" }
  | { readonly kind: "off" }
  /** `text` is the duration as given, such as "12h". */
  | { readonly kind: "silent"; readonly seconds: number; readonly text: string };

export interface ReplayOptions {
  readonly scenario: Scenario;
  readonly settings: Settings;
  readonly vaults: number;
  readonly seed: number;
  readonly keeper: KeeperMode;
  /** The command that reproduces the replay, for the report. */
  readonly command: string;
  /** Called when vaults are opened and after every step. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Progress of a replay: vaults opened, or steps done. */
export interface Progress {
  readonly phase: "opening" | "replaying";
  readonly done: number;
  readonly total: number;
  /** Scenario time of the last step [s]. */
  readonly time?: number;
}

/** A time window [s] that includes `from` and excludes `until`. */
export interface Window {
  readonly from: number;
  readonly until: number;
}

const SECONDS = { s: 1, m: 60, h: 3600 } as const;
/** Longest silence [s]: a year. */
const MAX_SILENCE = 31_536_000;

/**
 * Parses the value of `--keeper`. Throws an `InputError` for anything but on, off and
 * silent=<duration>.
 */
export function parseKeeper(text: string): KeeperMode {
  if (text === "on" || text === "off") return { kind: text };
  const match = /^silent=(\d{1,8})([smh])$/.exec(text);
  const seconds = Number(match?.[1] ?? 0) * SECONDS[(match?.[2] ?? "s") as keyof typeof SECONDS];
  if (match === null || seconds < 1 || seconds > MAX_SILENCE) {
    throw new InputError(
      `--keeper: ${quote(text)}: must be on, off, or silent=<duration> such as silent=12h, 90m or 600s, up to a year`,
    );
  }
  return { kind: "silent", seconds, text: text.slice("silent=".length) };
}

/**
 * The window in which no agent acts, or null if agents always act. Throws an `InputError` if agents
 * are to be silent from `crashStart` and the scenario has none.
 */
export function silenceOf(keeper: KeeperMode, scenario: Scenario): Window | null {
  if (keeper.kind === "on") return null;
  if (keeper.kind === "off") return { from: -Infinity, until: Infinity };
  const { crashStart } = scenario;
  if (crashStart === undefined) {
    throw new InputError(
      `--keeper: "silent=${keeper.text}": the path never falls 5 % below its highest price so far, so there is no crash to be silent in`,
    );
  }
  return { from: crashStart, until: crashStart + keeper.seconds };
}

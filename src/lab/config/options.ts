import { InputError, quote } from "../../format/inputError.js";
import type { Scenario } from "../scenario/scenario.js";
import type { Settings } from "./settings.js";

/** Whether the agents act: always, never, or not for a time from the scenario's `crashStart`. */
export type KeeperMode =
  | { readonly kind: "on" }
  | { readonly kind: "off" }
  /** `text` as given, such as "12h". */
  | { readonly kind: "silent"; readonly seconds: number; readonly text: string };

/** What a replay is asked to do. */
export interface ReplayOptions {
  readonly scenario: Scenario;
  readonly settings: Settings;
  readonly vaults: number;
  readonly seed: number;
  readonly keeper: KeeperMode;
  /** The command that repeats it, for the report. */
  readonly command: string;
  /** Called as vaults are opened, and after every step. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How far a replay is: vaults opened, or steps done. */
export interface Progress {
  readonly phase: "opening" | "replaying";
  readonly done: number;
  readonly total: number;
  /** The scenario's time of the last step [s]. */
  readonly time?: number;
}

/** A stretch of time [s]: from its first second up to but not including its last. */
export interface Window {
  readonly from: number;
  readonly until: number;
}

const SECONDS = { s: 1, m: 60, h: 3600 } as const;
/** Longest silence [s]: a year. */
const MAX_SILENCE = 31_536_000;

/** What `--keeper` says. Throws a `InputError` for anything but on, off, and silent=<duration>. */
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
 * When nobody acts; null if somebody always does. Throws a `InputError` where agents are to be silent from the start of a crash
 * that the path does not have.
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

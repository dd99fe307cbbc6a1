import type { Scenario } from "./scenario.js";
import type { Settings } from "./settings.js";

/** What a replay is asked to do. */
export interface ReplayOptions {
  readonly scenario: Scenario;
  readonly settings: Settings;
  readonly vaults: number;
  readonly seed: number;
  readonly keeper: "on" | "off";
  /** The command that repeats it, for the report. */
  readonly command: string;
  /** Called after every step. */
  readonly onProgress?: (step: number, steps: number) => void;
}

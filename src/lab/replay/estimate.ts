import { count, plural, spell } from "../../format/quantities.js";

/**
 * Run times on a two-core machine of 2024 [µs]: per step, per vault and step, and per vault opened.
 */
const COST = { step: 4000, vaultStep: 9, opening: 4000 } as const;
/** Shorter runs are not announced [s]. */
const LONG = 600;

/** Estimated run time of `replays` replays [s], rounded up. */
export function estimateSeconds(steps: number, vaults: number, replays = 1): number {
  return Math.ceil((replays * (steps * (COST.step + vaults * COST.vaultStep) + vaults * COST.opening)) / 1e6);
}

/** The announcement of a run of at least 600 s. Null for a shorter one. */
export function longRun(steps: number, vaults: number, replays = 1): string | null {
  const seconds = estimateSeconds(steps, vaults, replays);
  if (seconds < LONG) return null;
  const times = replays === 1 ? "" : `${plural(replays, "replay")} of `;
  return `This takes about ${spell(seconds)}: ${times}${count(steps)} steps with ${plural(vaults, "vault")}.`;
}

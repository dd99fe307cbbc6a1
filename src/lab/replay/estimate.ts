import { count, plural, spell } from "../../format/quantities.js";

/** What a replay costs on a two-core machine of 2024 [µs]: for each step, for each vault at a step, for each vault opened. */
const COST = { step: 4000, vaultStep: 9, opening: 4000 } as const;
/** Runs shorter than this are not announced [s]. */
const LONG = 600;

/** About how long replays take [s]. */
export function estimateSeconds(steps: number, vaults: number, replays = 1): number {
  return Math.ceil((replays * (steps * (COST.step + vaults * COST.vaultStep) + vaults * COST.opening)) / 1e6);
}

/** What to say before a run that takes long; null for any other. */
export function longRun(steps: number, vaults: number, replays = 1): string | null {
  const seconds = estimateSeconds(steps, vaults, replays);
  if (seconds < LONG) return null;
  const times = replays === 1 ? "" : `${plural(replays, "replay")} of `;
  return `This takes about ${spell(seconds)}: ${times}${count(steps)} steps with ${plural(vaults, "vault")}.`;
}

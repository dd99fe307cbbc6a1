import type { KeeperSettings } from "../../src/keeper/keeper.js";

/** A keeper that acts on any profit and waits for little. */
export const SETTINGS: KeeperSettings = {
  dryRun: false,
  minProfit: 0n,
  alive: 60_000,
  logChunk: 1_000,
  patience: { blocks: 3, stall: 10_000, interval: 5 },
};

import { CliError, integer, type CommandSpec } from "../cli/args.js";
import { type Main } from "../cli/run.js";
import { table } from "../format/table.js";
import { parseKeeper } from "../lab/config/options.js";
import { replay } from "../lab/replay/replay.js";
import type { ReplayResult } from "../lab/result/result.js";
import { loadScenario } from "../lab/scenario/scenario.js";
import { Settings } from "../lab/config/settings.js";

const SCENARIO = "black-thursday-2020";

/** `npm run crash:seeds`. */
export const CRASH_SEEDS = {
  usage: "npm run crash:seeds -- [options]",
  summary: "Replays the shipped crash for several seeds and fails unless every one holds its bounds.",
  options: {
    seeds: {
      type: "string",
      value: "N",
      help: "seeds 1 to N with keepers; seed 1 silent for 12 h, and without",
      default: "3",
    },
    vaults: { type: "string", value: "N", help: "how many vaults", default: "1000" },
  },
} as const satisfies CommandSpec;

export const crashSeeds: Main<typeof CRASH_SEEDS> = async (options) => {
  const seeds = integer("--seeds", options.seeds, 1, 100);
  const vaults = integer("--vaults", options.vaults, 1, 10_000);
  const scenario = await loadScenario(SCENARIO);
  const settings = new Settings(
    scenario.assets.map((a) => a.symbol),
    [],
  );
  const runs = [
    ...Array.from({ length: seeds }, (_, i) => ({ seed: i + 1, keeper: "on" as const })),
    { seed: 1, keeper: "silent=12h" as const },
    { seed: 1, keeper: "off" as const },
  ];
  const failures: string[] = [];
  const rows: string[][] = [];
  for (const { seed, keeper } of runs) {
    const { result } = await replay({
      scenario,
      settings,
      vaults,
      seed,
      keeper: parseKeeper(keeper),
      command: "",
    });
    const broken = brokenBounds(result);
    failures.push(...broken.map((bound) => `seed ${seed}, keeper ${keeper}: ${bound}`));
    const { badDebt, liquidations, checks, speed } = result;
    const counts = [checks.violations, checks.modelMismatches, liquidations.count].map(String);
    rows.push([`${seed}`, keeper, badDebt.net, ...counts, speed.wallSeconds.toFixed(1)]);
  }
  const right = { align: "right" } as const;
  const headings = [
    "seed",
    "keeper",
    `net bad debt, ${scenario.debtAsset.symbol}`,
    "violations",
    "mismatches",
  ];
  const columns = [...headings, "liquidations", "seconds"].map((heading) => ({ heading, ...right }));
  process.stdout.write(`${table(columns, rows)}\n`);
  if (failures.length > 0) throw new CliError(failures.join("; "));
};

/** The bounds of the shipped scenario that a result breaks. */
function brokenBounds(result: ReplayResult): string[] {
  const broken: string[] = [];
  if (result.checks.violations > 0) broken.push(`${result.checks.violations} violations`);
  if (result.checks.modelMismatches > 0) broken.push(`${result.checks.modelMismatches} model mismatches`);
  const lost = result.badDebt.net !== "0";
  if (result.keeper !== "off" && lost) broken.push(`net bad debt ${result.badDebt.net}, not 0`);
  if (result.keeper !== "off" && result.badDebt.lenders !== "0") {
    broken.push(`lenders lost ${result.badDebt.lenders}`);
  }
  if (result.keeper === "off" && !lost) broken.push("no bad debt without keepers: the crash tests nothing");
  return broken;
}

import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { basename, extname } from "node:path";

import { CliError, integer, oneOf, type CommandSpec } from "../cli/args.js";
import { InputError, quote } from "../format/inputError.js";
import { type Main } from "../cli/run.js";
import { tintFor } from "../format/table.js";
import { type ReplayOptions, parseKeeper, silenceOf } from "../lab/config/options.js";
import { longRun } from "../lab/replay/estimate.js";
import { type Wanted, prepare, writeJson, writeReport } from "../lab/report/outputFiles.js";
import { ProgressLine } from "../lab/replay/progress.js";
import { provenanceOf } from "../lab/result/provenance.js";
import { renderReport } from "../lab/report/html/report.js";
import type { ReplayResult } from "../lab/result/result.js";
import type { GapRule } from "../lab/scenario/priceFile.js";
import { type Scenario, loadScenario, scenarioNames, scenarioOfPrices } from "../lab/scenario/scenario.js";
import { Settings } from "../lab/config/settings.js";
import { renderVerdict } from "../lab/report/terminal/verdict.js";
import { ParameterError } from "../protocol/parameters/convert.js";

/** Number of replays in an ablation. */
const VARIANTS = 5;
const DEFAULT_SCENARIO = "black-thursday-2020";

/** `npm run crash`. */
export const CRASH = {
  usage: "npm run crash -- [scenario] [options]",
  summary: "Replays a real price crash against the real contracts and says who lost what.",
  argument: "scenario",
  options: {
    scenario: {
      type: "string",
      value: "scenario",
      help: `which crash: a name of --list or a file of your own, FILE.json (default ${DEFAULT_SCENARIO})`,
    },
    prices: { type: "string", value: "FILE.csv", help: "replay this price file as the WETH path instead" },
    rounds: {
      type: "string",
      value: "FILE.csv",
      help: "replay these rounds of a feed (timestamp,price) as what the chain saw",
    },
    gaps: {
      type: "string",
      value: "refuse|hold",
      help: "whether a price file with a hole is refused, or its last price holds over holes",
      default: "refuse",
    },
    vaults: { type: "string", value: "N", help: "how many vaults", default: "1000" },
    seed: { type: "string", value: "S", help: "seed of the vaults' sizes and ratios", default: "1" },
    keeper: {
      type: "string",
      value: "on|off|silent=12h",
      help: "whether agents act: always, never, or not for a time (h, m, s) from the start of the crash",
      default: "on",
    },
    set: {
      type: "strings",
      value: "section.key=value",
      help: "override a parameter; may be repeated; see --list",
    },
    out: {
      type: "string",
      value: "DIR",
      help: "where report.html goes; beside an earlier one it is report-2.html and so on",
      default: "out",
    },
    json: { type: "string", value: "FILE", help: "write the result as JSON; the file must not exist" },
    title: { type: "string", value: "TEXT", help: "title of the report, such as a client's name" },
    force: { type: "boolean", help: "replace report and JSON file of an earlier run" },
    ablate: {
      type: "boolean",
      help: "replay once with everything on and once without each defence, and say what each was worth",
    },
    list: { type: "boolean", help: "list scenarios and parameters" },
  },
} as const satisfies CommandSpec;

export const crash: Main<typeof CRASH> = async (options, io) => {
  const vaults = integer("--vaults", options.vaults, 1, 10_000);
  const seed = integer("--seed", options.seed, 0, 4_294_967_295);
  const keeper = parseKeeper(options.keeper);
  const base = await loadScenario(options.scenario ?? DEFAULT_SCENARIO);
  const gaps = oneOf("--gaps", options.gaps, ["refuse", "hold"] as const);
  const untitled = await scenarioOf(options, base, gaps);
  const scenario = { ...untitled, title: titleOf(options.title) ?? untitled.title };
  const settings = new Settings(
    scenario.assets.map((a) => a.symbol),
    options.set,
  );
  if (options.list) {
    const names = await scenarioNames();
    process.stdout.write(
      `Scenarios:\n${indent(names)}\nParameters for --set:\n${indent(settings.names())}\n`,
    );
    return;
  }
  silenceOf(keeper, scenario);
  // Loaded only now, because a chain takes time to start, and the arguments may be refused or
  // answered without one.
  const { labParameters } = await import("../lab/system/deploymentParameters.js");
  try {
    labParameters(scenario, settings);
  } catch (error) {
    if (error instanceof ParameterError) throw new InputError(`parameters: ${error.message}`);
    throw error;
  }
  const undo = await prepare(options);
  for (const note of scenario.notes) if (/rows? (is|are) missing/.test(note)) io.note(`prices: ${note}`);
  const long = longRun(scenario.times.length, vaults, options.ablate ? VARIANTS : 1);
  if (long !== null) io.note(long);

  const given = [
    ...(options.scenario === undefined ? [] : [options.scenario]),
    ...(options.prices === undefined ? [] : [`--prices ${basename(options.prices)}`]),
    ...(options.rounds === undefined ? [] : [`--rounds ${basename(options.rounds)}`]),
    ...(gaps === "refuse" ? [] : [`--gaps ${gaps}`]),
    ...(["vaults", "seed", "keeper"] as const).map((name) => `--${name} ${options[name]}`),
    ...options.set.map((text) => `--set ${text}`),
    ...(options.ablate ? ["--ablate"] : []),
    ...(options.title === undefined ? [] : [`--title ${quoted(options.title)}`]),
  ];
  const command = `npm run crash -- ${given.join(" ")}`;
  const asked = { scenario, vaults, seed, keeper, command };
  const progress = progressLine(undo);
  try {
    if (options.ablate) await compareDefences(asked, options, progress);
    else await replayOnce({ ...asked, settings }, options, progress);
  } catch (error) {
    progress.clear();
    undo();
    throw error;
  }
};

/** Replays once, then writes and prints the result. */
async function replayOnce(options: ReplayOptions, output: Wanted, progress: ProgressLine): Promise<void> {
  const { replay } = await import("../lab/replay/replay.js");
  const finished = await replay({
    ...options,
    onProgress: (p) => {
      progress.show(p);
    },
  });
  progress.clear();
  const { result } = finished;
  process.stdout.write(`${renderVerdict(result, tintFor(process.stdout))}\n`);
  for (const failure of finished.failures) process.stdout.write(`  ${failure}\n`);
  const provenance = await provenanceOf(new Date(), result);
  await writeJson(output, { ...result, provenance });
  process.stdout.write(`Report: ${await writeReport(output, renderReport({ ...finished, provenance }))}\n`);
  requireSound([result]);
}

/** Replays with and without each defence. The report is that of the replay with all defences on. */
async function compareDefences(
  options: Omit<ReplayOptions, "settings">,
  output: Wanted & { readonly set: readonly string[] },
  progress: ProgressLine,
): Promise<void> {
  const { VARIANTS: variants, ablate, renderAblation } = await import("../lab/replay/ablation.js");
  const { ablation, full, failures } = await ablate(
    {
      ...options,
      onProgress: (p) => {
        progress.show(p);
      },
    },
    output.set,
    (number, name) => {
      progress.begin(`${number} of ${variants.length}, ${name}`);
    },
  );
  progress.clear();
  process.stdout.write(`${renderAblation(ablation, tintFor(process.stdout))}\n`);
  for (const failure of failures) process.stdout.write(`  ${failure}\n`);
  const date = new Date();
  const results = ablation.rows.map((row) => row.result);
  await writeJson(output, { ...ablation, provenance: await provenanceOf(date, ...results) });
  const page = renderReport({ ...full, provenance: await provenanceOf(date, full.result) });
  process.stdout.write(`Report of everything on: ${await writeReport(output, page)}\n`);
  requireSound(results);
}

/** Throws a `CliError` if a check of a replay failed. */
function requireSound(results: readonly ReplayResult[]): void {
  const sum = (count: (checks: ReplayResult["checks"]) => number): number =>
    results.reduce((all, { checks }) => all + count(checks), 0);
  const [violations, mismatches] = [sum((c) => c.violations), sum((c) => c.modelMismatches)];
  if (violations + mismatches === 0) return;
  throw new CliError(
    `checks: ${violations} invariants violated, ${mismatches} figures differ from the model`,
  );
}

/** The title. Throws an `InputError` unless it is one line of at most 120 characters. */
function titleOf(title: string | undefined): string | undefined {
  if (title === undefined || /^[^\p{Cc}]{1,120}$/u.test(title)) return title;
  throw new InputError(`--title: ${quote(title)}: must be one line of at most 120 characters`);
}

/** A word quoted for a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The scenario itself, or its assets on the price path in a file. */
async function scenarioOf(
  { prices, rounds }: { readonly prices: string | undefined; readonly rounds: string | undefined },
  base: Scenario,
  gaps: GapRule,
): Promise<Scenario> {
  if (prices !== undefined && rounds !== undefined)
    throw new InputError("--prices and --rounds: give one of them");
  const path = prices ?? rounds;
  if (path === undefined) return base;
  const text = await readPrices(rounds === undefined ? "--prices" : "--rounds", path);
  const scenario = scenarioOfPrices(text, basename(path, extname(path)), base, gaps);
  if (rounds !== undefined && scenario.rounds === undefined)
    throw new InputError("--rounds: line 1: header: must be timestamp,price");
  return scenario;
}

async function readPrices(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(
      `${option}: ${quote(path)}: cannot be read (${code ?? "unknown error"}); must be a CSV file`,
    );
  }
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join("\n");
}

/** Shows progress on stderr. If a signal interrupts the run, stderr tells where it stopped. */
function progressLine(undo: () => void): ProgressLine {
  const progress = new ProgressLine(process.stderr);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      progress.clear();
      undo();
      process.stderr.write(`${progress.where()} Nothing was written.\n`);
      process.exit(128 + constants.signals[signal]);
    });
  }
  return progress;
}

import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";

import { CliError, UsageError, integer, quote } from "../src/cli/args.js";
import { run } from "../src/cli/run.js";
import { tintFor } from "../src/cli/table.js";
import { parseKeeper, silenceOf } from "../src/lab/options.js";
import { renderReport } from "../src/lab/report/report.js";
import { loadScenario, scenarioNames, scenarioOfPrices } from "../src/lab/scenario.js";
import { Settings } from "../src/lab/settings.js";
import { renderVerdict } from "../src/lab/verdict.js";
import { ParameterError } from "../src/protocol/parameters.js";

const DEFAULT_SCENARIO = "black-thursday-2020";

await run(
  {
    usage: "npm run crash -- [scenario] [options]",
    summary: "Replays a real price crash against the real contracts and says who lost what.",
    argument: "scenario",
    options: {
      scenario: {
        type: "string",
        value: "scenario",
        help: `which crash; see --list (default ${DEFAULT_SCENARIO})`,
      },
      prices: { type: "string", value: "FILE.csv", help: "replay this price file as the WETH path instead" },
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
      out: { type: "string", value: "DIR", help: "where report.html goes", default: "out" },
      json: { type: "string", value: "FILE", help: "write the result as JSON" },
      list: { type: "boolean", help: "list scenarios and parameters" },
    },
  },
  async (options) => {
    const vaults = integer("--vaults", options.vaults, 1, 10_000);
    const seed = integer("--seed", options.seed, 0, 4_294_967_295);
    const keeper = parseKeeper(options.keeper);
    const base = await loadScenario(options.scenario ?? DEFAULT_SCENARIO);
    const scenario =
      options.prices === undefined
        ? base
        : scenarioOfPrices(
            await readPrices(options.prices),
            basename(options.prices, extname(options.prices)),
            base,
          );
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
    // Loaded only now: a chain takes its time, and what was asked may be refused or answered without one.
    const { labParameters } = await import("../src/lab/parameters.js");
    try {
      labParameters(scenario, settings);
    } catch (error) {
      if (error instanceof ParameterError) throw new UsageError(`parameters: ${error.message}`);
      throw error;
    }
    if (options.json !== undefined) await requireDirectory("--json", dirname(options.json));

    const given = [
      ...(options.scenario === undefined ? [] : [options.scenario]),
      ...(options.prices === undefined ? [] : [`--prices ${basename(options.prices)}`]),
      ...(["vaults", "seed", "keeper"] as const).map((name) => `--${name} ${options[name]}`),
      ...options.set.map((text) => `--set ${text}`),
    ];
    const command = `npm run crash -- ${given.join(" ")}`;
    const { replay } = await import("../src/lab/replay.js");
    const finished = await replay({
      scenario,
      settings,
      vaults,
      seed,
      keeper,
      command,
      onProgress: progress(),
    });
    const { result } = finished;
    await mkdir(options.out, { recursive: true });
    const report = join(options.out, "report.html");
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
    await writeFile(report, renderReport(finished));
    process.stdout.write(`${renderVerdict(result, tintFor(process.stdout))}\n`);
    for (const failure of finished.failures) process.stdout.write(`  ${failure}\n`);
    process.stdout.write(`Report: ${report}\n`);
    const { violations, modelMismatches } = result.checks;
    if (violations + modelMismatches > 0) {
      throw new CliError(
        `checks: ${violations} invariants violated, ${modelMismatches} figures differ from the model`,
      );
    }
  },
);

async function readPrices(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `--prices: ${quote(path)}: cannot be read (${code ?? "unknown error"}); must be a CSV file`,
    );
  }
}

async function requireDirectory(field: string, directory: string): Promise<void> {
  const found = await stat(directory).catch(() => null);
  if (found?.isDirectory() !== true)
    throw new UsageError(`${field}: ${quote(directory)}: must be an existing folder`);
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join("\n");
}

/** A progress line, on a terminal only. */
function progress(): (step: number, steps: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  let shown = -1;
  return (step, steps) => {
    const percent = Math.floor((step * 100) / steps);
    if (percent === shown) return;
    shown = percent;
    process.stderr.write(step === steps ? "\r\u001B[K" : `\rReplaying: ${percent} %`);
  };
}

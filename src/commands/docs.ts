import { readFile, writeFile } from "node:fs/promises";

import { CliError, type CommandSpec } from "../cli/args.js";
import { InputError } from "../format/inputError.js";
import { type Main } from "../cli/run.js";
import { regenerated } from "../assurance/documentation/blocks.js";
import { pages } from "../assurance/documentation/pages.js";
import { SHOWN, SHOWN_VAULTS, withResults } from "../assurance/documentation/results.js";
import { parseKeeper } from "../lab/config/options.js";
import type { ReplayResult } from "../lab/result/result.js";
import { loadScenario } from "../lab/scenario/scenario.js";
import { Settings } from "../lab/config/settings.js";
import { parametersJsonSchema } from "../protocol/parameters/jsonSchema.js";

const ROOT = new URL("../../", import.meta.url);
/** Path of the JSON schema of parameter files. */
const SCHEMA = "deploy/parameters/schema.json";

/** `npx tsx scripts/docs.ts --check | --update`. */
export const DOCS = {
  usage: "npx tsx scripts/docs.ts --check | --update",
  summary:
    "Compares the tables of parameters in the documents and the schema of parameter files with the code, and tables of results with replays, or writes them.",
  options: {
    check: { type: "boolean", help: "fail if one differs" },
    update: { type: "boolean", help: "write them" },
    runs: {
      type: "boolean",
      help: "replay what the table of results shows, too: a few minutes, after npm run build",
    },
  },
} as const satisfies CommandSpec;

export const docs: Main<typeof DOCS> = async ({ check, update, runs }, io) => {
  if (check === update) throw new InputError("--check and --update: give one of them");
  const results = runs ? await replays(io.note) : null;
  const stale: string[] = [];
  for (const name of await pages(ROOT)) {
    const file = new URL(name, ROOT);
    const text = await readFile(file, "utf8");
    const fresh = results === null ? regenerated(text) : withResults(regenerated(text), results);
    if (fresh === text) continue;
    stale.push(name);
    if (update) await writeFile(file, fresh);
  }
  const schema = new URL(SCHEMA, ROOT);
  if ((await readFile(schema, "utf8").catch(() => "")) !== parametersJsonSchema()) {
    stale.push(SCHEMA);
    if (update) await writeFile(schema, parametersJsonSchema());
  }
  if (update) io.out(stale.length === 0 ? "nothing to write" : `written: ${stale.join(", ")}`);
  else if (stale.length > 0)
    throw new CliError(`${stale.join(", ")}: differs from the code; run with --update`);
};

/** The replays in the table of results. Throws a `CliError` if a check of one failed. */
async function replays(note: (line: string) => void): Promise<readonly ReplayResult[]> {
  const { replay } = await import("../lab/replay/replay.js");
  const scenario = await loadScenario("black-thursday-2020");
  const settings = new Settings(
    scenario.assets.map(({ symbol }) => symbol),
    [],
  );
  const results: ReplayResult[] = [];
  for (const { heading, keeper } of SHOWN) {
    note(`Replaying: ${heading}`);
    const mode = parseKeeper(keeper);
    const run = await replay({
      scenario,
      settings,
      vaults: SHOWN_VAULTS,
      seed: 1,
      keeper: mode,
      command: "",
    });
    const [failure] = run.failures;
    if (failure !== undefined) throw new CliError(`replay with ${heading}: ${failure}`);
    results.push(run.result);
  }
  return results;
}

import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { CliError, integer, type CommandSpec } from "../cli/args.js";
import { InputError } from "../format/inputError.js";
import { type Main } from "../cli/run.js";
import { Campaign, type Result } from "../assurance/mutation/campaign.js";
import { Compiler } from "../assurance/mutation/compiler.js";
import { Differential } from "../assurance/mutation/differential.js";
import { Records } from "../assurance/mutation/records.js";
import type { Mutant } from "../assurance/mutation/mutants.js";
import { listed, markdown, names, parseEquivalents, score, summary } from "../assurance/mutation/report.js";
import { SolidityTests } from "../assurance/mutation/solidityTests.js";
import { Sources } from "../assurance/mutation/sources.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RECORDS = fileURLToPath(new URL("../../cache/mutation.jsonl", import.meta.url));
const EQUIVALENTS = new URL("../assurance/mutation/equivalents.json", import.meta.url);
const PAGE = new URL("../../docs/assurance/mutation.md", import.meta.url);

const LIBRARIES = "contracts/libraries/**/*.sol";
/** The engine, its base and its storage: too large for every mutant, so one sample covers all. */
const SAMPLED = [
  "contracts/core/VaultEngine.sol",
  "contracts/core/base/VaultEngineBase.sol",
  "contracts/storage/VaultStorage.sol",
];

/** `npm run mutation`. */
export const MUTATION = {
  usage: "npm run mutation -- [options]",
  summary: "Changes the contracts in small ways and counts the changes that no test notices.",
  options: {
    only: {
      type: "strings",
      value: "FILE",
      help: "one file; may be given more than once (default: all libraries, the engine)",
    },
    sample: {
      type: "string",
      value: "N",
      help: "at most N mutants of a library, and of the engine with its book (default: all; 400)",
    },
    seed: { type: "string", value: "N", help: "which sample", default: "1" },
    limit: { type: "string", value: "N", help: "only the first N mutants of each file, to try things out" },
    fast: { type: "boolean", help: "do not compare survivors by the bytecode that is deployed" },
    differential: {
      type: "boolean",
      help: "try survivors against the differential suite too (a minute each)",
    },
    min: {
      type: "string",
      value: "PERCENT",
      help: "fail below this share of killed mutants",
      default: "95",
    },
    json: { type: "string", value: "FILE", help: "write every result as JSON" },
    write: { type: "boolean", help: "write the table into docs/assurance/mutation.md" },
  },
} as const satisfies CommandSpec;

export const mutation: Main<typeof MUTATION> = async (options, io) => {
  const min = integer("--min", options.min, 0, 100);
  const seed = integer("--seed", options.seed, 0, 1e9);
  const sample = options.sample === undefined ? undefined : integer("--sample", options.sample, 1, 1e6);
  const limit = options.limit === undefined ? undefined : integer("--limit", options.limit, 1, 1e6);
  const sources = new Sources(ROOT);
  const files = options.only.length > 0 ? options.only : [...sources.glob(LIBRARIES), ...SAMPLED];
  for (const file of files) {
    if (!/^contracts\/.*\.sol$/.test(file) || !sources.has(file)) {
      throw new InputError(`--only: ${file}: must be a Solidity file below contracts/`);
    }
  }
  const equivalents = parseEquivalents(JSON.parse(await readFile(EQUIVALENTS, "utf8")));
  const solidity = new SolidityTests(ROOT);
  const differential = options.differential ? Differential.create(ROOT) : undefined;
  const compiler = new Compiler(sources);
  const records = new Records(RECORDS);
  const explained = (file: string, mutant: Mutant): boolean =>
    equivalents.some((e) => names(e, file, mutant));
  const campaign = new Campaign(sources, compiler, solidity, differential, records, explained, io.note);
  const results: Result[] = [];
  const possible: Record<string, readonly Mutant[]> = {};
  try {
    const engine = files.filter((file) => SAMPLED.includes(file));
    const sampled = campaign.draw(engine, { sample: sample ?? 400, seed });
    for (const file of files) {
      const chosen = sampled.get(file) ?? campaign.mutants(file, { sample, seed });
      possible[file] = campaign.mutants(file, { sample: undefined, seed });
      results.push(...(await campaign.run(file, chosen.slice(0, limit), options.fast)));
    }
  } finally {
    differential?.close();
    solidity.close();
  }

  io.out(summary(results, equivalents, possible));
  const open = listed(results, equivalents, possible);
  for (const line of open.survivors) io.out(line);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
  if (options.write) await writeFile(PAGE, await markdown(PAGE, results, equivalents, possible));
  const share = score(results, equivalents);
  if (open.wrong.length > 0) throw new CliError(`equivalents.json: ${open.wrong.join("; ")}`);
  if (share < min) throw new CliError(`${share.toFixed(1)} % killed: less than ${min} %`);
};

import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import { version as nodeVersion } from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { z } from "zod";

import { sha256 } from "../../format/digest.js";
import { DEPLOYABLE } from "../../build/lists.js";
import type { Provenance, ReplayResult } from "./result.js";

const ROOT = new URL("../../../", import.meta.url);
const ARTIFACTS = new URL("artifacts/", ROOT);
const ARTIFACT_FILES = `${DEPLOYABLE}/*.json`;
const UNKNOWN = "not known";

/** Digest of one or several results. Equal inputs give the same digest on any machine. */
export function digestOf(...results: readonly ReplayResult[]): string {
  const canonical = results.map((result) => JSON.stringify({ ...result, speed: undefined }));
  return sha256(canonical.join("\n"));
}

/**
 * The provenance of results made at `date`. A fact that cannot be determined reads "not known".
 * Rejects if package.json cannot be read.
 */
export async function provenanceOf(date: Date, ...results: readonly ReplayResult[]): Promise<Provenance> {
  const { name, version } = z
    .object({ name: z.string(), version: z.string() })
    .parse(JSON.parse(await readFile(new URL("package.json", ROOT), "utf8")));
  return {
    tool: `${name} ${version}`,
    ...(await checkout()),
    ...(await compiled().catch(() => ({ compiler: UNKNOWN, contracts: UNKNOWN }))),
    node: nodeVersion,
    date: date.toISOString().replace(/\.\d+/, ""),
    result: digestOf(...results),
  };
}

/** Commit and state of this checkout. "not known" if the repository found is an outer one. */
async function checkout(): Promise<Pick<Provenance, "commit" | "dirty">> {
  const cwd = fileURLToPath(ROOT);
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)("git", args, { cwd })).stdout.trim();
  try {
    const top = await git("rev-parse", "--show-toplevel");
    if ((await realpath(top)) !== (await realpath(cwd))) return { commit: UNKNOWN, dirty: false };
    return {
      commit: await git("rev-parse", "HEAD"),
      dirty: (await git("status", "--porcelain", "--untracked-files=no")) !== "",
    };
  } catch {
    return { commit: UNKNOWN, dirty: false };
  }
}

const artifactSchema = z.object({ bytecode: z.string(), buildInfoId: z.string() });
const buildSchema = z.object({
  solcLongVersion: z.string(),
  input: z.object({
    settings: z.object({
      evmVersion: z.string().optional(),
      viaIR: z.boolean().optional(),
      optimizer: z.object({ enabled: z.boolean().optional(), runs: z.number().optional() }).optional(),
    }),
  }),
});

/** Compiler and digest of the contracts, from the artifacts. Rejects if one cannot be read. */
async function compiled(): Promise<Pick<Provenance, "compiler" | "contracts">> {
  const files = globSync(ARTIFACT_FILES, { cwd: ARTIFACTS }).sort();
  const artifacts = await Promise.all(
    files.map(async (file) =>
      artifactSchema.parse(JSON.parse(await readFile(new URL(file, ARTIFACTS), "utf8"))),
    ),
  );
  const build = new URL(`build-info/${artifacts[0]?.buildInfoId ?? ""}.json`, ARTIFACTS);
  const { solcLongVersion, input } = buildSchema.parse(JSON.parse(await readFile(build, "utf8")));
  const { evmVersion, optimizer, viaIR } = input.settings;
  const runs = optimizer?.enabled === true ? `optimizer runs ${optimizer.runs ?? 200}` : "no optimizer";
  return {
    compiler: `solc ${solcLongVersion}, ${evmVersion ?? "default EVM"}, ${runs}, ${viaIR === true ? "via IR" : "not via IR"}`,
    contracts: sha256(artifacts.map(({ bytecode }) => bytecode).join("\n")),
  };
}

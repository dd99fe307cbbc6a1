/**
 * Builds the npm package into `dist/`: compiled sources with their types, the ABIs, and the
 * artifacts and files that the commands read. It has the repository's layout, because sources find
 * files by relative paths.
 */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { CliError, type CommandSpec } from "../cli/args.js";
import type { Main } from "../cli/run.js";

const ROOT = join(import.meta.dirname, "..", "..");
const DIST = join(ROOT, "dist");

/**
 * Contracts whose ABI integrators need: those that are deployed, and the interfaces they implement.
 */
const ABIS = [
  "contracts/{core,policy,periphery}/*.sol/*.json",
  "contracts/interfaces/*.sol/*.json",
  "contracts/interfaces/callbacks/*.sol/*.json",
];
/** Artifacts that the commands read by name. */
const ARTIFACTS = [
  ...ABIS,
  "contracts/interfaces/external/*.sol/*.json",
  "contracts/mocks/*.sol/*.json",
  "@openzeppelin/contracts/**/*.json",
];
/** Files that the commands read. */
const FILES = ["deploy/parameters/*.json", "src/lab/scenario/files/*.json"];

/** `npm run build:package`. */
export const BUILD_PACKAGE = {
  usage: "npm run build:package",
  summary: "Builds the npm package into dist/; `npm pack` does that by itself.",
  options: {},
} as const satisfies CommandSpec;

export const buildPackage: Main<typeof BUILD_PACKAGE> = async (_options, io) => {
  rmSync(DIST, { recursive: true, force: true });
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.package.json"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  if (status !== 0) throw new CliError(`tsc: ${stdout}`);

  const artifacts = join(ROOT, "artifacts");
  for (const file of matching(artifacts, ARTIFACTS)) copy(artifacts, file, join(DIST, "artifacts"));
  for (const file of matching(ROOT, FILES)) copy(ROOT, file, DIST);
  const abis = matching(artifacts, ABIS);
  mkdirSync(join(DIST, "abi"), { recursive: true });
  const builds = new Set<string>();
  for (const file of abis) {
    const { abi, buildInfoId } = JSON.parse(readFileSync(join(artifacts, file), "utf8")) as {
      abi: unknown[];
      buildInfoId: string;
    };
    builds.add(buildInfoId);
    if (abi.length > 0) writeFileSync(join(DIST, "abi", basename(file)), `${JSON.stringify(abi, null, 1)}\n`);
  }
  // Reports name compiler and settings, which only the build's input contains.
  for (const id of builds) copy(artifacts, join("build-info", `${id}.json`), join(DIST, "artifacts"));
  // Hardhat takes the folder of the nearest package.json as its project.
  const { name, version, type } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Record<
    string,
    unknown
  >;
  writeFileSync(
    join(DIST, "package.json"),
    `${JSON.stringify({ name, version, type, private: true }, null, 2)}\n`,
  );
  io.out(`dist/: ${abis.length} ABIs`);
};

function matching(root: string, patterns: readonly string[]): string[] {
  const files = globSync([...patterns], { cwd: root }).sort();
  if (files.length === 0) throw new CliError(`${root}: nothing is compiled; run npm run build first`);
  return files;
}

function copy(from: string, file: string, to: string): void {
  mkdirSync(dirname(join(to, file)), { recursive: true });
  cpSync(join(from, file), join(to, file));
}

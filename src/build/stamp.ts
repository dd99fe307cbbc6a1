import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The record of the last build. It tells a command that the build is up to date without starting
 * the compiler.
 */
interface Stamp {
  /** Digest of all inputs of the build. */
  readonly inputs: string;
  /** Files built from these inputs, as build lists name them. */
  readonly files: readonly string[];
  /** Whether `files` are all files. */
  readonly all: boolean;
}

/** Every file that can change the compiler's output. */
const INPUTS = [
  "contracts/**/*.sol",
  "examples/**/*.sol",
  "package-lock.json",
  "hardhat.config.ts",
  "remappings.txt",
  "src/build/*.ts",
];

/** Whether `files` (none: all) below `root` were built from the inputs as they are now. */
export function isBuilt(root: string, files: readonly string[]): boolean {
  const stamp = readStamp(root);
  if (stamp === null || !existsSync(join(root, "types", "index.ts")) || stamp.inputs !== inputsOf(root))
    return false;
  return stamp.all || (files.length > 0 && files.every((file) => stamp.files.includes(file)));
}

/**
 * Records that `files` were built from the inputs as they are now, in addition to earlier files
 * built from the same inputs.
 */
export function noteBuilt(root: string, files: readonly string[], all: boolean): void {
  const inputs = inputsOf(root);
  const before = readStamp(root);
  const kept = before?.inputs === inputs ? before : { files: [], all: false };
  const stamp: Stamp = {
    inputs,
    files: [...new Set([...kept.files, ...files])].sort(),
    all: all || kept.all,
  };
  const path = pathOf(root);
  mkdirSync(join(root, "artifacts"), { recursive: true });
  writeFileSync(`${path}.partial`, JSON.stringify(stamp));
  renameSync(`${path}.partial`, path);
}

function pathOf(root: string): string {
  return join(root, "artifacts", "built.stamp");
}

function readStamp(root: string): Stamp | null {
  try {
    return JSON.parse(readFileSync(pathOf(root), "utf8")) as Stamp;
  } catch {
    return null;
  }
}

/** A digest by content, not by time, because a copied or fresh checkout needs no new build. */
function inputsOf(root: string): string {
  const hash = createHash("sha256");
  for (const file of globSync(INPUTS, { cwd: root }).sort()) {
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(root, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

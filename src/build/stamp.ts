import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What was last built, so that a command need not start the compiler to learn that there is nothing to do. */
interface Stamp {
  /** Of everything the build depends on. */
  readonly inputs: string;
  /** Files built from those inputs, as build lists name them. */
  readonly files: readonly string[];
  /** Whether these are all there are. */
  readonly all: boolean;
}

/** Everything that can change what the compiler makes of the contracts. */
const INPUTS = [
  "contracts/**/*.sol",
  "examples/**/*.sol",
  "package-lock.json",
  "hardhat.config.ts",
  "remappings.txt",
  "src/build/*.ts",
];

/** Whether `files` (none: all) were built from the inputs as they are now, below `root`. */
export function isBuilt(root: string, files: readonly string[]): boolean {
  const stamp = readStamp(root);
  if (stamp === null || !existsSync(join(root, "types", "index.ts")) || stamp.inputs !== inputsOf(root))
    return false;
  return stamp.all || (files.length > 0 && files.every((file) => stamp.files.includes(file)));
}

/** Notes that `files` were built from the inputs as they are now, besides what was built from the same before. */
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

/** By content, not by time: a copied or freshly checked out tree is as good as the one it came from. */
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

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Files that the differential suite needs besides the contracts. */
const COPIED = [
  "contracts",
  "deploy",
  "src",
  "test",
  "hardhat.config.ts",
  "package.json",
  "remappings.txt",
  "tsconfig.json",
];
/** Build results, copied if they exist because they save time. */
const WARM = ["artifacts", "cache", "types"];
const SUITE = "test/differential/engine.test.ts";

/** The differential suite (contracts against model) in a scratch copy of the project. */
export class Differential {
  private readonly require = createRequire(import.meta.url);

  private constructor(
    private readonly scratch: string,
    /** A digest that changes with the suite and with the model. */
    readonly digest: string,
  ) {}

  /**
   * Copies the project and runs the suite without any mutant. Throws if that fails, because such a
   * suite would kill every mutant.
   */
  static create(root: string): Differential {
    const scratch = mkdtempSync(join(tmpdir(), "mutation-"));
    for (const name of [...COPIED, ...WARM]) {
      if (existsSync(join(root, name))) cpSync(join(root, name), join(scratch, name), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(scratch, "node_modules"));
    const hash = createHash("sha256");
    for (const file of globSync("{src/model,test/differential}/**/*.ts", { cwd: root }).sort()) {
      hash.update(file).update(readFileSync(join(root, file)));
    }
    const self = new Differential(scratch, hash.digest("hex").slice(0, 32));
    const problem = self.run();
    if (problem !== "") {
      self.close();
      throw new Error(`the differential suite fails without any mutant: ${problem}`);
    }
    return self;
  }

  /** Whether the suite or the build fails with `text` as the source of `file`. */
  kills(file: string, text: string): boolean {
    const path = join(this.scratch, file);
    const before = readFileSync(path);
    writeFileSync(path, text);
    try {
      return this.run() !== "";
    } finally {
      writeFileSync(path, before);
    }
  }

  close(): void {
    rmSync(this.scratch, { recursive: true, force: true });
  }

  private run(): string {
    const hardhat = join(dirname(this.require.resolve("hardhat/package.json")), "dist/src/cli.js");
    for (const args of [
      ["build", "--quiet", "--no-tests"],
      ["test", "mocha", "--no-compile", SUITE],
    ]) {
      const done = spawnSync(process.execPath, [hardhat, ...args], {
        cwd: this.scratch,
        encoding: "utf8",
        timeout: 600_000,
      });
      if (done.status !== 0) return (done.stdout + done.stderr).slice(-2_000) || "no output";
    }
    return "";
  }
}

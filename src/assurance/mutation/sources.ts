import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, posix } from "node:path";

/**
 * The Solidity sources of a project by import name: paths from the root, and packages by package
 * name.
 */
export class Sources {
  private readonly texts = new Map<string, string>();
  private readonly closures = new Map<string, ReadonlySet<string>>();
  private readonly remappings: readonly (readonly [string, string])[];
  private readonly require: NodeJS.Require;

  constructor(readonly root: string) {
    this.require = createRequire(join(root, "package.json"));
    this.remappings = readFileSync(join(root, "remappings.txt"), "utf8")
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line) => line.trim().split("=", 2) as [string, string]);
  }

  /** Files that match a pattern, as sorted paths from the root. */
  glob(pattern: string): string[] {
    return globSync(pattern, { cwd: this.root }).sort();
  }

  has(name: string): boolean {
    return existsSync(join(this.root, name));
  }

  /** The text of a source. Throws if there is none. */
  read(name: string): string {
    const known = this.texts.get(name);
    if (known !== undefined) return known;
    const remapped = this.remappings.find(([prefix]) => name.startsWith(prefix));
    const path =
      remapped !== undefined
        ? join(this.root, remapped[1], name.slice(remapped[0].length))
        : existsSync(join(this.root, name))
          ? join(this.root, name)
          : this.require.resolve(name);
    const read = readFileSync(path, "utf8");
    this.texts.set(name, read);
    return read;
  }

  /** `name` and all its direct and indirect imports. */
  closure(name: string): ReadonlySet<string> {
    const known = this.closures.get(name);
    if (known !== undefined) return known;
    const found = new Set<string>();
    const open = [name];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(...imports(next, this.read(next)));
    }
    this.closures.set(name, found);
    return found;
  }

  /**
   * The contract files that a test or its imports deploy by name: `deployCode("path/File.sol:Name",
   * ...)`.
   */
  deployed(test: string): string[] {
    const closure = [...this.closure(test)];
    const named = closure.flatMap((file) =>
      [...this.read(file).matchAll(/deployCode\(\s*"([^":]+):\w+"/g)].map((match) => match[1] ?? ""),
    );
    return [...new Set(named)].map((path) => {
      if (this.has(path)) return path;
      const imported = closure.find((file) => file.endsWith(`/${path}`));
      if (imported === undefined) throw new Error(`${test}: deploys ${path}, which is nowhere`);
      return imported;
    });
  }

  /** Whether a test compiles or deploys `file`. */
  reaches(test: string, file: string): boolean {
    return [test, ...this.deployed(test)].some((root) => this.closure(root).has(file));
  }

  /** A digest of these tests, their imports and the contracts they deploy. */
  digest(tests: readonly string[]): string {
    const roots = tests.flatMap((test) => [test, ...this.deployed(test)]);
    const all = new Set(roots.flatMap((root) => [...this.closure(root)]));
    const hash = createHash("sha256");
    for (const name of [...all].sort()) hash.update(name).update("\0").update(this.read(name)).update("\0");
    return hash.digest("hex");
  }
}

function imports(name: string, text: string): string[] {
  const paths = [...text.matchAll(/^import\s[^;]*?"([^"]+)"\s*;/gm)].map((match) => match[1] ?? "");
  return paths.map((path) => (path.startsWith(".") ? posix.join(dirname(name), path) : path));
}

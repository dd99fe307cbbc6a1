import { spawnSync } from "node:child_process";
import * as modules from "node:module";
import { join } from "node:path";

import type { BuildList } from "./lists.js";
import { isBuilt } from "./stamp.js";

const ROOT = join(import.meta.dirname, "..", "..");

/** Builds the files of `list`, unless they are built, when the contracts' types are imported. */
export function buildOnImport(list: BuildList): void {
  // Node before 22.15 has no such hook. There the build runs before the command reads its
  // arguments.
  if (typeof modules.registerHooks !== "function") {
    requireBuilt(list);
    return;
  }
  let needed = true;
  modules.registerHooks({
    resolve: (specifier, context, next) => {
      if (needed && /\/types\/index\.js$/.test(specifier)) {
        needed = false;
        requireBuilt(list);
      }
      return next(specifier, context);
    },
  });
}

/**
 * Compiles the files that are not compiled yet. If that fails, ends the process with the compiler's
 * output.
 */
function requireBuilt({ files, seconds }: BuildList): void {
  if (isBuilt(ROOT, files)) return;
  process.stderr.write(
    `compiling the contracts, once, about ${seconds} s on two free cores (if interrupted, run the same command again)\n`,
  );
  const cli = join(ROOT, "node_modules", "hardhat", "dist", "src", "cli.js");
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [cli, "build", "--quiet", "--no-tests", ...files],
    { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"], maxBuffer: 2 ** 26 },
  );
  if (status === 0) return;
  if (signal !== null) process.kill(process.pid, signal);
  process.stderr.write(stdout);
  process.stderr.write(stderr);
  process.exit(1);
}

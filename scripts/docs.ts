import { readFile, readdir, writeFile } from "node:fs/promises";

import { CliError, UsageError } from "../src/cli/args.js";
import { run } from "../src/cli/run.js";
import { regenerated } from "../src/docs/blocks.js";

const ROOT = new URL("../", import.meta.url);

await run(
  {
    usage: "npx tsx scripts/docs.ts --check | --update",
    summary: "Compares the tables of parameters in the documents with the code, or writes them.",
    options: {
      check: { type: "boolean", help: "fail if a table differs" },
      update: { type: "boolean", help: "write the tables" },
    },
  },
  async ({ check, update }, io) => {
    if (check === update) throw new UsageError("--check and --update: give one of them");
    const names = (await readdir(new URL("docs/", ROOT))).filter((name) => name.endsWith(".md"));
    const stale: string[] = [];
    for (const name of ["README.md", ...names.map((n) => `docs/${n}`)]) {
      const file = new URL(name, ROOT);
      const text = await readFile(file, "utf8");
      const fresh = regenerated(text);
      if (fresh === text) continue;
      stale.push(name);
      if (update) await writeFile(file, fresh);
    }
    if (update) io.out(stale.length === 0 ? "nothing to write" : `written: ${stale.join(", ")}`);
    else if (stale.length > 0)
      throw new CliError(`${stale.join(", ")}: a table differs from the code; run with --update`);
  },
);

import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

import { z } from "zod";

const recordSchema = z.object({
  /** Which mutant of which text of which file. */
  mutant: z.string(),
  /** Digest of the tests that decided. */
  tests: z.string(),
  status: z.enum(["killed", "survived", "invalid", "same bytecode"]),
  /** The test that killed it, or "". */
  by: z.string(),
  seconds: z.number(),
});

/** What became of a mutant under certain tests. */
export type Verdict = z.infer<typeof recordSchema>;

/** Verdicts on disk, one JSON object a line, appended as they come: a campaign that is stopped goes on where it was. */
export class Records {
  private readonly known = new Map<string, Verdict>();

  constructor(private readonly path: string) {
    if (!existsSync(path)) return;
    for (const line of readFileSync(path, "utf8").split("\n")) {
      const parsed = recordSchema.safeParse(json(line));
      // A line that was cut off when the process ended is as if it had not been written.
      if (parsed.success) this.known.set(keyOf(parsed.data), parsed.data);
    }
  }

  find(mutant: string, tests: string): Verdict | undefined {
    return this.known.get(keyOf({ mutant, tests }));
  }

  add(verdict: Verdict): void {
    mkdirSync(dirname(this.path), { recursive: true });
    appendFileSync(this.path, `${JSON.stringify(verdict)}\n`);
    this.known.set(keyOf(verdict), verdict);
  }
}

function keyOf({ mutant, tests }: { mutant: string; tests: string }): string {
  return `${mutant} ${tests}`;
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

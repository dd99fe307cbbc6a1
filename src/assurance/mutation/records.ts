import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";

import { z } from "zod";

const recordSchema = z.object({
  /** Identity of the mutant: the file, its text and the change. */
  mutant: z.string(),
  /** Digest of the tests that decided. */
  tests: z.string(),
  status: z.enum(["killed", "survived", "invalid", "same bytecode"]),
  /** The test that killed the mutant, or "". */
  by: z.string(),
  seconds: z.number(),
});

/** The result of a mutant under certain tests. */
export type Verdict = z.infer<typeof recordSchema>;

/**
 * Verdicts on disk, one JSON object a line. They are appended as they come, so that a stopped
 * campaign can resume.
 */
export class Records {
  private readonly known = new Map<string, Verdict>();

  constructor(private readonly path: string) {
    if (!existsSync(path)) return;
    for (const line of readFileSync(path, "utf8").split("\n")) {
      const parsed = recordSchema.safeParse(json(line));
      // Ignore a line that was cut off when the process ended.
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

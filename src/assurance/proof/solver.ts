import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import type { Question } from "./lemma.js";

/** A request to the solver's process. */
export interface Request {
  readonly script: string;
  readonly assertions: number;
  /** [ms] */
  readonly timeout: number;
}

/** A question with its answer and the time it took. */
export interface Settled {
  readonly question: Question;
  /** The solver's output: "sat", "unsat", or anything else, which settles nothing. */
  readonly answer: string;
  readonly holds: boolean;
  readonly milliseconds: number;
}

const Z3 = fileURLToPath(new URL("z3.ts", import.meta.url));

/**
 * Asks z3 every question, one after the other, in a process that ends after the last.
 * After `timeout` [ms] z3 answers "unknown". After twice `timeout` plus a second the process is
 * ended. In both cases the question does not hold. Rejects if the process ends before it answered
 * every question.
 */
export async function settle(asked: readonly Question[], timeout: number): Promise<Settled[]> {
  const solver = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), Z3], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const closed = once(solver, "close");
  const answers = createInterface({ input: solver.stdout })[Symbol.asyncIterator]();
  const settled: Settled[] = [];
  // The first answer also waits for z3 to start.
  let patience = 30_000 + 2 * timeout;
  try {
    for (const question of asked) {
      const started = performance.now();
      const watchdog = setTimeout(() => solver.kill("SIGKILL"), patience);
      const request: Request = { script: question.script, assertions: question.assertions, timeout };
      solver.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await answers.next().finally(() => clearTimeout(watchdog));
      if (line.done === true) throw new Error(`the solver ended without an answer to: ${question.lemma}`);
      const answer = JSON.parse(line.value) as string;
      const milliseconds = performance.now() - started;
      settled.push({ question, answer, holds: answer === question.expected, milliseconds });
      patience = 1_000 + 2 * timeout;
    }
    return settled;
  } finally {
    solver.stdin.end();
    await closed;
  }
}

import { createInterface } from "node:readline";

import { init } from "z3-solver";

import type { Request } from "./solver.js";

/**
 * A process that answers questions with z3. Each line of stdin is a `Request` as JSON, each line of
 * stdout an answer as a JSON string, in the same order. Every request gets a context of its own, so
 * that none depends on another. The process ends with its input.
 *
 * It is a process of its own because z3 is WebAssembly with threads. Starting and stopping it
 * several times in one process aborted Node (24.9), which must not end a test run. The script is
 * parsed by the synchronous call, because the asynchronous one (eval_smtlib2_string) read a text
 * that was already overwritten.
 */
const { Context } = await init();
let name = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request;
  process.stdout.write(`${JSON.stringify(await answer(request))}\n`);
}
// The worker threads of z3 would keep the process alive.
process.exit();

async function answer({ script, assertions, timeout }: Request): Promise<string> {
  const solver = new (Context(`question${name++}`).Solver)();
  try {
    solver.set("timeout", timeout);
    solver.fromString(script);
    const read = solver.assertions().length();
    if (read !== assertions) return `error: read ${read} assertions of ${assertions}`;
    return await solver.check();
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    solver.release();
  }
}

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

import type { Compiled } from "./compiler.js";

/** How long properties are tried. `full` is what `npm test` does. */
export const EFFORTS = {
  quick: { fuzz: 32, invariant: { runs: 4, depth: 16 } },
  full: { fuzz: 256, invariant: { runs: 32, depth: 32 } },
} as const;

/** What the EVM's process is asked: contracts, among them the test contracts, and how long to try. */
export interface Request {
  readonly compiled: readonly Compiled[];
  readonly fuzz: number;
  readonly invariant: { readonly runs: number; readonly depth: number };
  /** A call may use this much gas: a mutant that never ends fails instead of hanging. */
  readonly gas: number;
  readonly root: string;
}

/** The tests that fail, as "Suite.test", and how many ran. */
export interface Outcome {
  readonly failed: readonly string[];
  readonly ran: number;
}

const EVM = fileURLToPath(new URL("evm.ts", import.meta.url));
/** Gas of a call: a test that deploys nothing needs little, though one that fills a list of auctions needs more than a block. */
const GAS = { pure: 2 ** 27, system: 2 ** 28 } as const;
/** Memory of the EVM's process [KiB]. */
const MEMORY = 4 * 2 ** 20;
/** What is named as the test that killed a mutant, if the tests themselves could not go on. */
const DIED = "the tests ran out of memory";

/** Runs Solidity tests in a process of their own, from memory: nothing is written. */
export class SolidityTests {
  private evm: ChildProcessByStdio<Writable, Readable, null> | undefined;
  private lines: AsyncIterator<string> | undefined;

  constructor(private readonly root: string) {}

  /** Runs every test of these contracts. A run that ends its process has failed. */
  async run(compiled: readonly Compiled[], effort: keyof typeof EFFORTS, system: boolean): Promise<Outcome> {
    const { fuzz, invariant } = EFFORTS[effort];
    const gas = system ? GAS.system : GAS.pure;
    const request: Request = { compiled, fuzz, invariant, gas, root: this.root };
    this.evm ??= this.start();
    this.evm.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.lines?.next();
    if (line !== undefined && line.done !== true) return JSON.parse(line.value) as Outcome;
    this.evm = undefined;
    return { failed: [DIED], ran: compiled.length };
  }

  close(): void {
    this.evm?.stdin.end();
    this.evm = undefined;
  }

  private start(): ChildProcessByStdio<Writable, Readable, null> {
    const command = `ulimit -d ${MEMORY} 2>/dev/null; exec "$0" "$@"`;
    const node = [process.execPath, "--import", import.meta.resolve("tsx"), EVM];
    const evm = spawn("sh", ["-c", command, ...node], { stdio: ["pipe", "pipe", "ignore"] });
    // A process that died does not read: the missing answer says so.
    evm.stdin.on("error", () => undefined);
    this.lines = createInterface({ input: evm.stdout })[Symbol.asyncIterator]();
    return evm;
  }
}

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

import type { Compiled } from "./compiler.js";

/** Effort spent on properties. `full` is the effort of `npm test`. */
export const EFFORTS = {
  quick: { fuzz: 32, invariant: { runs: 4, depth: 16 } },
  full: { fuzz: 256, invariant: { runs: 32, depth: 32 } },
} as const;

/** A request to the EVM's process: contracts, including the test contracts, and the effort. */
export interface Request {
  readonly compiled: readonly Compiled[];
  readonly fuzz: number;
  readonly invariant: { readonly runs: number; readonly depth: number };
  /** Gas limit of a call. It makes a mutant that never ends fail instead of hang. */
  readonly gas: number;
  readonly root: string;
}

/** The failed tests as "Suite.test", and the number of tests that ran. */
export interface Outcome {
  readonly failed: readonly string[];
  readonly ran: number;
}

const EVM = fileURLToPath(new URL("evm.ts", import.meta.url));
/**
 * Gas limit of a call. A test that deploys nothing needs little. A test that fills a list of
 * auctions needs more than a block.
 */
const GAS = { pure: 2 ** 27, system: 2 ** 28 } as const;
/** Memory of the EVM's process [KiB]. */
const MEMORY = 4 * 2 ** 20;
/** Reported as the killing test if the process of the tests died. */
const DIED = "the tests ran out of memory";

/** Runs Solidity tests in a process of their own, from memory. Nothing is written to disk. */
export class SolidityTests {
  private evm: ChildProcessByStdio<Writable, Readable, null> | undefined;
  private lines: AsyncIterator<string> | undefined;

  constructor(private readonly root: string) {}

  /** Runs every test of these contracts. A run that ends its process counts as failed. */
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
    // A dead process does not read. The missing answer reports that.
    evm.stdin.on("error", () => undefined);
    this.lines = createInterface({ input: evm.stdout })[Symbol.asyncIterator]();
    return evm;
  }
}

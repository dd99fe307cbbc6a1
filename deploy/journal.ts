import { readFileSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

const originSchema = z.strictObject({
  chainId: z.int(),
  genesisHash: z.string(),
  /** Head of the chain when the deployment began: no event of it is older. */
  block: z.int().nonnegative(),
  /** What is being deployed, as given. */
  parameters: z.json(),
  /** Hash of the code at every address of the finished deployment; absent until then. */
  codeHashes: z.record(z.string(), z.string()).optional(),
});

/** On which chain a deployment began, with what, and what code it left there. */
export type Origin = z.output<typeof originSchema>;

const entrySchema = z.looseObject({
  type: z.string(),
  futureId: z.string().optional(),
  networkInteractionId: z.int().optional(),
  nonce: z.int().optional(),
  artifactId: z.string().optional(),
  contractName: z.string().optional(),
  /** Who sends what a future asks for. */
  from: z.string().optional(),
  /** What a future asks for. */
  networkInteraction: z
    .looseObject({ id: z.int(), to: z.string().optional(), data: z.string().optional() })
    .optional(),
  transaction: z.looseObject({ hash: z.string() }).optional(),
});

/** One entry of Ignition's journal, with the fields that matter here. */
export type Entry = z.output<typeof entrySchema>;

/**
 * What is remembered of one deployment between runs, under `<directory>/journal/<chainId>/`: its origin, and Ignition's
 * own journal. A run that is cut off at any point leaves something the next one can resume.
 */
export class Journal {
  /** Ignition's own directory. */
  readonly ignition: string;
  readonly directory: string;
  private readonly originPath: string;

  constructor(deployments: string, chainId: number) {
    this.directory = join(deployments, "journal", String(chainId));
    this.ignition = join(this.directory, "ignition");
    this.originPath = join(this.directory, "origin.json");
  }

  /** The origin, or null if no deployment ever began here or what it left cannot be read. */
  async origin(): Promise<Origin | null> {
    const text = await readFile(this.originPath, "utf8").catch(() => null);
    if (text === null) return null;
    try {
      return originSchema.parse(JSON.parse(text));
    } catch {
      return null;
    }
  }

  /** Writes the origin, whole or not at all. */
  async write(origin: Origin): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    const partial = `${this.originPath}.partial`;
    await writeFile(partial, `${JSON.stringify(origin, null, 2)}\n`);
    await rename(partial, this.originPath);
  }

  /** Addresses of the contracts finished so far, by Ignition's ids. */
  async deployed(): Promise<Record<string, string>> {
    const text = await readFile(this.addressesPath(), "utf8").catch(() => "");
    return isJson(text) ? z.record(z.string(), z.string()).catch({}).parse(JSON.parse(text)) : {};
  }

  /** Entries so far: two runs with the same number did nothing in between. */
  async length(): Promise<number> {
    return (await this.lines()).length;
  }

  /**
   * Cuts off what was not written to its end, which is what a killed process may leave: the last entry, or the list of
   * addresses, which Ignition only writes for others to read.
   */
  async repair(): Promise<void> {
    const addresses = await readFile(this.addressesPath(), "utf8").catch(() => null);
    if (addresses !== null && !isJson(addresses)) await rm(this.addressesPath());
    const lines = await this.lines();
    const last = lines.at(-1);
    if (last === undefined || isJson(last)) return;
    await this.writeLines(lines.slice(0, -1));
  }

  /** All entries, oldest first. Throws a `ZodError` or `SyntaxError` if a line is none. */
  async entries(): Promise<Entry[]> {
    return (await this.lines()).map((line) => entrySchema.parse(JSON.parse(line)));
  }

  /** Puts other entries in the place of all, whole or not at all. */
  async rewrite(entries: readonly Entry[]): Promise<void> {
    await this.writeLines(entries.map((entry) => JSON.stringify(entry)));
  }

  /** How far the deployment came, as people are told when it is cut off: read at once, since the process is about to end. */
  progress(): string {
    let text = "";
    try {
      text = readFileSync(this.linesPath(), "utf8");
    } catch {
      // Nothing began.
    }
    const sent = text.split("\n").filter((line) => line.includes('"TRANSACTION_SEND"') && isJson(line));
    const last = sent.at(-1);
    if (last === undefined) return "nothing was sent";
    const { futureId } = entrySchema.parse(JSON.parse(last));
    return `${sent.length} ${sent.length === 1 ? "transaction" : "transactions"} sent, the last for ${futureId ?? "?"}`;
  }

  /** Forgets everything. */
  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  private addressesPath(): string {
    return join(this.ignition, "deployed_addresses.json");
  }

  private linesPath(): string {
    return join(this.ignition, "journal.jsonl");
  }

  private async lines(): Promise<string[]> {
    const text = await readFile(this.linesPath(), "utf8").catch(() => "");
    return text.split("\n").filter((line) => line !== "");
  }

  private async writeLines(lines: readonly string[]): Promise<void> {
    const path = this.linesPath();
    await writeFile(`${path}.partial`, lines.map((line) => `\n${line}`).join(""));
    await rename(`${path}.partial`, path);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

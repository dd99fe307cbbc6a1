import { readFileSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

const originSchema = z.strictObject({
  chainId: z.int(),
  genesisHash: z.string(),
  /** Head of the chain when the deployment began. No event of the deployment is older. */
  block: z.int().nonnegative(),
  /** Parameters of the deployment, as given. */
  parameters: z.json(),
  /** Hash of the code at every address of the finished deployment; absent until then. */
  codeHashes: z.record(z.string(), z.string()).optional(),
});

/**
 * The chain and the parameters with which a deployment began, and the code it left on the chain.
 */
export type Origin = z.output<typeof originSchema>;

const entrySchema = z.looseObject({
  type: z.string(),
  futureId: z.string().optional(),
  networkInteractionId: z.int().optional(),
  nonce: z.int().optional(),
  artifactId: z.string().optional(),
  contractName: z.string().optional(),
  /** Account that sends the transactions of a future. */
  from: z.string().optional(),
  /** Request of a future. */
  networkInteraction: z
    .looseObject({ id: z.int(), to: z.string().optional(), data: z.string().optional() })
    .optional(),
  transaction: z.looseObject({ hash: z.string() }).optional(),
});

/** One entry of Ignition's journal, with the fields that are read here. */
export type Entry = z.output<typeof entrySchema>;

/**
 * The data of one deployment that is kept between runs, under `<directory>/journal/<chainId>/`: its
 * origin, and Ignition's own journal. A run that is interrupted at any point leaves a state that
 * the next run can resume.
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

  /** The origin; null if no deployment began here or its file cannot be read. */
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

  /** Addresses of the contracts deployed so far, by Ignition's ids. */
  async deployed(): Promise<Record<string, string>> {
    const text = await readFile(this.addressesPath(), "utf8").catch(() => "");
    return isJson(text) ? z.record(z.string(), z.string()).catch({}).parse(JSON.parse(text)) : {};
  }

  /** Number of entries so far. If two runs find the same number, nothing was done between them. */
  async length(): Promise<number> {
    return (await this.lines()).length;
  }

  /**
   * Removes files and lines that a killed process wrote only in part: the last entry, or the list
   * of addresses. Ignition writes that list only for other readers.
   */
  async repair(): Promise<void> {
    const addresses = await readFile(this.addressesPath(), "utf8").catch(() => null);
    if (addresses !== null && !isJson(addresses)) await rm(this.addressesPath());
    const lines = await this.lines();
    const last = lines.at(-1);
    if (last === undefined || isJson(last)) return;
    await this.writeLines(lines.slice(0, -1));
  }

  /** All entries, oldest first. Throws a `ZodError` or `SyntaxError` for an invalid line. */
  async entries(): Promise<Entry[]> {
    return (await this.lines()).map((line) => entrySchema.parse(JSON.parse(line)));
  }

  /** Replaces all entries, whole or not at all. */
  async rewrite(entries: readonly Entry[]): Promise<void> {
    await this.writeLines(entries.map((entry) => JSON.stringify(entry)));
  }

  /**
   * Progress of an interrupted deployment, as text for people. Reads synchronously, because the
   * process is about to end.
   */
  progress(): string {
    let text = "";
    try {
      text = readFileSync(this.linesPath(), "utf8");
    } catch {
      // No journal exists, so nothing began.
    }
    const sent = text.split("\n").filter((line) => line.includes('"TRANSACTION_SEND"') && isJson(line));
    const last = sent.at(-1);
    if (last === undefined) return "nothing was sent";
    const { futureId } = entrySchema.parse(JSON.parse(last));
    return `${sent.length} ${sent.length === 1 ? "transaction" : "transactions"} sent, the last for ${futureId ?? "?"}`;
  }

  /** Deletes the origin and Ignition's journal. */
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

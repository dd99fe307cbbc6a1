import { readFile, writeFile } from "node:fs/promises";

import type { NetworkConnection } from "hardhat/types/network";

import type { OurFigures } from "../assurance/gas/all.js";
import { REPORTED } from "../assurance/gas/peers/reported.js";
import { changes, documented, figuresTable, reportedTable } from "../assurance/gas/report.js";
import { CliError } from "../cli/args.js";
import { InputError } from "../format/inputError.js";
import type { Main } from "../cli/run.js";

const SNAPSHOT = new URL("../assurance/gas/gas.snapshot.json", import.meta.url);
const DOCUMENT = new URL("../../docs/assurance/gas.md", import.meta.url);
const README = new URL("../../README.md", import.meta.url);

/** `npm run bench:gas`. */
export const BENCH = {
  usage: "npm run bench:gas -- [options]",
  summary:
    "Measures whole transactions (receipt gasUsed) on the embedded chain, ours beside Morpho Blue's and Aave v3's.",
  options: {
    json: { type: "string", value: "FILE", help: "write the figures as JSON" },
    check: {
      type: "boolean",
      help: "fail if a figure of ours differs from the snapshot; leaves the peers out",
    },
    update: {
      type: "boolean",
      help: "write the snapshot, and the tables of README.md and docs/assurance/gas.md",
    },
  },
} as const;

/**
 * Measures, prints, and compares with the snapshot. With `--check` throws a `CliError` if a figure
 * differs.
 */
export const bench: Main<typeof BENCH> = async (options, io) => {
  if (options.check && options.update) throw new InputError("--check and --update: give one of them");
  // Loaded only now, because this import needs the contracts, which may have to be compiled first.
  const { measureOurs, measurePeers } = await import("../assurance/gas/all.js");
  const ours = await measureOurs(withChain);
  const peers = options.check ? undefined : await measurePeers(withChain);
  const snapshot = await readSnapshot();
  io.out(figuresTable(ours, snapshot, peers));
  const reported = reportedTable(REPORTED);
  if (peers !== undefined) io.out(`\n${reported}`);
  if (options.json !== undefined) await writeFile(options.json, jsonOf({ ours, ...peers }));
  if (options.update) {
    const figures = figuresTable(ours, ours, peers);
    await document(README, figures);
    await document(DOCUMENT, `${figures}\n\n${reported}`);
    await writeFile(SNAPSHOT, jsonOf({ ours }));
  }
  if (options.check) requireUnchanged(ours, snapshot);
};

/** Throws a `CliError` that names the figures that differ from the snapshot. */
export function requireUnchanged(ours: OurFigures, snapshot: Partial<OurFigures>): void {
  const changed = changes(ours, snapshot).map((c) => c.name);
  if (changed.length === 0) return;
  throw new CliError(
    `gas: ${changed.join(", ")}: differ from the snapshot; if that is meant, run "npm run bench:gas -- --update" and say why in the commit`,
  );
}

async function document(file: URL, tables: string): Promise<void> {
  await writeFile(file, documented(await readFile(file, "utf8"), tables));
}

async function readSnapshot(): Promise<Partial<OurFigures>> {
  return (JSON.parse(await readFile(SNAPSHOT, "utf8")) as { ours: Partial<OurFigures> }).ours;
}

async function withChain<T>(use: (connection: NetworkConnection) => Promise<T>): Promise<T> {
  const { network } = await import("hardhat");
  const connection = await network.create();
  return use(connection).finally(() => connection.close());
}

function jsonOf(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

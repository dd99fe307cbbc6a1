import { readFile, writeFile } from "node:fs/promises";

import { network } from "hardhat";

import { EXIT } from "../src/cli/args.js";
import { run } from "../src/cli/run.js";
import { table } from "../src/cli/table.js";
import { type GasFigures, measure } from "../src/bench/gas.js";

const SNAPSHOT = new URL("../src/bench/gas.snapshot.json", import.meta.url);

/** What each figure is, for people. */
const MEANING: Readonly<Record<keyof GasFigures, string>> = {
  depositFirst: "deposit of a collateral the vault does not hold yet",
  depositAgain: "deposit of one it holds",
  borrow: "borrow more, one collateral",
  open: "deposit and borrow in one transaction, new vault",
  repay: "repay a part",
  withdrawWithDebt: "withdraw a part, with debt",
  liquidate1: "liquidate a vault with one collateral",
  liquidate3: "one call seizing from a vault with three collaterals",
  perFurtherCollateral: "what each further collateral adds to a borrow",
};

await run(
  {
    usage: "npm run bench:gas -- [options]",
    summary: "Measures whole transactions (receipt gasUsed) on the embedded chain.",
    options: {
      json: { type: "string", value: "FILE", help: "write the figures as JSON" },
      check: { type: "boolean", help: "fail if a figure differs from the snapshot in the repository" },
      update: { type: "boolean", help: "write the snapshot" },
    },
  },
  async (options) => {
    const connection = await network.create();
    const ours = await measure(connection).finally(() => connection.close());
    const before = (JSON.parse(await readFile(SNAPSHOT, "utf8")) as { ours: Partial<GasFigures> }).ours;
    const names = Object.keys(MEANING) as (keyof GasFigures)[];
    const rows = names.map((name) => {
      const [now, then] = [ours[name], before[name]];
      const change = then === undefined || then === now ? "" : `${now > then ? "+" : ""}${now - then}`;
      return [name, now.toLocaleString("en"), change, MEANING[name]];
    });
    const heading = [{ heading: "action" }, { heading: "gas", align: "right" }] as const;
    const rest = [{ heading: "change", align: "right" }, { heading: "what" }] as const;
    process.stdout.write(`${table([...heading, ...rest], rows)}\n`);
    const text = `${JSON.stringify({ ours }, null, 2)}\n`;
    if (options.json !== undefined) await writeFile(options.json, text);
    if (options.update) await writeFile(SNAPSHOT, text);
    const changed = names.filter((name) => ours[name] !== before[name]);
    if (options.check && changed.length > 0) {
      process.stderr.write(
        `gas: ${changed.join(", ")}: differ from the snapshot; if that is meant, run "npm run bench:gas -- --update" and say why in the commit\n`,
      );
      process.exitCode = EXIT.failure;
    }
  },
);

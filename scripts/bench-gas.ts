import { readFile, writeFile } from "node:fs/promises";

import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { type OurFigures, measureOurs, measurePeers, ratio } from "../src/bench/all.js";
import { PUBLISHED } from "../src/bench/peers/published.js";
import type { PeerFigures } from "../src/bench/peers/setting.js";
import { EXIT } from "../src/cli/args.js";
import { run } from "../src/cli/run.js";
import { table } from "../src/cli/table.js";

const SNAPSHOT = new URL("../src/bench/gas.snapshot.json", import.meta.url);

/** What each figure is, for people. */
const MEANING: Readonly<Record<keyof OurFigures, string>> = {
  depositFirst: "deposit of a collateral the vault does not hold yet",
  depositAgain: "deposit of one it holds",
  borrow: "borrow more, one collateral",
  open: "deposit and borrow, new vault: one transaction of ours, two of theirs",
  repay: "repay a part",
  withdrawWithDebt: "withdraw a part, with debt",
  liquidate1: "liquidate a vault with one collateral",
  liquidate3: "one call seizing from a vault with three collaterals",
  perFurtherCollateral: "what each further collateral adds to a borrow",
  batchPerVault: "what each further vault adds to a batch of liquidations",
  auctionStart: "absorb a vault: its auction starts",
  auctionTake: "take a part of a lot",
  absorb: "what each further absorption adds in one transaction",
};

await run(
  {
    usage: "npm run bench:gas -- [options]",
    summary:
      "Measures whole transactions (receipt gasUsed) on the embedded chain, ours beside Morpho Blue's and Aave v3's.",
    options: {
      json: { type: "string", value: "FILE", help: "write the figures as JSON" },
      check: {
        type: "boolean",
        help: "fail if a figure of ours differs from the snapshot; leaves the peers out",
      },
      update: { type: "boolean", help: "write the snapshot" },
    },
  },
  async (options) => {
    const ours = await measureOurs(withChain);
    const before = (JSON.parse(await readFile(SNAPSHOT, "utf8")) as { ours: Partial<OurFigures> }).ours;
    const names = Object.keys(MEANING) as (keyof OurFigures)[];
    const peers = options.check ? undefined : await measurePeers(withChain);
    const of = (peer: PeerFigures | undefined, name: string): number | undefined =>
      (peer as Readonly<Record<string, number | undefined>> | undefined)?.[name];
    const rows = names.map((name) => {
      const [now, then] = [ours[name], before[name]];
      const change = then === undefined || then === now ? "" : `${now > then ? "+" : ""}${now - then}`;
      const beside =
        peers === undefined
          ? []
          : [of(peers.morpho, name), of(peers.aaveV3, name)].flatMap((theirs) => [
              theirs?.toLocaleString("en") ?? "",
              ratio(now, theirs),
            ]);
      return [name, now.toLocaleString("en"), change, ...beside, MEANING[name]];
    });
    const right = (heading: string) => ({ heading, align: "right" }) as const;
    const columns = [
      { heading: "action" },
      right("ours"),
      right("change"),
      ...(peers === undefined ? [] : [right("Morpho"), right("ours/M"), right("Aave v3"), right("ours/A")]),
      { heading: "what" },
    ];
    process.stdout.write(`${table(columns, rows)}\n`);
    if (peers !== undefined) {
      const published = PUBLISHED.map((p) => [p.system, p.action, p.gas.toLocaleString("en"), p.source]);
      const heading = [{ heading: "published" }, { heading: "action" }, right("gas"), { heading: "source" }];
      process.stdout.write(`\n${table(heading, published)}\n`);
    }
    if (options.json !== undefined) {
      await writeFile(options.json, `${JSON.stringify({ ours, ...peers }, null, 2)}\n`);
    }
    if (options.update) await writeFile(SNAPSHOT, `${JSON.stringify({ ours }, null, 2)}\n`);
    const changed = names.filter((name) => ours[name] !== before[name]);
    if (options.check && changed.length > 0) {
      process.stderr.write(
        `gas: ${changed.join(", ")}: differ from the snapshot; if that is meant, run "npm run bench:gas -- --update" and say why in the commit\n`,
      );
      process.exitCode = EXIT.failure;
    }
  },
);

async function withChain<T>(use: (connection: NetworkConnection) => Promise<T>): Promise<T> {
  const connection = await network.create();
  return use(connection).finally(() => connection.close());
}

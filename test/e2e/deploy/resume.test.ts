import { HardhatArtifactResolver } from "@nomicfoundation/hardhat-ignition/helpers";
import { expect } from "chai";
import hre from "hardhat";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { type Entry, Journal } from "../../../deploy/journal.js";
import type { Eip1193 } from "../../../deploy/onChain.js";
import { type Deployed, deployPersisted } from "../../../deploy/persisted.js";
import { ResumeError } from "../../../deploy/errors.js";
import { settle } from "../../../deploy/resume.js";
import type { Deployment } from "../../../src/protocol/deployments.js";
import { parseParameters } from "../../../src/protocol/parameters/convert.js";
import { type ChainNode, rpc, scratch, startAnvil } from "../../support/process.js";
import { needAnvil } from "../../support/skip.js";
import { SMALLEST } from "../../support/parameters.js";

const CHAIN_ID = 31337;

describe("a deployment killed at any entry of its journal", function () {
  this.timeout(600_000);
  let node: ChainNode;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let genesisHash: string;
  let deployer: string;
  /** Snapshots of the chain before each transaction, and after the last one. */
  let snapshots: unknown[];
  let finished: Deployment;
  let lines: readonly string[];

  const request: Eip1193["request"] = async ({ method, params }) =>
    await rpc(node.url, method, ...(params ?? []));
  const ask = async (method: string, ...params: unknown[]): Promise<unknown> =>
    await rpc(node.url, method, ...params);
  const used = async (): Promise<number> => Number(await ask("eth_getTransactionCount", deployer, "latest"));
  const at = (name: string): string => join(directory.path, name);
  const deployTo = async (
    deployments: string,
    through: Eip1193 = { request },
    more: object = {},
  ): Promise<Deployed> =>
    await deployPersisted({
      parameters: parseParameters({ ...SMALLEST, ...more }),
      node: through,
      artifacts: new HardhatArtifactResolver(hre.artifacts),
      chain: { chainId: CHAIN_ID, genesisHash },
      development: true,
      deployments,
      note: () => undefined,
    });

  before(async function () {
    needAnvil(this);
  });
  beforeEach(async () => {
    node = await startAnvil();
    directory = await scratch();
    genesisHash = ((await ask("eth_getBlockByNumber", "0x0", false)) as { hash: string }).hash;
    [deployer = ""] = (await ask("eth_accounts")) as string[];
    snapshots = [];
    const recording: Eip1193 = {
      request: async (call) => {
        if (call.method === "eth_sendTransaction") snapshots.push(await ask("evm_snapshot"));
        return await request(call);
      },
    };
    finished = (await deployTo(at("finished"), recording)).deployment;
    snapshots.push(await ask("evm_snapshot"));
    const journal = new Journal(at("finished"), CHAIN_ID);
    const text = await readFile(join(journal.ignition, "journal.jsonl"), "utf8");
    lines = text.split("\n").filter((line) => line !== "");
  });
  afterEach(async () => {
    await node.stop();
    await directory.remove();
  });

  /** Reverts the chain to the state after `mined` transactions. Later snapshots are lost. */
  const rollBack = async (mined: number): Promise<void> => {
    expect(await ask("evm_revert", snapshots[mined])).to.equal(true);
    snapshots[mined] = await ask("evm_snapshot");
    expect(await used()).to.equal(mined);
  };

  /**
   * The folder of a process that died after it wrote `count` entries, and half of the next one if
   * `half`.
   */
  const cutTo = async (count: number, half: boolean): Promise<string> => {
    const deployments = at("cut");
    await rm(deployments, { recursive: true, force: true });
    await cp(at("finished"), deployments, { recursive: true });
    await rm(join(deployments, `${CHAIN_ID}.json`));
    const journal = new Journal(deployments, CHAIN_ID);
    const { chainId, block, parameters } = (await journal.origin())!;
    await journal.write({ chainId, genesisHash, block, parameters });
    const kept = lines.slice(0, count);
    const next = lines[count] ?? "";
    const written = half ? [...kept, next.slice(0, next.length / 2)] : kept;
    await writeFile(join(journal.ignition, "journal.jsonl"), written.map((line) => `\n${line}`).join(""));
    const done = kept
      .map((line) => JSON.parse(line) as Entry)
      .filter(({ type }) => /_STATE_COMPLETE$|^CONTRACT_AT_/.test(type));
    const addresses = Object.entries(await journal.deployed()).filter(([id]) =>
      done.some((e) => e.futureId === id),
    );
    await writeFile(
      join(journal.ignition, "deployed_addresses.json"),
      JSON.stringify(Object.fromEntries(addresses)),
    );
    return deployments;
  };

  it("is finished by the next run, which keeps what is done and sends not one transaction more", async () => {
    const total = snapshots.length - 1;
    const entries = lines.map((line) => JSON.parse(line) as Entry);
    const sentBefore = (count: number): number =>
      entries.slice(0, count).filter(({ type }) => type === "TRANSACTION_SEND").length;
    // A transaction is sent between two entries, so a process may die before and after it is sent.
    const deaths = [...lines.keys(), lines.length].flatMap((count) => {
      const sent = sentBefore(count);
      return entries[count - 1]?.type === "TRANSACTION_PREPARE_SEND"
        ? [
            { count, mined: sent + 1 },
            { count, mined: sent },
          ]
        : [{ count, mined: sent }];
    });
    const all = Object.keys(await new Journal(at("finished"), CHAIN_ID).deployed()).sort();
    deaths.sort((a, b) => b.mined - a.mined);
    expect(deaths.length).to.be.greaterThan(100);
    // Each `npm test` tries a fifth of them. CI tries every one.
    const tried = process.env.DEEP === "1" ? deaths : deaths.filter((_, i) => i % 5 === 0);
    for (const { count, mined } of tried) {
      const name = `${count} entries, the last ${lines[count - 1]?.slice(0, 120)}, ${mined} transactions mined`;
      await rollBack(mined);
      const cut = await cutTo(count, count % 2 === 1);
      const before = await new Journal(cut, CHAIN_ID).deployed();
      const { deployment } = await deployTo(cut).catch((error: unknown) => {
        throw new Error(name, { cause: error });
      });
      // Deployed contracts keep their address. Others may get another address, because the order
      // within a step is free.
      const after = await new Journal(cut, CHAIN_ID).deployed();
      for (const [id, address] of Object.entries(before))
        expect(after[id], `${name}: ${id}`).to.equal(address);
      expect(Object.keys(after).sort(), name).to.deep.equal(all);
      for (const address of Object.values(deployment.contracts))
        expect(await ask("eth_getCode", address, "latest"), name).to.not.equal("0x");
      if (mined === total) expect(deployment, name).to.deep.equal(finished);
      expect(await used(), name).to.equal(total);
    }
  });

  /** Number of entries up to the first preparation of the transaction with `nonce`. */
  const prepared = (nonce: number): number =>
    lines.findIndex(
      (line) => line.includes('"TRANSACTION_PREPARE_SEND"') && line.includes(`"nonce":${nonce},`),
    ) + 1;

  /**
   * The first nonce from 3 on that is prepared after all lower ones. Ignition prepares several
   * transactions of a batch at once, in any order, and one that is not prepared cannot be mined.
   */
  const orderly = (): number => {
    for (let nonce = 3; nonce < snapshots.length; ++nonce) {
      const at = prepared(nonce);
      if (at > 0 && [...Array(nonce).keys()].every((lower) => prepared(lower) < at)) return nonce;
    }
    throw new Error("no nonce is prepared after all lower ones");
  };

  it("is finished too if somebody else used the nonce of a transaction that was prepared and not sent", async () => {
    const nonce = orderly();
    await rollBack(nonce);
    const cut = await cutTo(prepared(nonce), false);
    await ask("eth_sendTransaction", { from: deployer, to: deployer, value: "0x1" });
    await deployTo(cut);
    expect(await used()).to.equal(snapshots.length);
  });

  it("is finished too if a later transaction was confirmed before an earlier one", async () => {
    const nonce = orderly();
    const entries = lines.map((line) => JSON.parse(line) as Entry);
    const sent = entries.find((e) => e.type === "TRANSACTION_SEND" && e.nonce === nonce - 2)!;
    const kept = lines.slice(0, prepared(nonce)).filter((_, at) => {
      const { type, futureId } = entries[at]!;
      return futureId !== sent.futureId || !/_CONFIRM$|_COMPLETE$/.test(type);
    });
    if (process.env.SHOW) console.error(lines.filter((l) => l.includes("TRANSACTION_CONFIRM"))[1]);
    await rollBack(nonce);
    lines = kept;
    await deployTo(await cutTo(kept.length, false));
    expect(await used()).to.equal(snapshots.length - 1);
  });

  it("names nonce and account if a nonce is used and the node does not tell by what, and changes nothing", async () => {
    const nonce = orderly();
    await rollBack(nonce);
    const cut = await cutTo(prepared(nonce), false);
    const journal = new Journal(cut, CHAIN_ID);
    const before = await journal.entries();
    await ask("eth_sendTransaction", { from: deployer, to: deployer, value: "0x1" });
    const forgetful: Eip1193 = {
      request: async (call) => {
        if (call.method === "eth_getBlockByNumber") throw new Error("pruned");
        return await request(call);
      },
    };
    const error: unknown = await settle(journal, forgetful).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(ResumeError);
    expect((error as Error).message).to.match(
      new RegExp(
        `^journal: Breakwater#\\w+: nonce ${nonce} of ${deployer} is used and the node does not tell by what: [^\\n]*run again`,
      ),
    );
    expect(await journal.entries()).to.deep.equal(before);
  });

  it("enters a transaction that still waits instead of sending it again", async () => {
    const nonce = orderly();
    await rollBack(nonce);
    const cut = await cutTo(prepared(nonce), false);
    const journal = new Journal(cut, CHAIN_ID);
    const { futureId, networkInteractionId } = (await journal.entries()).at(-1)!;
    const { networkInteraction } = (await journal.entries()).find(
      (e) => e.futureId === futureId && e.networkInteraction?.id === networkInteractionId,
    )!;
    await ask("evm_setAutomine", false);
    const hash = await ask("eth_sendTransaction", {
      from: deployer,
      data: networkInteraction!.data,
      gas: "0x7a1200",
    });
    await settle(journal, { request });
    expect((await journal.entries()).at(-1)?.transaction?.hash).to.equal(hash);
    await ask("evm_setAutomine", true);
    await ask("evm_mine");
    await deployTo(cut);
    expect(await used()).to.equal(snapshots.length - 1);
  });

  it("binds nobody to its parameters if nothing was sent", async () => {
    await rollBack(0);
    const system = { ...SMALLEST.system, borrowCap: "7000" };
    const { deployment } = await deployTo(await cutTo(prepared(0), false), { request }, { system });
    expect(deployment.parameters.system.borrowCap).to.equal("7000");
    expect(await used()).to.equal(snapshots.length - 1);
  });
});

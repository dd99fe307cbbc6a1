import { expect } from "chai";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Journal } from "../../../deploy/journal.js";
import { DEPLOY, deploy } from "../../../src/commands/deploy.js";
import { type Deployment, deploymentPath, readDeployment } from "../../../src/protocol/deployments.js";
import { runHere } from "../../support/here.js";
import {
  type ChainNode,
  type Ended,
  rpc,
  scratch,
  startAnvil,
  startScript,
  until,
} from "../../support/process.js";
import { needAnvil } from "../../support/skip.js";

describe("the journal of a deployment", () => {
  let directory: Awaited<ReturnType<typeof scratch>>;

  beforeEach(async () => {
    directory = await scratch();
  });
  afterEach(() => directory.remove());

  it("loses only what was not written to its end", async () => {
    const journal = new Journal(directory.path, 31337);
    const file = join(journal.ignition, "journal.jsonl");
    await mkdir(journal.ignition, { recursive: true });
    await writeFile(file, '\n{"a":1}\n{"b":2}\n{"c":');
    await writeFile(join(journal.ignition, "deployed_addresses.json"), '{"d":');
    expect(await journal.deployed()).to.deep.equal({});
    expect(await journal.length()).to.equal(3);
    await journal.repair();
    expect(await readFile(file, "utf8")).to.equal('\n{"a":1}\n{"b":2}');
    await journal.repair();
    expect(await journal.length()).to.equal(2);
  });

  it("takes an unreadable origin for none", async () => {
    const journal = new Journal(directory.path, 31337);
    expect(await journal.origin()).to.equal(null);
    await mkdir(join(directory.path, "journal", "31337"), { recursive: true });
    await writeFile(join(directory.path, "journal", "31337", "origin.json"), '{"chainId":31337}');
    expect(await journal.origin()).to.equal(null);
  });
});

describe("deploying again", function () {
  let node: ChainNode;
  let directory: Awaited<ReturnType<typeof scratch>>;

  const args = (): string[] => ["--rpc", node.url, "--deployments", directory.path];
  // Runs in this process to be fast. The first test and the end-to-end tests run the command as a
  // process of its own.
  const deployHere = async (...more: string[]): Promise<Ended> =>
    await runHere(DEPLOY, deploy, [...args(), ...more]);
  const succeed = async (): Promise<{ stdout: string; deployment: Deployment }> => {
    const { code, stdout, stderr } = await deployHere();
    expect(stderr).to.equal("");
    expect(code).to.equal(0);
    return { stdout, deployment: await readDeployment(directory.path, 31337) };
  };
  const codeAt = (address: string): Promise<unknown> => rpc(node.url, "eth_getCode", address, "latest");

  before(function () {
    needAnvil(this);
  });
  beforeEach(async () => {
    directory = await scratch();
  });
  afterEach(async () => {
    await node.stop();
    await directory.remove();
  });

  it("resumes what a killed process left half done, and repeats nothing of it", async () => {
    node = await startAnvil("--no-mining");
    const [deployer] = (await rpc(node.url, "eth_accounts")) as string[];
    const count = async (tag: string): Promise<number> =>
      Number(await rpc(node.url, "eth_getTransactionCount", deployer, tag));
    const killed = startScript("deploy", args());
    const journal = new Journal(directory.path, 31337);
    // The process dies when some contracts are deployed and a transaction waits.
    await until(async () => {
      const [done, sent] = [await count("latest"), await count("pending")];
      if (sent > done && Object.keys(await journal.deployed()).length > 0) return true;
      if (sent > done) await rpc(node.url, "anvil_mine");
      return undefined;
    });
    killed.kill("SIGKILL");
    await killed.ended;
    const before = Object.entries(await journal.deployed());
    expect(before).to.not.deep.equal([]);
    // Transactions of the dead process may still arrive. Mine until none waits.
    await until(async () => {
      await rpc(node.url, "anvil_mine");
      return (await count("pending")) === (await count("latest")) ? true : undefined;
    });
    await rpc(node.url, "evm_setAutomine", true);

    const { stdout, deployment } = await succeed();
    expect(stdout)
      .to.match(/^resuming an interrupted deployment$/m)
      .and.to.match(/^deployed: /m);
    const after = await journal.deployed();
    for (const [id, address] of before) expect(after[id], id).to.equal(address);
    for (const address of Object.values(deployment.contracts))
      expect(await codeAt(address)).to.not.equal("0x");
    expect((await succeed()).stdout).to.match(/^already deployed: /m);
  });

  it("says at Ctrl-C where it stopped and that the next run resumes, which it does", async () => {
    node = await startAnvil("--no-mining");
    const stopped = startScript("deploy", args());
    const journal = new Journal(directory.path, 31337);
    await until(() => (/^[1-9] transactions? sent/.test(journal.progress()) ? true : undefined));
    stopped.kill("SIGINT");
    const { code, stdout, stderr } = await stopped.ended;
    expect(code).to.equal(null);
    expect(stdout).to.not.include("deployed");
    // One batch holds several transactions, so more may be sent between the first one and the
    // signal.
    expect(stderr).to.match(
      /^interrupted: (?:1 transaction|[2-9] transactions) sent, the last for Breakwater#\w+; run the same command again to resume\n$/,
    );
    await rpc(node.url, "anvil_mine");
    await rpc(node.url, "evm_setAutomine", true);
    expect((await succeed()).stdout).to.match(/^resuming an interrupted deployment$/m);
  });

  it("starts afresh when the chain was restarted under its journal", async () => {
    node = await startAnvil("--timestamp", "1700000000");
    const first = (await succeed()).deployment;
    await node.stop();
    node = await startAnvil("--timestamp", "1800000000");
    const { stdout, deployment } = await succeed();
    expect(stdout).to.match(/^stale journal removed, deploying afresh: genesis hash: 0x[0-9a-f]{64}: /m);
    expect(stdout).to.match(/^deployed: /m);
    expect(deployment.genesisHash).to.not.equal(first.genesisHash);
    expect(await codeAt(deployment.contracts.engine)).to.not.equal("0x");
  });

  it("starts afresh when the chain was rolled back or holds something else at its addresses", async () => {
    node = await startAnvil();
    const snapshot = await rpc(node.url, "evm_snapshot");
    const { deployment } = await succeed();
    await rpc(node.url, "anvil_setCode", deployment.contracts.engine, "0x00");
    expect((await succeed()).stdout).to.match(
      /^stale journal removed.*code at 0x\w{40}: it is another contract's$/m,
    );
    await rpc(node.url, "evm_revert", snapshot);
    const { stdout } = await succeed();
    expect(stdout).to.match(/^stale journal removed.*code at 0x\w{40}: there is none on this chain$/m);
    expect(await codeAt((await readDeployment(directory.path, 31337)).contracts.engine)).to.not.equal("0x");
  });

  it("writes the record again if only that was lost, and refuses parameters other than those deployed", async () => {
    node = await startAnvil();
    const { deployment } = await succeed();
    await rm(deploymentPath(directory.path, 31337));
    const again = await succeed();
    expect(again.stdout).to.match(/^already deployed: /m);
    expect(again.deployment).to.deep.equal(deployment);

    const changed = join(directory.path, "changed.json");
    await cp(join("deploy", "parameters", "localhost.json"), changed);
    const text = (await readFile(changed, "utf8")).replace('"ltvBps": 7500', '"ltvBps": 7400');
    await writeFile(changed, text);
    const { code, stdout, stderr } = await deployHere("--parameters", changed);
    expect(code).to.equal(2);
    expect(stdout).to.equal("");
    expect(stderr).to.match(/^\S+changed\.json: assets\[0\]\.ltvBps: 7400: is deployed as 7500; [^\n]*\n$/);
  });
});

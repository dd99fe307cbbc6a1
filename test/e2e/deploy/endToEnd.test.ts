import { expect } from "chai";
import { MaxUint256, parseEther } from "ethers";
import { readFile } from "node:fs/promises";

import type { VaultKey } from "../../../src/model/index.js";
import { type Client, connect } from "../../../src/protocol/client.js";
import { type Deployment, deploymentPath, readDeployment } from "../../../src/protocol/deployments.js";
import { DeadlineProvider } from "../../../src/protocol/provider.js";
import {
  type ChainNode,
  hasAnvil,
  rpc,
  runScript,
  scratch,
  startAnvil,
  startHardhatNode,
  startScript,
  until,
} from "../../support/process.js";
import { NO_ANVIL, skipUnless } from "../../support/skip.js";
import { fund, healthOf, lend, openVault, ROLES, setPrice, signerOf } from "../../support/scenario.js";

interface Line {
  readonly event: string;
  readonly vault?: VaultKey;
  readonly action?: string;
  readonly symbol?: string;
  readonly status?: string;
  readonly kind?: string;
  readonly profit?: string;
  readonly healthAfter?: string;
  readonly unhealthy?: number;
  readonly vaults?: number;
  readonly disagreements?: number;
  readonly option?: { readonly repaid: string; readonly seized: string; readonly profit: string };
}

const NODES: readonly [string, () => Promise<ChainNode>, boolean][] = [
  ["hardhat node", startHardhatNode, true],
  ["anvil", () => startAnvil(), hasAnvil],
];

for (const [name, startNode, present] of NODES) {
  describe(`from deployment to liquidation, as processes against ${name}`, function () {
    let node: ChainNode;
    let provider: DeadlineProvider;
    let directory: Awaited<ReturnType<typeof scratch>>;
    let deployment: Deployment;
    let client: Client;
    let risky: VaultKey;
    let mixed: VaultKey;
    let safe: VaultKey;

    const command = (script: string, ...args: string[]) =>
      runScript(script, ["--rpc", node.url, "--deployments", directory.path, ...args]);
    const keeper = async (...args: string[]): Promise<Line[]> => {
      const { code, stdout, stderr } = await command("keeper", "--once", "--json", ...args);
      expect(stderr).to.equal("");
      expect(code).to.equal(0);
      const [opening, ...lines] = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Line);
      expect(opening?.event).to.equal("start");
      return lines;
    };

    before(async function () {
      skipUnless(present, this, NO_ANVIL);
      node = await startNode();
      directory = await scratch();
      provider = new DeadlineProvider(node.url, 31337, 10_000);
      provider.pollingInterval = 20;
    });

    after(async () => {
      if (!present) return;
      provider.destroy();
      await node.stop();
      await directory.remove();
    });

    it("deploys the whole system and writes a record that can be read back", async () => {
      const { code, stdout, stderr } = await command("deploy");
      expect(stderr).to.equal("");
      expect(code).to.equal(0);
      expect(stdout).to.match(/^deployed: chain 31337/m);
      deployment = await readDeployment(directory.path, 31337);
      client = connect(deployment, provider);
      expect(await client.riskConfig.assetCount()).to.equal(2n);
      expect(stdout).to.include(deployment.contracts.engine);
      expect(deployment.genesisHash).to.equal(
        ((await rpc(node.url, "eth_getBlockByNumber", "0x0", false)) as { hash: string }).hash,
      );
    });

    it("sends nothing when it is run a second time", async () => {
      const block = await rpc(node.url, "eth_blockNumber");
      const record = await readFile(deploymentPath(directory.path, 31337), "utf8");
      const { code, stdout, stderr } = await command("deploy", "--json");
      expect(stderr).to.equal("");
      expect(code).to.equal(0);
      expect(JSON.parse(stdout)).to.deep.equal(JSON.parse(record));
      expect(await rpc(node.url, "eth_blockNumber")).to.equal(block);
      expect(await readFile(deploymentPath(directory.path, 31337), "utf8")).to.equal(record);
    });

    it("finds vaults from events and leaves healthy ones alone", async () => {
      await lend(deployment, await signerOf(provider, ROLES.lender));
      const borrower = await signerOf(provider, ROLES.borrower);
      risky = await openVault(deployment, borrower, 0n, { 0: "10" }, "14900");
      mixed = await openVault(deployment, borrower, 1n, { 0: "10", 1: "0.2" }, "23000");
      safe = await openVault(deployment, borrower, 2n, { 0: "10" }, "5000");
      await fund(deployment, await signerOf(provider, ROLES.keeper), "100000");
      const [pass, ...rest] = await keeper("--log-chunk", "7");
      expect(pass).to.include({ event: "pass", vaults: 3, unhealthy: 0, disagreements: 0 });
      expect(rest).to.deep.equal([]);
    });

    it("decides but sends nothing in a dry run", async () => {
      await setPrice(deployment, await signerOf(provider, ROLES.lender), 0, "1650");
      const block = await rpc(node.url, "eth_blockNumber");
      const lines = await keeper("--dry-run");
      expect(lines[0]).to.include({ unhealthy: 2, disagreements: 0 });
      const decided = lines.filter((line) => line.action === "liquidate").map((line) => line.vault);
      expect(decided).to.have.members([risky, mixed]);
      expect(await rpc(node.url, "eth_blockNumber")).to.equal(block);
    });

    it("says what it is about to do, and fails a single pass that leaves a vault unhealthy", async () => {
      const poor = ["--once", "--account", String(ROLES.rival)];
      const { code, stdout, stderr } = await command("keeper", ...poor);
      expect(stdout).to.match(
        /^keeper: network localhost, chain 31337, engine 0x\w{40}, account 0x\w{40}, own balance, sends transactions, one pass\n/,
      );
      expect(stderr).to.match(
        /^vault 0x\w{64}( and \d more)?: left unhealthy: too little of the debt asset\n$/,
      );
      expect(code).to.equal(1);
    });

    it("restores the health of every unhealthy vault at a profit, and touches no other", async () => {
      const before = await client.vaultLens.records([safe]);
      const me = await signerOf(provider, ROLES.keeper);
      const wethBefore = await client.tokens[0]?.balanceOf(me);
      const spentBefore = await client.debtToken.balanceOf(me);
      const lines = await keeper();
      const done = lines.filter((line) => line.event === "outcome" && line.kind === "liquidation");
      expect(done.map((line) => line.status)).to.deep.equal(["done", "done"]);
      expect(done.map((line) => line.vault)).to.have.members([risky, mixed]);
      for (const line of done) {
        expect(BigInt(line.profit ?? 0) > 0n, "profit").to.equal(true);
        expect(BigInt(line.healthAfter ?? 0) >= parseEther("1.04"), "health after").to.equal(true);
      }
      for (const key of [risky, mixed])
        expect((await healthOf(client, key)) >= parseEther("1.04")).to.equal(true);
      expect(await client.vaultLens.records([safe])).to.deep.equal(before);
      expect(await client.debtToken.allowance(me, deployment.contracts.engine)).to.equal(MaxUint256);
      const bought = ((await client.tokens[0]?.balanceOf(me)) ?? 0n) - (wethBefore ?? 0n);
      const paid = spentBefore - (await client.debtToken.balanceOf(me));
      expect(bought * 1650n > paid, "what was seized is worth more than what was paid").to.equal(true);
    });

    it("has nothing left to do after that", async () => {
      const block = await rpc(node.url, "eth_blockNumber");
      const lines = await keeper();
      expect(lines).to.have.lengthOf(1);
      expect(lines[0]).to.include({ vaults: 3, unhealthy: 0, disagreements: 0 });
      expect(await rpc(node.url, "eth_blockNumber")).to.equal(block);
    });

    it("acts by itself on the block that brings the price, and stops at SIGINT", async () => {
      const child = startScript("keeper", ["--rpc", node.url, "--deployments", directory.path]);
      await until(() => (child.stdout().includes("block ") ? true : undefined));
      await setPrice(deployment, await signerOf(provider, ROLES.lender), 0, "1550");
      await until(async () => ((await healthOf(client, risky)) >= parseEther("1.04") ? true : undefined));
      await until(() => (/liquidation of .* done/.test(child.stdout()) ? true : undefined));
      child.kill("SIGINT");
      const { code, stderr } = await child.ended;
      expect(stderr).to.equal("");
      expect(code).to.equal(0);
    });
  });
}

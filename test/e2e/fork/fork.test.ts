import { expect } from "chai";
import { parseEther } from "ethers";
import { network } from "hardhat";

import { attempt } from "../../../src/cli/run.js";
import { plain } from "../../../src/format/table.js";
import { DEPLOY, deploy } from "../../../src/commands/deploy.js";
import { unlockedAccount } from "../../../src/keeper/chain/account.js";
import type { KeeperEvent } from "../../../src/keeper/report/events.js";
import { Keeper } from "../../../src/keeper/keeper.js";
import type { VaultKey } from "../../../src/model/index.js";
import { connect } from "../../../src/protocol/client.js";
import { type Deployment, readDeployment } from "../../../src/protocol/deployments.js";
import { DeadlineProvider } from "../../../src/protocol/provider.js";
import { type ChainNode, rpc, scratch, startHardhatNode } from "../../support/process.js";
import { fund, healthOf, lend, openVault, ROLES, setPrice, signerOf } from "../../support/scenario.js";

describe("a fork of a populated chain", () => {
  let node: ChainNode;
  let provider: DeadlineProvider;
  let directory: Awaited<ReturnType<typeof scratch>>;
  let deployment: Deployment;
  let vault: VaultKey;

  before(async () => {
    node = await startHardhatNode();
    directory = await scratch();
    provider = new DeadlineProvider(node.url, 31337, 10_000);
    provider.pollingInterval = 20;
    const quiet = { out: () => undefined, note: () => undefined, tint: plain };
    const { error } = await attempt(
      DEPLOY,
      deploy,
      ["--rpc", node.url, "--deployments", directory.path],
      quiet,
    );
    if (error !== undefined) throw new Error(error);
    deployment = await readDeployment(directory.path, 31337);
    await lend(deployment, await signerOf(provider, ROLES.lender));
    await fund(deployment, await signerOf(provider, ROLES.keeper), "50000");
    vault = await openVault(deployment, await signerOf(provider, ROLES.borrower), 0n, { 0: "10" }, "14900");
  });

  after(async () => {
    provider.destroy();
    await node.stop();
    await directory.remove();
  });

  it("replays a price drop and its liquidation there, and leaves the original as it was", async () => {
    const block = await rpc(node.url, "eth_blockNumber");
    const records = await connect(deployment, provider).vaultLens.records([vault]);

    const fork = await network.create({ override: { forking: { enabled: true, url: node.url } } });
    const { ethers } = fork;
    const accounts = (await fork.provider.request({ method: "eth_accounts" })) as string[];
    const signer = await ethers.getSigner(accounts[ROLES.keeper] ?? "");
    // Blocks mined in quick succession are ahead of the clock. The fork would continue from the
    // clock, before its own last block.
    const { timestamp } = (await ethers.provider.getBlock("latest")) ?? { timestamp: 0 };
    await fork.provider.request({ method: "evm_setNextBlockTimestamp", params: [timestamp + 12] });
    await setPrice(deployment, signer, 0, "1700");
    const client = connect(deployment, ethers.provider);
    expect((await healthOf(client, vault)) < parseEther("1")).to.equal(true);

    const events: KeeperEvent[] = [];
    const settings = {
      dryRun: false,
      minProfit: 0n,
      alive: 60_000,
      logChunk: 1_000,
      patience: { blocks: 5, stall: 10_000, interval: 20 },
    };
    const account = unlockedAccount(ethers.provider, signer.address);
    const keeper = new Keeper(client, ethers.provider, account, settings, (event) => events.push(event));
    const { outcomes } = await keeper.pass(new AbortController().signal);
    expect(outcomes.map(({ kind, status }) => [kind, status])).to.deep.equal([
      ["approval", "done"],
      ["liquidation", "done"],
    ]);
    expect((await healthOf(client, vault)) >= parseEther("1.04")).to.equal(true);
    await fork.close();

    expect(await rpc(node.url, "eth_blockNumber")).to.equal(block);
    expect(await connect(deployment, provider).vaultLens.records([vault])).to.deep.equal(records);
    expect((await healthOf(connect(deployment, provider), vault)) >= parseEther("1")).to.equal(true);
  });
});

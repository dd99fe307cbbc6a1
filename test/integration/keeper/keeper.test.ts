import { expect } from "chai";
import { HDNodeWallet, MaxUint256, parseEther, type Signer } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../../deploy/inMemory.js";
import { type Account, keyAccount } from "../../../src/keeper/chain/account.js";
import { firstDifference } from "../../../src/keeper/chain/deploymentCheck.js";
import type {
  DecisionEvent,
  KeeperEvent,
  OutcomeEvent,
  PassEvent,
} from "../../../src/keeper/report/events.js";
import type { VaultKey } from "../../../src/model/index.js";
import { type Client, connect } from "../../../src/protocol/client.js";
import type { Deployment } from "../../../src/protocol/deployments.js";
import { DeadlineProvider, type NodeProvider } from "../../../src/protocol/provider.js";
import { startFakeNode } from "../../support/fakeNode.js";
import { openStage, type Stage } from "../../support/keeper.js";
import { until } from "../../support/process.js";
import {
  fund,
  healthOf,
  localParameters,
  mined,
  openVault,
  ROLES,
  setPrice,
} from "../../support/scenario.js";

describe("the keeper", () => {
  let stage: Stage;
  let connection: NetworkConnection;
  let deployment: Deployment;
  let client: Client;
  let provider: NodeProvider;
  let own: Account;
  let vault: VaultKey;
  let events: KeeperEvent[];
  const never = new AbortController().signal;

  const decisions = (): DecisionEvent[] => events.filter((e) => e.event === "decision");
  const outcomes = (): OutcomeEvent[] => events.filter((e) => e.event === "outcome");
  const passes = (): PassEvent[] => events.filter((e) => e.event === "pass");
  const block = (): Promise<number> => provider.getBlockNumber();
  const liquidateAs = async (signer: Signer): Promise<void> => {
    const receiver = await signer.getAddress();
    await fund(deployment, signer, "50000");
    await mined(connect(deployment, signer).debtToken.approve(deployment.contracts.engine, MaxUint256));
    const limits = { maxRepay: MaxUint256, maxSeize: MaxUint256, minSeize: 0n, deadline: MaxUint256 };
    await mined(
      connect(deployment, signer).vaultEngine.liquidate({ vault, asset: 0, ...limits, receiver, data: "0x" }),
    );
  };

  beforeEach(async () => {
    stage = await openStage();
    ({ connection, deployment, client, provider, own, vault, events } = stage);
  });
  afterEach(() => connection.close());

  it("gets exactly what the model says when no second passes in between", async () => {
    await mined(
      connect(deployment, stage.role(ROLES.keeper)).debtToken.approve(
        deployment.contracts.engine,
        MaxUint256,
      ),
    );
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1750");
    const account: Account = {
      address: own.address,
      send: async (transaction) => {
        const { timestamp } = (await provider.getBlock("latest")) ?? { timestamp: 0 };
        await provider.send("evm_setNextBlockTimestamp", [timestamp]);
        return await own.send(transaction);
      },
    };
    await stage.keeperWith({}, account).pass(never);
    const [outcome] = outcomes();
    const option = decisions()[0]?.option;
    expect(passes()[0]).to.include({ unhealthy: 1, confirmed: 1, disagreements: 0 });
    expect(outcome?.status).to.equal("done");
    for (const term of ["repaid", "seized", "bonus"] as const)
      expect(outcome?.[term], term).to.equal(option?.[term]);
    expect((outcome?.profit ?? 0n) >= (option?.profit ?? 0n), "profit, with less gas than assumed").to.equal(
      true,
    );
    expect((option?.profit ?? 0n) > 0n).to.equal(true);
  });

  it("reports a rival's win as lost, and neither retries nor stops", async () => {
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1750");
    const overtaken: Account = {
      address: own.address,
      send: async (transaction) => {
        if (transaction.to === deployment.contracts.engine) await liquidateAs(stage.role(ROLES.rival));
        return await own.send(transaction);
      },
    };
    const keeper = stage.keeperWith({}, overtaken);
    await keeper.pass(never);
    const last = outcomes().at(-1);
    expect(last).to.include({ kind: "liquidation", status: "lost" });
    expect(last?.refusal?.error).to.match(/^VaultHealthy\(/);
    events.length = 0;
    await keeper.pass(never);
    expect(passes()[0]).to.include({ unhealthy: 0 });
    expect(outcomes()).to.deep.equal([]);
  });

  it("gives up a transaction after its blocks, and reuses its nonce at higher fees", async () => {
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1750");
    await mined(
      connect(deployment, stage.role(ROLES.keeper)).debtToken.approve(
        deployment.contracts.engine,
        MaxUint256,
      ),
    );
    const sent: { nonce: number; tip: bigint }[] = [];
    let drop = true;
    const dropping: Account = {
      address: own.address,
      send: async (transaction) => {
        sent.push({ nonce: transaction.nonce, tip: transaction.fees.maxPriorityFeePerGas });
        if (!drop) return await own.send(transaction);
        await provider.send("evm_setAutomine", [false]);
        const hash = await own.send(transaction);
        await provider.send("hardhat_dropTransaction", [hash]);
        await provider.send("hardhat_mine", ["0x4"]);
        await provider.send("evm_setAutomine", [true]);
        return hash;
      },
    };
    const keeper = stage.keeperWith({}, dropping);
    await keeper.pass(never);
    expect(outcomes().map(({ status }) => status)).to.deep.equal(["late"]);
    drop = false;
    await keeper.pass(never);
    expect(outcomes().map(({ status }) => status)).to.deep.equal(["late", "done"]);
    expect(sent[1]?.nonce).to.equal(sent[0]?.nonce);
    expect((sent[1]?.tip ?? 0n) * 8n >= (sent[0]?.tip ?? 0n) * 9n).to.equal(true);
  });

  it("liquidates with a key of its own as with an account of the node", async () => {
    const phrase = "test test test test test test test test test test test junk";
    const wallet = HDNodeWallet.fromPhrase(phrase, undefined, `m/44'/60'/0'/0/${ROLES.keeper}`);
    const account = keyAccount(provider, 31337, wallet.privateKey);
    expect(account.address).to.equal(await stage.role(ROLES.keeper).getAddress());
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1750");
    await stage.keeperWith({}, account).pass(never);
    expect(outcomes().map(({ kind, status }) => [kind, status])).to.deep.equal([
      ["approval", "done"],
      ["liquidation", "done"],
    ]);
    for (const { hash } of outcomes())
      expect((await provider.getTransaction(hash ?? ""))?.hash).to.equal(hash);
  });

  it("repays no more than it owns", async () => {
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1750");
    const { debtToken } = connect(deployment, stage.role(ROLES.keeper));
    await mined(debtToken.transfer(await stage.role(ROLES.rival).getAddress(), parseEther("48000")));
    await stage.keeperWith().pass(never);
    const done = outcomes().at(-1);
    expect(done?.status).to.equal("done");
    expect((done?.repaid ?? 0n) <= parseEther("2000") && (done?.repaid ?? 0n) > parseEther("1900")).to.equal(
      true,
    );
  });

  it("sends nothing for less than the minimum profit, and says what it would have been", async () => {
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1750");
    const before = await block();
    await stage.keeperWith({ minProfit: parseEther("10000") }).pass(never);
    expect(decisions()[0]).to.include({ action: "skip", reason: "unprofitable" });
    expect((decisions()[0]?.option?.profit ?? 0n) > 0n).to.equal(true);
    expect(await block()).to.equal(before);
  });

  it("sends nothing in a dry run, with an allowance or without", async () => {
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1750");
    const before = await block();
    await stage.keeperWith({ dryRun: true }).pass(never);
    expect(await block()).to.equal(before);
    await mined(
      connect(deployment, stage.role(ROLES.keeper)).debtToken.approve(
        deployment.contracts.engine,
        MaxUint256,
      ),
    );
    await stage.keeperWith({ dryRun: true }).pass(never);
    expect(await block()).to.equal(before + 1);
    expect(decisions().map(({ action }) => action)).to.deep.equal(["liquidate", "liquidate"]);
  });

  it("keeps its hands off where the lens does not confirm the model, in either direction", async () => {
    // A client that reads its risk parameters from another system.
    const misled = async (liquidationThresholdBps: number): Promise<Client> => {
      const [weth, ...rest] = localParameters().assets;
      if (weth === undefined) throw new Error("no asset");
      const assets = [{ ...weth, liquidationThresholdBps }, ...rest];
      const other = await deployInMemory(connection, { ...localParameters(), assets });
      return { ...client, riskConfig: connect(other, provider).riskConfig };
    };
    const [strict, lax] = [await misled(7_600), await misled(8_800)];
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1900");
    await stage.keeperWith({}, own, strict).pass(never);
    expect(passes()[0]).to.include({ unhealthy: 1, disagreements: 1 });
    expect(decisions()[0]).to.include({ action: "skip", reason: "modelDisagrees" });
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1800");
    await stage.keeperWith({}, own, lax).pass(never);
    expect(passes()[1]).to.include({ unhealthy: 0, confirmed: 1, disagreements: 1 });
    expect(outcomes()).to.deep.equal([]);
  });

  it("follows a threshold down its ramp, and liquidates by the one in force", async () => {
    const { riskConfig } = connect(deployment, stage.role(ROLES.deployer));
    const { risk, supplyCap } = await riskConfig.assetRisk(0);
    await mined(riskConfig.tighten(0, 7_000n, risk.liquidationThreshold - 200n, supplyCap));
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1870");
    await stage.keeperWith().pass(never);
    expect(passes()[0]).to.include({ unhealthy: 0, disagreements: 0 });
    // After a day the threshold has fallen by one of its two percentage points.
    await connection.networkHelpers.time.increase(86_400);
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1870");
    expect((await riskConfig.assetRisk(0)).risk.liquidationThreshold).to.equal(
      risk.liquidationThreshold - 100n,
    );
    await mined(
      connect(deployment, stage.role(ROLES.keeper)).debtToken.approve(
        deployment.contracts.engine,
        MaxUint256,
      ),
    );
    await stage.keeperWith().pass(never);
    expect(passes()[1]).to.include({ unhealthy: 1, disagreements: 0 });
    expect(outcomes()[0]?.status).to.equal("done");
    expect(await firstDifference(client, provider)).to.equal(null);
  });

  it("refuses a record of other assets or sources than the chain's", async () => {
    const [weth, ...rest] = deployment.assets;
    if (weth === undefined) throw new Error("no asset");
    const record = { ...deployment, assets: [{ ...weth, decimals: 8 }, ...rest] };
    expect(await firstDifference(connect(record, provider), provider)).to.equal(
      "assets[0].decimals: 8: must be 18, as on chain",
    );
    const primary = { ...weth.primary, feed: weth.token };
    const moved = { ...deployment, assets: [{ ...weth, primary }, ...rest] };
    expect(await firstDifference(connect(moved, provider), provider)).to.match(
      /^assets\[0\]\.primary\.feed: 0x\w+: must be 0x\w+, as on chain$/,
    );
    const { parameters: p } = deployment;
    const [first, second] = p.assets;
    const rated = { ...deployment, parameters: { ...p, rate: { ...p.rate, reserveFactorBps: 1001 } } };
    expect(await firstDifference(connect(rated, provider), provider)).to.equal(
      "parameters.rate (reserveFactor): 1001: must be 1000, as on chain",
    );
    for (const [field, change, told] of [
      ["heartbeatSeconds", { heartbeatSeconds: 60 }, "60: must be 3600"],
      ["minAnswer (feed units)", { minAnswer: "300" }, "30000283648: must be 20000014336"],
    ] as const) {
      const altered = [{ ...first!, primary: { ...first!.primary, ...change } }, second!];
      const bounded = { ...deployment, parameters: { ...p, assets: altered } };
      expect(await firstDifference(connect(bounded, provider), provider)).to.equal(
        `parameters.assets[0].primary.${field}: ${told}, as on chain`,
      );
    }
    const { contracts } = deployment;
    const wired = { ...deployment, contracts: { ...contracts, breaker: contracts.volatility } };
    expect(await firstDifference(connect(wired, provider), provider)).to.equal(
      `contracts.breaker: ${contracts.volatility}: must be ${contracts.breaker}, as on chain`,
    );
    const short = { ...deployment, assets: [weth] };
    expect(await firstDifference(connect(short, provider), provider)).to.match(
      /^assets: 1: must be the \d+ that are listed/,
    );
  });

  it("makes one pass per block, one after the other, and goes on after a node failed", async () => {
    let failing = false;
    const flaky = new Proxy(provider, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown => {
          if (failing && name === "getBlock") return Promise.reject(new Error("node is away"));
          return (value as (...a: unknown[]) => unknown).apply(target, args);
        };
      },
    });
    const stop = new AbortController();
    const counted = stage.keeperWith({ dryRun: true }, own, client, flaky);
    const run = counted.run(stop.signal);
    const seen = (number: number): true | undefined =>
      passes().some((pass) => pass.block === number) ? true : undefined;
    const first = await block();
    await until(() => seen(first));
    failing = true;
    await until(() => (events.some((e) => e.event === "passFailed") ? true : undefined));
    failing = false;
    await provider.send("hardhat_mine", ["0x1"]);
    await until(() => seen(first + 1));
    stop.abort();
    await run;
    const blocks = passes().map((pass) => pass.block);
    expect(blocks).to.deep.equal([...new Set(blocks)]);
  });

  it("sees what another read of the chain sees after a rollback", async () => {
    const snapshot: unknown = await provider.send("evm_snapshot", []);
    const keeper = stage.keeperWith();
    await openVault(deployment, stage.role(ROLES.rival), 0n, { 0: "5" }, "5000");
    await keeper.pass(never);
    await provider.send("evm_revert", [snapshot]);
    await openVault(deployment, stage.role(ROLES.rival), 7n, { 0: "10" }, "14000");
    await keeper.pass(never);
    await stage.keeperWith().pass(never);
    const [, rolled, fresh] = passes();
    expect(rolled?.disagreements).to.equal(0);
    expect(rolled?.unhealthy).to.equal(fresh?.unhealthy);
    expect((await healthOf(client, vault)) > 0n).to.equal(true);
  });
});

describe("a provider with deadlines", () => {
  it("ends every request to a node that does not answer", async () => {
    const node = await startFakeNode({}, null);
    const provider = new DeadlineProvider(node.url, 31337, 50);
    for (const request of [provider.getBlockNumber(), provider.send("eth_accounts", [])]) {
      const message = await request.then(
        () => "an answer",
        (reason: unknown) => (reason as Error).message,
      );
      expect(message).to.match(/no answer within 0\.05 s|timeout/);
    }
    provider.destroy();
    await node.stop();
  });
});

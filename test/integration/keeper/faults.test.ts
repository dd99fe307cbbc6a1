import { expect } from "chai";
import { keccak256, MaxUint256, parseEther } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { type Account, keyAccount, unlockedAccount } from "../../../src/keeper/chain/account.js";
import type { KeeperEvent, OutcomeEvent, PassEvent } from "../../../src/keeper/report/events.js";
import { textLine } from "../../../src/keeper/report/formatEvent.js";
import type { VaultKey } from "../../../src/model/index.js";
import { type Client, connect } from "../../../src/protocol/client.js";
import type { Deployment } from "../../../src/protocol/deployments.js";
import type { NodeProvider } from "../../../src/protocol/provider.js";
import { openStage, type Stage } from "../../support/keeper.js";
import { until } from "../../support/process.js";
import { mined, ROLES, setPrice } from "../../support/scenario.js";

describe("the keeper with nodes, tokens and accounts as they are", () => {
  let stage: Stage;
  let connection: NetworkConnection;
  let deployment: Deployment;
  let client: Client;
  let provider: NodeProvider;
  let own: Account;
  let vault: VaultKey;
  let events: KeeperEvent[];
  const never = new AbortController().signal;

  const outcomes = (): OutcomeEvent[] => events.filter((e) => e.event === "outcome");
  const passes = (): PassEvent[] => events.filter((e) => e.event === "pass");
  const block = (): Promise<number> => provider.getBlockNumber();

  beforeEach(async () => {
    stage = await openStage();
    ({ connection, deployment, client, provider, own, vault, events } = stage);
  });
  afterEach(() => connection.close());

  it("acts on a vault whose last change a lagging node left out, in the pass after the lens told", async () => {
    let lagging = false;
    const lags = new Proxy(provider, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown =>
          lagging && name === "getLogs"
            ? Promise.resolve([])
            : (value as (...a: unknown[]) => unknown).apply(target, args);
      },
    });
    const keeper = stage.keeperWith({}, own, client, lags);
    await keeper.pass(never);
    lagging = true;
    await mined(
      connect(deployment, stage.role(ROLES.borrower)).vaultEngine.withdraw(
        vault,
        0,
        parseEther("0.05"),
        await stage.role(ROLES.borrower).getAddress(),
      ),
    );
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1870");
    await keeper.pass(never);
    expect(passes().at(-1)).to.include({ unhealthy: 0, disagreements: 1 });
    await keeper.pass(never);
    expect(passes().at(-1)).to.include({ unhealthy: 1, disagreements: 0 });
    expect(outcomes().at(-1)?.status).to.equal("done");
  });

  it("does nothing where the price of ether is not known, and says so", async () => {
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1750");
    const unpriced = {
      ...deployment,
      assets: deployment.assets.map((a) => (a.symbol === "WETH" ? { ...a, symbol: "STETH" } : a)),
    };
    const { left } = await stage.keeperWith({}, own, connect(unpriced, provider)).pass(never);
    expect([...left]).to.deep.equal([[vault, "gasUnpriced"]]);
    expect(outcomes()).to.deep.equal([]);
    await stage.keeperWith({ weiPrice: 2_000n * 10n ** 18n }, own, connect(unpriced, provider)).pass(never);
    expect(outcomes().at(-1)?.status).to.equal("done");
  });

  it("takes an allowance back before it gives another, as some tokens demand", async () => {
    await mined(
      connect(deployment, stage.role(ROLES.keeper)).debtToken.approve(deployment.contracts.engine, 1n),
    );
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1750");
    const first = await block();
    await stage.keeperWith().pass(never);
    expect(outcomes().map(({ status }) => status)).to.deep.equal(["done", "done"]);
    const given = await client.debtToken.queryFilter(client.debtToken.getEvent("Approval"), first + 1);
    expect(given.slice(0, 2).map(({ args }) => args.value)).to.deep.equal([0n, MaxUint256]);
  });

  it("names every vault that it leaves unhealthy, with the reason", async () => {
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1750");
    const poor = unlockedAccount(provider, await stage.role(ROLES.rival).getAddress());
    const { left } = await stage.keeperWith({}, poor).pass(never);
    expect([...left]).to.deep.equal([[vault, "noFunds"]]);
    expect([...(await stage.keeperWith().pass(never)).left]).to.deep.equal([]);
  });

  it("names the nonces that transactions of an earlier process hold, and leaves the vault with that reason", async () => {
    await setPrice(deployment, stage.role(ROLES.lender), 0, "1750");
    const mine = await provider.getTransactionCount(own.address);
    // Answers like geth with transactions that wait because they offer less than the base fee.
    const stuck = new Proxy(provider, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...args: unknown[]): unknown =>
          name === "getTransactionCount" && args[1] === "pending"
            ? Promise.resolve(mine + 2)
            : (value as (...a: unknown[]) => unknown).apply(target, args);
      },
    });
    const { left } = await stage.keeperWith({}, own, client, stuck).pass(never);
    expect([...left]).to.deep.equal([[vault, "accountBusy"]]);
    const busy = events.find((e) => e.event === "accountBusy");
    expect(busy).to.deep.equal({
      event: "accountBusy",
      account: own.address,
      mined: mine,
      pending: mine + 2,
    });
    expect(textLine(busy!, deployment)).to.match(
      new RegExp(`nonce ${mine} up to ${mine + 1} is taken by transactions`),
    );
  });

  it("waits for a transaction that the node says it knows already", async () => {
    const raw: unknown[] = [];
    const knowing = {
      send: async (_method: string, params: unknown[]): Promise<unknown> => {
        raw.push(params[0]);
        throw Object.assign(new Error("could not coalesce error"), { error: { message: "already known" } });
      },
    } as unknown as NodeProvider;
    const account = keyAccount(knowing, 31337, `0x${"11".repeat(32)}`);
    const fees = { maxFeePerGas: 2n, maxPriorityFeePerGas: 1n };
    const hash = await account.send({ to: own.address, data: "0x", nonce: 0, gasLimit: 21_000n, fees });
    expect(hash).to.equal(keccak256(String(raw[0])));
  });

  it("says that it is there while no block comes", async () => {
    const stop = new AbortController();
    const run = stage.keeperWith({ dryRun: true, alive: 0 }).run(stop.signal);
    await until(() => (events.some((e) => e.event === "idle" && e.block !== null) ? true : undefined));
    stop.abort();
    await run;
  });
});

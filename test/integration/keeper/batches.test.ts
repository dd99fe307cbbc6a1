import { expect } from "chai";
import { parseEther, type Signer } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../../deploy/inMemory.js";
import { type Account, unlockedAccount } from "../../../src/keeper/chain/account.js";
import { groupByAsset } from "../../../src/keeper/execute/executorStrategy.js";
import type { LiquidationDecision } from "../../../src/keeper/execute/strategy.js";
import type { KeeperEvent, OutcomeEvent } from "../../../src/keeper/report/events.js";
import { type Executor, ExecutorError, openExecutor } from "../../../src/keeper/chain/liquidationExecutor.js";
import { Keeper, type KeeperSettings } from "../../../src/keeper/keeper.js";
import { textLine } from "../../../src/keeper/report/formatEvent.js";
import { vaultKey, type VaultKey } from "../../../src/model/index.js";
import { type Client, connect } from "../../../src/protocol/client.js";
import type { Deployment } from "../../../src/protocol/deployments.js";
import type { NodeProvider } from "../../../src/protocol/provider.js";
import { Autopilot__factory, LiquidationExecutor__factory } from "../../../types/index.js";
import { deployExecutor, type Exchange, openExchange } from "../../support/executor.js";
import { SETTINGS } from "../../support/keeper.js";
import {
  fund,
  healthOf,
  lend,
  localParameters,
  mined,
  openVault,
  ROLES,
  setPrice,
} from "../../support/scenario.js";

describe("the keeper with an executor", () => {
  let connection: NetworkConnection;
  let deployment: Deployment;
  let client: Client;
  let provider: NodeProvider;
  let signers: Signer[];
  let own: Account;
  let exchange: Exchange;
  let executor: Executor;
  let boss: string;
  let vaults: VaultKey[];
  let events: KeeperEvent[];
  const never = new AbortController().signal;

  const role = (number: number): Signer => signers[number]!;
  const keeper = (settings: Partial<KeeperSettings> = {}, account = own): Keeper =>
    new Keeper(client, provider, account, { ...SETTINGS, executor, ...settings }, (event) =>
      events.push(event),
    );
  const of = <E extends KeeperEvent["event"]>(name: E) =>
    events.filter((e): e is Extract<KeeperEvent, { event: E }> => e.event === name);
  const outcomes = (kind: OutcomeEvent["kind"]): OutcomeEvent[] =>
    of("outcome").filter((e) => e.kind === kind);

  beforeEach(async () => {
    connection = await network.create();
    provider = connection.ethers.provider;
    signers = await connection.ethers.getSigners();
    own = unlockedAccount(provider, await role(ROLES.keeper).getAddress());
    boss = await role(5).getAddress();
    deployment = await deployInMemory(connection, {
      ...localParameters(),
      // Disabled, because the tests borrow right after the fall that makes the vaults unhealthy.
      breaker: { ...localParameters().breaker, enabled: false },
    });
    client = connect(deployment, provider);
    events = [];
    await lend(deployment, role(ROLES.lender));
    vaults = [];
    for (const [i, debt] of ["14900", "14500", "14100"].entries()) {
      vaults.push(await openVault(deployment, role(ROLES.borrower), BigInt(i), { 0: "10" }, debt));
    }
    exchange = await openExchange(deployment, role(ROLES.deployer), "1700", "20000000");
    const made = await deployExecutor(deployment, role(ROLES.deployer), exchange.factory, boss, [
      own.address,
    ]);
    executor = await openExecutor(client, provider, await made.getAddress(), own.address);
    await setPrice(deployment, role(ROLES.lender), 0, "1700");
  });
  afterEach(() => connection.close());

  it("liquidates all vaults of a collateral in one transaction, without a unit of its own, and the owner gets the profit", async () => {
    expect(await client.debtToken.balanceOf(own.address)).to.equal(0n);
    await keeper().pass(never);
    expect(of("decision").map(({ action }) => action)).to.deep.equal(["liquidate", "liquidate", "liquidate"]);
    const [planned] = of("batch");
    const [batch] = outcomes("batch");
    expect(planned).to.include({ vaults: 3, funding: "flashLoan", symbol: "WETH" });
    expect(batch).to.include({ vaults: 3, status: "done" });
    const each = outcomes("liquidation");
    expect(each.map(({ status }) => status)).to.deep.equal(["done", "done", "done"]);
    expect(new Set(each.map(({ hash }) => hash)).size).to.equal(1);
    for (const term of ["repaid", "seized"] as const)
      expect(each.reduce((sum, one) => sum + (one[term] ?? 0n), 0n)).to.equal(batch?.[term]);
    for (const vault of vaults) expect((await healthOf(client, vault)) > 10n ** 18n).to.equal(true);
    const earned = await client.debtToken.balanceOf(boss);
    expect(earned > (batch?.profit ?? 0n) && (batch?.profit ?? 0n) > 0n).to.equal(true);
    const drift = earned - (planned?.earned ?? 0n);
    expect(drift < parseEther("0.1") && drift > -parseEther("0.1")).to.equal(true);
    for (const event of events) expect(textLine(event, deployment)).not.to.match(/undefined|NaN/);
  });

  it("reports a vault that a rival took as lost, and still liquidates the others", async () => {
    const rival = role(ROLES.rival);
    const overtaken: Account = {
      address: own.address,
      send: async (transaction) => {
        await fund(deployment, rival, "14100");
        const { vaultEngine: engine, debtToken } = connect(deployment, rival);
        await mined(debtToken.approve(deployment.contracts.engine, parseEther("14100")));
        await mined(engine.repay(vaults[1]!, parseEther("13000"), { gasLimit: 1_000_000n }));
        return await own.send(transaction);
      },
    };
    await keeper({}, overtaken).pass(never);
    expect(outcomes("batch")[0]).to.include({ vaults: 2, status: "done" });
    const lost = outcomes("liquidation").filter(({ status }) => status === "lost");
    expect(lost.map(({ vault }) => vault)).to.deep.equal([vaults[1]]);
  });

  it("reports the batch as lost if all vaults recovered, with the engine's reason", async () => {
    const recovered: Account = {
      address: own.address,
      send: async (transaction) => {
        await setPrice(deployment, role(ROLES.lender), 0, "2000");
        return await own.send(transaction);
      },
    };
    await keeper({}, recovered).pass(never);
    const [batch] = outcomes("batch");
    expect(batch?.status).to.equal("lost");
    expect(batch?.refusal?.error).to.match(/^NothingLiquidated: VaultHealthy\(/);
  });

  it("liquidates out of the collateral where the pool has nothing left to lend", async () => {
    const { vaultEngine: engine } = connect(deployment, role(ROLES.rival));
    const key = vaultKey(await role(ROLES.rival).getAddress(), 0n);
    await openVault(deployment, role(ROLES.rival), 0n, { 0: "1000" }, "0");
    const cash = (await client.debtToken.balanceOf(client.lendingPool)) - parseEther("100");
    await mined(engine.borrow(key, cash, boss, { gasLimit: 1_000_000n }));
    const before = await client.debtToken.balanceOf(boss);
    await keeper().pass(never);
    expect(of("batch")[0]).to.include({ funding: "callback", vaults: 3 });
    expect(outcomes("batch")[0]).to.include({ vaults: 3, status: "done" });
    expect((await client.debtToken.balanceOf(boss)) > before).to.equal(true);
  });

  it("sends nothing in a dry run, and says what it would", async () => {
    const before = await provider.getBlockNumber();
    await keeper({ dryRun: true }).pass(never);
    expect(of("batch")[0]).to.include({ vaults: 3 });
    expect(await provider.getBlockNumber()).to.equal(before);
  });

  it("sends nothing where the market pays too little, whatever the oracle says", async () => {
    await exchange.market.refresh();
    const push = exchange.market.saleCall(parseEther("1600"), 0n, boss);
    await mined(
      role(ROLES.deployer).sendTransaction({
        to: exchange.uniswap.routerAddress,
        data: push,
        gasLimit: 1_000_000n,
      }),
    );
    const before = await provider.getBlockNumber();
    await keeper().pass(never);
    expect(of("decision").map(({ reason }) => reason)).to.deep.equal(Array(3).fill("refusedAtLatest"));
    expect(of("decision")[0]?.refusal?.error).to.match(/^ProfitTooSmall\(/);
    expect(await provider.getBlockNumber()).to.equal(before);
  });

  it("sends no less than the minimum profit asks for, after sale and gas", async () => {
    await keeper({ dryRun: true }).pass(never);
    const profit = of("batch")[0]?.profit ?? 0n;
    events = [];
    await keeper({ minProfit: profit + parseEther("1") }).pass(never);
    expect(of("outcome")).to.deep.equal([]);
    await keeper({ minProfit: profit - parseEther("1") }).pass(never);
    expect(outcomes("batch")[0]).to.include({ status: "done" });
  });

  it("chooses the deepest pool, and none where there is none", async () => {
    expect(executor.fees).to.deep.equal([3_000n, null]);
    await exchange.open("1700", "30000000", 500);
    const again = await openExecutor(client, provider, executor.address, own.address);
    expect(again.fees).to.deep.equal([500n, null]);
  });

  it("refuses an executor that is none, is of another engine, or does not know the account", async () => {
    const failure = async (address: string, on = client, account = own.address): Promise<string> =>
      await openExecutor(on, provider, address, account).then(
        () => "went through",
        (error: unknown) => (error instanceof ExecutorError ? error.message : String(error)),
      );
    expect(await failure(boss)).to.match(/must be a contract/);
    expect(await failure(deployment.contracts.engine)).to.match(/must be a LiquidationExecutor/);
    const other = { ...deployment, contracts: { ...deployment.contracts, engine: boss } };
    expect(await failure(executor.address, connect(other, provider))).to.match(/engine .*: must be/);
    const stranger = await role(ROLES.rival).getAddress();
    expect(await failure(executor.address, client, stranger)).to.match(/must let .* call/);
    expect(await failure(executor.address, client, boss)).to.equal("went through");
  });

  it("is deployed with the system where the parameters say so", async () => {
    const p = {
      ...localParameters(),
      executor: { factory: exchange.factory, owner: boss, keepers: [own.address] },
      autopilot: { factory: exchange.factory },
    };
    const second = await network.create();
    try {
      const made = await deployInMemory(second, p);
      const on = second.ethers.provider;
      const batcher = LiquidationExecutor__factory.connect(made.executor ?? "", on);
      const autopilot = Autopilot__factory.connect(made.autopilot ?? "", on);
      expect([await batcher.owner(), await batcher.isKeeper(own.address)]).to.deep.equal([boss, true]);
      for (const contract of [batcher, autopilot]) {
        expect(await contract.engine()).to.equal(made.contracts.engine);
        expect(await contract.factory()).to.equal(exchange.factory);
      }
    } finally {
      await second.close();
    }
  });
});

describe("batches", () => {
  const wanted = (asset: number, profit: bigint): LiquidationDecision =>
    ({
      vault: vaultKey(`0x${"42".repeat(20)}`, profit),
      action: "liquidate",
      option: { asset, profit, collateralValue: 1_000_000n },
    }) as unknown as LiquidationDecision;

  it("hold one collateral, at most sixty vaults, in the order given", () => {
    const all = [...Array(70).keys()].map((i) => wanted(i % 2 === 0 || i > 20 ? 0 : 1, 10_000n - BigInt(i)));
    const { groups, left } = groupByAsset({ fees: [3_000n, 500n] }, all);
    expect(left).to.deep.equal([]);
    expect(groups.map(({ asset, wanted: { length } }) => [asset, length])).to.deep.equal([
      [0, 60],
      [1, 10],
    ]);
    const first = groups[0]?.wanted.map(({ option }) => option.profit) ?? [];
    expect(first).to.deep.equal([...first].sort((a, b) => (a > b ? -1 : 1)));
  });

  it("leave out what has no market, and what does not pay the pool's fee", () => {
    const { groups, left } = groupByAsset({ fees: [3_000n, null] }, [
      wanted(0, 3_001n),
      wanted(0, 3_000n),
      wanted(1, 9_000n),
    ]);
    expect(groups.map(({ wanted: { length } }) => length)).to.deep.equal([1]);
    expect(left.map(([, reason]) => reason)).to.deep.equal(["unprofitable", "noMarket"]);
  });
});

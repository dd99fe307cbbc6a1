import { expect } from "chai";
import { parseEther, type Signer } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../deploy/inMemory.js";
import { measureBatches } from "../../src/assurance/gas/batch.js";
import { classify } from "../../src/keeper/chain/revert.js";
import { valueDown, type VaultKey } from "../../src/model/index.js";
import { type Client, connect } from "../../src/protocol/client.js";
import type { Deployment } from "../../src/protocol/deployments.js";
import type { LiquidationExecutor } from "../../types/index.js";
import {
  batchOf,
  deployExecutor,
  type Exchange,
  FUNDING,
  openExchange,
  targetsOf,
} from "../support/executor.js";
import {
  fund,
  healthOf,
  lend,
  localParameters,
  mined,
  openVault,
  ROLES,
  setPrice,
} from "../support/scenario.js";

const GAS = { gasLimit: 16_000_000n };
const COUNT = 3n;

describe("the executor with a real Uniswap v3", () => {
  let connection: NetworkConnection;
  let deployment: Deployment;
  let client: Client;
  let exchange: Exchange;
  let executor: LiquidationExecutor;
  let owner: string;
  let keeper: Signer;
  let trader: Signer;
  let vaults: VaultKey[];
  let clean: unknown;

  const owned = (): Promise<bigint> => client.debtToken.balanceOf(owner);
  const quoted = async (keys: readonly VaultKey[]) => {
    const quotes = await Promise.all(
      keys.map((key) => client.vaultLens.quoteLiquidation(key, 0, 2n ** 256n - 1n, 2n ** 256n - 1n)),
    );
    const sum = (term: "repaid" | "seized"): bigint => quotes.reduce((total, q) => total + q[term], 0n);
    return { repaid: sum("repaid"), seized: sum("seized") };
  };
  /** Liquidates as the keeper. Returns the profit: the growth of the owner's balance. */
  const run = async (
    funding: bigint,
    loan: bigint,
    keys: readonly VaultKey[] = vaults,
    minProfit = 0n,
  ): Promise<bigint> => {
    const before = await owned();
    await mined(executor.connect(keeper).liquidate(batchOf(funding, loan, minProfit), targetsOf(keys), GAS));
    return (await owned()) - before;
  };
  const refusal = async (promise: Promise<unknown>): Promise<string> =>
    await promise.then(
      () => "went through",
      (error: unknown) => classify(error).error,
    );

  before(async () => {
    connection = await network.create();
    deployment = await deployInMemory(connection, localParameters());
    const signers = await connection.ethers.getSigners();
    const role = (number: number): Signer => signers[number]!;
    [keeper, trader] = [role(ROLES.keeper), role(ROLES.deployer)];
    client = connect(deployment, connection.ethers.provider);
    owner = await role(ROLES.rival).getAddress();
    await lend(deployment, role(ROLES.lender));
    vaults = [];
    for (let i = 0n; i < COUNT; i++) {
      vaults.push(await openVault(deployment, role(ROLES.borrower), i, { 0: "10" }, String(14_900n - i)));
    }
    exchange = await openExchange(deployment, trader, "1750", "10000000");
    const keepers = [await keeper.getAddress()];
    executor = await deployExecutor(deployment, trader, exchange.factory, owner, keepers);
    await setPrice(deployment, role(ROLES.lender), 0, "1750");
    clean = await connection.provider.request({ method: "evm_snapshot" });
  });
  afterEach(async () => {
    await connection.provider.request({ method: "evm_revert", params: [clean] });
    clean = await connection.provider.request({ method: "evm_snapshot" });
    await exchange.market.refresh();
  });
  after(() => connection.close());

  /** Expects the executor to hold no tokens, and every vault to be healthy. */
  const expectNothingLeft = async (): Promise<void> => {
    expect(await client.debtToken.balanceOf(executor)).to.equal(0n);
    expect(await client.tokens[0]!.balanceOf(executor)).to.equal(0n);
    for (const vault of vaults) expect((await healthOf(client, vault)) > 10n ** 18n).to.equal(true);
  };

  for (const name of ["flashLoan", "flashSwap", "callback"] as const) {
    it(`needs no capital by ${name}: the owner gets the sale less the repayments, and nothing stays behind`, async () => {
      const { repaid, seized } = await quoted(vaults);
      const expected = exchange.market.quoteSale(seized) - repaid;
      expect(expected > parseEther("100")).to.equal(true);
      const profit = await run(FUNDING[name], repaid + repaid / 10_000n);
      // Interest of a second or two moves the repayment, and several sales round more often than
      // one.
      const off = profit - expected;
      expect(off < expected / 1_000n && off > -expected / 1_000n, `${profit} for ${expected}`).to.equal(true);
      await expectNothingLeft();
    });
  }

  it("works with money of its own, which is still there afterwards", async () => {
    await fund(deployment, trader, "30000");
    await mined(connect(deployment, trader).debtToken.transfer(executor, parseEther("30000")));
    const { repaid, seized } = await quoted(vaults);
    const profit = await run(FUNDING.held, 0n);
    const expected = exchange.market.quoteSale(seized) - repaid;
    expect((profit - expected) ** 2n < (expected / 1_000n) ** 2n).to.equal(true);
    expect(await client.debtToken.balanceOf(executor)).to.equal(parseEther("30000"));
  });

  it("skips a vault that became healthy, and liquidates the others", async () => {
    const [first, second, third] = vaults as [VaultKey, VaultKey, VaultKey];
    await fund(deployment, trader, "5000");
    await mined(
      connect(deployment, trader).debtToken.approve(deployment.contracts.engine, parseEther("5000")),
    );
    await mined(connect(deployment, trader).vaultEngine.repay(second, parseEther("5000"), GAS));
    const healthy = await healthOf(client, second);
    expect((await run(FUNDING.flashLoan, parseEther("30000"))) > 0n).to.equal(true);
    expect((await healthOf(client, second)) <= healthy).to.equal(true);
    for (const vault of [first, third]) expect((await healthOf(client, vault)) > 10n ** 18n).to.equal(true);
  });

  it("reverts with the numbers if the market gives less than the least profit, as after a sandwich's first half", async () => {
    const { repaid, seized } = await quoted(vaults);
    const fair = exchange.market.quoteSale(seized) - repaid;
    const push = exchange.market.saleCall(parseEther("100"), 0n, await trader.getAddress());
    await mined(
      trader.sendTransaction({ to: exchange.uniswap.routerAddress, data: push, gasLimit: 1_000_000n }),
    );
    expect(await refusal(run(FUNDING.flashLoan, parseEther("50000"), vaults, (fair * 99n) / 100n))).to.match(
      /^ProfitTooSmall\(-?\d+, \d+\)$/,
    );
  });

  it("says what the engine said if no vault can be liquidated", async () => {
    await setPrice(deployment, trader, 0, "2000");
    expect(await refusal(run(FUNDING.flashLoan, parseEther("50000")))).to.match(
      /^NothingLiquidated: VaultHealthy\(/,
    );
  });

  it("takes nothing from a stranger who trades in its name", async () => {
    await mined(connect(deployment, trader).tokens[0]!.mint(executor, parseEther("1")));
    const stranger = executor.connect(trader);
    const data = "0x";
    expect(await refusal(stranger.uniswapV3SwapCallback(1n, -1n, data))).to.match(/^UnexpectedCallback\(/);
    expect(await refusal(stranger.liquidate(batchOf(0n), targetsOf(vaults)))).to.match(/^NotKeeper\(/);
    expect(await refusal(stranger.sweep(deployment.debtAsset.token))).to.match(/^NotKeeper\(/);
  });

  it("sells in the pool the call names", async () => {
    await exchange.open("1760", "20000000", 500);
    const before = await owned();
    const terms = { ...batchOf(FUNDING.flashLoan, parseEther("50000")), fee: 500n };
    const { repaid, seized } = await quoted(vaults);
    await mined(executor.connect(keeper).liquidate(terms, targetsOf(vaults), GAS));
    const profit = (await owned()) - before;
    const atMost = valueDown(seized, 1_760n * 10n ** 36n) - repaid;
    expect(profit > exchange.market.quoteSale(seized) - repaid && profit < atMost).to.equal(true);
  });

  it("adds at most 60,000 gas for each further vault of a batch", async () => {
    const fresh = await network.create();
    try {
      const { batchPerVault, batch12, batch12Fallback } = await measureBatches(fresh);
      expect(batchPerVault).to.be.at.most(60_000);
      expect(batch12Fallback).to.be.at.most(2 * batch12 + 100_000);
    } finally {
      await fresh.close();
    }
  });
});

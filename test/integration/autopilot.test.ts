import { expect } from "chai";
import fc from "fast-check";
import { MaxUint256, parseEther, parseUnits, type Signer } from "ethers";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../deploy/inMemory.js";
import {
  BPS,
  deleverageSize,
  isTriggered,
  type Position,
  valueDown,
  type VaultKey,
} from "../../src/model/index.js";
import { type Client, connect } from "../../src/protocol/client.js";
import { type Deployment, termsOf } from "../../src/protocol/deployments.js";
import { readRecords } from "../../src/protocol/vaultRecords.js";
import { type Autopilot, Autopilot__factory } from "../../types/index.js";
import { type Exchange, FEE_PIPS, openExchange } from "../support/executor.js";
import { healthOf, lend, localParameters, mined, openVault, ROLES, setPrice } from "../support/scenario.js";

const GAS = { gasLimit: 5_000_000n };
const PLAN = {
  asset: 0n,
  poolFee: BigInt(FEE_PIPS),
  triggerHealth: 10_300n,
  targetHealth: 11_000n,
  maxCost: 75n,
  maxSlippage: 50n,
};

describe("the autopilot with a real Uniswap v3", () => {
  let connection: NetworkConnection;
  let deployment: Deployment;
  let client: Client;
  let exchange: Exchange;
  let autopilot: Autopilot;
  let owner: Signer;
  let anyone: Signer;
  let trader: Signer;
  let vault: VaultKey;
  let clean: unknown;

  const expectRefusal = async (promise: Promise<unknown>, name: string): Promise<void> => {
    await expect(promise).to.be.revertedWithCustomError(autopilot, name);
  };
  const execute = async (): Promise<void> => {
    const receiver = await anyone.getAddress();
    await mined(autopilot.connect(anyone).execute(vault, receiver, GAS));
  };
  const trade = async (data: string): Promise<void> => {
    await mined(trader.sendTransaction({ to: exchange.uniswap.routerAddress, data, gasLimit: 1_000_000n }));
    await exchange.market.refresh();
  };
  /** Adds a second collateral, so that the collateral sold is not the only one. */
  const addBitcoin = async (key: VaultKey, whole: string): Promise<void> => {
    const { vaultEngine: engine, tokens } = connect(deployment, owner);
    await mined(tokens[1]!.mint(await owner.getAddress(), parseUnits(whole, 8)));
    await mined(tokens[1]!.approve(engine, MaxUint256));
    await mined(engine.deposit(key, 1, parseUnits(whole, 8), { gasLimit: 1_000_000n }));
  };
  /** The vault in the model's terms, from its record and the prices on the chain. */
  const positionOf = async (
    key: VaultKey,
    at: { blockTag: number | "latest" } = { blockTag: "latest" },
  ): Promise<Position & { price: bigint }> => {
    const [record] = await readRecords(client.vaultLens, [key], at);
    const index = await client.lendingPool.currentIndex(at);
    const { assets } = termsOf(deployment);
    let [value, adjustedCollateral, price] = [0n, 0n, 0n];
    for (const [id, amount] of record?.balances ?? []) {
      const { liquidation } = await client.oracleGuard.price(id, at);
      const worth = valueDown(amount, liquidation);
      value += worth;
      adjustedCollateral += worth * (assets[id]?.liquidationThreshold ?? 0n);
      if (BigInt(id) === PLAN.asset) price = liquidation;
    }
    return { scaledDebt: record?.scaledDebt ?? 0n, index, value, adjustedCollateral, price };
  };

  before(async () => {
    connection = await network.create();
    const shipped = localParameters();
    // Wider bounds than the shipped ones, because the properties below try prices far outside
    // those.
    const assets = shipped.assets.map((asset) => ({
      ...asset,
      primary: { ...asset.primary, minAnswer: "1", maxAnswer: "10000000" },
    }));
    deployment = await deployInMemory(connection, { ...shipped, assets });
    client = connect(deployment, connection.ethers.provider);
    const signers = await connection.ethers.getSigners();
    const role = (number: number): Signer => signers[number]!;
    [owner, anyone, trader] = [role(ROLES.borrower), role(ROLES.keeper), role(ROLES.deployer)];
    await lend(deployment, role(ROLES.lender));
    vault = await openVault(deployment, owner, 0n, { 0: "10" }, "14900");
    await addBitcoin(vault, "0.02");
    exchange = await openExchange(deployment, trader, "1800", "50000000");
    autopilot = await new Autopilot__factory(trader).deploy(client.vaultEngine, exchange.factory);
    await autopilot.waitForDeployment();
    await mined(autopilot.connect(owner).set(0n, PLAN));
    await mined(connect(deployment, owner).vaultEngine.setOperator(autopilot, true));
    await setPrice(deployment, trader, 0, "1800");
    clean = await connection.provider.request({ method: "evm_snapshot" });
  });
  afterEach(async () => {
    await connection.provider.request({ method: "evm_revert", params: [clean] });
    clean = await connection.provider.request({ method: "evm_snapshot" });
    await exchange.market.refresh();
  });
  after(() => connection.close());

  it("sells enough and hardly more: health is at the target, and the cost within the cap", async () => {
    const before = await positionOf(vault);
    const debt = (await client.vaultLens.health([vault]))[0]!.debt;
    const held = await client.vaultEngine.collateralOf(vault, 0);
    expect(isTriggered(before, PLAN.triggerHealth)).to.equal(true);
    await execute();
    const health = await healthOf(client, vault);
    expect(health >= parseEther("1.1") && health < parseEther("1.102"), String(health)).to.equal(true);
    const repaid = debt - (await client.vaultLens.health([vault]))[0]!.debt;
    const sold = valueDown(held - (await client.vaultEngine.collateralOf(vault, 0)), before.price);
    expect(sold * BPS <= repaid * (BPS + PLAN.maxCost)).to.equal(true);
    const fee = await client.debtToken.balanceOf(await anyone.getAddress());
    const expected = (repaid * (PLAN.maxCost - PLAN.maxSlippage)) / BPS;
    expect((fee - expected) ** 2n < (expected / 1_000n) ** 2n).to.equal(true);
    expect(await client.debtToken.balanceOf(autopilot)).to.equal(0n);
    expect(await client.tokens[0]!.balanceOf(autopilot)).to.equal(0n);
    await expectRefusal(execute(), "NotTriggered");
  });

  it("costs the owner less than being liquidated does", async () => {
    await setPrice(deployment, trader, 0, "1700");
    await exchange.open("1700", "50000000", 500);
    await mined(autopilot.connect(owner).set(0n, { ...PLAN, poolFee: 500n }));
    const { value, adjustedCollateral, scaledDebt, index } = await positionOf(vault);
    const equity = value - (scaledDebt * index) / 10n ** 27n;
    expect(adjustedCollateral < ((scaledDebt * index) / 10n ** 27n) * BPS, "liquidatable").to.equal(true);
    const quote = await client.vaultLens.quoteLiquidation(vault, 0, 2n ** 256n - 1n, 2n ** 256n - 1n);
    await execute();
    const after = await positionOf(vault);
    const cost = equity - (after.value - (after.scaledDebt * after.index) / 10n ** 27n);
    const repaid = ((scaledDebt - after.scaledDebt) * index) / 10n ** 27n;
    expect(cost * 10n ** 18n < repaid * quote.bonus, `${cost} of ${repaid} against ${quote.bonus}`).to.equal(
      true,
    );
  });

  it("does not sell into a pool that somebody pushed, up or down", async () => {
    const me = await trader.getAddress();
    await trade(exchange.market.saleCall(parseEther("50"), 0n, me));
    await expectRefusal(execute(), "PricesDiffer");
    await trade(exchange.market.arbitrageCall(parseEther("1870"), me)!);
    await expectRefusal(execute(), "PricesDiffer");
  });

  it("gives a sandwich no more than the slippage the owner allowed", async () => {
    const me = await trader.getAddress();
    await trade(exchange.market.saleCall(parseEther("20"), 0n, me));
    const { value, scaledDebt, index } = await positionOf(vault);
    const equity = value - (scaledDebt * index) / 10n ** 27n;
    await execute();
    const after = await positionOf(vault);
    const repaid = ((scaledDebt - after.scaledDebt) * index) / 10n ** 27n;
    const lost = equity - (after.value - (after.scaledDebt * after.index) / 10n ** 27n);
    expect(lost * BPS <= repaid * PLAN.maxCost + BPS).to.equal(true);
    expect((await healthOf(client, vault)) >= parseEther("1.1")).to.equal(true);
  });

  it("refuses a sale that is too large for the pool", async () => {
    await exchange.open("1800", "100000", 10_000);
    const plan = { ...PLAN, poolFee: 10_000n, maxCost: 200n, maxSlippage: 190n };
    await mined(autopilot.connect(owner).set(0n, plan));
    await expectRefusal(execute(), "CostsTooMuch");
  });

  it("quotes to the unit what the model computes, for any vault, price and plan", async () => {
    const { assets, system } = termsOf(deployment);
    const keys: VaultKey[] = [vault];
    for (const [i, debt] of ["1001", "5000", "40000"].entries()) {
      const key = await openVault(deployment, owner, BigInt(i + 1), { 0: "40" }, debt);
      await addBitcoin(key, "0.2");
      keys.push(key);
    }
    let sales = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3),
        fc.integer({ min: 60, max: 2_000 }),
        fc.integer({ min: 10_000, max: 29_000 }),
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 2, max: 799 }),
        async (at, price, trigger, gap, maxCost) => {
          const key = keys[at]!;
          await setPrice(deployment, trader, 0, String(price));
          const slippage = BigInt(Math.max(1, Math.floor(maxCost / 3)));
          const plan = {
            ...PLAN,
            triggerHealth: BigInt(trigger),
            targetHealth: BigInt(trigger + gap),
            maxCost: BigInt(maxCost),
            maxSlippage: slippage,
          };
          await mined(autopilot.connect(owner).set(BigInt(at), plan));
          const now = { blockTag: await connection.ethers.provider.getBlockNumber() };
          const position = await positionOf(key, now);
          const [repaid, fee, mostSold] = await autopilot.quote(key, now);
          const threshold = assets[0]?.liquidationThreshold ?? 0n;
          const terms = { target: plan.targetHealth, threshold, maxCost: plan.maxCost, dust: system.dust };
          const expected = isTriggered(position, plan.triggerHealth)
            ? deleverageSize(position, { ...terms, fee: plan.maxCost - slippage })
            : { repaid: 0n, fee: 0n, mostSold: 0n };
          if (expected.repaid > 0n) sales++;
          expect([repaid, fee, mostSold]).to.deep.equal([expected.repaid, expected.fee, expected.mostSold]);
        },
      ),
      { numRuns: 60 },
    );
    expect(sales).to.be.greaterThan(20);
  });
});

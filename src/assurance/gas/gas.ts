import { type ContractTransactionResponse, parseUnits } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../../deploy/inMemory.js";
import { MAX_UINT256, type VaultKey, vaultKey } from "../../model/index.js";
import { type Client, connect } from "../../protocol/client.js";
import { type SystemParameters, parseParameters } from "../../protocol/parameters/convert.js";

/** Gas of whole transactions: receipt `gasUsed`, refunds deducted. */
export interface GasFigures {
  readonly depositFirst: number;
  readonly depositAgain: number;
  readonly borrow: number;
  readonly open: number;
  readonly repay: number;
  readonly withdrawWithDebt: number;
  readonly liquidate1: number;
  readonly liquidate3: number;
  readonly perFurtherCollateral: number;
}

/** Time between two actions, so that interest accrues [s]. */
const PAUSE = 100;
const PRICE = 2000n;
export const ONE = 10n ** 18n;
const FURTHER = 2n;

/**
 * Parameters of a system with three collaterals. Each has one feed with Chainlink's interface,
 * quoted in the debt asset. Everything has 18 decimals.
 */
export function parameters(): SystemParameters {
  return parseParameters({
    debtAsset: { symbol: "USDX", token: { mock: { name: "Dollar", decimals: 18 } } },
    rate: {
      basePerYear: "0",
      kink: "0.8",
      slopeBelowPerYear: "0.05",
      slopeAbovePerYear: "0.75",
      maxPerYear: "2",
      reserveFactorBps: 1000,
    },
    system: { borrowCap: "1000000000", dust: "1000", targetHealthBps: 10_500 },
    assets: ["A", "B", "C"].map((symbol) => ({
      symbol,
      token: { mock: { name: symbol, decimals: 18 } },
      primary: {
        feed: { mock: { decimals: 8, answer: PRICE.toString() } },
        heartbeatSeconds: 86_400,
        minAnswer: "1",
        maxAnswer: "1000000",
      },
      ltvBps: 7500,
      liquidationThresholdBps: 8000,
      minBonusBps: 0,
      maxBonusBps: 1000,
      slopeBps: 2500,
      supplyCap: "1000000000",
    })),
  });
}

/**
 * Measures every action on a fresh system.
 * In its state all accounts hold both tokens and gave infinite allowances, other vaults exist, and
 * interest of 100 seconds is due at every action. A feed is one cold account with one packed slot.
 * The breaker is poked with every new price, as the lab's maintainers do.
 */
export async function measure(connection: NetworkConnection): Promise<GasFigures> {
  const bench = await Bench.create(connection);
  const { client, me } = bench;
  const { vaultEngine } = client;
  const key = (index: bigint): VaultKey => vaultKey(me, index);
  const deposit = (vault: VaultKey, asset = 0, tokens = 10n) =>
    vaultEngine.deposit(vault, asset, tokens * ONE);
  const borrow = (vault: VaultKey, tokens: bigint) => vaultEngine.borrow(vault, tokens * ONE, me);
  const open = (vault: VaultKey, tokens: bigint) => vaultEngine.open(vault, 0, 10n * ONE, tokens * ONE, me);

  await bench.poke();
  // Open another vault first, so that no total is zero.
  for (const asset of [0, 1, 2]) await bench.gas(deposit(key(99n), asset));
  await bench.gas(borrow(key(99n), 5_000n));

  const depositFirst = await bench.gas(deposit(key(0n)));
  const depositAgain = await bench.gas(deposit(key(0n)));
  await bench.gas(borrow(key(0n), 5_000n));
  const borrowOne = await bench.gas(borrow(key(0n), 5_000n));
  const opened = await bench.gas(open(key(1n), 14_000n));
  const repay = await bench.gas(vaultEngine.repay(key(0n), 2_000n * ONE));
  const withdrawWithDebt = await bench.gas(vaultEngine.withdraw(key(0n), 0, ONE, me));

  for (const asset of [0, 1, 2]) await bench.gas(deposit(key(3n), asset));
  await bench.gas(borrow(key(3n), 42_000n));
  const borrowThree = await bench.gas(borrow(key(3n), 2_000n));

  await bench.price(1_650n);
  const liquidate = (vault: VaultKey) =>
    vaultEngine.liquidate({
      vault,
      asset: 0,
      maxRepay: MAX_UINT256,
      maxSeize: MAX_UINT256,
      minSeize: 1n,
      deadline: MAX_UINT256,
      receiver: me,
      data: "0x",
    });
  const liquidate1 = await bench.gas(liquidate(key(1n)));
  const liquidate3 = await bench.gas(liquidate(key(3n)));
  return {
    depositFirst,
    depositAgain,
    borrow: borrowOne,
    open: opened,
    repay,
    withdrawWithDebt,
    liquidate1,
    liquidate3,
    perFurtherCollateral: Math.round((borrowThree - borrowOne) / Number(FURTHER)),
  };
}

/** A deployed system with feeds and accounts, ready to be measured. */
export class Bench {
  private constructor(
    private readonly connection: NetworkConnection,
    readonly client: Client,
    readonly me: string,
  ) {}

  static async create(connection: NetworkConnection): Promise<Bench> {
    const deployment = await deployInMemory(connection, parameters());
    const [signer] = await connection.ethers.getSigners();
    if (signer === undefined) throw new Error("the chain has no account");
    const client = connect(deployment, signer);
    for (const token of [client.debtToken, ...client.tokens]) {
      await token.mint(signer.address, parseUnits("1000000000", 18));
      for (const spender of [client.vaultEngine, client.lendingPool])
        await token.approve(spender, MAX_UINT256);
    }
    await client.lendingPool.deposit(parseUnits("1000000", 18), signer.address);
    await client.tokens[0]?.mint(await client.vaultEngine.getAddress(), 1n);
    return new Bench(connection, client, signer.address);
  }

  /** Shows every price to the breaker. */
  async poke(): Promise<void> {
    for (const { id } of this.client.deployment.assets)
      await (await this.client.circuitBreaker.poke(id)).wait();
  }

  /** Gas of a transaction. Advances the chain by `PAUSE` seconds for the next one. */
  async gas(sent: Promise<ContractTransactionResponse>): Promise<number> {
    const receipt = await (await sent).wait();
    if (receipt === null) throw new Error("a transaction was not mined");
    await this.connection.provider.request({ method: "evm_increaseTime", params: [PAUSE] });
    return Number(receipt.gasUsed);
  }

  /** Makes every feed answer `price` and pokes the breaker. */
  async price(price: bigint): Promise<void> {
    for (const feed of this.client.feeds) await (await feed.setAnswer(price * 10n ** 8n)).wait();
    await this.poke();
  }
}

import { type ContractTransactionResponse, MaxUint256, parseUnits, type Signer } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { MockPriceFeed__factory, TestToken__factory } from "../../../../types/index.js";
import type { MockPriceFeed, TestToken } from "../../../../types/index.js";

/** Time between two actions, so that interest accrues [s]. */
export const PAUSE = 100;
export const ONE = 10n ** 18n;
/**
 * Price of every collateral [debt tokens], before and after the fall that makes positions
 * liquidatable.
 */
export const PRICE = 2000n;
export const FALLEN = 1650n;

const SYMBOLS = ["A", "B", "C"] as const;
const FEED_DECIMALS = 8;
const LARGE_BALANCE = parseUnits("1000000000", 18);

/** An account that acts on the measured system. */
export interface Account {
  readonly signer: Signer;
  readonly address: string;
}

export interface Collateral {
  readonly token: TestToken;
  readonly feed: MockPriceFeed;
}

/**
 * Tokens and feeds as in the system measured beside them: 18 decimals, one packed slot per feed.
 */
export interface Fixture {
  readonly connection: NetworkConnection;
  /** Deploys and governs. Its actions are measured. */
  readonly me: Account;
  /** Has a position of its own, which is liquidated in the end. */
  readonly other: Account;
  /** Has a position with three collaterals, which is liquidated in the end. */
  readonly multiCollateral: Account;
  readonly lender: Account;
  readonly debtToken: TestToken;
  /** The price of the debt asset, always 1, for peers that price it too. */
  readonly debtFeed: MockPriceFeed;
  readonly collaterals: readonly [Collateral, ...Collateral[]];
}

/** Deploys the tokens and feeds. Every account holds every token. */
export async function createSetting(connection: NetworkConnection): Promise<Fixture> {
  const [me, other, wide, lender] = await connection.ethers.getSigners();
  if (me === undefined || other === undefined || wide === undefined || lender === undefined) {
    throw new Error("the chain has too few accounts");
  }
  const token = async (symbol: string): Promise<TestToken> => {
    const deployed = await new TestToken__factory(me).deploy(symbol, symbol, 18);
    for (const account of [me, other, wide, lender]) await deployed.mint(account.address, LARGE_BALANCE);
    return deployed;
  };
  const feed = (name: string, price: bigint) =>
    new MockPriceFeed__factory(me).deploy(FEED_DECIMALS, name, price * 10n ** BigInt(FEED_DECIMALS));
  const collateral = async (symbol: string): Promise<Collateral> => ({
    token: await token(symbol),
    feed: await feed(symbol, PRICE),
  });
  return {
    connection,
    me: { signer: me, address: me.address },
    other: { signer: other, address: other.address },
    multiCollateral: { signer: wide, address: wide.address },
    lender: { signer: lender, address: lender.address },
    debtToken: await token("USDX"),
    debtFeed: await feed("USDX", 1n),
    collaterals: [await collateral(SYMBOLS[0]), await collateral(SYMBOLS[1]), await collateral(SYMBOLS[2])],
  };
}

/** Approves `spender` for every token of every account. */
export async function approveAll(s: Fixture, spender: string): Promise<void> {
  for (const { signer } of [s.me, s.other, s.multiCollateral, s.lender]) {
    for (const token of [s.debtToken, ...s.collaterals.map((c) => c.token)]) {
      await token.connect(signer).approve(spender, MaxUint256);
    }
  }
}

/** Makes every collateral feed answer `price` [debt tokens]. */
export async function setPrices(s: Fixture, price: bigint): Promise<void> {
  for (const { feed } of s.collaterals) await feed.setAnswer(price * 10n ** BigInt(FEED_DECIMALS));
}

/** Gas of one transaction. Advances the chain by `PAUSE` seconds for the next one. */
export async function gasOf(s: Fixture, sent: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await sent).wait();
  if (receipt?.status !== 1) throw new Error("a transaction failed");
  await s.connection.provider.request({ method: "evm_increaseTime", params: [PAUSE] });
  return Number(receipt.gasUsed);
}

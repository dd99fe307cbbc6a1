import { type ContractTransactionResponse, MaxUint256, parseUnits, type Signer } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { MockPriceFeed__factory, TestToken__factory } from "../../../types/index.js";
import type { MockPriceFeed, TestToken } from "../../../types/index.js";

/** Time between two actions, so that interest accrues [s]. */
export const PAUSE = 100;
export const ONE = 10n ** 18n;
/** Price of every collateral [debt tokens], before and after the fall that makes vaults liquidatable. */
export const PRICE = 2000n;
export const FALLEN = 1650n;
/** The same amounts for everyone: collateral per deposit, first loan, loan of an opened position, repayment. */
export const COLLATERAL = 10n * ONE;
export const LOAN = 5_000n * ONE;
export const OPENED = 14_000n * ONE;
export const REPAID = 2_000n * ONE;
export const LENT = parseUnits("1000000", 18);

/** Actions every lender has [gas of whole transactions]; `open` of a peer is the sum of its two transactions. */
export interface PeerFigures {
  readonly depositFirst: number;
  readonly depositAgain: number;
  readonly borrow: number;
  readonly open: number;
  readonly repay: number;
  readonly withdrawWithDebt: number;
  readonly liquidate1: number;
}

/** Tokens and feeds as the measured system has them: 18 decimals, one packed slot per feed. */
export interface Setting {
  readonly connection: NetworkConnection;
  readonly signer: Signer;
  readonly me: string;
  readonly other: string;
  readonly debtToken: TestToken;
  readonly collateral: TestToken;
  readonly collateralFeed: MockPriceFeed;
  /** The debt asset's own price, 1, for peers that price it too. */
  readonly debtFeed: MockPriceFeed;
}

/** Deploys the setting. Me and the other account hold both tokens. */
export async function createSetting(connection: NetworkConnection): Promise<Setting> {
  const [signer, second] = await connection.ethers.getSigners();
  if (signer === undefined || second === undefined) throw new Error("the chain has no accounts");
  const token = (name: string) => new TestToken__factory(signer).deploy(name, name, 18);
  const feed = (price: bigint) => new MockPriceFeed__factory(signer).deploy(8, "feed", price * 10n ** 8n);
  const [debtToken, collateral] = [await token("USDX"), await token("A")];
  for (const account of [signer.address, second.address]) {
    for (const t of [debtToken, collateral]) await t.mint(account, parseUnits("1000000000", 18));
  }
  return {
    connection,
    signer,
    me: signer.address,
    other: second.address,
    debtToken,
    collateral,
    collateralFeed: await feed(PRICE),
    debtFeed: await feed(1n),
  };
}

/** Lets `spender` take both tokens from me and the other account. */
export async function approveAll(s: Setting, spender: string): Promise<void> {
  for (const signer of [s.signer, await s.connection.ethers.getSigner(s.other)]) {
    for (const token of [s.debtToken, s.collateral]) await token.connect(signer).approve(spender, MaxUint256);
  }
}

/** Gas of one transaction, `PAUSE` seconds after which the next may come. */
export async function gasOf(s: Setting, sent: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await sent).wait();
  if (receipt?.status !== 1) throw new Error("a transaction failed");
  await s.connection.provider.request({ method: "evm_increaseTime", params: [PAUSE] });
  return Number(receipt.gasUsed);
}

import { type BaseContract, Contract, type ContractTransactionResponse } from "ethers";

import {
  COLLATERAL,
  FALLEN,
  LENT,
  LOAN,
  ONE,
  OPENED,
  type PeerFigures,
  REPAID,
  type Setting,
  approveAll,
  gasOf,
} from "./setting.js";

const LLTV = (ONE * 80n) / 100n;

/** The actions of Morpho Blue this bench uses. */
interface Morpho extends BaseContract {
  enableIrm(irm: string): Promise<ContractTransactionResponse>;
  enableLltv(lltv: bigint): Promise<ContractTransactionResponse>;
  createMarket(m: MarketParams): Promise<ContractTransactionResponse>;
  supply(m: MarketParams, a: bigint, s: bigint, on: string, d: string): Promise<ContractTransactionResponse>;
  supplyCollateral(m: MarketParams, a: bigint, on: string, d: string): Promise<ContractTransactionResponse>;
  borrow(m: MarketParams, a: bigint, s: bigint, on: string, to: string): Promise<ContractTransactionResponse>;
  repay(m: MarketParams, a: bigint, s: bigint, on: string, d: string): Promise<ContractTransactionResponse>;
  withdrawCollateral(
    m: MarketParams,
    a: bigint,
    on: string,
    to: string,
  ): Promise<ContractTransactionResponse>;
  liquidate(
    m: MarketParams,
    borrower: string,
    seized: bigint,
    shares: bigint,
    d: string,
  ): Promise<ContractTransactionResponse>;
  connect(runner: Setting["signer"]): Morpho;
}

interface MarketParams {
  readonly loanToken: string;
  readonly collateralToken: string;
  readonly oracle: string;
  readonly irm: string;
  readonly lltv: bigint;
}

/**
 * Morpho Blue from its npm source, compiled with its published settings: one market of the two tokens, the package's own
 * linear rate, and an oracle that reads the same feed.
 */
export async function measureMorpho(s: Setting): Promise<PeerFigures> {
  const { ethers } = s.connection;
  const built = await ethers.deployContract("Morpho", [s.me]);
  const morpho = new Contract(await built.getAddress(), built.interface, s.signer) as unknown as Morpho;
  const irm = await (await ethers.deployContract("IrmMock")).getAddress();
  const oracle = await (await ethers.deployContract("MorphoPrice", [s.collateralFeed])).getAddress();
  const market: MarketParams = {
    loanToken: await s.debtToken.getAddress(),
    collateralToken: await s.collateral.getAddress(),
    oracle,
    irm,
    lltv: LLTV,
  };
  await morpho.enableIrm(irm);
  await morpho.enableLltv(LLTV);
  await morpho.createMarket(market);
  await approveAll(s, await morpho.getAddress());
  await morpho.supply(market, LENT, 0n, s.me, "0x");

  // Another position, so that no total is zero before the first figure.
  const other = await ethers.getSigner(s.other);
  const theirs = morpho.connect(other);
  await gasOf(s, theirs.supplyCollateral(market, COLLATERAL, s.other, "0x"));
  await gasOf(s, theirs.borrow(market, LOAN, 0n, s.other, s.other));

  const deposit = () => gasOf(s, morpho.supplyCollateral(market, COLLATERAL, s.me, "0x"));
  const depositFirst = await deposit();
  const depositAgain = await deposit();
  const borrowFirst = await gasOf(s, morpho.borrow(market, LOAN, 0n, s.me, s.me));
  const borrow = await gasOf(s, morpho.borrow(market, LOAN, 0n, s.me, s.me));
  const repay = await gasOf(s, morpho.repay(market, REPAID, 0n, s.me, "0x"));
  const withdrawWithDebt = await gasOf(s, morpho.withdrawCollateral(market, ONE, s.me, s.me));

  await gasOf(s, theirs.borrow(market, OPENED - LOAN, 0n, s.other, s.other));
  await s.collateralFeed.setAnswer(FALLEN * 10n ** 8n);
  const liquidate1 = await gasOf(s, morpho.liquidate(market, s.other, ONE, 0n, "0x"));
  return {
    depositFirst,
    depositAgain,
    borrow,
    open: depositFirst + borrowFirst,
    repay,
    withdrawWithDebt,
    liquidate1,
  };
}

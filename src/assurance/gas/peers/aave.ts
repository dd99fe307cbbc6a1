import type { Contract, ContractTransactionResponse } from "ethers";

import { type Aave, deployAave } from "./aaveDeployment.js";
import {
  LENT,
  type Peer,
  type PeerFigures,
  type WideFigures,
  measureActions,
  measureWide,
} from "./sequence.js";
import { type Account, type Fixture, approveAll, gasOf } from "./fixture.js";

/** Interest mode, and no referral. */
const VARIABLE = 2n;
const REFERRAL = 0;

/** Measures Aave v3 from its npm bytecode, behind its proxies as deployed. */
export async function measureAave(s: Fixture): Promise<PeerFigures & WideFigures> {
  const aave = await deployAave(s);
  await approveAll(s, await aave.pool.getAddress());
  const { lender } = s;
  await gasOf(s, act(aave.pool, lender, "supply", aave.debt, LENT, lender.address, REFERRAL));
  const peer = peerOf(aave);
  const actions = await measureActions(s, peer);
  return { ...actions, ...(await measureWide(s, peer, actions.borrow)) };
}

function peerOf({ pool, debt, collaterals, held, owed }: Aave): Peer {
  const reserve = (asset: number): string => {
    const address = collaterals[asset];
    if (address === undefined) throw new RangeError(`no collateral ${asset}`);
    return address;
  };
  return {
    supply: (by, asset, amount) => act(pool, by, "supply", reserve(asset), amount, by.address, REFERRAL),
    borrow: (by, amount) => act(pool, by, "borrow", debt, amount, VARIABLE, REFERRAL, by.address),
    repay: (by, amount) => act(pool, by, "repay", debt, amount, VARIABLE, by.address),
    withdraw: (by, amount) => act(pool, by, "withdraw", reserve(0), amount, by.address),
    liquidate: (by, borrower, repaid) =>
      act(pool, by, "liquidationCall", reserve(0), debt, borrower.address, repaid, false),
    positionOf: async ({ address }) => ({
      collateral: await balanceOf(held, address),
      debt: await balanceOf(owed, address),
    }),
  };
}

function act(
  pool: Contract,
  by: Account,
  name: string,
  ...args: unknown[]
): Promise<ContractTransactionResponse> {
  return pool
    .connect(by.signer)
    .getFunction(name)
    .send(...args);
}

async function balanceOf(token: Contract, account: string): Promise<bigint> {
  return (await token.getFunction("balanceOf").staticCall(account)) as bigint;
}

import { type ContractTransactionResponse, parseUnits } from "ethers";

import { type Account, FALLEN, ONE, PRICE, type Fixture, gasOf, setPrices } from "./fixture.js";

/**
 * Actions that every lender has [gas of whole transactions]. For a peer `open` is the sum of its
 * two transactions.
 */
export interface PeerFigures {
  readonly depositFirst: number;
  readonly depositAgain: number;
  readonly borrow: number;
  readonly open: number;
  readonly repay: number;
  readonly withdrawWithDebt: number;
  readonly liquidate1: number;
}

/** Figures of a peer whose positions hold several collaterals. */
export interface WideFigures {
  readonly liquidate3: number;
  readonly perFurtherCollateral: number;
}

/**
 * An account's position on a peer: its first collateral [token units] and its debt with interest
 * [debt units].
 */
export interface Position {
  readonly collateral: bigint;
  readonly debt: bigint;
}

type Sent = Promise<ContractTransactionResponse>;

/**
 * The actions of a deployed lender that are measured. Amounts are in token units. `asset` is an
 * index into the fixture's collaterals.
 */
export interface Peer {
  supply(by: Account, asset: number, amount: bigint): Sent;
  borrow(by: Account, amount: bigint): Sent;
  repay(by: Account, amount: bigint): Sent;
  /** This and the actions below concern the first collateral. */
  withdraw(by: Account, amount: bigint): Sent;
  /** Repays about `repaid` of the borrower's debt and seizes collateral for it. */
  liquidate(by: Account, borrower: Account, repaid: bigint): Sent;
  positionOf(account: Account): Promise<Position>;
}

/** The amounts of the measured system: collateral per deposit, loans, repayment. */
const COLLATERAL = 10n * ONE;
const LOAN = 5_000n * ONE;
const OPENED = 14_000n * ONE;
const REPAID = 2_000n * ONE;
export const LENT = parseUnits("1000000", 18);
/**
 * Interest between two readings is less than this fraction of a debt. Each peer also rounds by a
 * unit or two.
 */
const INTEREST = 100_000n;
const ROUNDING = 2n;
const FURTHER = 2;

/**
 * Measures the actions with one collateral. Lenders have deposited before. Another position is
 * opened before the first figure, so that no total is zero.
 * Throws if an action changed the position by other amounts than expected.
 */
export async function measureActions(s: Fixture, peer: Peer): Promise<PeerFigures> {
  const { me, other } = s;
  const supply = (who: Account) =>
    acted(s, peer, who, "supply", () => peer.supply(who, 0, COLLATERAL), moved(COLLATERAL, 0n));
  const borrow = (who: Account, amount: bigint) =>
    acted(s, peer, who, "borrow", () => peer.borrow(who, amount), moved(0n, amount));

  await supply(other);
  await borrow(other, LOAN);

  const depositFirst = await supply(me);
  const depositAgain = await supply(me);
  const borrowFirst = await borrow(me, LOAN);
  const borrowAgain = await borrow(me, LOAN);
  const repay = await acted(s, peer, me, "repay", () => peer.repay(me, REPAID), moved(0n, -REPAID));
  const withdrawWithDebt = await acted(
    s,
    peer,
    me,
    "withdraw",
    () => peer.withdraw(me, ONE),
    moved(-ONE, 0n),
  );

  await borrow(other, OPENED - LOAN);
  await setPrices(s, FALLEN);
  const liquidate1 = await liquidated(s, peer, other);
  return {
    depositFirst,
    depositAgain,
    borrow: borrowAgain,
    open: depositFirst + borrowFirst,
    repay,
    withdrawWithDebt,
    liquidate1,
  };
}

/**
 * Measures a position with three collaterals. Runs after `measureActions`, whose figure of a borrow
 * with one collateral it needs.
 */
export async function measureWide(s: Fixture, peer: Peer, borrowOne: number): Promise<WideFigures> {
  const { multiCollateral: wide } = s;
  await setPrices(s, PRICE);
  for (const asset of s.collaterals.keys()) await gasOf(s, peer.supply(wide, asset, COLLATERAL));
  const borrow = (amount: bigint) =>
    acted(s, peer, wide, "borrow", () => peer.borrow(wide, amount), moved(0n, amount));
  await borrow(3n * OPENED);
  const borrowThree = await borrow(REPAID);
  await setPrices(s, FALLEN);
  const liquidate3 = await liquidated(s, peer, wide);
  return { liquidate3, perFurtherCollateral: Math.round((borrowThree - borrowOne) / FURTHER) };
}

/**
 * Gas of liquidating a part of `borrower`'s debt. The position must lose exactly what the
 * liquidator received and paid.
 */
async function liquidated(s: Fixture, peer: Peer, borrower: Account): Promise<number> {
  const [position, balances] = [await peer.positionOf(borrower), await balancesOf(s)];
  const gas = await gasOf(s, peer.liquidate(s.me, borrower, REPAID));
  const [left, now] = [await peer.positionOf(borrower), await balancesOf(s)];
  const [seized, paid] = [now.collateral - balances.collateral, balances.debt - now.debt];
  if (seized <= 0n || paid <= 0n) throw new Error(`a liquidation gave ${seized} for ${paid}`);
  requireChange("liquidate", position, left, moved(-seized, -paid));
  return gas;
}

/** Balances of the liquidator: first collateral and debt asset. */
async function balancesOf(s: Fixture): Promise<Position> {
  return {
    collateral: await s.collaterals[0].token.balanceOf(s.me.address),
    debt: await s.debtToken.balanceOf(s.me.address),
  };
}

/** Gas of one action of `who`, which must change its position by `change`. */
async function acted(
  s: Fixture,
  peer: Peer,
  who: Account,
  action: string,
  send: () => Sent,
  change: Position,
): Promise<number> {
  const before = await peer.positionOf(who);
  const gas = await gasOf(s, send());
  requireChange(action, before, await peer.positionOf(who), change);
  return gas;
}

/**
 * Throws unless `after` differs from `before` by exactly `change` in collateral, and by `change`
 * plus a few minutes' interest in debt.
 */
export function requireChange(action: string, before: Position, after: Position, change: Position): void {
  const collateral = after.collateral - before.collateral;
  if (collateral !== change.collateral) {
    throw new Error(`${action}: collateral moved by ${collateral}, not by ${change.collateral}`);
  }
  const interest = after.debt - before.debt - change.debt;
  const largest = before.debt > after.debt ? before.debt : after.debt;
  if (interest < -ROUNDING || interest > largest / INTEREST + ROUNDING) {
    throw new Error(`${action}: debt moved by ${after.debt - before.debt}, not by about ${change.debt}`);
  }
}

function moved(collateral: bigint, debt: bigint): Position {
  return { collateral, debt };
}

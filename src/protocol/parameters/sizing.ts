import { BPS, mulDivDown } from "../../model/index.js";

/**
 * Debt that an asset may secure, as a multiple of the sale depth on one side of its market.
 * Measured with the simulator that the auction terms were chosen by, over eleven crashes and four
 * depths: debt of more than about eight times the depth cannot be sold in a crash that does not
 * rebound.
 */
export const SALE_DEPTHS = 8n;

/**
 * The debt that an asset at its supply cap may secure [debt units]: supplyCap × price × ltv.
 * @param price price of one unit of collateral [1e36-scaled]
 */
export function debtAtCap(supplyCap: bigint, price: bigint, ltvBps: bigint): bigint {
  return mulDivDown(mulDivDown(supplyCap, price, 10n ** 36n), ltvBps, BPS);
}

/**
 * The most debt that a market can clear in a crash [debt units].
 * @param depth sale depth on one side of the market [debt units]
 */
export function sellableDebt(depth: bigint): bigint {
  return SALE_DEPTHS * depth;
}

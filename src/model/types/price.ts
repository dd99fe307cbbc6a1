/** Range of scaled prices in which the arithmetic is exact. Mirrors `PriceMath`. */
export const MIN_PRICE = 10n ** 6n;
export const MAX_PRICE = 10n ** 58n;

/** The statuses of a price, best first, in the order of the contracts' numbers. */
export const STATUSES = ["good", "doubtful", "dead"] as const;
export type Status = (typeof STATUSES)[number];

/** The contracts' number of a status. */
export function statusNumber(status: Status): bigint {
  return BigInt(STATUSES.indexOf(status));
}

/** Prices scaled by 1e36, with a status; see `contracts/types/Price.sol`. */
export interface Price {
  readonly liquidation: bigint;
  readonly low: bigint;
  readonly high: bigint;
  readonly status: Status;
}

/**
 * Whether a price is in the range in which the arithmetic is exact. Mirrors `PriceMath.inRange`.
 */
export function inRange(price: bigint): boolean {
  return price >= MIN_PRICE && price <= MAX_PRICE;
}

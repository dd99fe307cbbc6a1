/** Range of scaled prices the arithmetic is exact for. Mirrors `PriceMath`. */
export const MIN_PRICE = 10n ** 6n;
export const MAX_PRICE = 10n ** 58n;

/** How far a price may be trusted, best first, as the contracts number it. */
export const STATUSES = ["good", "doubtful", "dead"] as const;
export type Status = (typeof STATUSES)[number];

/** A status as the contracts number it. */
export function statusNumber(status: Status): bigint {
  return BigInt(STATUSES.indexOf(status));
}

/** Scaled prices (1e36) with a status; see `contracts/types/Price.sol`. */
export interface Price {
  readonly liquidation: bigint;
  readonly low: bigint;
  readonly high: bigint;
  readonly status: Status;
}

/** Whether a price is inside the range the arithmetic is exact for. Mirrors `PriceMath.inRange`. */
export function inRange(price: bigint): boolean {
  return price >= MIN_PRICE && price <= MAX_PRICE;
}

import { BPS, PRICE_ONE, RAY, max, min, mulDivDown, mulDivUp, subFloor } from "./fixedPoint.js";

/** Auction terms: ratios in bps, times in seconds, `flatTip` in debt units. */
export interface AuctionTerms {
  readonly start: bigint;
  readonly cut: bigint;
  readonly step: bigint;
  readonly floor: bigint;
  readonly tail: bigint;
  readonly maxGap: bigint;
  readonly penalty: bigint;
  readonly tip: bigint;
  readonly maxTip: bigint;
  readonly flatTip: bigint;
  /**
   * Whether a lot's price follows the oracle price at its start or restart instead of the live one.
   */
  readonly frozen: boolean;
}

/** Amounts that an absorption has to bring in [debt units], in the order of payment. */
export interface Tab {
  readonly debt: bigint;
  readonly penalty: bigint;
  readonly tip: bigint;
}

/**
 * The whole tab of a debt [debt units], penalty and tip rounded down. Mirrors
 * `AuctionMath.tabDown`.
 */
export function tabDown(t: AuctionTerms, debt: bigint): Tab {
  const tip = min(t.flatTip + (debt * t.tip) / BPS, (debt * t.maxTip) / BPS);
  return { debt, penalty: (debt * t.penalty) / BPS, tip };
}

/**
 * The unpaid part of `tab` when `left` of its sum is unpaid [debt units]. Mirrors
 * `AuctionMath.remaining`.
 */
export function remaining(tab: Tab, left: bigint): Tab {
  const tip = min(tab.tip, left);
  const penalty = min(tab.penalty, left - tip);
  return { debt: left - tip - penalty, penalty, tip };
}

/** The sum of a tab [debt units]. */
export function sum(tab: Tab): bigint {
  return tab.debt + tab.penalty + tab.tip;
}

/**
 * Parts of a payment of `cost` [debt units]: debt first, then penalty, then tip. Mirrors
 * `AuctionMath.split`.
 */
export function split(left: Tab, cost: bigint): Tab {
  const debt = min(cost, left.debt);
  const penalty = min(cost - debt, left.penalty);
  return { debt, penalty, tip: cost - debt - penalty };
}

/**
 * Tip that the backstop owes if all lots bring in `value` [debt units]. Mirrors
 * `AuctionMath.tipOwed`.
 * @param left unpaid tab
 * @param penalty penalty of the whole tab [debt units]
 */
export function tipOwed(left: Tab, penalty: bigint, value: bigint): bigint {
  if (value < left.debt) return left.tip;
  const rest = value - left.debt;
  const unpaid = subFloor(left.penalty, rest);
  const short = subFloor(left.tip, subFloor(rest, left.penalty));
  return min(short, penalty - unpaid);
}

/**
 * Time up to which a clock counts at `now` after a checkpoint [s]. Mirrors
 * `AuctionMath.countedUntil`.
 */
export function countedUntil(checkpoint: bigint, credit: bigint, now: bigint): bigint {
  return min(now, checkpoint + credit);
}

/**
 * Credit of a checkpoint: time until the price expires, at most `maxGap` [s]. Mirrors
 * `AuctionMath.creditOf`.
 */
export function creditOf(expiresAt: bigint, timestamp: bigint, maxGap: bigint): bigint {
  return min(subFloor(expiresAt, timestamp), maxGap);
}

/**
 * Multiplier of a lot's price after `elapsed` seconds on its clock [RAY], rounded up. Mirrors
 * `AuctionMath.multiplierUp`.
 */
export function multiplierUp(t: AuctionTerms, elapsed: bigint): bigint {
  const kept = powUp(((BPS - t.cut) * RAY) / BPS, elapsed / t.step);
  return max(mulDivUp(kept, t.start, BPS), (t.floor * RAY) / BPS);
}

/** base^n [RAY], each product rounded up. Mirrors `AuctionMath.powUp`. */
export function powUp(base: bigint, n: bigint): bigint {
  let power = RAY;
  for (; n !== 0n; n >>= 1n) {
    if ((n & 1n) === 1n) power = mulDivUp(power, base, RAY);
    base = mulDivUp(base, base, RAY);
  }
  return power;
}

/** Ask of a lot [1e36-scaled], rounded up. Mirrors `AuctionMath.priceUp`. */
export function priceUp(oraclePrice: bigint, multiplier: bigint): bigint {
  return mulDivUp(oraclePrice, multiplier, RAY);
}

/**
 * Proceeds that `amount` of a lot is certain to bring now [debt units], rounded down: at the ask,
 * at most at `low`. Exits are priced on them. Mirrors `AuctionMath.proceedsDown`.
 * @param low lowest usable price [1e36-scaled]
 * @param base price that the multiplier [RAY] applies to [1e36-scaled]
 */
export function proceedsDown(amount: bigint, low: bigint, base: bigint, multiplier: bigint): bigint {
  const asked = mulDivDown(base, multiplier, RAY);
  return mulDivDown(amount, min(low, asked), PRICE_ONE);
}

/**
 * Size and cost of a take: `sold` [token units] for `cost` [debt units]. Mirrors
 * `AuctionMath.sale`.
 * @param amount size of the lot [token units]
 * @param price ask [1e36-scaled]
 * @param left unpaid tab, at which the sale stops [debt units]
 * @param wanted [token units]
 * @param dust smallest value that a partial take may leave [debt units]
 */
export function sale(
  amount: bigint,
  price: bigint,
  left: bigint,
  wanted: bigint,
  dust: bigint,
): { readonly sold: bigint; readonly cost: bigint } {
  let sold = amount;
  let cost = mulDivUp(amount, price, PRICE_ONE);
  if (cost > left) [sold, cost] = [mulDivUp(left, PRICE_ONE, price), left];
  if (wanted >= sold) return { sold, cost };
  sold = min(wanted, mulDivDown(subFloor(cost, dust), PRICE_ONE, price));
  return { sold, cost: mulDivUp(sold, price, PRICE_ONE) };
}

/**
 * Whether lots worth `value` [debt units] are uneconomic: worth less than dust and less than the
 * unpaid debt or, once that is paid, than the unpaid rest. Mirrors `AuctionMath.isUneconomic`.
 */
export function isUneconomic(left: Tab, value: bigint, dust: bigint): boolean {
  return value < dust && value < (left.debt === 0n ? left.penalty + left.tip : left.debt);
}

import { BPS, PRICE_ONE, RAY, max, min, mulDivDown, mulDivUp, subFloor } from "./fixedPoint.js";

/** How lots are priced and what an absorption costs: ratios in bps, times in seconds, `flatTip` in debt units. */
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
  /** Whether a lot is priced from the oracle price at its (re)start instead of the live one. */
  readonly frozen: boolean;
}

/** What an absorption has to bring in [debt units], in the order of payment. */
export interface Tab {
  readonly debt: bigint;
  readonly penalty: bigint;
  readonly tip: bigint;
}

/** The whole tab of a debt [debt units], penalty and tip rounded down. Mirrors `AuctionMath.tabDown`. */
export function tabDown(t: AuctionTerms, debt: bigint): Tab {
  const tip = min(t.flatTip + (debt * t.tip) / BPS, (debt * t.maxTip) / BPS);
  return { debt, penalty: (debt * t.penalty) / BPS, tip };
}

/** What of `tab` is unpaid when `left` of its sum is [debt units]. Mirrors `AuctionMath.remaining`. */
export function remaining(tab: Tab, left: bigint): Tab {
  const tip = min(tab.tip, left);
  const penalty = min(tab.penalty, left - tip);
  return { debt: left - tip - penalty, penalty, tip };
}

/** The sum of a tab [debt units]. */
export function sum(tab: Tab): bigint {
  return tab.debt + tab.penalty + tab.tip;
}

/** Who gets `cost` [debt units]. Mirrors `AuctionMath.split`. */
export function split(left: Tab, cost: bigint): Tab {
  const debt = min(cost, left.debt);
  const penalty = min(cost - debt, left.penalty);
  return { debt, penalty, tip: cost - debt - penalty };
}

/** The tip the backstop owes if all lots bring in `value`; `penalty`: the whole one [debt units]. Mirrors `AuctionMath.tipOwed`. */
export function tipOwed(left: Tab, penalty: bigint, value: bigint): bigint {
  if (value < left.debt) return left.tip;
  const rest = value - left.debt;
  const unpaid = subFloor(left.penalty, rest);
  const short = subFloor(left.tip, subFloor(rest, left.penalty));
  return min(short, penalty - unpaid);
}

/** Until when the time since a checkpoint may count at `now` [s]. Mirrors `AuctionMath.countedUntil`. */
export function countedUntil(checkpoint: bigint, credit: bigint, now: bigint): bigint {
  return min(now, checkpoint + credit);
}

/** The credit of a checkpoint [s]. Mirrors `AuctionMath.creditOf`. */
export function creditOf(expiresAt: bigint, timestamp: bigint, maxGap: bigint): bigint {
  return min(subFloor(expiresAt, timestamp), maxGap);
}

/** The multiplier of a lot's price [RAY], rounded up. Mirrors `AuctionMath.multiplierUp`. */
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

/** The price to pay [1e36-scaled], rounded up. Mirrors `AuctionMath.priceUp`. */
export function priceUp(oraclePrice: bigint, multiplier: bigint): bigint {
  return mulDivUp(oraclePrice, multiplier, RAY);
}

/**
 * What `amount` of a lot is sure to bring now [debt units], rounded down: at what is asked for it, `base` times the multiplier, at
 * most at `low` [1e36-scaled]. Mirrors `AuctionMath.proceedsDown`.
 */
export function proceedsDown(amount: bigint, low: bigint, base: bigint, multiplier: bigint): bigint {
  const asked = mulDivDown(base, multiplier, RAY);
  return mulDivDown(amount, min(low, asked), PRICE_ONE);
}

/** What a take buys: `sold` [token units] for `cost` [debt units]. Mirrors `AuctionMath.sale`. */
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

/** Whether lots worth `value` [debt units] are given up. Mirrors `AuctionMath.isUneconomic`. */
export function isUneconomic(left: Tab, value: bigint, dust: bigint): boolean {
  return value < dust && value < (left.debt === 0n ? left.penalty + left.tip : left.debt);
}

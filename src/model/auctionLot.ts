import {
  type AuctionTerms,
  creditOf,
  elapsedAt,
  multiplierUp,
  priceUp,
  proceedsDown,
} from "./auctionMath.js";
import { ModelError } from "./error.js";
import { min } from "./fixed.js";
import type { LastingPrice, Price } from "./price.js";

/** One kind of collateral on its way to auction [token units]. */
export interface Handed {
  readonly asset: number;
  readonly amount: bigint;
}

/** One asset of an absorption, or the remnants of it: amount in token units, times in seconds. */
export interface Lot {
  readonly asset: number;
  readonly amount: bigint;
  /** Last checkpoint, in time that bidding was open, and what may count from there. */
  readonly checkpoint: bigint;
  readonly credit: bigint;
  readonly elapsed: bigint;
  readonly restarts: bigint;
  readonly terms: AuctionTerms;
  /** Oracle price at the (re)start under frozen terms, else 0. */
  readonly frozenPrice: bigint;
}

/** What an operation sees of the world. */
export interface AuctionWorld {
  /** Block timestamp [s], and seconds for which bidding was paused until then. */
  readonly now: bigint;
  readonly pausedSeconds: bigint;
  /** Smallest worth of what a take may leave [debt units]. */
  readonly dust: bigint;
  /** Price of an asset and when it expires. */
  readonly priceOf: (asset: number) => LastingPrice;
}

/** Most that one lot holds [token units]. */
const MAX_AMOUNT = (1n << 120n) - 1n;
/** Restarts are counted in one byte. */
const MAX_RESTARTS = 255n;

/** A lot whose clock begins now. Mirrors `AuctionHouse._start`. */
export function newLot(w: AuctionWorld, terms: AuctionTerms, asset: number, amount: bigint): Lot {
  requireFits(amount);
  const { price, expiresAt } = w.priceOf(asset);
  return {
    asset,
    amount,
    checkpoint: bidTime(w),
    credit: creditOf(expiresAt, w.now, terms.maxGap),
    elapsed: 0n,
    restarts: 0n,
    terms,
    frozenPrice: terms.frozen && price.status !== "dead" ? price.liq : 0n,
  };
}

/** A lot that is `amount` [token units] larger, its clock as it was. */
export function enlarged(lot: Lot, amount: bigint): Lot {
  const total = lot.amount + amount;
  requireFits(total);
  return { ...lot, amount: total };
}

/** What a lot's clock says now [s]. Mirrors `AuctionBook.elapsedAt`. */
export function elapsedOf(lot: Lot, w: AuctionWorld): bigint {
  return elapsedAt(lot.elapsed, lot.checkpoint, lot.credit, bidTime(w), lot.terms.tail);
}

/** A lot with its clock brought up to now, and what may count from here on. Mirrors `AuctionBook.mark`. */
export function marked(lot: Lot, w: AuctionWorld): Lot {
  const { expiresAt } = w.priceOf(lot.asset);
  return {
    ...lot,
    elapsed: elapsedOf(lot, w),
    checkpoint: bidTime(w),
    credit: creditOf(expiresAt, w.now, lot.terms.maxGap),
  };
}

/** An expired lot, started again now. Throws `LotRunning` or `PriceDead`. */
export function restarted(lot: Lot, w: AuctionWorld): Lot {
  const { asset, amount, restarts, terms } = lot;
  const elapsed = elapsedOf(lot, w);
  if (elapsed < terms.tail) throw new ModelError("LotRunning", [elapsed, terms.tail]);
  livePrice(w, asset);
  return { ...newLot(w, terms, asset, amount), restarts: min(restarts + 1n, MAX_RESTARTS) };
}

/** What one token unit of a lot costs now [1e36-scaled], rounded up. Throws `PriceDead` or `LotExpired`. */
export function askedPrice(lot: Lot, w: AuctionWorld): bigint {
  const { frozenPrice, terms } = lot;
  const { liq } = livePrice(w, lot.asset);
  const elapsed = elapsedOf(lot, w);
  if (elapsed >= terms.tail) throw new ModelError("LotExpired", [elapsed, terms.tail]);
  return priceUp(frozenPrice === 0n ? liq : frozenPrice, multiplierUp(terms, elapsed));
}

/**
 * What a lot is sure to bring now [debt units], rounded down, at this price of its asset; one that was started again counts as if its
 * clock had run out. Mirrors `AuctionValue.shortfall`.
 */
export function lotProceedsDown(lot: Lot, w: AuctionWorld, { liq, low }: Price): bigint {
  const elapsed = lot.restarts === 0n ? elapsedOf(lot, w) : lot.terms.tail;
  const base = lot.frozenPrice === 0n ? liq : lot.frozenPrice;
  return proceedsDown(lot.amount, low, base, multiplierUp(lot.terms, elapsed));
}

/** The price of an asset. Throws `PriceDead`. */
export function livePrice(w: AuctionWorld, asset: number): Price {
  const { price } = w.priceOf(asset);
  if (price.status === "dead") throw new ModelError("PriceDead", [asset]);
  return price;
}

/** Time in which bidding was open, up to now [s]. */
function bidTime(w: AuctionWorld): bigint {
  return w.now - w.pausedSeconds;
}

function requireFits(amount: bigint): void {
  if (amount > MAX_AMOUNT) throw new ModelError("AmountTooLarge", [amount, MAX_AMOUNT]);
}

import {
  type AuctionTerms,
  countedUntil,
  creditOf,
  multiplierUp,
  priceUp,
  proceedsDown,
} from "../../math/auctionMath.js";
import { ModelError } from "../../types/modelError.js";
import { min } from "../../math/fixedPoint.js";
import type { LastingPrice } from "../../prices/priceMath.js";
import type { Price } from "../../types/price.js";
import type { CollateralAmount } from "../../types/vault.js";

/**
 * One asset of an absorption, or the residuals of one asset: amount in token units, times in
 * seconds.
 */
export interface Lot {
  readonly asset: number;
  readonly amount: bigint;
  /** Time of the last checkpoint, and the credit it granted. */
  readonly checkpoint: bigint;
  readonly credit: bigint;
  readonly elapsed: bigint;
  readonly restarts: bigint;
  readonly terms: AuctionTerms;
  /** Oracle price at the start or restart under frozen terms [1e36-scaled]; otherwise 0. */
  readonly frozenPrice: bigint;
}

/** Surroundings of the house during one operation. */
export interface AuctionWorld {
  /** Block timestamp [s]. */
  readonly now: bigint;
  /** Seconds in which bidding was closed between two times, neither of them after now. */
  readonly closedBetween: (from: bigint, to: bigint) => bigint;
  /** Smallest value that a partial take may leave [debt units]. */
  readonly dust: bigint;
  /** Price of an asset and its expiry [s]. */
  readonly priceOf: (asset: number) => LastingPrice;
}

/** Largest amount of one lot [token units]. */
const MAX_AMOUNT = (1n << 120n) - 1n;
/** Largest count of restarts: the contract stores it in one byte. */
const MAX_RESTARTS = 255n;

/**
 * A new lot. Its clock starts now if `running`, otherwise at the first checkpoint. Mirrors
 * `AuctionHouse._start`. Throws `AmountTooLarge`.
 */
export function newLot(
  w: AuctionWorld,
  terms: AuctionTerms,
  { asset, amount }: CollateralAmount,
  running: boolean,
): Lot {
  requireFits(amount);
  const { price, expiresAt } = w.priceOf(asset);
  return {
    asset,
    amount,
    checkpoint: w.now,
    credit: running ? creditOf(expiresAt, w.now, terms.maxGap) : 0n,
    elapsed: 0n,
    restarts: 0n,
    terms,
    frozenPrice: terms.frozen && price.status !== "dead" ? price.liquidation : 0n,
  };
}

/** Time on the clock of a lot now [s], at most the tail. Mirrors `AuctionStorage.elapsedAt`. */
export function elapsedOf(lot: Lot, w: AuctionWorld): bigint {
  const until = countedUntil(lot.checkpoint, lot.credit, w.now);
  const counted = until - lot.checkpoint - w.closedBetween(lot.checkpoint, until);
  return min(lot.elapsed + counted, lot.terms.tail);
}

/**
 * The lot with its clock brought up to now and a new credit. Mirrors `AuctionStorage.grantCredit`.
 */
export function marked(lot: Lot, w: AuctionWorld): Lot {
  const { expiresAt } = w.priceOf(lot.asset);
  return {
    ...lot,
    elapsed: elapsedOf(lot, w),
    checkpoint: w.now,
    credit: creditOf(expiresAt, w.now, lot.terms.maxGap),
  };
}

/** The expired lot restarted now. Throws `LotRunning` or `PriceDead`. */
export function restarted(lot: Lot, w: AuctionWorld): Lot {
  const { asset, amount, restarts, terms } = lot;
  const elapsed = elapsedOf(lot, w);
  if (elapsed < terms.tail) throw new ModelError("LotRunning", [elapsed, terms.tail]);
  livePrice(w, asset);
  return { ...newLot(w, terms, { asset, amount }, true), restarts: min(restarts + 1n, MAX_RESTARTS) };
}

/**
 * Price of one token unit of a lot now [1e36-scaled], rounded up. Throws `PriceDead` or
 * `LotExpired`.
 */
export function askedPrice(lot: Lot, w: AuctionWorld): bigint {
  const { frozenPrice, terms } = lot;
  const { liquidation } = livePrice(w, lot.asset);
  const elapsed = elapsedOf(lot, w);
  if (elapsed >= terms.tail) throw new ModelError("LotExpired", [elapsed, terms.tail]);
  return priceUp(frozenPrice === 0n ? liquidation : frozenPrice, multiplierUp(terms, elapsed));
}

/**
 * Proceeds that a lot is certain to bring now at the given price of its asset [debt units], rounded
 * down. A restarted lot counts as expired, otherwise anyone could raise the valuation by calling
 * `restart`. Mirrors `AuctionValuation.shortfall`.
 */
export function lotProceedsDown(lot: Lot, w: AuctionWorld, { liquidation, low }: Price): bigint {
  const elapsed = lot.restarts === 0n ? elapsedOf(lot, w) : lot.terms.tail;
  const kept = lot.frozenPrice;
  // An expired lot can be restarted at today's price, so the lower of both prices counts.
  const base = kept === 0n || (elapsed === lot.terms.tail && liquidation < kept) ? liquidation : kept;
  return proceedsDown(lot.amount, low, base, multiplierUp(lot.terms, elapsed));
}

/** The price of an asset. Throws `PriceDead`. */
export function livePrice(w: AuctionWorld, asset: number): Price {
  const { price } = w.priceOf(asset);
  if (price.status === "dead") throw new ModelError("PriceDead", [asset]);
  return price;
}

function requireFits(amount: bigint): void {
  if (amount > MAX_AMOUNT) throw new ModelError("AmountTooLarge", [amount, MAX_AMOUNT]);
}

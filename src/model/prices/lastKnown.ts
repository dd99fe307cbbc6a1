import { MAX_UINT256, max, min, mulDivDown, mulDivDownSaturating } from "../math/fixedPoint.js";
import { MAX_PRICE, type Price } from "../types/price.js";
import type { Said } from "./sourceReader.js";

const CONFIRM = 3600n;
const HOLD = 86_400n;
const FADE = 86_400n;
const WRITE_OFF = 7n * 86_400n;

/** Figures known of a dead asset [1e36-scaled, s]; see `LastKnown.Known`. */
export interface Known {
  readonly base: bigint;
  readonly most: bigint;
  readonly least: bigint;
  readonly aliveAt: bigint;
  readonly unseenBefore: bigint;
  readonly fades: boolean;
}

/** Record of a death: times at which the asset was first and last seen dead [s]. */
export interface Death {
  readonly since: bigint;
  readonly seen: bigint;
}

export const NO_DEATH: Death = { since: 0n, seen: 0n };

/** Two sources of one asset combined. Mirrors `LastKnown.either`. */
export function either(p: Said, s: Said): Said {
  const newer = p.at >= s.at ? p : s;
  const bound = p.floor !== 0n || p.ceiling !== 0n ? p : s;
  return {
    price: newer.price,
    at: newer.at,
    floor: bound.floor,
    ceiling: bound.ceiling,
    recent: bound.recent,
    unseenBefore: max(p.unseenBefore, s.unseenBefore),
    alive: false,
  };
}

/** Figures from sources that quote the asset in the debt asset. Mirrors `LastKnown.ofSources`. */
export function ofSources(n: Said): Known {
  return {
    base: n.price,
    most: n.floor === 0n ? MAX_UINT256 : n.floor,
    least: n.ceiling,
    aliveAt: n.alive ? 0n : n.at,
    unseenBefore: n.alive ? 0n : n.unseenBefore,
    fades: !(n.alive || (n.ceiling !== 0n && n.recent)),
  };
}

/**
 * Figures from sources that quote another currency, given the answers `d` of the debt asset's
 * source. Mirrors `LastKnown.composed`.
 * @param unit one debt asset in the units of `d`
 */
export function composedOf(n: Said, d: Said, unit: bigint): Known {
  const own = ofSources(n);
  let { base, most, least } = { base: 0n, most: MAX_UINT256, least: 0n };
  if (d.price !== 0n) {
    base = composeDown(own.base, d.price, unit);
    if (n.floor !== 0n) most = composeDown(n.floor, d.price, unit);
    if (n.ceiling !== 0n) least = composeDown(n.ceiling, d.price, unit);
  }
  if (n.price !== 0n) {
    if (d.floor !== 0n) least = max(least, composeDown(n.price, d.floor, unit));
    if (d.ceiling !== 0n) most = min(most, composeDown(n.price, d.ceiling, unit));
  }
  if (d.alive) return { ...own, base, most, least };
  return {
    base,
    most,
    least,
    aliveAt: max(own.aliveAt, d.at),
    unseenBefore: max(own.unseenBefore, d.unseenBefore),
    fades: own.fades || !(d.floor !== 0n && d.recent),
  };
}

/**
 * `k` with the last good price, which counts if no source has given a usable answer since. Mirrors
 * `LastKnown.withLastGoodPrice`.
 * @param newest time of the newest usable answer [s]
 */
export function withLastGoodPrice(
  k: Known,
  accepted: { readonly price: bigint; readonly timestamp: bigint },
  newest: bigint,
): Known {
  if (accepted.price === 0n) return k;
  const { price, timestamp } = accepted;
  const base = k.base === 0n || timestamp > newest ? price : k.base;
  return { ...k, base, aliveAt: max(k.aliveAt, timestamp) };
}

/**
 * Time since which the death that `k` describes is on record [s]; 0 if it is not. Mirrors
 * `LastKnown.isRecorded`.
 */
export function recordedSince(d: Death, k: Known, now: bigint): bigint {
  if (d.since === 0n || k.aliveAt > d.since) return 0n;
  return k.unseenBefore <= d.since || now <= d.seen + HOLD ? d.since : 0n;
}

/** The record after the asset was seen dead at `now` [s]. Mirrors `LastKnown.recorded`. */
export function recorded(d: Death, k: Known, now: bigint): Death {
  const since = recordedSince(d, k, now);
  return { since: since === 0n ? now : since, seen: now };
}

/**
 * Price of a dead asset whose death has been on record for `age` [s]. Mirrors `LastKnown.priceOf`.
 */
export function deadPrice(k: Known, age: bigint): Price {
  const known = k.base !== 0n ? k.base : k.least !== 0n ? k.least : k.most;
  if (known === MAX_UINT256) {
    return { liquidation: 0n, low: 0n, high: age >= WRITE_OFF + FADE ? 0n : MAX_PRICE, status: "dead" };
  }
  const base = min(known, MAX_PRICE);
  const most = max(base, min(k.least, MAX_PRICE));
  const sunk = k.most !== MAX_UINT256;
  const liquidation = sunk && age >= CONFIRM ? min(most, k.most) : most;
  const low = sunk ? 0n : base;
  if (!k.fades) return { liquidation, low, high: most, status: "dead" };
  return {
    liquidation: fadedDown(liquidation, age, HOLD),
    low: fadedDown(low, age, HOLD),
    high: fadedDown(most, age, WRITE_OFF),
    status: "dead",
  };
}

/** A price divided by the debt asset's own, rounded down. Mirrors `PriceMath.composeDown`. */
export function composeDown(price: bigint, debtPrice: bigint, unit: bigint): bigint {
  return mulDivDownSaturating(price, unit, debtPrice);
}

function fadedDown(price: bigint, age: bigint, hold: bigint): bigint {
  if (age <= hold) return price;
  if (age >= hold + FADE) return 0n;
  return mulDivDown(price, hold + FADE - age, FADE);
}

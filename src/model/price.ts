import { BPS, MAX_UINT256, max, min, mulDivDown, mulDivDownSaturating, subFloor } from "./fixed.js";

/** Range of scaled prices the arithmetic is exact for. Mirrors `PriceMath`. */
export const MIN_PRICE = 10n ** 6n;
export const MAX_PRICE = 10n ** 58n;
const AGED_HEARTBEATS = 3n;
const LIFT = 200n;
const DEAD_HOLD = 86_400n;
const DEAD_FADE = 86_400n;

/** How far a price may be trusted, best first, as the contracts number it. */
export const STATUSES = ["good", "doubtful", "dead"] as const;
export type Status = (typeof STATUSES)[number];

/** A status as the contracts number it. */
export function statusNumber(status: Status): bigint {
  return BigInt(STATUSES.indexOf(status));
}

/** Scaled prices (1e36) with a status; see `contracts/types/Price.sol`. */
export interface Price {
  readonly liq: bigint;
  readonly low: bigint;
  readonly high: bigint;
  readonly status: Status;
}

/** One source and what is believed of it: bounds in feed units (exclusive), heartbeat in seconds. */
export interface Source {
  readonly heartbeat: bigint;
  readonly minAnswer: bigint;
  readonly maxAnswer: bigint;
  /** Decimals of the answers. */
  readonly decimals: bigint;
}

/** What a feed says now: an answer in its own units, and when it was given [s]. Null: the feed does not answer. */
export interface FeedAnswer {
  readonly answer: bigint;
  readonly updatedAt: bigint;
}

const FRESHNESS = { unusable: 0, expired: 1, aged: 2, fresh: 3 } as const;
type Freshness = keyof typeof FRESHNESS;

interface Reading {
  readonly price: bigint;
  readonly updatedAt: bigint;
  readonly expiresAt: bigint;
  readonly freshness: Freshness;
}

const UNUSABLE: Reading = { price: 0n, updatedAt: 0n, expiresAt: 0n, freshness: "unusable" };
const DEAD: Price = { liq: 0n, low: 0n, high: 0n, status: "dead" };

/** The sources of one asset with what they say, and the accepted price the guard remembers (zeros for none). */
export interface PricedAsset {
  readonly primary: Source;
  readonly primaryFeed: FeedAnswer | null;
  readonly secondary?: Source;
  readonly secondaryFeed?: FeedAnswer | null;
  readonly maxDeviation: bigint;
  readonly collateralDecimals: bigint;
  readonly accepted: { readonly price: bigint; readonly timestamp: bigint };
}

/** The debt asset: its decimals, and its own source where the asset's feeds quote a common currency. */
export interface DebtSide {
  readonly decimals: bigint;
  readonly source?: Source;
  readonly feed?: FeedAnswer | null;
}

/**
 * The price of one asset at `timestamp` [s]. Mirrors `OracleGuard.price`.
 * @param composed whether the asset's feeds must be divided by the debt asset's own
 */
export function priceOf(asset: PricedAsset, debt: DebtSide, composed: boolean, timestamp: bigint): Price {
  return priceAndExpiryOf(asset, debt, composed, timestamp).price;
}

/** A price, and until when it stays usable if no source answers again [s]; 0 if it is dead. */
export interface LastingPrice {
  readonly price: Price;
  readonly expiresAt: bigint;
}

/** The price of one asset at `timestamp` [s] and when it expires. Mirrors `OracleGuard.priceAndExpiry`. */
export function priceAndExpiryOf(
  asset: PricedAsset,
  debt: DebtSide,
  composed: boolean,
  timestamp: bigint,
): LastingPrice {
  const unitOf = (s: Source): bigint => 10n ** (36n + debt.decimals - asset.collateralDecimals - s.decimals);
  const p = readSource(asset.primary, asset.primaryFeed, timestamp, unitOf(asset.primary));
  let s = UNUSABLE;
  let price: Price;
  if (asset.secondary === undefined) {
    price = single(p);
  } else {
    s = readSource(asset.secondary, asset.secondaryFeed ?? null, timestamp, unitOf(asset.secondary));
    price = pair(p, s, asset.maxDeviation);
  }
  let d = UNUSABLE;
  let unit = 0n;
  if (composed && debt.source !== undefined) {
    d = readSource(debt.source, debt.feed ?? null, timestamp, 1n);
    unit = 10n ** debt.source.decimals;
    price = compose(price, d, unit);
  }
  if (price.status === "dead" || !inRange(price.low) || !inRange(price.high)) {
    return { price: deadPrice(asset, p.updatedAt >= s.updatedAt ? p : s, d, unit, timestamp), expiresAt: 0n };
  }
  const expiresAt = max(p.expiresAt, s.expiresAt);
  return { price, expiresAt: unit === 0n ? expiresAt : min(expiresAt, d.expiresAt) };
}

function readSource(source: Source, feed: FeedAnswer | null, timestamp: bigint, unit: bigint): Reading {
  if (
    feed === null ||
    feed.answer <= source.minAnswer ||
    feed.answer >= source.maxAnswer ||
    feed.answer <= 0n
  ) {
    return UNUSABLE;
  }
  if (feed.updatedAt === 0n || feed.updatedAt > timestamp) return UNUSABLE;
  const age = timestamp - feed.updatedAt;
  const price = mulDivDownSaturating(feed.answer, unit, 1n);
  if (price > MAX_PRICE) return UNUSABLE;
  return {
    price,
    updatedAt: feed.updatedAt,
    expiresAt: feed.updatedAt + AGED_HEARTBEATS * source.heartbeat,
    freshness:
      age <= source.heartbeat ? "fresh" : age <= AGED_HEARTBEATS * source.heartbeat ? "aged" : "expired",
  };
}

function single(p: Reading): Price {
  if (p.freshness === "fresh") return { liq: p.price, low: p.price, high: p.price, status: "good" };
  if (p.freshness === "aged") return { liq: p.price, low: p.price, high: p.price, status: "doubtful" };
  return DEAD;
}

function pair(p: Reading, s: Reading, deviation: bigint): Price {
  if (FRESHNESS[p.freshness] < FRESHNESS.aged || FRESHNESS[s.freshness] < FRESHNESS.aged) {
    const price = single(FRESHNESS[p.freshness] >= FRESHNESS[s.freshness] ? p : s);
    return price.status === "good" ? { ...price, status: "doubtful" } : price;
  }
  const [low, high] = p.price < s.price ? [p.price, s.price] : [s.price, p.price];
  const ceiling = mulDivDownSaturating(p.price, BPS + LIFT, BPS);
  const liq = s.price < p.price ? p.price : min(s.price, ceiling);
  const agree = high - low <= mulDivDownSaturating(low, deviation, BPS);
  const fresh = p.freshness === "fresh" && s.freshness === "fresh";
  return { liq, low, high, status: fresh && agree ? "good" : "doubtful" };
}

function compose(price: Price, d: Reading, unit: bigint): Price {
  if (FRESHNESS[d.freshness] < FRESHNESS.aged || price.status === "dead") return DEAD;
  const high = composeDown(price.high, d.price, unit);
  const exact = high === MAX_UINT256 || (price.high * unit) % d.price === 0n;
  return {
    liq: composeDown(price.liq, d.price, unit),
    low: composeDown(price.low, d.price, unit),
    high: exact ? high : high + 1n,
    status: d.freshness === "aged" ? "doubtful" : price.status,
  };
}

function composeDown(price: bigint, debtPrice: bigint, unit: bigint): bigint {
  return mulDivDownSaturating(price, unit, debtPrice);
}

function deadPrice(asset: PricedAsset, last: Reading, d: Reading, unit: bigint, timestamp: bigint): Price {
  let { price, updatedAt, expiresAt } = last;
  if (unit !== 0n && price !== 0n) {
    price = d.price === 0n ? 0n : composeDown(price, d.price, unit);
    updatedAt = min(updatedAt, d.updatedAt);
    expiresAt = min(expiresAt, d.expiresAt);
  }
  const { accepted } = asset;
  if (!inRange(price)) [price, expiresAt] = [accepted.price, accepted.timestamp];
  if (accepted.timestamp > updatedAt) price = accepted.price;
  expiresAt = max(expiresAt, accepted.timestamp);
  if (price === 0n) return { liq: 0n, low: 0n, high: MAX_PRICE, status: "dead" };
  const faded = fadedDown(price, expiresAt, timestamp);
  return { liq: faded, low: faded, high: price, status: "dead" };
}

function inRange(price: bigint): boolean {
  return price >= MIN_PRICE && price <= MAX_PRICE;
}

function fadedDown(price: bigint, acceptedAt: bigint, timestamp: bigint): bigint {
  const age = subFloor(timestamp, acceptedAt);
  if (age <= DEAD_HOLD) return price;
  if (age >= DEAD_HOLD + DEAD_FADE) return 0n;
  return mulDivDown(price, DEAD_HOLD + DEAD_FADE - age, DEAD_FADE);
}

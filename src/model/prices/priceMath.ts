import { BPS, MAX_UINT256, max, min, mulDivDownSaturating } from "../math/fixedPoint.js";
import {
  type Death,
  type Known,
  composeDown,
  composedOf,
  deadPrice,
  either,
  ofSources,
  recordedSince,
  withLastGoodPrice,
} from "./lastKnown.js";
import { type Price, inRange } from "../types/price.js";
import type { FeedAnswer, Source } from "../types/priceSource.js";
import {
  AGED_HEARTBEATS,
  FRESHNESS,
  type Reading,
  type Said,
  UNUSABLE,
  boundsSaid,
  isUsable,
  readSource,
  saidBy,
} from "./sourceReader.js";

const LIFT = 200n;
const DEAD: Price = { liquidation: 0n, low: 0n, high: 0n, status: "dead" };

/**
 * Sources of one asset with their answers, and the figures that the guard stores of it (zeros for
 * none).
 */
export interface PricedAsset {
  readonly primary: Source;
  readonly primaryFeed: FeedAnswer | null;
  readonly secondary?: Source;
  readonly secondaryFeed?: FeedAnswer | null;
  readonly maxDeviation: bigint;
  readonly collateralDecimals: bigint;
  readonly accepted: { readonly price: bigint; readonly timestamp: bigint };
  readonly death: Death;
  /**
   * Figures known of it while it is dead, as read from a chain; absent where the rounds are at
   * hand.
   */
  readonly told?: LastKnown;
}

/**
 * Figures known of a dead asset, and the time since which its death is on record [s]; 0 if it is
 * not.
 */
export interface LastKnown {
  readonly known: Known;
  readonly deadSince: bigint;
}

/**
 * The debt asset: its decimals, and its own source where the asset's feeds quote a common currency.
 */
export interface DebtSide {
  readonly decimals: bigint;
  readonly source?: Source;
  readonly feed?: FeedAnswer | null;
  /** Remembered answer of its source, and the time of the answer [feed units, s]. */
  readonly kept?: { readonly answer: bigint; readonly timestamp: bigint };
}

/**
 * A price, and the time until which it stays usable if no source answers again [s]; 0 if it is
 * dead.
 */
export interface LastingPrice {
  readonly price: Price;
  readonly expiresAt: bigint;
}

/**
 * The price of one asset at `timestamp` [s]. Mirrors `OracleGuard.price`.
 * @param composed whether the asset's feeds must be divided by the debt asset's own
 */
export function priceOf(asset: PricedAsset, debt: DebtSide, composed: boolean, timestamp: bigint): Price {
  return priceAndExpiryOf(asset, debt, composed, timestamp).price;
}

/**
 * The price of one asset at `timestamp` [s] and its expiry. Mirrors `OracleGuard.priceAndExpiry`.
 */
export function priceAndExpiryOf(
  asset: PricedAsset,
  debt: DebtSide,
  composed: boolean,
  timestamp: bigint,
): LastingPrice {
  const unitOf = (s: Source): bigint => unitFor(asset, debt, s);
  let p = readSource(asset.primary, asset.primaryFeed, timestamp, unitOf(asset.primary));
  let s = UNUSABLE;
  let price: Price;
  if (asset.secondary === undefined) {
    price = single(p);
  } else {
    const feed = asset.secondaryFeed ?? null;
    s = readSource(asset.secondary, feed, timestamp, unitOf(asset.secondary));
    const lost = p.freshness === "unusable";
    if (lost && isUsable(s)) p = anchorOf(asset, timestamp, unitOf(asset.primary));
    price = pair(p, s, asset.maxDeviation);
    if (lost) price = bounded(price, asset.primary, asset.primaryFeed, timestamp, unitOf);
    else if (s.freshness === "unusable") price = bounded(price, asset.secondary, feed, timestamp, unitOf);
  }
  let d = UNUSABLE;
  if (composed && debt.source !== undefined) {
    d = readSource(debt.source, debt.feed ?? null, timestamp, 1n);
    price = compose(price, d, 10n ** debt.source.decimals);
  }
  if (price.status === "dead" || !inRange(price.low) || !inRange(price.high)) {
    const { known, deadSince } = asset.told ?? lastKnownOf(asset, debt, composed, timestamp);
    return { price: deadPrice(known, deadSince === 0n ? 0n : timestamp - deadSince), expiresAt: 0n };
  }
  const expiresAt = max(p.expiresAt, s.expiresAt);
  return { price, expiresAt: composed ? min(expiresAt, d.expiresAt) : expiresAt };
}

/**
 * Figures known of an asset while it is dead, and the time since which its death is on record [s].
 * Mirrors `OracleGuard.lastKnown`.
 */
export function lastKnownOf(
  asset: PricedAsset,
  debt: DebtSide,
  composed: boolean,
  timestamp: bigint,
): LastKnown {
  let n = saidBy(asset.primary, asset.primaryFeed, timestamp, unitFor(asset, debt, asset.primary));
  if (asset.secondary !== undefined) {
    const unit = unitFor(asset, debt, asset.secondary);
    const s = saidBy(asset.secondary, asset.secondaryFeed ?? null, timestamp, unit);
    if (n.alive === s.alive) n = either(n, s);
    else if (s.alive) n = s;
  }
  let [known, newest] = [ofSources(n), n.at];
  if (composed && debt.source !== undefined) {
    const d = debtSaid(debt.source, debt, timestamp);
    known = composedOf(n, d, 10n ** debt.source.decimals);
    newest = max(newest, d.at);
  }
  known = withLastGoodPrice(known, asset.accepted, newest);
  return { known, deadSince: recordedSince(asset.death, known, timestamp) };
}

/**
 * The latest answers of the debt asset's source, with the remembered answer if that is newer.
 * Mirrors `OracleGuard._debtSaid`.
 */
export function debtSaid(source: Source, { feed, kept }: DebtSide, timestamp: bigint): Said {
  const d = saidBy(source, feed ?? null, timestamp, 1n);
  return kept !== undefined && kept.timestamp > d.at ? { ...d, price: kept.answer, at: kept.timestamp } : d;
}

function unitFor(asset: PricedAsset, debt: DebtSide, s: Source): bigint {
  return 10n ** (36n + debt.decimals - asset.collateralDecimals - s.decimals);
}

function single(p: Reading): Price {
  if (p.freshness === "fresh") return { liquidation: p.price, low: p.price, high: p.price, status: "good" };
  if (p.freshness === "aged")
    return { liquidation: p.price, low: p.price, high: p.price, status: "doubtful" };
  return DEAD;
}

function pair(p: Reading, s: Reading, deviation: bigint): Price {
  if (!isUsable(p) || !isUsable(s)) {
    const price = single(FRESHNESS[p.freshness] >= FRESHNESS[s.freshness] ? p : s);
    return price.status === "good" ? { ...price, status: "doubtful" } : price;
  }
  const [low, high] = p.price < s.price ? [p.price, s.price] : [s.price, p.price];
  const ceiling = mulDivDownSaturating(p.price, BPS + LIFT, BPS);
  const liquidation = s.price < p.price ? p.price : min(s.price, ceiling);
  const agree = high - low <= mulDivDownSaturating(low, deviation, BPS);
  const fresh = p.freshness === "fresh" && s.freshness === "fresh";
  return { liquidation, low, high, status: fresh && agree ? "good" : "doubtful" };
}

/**
 * The reading that an unusable primary source still contributes beside a secondary. Mirrors
 * `SourceReader.anchor`.
 */
function anchorOf({ primary, primaryFeed }: PricedAsset, timestamp: bigint, unit: bigint): Reading {
  const { price, at, floor, ceiling, recent } = saidBy(primary, primaryFeed, timestamp, unit);
  if (ceiling !== 0n && recent) {
    return { price: ceiling, updatedAt: 0n, expiresAt: 0n, freshness: "aged" };
  }
  const expiresAt = at + AGED_HEARTBEATS * primary.heartbeat;
  if (floor !== 0n || price === 0n || timestamp > expiresAt) return UNUSABLE;
  return { price, updatedAt: at, expiresAt, freshness: "aged" };
}

/**
 * `price` with `low` and `high` widened to the bounds that the newest answer of an unusable source
 * implies. Mirrors `OracleGuard._combined`.
 */
function bounded(
  price: Price,
  source: Source,
  feed: FeedAnswer | null,
  timestamp: bigint,
  unitOf: (s: Source) => bigint,
): Price {
  if (feed === null || feed.updatedAt === 0n || feed.updatedAt > timestamp) return price;
  const { floor, ceiling } = boundsSaid(source, feed.answer, unitOf(source));
  return {
    ...price,
    low: floor === 0n ? price.low : min(price.low, floor),
    high: max(price.high, ceiling),
  };
}

function compose(price: Price, d: Reading, unit: bigint): Price {
  if (!isUsable(d) || price.status === "dead") return DEAD;
  const high = composeDown(price.high, d.price, unit);
  const exact = high === MAX_UINT256 || (price.high * unit) % d.price === 0n;
  return {
    liquidation: composeDown(price.liquidation, d.price, unit),
    low: composeDown(price.low, d.price, unit),
    high: exact ? high : high + 1n,
    status: d.freshness === "aged" ? "doubtful" : price.status,
  };
}

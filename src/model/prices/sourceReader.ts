import { max, min, mulDivDownSaturating } from "../math/fixedPoint.js";
import { MAX_PRICE } from "../types/price.js";
import type { FeedAnswer, Source } from "../types/priceSource.js";

/**
 * Number of rounds before the newest that are searched for a usable answer. Mirrors `SourceReader`.
 */
export const MAX_ROUNDS_BACK = 8;
export const AGED_HEARTBEATS = 3n;

export const FRESHNESS = { unusable: 0, expired: 1, aged: 2, fresh: 3 } as const;
export type Freshness = keyof typeof FRESHNESS;

/**
 * Reading of one source: its scaled answer, the time of the answer and its expiry [s]. All are 0 if
 * unusable.
 */
export interface Reading {
  readonly price: bigint;
  readonly updatedAt: bigint;
  readonly expiresAt: bigint;
  readonly freshness: Freshness;
}

export const UNUSABLE: Reading = { price: 0n, updatedAt: 0n, expiresAt: 0n, freshness: "unusable" };

/** Whether a source can be used now. */
export function isUsable(r: Reading): boolean {
  return FRESHNESS[r.freshness] >= FRESHNESS.aged;
}

/** Reads a feed's newest answer, scaled by `unit`, at `timestamp` [s]. Mirrors `PriceMath.read`. */
export function readSource(
  source: Source,
  feed: FeedAnswer | null,
  timestamp: bigint,
  unit: bigint,
): Reading {
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

/**
 * The latest answers of one source; see `LastKnown.Said`. Prices are scaled, 0 where there is none;
 * times in seconds.
 */
export interface Said {
  readonly price: bigint;
  readonly at: bigint;
  readonly floor: bigint;
  readonly ceiling: bigint;
  readonly unseenBefore: bigint;
  readonly alive: boolean;
  readonly recent: boolean;
}

/**
 * The latest answers of a source: its newest answer, and if that is unusable the rounds before it.
 * Mirrors `SourceReader.said`.
 */
export function saidBy(source: Source, feed: FeedAnswer | null, now: bigint, unit: bigint): Said {
  const nothing: Said = {
    price: 0n,
    at: 0n,
    floor: 0n,
    ceiling: 0n,
    unseenBefore: now,
    alive: false,
    recent: false,
  };
  if (feed === null) return nothing;
  const newest = readSource(source, feed, now, unit);
  if (newest.freshness !== "unusable") {
    const { price, updatedAt: at } = newest;
    return { ...nothing, price, at, unseenBefore: 0n, alive: isUsable(newest), recent: true };
  }
  let said = nothing;
  if (feed.updatedAt !== 0n && feed.updatedAt <= now) {
    const recent = now - feed.updatedAt <= AGED_HEARTBEATS * source.heartbeat;
    said = { ...said, ...boundsSaid(source, feed.answer, unit), recent, unseenBefore: feed.updatedAt };
  }
  for (const round of (feed.past ?? []).slice(0, MAX_ROUNDS_BACK)) {
    const r = readSource(source, round, now, unit);
    if (r.freshness !== "unusable") return { ...said, price: r.price, at: r.updatedAt, unseenBefore: 0n };
    if (round.updatedAt !== 0n && round.updatedAt < said.unseenBefore) {
      said = { ...said, unseenBefore: round.updatedAt };
    }
  }
  return said;
}

/**
 * The floor that an answer does not exceed, or the ceiling that it reaches [scaled]. Mirrors
 * `PriceMath.bounds`.
 */
export function boundsSaid(
  { minAnswer, maxAnswer }: Source,
  answer: bigint,
  unit: bigint,
): { readonly floor: bigint; readonly ceiling: bigint } {
  if (answer <= 0n) return { floor: 0n, ceiling: 0n };
  if (answer <= minAnswer) return { floor: mulDivDownSaturating(minAnswer, unit, 1n), ceiling: 0n };
  if (answer >= maxAnswer || answer > MAX_PRICE / unit) {
    return { floor: 0n, ceiling: min(mulDivDownSaturating(maxAnswer, unit, 1n), MAX_PRICE) };
  }
  return { floor: 0n, ceiling: 0n };
}

/**
 * The lowest, the highest and the newest usable answer since `since` [s], and the one in force at
 * that time [scaled]. Mirrors `SourceReader.recentRange`.
 */
export function recentRange(
  source: Source,
  feed: FeedAnswer | null,
  now: bigint,
  unit: bigint,
  since: bigint,
): { readonly lowest: bigint; readonly highest: bigint; readonly newest: bigint } {
  let [lowest, highest, newest] = [0n, 0n, 0n];
  if (feed === null) return { lowest, highest, newest };
  for (const round of [feed, ...(feed.past ?? []).slice(0, MAX_ROUNDS_BACK)]) {
    const r = readSource(source, round, now, unit);
    if (r.freshness === "unusable") continue;
    if (newest === 0n) [lowest, newest] = [r.price, r.price];
    lowest = min(lowest, r.price);
    highest = max(highest, r.price);
    if (r.updatedAt < since) break;
  }
  return { lowest, highest, newest };
}

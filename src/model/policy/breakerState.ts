import { compactDown, compactUp } from "../math/compactFloat.js";
import { ModelError } from "../types/modelError.js";
import { BPS, max, min, subFloor } from "../math/fixedPoint.js";
import type { Price } from "../types/price.js";

const HOUR = 3600n;
const DAY = 24n * HOUR;
const GRACE = HOUR / 2n;
const GRACE_RATIO = 11_000n;
const BUCKETS = 4n;
const WATCHED = 1n << 7n;

/** Actions that can be paused, in the order of the contracts' numbers. */
export const PAUSABLE_ACTIONS = ["Borrow", "WithdrawWithDebt", "Liquidate", "Bid", "FlashLoan"] as const;
export type PausableAction = (typeof PAUSABLE_ACTIONS)[number];

/** See `BreakerMath.Closure`; times and durations in seconds. */
export interface Closure {
  readonly closedAt: bigint;
  readonly closedBefore: bigint;
  readonly pausedAt: bigint;
  readonly pausedUntil: bigint;
  readonly trippedUntil: bigint;
}

/** See `ICircuitBreaker.TripConfig`: limit in bps, the rest in seconds. */
export interface TripConfig {
  readonly limit: bigint;
  readonly window: bigint;
  readonly maxDoubtSeconds: bigint;
  readonly pause: bigint;
}

/** Lowest and highest price of one bucket [1e36-scaled]. */
interface Bucket {
  readonly number: bigint;
  readonly lowest: bigint;
  readonly highest: bigint;
}

/** Trip settings of one asset and its recorded prices: newest bucket last, at most four. */
export interface WatchedAsset {
  readonly watch: TripConfig;
  readonly buckets: readonly Bucket[];
  readonly doubtfulSince: bigint;
  readonly doubtTripped: boolean;
}

/** The breaker's state. Mirrors `CircuitBreaker`. */
export interface BreakerState {
  readonly closures: Readonly<Record<PausableAction, Closure>>;
  readonly assets: ReadonlyMap<number, WatchedAsset>;
  /** Spells before the running or last one, oldest first. */
  readonly spells: Readonly<Record<PausableAction, readonly Spell[]>>;
  /** Actions whose gated bit is set. */
  readonly gatedActions: ReadonlySet<PausableAction>;
}

/** A spell in which an action was closed [s]. */
export interface Spell {
  readonly from: bigint;
  readonly until: bigint;
}

const NEVER: Closure = { closedAt: 0n, closedBefore: 0n, pausedAt: 0n, pausedUntil: 0n, trippedUntil: 0n };

/** A breaker that has never closed anything. */
export function newBreaker(): BreakerState {
  return {
    closures: { Borrow: NEVER, WithdrawWithDebt: NEVER, Liquidate: NEVER, Bid: NEVER, FlashLoan: NEVER },
    spells: { Borrow: [], WithdrawWithDebt: [], Liquidate: [], Bid: [], FlashLoan: [] },
    assets: new Map(),
    gatedActions: new Set(),
  };
}

/** Pauses `action` for `duration` [s], as the guardian. Throws `PauseTooSoon` or `PauseTooLong`. */
export function pause(
  state: BreakerState,
  action: PausableAction,
  duration: bigint,
  now: bigint,
): BreakerState {
  const settling = action === "Liquidate" || action === "Bid";
  const [most, cycle] = settling ? [HOUR, DAY] : [3n * DAY, 7n * DAY];
  let c = state.closures[action];
  if (now >= c.pausedUntil) {
    if (c.pausedAt !== 0n && now < c.pausedAt + cycle) {
      throw new ModelError("PauseTooSoon", [now, c.pausedAt + cycle]);
    }
    c = { ...begin(c, now), pausedAt: now };
  }
  const length = now - c.pausedAt + min(duration, most + 1n);
  if (length > most) throw new ModelError("PauseTooLong", [length, most]);
  return close(state, now, { [action]: { ...c, pausedUntil: max(c.pausedUntil, c.pausedAt + length) } });
}

/** Ends the pause of `action`, as the guardian. Throws `NotPaused`. */
export function unpause(state: BreakerState, action: PausableAction, now: bigint): BreakerState {
  const c = state.closures[action];
  if (now >= c.pausedUntil) {
    throw new ModelError("NotPaused", [BigInt(PAUSABLE_ACTIONS.indexOf(action)), c.pausedUntil]);
  }
  return close(state, now, { [action]: { ...c, pausedUntil: now } });
}

/**
 * Sets the trip settings of an asset and forgets its recorded prices. Throws `InvalidTripConfig`.
 */
export function setTripConfig(
  state: BreakerState,
  asset: number,
  watch: TripConfig,
  now: bigint,
): BreakerState {
  const watched = watch.limit !== 0n || watch.maxDoubtSeconds !== 0n;
  const windowed = watch.limit === 0n || (watch.window >= 60n && watch.window <= DAY);
  if (watch.limit >= BPS || !windowed || watch.pause > 6n * HOUR || (watched && watch.pause === 0n)) {
    throw new ModelError("InvalidTripConfig");
  }
  const assets = new Map(state.assets);
  assets.set(asset, { watch, buckets: [], doubtfulSince: 0n, doubtTripped: false });
  return refresh({ ...state, assets }, now);
}

/** A trip: the price moved away from `past` [1e36-scaled], or was in doubt since `since` [s]. */
export interface Trip {
  /** 0 for a doubt. */
  readonly past: bigint;
  /** 0 for a move. */
  readonly since: bigint;
}

/** Records `price` of an asset. `trips` lists the reasons, if any, for which risk taking closed. */
export function poke(
  state: BreakerState,
  asset: number,
  price: Price,
  now: bigint,
): { state: BreakerState; trips: readonly Trip[] } {
  let seen = state.assets.get(asset);
  const trips: Trip[] = [];
  if (seen !== undefined) {
    const { watch } = seen;
    if (watch.limit !== 0n && price.status !== "dead") {
      const past = movedFrom(price.liquidation, rangeOf(seen, now), watch.limit);
      if (past !== 0n) trips.push({ past, since: 0n });
      seen = { ...seen, buckets: record(seen, price.liquidation, now) };
    }
    if (watch.maxDoubtSeconds !== 0n) {
      if (price.status === "good") {
        seen = { ...seen, doubtfulSince: 0n, doubtTripped: false };
      } else {
        const since = seen.doubtfulSince === 0n ? now : seen.doubtfulSince;
        const lasted = !seen.doubtTripped && now - since >= watch.maxDoubtSeconds;
        seen = { ...seen, doubtfulSince: since, doubtTripped: seen.doubtTripped || lasted };
        if (lasted) trips.push({ past: 0n, since });
      }
    }
    state = { ...state, assets: new Map(state.assets).set(asset, seen) };
    if (trips.length > 0) {
      const until = now + watch.pause;
      const trip = (c: Closure): Closure => ({
        ...begin(c, now),
        trippedUntil: max(c.trippedUntil, until),
      });
      const { Borrow, WithdrawWithDebt } = state.closures;
      return {
        state: close(state, now, { Borrow: trip(Borrow), WithdrawWithDebt: trip(WithdrawWithDebt) }),
        trips,
      };
    }
  }
  return { state: state.gatedActions.size === 0 ? state : refresh(state, now), trips };
}

/** Clears the gated bits of actions that are open again. */
export function refresh(state: BreakerState, now: bigint): BreakerState {
  return close(state, now, {});
}

/**
 * The bits that the risk configuration stores: one for each gated action, and one if moves are
 * watched.
 */
export function gatedActionBits(state: BreakerState): bigint {
  const watched = [...state.assets.values()].some(({ watch }) => watch.limit !== 0n);
  return PAUSABLE_ACTIONS.reduce(
    (bits, action, i) => (state.gatedActions.has(action) ? bits | (1n << BigInt(i)) : bits),
    watched ? WATCHED : 0n,
  );
}

/**
 * The reason for which `action` is refused now, or null. `value` and `debt` of the vault in debt
 * units.
 */
export function refusal(
  state: BreakerState,
  action: PausableAction,
  value: bigint,
  debt: bigint,
  now: bigint,
): "ActionClosed" | "BorrowersInGrace" | null {
  if (now < closedUntil(state.closures[action])) return "ActionClosed";
  if (action === "Liquidate" && now < graceUntil(state) && value * BPS >= debt * GRACE_RATIO) {
    return "BorrowersInGrace";
  }
  return null;
}

/** Seconds for which `action` has been closed up to now. */
export function pausedSeconds(state: BreakerState, action: PausableAction, now: bigint): bigint {
  const c = state.closures[action];
  return c.closedBefore + min(now, closedUntil(c)) - c.closedAt;
}

/** Seconds from `from` to `to`, neither after now, in which `action` was closed. */
export function pausedBetween(state: BreakerState, action: PausableAction, from: bigint, to: bigint): bigint {
  const c = state.closures[action];
  const spells = [...state.spells[action], { from: c.closedAt, until: closedUntil(c) }];
  return spells.reduce((sum, s) => sum + subFloor(min(s.until, to), max(s.from, from)), 0n);
}

/** The first second at which `action` is open again; 0 if it was never closed. */
export function pausedUntil(state: BreakerState, action: PausableAction): bigint {
  return closedUntil(state.closures[action]);
}

/** End of the grace after the last pause of liquidations [s]; 0 without a pause. */
export function graceUntil(state: BreakerState): bigint {
  const { pausedUntil: until } = state.closures.Liquidate;
  return until === 0n ? 0n : until + GRACE;
}

/**
 * The bound of `range` from which `price` has moved by `limit` [bps] or more; 0 if it has not moved
 * so far. Mirrors `BreakerMath.movedFrom`.
 */
export function movedFrom(
  price: bigint,
  range: { readonly lowest: bigint; readonly highest: bigint },
  limit: bigint,
): bigint {
  const { lowest, highest } = range;
  if (price * BPS <= highest * (BPS - limit)) return highest;
  return lowest !== 0n && price * BPS >= lowest * (BPS + limit) ? lowest : 0n;
}

/** Lowest and highest recorded price [1e36-scaled], rounded outwards; zeros if none is recorded. */
export function rangeOf(asset: WatchedAsset, now: bigint): { lowest: bigint; highest: bigint } {
  return remembered(asset, now).reduce(
    (range, b) => ({
      lowest: range.lowest === 0n ? b.lowest : min(range.lowest, b.lowest),
      highest: max(range.highest, b.highest),
    }),
    { lowest: 0n, highest: 0n },
  );
}

function record(asset: WatchedAsset, price: bigint, now: bigint): Bucket[] {
  const number = bucketOf(asset.watch.window, now);
  const buckets = remembered(asset, now);
  const newest = buckets.at(-1);
  const [low, high] = [compactDown(price), compactUp(price)];
  if (newest?.number !== number) return [...buckets, { number, lowest: low, highest: high }];
  const merged = { number, lowest: min(newest.lowest, low), highest: max(newest.highest, high) };
  return [...buckets.slice(0, -1), merged];
}

function remembered(asset: WatchedAsset, now: bigint): Bucket[] {
  const { window } = asset.watch;
  return window === 0n ? [] : asset.buckets.filter((b) => bucketOf(window, now) - b.number < BUCKETS);
}

function bucketOf(window: bigint, now: bigint): bigint {
  return now / ((window + BUCKETS - 2n) / (BUCKETS - 1n));
}

function closedUntil(c: Closure): bigint {
  return max(c.pausedUntil, c.trippedUntil);
}

function begin(c: Closure, now: bigint): Closure {
  const until = closedUntil(c);
  if (now < until) return c;
  return { ...c, closedBefore: c.closedBefore + until - c.closedAt, closedAt: now };
}

function close(
  state: BreakerState,
  now: bigint,
  changed: Partial<Record<PausableAction, Closure>>,
): BreakerState {
  const spells = { ...state.spells };
  for (const action of PAUSABLE_ACTIONS) {
    const [before, after] = [state.closures[action], changed[action]];
    if (after === undefined || after.closedAt === before.closedAt || before.closedAt === 0n) continue;
    spells[action] = [...spells[action], { from: before.closedAt, until: closedUntil(before) }];
  }
  const next = { ...state, spells, closures: { ...state.closures, ...changed } };
  const until = (a: PausableAction): bigint => (a === "Liquidate" ? graceUntil(next) : pausedUntil(next, a));
  return { ...next, gatedActions: new Set(PAUSABLE_ACTIONS.filter((a) => now < until(a))) };
}

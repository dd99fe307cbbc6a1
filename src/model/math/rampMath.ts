import { min } from "./fixedPoint.js";

/**
 * Time in which a threshold on a ramp falls by one basis point [s]; `RampMath` gives the reason.
 */
const SECONDS_PER_BPS = 864n;

/** A liquidation threshold that falls from `start` to `end` [bps] since `startedAt` [s]. */
export interface Ramp {
  readonly start: bigint;
  readonly end: bigint;
  readonly startedAt: bigint;
}

/** The threshold at `now` [bps], rounded up. Mirrors `RampMath.thresholdUp`. */
export function thresholdAt(ramp: Ramp, now: bigint): bigint {
  return ramp.start - min((now - ramp.startedAt) / SECONDS_PER_BPS, ramp.start - ramp.end);
}

/** First second at which the threshold is at its end [s]. */
export function rampEndsAt(ramp: Ramp): bigint {
  return ramp.startedAt + (ramp.start - ramp.end) * SECONDS_PER_BPS;
}

/**
 * Start of a ramp that replaces `ramp` [s]; a step under way goes on. Mirrors
 * `RampMath.restartedAt`.
 */
function restartedAt(ramp: Ramp, now: bigint): bigint {
  return now < rampEndsAt(ramp) ? now - ((now - ramp.startedAt) % SECONDS_PER_BPS) : now;
}

/**
 * The ramp that begins when a threshold is set to `end` [bps] at `now` [s]; null if the threshold
 * is in force at once. Without a `ramp`, the threshold before is `current` [bps].
 */
export function rampTo(current: bigint, ramp: Ramp | null, end: bigint, now: bigint): Ramp | null {
  const start = ramp === null ? current : thresholdAt(ramp, now);
  const startedAt = ramp === null ? now : restartedAt(ramp, now);
  return end < start ? { start, end, startedAt } : null;
}

import { ModelError } from "../types/modelError.js";
import type { Clock } from "../types/clock.js";
import {
  PAUSABLE_ACTIONS,
  type PausableAction,
  type BreakerState,
  type TripConfig,
  graceUntil,
  movedFrom,
  newBreaker,
  pausedBetween,
  pausedSeconds,
  pausedUntil,
  poke,
  rangeOf,
  refresh,
  refusal,
  setTripConfig,
} from "./breakerState.js";
import type { OracleGuard } from "./oracleGuard.js";

/** Closures of actions and the watch over prices. Mirrors `CircuitBreaker`. */
export class CircuitBreaker {
  state: BreakerState = newBreaker();

  /**
   * Gives the assets below `count` the trip settings `watch`. Without `watch`, no price is watched.
   */
  constructor(
    private readonly oracleGuard: OracleGuard,
    private readonly clock: Clock,
    count: number,
    watch?: TripConfig,
  ) {
    if (watch === undefined) return;
    for (let id = 0; id < count; ++id) this.state = setTripConfig(this.state, id, watch, 0n);
  }

  /** Copies the state of `other`. */
  copyFrom(other: CircuitBreaker): void {
    this.state = other.state;
  }

  /**
   * Throws `ActionClosed` or `BorrowersInGrace` if `action` is closed. `value` and `debt` of the
   * vault in debt units. Mirrors `CircuitBreaker.requireOpen`.
   */
  requireOpen(action: PausableAction, value = 0n, debt = 0n): void {
    if (!this.state.gatedActions.has(action)) return;
    const refused = refusal(this.state, action, value, debt, this.clock.now);
    if (refused === "ActionClosed") {
      const until = pausedUntil(this.state, action);
      throw new ModelError(refused, [BigInt(PAUSABLE_ACTIONS.indexOf(action)), until]);
    }
    if (refused !== null) throw new ModelError(refused, [graceUntil(this.state), value, debt]);
  }

  /**
   * Time from which liquidations have been open to all, after any grace [s]; 0 if they were never
   * paused. Mirrors `VaultEngine._openedAt`.
   */
  openedAt(): bigint {
    return graceUntil(this.state);
  }

  /**
   * Seconds for which `action` has been closed up to now. Mirrors `CircuitBreaker.pausedSeconds`.
   */
  pausedSeconds(action: PausableAction): bigint {
    return pausedSeconds(this.state, action, this.clock.now);
  }

  /**
   * Seconds from `from` to `to` in which `action` was closed. Mirrors
   * `CircuitBreaker.pausedBetween`.
   */
  pausedBetween(action: PausableAction, from: bigint, to: bigint): bigint {
    return pausedBetween(this.state, action, from, to);
  }

  /**
   * Records an asset's price; returns whether the breaker tripped. Mirrors `CircuitBreaker.poke`.
   */
  poke(id: number): boolean {
    const { state, trips } = poke(this.state, id, this.oracleGuard.price(id), this.clock.now);
    const watch = this.state.assets.get(id)?.watch;
    if (watch !== undefined && (watch.limit !== 0n || watch.maxDoubtSeconds !== 0n))
      this.oracleGuard.observe(id);
    this.state = state;
    return trips.length > 0;
  }

  /** Clears the gated bits of actions that are open again. Mirrors `CircuitBreaker.refresh`. */
  refresh(): void {
    this.state = refresh(this.state, this.clock.now);
  }

  /**
   * Throws `PriceMoved` if an asset's price has moved too far for taking risk. Mirrors
   * `CircuitBreaker.requireCalm`.
   */
  requireCalm(id: number): void {
    const { past, price } = this.moveOf(id);
    if (past !== 0n) throw new ModelError("PriceMoved", [id, past, price]);
  }

  /**
   * The recorded price from which an asset has moved by its limit or more, 0 if it has not moved so
   * far, and the price it moved to [1e36-scaled].
   */
  moveOf(id: number): { readonly past: bigint; readonly price: bigint } {
    const seen = this.state.assets.get(id);
    if (seen === undefined || seen.watch.limit === 0n) return { past: 0n, price: 0n };
    let { liquidation: price } = this.oracleGuard.price(id);
    let range = rangeOf(seen, this.clock.now);
    if (range.highest === 0n) {
      const recent = this.oracleGuard.recentRange(id, this.clock.now - seen.watch.window);
      [range, price] = [recent, recent.newest];
    }
    return { past: movedFrom(price, range, seen.watch.limit), price };
  }
}

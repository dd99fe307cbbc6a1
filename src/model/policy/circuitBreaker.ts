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

/** What has been closed, and what of each asset's price is watched. Mirrors `CircuitBreaker`. */
export class CircuitBreaker {
  state: BreakerState = newBreaker();

  /** Watches `watch` of the assets below `count` from the start, or nothing. */
  constructor(
    private readonly oracleGuard: OracleGuard,
    private readonly clock: Clock,
    count: number,
    watch?: TripConfig,
  ) {
    if (watch === undefined) return;
    for (let id = 0; id < count; ++id) this.state = setTripConfig(this.state, id, watch, 0n);
  }

  /** Takes over what `other` knows. */
  copyFrom(other: CircuitBreaker): void {
    this.state = other.state;
  }

  /** Throws if `action` is closed; `value` and `debt` are the vault's [debt units]. Mirrors `CircuitBreaker.requireOpen`. */
  requireOpen(action: PausableAction, value = 0n, debt = 0n): void {
    if (!this.state.gatedActions.has(action)) return;
    const refused = refusal(this.state, action, value, debt, this.clock.now);
    if (refused === "ActionClosed") {
      const until = pausedUntil(this.state, action);
      throw new ModelError(refused, [BigInt(PAUSABLE_ACTIONS.indexOf(action)), until]);
    }
    if (refused !== null) throw new ModelError(refused, [graceUntil(this.state), value, debt]);
  }

  /** Since when liquidating has been open to all, a grace included [s]; 0 if it never was closed. Mirrors `VaultEngine._openedAt`. */
  openedAt(): bigint {
    return graceUntil(this.state);
  }

  /** Seconds for which `action` has been closed so far. Mirrors `CircuitBreaker.pausedSeconds`. */
  pausedSeconds(action: PausableAction): bigint {
    return pausedSeconds(this.state, action, this.clock.now);
  }

  /** Seconds from `from` to `to` in which `action` was closed. Mirrors `CircuitBreaker.pausedBetween`. */
  pausedBetween(action: PausableAction, from: bigint, to: bigint): bigint {
    return pausedBetween(this.state, action, from, to);
  }

  /** Sees an asset's price; returns whether that tripped it. Mirrors `CircuitBreaker.poke`. */
  poke(id: number): boolean {
    const { state, trips } = poke(this.state, id, this.oracleGuard.price(id), this.clock.now);
    const watch = this.state.assets.get(id)?.watch;
    if (watch !== undefined && (watch.limit !== 0n || watch.maxDoubtSeconds !== 0n))
      this.oracleGuard.observe(id);
    this.state = state;
    return trips.length > 0;
  }

  /** Clears what is open again. Mirrors `CircuitBreaker.refresh`. */
  refresh(): void {
    this.state = refresh(this.state, this.clock.now);
  }

  /** Throws if an asset's price has moved too far to take risk on. Mirrors `CircuitBreaker.requireCalm`. */
  requireCalm(id: number): void {
    const { past, price } = this.moveOf(id);
    if (past !== 0n) throw new ModelError("PriceMoved", [id, past, price]);
  }

  /** The price that an asset's has moved away from by what is watched for, 0 if it has not, and the price that it moved to. */
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

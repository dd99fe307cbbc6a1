import {
  ACTIONS,
  type Action,
  type BreakerState,
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
  setWatch,
} from "./circuitBreaker.js";
import { ModelError } from "../types/modelError.js";
import { BPS } from "../math/fixedPoint.js";
import { covers, valueDown } from "../math/healthMath.js";
import { type Death, NO_DEATH, recorded } from "../prices/lastKnown.js";
import { powerDown } from "../math/marginMath.js";
import {
  type DebtSide,
  type LastKnown,
  type LastingPrice,
  type PricedAsset,
  debtSaid,
  lastKnownOf,
  priceAndExpiryOf,
} from "../prices/priceMath.js";
import { type Price, statusNumber } from "../types/price.js";
import { RiskState } from "./riskConfig.js";
import { type FeedAnswer, MAX_ROUNDS_BACK, recentRange } from "../prices/sourceReader.js";
import type { AssetTerms, ModelTerms, VaultState } from "../types/systemTerms.js";
import { type RoundHistory, VolatilityState } from "./volatilityModel.js";

/** A deposit remembers the price this long after the last one was remembered [s]. */
const REMEMBER_EVERY = 3600n;

interface AssetMarket {
  /** As listed: only what its price depends on is asked here. */
  readonly terms: AssetTerms;
  primary: FeedState;
  secondary: FeedState;
  accepted: { price: bigint; timestamp: bigint };
  death: Death;
  told: LastKnown | null;
}

/** What a feed answers, and its last answer with those before, which stay its rounds while it does not answer. */
interface FeedState {
  readonly answer: FeedAnswer | null;
  readonly last: FeedAnswer | null;
}

const SILENT: FeedState = { answer: null, last: null };

/** A feed after it answers `answer`, a round of its own unless it is the last one again; null: it does not answer. */
function answered({ last }: FeedState, answer: FeedAnswer | null): FeedState {
  if (answer === null) return { answer: null, last };
  if (last !== null && last.answer === answer.answer && last.updatedAt === answer.updatedAt) {
    return { answer: last, last };
  }
  const past = last === null ? [] : [last, ...(last.past ?? [])].slice(0, MAX_ROUNDS_BACK);
  const next = { ...answer, past: past.map(({ answer: a, updatedAt }) => ({ answer: a, updatedAt })) };
  return { answer: next, last: next };
}

/** What oracle guard, risk configuration, volatility model and breaker know: feeds, accepted prices, parameters, correlations. */
export class Market {
  /** The parameters in force. */
  readonly risk: RiskState;
  readonly volatility: VolatilityState;
  private readonly assets: AssetMarket[];
  private debt: FeedState = SILENT;
  /** What the debt asset's source said when that was remembered [feed units, s]. */
  private debtKept = { answer: 0n, timestamp: 0n };

  /** The circuit breaker. */
  breaker: BreakerState = newBreaker();

  constructor(readonly terms: ModelTerms) {
    this.risk = new RiskState(terms);
    this.volatility = new VolatilityState(terms.volatility);
    const { watch } = terms;
    if (watch !== undefined) {
      terms.assets.forEach((_, id) => {
        this.breaker = setWatch(this.breaker, id, watch, 0n);
      });
    }
    this.assets = terms.assets.map((asset) => ({
      terms: asset,
      primary: SILENT,
      secondary: SILENT,
      accepted: { price: 0n, timestamp: 0n },
      death: NO_DEATH,
      told: null,
    }));
  }

  /** An independent copy. */
  clone(): Market {
    const copy = new Market(this.terms);
    copy.debt = this.debt;
    copy.debtKept = this.debtKept;
    copy.breaker = this.breaker;
    copy.risk.copyFrom(this.risk);
    Object.assign(copy, { volatility: this.volatility.clone() });
    this.assets.forEach((asset, id) => Object.assign(copy.asset(id), asset));
    return copy;
  }

  /** Price of an asset at `now` [s]. */
  price(id: number, now: bigint): Price {
    return this.priceAndExpiry(id, now).price;
  }

  /** Price of an asset at `now` and until when it stays usable [s]. Mirrors `OracleGuard.priceAndExpiry`. */
  priceAndExpiry(id: number, now: bigint): LastingPrice {
    return priceAndExpiryOf(this.priced(id), this.debtSide(), this.asset(id).terms.composed, now);
  }

  /** What is known of an asset while it is dead. Mirrors `OracleGuard.lastKnown`. */
  lastKnown(id: number, now: bigint): LastKnown {
    return lastKnownOf(this.priced(id), this.debtSide(), this.asset(id).terms.composed, now);
  }

  /** Price of an asset at `now` [s], on which risk may be taken. Throws `PriceNotGood`. */
  goodPrice(id: number, now: bigint): Price {
    const price = this.price(id, now);
    if (price.status !== "good") throw new ModelError("PriceNotGood", [id, statusNumber(price.status)]);
    return price;
  }

  /** Prices of all assets at `now` [s], by id. */
  prices(now: bigint): Price[] {
    return this.assets.map((_, id) => this.price(id, now));
  }

  /** A feed of an asset answers `answer`; null: it stops answering. */
  setFeed(id: number, feed: FeedAnswer | null, which: "primary" | "secondary"): void {
    const asset = this.asset(id);
    asset[which] = answered(asset[which], feed);
  }

  /** What an asset's primary feed answers [feed units]; 0 if it does not answer. */
  feedAnswer(id: number): bigint {
    return this.asset(id).primary.answer?.answer ?? 0n;
  }

  /** The debt asset's own feed answers. */
  setDebtFeed(feed: FeedAnswer | null): void {
    this.debt = answered(this.debt, feed);
  }

  /** Remembers a Good price, records the death of a dead one. Mirrors `OracleGuard.accept`. */
  accept(id: number, now: bigint): boolean {
    const { status, liq } = this.price(id, now);
    if (status === "dead") this.recordDeath(id, now);
    if (status !== "good") return false;
    this.remember(id, liq, now);
    return true;
  }

  /** Like `accept`, but remembers only if the last price was remembered an hour ago. Mirrors `OracleGuard.observe`. */
  observe(id: number, now: bigint): void {
    const { status, liq } = this.price(id, now);
    if (status === "dead") this.recordDeath(id, now);
    const due = now - this.asset(id).accepted.timestamp >= REMEMBER_EVERY;
    if (status === "good" && due) this.remember(id, liq, now);
  }

  /** The engine met these assets' prices: deaths are recorded. Mirrors `PriceCache.read`. */
  met(ids: Iterable<number>, now: bigint): void {
    for (const id of ids) if (this.price(id, now).status === "dead") this.recordDeath(id, now);
  }

  /** The last accepted price of an asset [1e36-scaled] and when it was [s]; zeros if there is none. Mirrors `OracleGuard.lastAccepted`. */
  lastAccepted(id: number): { readonly price: bigint; readonly timestamp: bigint } {
    return this.asset(id).accepted;
  }

  /** Restores the guard's accepted price as read from a chain. */
  restoreAccepted(id: number, price: bigint, timestamp: bigint): void {
    this.asset(id).accepted = { price, timestamp };
  }

  /** Restores what is known of a dead asset as read from a chain; null: as its rounds tell. */
  restoreLastKnown(id: number, told: LastKnown | null): void {
    this.asset(id).told = told;
  }

  // ------------------------------------------------------------------ breaker

  /** Throws if the breaker has closed `action`; `value` and `debt` are the vault's [debt units]. Mirrors `CircuitBreaker.check`. */
  requireOpen(action: Action, value: bigint, debt: bigint, now: bigint): void {
    if (!this.breaker.guarded.has(action)) return;
    const refused = refusal(this.breaker, action, value, debt, now);
    if (refused === "ActionClosed") {
      const until = pausedUntil(this.breaker, action);
      throw new ModelError(refused, [BigInt(ACTIONS.indexOf(action)), until]);
    }
    if (refused !== null) throw new ModelError(refused, [graceUntil(this.breaker), value, debt]);
  }

  /** Since when liquidating has been open to all, a grace included [s]; 0 if it never was closed. Mirrors `VaultEngine._openedAt`. */
  opened(): bigint {
    return graceUntil(this.breaker);
  }

  /** Seconds for which `action` has been closed so far. */
  pausedSeconds(action: Action, now: bigint): bigint {
    return pausedSeconds(this.breaker, action, now);
  }

  /** Seconds from `from` to `to` in which `action` was closed. Mirrors `CircuitBreaker.pausedBetween`. */
  pausedBetween(action: Action, from: bigint, to: bigint): bigint {
    return pausedBetween(this.breaker, action, from, to);
  }

  /** Shows the breaker an asset's price; returns whether it tripped. Mirrors `CircuitBreaker.poke`. */
  pokeBreaker(id: number, now: bigint): boolean {
    const { state, trips } = poke(this.breaker, id, this.price(id, now), now);
    const watch = this.breaker.assets.get(id)?.watch;
    if (watch !== undefined && (watch.limit !== 0n || watch.doubt !== 0n)) this.observe(id, now);
    this.breaker = state;
    return trips.length > 0;
  }

  /** Clears what is open again. Mirrors `CircuitBreaker.refresh`. */
  refreshBreaker(now: bigint): void {
    this.breaker = refresh(this.breaker, now);
  }

  // ------------------------------------------------------------------ volatility

  /** Folds an asset's rounds in and takes the haircut over. Mirrors `VolatilityModel.poke`. */
  pokeVolatility(id: number, feed: RoundHistory, now: bigint): void {
    const { minAnswer, maxAnswer } = this.asset(id).terms.primary;
    this.volatility.poke(id, feed, { minAnswer, maxAnswer }, now);
    this.risk.setHaircut(id, this.volatility.haircut(id));
  }

  /**
   * What collaterals worth `values` [debt units] may owe when taking risk at `now` [s], rounded down [debt units * bps].
   * @param ids ascending
   */
  borrowingPowerDown(ids: readonly number[], values: readonly bigint[], now: bigint): bigint {
    if (ids.length === 1) return (values[0] ?? 0n) * this.risk.effectiveLtv(ids[0] ?? 0, now);
    const risks = ids.map((id) => this.risk.marginRisk(id, now));
    return powerDown(values, risks, this.volatility.levels(ids));
  }

  /** Throws unless `balances` carry a debt when taking risk at `now` [s]: the initial margin. Mirrors `VaultEngine._requireMargin`. */
  requireMargin(action: Action, balances: VaultState["balances"], debt: bigint, now: bigint): void {
    this.requireOpen(action, 0n, 0n, now);
    const held = [...balances].sort(([a], [b]) => a - b);
    const ids = held.map(([id]) => id);
    const values = held.map(([id, amount]) => valueDown(amount, this.goodPrice(id, now).low));
    const power = this.borrowingPowerDown(ids, values, now);
    if (!covers(power, debt)) throw new ModelError("NotEnoughCollateral", [power, debt * BPS]);
    for (const id of ids) this.requireCalm(id, now);
  }

  /** Throws if an asset's price has moved too far to take risk on. Mirrors `CircuitBreaker.requireCalm`. */
  private requireCalm(id: number, now: bigint): void {
    const { past, price } = this.moveOf(id, now);
    if (past !== 0n) throw new ModelError("PriceMoved", [id, past, price]);
  }

  /** The price that an asset's has moved away from by what the breaker watches for, 0 if it has not, and the price that it moved to. */
  moveOf(id: number, now: bigint): { readonly past: bigint; readonly price: bigint } {
    const seen = this.breaker.assets.get(id);
    if (seen === undefined || seen.watch.limit === 0n) return { past: 0n, price: 0n };
    let price = this.price(id, now).liq;
    let range = rangeOf(seen, now);
    if (range.highest === 0n) {
      const { terms, primary } = this.asset(id);
      const unit = 10n ** (36n + this.terms.debtDecimals - terms.decimals - terms.primary.decimals);
      const recent = recentRange(terms.primary, primary.answer, now, unit, now - seen.watch.window);
      [range, price] = [recent, recent.newest];
    }
    return { past: movedFrom(price, range, seen.watch.limit), price };
  }

  private asset(id: number): AssetMarket {
    const state = this.assets[id];
    if (state === undefined) throw new ModelError("UnknownAsset", [id, this.assets.length]);
    return state;
  }

  private priced(id: number): PricedAsset {
    const { terms, primary, secondary, accepted, death, told } = this.asset(id);
    return {
      primary: terms.primary,
      primaryFeed: primary.answer,
      ...(terms.secondary && { secondary: terms.secondary, secondaryFeed: secondary.answer }),
      maxDeviation: terms.maxDeviation,
      collateralDecimals: terms.decimals,
      accepted,
      death,
      ...(told && { told }),
    };
  }

  private debtSide(): DebtSide {
    const decimals = this.terms.debtDecimals;
    return this.terms.debtSource === undefined
      ? { decimals }
      : { decimals, source: this.terms.debtSource, feed: this.debt.answer, kept: this.debtKept };
  }

  /** Mirrors `OracleGuard._remember`. */
  private remember(id: number, price: bigint, now: bigint): void {
    this.asset(id).accepted = { price, timestamp: now };
    const { debtSource } = this.terms;
    if (!this.asset(id).terms.composed || debtSource === undefined) return;
    const d = debtSaid(debtSource, this.debtSide(), now);
    if (d.at > this.debtKept.timestamp) this.debtKept = { answer: d.price, timestamp: d.at };
  }

  /** Mirrors `OracleGuard._recordDeath`. */
  private recordDeath(id: number, now: bigint): void {
    const asset = this.asset(id);
    asset.death = recorded(asset.death, this.lastKnown(id, now).known, now);
  }
}

import {
  ACTIONS,
  type Action,
  type BreakerState,
  graceUntil,
  newBreaker,
  pausedSeconds,
  pausedUntil,
  poke,
  refresh,
  refusal,
  setWatch,
} from "./breaker.js";
import { ModelError } from "./error.js";
import { BPS } from "./fixed.js";
import { covers, valueDown } from "./health.js";
import { powerDown } from "./margin.js";
import {
  type DebtSide,
  type FeedAnswer,
  type LastingPrice,
  type Price,
  priceAndExpiryOf,
  statusNumber,
} from "./price.js";
import { RiskState } from "./risk.js";
import type { AssetTerms, ModelTerms, VaultState } from "./terms.js";
import { type RoundHistory, VolatilityState } from "./volatility.js";

/** A deposit remembers the price this long after the last one was remembered [s]. */
const REMEMBER_EVERY = 3600n;

interface AssetMarket {
  /** As listed: only what its price depends on is asked here. */
  readonly terms: AssetTerms;
  primaryFeed: FeedAnswer | null;
  secondaryFeed: FeedAnswer | null;
  accepted: { price: bigint; timestamp: bigint };
}

/** What oracle guard, risk configuration, volatility model and breaker know: feeds, accepted prices, parameters, correlations. */
export class Market {
  /** The parameters in force. */
  readonly risk: RiskState;
  readonly volatility: VolatilityState;
  private readonly assets: AssetMarket[];
  private debtFeed: FeedAnswer | null = null;

  /** The circuit breaker. */
  breaker: BreakerState = newBreaker();

  constructor(readonly terms: ModelTerms) {
    this.risk = new RiskState(terms);
    this.volatility = new VolatilityState(terms.volatility);
    const { watch } = terms;
    if (watch !== undefined) {
      terms.assets.forEach((_, id) => {
        this.breaker = setWatch(this.breaker, id, watch);
      });
    }
    this.assets = terms.assets.map((asset) => ({
      terms: asset,
      primaryFeed: null,
      secondaryFeed: null,
      accepted: { price: 0n, timestamp: 0n },
    }));
  }

  /** An independent copy. */
  clone(): Market {
    const copy = new Market(this.terms);
    copy.debtFeed = this.debtFeed;
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
    const state = this.asset(id);
    return priceAndExpiryOf(
      {
        primary: state.terms.primary,
        primaryFeed: state.primaryFeed,
        ...(state.terms.secondary && {
          secondary: state.terms.secondary,
          secondaryFeed: state.secondaryFeed,
        }),
        maxDeviation: state.terms.maxDeviation,
        collateralDecimals: state.terms.decimals,
        accepted: state.accepted,
      },
      this.debtSide(),
      state.terms.composed,
      now,
    );
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
    this.asset(id)[which === "primary" ? "primaryFeed" : "secondaryFeed"] = feed;
  }

  /** What an asset's primary feed answers [feed units]; 0 if it does not answer. */
  feedAnswer(id: number): bigint {
    return this.asset(id).primaryFeed?.answer ?? 0n;
  }

  /** The debt asset's own feed answers. */
  setDebtFeed(feed: FeedAnswer | null): void {
    this.debtFeed = feed;
  }

  /** Remembers a Good price. Mirrors `OracleGuard.accept`. */
  accept(id: number, now: bigint): boolean {
    const price = this.price(id, now);
    if (price.status !== "good") return false;
    this.asset(id).accepted = { price: price.liq, timestamp: now };
    return true;
  }

  /** Remembers a Good price if the last was remembered an hour ago. Mirrors `OracleGuard.observe`. */
  observe(id: number, now: bigint): void {
    if (now - this.asset(id).accepted.timestamp >= REMEMBER_EVERY) this.accept(id, now);
  }

  /** Restores the guard's accepted price as read from a chain. */
  restoreAccepted(id: number, price: bigint, timestamp: bigint): void {
    this.asset(id).accepted = { price, timestamp };
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

  /** Seconds for which `action` has been closed so far. */
  pausedSeconds(action: Action, now: bigint): bigint {
    return pausedSeconds(this.breaker, action, now);
  }

  /** Shows the breaker an asset's price; returns whether it tripped. Mirrors `CircuitBreaker.poke`. */
  pokeBreaker(id: number, now: bigint): boolean {
    const { state, tripped } = poke(this.breaker, id, this.price(id, now), now);
    this.breaker = state;
    return tripped;
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
  }

  private asset(id: number): AssetMarket {
    const state = this.assets[id];
    if (state === undefined) throw new ModelError("UnknownAsset", [id, this.assets.length]);
    return state;
  }

  private debtSide(): DebtSide {
    const decimals = this.terms.debtDecimals;
    return this.terms.debtSource === undefined
      ? { decimals }
      : { decimals, source: this.terms.debtSource, feed: this.debtFeed };
  }
}

import { ModelError } from "../types/modelError.js";
import { type Death, NO_DEATH, recorded } from "../prices/lastKnown.js";
import {
  type DebtSide,
  type LastKnown,
  type LastingPrice,
  type PricedAsset,
  debtSaid,
  lastKnownOf,
  priceAndExpiryOf,
} from "../prices/priceMath.js";
import { MAX_ROUNDS_BACK, recentRange } from "../prices/sourceReader.js";
import type { Clock } from "../types/clock.js";
import { type Price, statusNumber } from "../types/price.js";
import type { FeedAnswer, Source } from "../types/priceSource.js";
import type { AssetTerms } from "../types/riskTerms.js";

/** Shortest time between two updates of the last good price by `observe` [s]. */
const REMEMBER_EVERY = 3600n;

/** Settings that prices depend on: the assets with their sources, and the debt asset. */
export interface OracleTerms {
  readonly assets: readonly AssetTerms[];
  readonly debtDecimals: bigint;
  readonly debtSource?: Source;
}

interface AssetState {
  /** As listed. Only the fields that the price depends on are read. */
  readonly terms: AssetTerms;
  primary: FeedState;
  secondary: FeedState;
  accepted: { price: bigint; timestamp: bigint };
  death: Death;
  told: LastKnown | null;
}

/**
 * A feed's answer, null while it does not answer, and its last answer with those before. The last
 * answers stay the feed's rounds while it does not answer.
 */
interface FeedState {
  readonly answer: FeedAnswer | null;
  readonly last: FeedAnswer | null;
}

const SILENT: FeedState = { answer: null, last: null };

/**
 * The feed after it answers `answer`; null: it does not answer. An answer that differs from the
 * last one is a new round.
 */
function answered({ last }: FeedState, answer: FeedAnswer | null): FeedState {
  if (answer === null) return { answer: null, last };
  if (last !== null && last.answer === answer.answer && last.updatedAt === answer.updatedAt) {
    return { answer: last, last };
  }
  const past = last === null ? [] : [last, ...(last.past ?? [])].slice(0, MAX_ROUNDS_BACK);
  const next = { ...answer, past: past.map(({ answer: a, updatedAt }) => ({ answer: a, updatedAt })) };
  return { answer: next, last: next };
}

/** Feeds, last good prices and deaths of all assets. Mirrors `OracleGuard`. */
export class OracleGuard {
  private readonly assets: AssetState[];
  private debt: FeedState = SILENT;
  /** Remembered answer of the debt asset's source, and the time of the answer [feed units, s]. */
  private debtKept = { answer: 0n, timestamp: 0n };

  constructor(
    private readonly terms: OracleTerms,
    private readonly clock: Clock,
  ) {
    this.assets = terms.assets.map((asset) => ({
      terms: asset,
      primary: SILENT,
      secondary: SILENT,
      accepted: { price: 0n, timestamp: 0n },
      death: NO_DEATH,
      told: null,
    }));
  }

  /** Copies the state of `other`. Later changes of one do not reach the other. */
  copyFrom(other: OracleGuard): void {
    this.debt = other.debt;
    this.debtKept = other.debtKept;
    other.assets.forEach((asset, id) => Object.assign(this.asset(id), asset));
  }

  // ------------------------------------------------------------------ prices

  /** Price of an asset now. */
  price(id: number): Price {
    return this.priceAndExpiry(id).price;
  }

  /**
   * Price of an asset now, and the time until which it stays usable [s]. Mirrors
   * `OracleGuard.priceAndExpiry`.
   */
  priceAndExpiry(id: number): LastingPrice {
    return priceAndExpiryOf(this.priced(id), this.debtSide(), this.asset(id).terms.composed, this.clock.now);
  }

  /** Figures known of an asset while it is dead. Mirrors `OracleGuard.lastKnown`. */
  lastKnown(id: number): LastKnown {
    return lastKnownOf(this.priced(id), this.debtSide(), this.asset(id).terms.composed, this.clock.now);
  }

  /** Price of an asset now, if risk may be taken on it. Throws `PriceNotGood`. */
  goodPrice(id: number): Price {
    const price = this.price(id);
    if (price.status !== "good") throw new ModelError("PriceNotGood", [id, statusNumber(price.status)]);
    return price;
  }

  /** Prices of all assets now, by id. */
  prices(): Price[] {
    return this.assets.map((_, id) => this.price(id));
  }

  /**
   * Lowest and highest usable answer of an asset's primary feed since `from` [s], and the newest
   * one [1e36-scaled].
   */
  recentRange(id: number, from: bigint): ReturnType<typeof recentRange> {
    const { terms, primary } = this.asset(id);
    const unit = 10n ** (36n + this.terms.debtDecimals - terms.decimals - terms.primary.decimals);
    return recentRange(terms.primary, primary.answer, this.clock.now, unit, from);
  }

  // ------------------------------------------------------------------ feeds

  /** Sets the answer of an asset's feed; null: the feed stops answering. */
  setFeed(id: number, feed: FeedAnswer | null, which: "primary" | "secondary" = "primary"): void {
    const asset = this.asset(id);
    asset[which] = answered(asset[which], feed);
  }

  /** Answer of an asset's primary feed now [feed units]; 0 if it does not answer. */
  feedAnswer(id: number): bigint {
    return this.asset(id).primary.answer?.answer ?? 0n;
  }

  /** Sets the answer of the debt asset's own feed; null: the feed stops answering. */
  setDebtFeed(feed: FeedAnswer | null): void {
    this.debt = answered(this.debt, feed);
  }

  // ------------------------------------------------------------------ memory

  /**
   * Updates the last good price from a Good price, and records the death of a dead asset; returns
   * whether it updated. Mirrors `OracleGuard.updateLastGoodPrice`.
   */
  updateLastGoodPrice(id: number): boolean {
    const { status, liquidation } = this.price(id);
    if (status === "dead") this.recordDeath(id);
    if (status !== "good") return false;
    this.remember(id, liquidation);
    return true;
  }

  /**
   * Like `updateLastGoodPrice`, but updates only if the last update is at least an hour old.
   * Mirrors `OracleGuard.observe`.
   */
  observe(id: number): void {
    const { status, liquidation } = this.price(id);
    if (status === "dead") this.recordDeath(id);
    const due = this.clock.now - this.asset(id).accepted.timestamp >= REMEMBER_EVERY;
    if (status === "good" && due) this.remember(id, liquidation);
  }

  /** Records the deaths of assets whose prices the engine reads. Mirrors `PriceCache.read`. */
  recordDeaths(ids: Iterable<number>): void {
    for (const id of ids) if (this.price(id).status === "dead") this.recordDeath(id);
  }

  /**
   * Last good price of an asset [1e36-scaled] and the time of its update [s]; zeros if there is
   * none. Mirrors `OracleGuard.lastGoodPrice`.
   */
  lastGoodPrice(id: number): { readonly price: bigint; readonly timestamp: bigint } {
    return this.asset(id).accepted;
  }

  /** Sets the last good price of an asset as read from a chain. */
  restoreLastGoodPrice(id: number, price: bigint, timestamp: bigint): void {
    this.asset(id).accepted = { price, timestamp };
  }

  /**
   * Sets the figures known of a dead asset as read from a chain; null: they follow from its rounds.
   */
  restoreLastKnown(id: number, told: LastKnown | null): void {
    this.asset(id).told = told;
  }

  // ------------------------------------------------------------------ internals

  private asset(id: number): AssetState {
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
  private remember(id: number, price: bigint): void {
    this.asset(id).accepted = { price, timestamp: this.clock.now };
    const { debtSource } = this.terms;
    if (!this.asset(id).terms.composed || debtSource === undefined) return;
    const d = debtSaid(debtSource, this.debtSide(), this.clock.now);
    if (d.at > this.debtKept.timestamp) this.debtKept = { answer: d.price, timestamp: d.at };
  }

  /** Mirrors `OracleGuard._recordDeath`. */
  private recordDeath(id: number): void {
    const asset = this.asset(id);
    asset.death = recorded(asset.death, this.lastKnown(id).known, this.clock.now);
  }
}

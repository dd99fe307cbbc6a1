import { auctionMath, auctions, breakers, valueDown } from "../../model/index.js";
import type { AgentContext, AgentOperation } from "./agentContext.js";

/** Interval between updates of the last good price [s]. */
const GOOD_PRICE_EVERY = 86_400;
/** Interval between correlation pokes [s]. Correlations are computed per hour. */
const CORRELATION_EVERY = 3600;
/** A poke folds in at least this many rounds if as many are outstanding. */
const ROUNDS_PER_POKE = 100n;
const RESIDUALS = 0n;

/** Maintain prices, volatility, breaker and clocks of lots at their own expense. */
export class Maintainers {
  /** Newest poked round of each asset by id, and the next times of periodic work [s]. */
  private readonly pokedAt: bigint[];
  private goodPriceAt = 0;
  private correlationAt = 0;

  /** `volatility`, `breaker`: whether each is enabled and needs pokes. */
  constructor(
    assets: number,
    private readonly volatility: boolean,
    private readonly breaker: boolean,
  ) {
    this.pokedAt = Array.from({ length: assets }, () => 0n);
  }

  *decide(context: AgentContext): Generator<AgentOperation, void> {
    yield* this.followPrices(context);
    yield* reopen(context);
    yield* writeOffs(context);
    yield* clocks(context);
  }

  /**
   * Pokes volatility model and breaker after new prices. Pokes correlations and updates the last
   * good price at their intervals.
   */
  private *followPrices({ world, time }: AgentContext): Generator<AgentOperation, void> {
    const { histories } = world;
    let news = false;
    for (const [asset, feed] of histories.entries()) {
      const rounds = feed.newest - (this.pokedAt[asset] ?? 0n);
      if (rounds === 0n) continue;
      const first = this.pokedAt[asset] === 0n;
      this.pokedAt[asset] = feed.newest;
      if (this.volatility) {
        const calls = first ? 1 : Number((rounds + ROUNDS_PER_POKE - 1n) / ROUNDS_PER_POKE);
        yield { kind: "upkeep", operation: { kind: "pokeVolatility", asset, feed }, calls };
      }
      if (this.breaker) yield { kind: "upkeep", operation: { kind: "pokeBreaker", asset } };
      news ||= this.volatility || this.breaker;
    }
    if (!news) return;
    if (this.volatility && histories.length > 1 && time >= this.correlationAt) {
      this.correlationAt = time + CORRELATION_EVERY;
      for (let a = 0; a < histories.length; a++) {
        for (let b = a + 1; b < histories.length; b++) {
          yield { kind: "upkeep", operation: { kind: "pokeCorrelation", a, b } };
        }
      }
    }
    if (time < this.goodPriceAt) return;
    this.goodPriceAt = time + GOOD_PRICE_EVERY;
    for (const asset of histories.keys()) {
      yield { kind: "upkeep", operation: { kind: "updateLastGoodPrice", asset } };
    }
  }
}

/** Refreshes the breaker if an action that was closed is open again. */
function* reopen({ world, time }: AgentContext): Generator<AgentOperation, void> {
  const { state } = world.model.circuitBreaker;
  if (state.gatedActions.size === 0) return;
  if (breakers.refresh(state, BigInt(time)).gatedActions.size === state.gatedActions.size) return;
  yield { kind: "upkeep", operation: { kind: "refreshBreaker" } };
}

/** Writes off absorptions that are uneconomic. */
function* writeOffs({ world, prices }: AgentContext): Generator<AgentOperation, void> {
  const { auctionHouse, riskConfig } = world.model;
  for (const a of auctionHouse.state.open) {
    const value = a.lots.reduce((sum, lot) => sum + valueDown(lot.amount, prices[lot.asset]?.high ?? 0n), 0n);
    if (!auctionMath.isUneconomic(auctions.tabOf(a), value, riskConfig.system.dust)) continue;
    yield { kind: "writeOff", id: a.id };
  }
}

/** Restarts expired lots, and checkpoints clocks that have used up their credit. */
function* clocks({ world, prices, perBlock }: AgentContext): Generator<AgentOperation, void> {
  const { model } = world;
  const lots = [
    ...model.auctionHouse.state.open.flatMap((a) => a.lots.map((lot) => ({ id: a.id, lot }))),
    ...[...model.auctionHouse.state.residuals.values()].map((lot) => ({ id: RESIDUALS, lot })),
  ].filter(({ lot }) => lot.amount > 0n);
  let done = 0;
  for (const { id, lot } of lots) {
    if (done === perBlock) break;
    const { asset } = lot;
    const expired = model.auctionHouse.clockOf(lot) >= lot.terms.tail;
    if (expired && prices[asset]?.status === "dead") continue;
    const outOfCredit =
      model.now - lot.checkpoint > lot.credit &&
      model.oracleGuard.priceAndExpiry(asset).expiresAt > model.now;
    if (!expired && !outOfCredit) continue;
    yield { kind: "upkeep", operation: { kind: expired ? "restart" : "checkpoint", id, asset } };
    done += 1;
  }
}

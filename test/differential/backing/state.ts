import { type Mismatch } from "../../../src/twin/comparison.js";
import {
  WAD,
  auctionMath,
  auctions,
  backstops,
  breakers,
  ownerOf,
  pools,
  rampEndsAt,
} from "../../../src/model/index.js";
import { type World, differences } from "../world.js";

const PAIRS = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const;
/** Denominator of the model's correlation levels. */
const LEVELS = 75n;
const LAST = 2n ** 32n;

/** Figures of one side, by name. */
type Figures = ReadonlyMap<string, bigint>;

/** The actors' addresses, lower case. */
export function owners(w: World): readonly string[] {
  return w.actors.map((_, i) => ownerOf(w.keys[2 * i]!));
}

/**
 * Every difference between chain and model now: vaults, pool, prices, auctions, backstop and
 * policies.
 */
export async function allDifferences(w: World): Promise<readonly Mismatch[]> {
  const [front, chain] = await Promise.all([differences(w), chainFigures(w)]);
  const model = modelFigures(w);
  const names = [...new Set([...chain.keys(), ...model.keys()])];
  const behind = names.flatMap((what) => {
    const [c, m] = [chain.get(what), model.get(what)];
    return c === m ? [] : [{ what, chain: String(c), model: String(m) }];
  });
  return [...front, ...behind];
}

async function chainFigures(w: World): Promise<Figures> {
  const {
    auctionHouse: house,
    backstopPool: backstop,
    circuitBreaker: breaker,
    lendingPool: pool,
    riskConfig,
    volatilityModel: volatility,
  } = w.client;
  const figures = new Map<string, bigint>();
  const put = (name: string, value: bigint): void => void figures.set(name, value);
  const one = async (name: string, value: Promise<bigint>): Promise<void> => put(name, await value);
  const ids = w.model.terms.assets.map((_, id) => id);
  await Promise.all([
    house.absorptions(0, LAST).then((words) => words.forEach((word, i) => put(`absorptions[${i}]`, word))),
    house.shortfall().then(({ low, high }) => {
      put("shortfall.low", low);
      put("shortfall.high", high);
    }),
    one("penalties", house.expectedPenalties()),
    one("pool.exitAssets", pool.exitAssets()),
    pool.claims().then((c) => {
      put("pool.reserve", c.reserve);
      put("pool.due", c.backstopDue);
    }),
    one("backstop.cash", backstop.totalAssets()),
    one("backstop.shares", backstop.totalSupply()),
    one("backstop.capital", backstop.capital()),
    one("backstop.entryAssets", backstop.entryAssets()),
    one("backstop.exitAssets", backstop.exitAssets()),
    riskConfig.systemRisk().then(({ gatedActions }) => put("gatedActions", gatedActions)),
    ...ids.map(async (id) => {
      const lot = await house.lot(auctions.RESIDUALS, id);
      put(`residuals[${id}].amount`, lot.amount);
      put(`residuals[${id}].elapsed`, lot.elapsed);
      put(`residuals[${id}].multiplier`, lot.multiplier);
      put(`residuals[${id}].restarts`, lot.restarts);
    }),
    ...ids.map(async (id) => {
      const { model, floor } = await riskConfig.haircuts(id);
      put(`haircut[${id}]`, model);
      put(`haircutFloor[${id}]`, floor);
      const { risk } = await riskConfig.assetRisk(id);
      put(`ltv[${id}]`, risk.ltv);
      put(`threshold[${id}]`, risk.liquidationThreshold);
      const ramp = await riskConfig.thresholdRamp(id);
      put(`ramp[${id}].end`, ramp.end);
      put(`ramp[${id}].endsAt`, ramp.endsAt);
    }),
    ...ids.map(async (id) => {
      const range = await breaker.rangeOf(id);
      put(`range[${id}].lowest`, range.lowest);
      put(`range[${id}].highest`, range.highest);
      put(`doubtfulSince[${id}]`, (await breaker.tripConfigOf(id)).doubtfulSince);
    }),
    ...PAIRS.map(([a, b]) => one(`correlation[${a},${b}]`, volatility.correlation(a, b))),
    ...breakers.PAUSABLE_ACTIONS.flatMap((action, i) => [
      one(`pausedSeconds.${action}`, breaker.pausedSeconds(i)),
      one(`pausedUntil.${action}`, breaker.pausedUntil(i)),
    ]),
    ...owners(w).flatMap((owner) => [
      one(`tips.${owner}`, house.tips(owner)),
      one(`backstop.shares.${owner}`, backstop.balanceOf(owner)),
      one(`backstop.maxRedeem.${owner}`, backstop.maxRedeem(owner)),
      ...ids.map((id) => one(`claims.${owner}[${id}]`, house.claims(owner, id))),
      backstop.exitOf(owner).then((r) => {
        put(`exit.shares.${owner}`, r.shares);
        put(`exit.value.${owner}`, r.value);
        put(`exit.from.${owner}`, r.from);
      }),
    ]),
  ]);
  return figures;
}

function modelFigures(w: World): Figures {
  const { model } = w;
  const { now } = model;
  const { state: house } = model.auctionHouse;
  const { state: backstop } = model.backstopPool;
  const figures = new Map<string, bigint>();
  const put = (name: string, value: bigint): void => void figures.set(name, value);
  house.open
    .flatMap((a) => [
      ...[a.id, BigInt(a.owner), BigInt(a.keeper)],
      ...[auctions.tabOf(a).debt, a.left, BigInt(a.lots.length)],
      ...a.lots.flatMap((l) => [BigInt(l.asset), l.amount, model.auctionHouse.clockOf(l)]),
    ])
    .forEach((word, i) => put(`absorptions[${i}]`, word));
  const { low, high } = model.auctionHouse.shortfall();
  put("shortfall.low", low);
  put("shortfall.high", high);
  const prospects = model.backstopPool.pricing();
  put("penalties", prospects.penalties);
  put("pool.exitAssets", model.lendingPool.exitAssets());
  const claims = pools.claims(model.lendingPool.accrued, model.terms.pool);
  put("pool.reserve", claims.reserve);
  put("pool.due", claims.backstopDue);
  put("backstop.cash", backstop.cash);
  put("backstop.shares", backstop.totalShares);
  put("backstop.capital", model.backstopPool.capital());
  put("backstop.entryAssets", backstops.entryAssets(backstop, prospects));
  put("backstop.exitAssets", backstops.exitAssets(backstop, prospects));
  put("gatedActions", breakers.gatedActionBits(model.circuitBreaker.state));
  for (const id of model.terms.assets.keys()) {
    const lot = house.residuals.get(id);
    put(`residuals[${id}].amount`, lot?.amount ?? 0n);
    put(`residuals[${id}].elapsed`, lot === undefined ? 0n : model.auctionHouse.clockOf(lot));
    put(
      `residuals[${id}].multiplier`,
      lot === undefined ? 0n : auctionMath.multiplierUp(lot.terms, model.auctionHouse.clockOf(lot)),
    );
    put(`residuals[${id}].restarts`, lot?.restarts ?? 0n);
    const { ltv, liquidationThreshold } = model.riskConfig.termsOf(id);
    put(`ltv[${id}]`, ltv);
    put(`threshold[${id}]`, liquidationThreshold);
    put(`haircut[${id}]`, model.riskConfig.haircuts(id).model);
    put(`haircutFloor[${id}]`, model.riskConfig.haircuts(id).floor);
    const ramp = model.riskConfig.rampOf(id);
    put(`ramp[${id}].end`, ramp?.end ?? 0n);
    put(`ramp[${id}].endsAt`, ramp === null ? 0n : rampEndsAt(ramp));
    const watched = model.circuitBreaker.state.assets.get(id)!;
    const range = breakers.rangeOf(watched, now);
    put(`range[${id}].lowest`, range.lowest);
    put(`range[${id}].highest`, range.highest);
    put(`doubtfulSince[${id}]`, watched.doubtfulSince);
    for (const owner of owners(w)) {
      put(`claims.${owner}[${id}]`, house.claims.get(auctions.claimKey(owner, id)) ?? 0n);
    }
  }
  for (const [a, b] of PAIRS) {
    put(`correlation[${a},${b}]`, WAD - (model.volatilityModel.state.level(a, b) * WAD) / LEVELS);
  }
  for (const action of breakers.PAUSABLE_ACTIONS) {
    put(`pausedSeconds.${action}`, model.circuitBreaker.pausedSeconds(action));
    put(`pausedUntil.${action}`, breakers.pausedUntil(model.circuitBreaker.state, action));
  }
  for (const owner of owners(w)) {
    put(`tips.${owner}`, house.tips.get(owner) ?? 0n);
    put(`backstop.shares.${owner}`, backstops.sharesOf(backstop, owner));
    put(`backstop.maxRedeem.${owner}`, backstops.maxRedeem(backstop, prospects, owner, now));
    const request = backstop.requests.get(owner);
    const lapsed =
      request === undefined || request.shares === 0n || now > request.from + backstops.EXIT_WINDOW;
    put(`exit.shares.${owner}`, lapsed ? 0n : request.shares);
    put(`exit.value.${owner}`, lapsed ? 0n : request.value);
    put(`exit.from.${owner}`, lapsed ? 0n : request.from);
  }
  return figures;
}

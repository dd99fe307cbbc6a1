import { type Round, type RoundHistory, breakers, max, rampEndsAt } from "../../../src/model/index.js";
import { take } from "./bidders.js";
import { type Operation, cycled } from "./operation.js";
import { type Run } from "./run.js";
import { borrow, deposit, liquidate } from "./vaults.js";

/** Operations of breaker, volatility, governance, prices and time. */
export const MARKET = {
  ...{ pauseBid, pauseLiquidate, unpause, poke, refresh, volatility, hours },
  ...{ price, crash, rise, split, time, silence },
  ...{ threshold, settle, floor },
};

const IDS = [0, 1, 2] as const;
const PAIRS = [
  [0, 1],
  [2, 0],
  [1, 2],
] as const;

/** The guardian pauses bidding. In half of the cases a bid follows. */
async function pauseBid(r: Run, o: Operation): Promise<void> {
  if ((await pause(r, o, "Bid")) && o.pick % 2 === 0) await take(r, { ...o, elapsed: 1n });
}

/**
 * The guardian pauses liquidations. In two of three cases a liquidation follows, during the pause
 * or at about its end.
 */
async function pauseLiquidate(r: Run, o: Operation): Promise<void> {
  if (!(await pause(r, o, "Liquidate")) || o.pick % 3 === 0) return;
  const { now } = r.w.model;
  const until = breakers.pausedUntil(r.w.model.circuitBreaker.state, "Liquidate");
  await liquidate(r, { ...o, elapsed: o.pick % 3 === 1 ? 1n : max(until - now + o.edge, 1n) });
}

function unpause(r: Run, o: Operation): Promise<boolean> {
  const action = breakers.PAUSABLE_ACTIONS[2 + (o.pick % 2)]!;
  const { model, client } = r.w;
  return r.act(
    "unpause",
    o.elapsed,
    () => client.circuitBreaker.unpause(breakers.PAUSABLE_ACTIONS.indexOf(action)),
    () => {
      model.circuitBreaker.state = breakers.unpause(model.circuitBreaker.state, action, model.now);
    },
  );
}

/**
 * The breaker reads a price. In half of the cases the price moves by about the limit, and a borrow
 * follows.
 */
async function poke(r: Run, o: Operation): Promise<void> {
  await pokeOne(r, o.asset, o.elapsed);
  if (o.pick % 2 === 0) return;
  await r.quote(IDS.map((id) => (id === o.asset ? 843 + (o.pick % 10) : 1000)));
  await pokeOne(r, o.asset, 10n);
  await borrow(r, { ...o, elapsed: 10n });
}

function refresh(r: Run, o: Operation): Promise<boolean> {
  return r.act(
    "refresh",
    o.elapsed,
    () => r.w.client.circuitBreaker.refresh(),
    () => r.w.model.circuitBreaker.refresh(),
  );
}

/** Pokes every asset's volatility, then every pair's correlation. */
async function volatility(r: Run, o: Operation): Promise<void> {
  const { model, client } = r.w;
  await measureAll(r, o.elapsed);
  for (const [a, b] of PAIRS) {
    await r.act(
      "pair",
      1n,
      () => client.volatilityModel.pokeCorrelation(a, b),
      () => model.volatilityModel.state.pokeCorrelation(a, b),
    );
  }
}

/**
 * Passes four hours in which prices do not all move together, and measures them. Then a vault of
 * two collaterals borrows at its limit.
 */
async function hours(r: Run, o: Operation): Promise<void> {
  const { model, keys } = r.w;
  await measureAll(r, o.elapsed);
  for (let hour = 0; hour < 4; ++hour) {
    const moves = IDS.map((id) => 965 + ((o.pick >> (hour + 3 * id)) % 8) * 10);
    await r.quote(moves, 3600n);
  }
  await volatility(r, o);
  const mixed = keys.flatMap((key, i) => (model.vaultEngine.vault(key).balances.size > 1 ? [i] : []));
  const vault = cycled(mixed, o.vault) ?? o.vault;
  const asset = cycled([...model.vaultEngine.vault(r.vault(vault).key).balances.keys()], o.asset) ?? o.asset;
  await deposit(r, { ...o, vault, asset, share: 1000 });
  await borrow(r, { ...o, vault, share: 1000 });
}

/**
 * Governance sets a threshold, usually a lower one, which starts a ramp. In half of the cases a day
 * passes.
 */
async function threshold(r: Run, o: Operation): Promise<void> {
  const { model, client } = r.w;
  const { risk, supplyCap } = await client.riskConfig.assetRisk(o.asset);
  const liquidationThreshold = risk.liquidationThreshold + BigInt((o.pick % 60) - 45);
  const { token, minBonus, maxBonus, slope, decimals } = risk;
  const change = { ltv: liquidationThreshold - 300n, liquidationThreshold, minBonus, maxBonus, slope };
  await r.act(
    "threshold",
    o.elapsed,
    () => client.riskConfig.setAsset(o.asset, { ...change, token, decimals }, supplyCap),
    () => model.riskConfig.setAsset(o.asset, { ...change, supplyCap }),
  );
  if (o.pick % 2 === 0) await pass(r, "ramp", 80_000n);
}

/** Tries to settle a ramp at about the time of its end. */
function settle(r: Run, o: Operation): Promise<boolean> {
  const { model, client } = r.w;
  const asset = IDS.find((id) => model.riskConfig.rampOf(id) !== null) ?? o.asset;
  const ramp = model.riskConfig.rampOf(asset);
  return r.act(
    "settle",
    ramp === null ? o.elapsed : max(rampEndsAt(ramp) - model.now + o.edge, 1n),
    () => client.riskConfig.settleThreshold(asset),
    () => {
      if (model.riskConfig.settleThreshold(asset)) r.note("settled");
    },
  );
}

/** Governance sets the least haircut. A borrow at the remaining limit follows. */
async function floor(r: Run, o: Operation): Promise<void> {
  const { model, client } = r.w;
  const least = BigInt(o.pick % 1500);
  await r.act(
    "floor",
    o.elapsed,
    () => client.riskConfig.setHaircutFloor(o.asset, least),
    () => model.riskConfig.setHaircutFloor(o.asset, least),
  );
  await borrow(r, { ...o, share: 1000 });
}

function price(r: Run, o: Operation): Promise<void> {
  return r.quote(
    IDS.map((id) => (id === o.asset ? 780 + (o.pick % 400) : 1000)),
    o.elapsed,
  );
}

function crash(r: Run, o: Operation): Promise<void> {
  return r.quote(IDS.map((id) => 300 + ((o.pick >> id) % 500)));
}

function rise(r: Run, o: Operation): Promise<void> {
  return r.quote(IDS.map((id) => 1100 + ((o.pick >> id) % 900)));
}

/** Moves only the second source of the asset that has two. */
function split(r: Run, o: Operation): Promise<void> {
  return r.quoteSecondary(1, 940 + (o.pick % 120));
}

function time(r: Run, o: Operation): Promise<boolean> {
  return pass(r, "time", o.elapsed * 6n);
}

/** Up to four days pass without an answer of any feed. */
function silence(r: Run, o: Operation): Promise<boolean> {
  return pass(r, "silence", 80_000n * BigInt(1 + (o.pick % 4)));
}

function pass(r: Run, name: string, elapsed: bigint): Promise<boolean> {
  return r.act(
    name,
    elapsed,
    () => r.w.client.lendingPool.addInterest(),
    () => r.w.model.lendingPool.addInterest(),
  );
}

function pokeOne(r: Run, asset: number, elapsed: bigint): Promise<boolean> {
  const { model, client } = r.w;
  return r.act(
    "poke",
    elapsed,
    () => client.circuitBreaker.poke(asset),
    () => {
      if (model.circuitBreaker.poke(asset)) r.note("tripped");
    },
  );
}

function pause(r: Run, o: Operation, action: breakers.PausableAction): Promise<boolean> {
  const { model, client } = r.w;
  const duration = o.share === 1000 ? 3600n + o.edge : BigInt(o.share) * 3n;
  return r.act(
    `pause${action}`,
    o.elapsed,
    () => client.circuitBreaker.pause(breakers.PAUSABLE_ACTIONS.indexOf(action), duration),
    () => {
      model.circuitBreaker.state = breakers.pause(model.circuitBreaker.state, action, duration, model.now);
    },
  );
}

async function measureAll(r: Run, elapsed: bigint): Promise<void> {
  const { model, client } = r.w;
  for (const id of IDS) {
    const history = await roundsOf(r, id);
    await r.act(
      "volatility",
      id === 0 ? elapsed : 1n,
      () => client.volatilityModel.poke(id),
      () => model.volatilityModel.poke(id, history),
    );
  }
}

/** Rounds of an asset's primary feed that its series has not read. */
async function roundsOf(r: Run, id: number): Promise<RoundHistory> {
  const feed = r.w.client.feeds[id]!;
  const newest = (await feed.latestRoundData()).id;
  const seen = r.w.model.volatilityModel.state.series(id).round;
  const rounds = new Map<bigint, Round>();
  for (let at = seen === 0n ? newest : seen + 1n; at <= newest; ++at) {
    const { answer, updatedAt } = await feed.getRoundData(at);
    rounds.set(at, { id: at, answer, updatedAt });
  }
  return { address: (await feed.getAddress()).toLowerCase(), newest, round: (at) => rounds.get(at) ?? null };
}

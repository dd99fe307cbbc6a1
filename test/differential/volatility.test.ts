import { expect } from "chai";
import fc from "fast-check";
import { network } from "hardhat";
import { type NetworkConnection } from "hardhat/types/network";

import {
  type MarginRisk,
  type RoundHistory,
  VolatilityState,
  WAD,
  decayDown,
  lnDown,
  powerDown,
  varianceOf,
} from "../../src/model/index.js";
import {
  MockPriceFeed__factory,
  OracleGuard__factory,
  RiskConfig__factory,
  VolatilityModel__factory,
} from "../../types/index.js";

const DEEP = process.env.DEEP === "1";
const PARAMETERS = {
  halfLife: 86_400n,
  horizon: 14_400n,
  z: 3n * WAD,
  floor: 100n,
  ceiling: 5_000n,
  priorVariance: 32n * 10n ** 18n,
};
const BOUNDS = { minAnswer: 10n, maxAnswer: 10n ** 14n };
const RISKS = [
  { ltv: 7_500n, liquidationThreshold: 8_000n },
  { ltv: 6_500n, liquidationThreshold: 7_200n },
  { ltv: 8_800n, liquidationThreshold: 9_200n },
] as const;
const ASSETS = [0, 1, 2] as const;
const PAIRS = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const;

/** Guard, parameters and model with three assets, one feed each; the deployer may do everything. */
async function deploy(connection: NetworkConnection) {
  const { ethers } = connection;
  const [signer] = await ethers.getSigners();
  const manager = await ethers.deployContract("AccessManager", [signer]);
  const riskConfig = RiskConfig__factory.connect(
    await (
      await ethers.deployContract("RiskConfig", [
        manager,
        { borrowCap: 1n, dust: 1n, targetHealth: 10_500n, stuckHealth: 8_700n, gatedActions: 0 },
      ])
    ).getAddress(),
    signer,
  );
  const oracle = OracleGuard__factory.connect(
    await (await ethers.deployContract("OracleGuard", [manager, riskConfig, 6])).getAddress(),
    signer,
  );
  const model = VolatilityModel__factory.connect(
    await (
      await ethers.deployContract("VolatilityModel", [manager, oracle, riskConfig, PARAMETERS])
    ).getAddress(),
    signer,
  );
  await manager.getFunction("grantRole")(0, model, 0);
  const feeds = [];
  for (const id of ASSETS) {
    const token = await ethers.deployContract("TestToken", ["T", "T", 18]);
    const feed = await ethers.deployContract("MockPriceFeed", [8, "feed", 10n ** 11n]);
    const risk = { ...RISKS[id], token, minBonus: 0, maxBonus: 300, slope: 2_500, decimals: 0 };
    await riskConfig.listAsset(risk, 10n ** 30n);
    const none = { feed: ethers.ZeroAddress, heartbeat: 0, minAnswer: 0, maxAnswer: 0 };
    await oracle.setAssetSources(id, { feed, heartbeat: 3_600, ...BOUNDS }, none, 0, false);
    feeds.push(MockPriceFeed__factory.connect(await feed.getAddress(), signer));
  }
  return { connection, riskConfig, model, feeds };
}
type Contracts = Awaited<ReturnType<typeof deploy>>;

/** The rounds of a mock feed, kept beside it. */
class History implements RoundHistory {
  newest: bigint | null = 1n;
  readonly rounds = new Map<bigint, { id: bigint; answer: bigint; updatedAt: bigint }>();

  constructor(
    readonly address: string,
    updatedAt: bigint,
  ) {
    this.add(1n, 10n ** 11n, updatedAt);
  }

  round(id: bigint) {
    return this.rounds.get(id) ?? null;
  }

  add(id: bigint, answer: bigint, updatedAt: bigint): void {
    this.rounds.set(id, { id, answer, updatedAt });
    this.newest = id;
  }
}

const events = fc.array(
  fc.record({
    kind: fc.constantFrom(
      ...["round", "round", "round", "round", "round", "round", "round", "round", "tick", "tick"],
      ...[
        "wild",
        "back",
        "nothing",
        "skip",
        "phase",
        "poke",
        "poke",
        "pair",
        "pair",
        "restart",
        "parameters",
      ],
    ),
    asset: fc.nat(2),
    pair: fc.nat(2),
    move: fc.integer({ min: -800, max: 800 }),
    elapsed: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 3_600 }) },
      { weight: 1, arbitrary: fc.integer({ min: 3_600, max: 40_000 }) },
    ),
    wild: fc.oneof(fc.bigInt(-5n, 20n), fc.bigInt(1n, 2n ** 127n - 1n)),
  }),
  { minLength: 40, maxLength: 100 },
);
type Event = (typeof events extends fc.Arbitrary<infer T> ? T : never)[number];

/** Names of all figures that differ between two states. */
function mismatches(chain: unknown, model: unknown, at = "state"): readonly string[] {
  if (typeof chain !== "object" || typeof model !== "object" || chain === null || model === null) {
    return chain === model ? [] : [`${at}: ${String(chain)} on the chain, ${String(model)} in the model`];
  }
  const [c, m] = [new Map(Object.entries(chain)), new Map(Object.entries(model))];
  return [...new Set([...c.keys(), ...m.keys()])].flatMap((key) =>
    mismatches(c.get(key), m.get(key), `${at}.${key}`),
  );
}

describe("volatility: contract against model", function () {
  this.timeout(1_200_000);
  let contracts: Contracts;
  let snapshot: unknown;
  let start: bigint;
  const seen = new Set<string>();

  before(async () => {
    contracts = await deploy(await network.create());
    snapshot = await contracts.connection.provider.request({ method: "evm_snapshot", params: [] });
    start = (await contracts.feeds[0]!.latestRoundData()).updatedAt;
  });

  it("any sequence of rounds and pokes leaves both in the same state, to the unit", async () => {
    await fc.assert(
      fc.asyncProperty(events, async (list) => {
        const { provider } = contracts.connection;
        await provider.request({ method: "evm_revert", params: [snapshot] });
        snapshot = await provider.request({ method: "evm_snapshot", params: [] });
        const histories: History[] = [];
        for (const feed of contracts.feeds) {
          histories.push(
            new History((await feed.getAddress()).toLowerCase(), (await feed.latestRoundData()).updatedAt),
          );
        }
        const run = { state: new VolatilityState(PARAMETERS), histories, now: start + 1_000n };
        for (const asset of ASSETS) await perform(run, { ...SOME, kind: "poke", asset });
        for (const event of list) await perform(run, event);
        for (const asset of ASSETS) await perform(run, { ...SOME, kind: "poke", asset });
        for (const pair of [0, 1, 2]) await perform(run, { ...SOME, kind: "pair", pair });
        expect(mismatches(await chainState(), modelState(run.state))).to.deep.equal([]);
        await checkPower(run.state, list);
      }),
      { numRuns: DEEP ? 100 : 25, endOnFailure: true },
    );
    expect([...seen]).to.include.members(["credit", "phase", "closed", "saturated"]);
  });

  const SOME: Event = { kind: "poke", asset: 0, pair: 0, move: 0, elapsed: 1, wild: 0n };

  async function perform(
    run: { state: VolatilityState; histories: History[]; now: bigint },
    event: Event,
  ): Promise<void> {
    const { model, feeds, connection } = contracts;
    run.now += BigInt(event.elapsed);
    await connection.provider.request({
      method: "evm_setNextBlockTimestamp",
      params: [`0x${run.now.toString(16)}`],
    });
    const feed = feeds[event.asset]!;
    const history = run.histories[event.asset]!;
    const latest = history.newest ?? 0n;
    const last = history.rounds.get(latest)!;
    const base = last.answer > 10n ** 6n && last.answer < 10n ** 13n ? last.answer : 10n ** 11n;
    const answer = (base * BigInt(10_000 + event.move)) / 10_000n;
    const set = async (value: bigint, at: bigint): Promise<void> => {
      await feed.setAnswerAt(value, at);
      history.add(latest + 1n, value, at);
    };
    switch (event.kind) {
      case "round":
        return set(answer, run.now);
      case "tick":
        return set(base + BigInt(event.move), run.now);
      case "wild":
        return set(event.wild, run.now);
      case "back":
        return set(answer, run.now - BigInt(event.elapsed) * 2n);
      case "nothing":
        return set(answer, 0n);
      case "skip":
        await feed.skipRounds(2);
        {
          history.add(latest + 2n, last.answer, last.updatedAt);
          return;
        }
      case "phase": {
        const phase = (latest >> 64n) + 1n + BigInt(event.pair);
        await feed.startPhase(phase, answer, run.now);
        seen.add("phase");
        history.add((phase << 64n) | 1n, answer, run.now);
        return;
      }
      case "poke": {
        const caughtUp = run.state.poke(event.asset, history, BOUNDS, run.now);
        for (let n = 0; !(await model.poke.staticCall(event.asset)) && n < 20; ++n)
          await model.poke(event.asset);
        await model.poke(event.asset);
        return void expect(caughtUp).to.equal(true);
      }
      case "pair": {
        const [a, b] = PAIRS[event.pair]!;
        run.state.pokeCorrelation(b, a);
        await model.pokeCorrelation(a, b);
        return;
      }
      case "restart":
        run.state.resetSeries(event.asset);
        await model.resetSeries(event.asset);
        return;
      default: {
        const parameters = { ...PARAMETERS, halfLife: BigInt(3_600 * (1 + Math.abs(event.move))) };
        run.state.parameters = parameters;
        await model.setParameters(parameters);
      }
    }
  }

  async function chainState() {
    const { model, riskConfig } = contracts;
    const assets = [];
    for (const id of ASSETS) {
      const s = await model.seriesOf(id);
      const count = await model.closeCount(id);
      const closes = [];
      for (let i = 0n; i < count; ++i) closes.push(await model.closeAt(id, i));
      const [risk] = await riskConfig.depositTerms(id);
      assets.push({
        ...{
          feed: s.feed.toLowerCase(),
          round: s.round,
          priced: s.priced,
          linked: s.linked,
          missing: s.missing,
        },
        ...{ updatedAt: s.updatedAt, lnPrice: s.lnPrice, variance: s.variance },
        ...{ lnHigh: s.lnHigh, lnLow: s.lnLow, rangeVariance: s.rangeVariance },
        ...{ closes, haircut: (risk >> 237n) & 0x3fffn, follows: await model.varianceOf(id) },
      });
    }
    const pairs = [];
    for (const [a, b] of PAIRS) {
      const p = await model.pairOf(a, b);
      pairs.push({
        ...{ covariance: p.covariance, bar: p.bar, start: p.start, nextA: p.nextA, nextB: p.nextB },
        ...{ varianceA: p.varianceA, varianceB: p.varianceB, correlation: await model.correlation(a, b) },
      });
    }
    return { assets, pairs };
  }

  function modelState(state: VolatilityState) {
    const { halfLife } = state.parameters;
    const assets = ASSETS.map((id) => {
      const s = state.series(id);
      const closes = state.closes(id).map((c) => c.lnPrice | (c.bar << 72n) | (c.first ? 1n << 104n : 0n));
      if (closes.length > 0) seen.add("closed");
      const haircut = state.haircut(id);
      if (haircut === PARAMETERS.ceiling) seen.add("saturated");
      return { ...s, closes, haircut, follows: varianceOf(s, halfLife) };
    });
    const pairs = PAIRS.map(([a, b]) => {
      const level = state.level(a, b);
      if (level > 0n) seen.add("credit");
      return { ...state.pair(a, b), correlation: WAD - (level * WAD) / 75n };
    });
    return { assets, pairs };
  }

  async function checkPower(state: VolatilityState, list: readonly Event[]): Promise<void> {
    for (const members of [[0], [0, 1], [1, 2], [0, 1, 2]]) {
      const values = members.map((id, i) => ((list[i]?.wild ?? 0n) ** 2n / BigInt(id + 2)) % 2n ** 128n);
      const risks: MarginRisk[] = members.map((id) => ({ ...RISKS[id]!, haircut: state.haircut(id) }));
      const set = members.reduce((bits, id) => bits | (1n << BigInt(id)), 0n);
      const power = await contracts.model.borrowingPowerDown(set, values);
      expect(power).to.equal(powerDown(values, risks, state.levels(members)));
    }
  }
});

describe("volatility: model against floating point", () => {
  it("the logarithm is that of the language, to its precision", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 128n), (x) => {
        const exact = Math.log(Number(x));
        expect(Math.abs(Number(lnDown(x)) / 1e18 - exact) <= 1e-14 * Math.max(1, exact)).to.equal(true);
      }),
    );
  });

  it("the decay is a power of one half, to the language's precision", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10 ** 7 }),
        fc.integer({ min: 3_600, max: 10 ** 7 }),
        (t, halfLife) => {
          const exact = 2 ** (-t / halfLife);
          expect(Math.abs(Number(decayDown(BigInt(t), BigInt(halfLife))) / 1e18 - exact) < 1e-15).to.equal(
            true,
          );
        },
      ),
    );
  });
});

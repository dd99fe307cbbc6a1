import { expect } from "chai";
import { type ContractTransactionReceipt } from "ethers";
import fc from "fast-check";
import { network } from "hardhat";
import { type NetworkConnection } from "hardhat/types/network";

import "../support/fuzzSeed.js";
import { deployInMemory } from "../../deploy/inMemory.js";
import { type OracleGuard, SystemModel, statusNumber } from "../../src/model/index.js";
import { type Client, connect } from "../../src/protocol/client.js";
import { termsOf } from "../../src/protocol/deployments.js";
import { type SystemParameters, parseParameters } from "../../src/protocol/parameters/convert.js";
import { type MockPriceFeed, MockPriceFeed__factory } from "../../types/index.js";

const RUNS = process.env.DEEP === "1" ? 400 : 60;
const IDS = [0, 1, 2, 3] as const;
const UNIT = 10n ** 8n;

/**
 * Sources with different heartbeats, so that no two expire together, and with bounds that answers
 * often leave.
 */
const source = (heartbeatSeconds: number, minAnswer: string, maxAnswer: string) => ({
  feed: { mock: { decimals: 8, answer: "100" } },
  ...{ heartbeatSeconds, minAnswer, maxAnswer },
});

/** Assets with one source and with two, each also quoted in another currency. */
function parameters(): SystemParameters {
  const asset = (symbol: string, paired: boolean, composed: boolean) => ({
    symbol,
    token: { mock: { name: symbol, decimals: 18 } },
    primary: source(composed ? 3000 : 2000, "50", "200"),
    ...(paired && { secondary: source(4500, "20", "400"), maxDeviationBps: 300 }),
    composed,
    ...{ ltvBps: 7500, liquidationThresholdBps: 8000, minBonusBps: 0, maxBonusBps: 1000, slopeBps: 2500 },
    supplyCap: "1000000",
  });
  return parseParameters({
    debtAsset: {
      symbol: "USDX",
      token: { mock: { name: "Dollar", decimals: 6 } },
      source: { ...source(3600, "0.5", "2"), feed: { mock: { decimals: 8, answer: "1" } } },
    },
    rate: {
      ...{ basePerYear: "0.01", kink: "0.8", slopeBelowPerYear: "0.05", slopeAbovePerYear: "0.75" },
      ...{ maxPerYear: "2", reserveFactorBps: 1000 },
    },
    system: { borrowCap: "700000", dust: "100", targetHealthBps: 10500, stuckHealthBps: 9800 },
    assets: [
      asset("ONE", false, false),
      asset("TWO", true, false),
      asset("FAR", false, true),
      asset("ALL", true, true),
    ],
  });
}

const operations = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 6, arbitrary: fc.constant("answer" as const) },
      { weight: 1, arbitrary: fc.constantFrom("silence" as const, "repeat" as const) },
      { weight: 2, arbitrary: fc.constant("updateLastGoodPrice" as const) },
      { weight: 3, arbitrary: fc.constant("observe" as const) },
      { weight: 1, arbitrary: fc.constant("time" as const) },
    ),
    asset: fc.nat(3),
    feed: fc.nat(6),
    /** In thousandths of par, usually within the bounds and near the largest deviation. */
    answer: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 960, max: 1040 }) },
      { weight: 2, arbitrary: fc.integer({ min: 600, max: 1900 }) },
      { weight: 3, arbitrary: fc.constantFrom(-1, 0, 1, 400, 500, 501, 1999, 2000, 3000) },
    ),
    /** Age of the answer [s]. */
    age: fc.oneof(
      { weight: 5, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.integer({ min: 1, max: 16_000 }) },
      { weight: 1, arbitrary: fc.constantFrom(-1, 1_700_000_000) },
    ),
    elapsed: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 1500 }) },
      { weight: 1, arbitrary: fc.constantFrom(3600, 5000, 12_000, 90_000, 700_000) },
    ),
  }),
  { minLength: 20, maxLength: 45 },
);
type Operation = (typeof operations extends fc.Arbitrary<infer T> ? T : never)[number];

/** One feed of the chain. `tell` gives its answer to the model. */
interface Feed {
  readonly contract: MockPriceFeed;
  readonly code: string;
  readonly par: bigint;
  readonly tell: (guard: OracleGuard, answer: { answer: bigint; updatedAt: bigint } | null) => void;
}

/** The oracle guards of chain and model, moved together. */
class World {
  /** Time since which each asset's death was on record at the last operation on it [s]. */
  private readonly since = new Map<number, bigint>();

  private constructor(
    readonly connection: NetworkConnection,
    readonly client: Client,
    readonly feeds: readonly Feed[],
    readonly model: SystemModel,
  ) {}

  /** Time of the newest block [s]. */
  get now(): bigint {
    return this.model.now;
  }

  static async create(connection: NetworkConnection): Promise<World> {
    const deployment = await deployInMemory(connection, parameters());
    const [signer] = await connection.ethers.getSigners();
    if (signer === undefined) throw new Error("the chain has no account");
    const client = connect(deployment, signer);
    const feed = async (address: string, par: bigint, tell: Feed["tell"]): Promise<Feed> => {
      const contract = MockPriceFeed__factory.connect(address, signer);
      return { contract, code: (await contract.getDeployedCode()) ?? "0x", par, tell };
    };
    const { assets, debtAsset } = deployment;
    const named = assets.flatMap(({ id, primary, secondary }) => [
      feed(primary.feed, 100n * UNIT, (m, a) => m.setFeed(id, a, "primary")),
      ...(secondary ? [feed(secondary.feed, 100n * UNIT, (m, a) => m.setFeed(id, a, "secondary"))] : []),
    ]);
    const debt = debtAsset.source;
    if (debt === undefined) throw new Error("the debt asset has no source");
    const feeds = await Promise.all([...named, feed(debt.feed, UNIT, (m, a) => m.setDebtFeed(a))]);
    const model = new SystemModel(termsOf(deployment), 0n);
    for (const { contract, tell } of feeds) {
      const { answer, updatedAt } = await contract.latestRoundData();
      tell(model.oracleGuard, { answer, updatedAt });
    }
    const world = new World(connection, client, feeds, model);
    // Both sides update now, because the deployment has remembered earlier prices.
    for (const id of IDS) {
      await world.send(1, () => client.oracleGuard.updateLastGoodPrice(id));
      model.oracleGuard.updateLastGoodPrice(id);
    }
    return world;
  }

  /** Performs one operation on both sides and compares the oracle's events. */
  async perform(o: Operation): Promise<void> {
    const { oracleGuard: oracle } = this.client;
    const { kind } = o;
    if (kind === "updateLastGoodPrice" || kind === "observe") {
      const before = this.model.oracleGuard.lastGoodPrice(o.asset);
      const receipt = await this.send(o.elapsed, () => oracle[kind](o.asset));
      this.model.oracleGuard[kind](o.asset);
      const after = this.model.oracleGuard.lastGoodPrice(o.asset);
      const dead = this.model.oracleGuard.price(o.asset).status === "dead";
      const since = dead ? this.model.oracleGuard.lastKnown(o.asset).deadSince : 0n;
      const expected: (readonly [string, ...bigint[]])[] = [];
      if (after !== before)
        expected.push(["LastGoodPriceUpdated", BigInt(o.asset), after.price, after.timestamp]);
      if (dead && since !== this.since.get(o.asset)) expected.push(["DeathRecorded", BigInt(o.asset), since]);
      if (dead) this.since.set(o.asset, since);
      expect(this.told(receipt)).to.deep.equal(expected);
      return;
    }
    const feed = this.feeds[o.feed % this.feeds.length]!;
    if (o.kind === "answer" || o.kind === "repeat") {
      await this.speak(feed, true);
      const { answer: last } = await feed.contract.latestRoundData();
      const answer = o.kind === "repeat" ? last : (feed.par * BigInt(o.answer)) / 1000n;
      const at = this.now + BigInt(o.elapsed - o.age);
      await this.send(o.elapsed, () => feed.contract.setAnswerAt(answer, at));
      feed.tell(this.model.oracleGuard, { answer, updatedAt: at });
      return;
    }
    if (o.kind === "silence") {
      await this.speak(feed, false);
      feed.tell(this.model.oracleGuard, null);
    }
    await this.send(o.elapsed, () => this.client.lendingPool.addInterest());
  }

  /** Every difference between chain and model. */
  async differences(): Promise<string[]> {
    const { oracleGuard: oracle } = this.client;
    const found: string[] = [];
    const equal = (what: string, chain: bigint, model: bigint): void => {
      if (chain !== model) found.push(`${what}: ${String(chain)} / ${String(model)}`);
    };
    for (const id of IDS) {
      const [[price, expiresAt], told, accepted] = await Promise.all([
        oracle.priceAndExpiry(id),
        oracle.lastKnown(id),
        oracle.lastGoodPrice(id),
      ]);
      const model = this.model.oracleGuard.priceAndExpiry(id);
      for (const field of ["liquidation", "low", "high"] as const)
        equal(`${field} ${id}`, price[field], model.price[field]);
      equal(`status ${id}`, price.status, statusNumber(model.price.status));
      equal(`expiry ${id}`, expiresAt, model.expiresAt);
      const { known, deadSince } = this.model.oracleGuard.lastKnown(id);
      equal(`since ${id}`, told.deadSince, deadSince);
      for (const field of ["base", "most", "least", "aliveAt", "unseenBefore"] as const) {
        equal(`known ${field} ${id}`, told.known[field], known[field]);
      }
      equal(`fades ${id}`, BigInt(told.known.fades), BigInt(known.fades));
      equal(`accepted ${id}`, accepted.goodPrice, this.model.oracleGuard.lastGoodPrice(id).price);
      equal(`accepted at ${id}`, accepted.timestamp, this.model.oracleGuard.lastGoodPrice(id).timestamp);
    }
    return found;
  }

  /** A copy of this world for another run. */
  fresh(model: SystemModel): World {
    return new World(this.connection, this.client, this.feeds, model.clone());
  }

  private async send(
    elapsed: number,
    call: () => Promise<{ wait(): Promise<ContractTransactionReceipt | null> }>,
  ) {
    const latest = await this.connection.ethers.provider.getBlock("latest");
    this.model.now = BigInt((latest?.timestamp ?? 0) + elapsed);
    const params = [`0x${this.now.toString(16)}`];
    await this.connection.provider.request({ method: "evm_setNextBlockTimestamp", params });
    return (await call()).wait();
  }

  /** The oracle's events in a receipt. */
  private told(receipt: ContractTransactionReceipt | null): (readonly [string, ...bigint[]])[] {
    const { oracleGuard: oracle } = this.client;
    return (receipt?.logs ?? [])
      .filter((log) => log.address === oracle.target)
      .map((log) => oracle.interface.parseLog(log)!)
      .map(({ name, args }) => [name, ...args.map(BigInt)] as const);
  }

  /**
   * Puts a feed's code in place or takes it away. Without code the feed answers nothing, past
   * rounds included.
   */
  private async speak({ contract, code }: Feed, speaks: boolean): Promise<void> {
    const params = [contract.target, speaks ? code : "0x"];
    await this.connection.provider.request({ method: "hardhat_setCode", params });
  }
}

describe("the oracle against its model", function () {
  this.timeout(3_600_000);
  let world: World;
  let snapshot: unknown;

  before(async () => {
    world = await World.create(await network.create());
    snapshot = await world.connection.provider.request({ method: "evm_snapshot", params: [] });
    expect(await world.differences()).to.deep.equal([]);
  });
  after(() => world.connection.close());

  it("whatever its feeds answer, prices, expiries, what is remembered and what its events say are the model's", async () => {
    const start = world.model.clone();
    await fc.assert(
      fc.asyncProperty(operations, async (list) => {
        const { provider } = world.connection;
        await provider.request({ method: "evm_revert", params: [snapshot] });
        snapshot = await provider.request({ method: "evm_snapshot", params: [] });
        const run = world.fresh(start);
        for (const operation of list) {
          await run.perform(operation);
          expect(await run.differences(), JSON.stringify(operation)).to.deep.equal([]);
        }
      }),
      { numRuns: RUNS },
    );
  });
});

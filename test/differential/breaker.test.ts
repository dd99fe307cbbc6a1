import { expect } from "chai";
import fc from "fast-check";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import "../support/fuzzSeed.js";
import {
  ModelError,
  breakers,
  compactDown,
  compactUp,
  rampEndsAt,
  rampTo,
  thresholdAt,
} from "../../src/model/index.js";
import {
  AccessManager__factory,
  CircuitBreaker__factory,
  MockPriceFeed__factory,
  OracleGuard__factory,
  RiskConfig__factory,
  TestToken__factory,
} from "../../types/index.js";

const STATUSES = ["good", "doubtful", "dead"] as const;
const HEARTBEAT = 3600n;

type Operation =
  | { readonly kind: "pause"; readonly action: number; readonly duration: bigint }
  | { readonly kind: "unpause"; readonly action: number }
  | { readonly kind: "poke" }
  | { readonly kind: "price"; readonly percent: bigint }
  | { readonly kind: "second"; readonly percent: bigint }
  | { readonly kind: "silence"; readonly percent: bigint }
  | { readonly kind: "watch"; readonly watch: breakers.TripConfig }
  | { readonly kind: "refresh" };

const action = fc.nat(4);
/** Steps of time [s], half of which can meet the ends of windows, doubts and pauses exactly. */
const elapsed = fc.oneof(fc.constantFrom(300n, 600n, 900n, 1800n), fc.bigInt(1n, 5000n));
const percent = fc.bigInt(80n, 120n);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant("pause" as const),
    action,
    duration: fc.bigInt(0n, 300_000n).map((d) => (d % 3n === 0n ? d : d % 4000n)),
  }),
  fc.record({ kind: fc.constant("unpause" as const), action }),
  { weight: 4, arbitrary: fc.constant({ kind: "poke" as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("price" as const), percent }) },
  fc.record({ kind: fc.constant("second" as const), percent }),
  fc.record({ kind: fc.constant("silence" as const), percent }),
  fc.record({
    kind: fc.constant("watch" as const),
    watch: fc.record({
      limit: fc.bigInt(0n, 3000n),
      window: fc.constantFrom(60n, 1000n, 1800n, 3600n, 3600n, 86_400n, 59n),
      maxDoubtSeconds: fc.constantFrom(0n, 600n, 7200n),
      pause: fc.constantFrom(1n, 1800n, 21_600n, 0n),
    }),
  }),
  fc.constant({ kind: "refresh" as const }),
);

async function system(connection: NetworkConnection) {
  const [signer] = await connection.ethers.getSigners();
  if (signer === undefined) throw new Error("the chain has no account");
  const manager = await new AccessManager__factory(signer).deploy(signer.address);
  const riskConfig = await new RiskConfig__factory(signer).deploy(manager, {
    borrowCap: 1n,
    dust: 1n,
    targetHealth: 10_500n,
    stuckHealth: 8_700n,
    gatedActions: 0n,
  });
  const oracle = await new OracleGuard__factory(signer).deploy(manager, riskConfig, 6);
  const breaker = await new CircuitBreaker__factory(signer).deploy(manager, oracle);
  await manager.setTargetFunctionRole(
    riskConfig,
    [riskConfig.interface.getFunction("setGatedActions").selector],
    1,
  );
  await manager.grantRole(1, breaker, 0);
  const token = await new TestToken__factory(signer).deploy("Ether", "WETH", 18);
  const feed = await new MockPriceFeed__factory(signer).deploy(8, "feed", 2_000n * 10n ** 8n);
  const second = await new MockPriceFeed__factory(signer).deploy(8, "second", 2_010n * 10n ** 8n);
  const risk = {
    token,
    ltv: 7500,
    liquidationThreshold: 8000,
    minBonus: 0,
    maxBonus: 1000,
    slope: 2500,
    decimals: 0,
  };
  await riskConfig.listAsset(risk, 1n);
  // Two sources that may lie far apart, so that liquidation price, lowest and highest price differ.
  const source = { feed, heartbeat: HEARTBEAT, minAnswer: 1n, maxAnswer: 10n ** 20n };
  await oracle.setAssetSources(0, source, { ...source, feed: second }, 2_000, false);
  return { riskConfig, oracle, breaker, feed, second, risk };
}

describe("the breaker's model", () => {
  let connection: NetworkConnection;
  before(async () => {
    connection = await network.create();
  });
  after(() => connection.close());

  async function latest(): Promise<bigint> {
    return BigInt((await connection.ethers.provider.getBlock("latest"))?.timestamp ?? 0);
  }

  /** Sends a transaction at `now` [s]; returns the name of the custom error if it is refused. */
  async function at(
    now: bigint,
    send: () => Promise<unknown>,
    iface: { parseError(d: string): { name: string } | null },
  ) {
    await connection.provider.request({
      method: "evm_setNextBlockTimestamp",
      params: [`0x${now.toString(16)}`],
    });
    try {
      await send();
      return null;
    } catch (error) {
      await connection.provider.request({ method: "evm_mine", params: [] });
      const data = (error as { data?: unknown }).data;
      const parsed = typeof data === "string" ? iface.parseError(data) : null;
      if (parsed === null) throw error;
      return parsed.name;
    }
  }

  it("does what the contract does, operation by operation", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(operation, elapsed), { minLength: 10, maxLength: 40 }),
        async (steps) => {
          const { breaker, oracle, riskConfig, feed, second } = await system(connection);
          let model = breakers.newBreaker();
          let clock = (await latest()) + 1n;
          const started = clock;
          const first = { limit: 1200n, window: 3600n, maxDoubtSeconds: 3600n, pause: 1800n };
          await at(clock, () => breaker.setTripConfig(0, first), breaker.interface);
          model = breakers.setTripConfig(model, 0, first, clock);
          for (const [op, passed] of steps) {
            clock += op.kind === "pause" && passed % 7n === 0n ? passed * 60n : passed;
            const now = clock;
            const refused = await at(
              now,
              async () => {
                if (op.kind === "pause") await breaker.pause(op.action, op.duration);
                else if (op.kind === "unpause") await breaker.unpause(op.action);
                else if (op.kind === "watch") await breaker.setTripConfig(0, op.watch);
                else if (op.kind === "refresh") await breaker.refresh();
                else if (op.kind === "poke") await breaker.poke(0);
                else if (op.kind === "price" || op.kind === "second") {
                  const moved = op.kind === "price" ? feed : second;
                  await moved.setAnswer(((await feed.latestRoundData())[1] * op.percent) / 100n);
                } else await feed.setAnswerAt((await feed.latestRoundData())[1], now - op.percent * 100n);
              },
              breaker.interface,
            );
            let modelRefused: string | null = null;
            const told: (readonly [string, ...bigint[]])[] = [];
            try {
              const action = "action" in op ? breakers.PAUSABLE_ACTIONS[op.action]! : "Borrow";
              if (op.kind === "pause") {
                model = breakers.pause(model, action, op.duration, now);
                told.push(["Paused", BigInt(op.action), model.closures[action].pausedUntil]);
              } else if (op.kind === "unpause") {
                model = breakers.unpause(model, action, now);
                const grace = action === "Liquidate" ? breakers.graceUntil(model) : 0n;
                told.push(["Unpaused", BigInt(op.action), grace]);
              } else if (op.kind === "watch") {
                model = breakers.setTripConfig(model, 0, op.watch, now);
                const { limit, window, maxDoubtSeconds, pause } = op.watch;
                told.push(["TripConfigUpdated", 0n, limit, window, maxDoubtSeconds, pause]);
              } else if (op.kind === "refresh") model = breakers.refresh(model, now);
              else if (op.kind === "poke") {
                const p = await oracle.price(0);
                const price = {
                  liquidation: p.liquidation,
                  low: p.low,
                  high: p.high,
                  status: STATUSES[Number(p.status)]!,
                };
                const poked = breakers.poke(model, 0, price, now);
                model = poked.state;
                const until = now + (model.assets.get(0)?.watch.pause ?? 0n);
                for (const { past, since } of poked.trips) {
                  if (past !== 0n) told.push(["TrippedByMove", 0n, past, price.liquidation, until]);
                  else told.push(["TrippedByDoubt", 0n, since, until]);
                }
              }
            } catch (error) {
              if (!(error instanceof ModelError)) throw error;
              modelRefused = error.error;
            }
            expect(refused).to.equal(modelRefused);
            const newest = { address: await breaker.getAddress(), fromBlock: "latest" };
            const logs = await connection.ethers.provider.getLogs(newest);
            const events = logs.map((log) => breaker.interface.parseLog(log)!);
            expect(
              events.map(({ name, args }) => [name, ...args.toArray(true).flat().map(BigInt)]),
            ).to.deep.equal(told);

            const gatedActions = breakers.gatedActionBits(model);
            expect((await riskConfig.systemRisk()).gatedActions).to.equal(gatedActions);
            for (const [i, action] of breakers.PAUSABLE_ACTIONS.entries()) {
              expect(await breaker.pausedSeconds(i)).to.equal(breakers.pausedSeconds(model, action, now));
              expect(await breaker.pausedUntil(i)).to.equal(breakers.pausedUntil(model, action));
              const from = now - ((passed * BigInt(i + 1) * 7n) % (now - started + 1n));
              const between = breakers.pausedBetween(model, action, from, now - (now - from) / 3n);
              expect(await breaker.pausedBetween(i, from, now - (now - from) / 3n)).to.equal(between);
              for (const value of [109n, 110n]) {
                const verdict = await breaker.requireOpen(i, value, 100n).then(
                  () => null,
                  (e: unknown) =>
                    breaker.interface.parseError((e as { data: string }).data)?.name ?? "unknown",
                );
                expect(verdict).to.equal(breakers.refusal(model, action, value, 100n, now));
              }
            }
            expect(await breaker.graceUntil()).to.equal(breakers.graceUntil(model));
            const asset = model.assets.get(0);
            const range = await breaker.rangeOf(0);
            const expected = asset === undefined ? { lowest: 0n, highest: 0n } : breakers.rangeOf(asset, now);
            expect([range.lowest, range.highest]).to.deep.equal([expected.lowest, expected.highest]);
            expect((await breaker.tripConfigOf(0)).doubtfulSince).to.equal(asset?.doubtfulSince ?? 0n);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it("follows a threshold down its ramp", async () => {
    const { riskConfig, risk } = await system(connection);
    let clock = await latest();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.bigInt(2n, 9000n), fc.bigInt(1n, 5_000_000n)), { minLength: 1, maxLength: 6 }),
        async (steps) => {
          let current = (await riskConfig.assetRisk(0)).risk.liquidationThreshold;
          let ramp: ReturnType<typeof rampTo> = null;
          for (const [threshold, elapsed] of steps) {
            const live = await riskConfig.thresholdRamp(0);
            const startedAt = live.endsAt - (live.start - live.end) * 864n;
            ramp = live.endsAt === 0n ? null : { start: live.start, end: live.end, startedAt };
            clock += 1n;
            const set = { ...risk, ltv: 1n, liquidationThreshold: threshold };
            expect(await at(clock, () => riskConfig.setAsset(0, set, 1n), riskConfig.interface)).to.equal(
              null,
            );
            ramp = rampTo(current, ramp, threshold, clock);
            const ends = (await riskConfig.thresholdRamp(0)).endsAt;
            expect(ends).to.equal(ramp === null ? 0n : rampEndsAt(ramp));
            clock += elapsed;
            await at(clock, () => riskConfig.settleThreshold(0), riskConfig.interface);
            current = ramp === null ? threshold : thresholdAt(ramp, clock);
            expect((await riskConfig.assetRisk(0)).risk.liquidationThreshold).to.equal(current);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it("rounds the bounds of a source as the oracle does", async () => {
    const { oracle, feed } = await system(connection);
    await fc.assert(
      fc.asyncProperty(fc.bigInt(1n, 2n ** 100n), fc.nat(100), async (min, shift) => {
        const minAnswer = min >> BigInt(shift);
        const maxAnswer = minAnswer * 3n + 3n;
        await oracle.setDebtSource({ feed, heartbeat: 1n, minAnswer, maxAnswer });
        const inForce = await oracle.debtSource();
        expect([inForce.minAnswer, inForce.maxAnswer]).to.deep.equal([
          compactUp(minAnswer),
          compactDown(maxAnswer),
        ]);
      }),
      { numRuns: 40 },
    );
  });
});

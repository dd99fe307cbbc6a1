import { expect } from "chai";
import { network } from "hardhat";

import { MAX_UINT256, auctions, backstops, pools } from "../../src/model/index.js";
import { RandomStream } from "../../src/lab/system/random.js";
import { AuctionWorld, type Mirror } from "./auctionWorld.js";

const STEPS = process.env.DEEP === "1" ? 1_000 : 300;
const USD = 10n ** 6n;
const BID = 3;

/**
 * Runs random operations on the contracts and on the model of auctions and backstop. Both must
 * refuse the same and have the same state, to the unit.
 */
describe("auctions and backstop, contracts against model", () => {
  for (const frozen of [false, true]) {
    it(`agree after every operation, prices ${frozen ? "frozen at the start" : "live"}`, async function () {
      this.timeout(1_200_000);
      const w = await AuctionWorld.create(await network.create(), frozen);
      const { auctionHouse, backstopPool: backstop, lendingPool: pool, circuitBreaker: breaker } = w.client;
      const random = new RandomStream(Number(process.env.FUZZ_SEED ?? "1"), frozen ? "frozen" : "live");
      /** A number from 0 to n - 1. */
      const upTo = (n: bigint): bigint => random.between(0n, n - 1n);
      const pick = <T>(list: readonly T[]): T => list[Number(upTo(BigInt(list.length)))] as T;
      const done = new Map<string, number>();

      for (let i = 0; i < STEPS; ++i) {
        const actor = pick(w.actors);
        const me = actor.address;
        const open = w.model.auctions.open;
        const id = open.length === 0 || upTo(8n) === 0n ? upTo(3n) : pick(open).id;
        const asset = Number(upTo(2n));
        const elapsed = upTo(6n) === 0n ? 1 + Number(upTo(20_000n)) : 1 + Number(upTo(900n));
        const name = pick([
          ...[
            "absorb",
            "absorb",
            "price",
            "price",
            "take",
            "take",
            "take",
            "take",
            "take",
            "checkpoint",
            "checkpoint",
          ],
          ...[
            "restart",
            "restart",
            "writeOff",
            "claim",
            "claimTip",
            "stake",
            "stake",
            "request",
            "redeem",
            "cancel",
          ],
          ...["donate", "payBackstop", "pause", "writeOffVault"],
        ]);
        let verdicts: { chain: string | null; model: string | null } = { chain: null, model: null };
        const run = async (
          chain: Parameters<AuctionWorld["step"]>[1],
          model: Parameters<AuctionWorld["step"]>[2],
        ): Promise<void> => {
          verdicts = await w.step(elapsed, chain, model);
        };
        const pass = (m: Mirror): Mirror => m;

        if (name === "absorb" && open.length < 6) {
          await w.absorb(actor, upTo(2n) === 0n, 1_000n * USD + upTo(480n * USD), pick(w.actors).address);
          await w.syncPool();
        } else if (name === "writeOffVault") {
          await w.writeOffVault(actor, upTo(2n) === 0n);
          await w.syncPool();
        } else if (name === "price") {
          // Mostly near par, sometimes almost zero.
          const answer = upTo(8n) === 0n ? 1n + upTo(10n ** 10n) : 10n ** 11n + upTo(10n ** 11n);
          await w.price(asset, answer);
          await w.syncPool();
        } else if (name === "take") {
          const most = upTo(3n) === 0n ? MAX_UINT256 : upTo(asset === 0 ? 10n ** 18n : 10n ** 8n);
          const cap = upTo(4n) === 0n ? 15n * 10n ** (asset === 0 ? 26n : 36n) : MAX_UINT256;
          const house = auctionHouse.connect(actor);
          await run(
            () => house.take(id, asset, most, cap, me, "0x"),
            (m, s) => w.settled(m, auctions.take(m.auctions, s.world, id, asset, most, cap)),
          );
        } else if (name === "checkpoint") {
          await run(
            () => auctionHouse.checkpoint(id, asset),
            (m, s) => ({ ...m, auctions: auctions.checkpoint(m.auctions, s.world, id, asset) }),
          );
        } else if (name === "restart") {
          await run(
            () => auctionHouse.connect(actor).restart(id, asset),
            (m, s) => ({ ...m, auctions: auctions.restart(m.auctions, s.world, id, asset) }),
          );
        } else if (name === "writeOff") {
          if (upTo(3n) === 0n) for (const one of [0, 1]) await w.price(one, 10n ** 9n);
          await w.syncPool();
          await run(
            () => auctionHouse.writeOff(id),
            (m, s) => w.settled(m, auctions.writeOff(m.auctions, s.world, id)),
          );
        } else if (name === "claim") {
          await run(
            () => auctionHouse.connect(actor).claim(asset, me),
            (m) => ({ ...m, auctions: auctions.claim(m.auctions, me, asset).state }),
          );
        } else if (name === "claimTip") {
          await run(
            () => auctionHouse.connect(actor).claimTip(me),
            (m) => ({ ...m, auctions: auctions.claimTip(m.auctions, me).state }),
          );
        } else if (name === "stake") {
          const assets = upTo(400n * USD);
          await run(
            () => backstop.connect(actor).deposit(assets, me),
            (m, s) => ({ ...m, backstop: backstops.deposit(m.backstop, s.prospects, me, assets).backstop }),
          );
        } else if (name === "request" || name === "cancel") {
          const held = backstops.sharesOf(w.model.backstop, me);
          const shares = name === "cancel" ? 0n : upTo(held + held / 8n + 1n);
          await run(
            () => backstop.connect(actor).requestExit(shares),
            (m, s) => ({
              ...m,
              backstop: backstops.requestExit(m.backstop, s.prospects.due, me, shares, s.world.now),
            }),
          );
        } else if (name === "redeem") {
          const request = w.model.backstop.requests.get(me);
          const shares = upTo((request?.shares ?? 0n) + 1n);
          // In half of the cases right after the request has matured.
          const wait =
            request === undefined || upTo(2n) === 0n ? elapsed : Number(request.from - (await w.now()));
          verdicts = await w.step(
            Math.max(wait, 1),
            () => backstop.connect(actor).redeem(shares, me, me),
            (m, s) => ({
              ...m,
              backstop: backstops.redeem(m.backstop, s.prospects, me, shares, s.world.now).backstop,
            }),
          );
        } else if (name === "donate") {
          const amount = upTo(50n * USD);
          await run(
            () => backstop.connect(actor).donate(amount),
            (m) => ({ ...m, backstop: backstops.add(m.backstop, amount) }),
          );
        } else if (name === "payBackstop") {
          await run(
            () => pool.payBackstop(),
            (m) => {
              const o = pools.payBackstop(m.pool, w.poolTerms);
              return { ...m, pool: o.pool, backstop: backstops.add(m.backstop, o.paid) };
            },
          );
        } else if (name === "pause") {
          await run(() => breaker.pause(BID, 1n + upTo(3_600n)), pass);
          if (verdicts.chain?.startsWith("PauseTooSoon") === true) verdicts = { chain: null, model: null };
        }
        expect(verdicts.chain, `${String(i)} ${name}`).to.equal(verdicts.model);
        if (verdicts.chain === null) done.set(name, (done.get(name) ?? 0) + 1);
        if (!["take", "restart", "writeOff", "payBackstop"].includes(name) || verdicts.chain !== null) {
          await w.syncPool();
        }
        expect(await w.differences(), `${String(i)} ${name}`).to.deep.equal([]);
      }
      for (const name of [
        "absorb",
        "take",
        "checkpoint",
        "restart",
        "writeOff",
        "claim",
        "claimTip",
        "stake",
        "redeem",
      ]) {
        expect(done.get(name) ?? 0, `${name} never went through`).to.be.greaterThan(0);
      }
    });
  }

  it("agree while more absorptions are open than are valued, whatever their sizes and whoever is bought out", async function () {
    this.timeout(1_200_000);
    const w = await AuctionWorld.create(await network.create(), false);
    const random = new RandomStream(Number(process.env.FUZZ_SEED ?? "1"), "many");
    const [actor] = w.actors;
    if (actor === undefined) throw new Error("no account");
    let beyond = 0;
    for (let i = 0; i < auctions.MAX_VALUED + 20; ++i) {
      const debt = 1_000n * USD + random.between(0n, 480n * USD);
      await w.absorb(actor, random.between(0n, 1n) === 0n, debt, actor.address);
      await w.syncPool();
      const { open } = w.model.auctions;
      if (open.length <= auctions.MAX_VALUED) continue;
      beyond += 1;
      // Buys out one in three absorptions, valued or not.
      if (i % 3 === 0) {
        const { id, lots } = open[Number(random.between(0n, BigInt(open.length - 1)))]!;
        for (const { asset } of lots) {
          await w.step(
            1,
            () => w.client.auctionHouse.take(id, asset, MAX_UINT256, MAX_UINT256, actor.address, "0x"),
            (m, s) => w.settled(m, auctions.take(m.auctions, s.world, id, asset, MAX_UINT256, MAX_UINT256)),
          );
        }
        await w.syncPool();
      }
      expect(await w.differences(), `absorption ${String(i)}`).to.deep.equal([]);
    }
    expect(beyond).to.be.greaterThan(10);
  });
});

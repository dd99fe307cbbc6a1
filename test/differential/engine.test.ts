import { expect } from "chai";
import fc from "fast-check";
import { network } from "hardhat";

import { MAX_UINT256, type VaultKey, min, subFloor } from "../../src/model/index.js";
import { parameters } from "./setting.js";
import { type Verdicts, type World, createWorld, differences, mockFeed, step, syncFeeds } from "./world.js";

const DEEP = process.env.DEEP === "1";

const operations = fc.array(
  fc.record({
    kind: fc.constantFrom(
      ...[
        "deposit",
        "deposit",
        "borrow",
        "borrow",
        "repay",
        "withdraw",
        "liquidate",
        "liquidate",
        "liquidate",
      ],
      ...[
        "liquidate",
        "price",
        "price",
        "price",
        "crash",
        "feeds",
        "lend",
        "redeem",
        "unlend",
        "mint",
        "donate",
      ],
      ...["updateLastGoodPrice", "time", "topUp"],
    ),
    actor: fc.nat(2),
    vault: fc.nat(3),
    asset: fc.nat(2),
    /**
     * Size of the operation in thousandths of the available amount, with the edges overweighted.
     */
    share: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(1, 999, 1000)),
    noise: fc.bigInt(0n, 10n ** 6n),
    move: fc.integer({ min: -300, max: 250 }),
    elapsed: fc.oneof(
      { weight: 30, arbitrary: fc.integer({ min: 1, max: 7200 }) },
      { weight: 1, arbitrary: fc.integer({ min: 86_000, max: 400_000 }) },
    ),
  }),
  { minLength: 40, maxLength: 80 },
);
type Operation = (typeof operations extends fc.Arbitrary<infer T> ? T : never) extends (infer O)[]
  ? O
  : never;

const SOME = { actor: 1, asset: 0, share: 900, noise: 1n, move: 0, elapsed: 60 };
/**
 * Every run starts with open vaults, because otherwise many operations would be refused for lack of
 * one.
 */
const PRELUDE: readonly Operation[] = [0, 1, 2, 3].flatMap((vault) => [
  { ...SOME, kind: "deposit", vault },
  { ...SOME, kind: "deposit", vault, asset: 2, share: 300 },
  { ...SOME, kind: "borrow", vault },
]);

for (const debtDecimals of [6, 18]) {
  describe(`contracts against model, debt asset of ${debtDecimals} decimals`, function () {
    this.timeout(1_200_000);
    let world: World;
    let snapshot: unknown;
    const seen = new Map<string, number>();

    before(async () => {
      const connection = await network.create();
      world = await createWorld(connection, parameters(debtDecimals), 10n ** BigInt(debtDecimals) * 800_000n);
      snapshot = await connection.provider.request({ method: "evm_snapshot", params: [] });
    });

    it("any sequence of operations leaves both in the same state, to the unit, with the same refusals", async () => {
      const model = world.model.clone();
      await fc.assert(
        fc.asyncProperty(operations, async (list) => {
          const { provider } = world.connection;
          await provider.request({ method: "evm_revert", params: [snapshot] });
          snapshot = await provider.request({ method: "evm_snapshot", params: [] });
          const run = { ...world, model: model.clone() };
          for (const operation of [...PRELUDE, ...list]) {
            const verdicts = await perform(run, operation);
            const name =
              verdicts.chain === null
                ? operation.kind
                : `${operation.kind}:${verdicts.chain.split("(")[0] ?? ""}`;
            seen.set(name, (seen.get(name) ?? 0) + 1);
            expect(verdicts.model, operation.kind).to.equal(verdicts.chain);
            expect(await differences(run), operation.kind).to.deep.equal([]);
          }
          if ([0, 1, 2].some((id) => run.model.vaultEngine.assetTotals(id).auctioned > 0n))
            seen.set("write-off", 1);
        }),
        { numRuns: DEEP ? 100 : 20, seed: 20200312 + debtDecimals, endOnFailure: true },
      );
    });

    it("the sequences reached every operation, most refusals and every price status", () => {
      const reached = (name: string): number => seen.get(name) ?? 0;
      for (const kind of [
        "deposit",
        "borrow",
        "repay",
        "withdraw",
        "liquidate",
        "lend",
        "redeem",
        "donate",
        "updateLastGoodPrice",
        "topUp",
        "write-off",
      ]) {
        expect(reached(kind), kind).to.be.greaterThan(0);
      }
      for (const refusal of [
        "liquidate:VaultHealthy",
        "borrow:NotEnoughCollateral",
        "deposit:SupplyCapExceeded",
        "borrow:PriceNotGood",
      ]) {
        expect(reached(refusal), refusal).to.be.greaterThan(0);
      }
    });
  });
}

async function perform(w: World, o: Operation): Promise<Verdicts> {
  const { vaultEngine: engine, lendingPool: pool, oracleGuard: oracle, feeds } = w.client;
  const actor = w.actors[o.actor % w.actors.length]!;
  const address = await actor.getAddress();
  const key = w.keys[o.vault] as VaultKey;
  const ownerIndex = Math.floor(o.vault / 2);
  const owner = w.actors[ownerIndex]!;
  const e = engine.connect(owner);
  const elapsed = BigInt(o.elapsed);
  const of = (amount: bigint): bigint =>
    (amount * BigInt(o.share)) / 1000n + (o.share === 1000 ? 0n : o.noise % 7n);
  const { decimals } = w.model.terms.assets[o.asset]!;
  const debtUnit = 10n ** w.model.terms.debtDecimals;

  switch (o.kind) {
    case "deposit": {
      const amount = of([20n, 1n, 30_000n][o.asset]! * 10n ** decimals);
      return step(
        w,
        elapsed,
        () => e.deposit(key, o.asset, amount),
        () => w.model.vaultEngine.deposit(key, o.asset, amount),
      );
    }
    case "topUp": {
      const amount = of(10n ** decimals);
      const mayAct = actor === owner;
      const topUp = () => engine.connect(actor).deposit(key, o.asset, amount);
      const verdicts = await step(w, elapsed, topUp, () =>
        w.model.vaultEngine.deposit(key, o.asset, amount, mayAct),
      );
      return {
        ...verdicts,
        chain: verdicts.chain?.startsWith("NotAuthorised(") ? "NotAuthorised()" : verdicts.chain,
      };
    }
    case "borrow": {
      // At most a little more than the vault's collateral can carry.
      const { value, debt } = w.model.vaultEngine.health(key);
      const amount = o.share === 1 ? 5n : of(subFloor((value * 8n) / 10n, debt)) + 1n;
      return step(
        w,
        elapsed,
        () => e.borrow(key, amount, address),
        () => w.model.vaultEngine.borrow(key, amount),
      );
    }
    case "repay": {
      const amount = o.share === 1000 ? MAX_UINT256 : of(w.model.vaultEngine.health(key).debt);
      return step(
        w,
        elapsed,
        () => engine.connect(actor).repay(key, amount),
        () => w.model.vaultEngine.repay(key, amount),
      );
    }
    case "withdraw": {
      const amount =
        o.share === 1000 ? MAX_UINT256 : of(w.model.vaultEngine.vault(key).balances.get(o.asset) ?? 1n);
      return step(
        w,
        elapsed,
        () => e.withdraw(key, o.asset, amount, address),
        () => w.model.vaultEngine.withdraw(key, o.asset, amount),
      );
    }
    case "liquidate": {
      const [key, asset] = target(w, o);
      const limited = o.share % 3;
      const maxRepay = limited === 1 ? of(w.model.vaultEngine.health(key).debt) : MAX_UINT256;
      const maxSeize =
        limited === 2 ? of(w.model.vaultEngine.vault(key).balances.get(asset) ?? 1n) : MAX_UINT256;
      const call = {
        vault: key,
        asset,
        maxRepay,
        maxSeize,
        minSeize: 0n,
        deadline: MAX_UINT256,
        receiver: address,
        data: "0x",
      };
      return step(
        w,
        elapsed,
        () => engine.connect(actor).liquidate(call),
        () => w.model.vaultEngine.liquidate(key, asset, maxRepay, maxSeize),
      );
    }
    case "price": {
      const feed = feeds[o.asset]!;
      const { answer } = await feed.latestRoundData();
      const next = (answer * BigInt(1000 + o.move)) / 1000n + 1n;
      const verdicts = await step(
        w,
        elapsed,
        () => feed.setAnswer(next),
        () => undefined,
      );
      await refresh(w, o.asset);
      return verdicts;
    }
    case "crash": {
      // All collaterals fall by about two thirds, so that the rest does not cover the debt.
      const all = [
        ...feeds,
        ...w.client.deployment.assets.flatMap((a) => (a.secondary ? [mockFeed(w, a.secondary.feed)] : [])),
      ];
      for (const feed of all) {
        const { answer } = await feed.latestRoundData();
        await step(
          w,
          1n,
          () => feed.setAnswer((answer * BigInt(320 + o.move)) / 1000n + 1n),
          () => undefined,
        );
      }
      await syncFeeds(w);
      return liquidateAll(w, o.vault);
    }
    case "feeds": {
      const asset = w.client.deployment.assets[o.asset]!;
      const debtSource = w.client.deployment.debtAsset.source!;
      const feed = mockFeed(w, asset.secondary?.feed ?? debtSource.feed);
      const { answer } = await feed.latestRoundData();
      const next =
        o.share === 1
          ? -1n
          : ((answer < 0n ? 10n ** 8n : answer) * BigInt(1000 + Math.trunc(o.move / 10))) / 1000n;
      const verdicts = await step(
        w,
        elapsed,
        () => feed.setAnswer(next),
        () => undefined,
      );
      await refresh(w, -1);
      return verdicts;
    }
    case "lend": {
      const amount = of(50_000n * debtUnit);
      return step(
        w,
        elapsed,
        () => pool.connect(actor).deposit(amount, address),
        () => w.model.lendingPool.deposit(amount),
      );
    }
    case "mint": {
      const shares = of(1_000n * debtUnit * 10n ** 6n);
      return step(
        w,
        elapsed,
        () => pool.connect(actor).mint(shares, address),
        () => w.model.lendingPool.mint(shares),
      );
    }
    case "redeem": {
      const shares = min(of(await pool.maxRedeem(address)), await pool.maxRedeem(address)) / 2n;
      return step(
        w,
        elapsed,
        () => pool.connect(actor).redeem(shares, address, address),
        () => w.model.lendingPool.redeem(shares),
      );
    }
    case "unlend": {
      const assets = min(of(await pool.maxWithdraw(address)), await pool.maxWithdraw(address)) / 2n;
      return step(
        w,
        elapsed,
        () => pool.connect(actor).withdraw(assets, address, address),
        () => w.model.lendingPool.withdraw(assets),
      );
    }
    case "donate": {
      const amount = of(100n * debtUnit);
      return step(
        w,
        elapsed,
        () => pool.connect(actor).donate(amount),
        () => w.model.lendingPool.donate(amount),
      );
    }
    case "updateLastGoodPrice":
      return step(
        w,
        elapsed,
        () => oracle.updateLastGoodPrice(o.asset),
        () => w.model.oracleGuard.updateLastGoodPrice(o.asset),
      );
    default:
      return step(
        w,
        elapsed,
        () => pool.addInterest(),
        () => w.model.lendingPool.addInterest(),
      );
  }
}

/**
 * Liquidates one unhealthy vault asset by asset, without limits, until it is empty or the call is
 * refused.
 */
async function liquidateAll(w: World, pick: number): Promise<Verdicts> {
  const unhealthy = w.keys.filter((key) => w.model.vaultEngine.health(key).liquidatable);
  const vault = unhealthy[pick % Math.max(unhealthy.length, 1)];
  if (vault === undefined) return { chain: null, model: null };
  const limits = { maxRepay: MAX_UINT256, maxSeize: MAX_UINT256, minSeize: 0n, deadline: MAX_UINT256 };
  const receiver = await w.actors[0]!.getAddress();
  let verdicts: Verdicts = { chain: null, model: null };
  for (const asset of w.model.vaultEngine.vault(vault).balances.keys()) {
    verdicts = await step(
      w,
      1n,
      () => w.client.vaultEngine.liquidate({ vault, asset, ...limits, receiver, data: "0x" }),
      () => w.model.vaultEngine.liquidate(vault, asset),
    );
    if (verdicts.chain !== verdicts.model) break;
  }
  return verdicts;
}

/**
 * Usually an unhealthy vault and an asset that it holds; sometimes those that the operation names.
 */
function target(w: World, o: Operation): [VaultKey, number] {
  const unhealthy = w.keys.filter((key) => w.model.vaultEngine.health(key).liquidatable);
  if (unhealthy.length === 0 || o.noise % 5n === 0n) return [w.keys[o.vault] as VaultKey, o.asset];
  const key = unhealthy[o.vault % unhealthy.length] as VaultKey;
  const held = [...w.model.vaultEngine.vault(key).balances.keys()];
  return [key, held[o.asset % held.length] ?? o.asset];
}

/** Every primary feed except `except` repeats its last answer. */
async function refresh(w: World, except: number): Promise<void> {
  for (const [id, feed] of w.client.feeds.entries()) {
    if (id === except) continue;
    const { answer } = await feed.latestRoundData();
    await step(
      w,
      1n,
      () => feed.setAnswer(answer),
      () => undefined,
    );
  }
  await syncFeeds(w);
}

import { hrtime } from "node:process";

import { network } from "hardhat";

import { MAX_UINT256, type Price, type VaultKey } from "../model/index.js";
import type { Receipt, Sent } from "./chain.js";
import { InvariantLog, checkBook, checkLiquidation, checkStep, checkVault, marksOf } from "./invariants.js";
import {
  type CarriedOut,
  LIQUIDATION_GAS,
  SALE_GAS,
  gasInDebtUnits,
  planLiquidation,
  weiInDebtUnits,
} from "./keepers.js";
import { Ledger } from "./ledger.js";
import type { ReplayOptions } from "./options.js";
import { reconcile } from "./reconcile.js";
import type { Replay } from "./result.js";
import { Watch } from "./watch.js";
import { type LabWorld, createWorld, feedAnswer } from "./world.js";

/** A keeper acts this long after a price, and again after each block of its own [s]. */
const KEEPER_DELAY = 12;
/** How long keepers may go on after the last price [s]. */
const LAST_STEP = 120;
/** All vaults are compared at least this often [s]. */
const FULL_CHECK = 3600;
/** Call gas limits: generous, below what a transaction may use. */
const FEED_CALL_GAS = 100_000n;
const SWAP_CALL_GAS = 400_000n;
const LIQUIDATE_CALL_GAS = 900_000n;
const ORACLE_GAS_PRICE = 10n ** 9n;
const TRANSFER_TOPIC = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

/** Replays a scenario on an in-process chain. Nothing is read from or written to disk. */
export async function replay(options: ReplayOptions): Promise<Replay> {
  const started = hrtime.bigint();
  const { scenario } = options;
  const connection = await network.create({
    network: "default",
    override: {
      initialDate: new Date(((scenario.times[0] ?? 0) - 86_400) * 1000),
      initialBaseFeePerGas: 0,
      blockGasLimit: 1_000_000_000_000,
      loggingEnabled: false,
    },
  });
  try {
    const world = await createWorld(connection, scenario, options.settings, options.vaults, options.seed);
    const run = new ReplayRun(world, options);
    await run.all();
    const wallSeconds = Number((hrtime.bigint() - started) / 1_000_000n) / 1000;
    return run.ledger.finish(run.invariants, wallSeconds);
  } finally {
    await connection.close();
  }
}

/** One replay under way. */
class ReplayRun {
  readonly invariants = new InvariantLog();
  readonly ledger: Ledger;
  private readonly watch: Watch;
  private readonly minProfit: bigint;
  private readonly perBlock: number;
  private readonly deviationBps: bigint;
  private readonly heartbeat: number;
  /** Time of the last oracle update by asset [s]. */
  private readonly updatedAt: number[];
  private fullCheckAt = 0;

  constructor(
    private readonly world: LabWorld,
    private readonly options: ReplayOptions,
  ) {
    const { settings, scenario } = options;
    this.ledger = new Ledger(world, options);
    this.watch = new Watch(world.model);
    this.minProfit = this.ledger.debtUnits(settings.text("keeper", "minProfit"));
    this.perBlock = settings.integer("keeper", "perBlock");
    this.deviationBps = BigInt(settings.integer("oracle", "deviationBps"));
    this.heartbeat = settings.integer("oracle", "heartbeatSeconds");
    this.updatedAt = scenario.assets.map(() => Number(world.model.now));
  }

  async all(): Promise<void> {
    const { times } = this.options.scenario;
    await this.compareAll(times[0] ?? 0);
    for (const [step, time] of times.entries()) {
      const prices = this.options.scenario.prices[step] ?? [];
      await this.step(time, times[step + 1] ?? time + LAST_STEP, prices);
      this.options.onProgress?.(step + 1, times.length);
    }
    await this.compareAll(Infinity);
  }

  private async step(time: number, until: number, market: readonly bigint[]): Promise<void> {
    const { model, chain } = this.world;
    const before = marksOf(model, this.ledger.lendersLost);
    await this.priceBlock(time, until, market);
    let prices = model.prices();
    let ripe = this.watch.liquidatable(prices);
    this.ledger.observe(chain.blockNumber, ripe, prices);
    await this.compare([]);

    for (let at = time + Math.min(KEEPER_DELAY, until - time - 1); at < until; at += KEEPER_DELAY) {
      if (this.options.keeper === "off" || ripe.length === 0) break;
      const mined = model.now;
      model.now = BigInt(at);
      prices = model.prices();
      const touched = await this.keeperBlock(at, market, prices, ripe);
      if (touched.length === 0) {
        model.now = mined;
        break;
      }
      ripe = this.watch.liquidatable(prices);
      this.ledger.observe(chain.blockNumber, ripe, prices);
      await this.compare(touched);
    }
    checkStep(this.invariants, before, marksOf(model, this.ledger.lendersLost), chain.blockNumber);
    this.ledger.sample(time, market, prices, this.world.markets[0]?.priceWad() ?? 0n);
    await this.compareAll(time);
  }

  /** The block that carries a price: oracle updates and the arbitrageur's trades. */
  private async priceBlock(time: number, until: number, market: readonly bigint[]): Promise<void> {
    const { chain, client, model, actors, markets, routerAddress } = this.world;
    model.now = BigInt(time);
    const updates: { id: number; answer: bigint }[] = [];
    const sent: Sent[] = [];
    for (const [id, price] of market.entries()) {
      const answer = feedAnswer(price);
      if (this.updateDue(id, answer, until)) {
        const feed = client.feeds[id];
        if (feed === undefined) throw new RangeError(`no feed for asset ${id}`);
        const data = feed.interface.encodeFunctionData("setAnswer", [answer]);
        const address = client.deployment.assets[id]?.primary.feed ?? "";
        sent.push(await chain.send(actors.oracle, address, data, FEED_CALL_GAS, ORACLE_GAS_PRICE));
        updates.push({ id, answer });
      }
      const trade = markets[id]?.arbitrageCall(price, actors.arbitrageur) ?? null;
      if (trade !== null) {
        sent.push(
          await chain.send(actors.arbitrageur, routerAddress, trade, SWAP_CALL_GAS, ORACLE_GAS_PRICE),
        );
      }
    }
    const receipts = await chain.mine(time);
    for (const { hash } of sent) {
      if (receipts.get(hash)?.ok !== true)
        throw new Error(`block ${chain.blockNumber}: oracle or arbitrage failed`);
    }
    for (const { id, answer } of updates) {
      model.setFeed(id, { answer, updatedAt: BigInt(time) });
      this.updatedAt[id] = time;
    }
    if (sent.length > updates.length) await Promise.all(markets.map((m) => m.refresh()));
  }

  /** Deviation or heartbeat: an update also goes out if the next chance would come after the heartbeat. */
  private updateDue(id: number, answer: bigint, until: number): boolean {
    const last = this.world.model.feedAnswer(id);
    const moved = answer > last ? answer - last : last - answer;
    return moved * 10_000n >= this.deviationBps * last
      ? answer !== last
      : until - (this.updatedAt[id] ?? 0) > this.heartbeat;
  }

  /** A block of liquidations, each followed by the sale of what it seized. Returns the vaults it touched. */
  private async keeperBlock(
    time: number,
    market: readonly bigint[],
    prices: readonly Price[],
    ripe: readonly VaultKey[],
  ): Promise<VaultKey[]> {
    const { chain, client, model, actors, markets, routerAddress } = this.world;
    const gasPrice = this.options.scenario.gasPriceAt(time);
    const ether = this.ledger.etherPrice(market);
    const { decimals } = client.deployment.debtAsset;
    const gasCost = gasInDebtUnits(LIQUIDATION_GAS + SALE_GAS, gasPrice, ether, decimals);
    const view = { model, prices, markets, gasCost, minProfit: this.minProfit };
    const done: (CarriedOut & { liquidation: Sent; sale: Sent })[] = [];
    for (const key of ripe) {
      if (done.length === this.perBlock) break;
      const plan = planLiquidation(view, key);
      if (plan === null) continue;
      const call = {
        vault: key,
        asset: plan.asset,
        maxRepay: plan.maxRepay,
        maxSeize: MAX_UINT256,
        minSeize: plan.seized,
        deadline: BigInt(time),
        receiver: actors.keeper,
        data: "0x",
      };
      const health = model.health(key, prices);
      const result = model.liquidate(key, plan.asset, plan.maxRepay, MAX_UINT256, plan.seized);
      const block = chain.blockNumber + 1;
      checkLiquidation(this.invariants, key, health, model.health(key, prices), block);
      checkVault(this.invariants, model, key, block);
      const minimum = (plan.proceeds * 999n) / 1000n;
      const sale = markets[plan.asset]?.saleCall(plan.seized, minimum, actors.keeper) ?? "0x";
      markets[plan.asset]?.applySale(plan.seized);
      const data = client.engine.interface.encodeFunctionData("liquidate", [call]);
      const { engine } = client.deployment.contracts;
      done.push({
        plan,
        result,
        liquidation: await chain.send(actors.keeper, engine, data, LIQUIDATE_CALL_GAS, gasPrice),
        sale: await chain.send(actors.keeper, routerAddress, sale, SWAP_CALL_GAS, gasPrice),
      });
    }
    if (done.length === 0) return [];
    const receipts = await chain.mine(time);
    for (const { plan, result, liquidation, sale } of done) {
      const [first, second] = [receipts.get(liquidation.hash), receipts.get(sale.hash)];
      if (first === undefined || second === undefined) throw new Error("a keeper's transaction was lost");
      const gas = weiInDebtUnits(first.gasCost + second.gasCost, ether, decimals);
      const proceeds = received(second, client.deployment.debtAsset.token, actors.keeper);
      const failed = [first, second].filter((receipt) => !receipt.ok).length;
      this.ledger.liquidation({
        time,
        block: chain.blockNumber,
        first,
        plan,
        result,
        proceeds,
        gas,
        failed,
        market,
        prices,
      });
      this.watch.touch(plan.key);
    }
    await Promise.all(markets.map((m) => m.refresh()));
    return done.map(({ plan }) => plan.key);
  }

  private async compare(keys: readonly VaultKey[]): Promise<void> {
    this.ledger.reconciled(
      this.world.chain.blockNumber,
      await reconcile(this.world.client, this.world.model, keys),
    );
  }

  /** Compares every vault and checks the book, once an hour. */
  private async compareAll(time: number): Promise<void> {
    if (time < this.fullCheckAt) return;
    this.fullCheckAt = time + FULL_CHECK;
    await this.compare(this.world.vaults.map((v) => v.key));
    await checkBook(this.invariants, this.world.model, this.world.client, this.world.chain.blockNumber);
  }
}

/** What `account` was sent of `token` in a transaction [token units]. */
function received(receipt: Receipt, token: string, account: string): bigint {
  let sum = 0n;
  for (const { address, topics, data } of receipt.logs) {
    if (address.toLowerCase() !== token.toLowerCase() || topics[0] !== TRANSFER_TOPIC) continue;
    if (BigInt(topics[2] ?? 0) === BigInt(account)) sum += BigInt(data);
  }
  return sum;
}

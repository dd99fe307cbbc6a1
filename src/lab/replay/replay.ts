import { hrtime } from "node:process";

import { network } from "hardhat";

import { type Price, type VaultKey, WAD, type pools } from "../../model/index.js";
import { Absorbers } from "../agents/absorbers.js";
import { Maintainers } from "../agents/maintainers.js";
import { auctionBidders } from "../agents/auctionBidders.js";
import { LateBorrowers } from "../agents/borrowers.js";
import { AutopilotExecutors } from "../agents/autopilotExecutors.js";
import { liquidators } from "../agents/liquidators.js";
import type { AgentContext, AgentOperation } from "../agents/agentContext.js";
import { audit, holdingsOf } from "../accounting/balance/audit.js";
import type { Receipt, Sent } from "../system/labChain.js";
import { finalSettlement } from "../agents/finalSettlement.js";
import {
  type Clocks,
  InvariantLog,
  checkAuctions,
  checkBook,
  checkStep,
  marksOf,
} from "../checks/invariants.js";
import { Ledger } from "../accounting/ledger.js";
import { type ReplayOptions, type Window, silenceOf } from "../config/options.js";
import { feedAnswer } from "../system/deploymentParameters.js";
import { compareWithModel, compareDefencesWithModel } from "../../twin/comparison.js";
import type { Replay } from "../result/result.js";
import { summary } from "./buildResult.js";
import { CALL_GAS } from "./calls.js";
import { type Pending, Performer } from "./performer.js";
import { UnhealthyVaults } from "../checks/unhealthyVaults.js";
import { type LabWorld, createWorld } from "../system/world.js";

/** Delay of keepers after a price and after each of their blocks [s]. */
const KEEPER_DELAY = 12;
/** Time for which keepers act after the last price [s]. */
const LAST_STEP = 120;
/** Least interval between comparisons of all vaults [s]. */
const FULL_CHECK = 3600;
const ORACLE_CALL_GAS = 200_000n;
const ORACLE_GAS_PRICE = 10n ** 9n;

/**
 * Replays a scenario on an in-process chain. Neither reads nor writes files. Throws an `InputError`
 * if `silenceOf` rejects the options.
 */
export async function replay(options: ReplayOptions): Promise<Replay> {
  const started = hrtime.bigint();
  const { scenario } = options;
  const silence = silenceOf(options.keeper, scenario);
  const connection = await network.create({
    network: "default",
    override: {
      initialDate: new Date(((scenario.times[0] ?? 0) - 86_400) * 1000),
      initialBaseFeePerGas: 0,
      blockGasLimit: 1_000_000_000_000,
      loggingEnabled: false,
      // Keep the order in which agents send their transactions.
      mining: { mempool: { order: "fifo" } },
    },
  });
  try {
    const world = await createWorld(connection, options);
    const run = new ReplayRun(world, options, silence);
    const ending = await run.run();
    const wallSeconds = Number((hrtime.bigint() - started) / 1_000_000n) / 1000;
    return summary(
      run.ledger,
      { ...ending, ...(options.keeper.kind === "silent" && silence !== null && { silence }) },
      run.invariants,
      wallSeconds,
    );
  } finally {
    await connection.close();
  }
}

class ReplayRun {
  readonly invariants = new InvariantLog();
  readonly ledger: Ledger;
  private readonly performer: Performer;
  private readonly unhealthyVaults: UnhealthyVaults;
  private readonly absorbers: Absorbers;
  private readonly maintainers: Maintainers;
  private readonly executors: AutopilotExecutors;
  private readonly borrowers: LateBorrowers;
  private readonly minProfit: bigint;
  private readonly perBlock: number;
  private readonly deviationBps: bigint;
  private readonly heartbeat: number;
  /** Time of the last oracle update of each asset [s]. */
  private readonly updatedAt: number[];
  private fullCheckAt = 0;
  private clocks: Clocks = { at: 0n, elapsed: new Map() };

  constructor(
    private readonly world: LabWorld,
    private readonly options: ReplayOptions,
    private readonly silence: Window | null,
  ) {
    const { settings, scenario } = options;
    this.ledger = new Ledger(world, options);
    this.performer = new Performer(world, this.ledger, this.invariants);
    this.unhealthyVaults = new UnhealthyVaults(world.model);
    this.absorbers = new Absorbers(settings.integer("keeper", "flagAfterSeconds"));
    this.maintainers = new Maintainers(
      scenario.assets.length,
      settings.flag("volatility", "enabled"),
      settings.flag("breaker", "enabled"),
    );
    this.executors = new AutopilotExecutors(world, settings);
    this.borrowers = new LateBorrowers(world, scenario.times[0] ?? 0, scenario.times.at(-1) ?? 0);
    this.minProfit = this.ledger.debtUnits(settings.text("keeper", "minProfit"));
    this.perBlock = settings.integer("keeper", "perBlock");
    this.deviationBps = BigInt(settings.integer("oracle", "deviationBps"));
    this.heartbeat = settings.integer("oracle", "heartbeatSeconds");
    this.updatedAt = scenario.assets.map(() => Number(world.model.now));
  }

  /** Replays all steps, settles, and audits the books. */
  async run() {
    const { times } = this.options.scenario;
    const { model } = this.world;
    const openedAt = shareWorth(model.backstopPool.state);
    const opening = await holdingsOf(this.world);
    await this.compareAll(times[0] ?? 0);
    let end = times[0] ?? 0;
    for (const [step, time] of times.entries()) {
      const prices = this.options.scenario.prices[step] ?? [];
      end = times[step + 1] ?? time + LAST_STEP;
      await this.step(step, time, end, prices);
      this.options.onProgress?.({ phase: "replaying", done: step + 1, total: times.length, time });
    }
    const market = this.options.scenario.prices.at(-1) ?? [];
    if (!this.silent(end)) {
      model.now = BigInt(end);
      const before = model.lendingPool.accrued;
      const context = this.context(end, market, model.oracleGuard.prices(), []);
      await this.mine(end, this.perform(context, finalSettlement(context)), before);
    }
    await this.compareAll(Infinity);
    this.closeBooks(market);
    audit(this.invariants, this.ledger.books, this.world, opening, await holdingsOf(this.world));
    return {
      sharePriceChange: openedAt === 0n ? 0n : (shareWorth(model.backstopPool.state) * WAD) / openedAt - WAD,
      secondsPaused: model.circuitBreaker.pausedSeconds("Borrow"),
    };
  }

  private async step(step: number, time: number, until: number, market: readonly bigint[]): Promise<void> {
    const { model, chain } = this.world;
    const before = marksOf(model, this.ledger.booked.lenders);
    await this.priceBlock(step, time, until, market);
    await this.verifyBlock(model.oracleGuard.prices(), []);
    await this.keeperBlocks(time, until, market);
    checkStep(this.invariants, before, marksOf(model, this.ledger.booked.lenders), chain.blockNumber);
    this.ledger.sample(
      time,
      market,
      model.oracleGuard.prices(),
      this.world.uniswapPools[0]?.priceWad() ?? 0n,
    );
    await this.compareAll(time);
  }

  private unhealthy: readonly VaultKey[] = [];

  /** Mines the keepers' blocks between one price and the next. */
  private async keeperBlocks(time: number, until: number, market: readonly bigint[]): Promise<void> {
    const { model } = this.world;
    let fresh = true;
    for (
      let at = time + Math.max(1, Math.min(KEEPER_DELAY, until - time - 1));
      at < until;
      at += KEEPER_DELAY
    ) {
      const mined = model.now;
      model.now = BigInt(at);
      const before = model.lendingPool.accrued;
      const actions = this.plan(at, market, fresh);
      if (actions.length > 0) {
        const touched = await this.mine(at, actions, before);
        await this.verifyBlock(model.oracleGuard.prices(), touched);
        fresh = true;
        continue;
      }
      model.now = mined;
      fresh = false;
      // Prices of lots fall with time. Everything else waits for a price.
      if (
        this.silent(at) ||
        model.auctionHouse.state.open.length + model.auctionHouse.state.residuals.size === 0
      )
        break;
    }
  }

  /**
   * The actions of all agents in the block at `at` [s]. `fresh`: the state changed since agents
   * last decided.
   */
  private plan(at: number, market: readonly bigint[], fresh: boolean): Pending[] {
    const context = this.context(at, market, this.world.model.oracleGuard.prices(), this.unhealthy);
    const done = (operations: Iterable<AgentOperation>): Pending[] => this.perform(context, operations);
    const opened = this.borrowers.due(at) ? done(this.borrowers.decide(context)) : [];
    if (this.silent(at)) return opened;
    if (opened.length === 0 && fresh) {
      const executions = done(this.executors.decide(context));
      if (executions.length > 0) return executions;
    }
    const upkeep = done(this.maintainers.decide(context));
    const liquidations = fresh ? done(liquidators(context)) : [];
    const taken = new Set(liquidations.flatMap((pending) => pending.affectedVaults));
    const absorptions = fresh ? done(this.absorbers.decide(context, taken)) : [];
    return [...opened, ...upkeep, ...liquidations, ...absorptions, ...done(auctionBidders(context))];
  }

  /** Performs the operations in turn. Each decision sees the effects of the previous one. */
  private perform(context: AgentContext, operations: Iterable<AgentOperation>): Pending[] {
    const pending: Pending[] = [];
    for (const operation of operations) {
      const done = this.performer.perform(context, operation);
      if (done !== null) pending.push(done);
    }
    return pending;
  }

  /** Whether agents are silent at `time` [s]. */
  private silent(time: number): boolean {
    return this.silence !== null && time >= this.silence.from && time < this.silence.until;
  }

  private context(
    time: number,
    market: readonly bigint[],
    prices: readonly Price[],
    unhealthy: readonly VaultKey[],
  ): AgentContext {
    return {
      world: this.world,
      time,
      block: this.world.chain.blockNumber + 1,
      marketPrices: market,
      prices,
      unhealthy,
      gasPrice: this.options.scenario.gasPriceAt(time),
      etherPrice: this.ledger.etherPrice(market),
      minProfit: this.minProfit,
      perBlock: this.perBlock,
    };
  }

  /**
   * Mines a block of actions in order, books them and returns the touched vaults. `before` is the
   * pool at the block's time but before its actions. Throws an `Error` if a transaction has no
   * receipt.
   */
  private async mine(
    time: number,
    actions: readonly Pending[],
    before: pools.PoolState,
  ): Promise<VaultKey[]> {
    const { chain, uniswapPools: markets } = this.world;
    if (actions.length === 0) return [];
    const gasPrice = this.options.scenario.gasPriceAt(time);
    this.world.model.now = BigInt(time);
    const sent: Sent[][] = [];
    for (const { calls } of actions) {
      const hashes: Sent[] = [];
      for (const { from, to, data, gas } of calls)
        hashes.push(await chain.send(from, to, data, gas, gasPrice));
      sent.push(hashes);
    }
    const receipts = await chain.mine(time);
    actions.forEach(({ eventOf, affectedVaults }, i) => {
      const mined = (sent[i] ?? []).map(({ hash }): Receipt => {
        const receipt = receipts.get(hash);
        if (receipt === undefined) throw new Error(`transaction ${hash} was lost`);
        return receipt;
      });
      this.ledger.apply(eventOf(mined));
      for (const key of affectedVaults) this.unhealthyVaults.touch(key);
    });
    this.ledger.books.endOfBlock(this.invariants, before, actions.length, chain.blockNumber);
    await Promise.all(markets.map((m) => m.refresh()));
    return actions.flatMap(({ affectedVaults }) => affectedVaults);
  }

  /**
   * Finds the unhealthy vaults after a block, compares chain and model, and checks the auctions.
   */
  private async verifyBlock(prices: readonly Price[], touched: readonly VaultKey[]): Promise<void> {
    const { chain, client, model } = this.world;
    const block = chain.blockNumber;
    this.unhealthy = this.unhealthyVaults.liquidatable(prices);
    this.ledger.observe(block, this.unhealthy, prices);
    this.ledger.compared(block, await compareWithModel(client, model, touched));
    if (model.auctionHouse.state.lastId > 0n) {
      this.clocks = checkAuctions(this.invariants, model, this.clocks, block);
    }
  }

  /**
   * Mines the block of a price: oracle updates and the arbitrageur's trades. Throws an `Error` if
   * one of them fails.
   */
  private async priceBlock(
    step: number,
    time: number,
    until: number,
    market: readonly bigint[],
  ): Promise<void> {
    const { chain, client, histories, model, actors, uniswapPools: markets, routerAddress } = this.world;
    model.now = BigInt(time);
    const updates: { id: number; answer: bigint }[] = [];
    const trades: { id: number; hash: string }[] = [];
    const sent: Sent[] = [];
    for (const [id, price] of market.entries()) {
      for (const answer of this.answers(step, id, price, until)) {
        const feed = client.feeds[id];
        if (feed === undefined) throw new RangeError(`no feed for asset ${id}`);
        const data = feed.interface.encodeFunctionData("setAnswer", [answer]);
        const address = client.deployment.assets[id]?.primary.feed ?? "";
        sent.push(await chain.send(actors.oracle, address, data, ORACLE_CALL_GAS, ORACLE_GAS_PRICE));
        updates.push({ id, answer });
      }
      const trade = markets[id]?.arbitrageCall(price, actors.arbitrageur) ?? null;
      if (trade !== null) {
        const { arbitrageur } = actors;
        const order = await chain.send(arbitrageur, routerAddress, trade, CALL_GAS.swap, ORACLE_GAS_PRICE);
        trades.push({ id, hash: order.hash });
        sent.push(order);
      }
    }
    const receipts = await chain.mine(time);
    for (const { hash } of sent) {
      if (receipts.get(hash)?.ok !== true)
        throw new Error(`block ${chain.blockNumber}: oracle or arbitrage failed`);
    }
    for (const { id, answer } of updates) {
      model.oracleGuard.setFeed(id, { answer, updatedAt: BigInt(time) });
      histories[id]?.add(answer, BigInt(time));
      this.updatedAt[id] = time;
    }
    for (const { id, hash } of trades) this.ledger.arbitraged(market, id, receipts.get(hash));
    if (trades.length > 0) await Promise.all(markets.map((m) => m.refresh()));
  }

  /**
   * The feed's answers in the block of a price: the scenario's rounds for the first asset if it has
   * any, otherwise the price if an update is due.
   */
  private answers(step: number, id: number, price: bigint, until: number): readonly bigint[] {
    const { rounds } = this.options.scenario;
    if (id === 0 && rounds !== undefined) return (rounds[step] ?? []).map(feedAnswer);
    const answer = feedAnswer(price);
    return this.updateDue(id, answer, until) ? [answer] : [];
  }

  /**
   * Whether an update is due: the deviation is reached, or the next step would come after the
   * heartbeat.
   */
  private updateDue(id: number, answer: bigint, until: number): boolean {
    const last = this.world.model.oracleGuard.feedAnswer(id);
    const moved = answer > last ? answer - last : last - answer;
    return moved * 10_000n >= this.deviationBps * last
      ? answer !== last
      : until - (this.updatedAt[id] ?? 0) > this.heartbeat;
  }

  /** Books the interest since the last block and values the collateral still at auction. */
  private closeBooks(market: readonly bigint[]): void {
    const { books } = this.ledger;
    const { blockNumber } = this.world.chain;
    books.endOfBlock(this.invariants, this.world.model.lendingPool.accrued, 0, blockNumber);
    books.close(market);
  }

  /** Compares every vault and every defence and checks the book, at most once an hour. */
  private async compareAll(time: number): Promise<void> {
    if (time < this.fullCheckAt) return;
    this.fullCheckAt = time + FULL_CHECK;
    const { chain, client, model, vaults } = this.world;
    const block = chain.blockNumber;
    this.ledger.compared(
      block,
      await compareWithModel(
        client,
        model,
        vaults.map((v) => v.key),
      ),
    );
    this.ledger.compared(block, await compareDefencesWithModel(client, model));
    await checkBook(this.invariants, model, client, block);
  }
}

/** Value of 1e36 backstop shares [debt units], rounded down. 0 without shares. */
function shareWorth(b: { readonly cash: bigint; readonly totalShares: bigint }): bigint {
  return b.totalShares === 0n ? 0n : (b.cash * WAD * WAD) / b.totalShares;
}

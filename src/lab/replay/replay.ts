import { hrtime } from "node:process";

import { network } from "hardhat";

import { type Price, type VaultKey, WAD, type pools } from "../../model/index.js";
import { Absorbers } from "../agents/absorbers.js";
import { arbitrageur } from "../agents/arbitrageur.js";
import { OracleUpdater } from "../agents/oracleUpdater.js";
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
import { compareWithModel, compareDefencesWithModel } from "../../twin/comparison.js";
import type { Replay } from "../result/result.js";
import { summary } from "./buildResult.js";
import type { Pending } from "./calls.js";
import { Performer } from "./performer.js";
import { UnhealthyVaults } from "../checks/unhealthyVaults.js";
import { type LabWorld, createWorld } from "../system/world.js";

/** Delay of keepers after a price and after each of their blocks [s]. */
const KEEPER_DELAY = 12;
/** Time for which keepers act after the last price [s]. */
const LAST_STEP = 120;
/** Least interval between comparisons of all vaults [s]. */
const FULL_CHECK = 3600;
/** Gas price of oracle and arbitrageur, whose gas is not accounted for [wei]. */
const PRICE_BLOCK_GAS_PRICE = 10n ** 9n;

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
  private readonly oracle: OracleUpdater;
  private readonly unhealthyVaults: UnhealthyVaults;
  private readonly absorbers: Absorbers;
  private readonly maintainers: Maintainers;
  private readonly executors: AutopilotExecutors;
  private readonly borrowers: LateBorrowers;
  private readonly minProfit: bigint;
  private readonly perBlock: number;
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
    this.oracle = new OracleUpdater(options, Number(world.model.now));
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
   * pool at the block's time but before its actions.
   */
  private async mine(
    time: number,
    actions: readonly Pending[],
    before: pools.PoolState,
  ): Promise<VaultKey[]> {
    if (actions.length === 0) return [];
    await this.send(time, actions, this.options.scenario.gasPriceAt(time));
    const { blockNumber } = this.world.chain;
    this.ledger.books.endOfBlock(this.invariants, before, actions.length, blockNumber);
    return actions.flatMap(({ affectedVaults }) => affectedVaults);
  }

  /**
   * Sends actions at a gas price [wei], mines their block and tells the ledger. Throws an `Error`
   * if a transaction has no receipt.
   */
  private async send(time: number, actions: readonly Pending[], gasPrice: bigint): Promise<void> {
    const { chain, model, uniswapPools } = this.world;
    model.now = BigInt(time);
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
      const event = eventOf(mined);
      if (event !== null) this.ledger.apply(event);
      for (const key of affectedVaults) this.unhealthyVaults.touch(key);
    });
    if (actions.length > 0) await Promise.all(uniswapPools.map((pool) => pool.refresh()));
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

  /** Mines the block of a price: oracle updates and the arbitrageur's trades. */
  private async priceBlock(
    step: number,
    time: number,
    until: number,
    market: readonly bigint[],
  ): Promise<void> {
    const { model } = this.world;
    model.now = BigInt(time);
    const context = this.context(time, market, model.oracleGuard.prices(), []);
    const updates = this.perform(context, this.oracle.decide(context, step, until));
    const trades = this.perform(context, arbitrageur(context));
    await this.send(time, [...updates, ...trades], PRICE_BLOCK_GAS_PRICE);
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

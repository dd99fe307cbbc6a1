import { MAX_UINT256, SystemModel, type VaultHealth, type VaultKey } from "../model/index.js";
import type { Client } from "../protocol/client.js";
import { termsOf } from "../protocol/deployments.js";
import type { NodeProvider } from "../protocol/provider.js";
import { type Account, NonceManager } from "./chain/account.js";
import { ChainReader, type MarketSnapshot } from "./chain/chainReader.js";
import { ASSUMED_BATCH_GAS, type LiquidationDecision } from "./execute/batch.js";
import { type PassContext, runBatches } from "./execute/batches.js";
import type { DecisionEvent, EventSink, OutcomeEvent } from "./report/events.js";
import {
  approve,
  type Execution,
  send,
  settle,
  simulate,
  type Sent,
  type Simulated,
  suggestedTip,
  weiPriceOf,
} from "./execute/direct.js";
import type { Executor } from "./chain/liquidationExecutor.js";
import { nextGasPrice } from "./chain/fees.js";
import { type Costs, type Decision, planPass, sameHealth, skipped, type SkipReason } from "./plan/plan.js";
import type { Revert } from "./chain/revert.js";
import { type Head, VaultIndex } from "./chain/vaultIndex.js";
import { type InclusionLimits, pause } from "./chain/receipt.js";
import { lineOf } from "./chain/nodeWords.js";

/** How a keeper works. */
export interface KeeperSettings {
  /** Decide and report, but send nothing. */
  readonly dryRun: boolean;
  /** Least profit worth a transaction [debt units]. */
  readonly minProfit: bigint;
  /** Most blocks asked for events at once. */
  readonly logChunk: number;
  readonly patience: InclusionLimits;
  /** Price of a wei [debt units, 1e36-scaled], where no asset of the system tells it. */
  readonly weiPrice?: bigint;
  /** Time after which a keeper with nothing to do says that it is there [ms]. */
  readonly alive: number;
  /** Liquidates in batches through it, without capital; without it each vault on its own, from the account's balance. */
  readonly executor?: Executor;
}

/** What one pass did. */
export interface PassResult {
  readonly head: Head;
  readonly outcomes: readonly OutcomeEvent[];
  /** Vaults left unhealthy, each with the reason. */
  readonly left: ReadonlyMap<VaultKey, SkipReason>;
}

/** One pass could not be trusted: the chain changed under it. The next one starts from what is true then. */
export class ReorganisedError extends Error {
  override readonly name = "ReorganisedError";
}

/** Gas one liquidation is thought to cost before it is simulated: above what any measured one took. */
const ASSUMED_GAS = 400_000n;
const LONGEST_PAUSE = 30_000;

/**
 * The liquidation keeper of one deployment. A pass reads everything at one block, decides with the model, confirms with
 * the lens, and acts; only one pass runs at a time.
 */
export class Keeper {
  private readonly reader: ChainReader;
  private readonly index: VaultIndex;
  private readonly model: SystemModel;
  private readonly lane = new NonceManager();
  /** Vaults that the last pass did nothing about, with the reason. */
  private readonly left = new Map<VaultKey, SkipReason>();
  /** Where the rotating comparison with the lens goes on. */
  private rotation = 0;

  constructor(
    private readonly client: Client,
    private readonly provider: NodeProvider,
    private readonly account: Account,
    private readonly settings: KeeperSettings,
    private readonly emit: EventSink,
  ) {
    const { deployment } = client;
    this.reader = new ChainReader(client, provider);
    this.index = new VaultIndex(this.reader, deployment.block, settings.logChunk);
    this.model = new SystemModel(termsOf(deployment), 0n);
  }

  /**
   * One pass at the newest block; returns that block, what became of what was sent, and the vaults it left unhealthy, with the
   * reason. Throws if the node fails.
   */
  async pass(stopped: AbortSignal): Promise<PassResult> {
    const head = await this.reader.head();
    this.left.clear();
    return { head, outcomes: await this.passAt(head, stopped), left: new Map(this.left) };
  }

  /** One pass per new block until `stopped`. A pass that fails is reported, and the next block tried. */
  async run(stopped: AbortSignal): Promise<void> {
    let seen: string | null = null;
    let failures = 0;
    let last: number | null = null;
    let told = performance.now();
    while (!stopped.aborted) {
      try {
        const head = await this.reader.head();
        if (head.hash !== seen) {
          await this.passAt(head, stopped);
          seen = head.hash;
          last = head.number;
          told = performance.now();
        }
        failures = 0;
      } catch (error) {
        failures += 1;
        this.emit({ event: "passFailed", reason: lineOf(error) });
        told = performance.now();
      }
      const silent = performance.now() - told;
      if (silent >= this.settings.alive) {
        told = performance.now();
        this.emit({ event: "idle", block: last, silence: Math.round(silent) });
      }
      const { interval } = this.settings.patience;
      await pause(Math.min(interval * 2 ** Math.min(failures, 10), LONGEST_PAUSE), stopped);
    }
  }

  private async passAt(head: Head, stopped: AbortSignal): Promise<OutcomeEvent[]> {
    await this.restore(head);
    const prices = this.model.oracleGuard.prices();
    const pool = this.model.lendingPool.accrued;
    const health = new Map(
      this.index.keys.map((key) => [key, this.model.vaultEngine.health(key, prices, pool)]),
    );
    const unhealthy = new Map([...health].filter(([, h]) => h.liquidatable));
    const disagreeing = await this.confirm(health, unhealthy, head);
    const { balance, allowance } = await this.reader.funds(this.account.address, head.number);
    this.emit({
      event: "pass",
      block: head.number,
      hash: head.hash,
      timestamp: head.timestamp,
      vaults: health.size,
      unhealthy: unhealthy.size,
      confirmed: disagreeing.confirmed,
      disagreements: disagreeing.keys.size,
      account: this.account.address,
      balance,
      dryRun: this.settings.dryRun,
    });
    if (unhealthy.size === 0) return [];

    const { executor } = this.settings;
    const tip = await suggestedTip(this.provider);
    const weiPrice = this.settings.weiPrice ?? weiPriceOf(this.client.deployment.assets, prices);
    if (weiPrice === null) {
      for (const [vault, seen] of unhealthy)
        this.report({ vault, health: seen, action: "skip", reason: "gasUnpriced" }, head);
      return [];
    }
    const costs: Costs = {
      gas: executor === undefined ? ASSUMED_GAS : ASSUMED_BATCH_GAS,
      gasPrice: nextGasPrice(head.baseFee, tip),
      weiPrice,
      // The minimum is of a transaction, and a batch is one.
      minProfit: executor === undefined ? this.settings.minProfit : 0n,
    };
    for (const key of disagreeing.keys) {
      const seen = unhealthy.get(key);
      unhealthy.delete(key);
      if (seen) this.report({ vault: key, health: seen, action: "skip", reason: "modelDisagrees" }, head);
    }
    const funds = executor === undefined ? balance : MAX_UINT256;
    const decisions = planPass(this.model, unhealthy, prices, funds, costs);
    return await this.act(decisions, { head, tip, weiPrice: costs.weiPrice }, allowance, stopped);
  }

  /** Brings the model to `head`. Throws a `ReorganisedError` if that block is no longer part of the chain afterwards. */
  private async restore(head: Head): Promise<void> {
    await this.index.advance(head);
    const stale = this.index.stale;
    const [records, market] = await Promise.all([
      this.reader.records(stale, head.number),
      this.reader.market(head.number),
    ]);
    if ((await this.reader.blockHash(head.number)) !== head.hash) {
      throw new ReorganisedError(`block ${head.number} was replaced while it was being read`);
    }
    for (const [key, state] of records) this.model.vaultEngine.restoreVault(key, state);
    this.index.read(stale);
    this.restoreMarket(market);
    this.model.now = head.timestamp;
  }

  private restoreMarket(market: MarketSnapshot): void {
    this.model.lendingPool.state = market.pool;
    this.model.oracleGuard.setDebtFeed(market.debtFeed);
    this.model.riskConfig.system = market.system;
    market.assets.forEach(({ primary, secondary, accepted, lastKnown, risk: inForce }, id) => {
      this.model.riskConfig.restore(id, inForce);
      this.model.oracleGuard.setFeed(id, primary);
      this.model.oracleGuard.setFeed(id, secondary, "secondary");
      this.model.oracleGuard.restoreLastGoodPrice(id, accepted.price, accepted.timestamp);
      this.model.oracleGuard.restoreLastKnown(id, lastKnown);
    });
  }

  /**
   * Compares the model with the lens at the same block: on every unhealthy vault, and in turn on as many others as fill
   * the calls, so that a vault the model wrongly thinks healthy is found too.
   */
  private async confirm(
    health: ReadonlyMap<VaultKey, VaultHealth>,
    unhealthy: ReadonlyMap<VaultKey, VaultHealth>,
    head: Head,
  ): Promise<{ confirmed: number; keys: Set<VaultKey> }> {
    const keys = [...unhealthy.keys()];
    const others = [...health.keys()].filter((key) => !unhealthy.has(key));
    if (health.size > 0) {
      const size = await this.reader.keysPerCall();
      const room = Math.min(size - (keys.length % size), others.length);
      for (let i = 0; i < room; i++) {
        const key = others[(this.rotation + i) % others.length];
        if (key !== undefined) keys.push(key);
      }
      this.rotation += room;
    }
    const truth = await this.reader.health(keys, head.number);
    const differing = keys.filter((key) => !sameHealth(health.get(key), truth.get(key)));
    // Something was missed, such as events of a node that lags: read again in the next pass.
    this.index.doubt(differing);
    return { confirmed: keys.length, keys: new Set(differing) };
  }

  /** Reports all decisions and carries out those to liquidate: all sent first, one nonce after the other, then awaited. */
  private async act(
    decisions: readonly Decision[],
    market: PassContext,
    allowance: bigint,
    stopped: AbortSignal,
  ): Promise<OutcomeEvent[]> {
    const { head } = market;
    const wanted = decisions.filter(
      (d): d is LiquidationDecision => d.action === "liquidate" && d.option !== undefined,
    );
    for (const decision of decisions) if (decision.action === "skip") this.report(decision, head);
    if (wanted.length === 0) return [];

    const { client, provider, account, lane, settings } = this;
    const outcomes: OutcomeEvent[] = [];
    const giveUp = (reason: SkipReason): OutcomeEvent[] => {
      for (const decision of wanted) this.report(skipped(decision, reason), head);
      return outcomes;
    };
    const execution: Execution = { client, provider, account, lane, patience: settings.patience, stopped };
    if (settings.executor !== undefined) {
      if (!settings.dryRun && !(await this.openLane())) return giveUp("accountBusy");
      return await runBatches(execution, settings.executor, wanted, market, {
        ...settings,
        report: (decision, refusal) => this.report(decision, head, refusal),
        emit: this.emit,
        symbolOf: (asset) => this.symbolOf(asset),
      });
    }
    const needed = wanted.reduce((sum, { option }) => sum + option.maxRepay, 0n);
    if (settings.dryRun) {
      // Without an allowance there is nothing to simulate with: the plan is all that can be said.
      for (const decision of wanted) {
        if (allowance < needed) this.report(decision, head);
        else await this.prepare(execution, decision, market);
      }
      return [];
    }

    if (!(await this.openLane())) return giveUp("accountBusy");
    if (allowance < needed) {
      const approval = await approve(execution, head, market.tip, allowance);
      this.finish(approval, outcomes);
      if (approval.status !== "done") return giveUp("notApproved");
    }
    const sent = await this.sendAll(execution, wanted, market, outcomes);
    for (const { decision, simulated, sent: transaction } of sent) {
      const symbol = this.symbolOf(simulated.option.asset);
      const outcome = await settle(
        execution,
        decision,
        symbol,
        simulated,
        transaction,
        head,
        market.weiPrice,
      );
      this.finish(outcome, outcomes);
    }
    return outcomes;
  }

  /** Sends what still holds at the newest block. The first that the node does not take ends it: nonces stay in order. */
  private async sendAll(
    execution: Execution,
    wanted: readonly Decision[],
    market: PassContext,
    outcomes: OutcomeEvent[],
  ): Promise<{ decision: Decision; simulated: Simulated; sent: Sent }[]> {
    const { head, tip } = market;
    const engine = await this.client.vaultEngine.getAddress();
    const sent: { decision: Decision; simulated: Simulated; sent: Sent }[] = [];
    let refused = false;
    for (const decision of wanted) {
      if (execution.stopped.aborted || refused) {
        this.report(skipped(decision, refused ? "afterFailure" : "stopped"), head);
        continue;
      }
      const simulated = await this.prepare(execution, decision, market);
      if (simulated === null) continue;
      const result = await send(execution, engine, simulated.data, simulated.gasLimit, head, tip);
      if ("hash" in result) {
        sent.push({ decision, simulated, sent: result });
        continue;
      }
      refused = true;
      const status = result.refusal.class === "gone" ? "lost" : "notSent";
      const symbol = this.symbolOf(simulated.option.asset);
      this.finish(
        { event: "outcome", kind: "liquidation", vault: decision.vault, symbol, status, ...result },
        outcomes,
      );
    }
    return sent;
  }

  /** Simulates and reports one decision; null if the newest block refuses it. */
  private async prepare(
    execution: Execution,
    decision: Decision,
    market: PassContext,
  ): Promise<Simulated | null> {
    if (decision.option === undefined) return null;
    const limits = { weiPrice: market.weiPrice, minProfit: this.settings.minProfit };
    const result = await simulate(
      execution,
      decision.vault,
      decision.option,
      market.head,
      market.tip,
      limits,
    );
    if ("class" in result) {
      this.report(skipped(decision, "refusedAtLatest"), market.head, result);
      return null;
    }
    this.report({ ...decision, option: result.option }, market.head);
    return result;
  }

  private finish(outcome: OutcomeEvent, outcomes: OutcomeEvent[]): void {
    outcomes.push(outcome);
    this.emit(outcome);
  }

  /** Whether nothing but this process's own transactions wait; says which nonces are taken if not. */
  private async openLane(): Promise<boolean> {
    const [mined, pending] = await Promise.all([
      this.provider.getTransactionCount(this.account.address, "latest"),
      this.provider.getTransactionCount(this.account.address, "pending"),
    ]);
    const free = this.lane.begin(mined, pending);
    if (!free) this.emit({ event: "accountBusy", account: this.account.address, mined, pending });
    return free;
  }

  private report(decision: Decision, head: Head, refusal?: Revert): void {
    const { vault, health, action, reason, option } = decision;
    if (reason !== undefined) this.left.set(vault, reason);
    const event: DecisionEvent = {
      event: "decision",
      block: head.number,
      vault,
      debt: health.debt,
      value: health.value,
      healthFactor: health.healthFactor,
      action,
      ...(reason && { reason }),
      ...(refusal && { refusal }),
      ...(option && { symbol: this.symbolOf(option.asset), option }),
      minProfit: this.settings.minProfit,
    };
    this.emit(event);
  }

  private symbolOf(asset: number): string {
    return this.client.deployment.assets[asset]?.symbol ?? String(asset);
  }
}

import { SystemModel, type VaultKey } from "../model/index.js";
import type { Client } from "../protocol/client.js";
import { termsOf } from "../protocol/deployments.js";
import type { NodeProvider } from "../protocol/provider.js";
import { type Account, NonceManager } from "./chain/account.js";
import { ChainReader } from "./chain/chainReader.js";
import { nextGasPrice } from "./chain/fees.js";
import { suggestedTip, weiPriceOf } from "./chain/gasTerms.js";
import type { Executor } from "./chain/liquidationExecutor.js";
import { lineOf } from "./chain/nodeWords.js";
import { type InclusionLimits, pause } from "./chain/receipt.js";
import { readState } from "./chain/stateReader.js";
import { type Head, VaultIndex } from "./chain/vaultIndex.js";
import { type Evaluation, Evaluator } from "./evaluate.js";
import { DirectStrategy } from "./execute/directStrategy.js";
import { execute } from "./execute/execute.js";
import { ExecutorStrategy } from "./execute/executorStrategy.js";
import type { PassContext, Strategy } from "./execute/strategy.js";
import type { Execution } from "./execute/transaction.js";
import { type Decision, planPass, type SkipReason } from "./plan/plan.js";
import type { EventSink, OutcomeEvent } from "./report/events.js";
import { Reporter } from "./report/reporter.js";

export interface KeeperSettings {
  /** Decides and reports, but sends nothing. */
  readonly dryRun: boolean;
  /** Least profit worth a transaction [debt units]. */
  readonly minProfit: bigint;
  /** Most blocks whose events are requested at once. */
  readonly logChunk: number;
  readonly patience: InclusionLimits;
  /** Price of a wei [debt units, 1e36-scaled], used if no asset of the system gives it. */
  readonly weiPrice?: bigint;
  /** Time after which an idle keeper reports that it is alive [ms]. */
  readonly alive: number;
  /**
   * Executor for batches without capital. Without an executor each vault is liquidated on its own,
   * from the account's balance.
   */
  readonly executor?: Executor;
}

/** The result of one pass. */
export interface PassResult {
  readonly head: Head;
  readonly outcomes: readonly OutcomeEvent[];
  /** Vaults left unhealthy, each with the reason. */
  readonly left: ReadonlyMap<VaultKey, SkipReason>;
}

const LONGEST_PAUSE = 30_000;

/**
 * The liquidation keeper of one deployment. A pass reads the state at one block, evaluates the
 * vaults, plans, executes and reports. Only one pass runs at a time.
 */
export class Keeper {
  private readonly reader: ChainReader;
  private readonly index: VaultIndex;
  private readonly model: SystemModel;
  private readonly evaluator: Evaluator;
  private readonly reporter: Reporter;
  private readonly lane = new NonceManager();

  constructor(
    private readonly client: Client,
    private readonly provider: NodeProvider,
    private readonly account: Account,
    private readonly settings: KeeperSettings,
    emit: EventSink,
  ) {
    const { deployment } = client;
    this.reader = new ChainReader(client, provider);
    this.index = new VaultIndex(this.reader, deployment.block, settings.logChunk);
    this.model = new SystemModel(termsOf(deployment), 0n);
    this.evaluator = new Evaluator(this.reader, this.index, this.model);
    this.reporter = new Reporter(emit, settings.minProfit, (asset) => this.symbolOf(asset));
  }

  /**
   * Runs one pass at the newest block. Returns that block, the outcomes of the sent transactions,
   * and the vaults left unhealthy with the reason. Throws if the node fails.
   */
  async pass(stopped: AbortSignal): Promise<PassResult> {
    const head = await this.reader.head();
    return { head, outcomes: await this.passAt(head, stopped), left: this.reporter.left };
  }

  /**
   * Runs one pass per new block until `stopped` is aborted. A failed pass is reported, and the next
   * block starts a new one.
   */
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
        this.reporter.tell({ event: "passFailed", reason: lineOf(error) });
        told = performance.now();
      }
      const silent = performance.now() - told;
      if (silent >= this.settings.alive) {
        told = performance.now();
        this.reporter.tell({ event: "idle", block: last, silence: Math.round(silent) });
      }
      const { interval } = this.settings.patience;
      await pause(Math.min(interval * 2 ** Math.min(failures, 10), LONGEST_PAUSE), stopped);
    }
  }

  /** Reads, evaluates, plans and executes. Each step reports. */
  private async passAt(head: Head, stopped: AbortSignal): Promise<readonly OutcomeEvent[]> {
    this.reporter.begin();
    await readState(this.reader, this.index, this.model, head);
    const evaluation = await this.evaluator.evaluate(head);
    const { balance, allowance } = await this.reader.funds(this.account.address, head.number);
    this.reporter.tell({
      event: "pass",
      block: head.number,
      hash: head.hash,
      timestamp: head.timestamp,
      vaults: evaluation.vaults,
      unhealthy: evaluation.unhealthy.size,
      confirmed: evaluation.confirmed,
      disagreements: evaluation.disagreeing.size,
      account: this.account.address,
      balance,
      dryRun: this.settings.dryRun,
    });
    if (evaluation.unhealthy.size === 0) return [];

    const tip = await suggestedTip(this.provider);
    const prices = this.model.oracleGuard.prices();
    const weiPrice = this.settings.weiPrice ?? weiPriceOf(this.client.deployment.assets, prices);
    if (weiPrice === null) {
      for (const [vault, health] of evaluation.unhealthy)
        this.reporter.decision(head, { vault, health, action: "skip", reason: "gasUnpriced" });
      return [];
    }
    const { client, provider, account, lane, settings } = this;
    const execution: Execution = { client, provider, account, lane, patience: settings.patience, stopped };
    const strategy = this.strategyFor(execution);
    const pass: PassContext = { head, tip, weiPrice, prices, allowance };
    const decisions = this.plan(evaluation, strategy, balance, pass);
    return await execute(strategy, decisions, pass, execution, this.reporter, settings.dryRun);
  }

  /** Decides about every unhealthy vault. A vault on which model and lens differ is left alone. */
  private plan(
    { unhealthy, disagreeing }: Evaluation,
    strategy: Strategy,
    balance: bigint,
    { head, tip, weiPrice, prices }: PassContext,
  ): Decision[] {
    for (const [vault, health] of unhealthy) {
      if (disagreeing.has(vault))
        this.reporter.decision(head, { vault, health, action: "skip", reason: "modelDisagrees" });
    }
    const trusted = new Map([...unhealthy].filter(([vault]) => !disagreeing.has(vault)));
    const { assumedGas, minProfit } = strategy;
    const costs = { gas: assumedGas, gasPrice: nextGasPrice(head.baseFee, tip), weiPrice, minProfit };
    return planPass(this.model, trusted, prices, strategy.budget(balance), costs);
  }

  private strategyFor(execution: Execution): Strategy {
    const { executor, minProfit, dryRun } = this.settings;
    const symbolOf = (asset: number): string => this.symbolOf(asset);
    return executor === undefined
      ? new DirectStrategy(execution, { minProfit, dryRun, symbolOf })
      : new ExecutorStrategy(execution, executor, { minProfit, symbolOf });
  }

  private symbolOf(asset: number): string {
    return this.client.deployment.assets[asset]?.symbol ?? String(asset);
  }
}

import { BPS, MAX_UINT256, min } from "../../model/index.js";
import { nextGasPrice } from "../chain/fees.js";
import { type Executor, FUNDING, type FundingName } from "../chain/liquidationExecutor.js";
import { classify, type Revert } from "../chain/revert.js";
import { gasCostUp, pays } from "../plan/plan.js";
import type { OutcomeEvent } from "../report/events.js";
import type { LeftOut, LiquidationDecision, PassContext, Ready, Strategy } from "./strategy.js";
import {
  DEADLINE_SECONDS,
  type Execution,
  GAS_MARGIN,
  healthAt,
  liquidationsIn,
  reasonAt,
  type Sent,
  wait,
} from "./transaction.js";

/** Assumed gas of one vault in a batch: more than any measured vault used. */
const ASSUMED_GAS = 80_000n;
/**
 * Most vaults in one batch. If the vaults are tried one by one, this many stay below the gas limit
 * of a transaction.
 */
const MAX_VAULTS = 60;
/**
 * Gas reserved per vault for the case that one vault fails the multicall and all are tried one by
 * one.
 */
const ONE_BY_ONE_GAS = 130_000n;
const PIPS = 1_000_000n;
const MAX_UINT128 = 2n ** 128n - 1n;

/** Liquidations of one collateral, most profitable first. */
export interface Group {
  readonly asset: number;
  /** Fee of the pool that buys the collateral [millionths]. */
  readonly fee: bigint;
  readonly wanted: readonly LiquidationDecision[];
}

/** A batch simulated at the newest block. Amounts in debt units. */
interface SimulatedBatch {
  readonly group: Group;
  readonly funding: FundingName;
  /** Proceeds of the sale less all repayments. */
  readonly earned: bigint;
  readonly gasCost: bigint;
  /** earned - gasCost. */
  readonly profit: bigint;
  readonly data: string;
  readonly gasLimit: bigint;
}

/**
 * Groups decisions by collateral into batches. Decisions are left out with a reason if the
 * collateral has no pool, or if the vault's bonus does not cover the pool's fee.
 */
export function groupByAsset(
  executor: Pick<Executor, "fees">,
  wanted: readonly LiquidationDecision[],
): { readonly groups: readonly Group[]; readonly left: LeftOut } {
  const left: LeftOut[number][] = [];
  const byAsset = new Map<number, LiquidationDecision[]>();
  for (const decision of wanted) {
    const { asset, collateralValue, profit } = decision.option;
    const fee = executor.fees[asset] ?? null;
    if (fee === null) left.push([decision, "noMarket"]);
    else if (profit * PIPS <= collateralValue * fee) left.push([decision, "unprofitable"]);
    else byAsset.set(asset, [...(byAsset.get(asset) ?? []), decision]);
  }
  const groups: Group[] = [];
  for (const [asset, all] of byAsset) {
    const fee = executor.fees[asset] ?? 0n;
    for (let at = 0; at < all.length; at += MAX_VAULTS) {
      groups.push({ asset, fee, wanted: all.slice(at, at + MAX_VAULTS) });
    }
  }
  return { groups, left };
}

/** Settings of the strategy: least profit worth a transaction [debt units]. */
interface ExecutorSettings {
  readonly minProfit: bigint;
  readonly symbolOf: (asset: number) => string;
}

/**
 * Liquidates in batches through the executor, without capital: one transaction for each collateral.
 */
export class ExecutorStrategy implements Strategy {
  readonly assumedGas = ASSUMED_GAS;
  /** 0, because the minimum profit applies to a transaction, and a transaction is a whole batch. */
  readonly minProfit = 0n;

  constructor(
    private readonly execution: Execution,
    private readonly executor: Executor,
    private readonly settings: ExecutorSettings,
  ) {}

  /** Unlimited, because repayments come from a loan or from the collateral. */
  budget(): bigint {
    return MAX_UINT256;
  }

  group(decisions: readonly LiquidationDecision[]): {
    readonly groups: readonly (readonly LiquidationDecision[])[];
    readonly left: LeftOut;
  } {
    const { groups, left } = groupByAsset(this.executor, decisions);
    return { groups: groups.map(({ wanted }) => wanted), left };
  }

  prepare(): Promise<null> {
    return Promise.resolve(null);
  }

  /**
   * Simulates a batch by flash loan, or by callbacks that sell each vault's own collateral if the
   * pool cannot lend enough. A sale that is too large can lose money where a smaller one earns.
   * After such a loss only the more profitable half is tried, and so on.
   */
  async simulate(pass: PassContext, decisions: readonly LiquidationDecision[]): Promise<Ready | Revert> {
    let refusal: Revert = { class: "terms", error: "nothing to do" };
    const asset = decisions[0]?.option.asset ?? 0;
    const fee = this.executor.fees[asset] ?? 0n;
    for (let size = decisions.length; size > 0; size >>= 1) {
      const part = { asset, fee, wanted: decisions.slice(0, size) };
      let result = await this.simulateWith(pass, part, "flashLoan");
      if ("class" in result && result.class !== "terms" && result.class !== "gone") {
        result = await this.simulateWith(pass, part, "callback");
      }
      if (!("class" in result)) return this.ready(pass, result, decisions.slice(size));
      if (result.class !== "terms") return result;
      refusal = result;
    }
    return refusal;
  }

  private ready(pass: PassContext, batch: SimulatedBatch, rest: readonly LiquidationDecision[]): Ready {
    const { funding, earned, gasCost, profit, group, data, gasLimit } = batch;
    const symbol = this.settings.symbolOf(group.asset);
    const vaults = group.wanted.length;
    const { minProfit } = this.settings;
    const terms = { symbol, vaults, funding, earned, gasCost, profit, minProfit };
    return {
      decisions: group.wanted,
      left: rest.map((decision) => [decision, "tooMuchAtOnce"] as const),
      announcement: { event: "batch", block: pass.head.number, ...terms },
      transaction: { to: this.executor.address, data, gasLimit },
      subject: { kind: "batch", symbol, vaults },
      settle: (sent) => this.settle(pass, batch, symbol, sent),
    };
  }

  private async simulateWith(
    { head, tip, weiPrice }: PassContext,
    group: Group,
    funding: FundingName,
  ): Promise<SimulatedBatch | Revert> {
    const { provider, account } = this.execution;
    const { address, contract } = this.executor;
    const { minProfit } = this.settings;
    const targets = group.wanted.map(({ vault, option }) => ({
      vault,
      maxRepay: min(option.maxRepay, MAX_UINT128),
    }));
    const encode = (least: bigint): string =>
      contract.interface.encodeFunctionData("liquidate", [
        {
          asset: group.asset,
          fee: group.fee,
          funding: FUNDING[funding],
          loan: targets.reduce((sum, { maxRepay }) => sum + maxRepay, 0n),
          minProfit: least,
          deadline: head.timestamp + DEADLINE_SECONDS,
        },
        targets,
      ]);
    const call = { from: account.address, to: address };
    let earned: bigint;
    let gas: bigint;
    try {
      const answer = await provider.call({ ...call, data: encode(0n) });
      [earned] = contract.interface.decodeFunctionResult("liquidate", answer) as unknown as [bigint];
      gas = await provider.estimateGas({ ...call, data: encode(0n) });
    } catch (error) {
      return classify(error);
    }
    const gasCost = gasCostUp({ gas, gasPrice: nextGasPrice(head.baseFee, tip), weiPrice });
    const profit = earned - gasCost;
    if (!pays(profit, minProfit)) {
      return { class: "terms", error: `profit ${profit} after sale and gas: below the minimum` };
    }
    return {
      group,
      funding,
      earned,
      gasCost,
      profit,
      data: encode(minProfit + gasCost),
      gasLimit: (gas * GAS_MARGIN) / BPS + ONE_BY_ONE_GAS * BigInt(targets.length),
    };
  }

  /** The outcomes of a sent batch: first the batch's own, then one for each vault. */
  private async settle(
    { head, weiPrice }: PassContext,
    batch: SimulatedBatch,
    symbol: string,
    sent: Sent,
  ): Promise<OutcomeEvent[]> {
    const { execution, executor } = this;
    const { client, provider, account } = execution;
    const vaults = batch.group.wanted.map(({ vault }) => vault);
    const base = { event: "outcome", symbol, ...sent } as const;
    const receipt = await wait(execution, sent, head);
    if (receipt === null) return [{ ...base, kind: "batch", status: "late", vaults: vaults.length }];
    const { blockNumber: block, gasUsed } = receipt;
    if (receipt.status !== 1) {
      const call = { from: account.address, to: executor.address, data: batch.data };
      const refusal = await reasonAt(provider, call, block);
      const status = refusal.class === "gone" ? "lost" : "reverted";
      return [{ ...base, kind: "batch", status, vaults: vaults.length, block, gasUsed, refusal }];
    }

    const found = liquidationsIn(client, receipt);
    const { topicHash } = executor.contract.getEvent("Executed").fragment;
    const log = receipt.logs.find(({ topics }) => topics[0] === topicHash);
    const earned =
      log === undefined
        ? 0n
        : (executor.contract.interface.decodeEventLog("Executed", log.data, log.topics)[3] as bigint);
    const profit = earned - gasCostUp({ gas: gasUsed, gasPrice: receipt.gasPrice, weiPrice });
    const sum = (term: "repaid" | "seized"): bigint =>
      [...found.values()].reduce((total, facts) => total + facts[term], 0n);
    const outcomes: OutcomeEvent[] = [
      {
        ...base,
        kind: "batch",
        status: "done",
        vaults: found.size,
        block,
        gasUsed,
        repaid: sum("repaid"),
        seized: sum("seized"),
        profit,
      },
    ];
    for (const vault of vaults) {
      const facts = found.get(vault);
      const one = { ...base, kind: "liquidation", vault, block } as const;
      if (facts === undefined) {
        outcomes.push({ ...one, status: "lost" });
        continue;
      }
      const healthAfter = await healthAt(client, vault, block);
      outcomes.push({ ...one, status: "done", ...facts, ...(healthAfter !== undefined && { healthAfter }) });
    }
    return outcomes;
  }
}

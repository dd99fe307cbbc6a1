import { MaxUint256 } from "ethers";

import { BPS, valueDown } from "../../model/index.js";
import { nextGasPrice } from "../chain/fees.js";
import { classify, type Revert } from "../chain/revert.js";
import { gasCostUp, type LiquidationOption, pays, profitOf, type SkipReason } from "../plan/plan.js";
import type { OutcomeEvent } from "../report/events.js";
import type { LiquidationDecision, PassContext, Ready, Strategy } from "./strategy.js";
import {
  DEADLINE_SECONDS,
  type Execution,
  GAS_MARGIN,
  healthAt,
  liquidationsIn,
  reasonAt,
  send,
  type Sent,
  wait,
} from "./transaction.js";

/** More gas than any measured liquidation used. */
const ASSUMED_GAS = 400_000n;

/**
 * Settings of the strategy: least profit worth a transaction [debt units], and whether to send
 * nothing.
 */
interface DirectSettings {
  readonly minProfit: bigint;
  readonly dryRun: boolean;
  readonly symbolOf: (asset: number) => string;
}

/** Liquidates each vault in its own transaction, paid from the account's balance. */
export class DirectStrategy implements Strategy {
  readonly assumedGas = ASSUMED_GAS;
  readonly minProfit: bigint;
  /** Most that all decisions of the pass may spend [debt units]. */
  private needed = 0n;

  constructor(
    private readonly execution: Execution,
    private readonly settings: DirectSettings,
  ) {
    this.minProfit = settings.minProfit;
  }

  budget(balance: bigint): bigint {
    return balance;
  }

  group(decisions: readonly LiquidationDecision[]): {
    readonly groups: readonly (readonly LiquidationDecision[])[];
    readonly left: [];
  } {
    this.needed = neededFor(decisions);
    return { groups: decisions.map((decision) => [decision]), left: [] };
  }

  /** Approves the engine if the allowance does not cover the pass. */
  async prepare(
    pass: PassContext,
    decisions: readonly LiquidationDecision[],
    done: (outcome: OutcomeEvent) => void,
  ): Promise<SkipReason | null> {
    if (pass.allowance >= neededFor(decisions)) return null;
    const approval = await this.approve(pass);
    done(approval);
    return approval.status === "done" ? null : "notApproved";
  }

  async simulate(pass: PassContext, group: readonly LiquidationDecision[]): Promise<Ready | Revert> {
    const [decision] = group;
    if (decision === undefined) return { class: "terms", error: "nothing to do" };
    const { vault } = decision;
    // Without an allowance a simulation would revert. Report the plan instead.
    if (this.settings.dryRun && pass.allowance < this.needed) return this.planned(decision);
    const { client, provider, account } = this.execution;
    const { vaultEngine } = client;
    const { asset, maxRepay, minSeize } = decision.option;
    const call = {
      ...{ vault, asset, maxRepay, maxSeize: MaxUint256, minSeize },
      ...{ deadline: pass.head.timestamp + DEADLINE_SECONDS, receiver: account.address, data: "0x" },
    };
    const data = vaultEngine.interface.encodeFunctionData("liquidate", [call]);
    const to = await vaultEngine.getAddress();
    let gas: bigint;
    let repaid: bigint;
    let seized: bigint;
    try {
      const answer = await provider.call({ from: account.address, to, data });
      const decoded = vaultEngine.interface.decodeFunctionResult("liquidate", answer);
      [repaid, seized] = decoded as unknown as [bigint, bigint];
      gas = await provider.estimateGas({ from: account.address, to, data });
    } catch (error) {
      return classify(error);
    }
    const option = priced(decision.option, { repaid, seized, gas }, pass);
    if (!pays(option.profit, this.settings.minProfit)) {
      const error = `profit ${option.profit} with the gas of the newest block: below the minimum`;
      return { class: "terms", error };
    }
    const ready = { ...decision, option };
    return {
      ...this.planned(ready),
      transaction: { to, data, gasLimit: (gas * GAS_MARGIN) / BPS },
      settle: async (sent) => [await this.settle(pass, ready, data, sent)],
    };
  }

  /** A decision as planned, with no transaction to send. */
  private planned(decision: LiquidationDecision): Ready {
    const symbol = this.settings.symbolOf(decision.option.asset);
    return {
      decisions: [decision],
      left: [],
      transaction: null,
      subject: { kind: "liquidation", vault: decision.vault, symbol },
      settle: () => Promise.resolve([]),
    };
  }

  /** The outcome of a sent liquidation. */
  private async settle(
    pass: PassContext,
    decision: LiquidationDecision,
    data: string,
    sent: Sent,
  ): Promise<OutcomeEvent> {
    const { client, provider, account } = this.execution;
    const { vault, option } = decision;
    const symbol = this.settings.symbolOf(option.asset);
    const base = { event: "outcome", kind: "liquidation", vault, symbol, ...sent } as const;
    const receipt = await wait(this.execution, sent, pass.head);
    if (receipt === null) return { ...base, status: "late" };
    const { blockNumber: block, gasUsed } = receipt;
    if (receipt.status !== 1) {
      const to = await client.vaultEngine.getAddress();
      const refusal = await reasonAt(provider, { from: account.address, to, data }, block);
      return { ...base, status: refusal.class === "gone" ? "lost" : "reverted", block, gasUsed, refusal };
    }
    const facts = liquidationsIn(client, receipt).get(vault);
    if (facts === undefined) return { ...base, status: "done", block, gasUsed };
    const gasCost = gasCostUp({ gas: gasUsed, gasPrice: receipt.gasPrice, weiPrice: pass.weiPrice });
    const profit = profitOf(valueDown(facts.seized, option.price), facts.repaid, gasCost);
    const healthAfter = await healthAt(client, vault, block);
    return {
      ...base,
      ...{ status: "done", block, gasUsed, ...facts, profit },
      ...(healthAfter !== undefined && { healthAfter }),
    };
  }

  /**
   * Gives the engine an unlimited allowance of the debt asset and waits until it is mined. A
   * nonzero allowance is first set to 0, because some tokens refuse to change an allowance that is
   * not 0.
   */
  private async approve(pass: PassContext): Promise<OutcomeEvent> {
    if (pass.allowance > 0n) {
      const cleared = await this.approveAmount(pass, 0n);
      if (cleared.status !== "done") return cleared;
    }
    return await this.approveAmount(pass, MaxUint256);
  }

  private async approveAmount({ head, tip }: PassContext, amount: bigint): Promise<OutcomeEvent> {
    const { client, provider, account, lane } = this.execution;
    const to = await client.debtToken.getAddress();
    const engine = await client.vaultEngine.getAddress();
    const data = client.debtToken.interface.encodeFunctionData("approve", [engine, amount]);
    let gas: bigint;
    try {
      gas = await provider.estimateGas({ from: account.address, to, data });
    } catch (error) {
      const { nonce } = lane.slot();
      return { event: "outcome", kind: "approval", status: "notSent", nonce, refusal: classify(error) };
    }
    const sent = await send(this.execution, to, data, (gas * GAS_MARGIN) / BPS, head, tip);
    if ("refusal" in sent) return { event: "outcome", kind: "approval", status: "notSent", ...sent };
    const receipt = await wait(this.execution, sent, head);
    const base = { event: "outcome", kind: "approval", ...sent } as const;
    if (receipt === null) return { ...base, status: "late" };
    const status = receipt.status === 1 ? "done" : "reverted";
    return { ...base, status, block: receipt.blockNumber, gasUsed: receipt.gasUsed };
  }
}

function neededFor(decisions: readonly LiquidationDecision[]): bigint {
  return decisions.reduce((sum, { option }) => sum + option.maxRepay, 0n);
}

/** An option with the amounts simulated at the newest block, and the profit on these. */
function priced(
  option: LiquidationOption,
  { repaid, seized, gas }: { readonly repaid: bigint; readonly seized: bigint; readonly gas: bigint },
  { head, tip, weiPrice }: PassContext,
): LiquidationOption {
  const gasCost = gasCostUp({ gas, gasPrice: nextGasPrice(head.baseFee, tip), weiPrice });
  const collateralValue = valueDown(seized, option.price);
  const profit = profitOf(collateralValue, repaid, gasCost);
  return { ...option, repaid, seized, collateralValue, gasCost, profit };
}

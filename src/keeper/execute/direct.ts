import { MaxUint256, type TransactionReceipt } from "ethers";

import { BPS, type Price, valueDown, type VaultKey } from "../../model/index.js";
import type { Client } from "../../protocol/client.js";
import type { NodeProvider } from "../../protocol/provider.js";
import type { Account, NonceManager } from "../chain/account.js";
import type { OutcomeEvent } from "../report/events.js";
import { type Fees, feesFor, nextGasPrice } from "../chain/fees.js";
import { type Decision, gasCostUp, type LiquidationOption, pays, profitOf } from "../plan/plan.js";
import { classify, type Revert } from "../chain/revert.js";
import { type InclusionLimits, receiptWithin } from "../chain/receipt.js";
import type { Head } from "../chain/vaultIndex.js";

/** Everything sending needs. */
export interface Execution {
  readonly client: Client;
  readonly provider: NodeProvider;
  readonly account: Account;
  readonly lane: NonceManager;
  readonly patience: InclusionLimits;
  readonly stopped: AbortSignal;
}

/** A liquidation ready to be sent: simulated at the newest block, with terms that hold there. */
export interface Simulated {
  readonly option: LiquidationOption;
  readonly data: string;
  readonly gasLimit: bigint;
}

/** A transaction on its way. */
export interface Sent {
  readonly hash: string;
  readonly nonce: number;
}

const ONE_GWEI = 10n ** 9n;

/** The tip the node suggests [wei per gas], or one gwei if it has no opinion. */
export async function suggestedTip(provider: NodeProvider): Promise<bigint> {
  try {
    return BigInt((await provider.send("eth_maxPriorityFeePerGas", [])) as string);
  } catch {
    return ONE_GWEI;
  }
}

/**
 * Runs the liquidation of `option` on the newest block without sending it: the terms it has there, or why not.
 * `limits`: price of a wei [debt units, 1e36-scaled] and the least profit [debt units].
 */
export async function simulate(
  { client, provider, account }: Execution,
  vault: string,
  option: LiquidationOption,
  head: Head,
  tip: bigint,
  limits: { readonly weiPrice: bigint; readonly minProfit: bigint },
): Promise<Simulated | Revert> {
  const call = {
    vault,
    asset: option.asset,
    maxRepay: option.maxRepay,
    maxSeize: MaxUint256,
    minSeize: option.minSeize,
    deadline: head.timestamp + DEADLINE_SECONDS,
    receiver: account.address,
    data: "0x",
  };
  const { vaultEngine } = client;
  const data = vaultEngine.interface.encodeFunctionData("liquidate", [call]);
  const to = await vaultEngine.getAddress();
  let gas: bigint;
  let repaid: bigint;
  let seized: bigint;
  try {
    const answer = await provider.call({ from: account.address, to, data });
    [repaid, seized] = vaultEngine.interface.decodeFunctionResult("liquidate", answer) as unknown as [
      bigint,
      bigint,
    ];
    gas = await provider.estimateGas({ from: account.address, to, data });
  } catch (error) {
    return classify(error);
  }
  const gasCost = gasCostUp({ gas, gasPrice: nextGasPrice(head.baseFee, tip), weiPrice: limits.weiPrice });
  const collateralValue = valueDown(seized, option.price);
  const profit = profitOf(collateralValue, repaid, gasCost);
  if (!pays(profit, limits.minProfit)) {
    return { class: "terms", error: `profit ${profit} with the gas of the newest block: below the minimum` };
  }
  return {
    option: { ...option, repaid, seized, collateralValue, gasCost, profit },
    data,
    gasLimit: (gas * GAS_MARGIN) / BPS,
  };
}

/** Broadcasts one transaction in the lane's next slot. Returns what is on its way, or why nothing is. */
export async function send(
  { account, lane }: Execution,
  to: string,
  data: string,
  gasLimit: bigint,
  head: Head,
  tip: bigint,
): Promise<Sent | { readonly nonce: number; readonly refusal: Revert }> {
  const { nonce, replaces } = lane.slot();
  const fees: Fees = feesFor(head.baseFee, tip, replaces);
  try {
    const hash = await account.send({ to, data, nonce, gasLimit, fees });
    lane.sent(nonce, fees);
    return { hash, nonce };
  } catch (error) {
    const refusal = classify(error);
    // An answer that got lost says nothing of the transaction: its nonce counts as used, so that no other one takes it.
    if (refusal.class === "transient") lane.sent(nonce, fees);
    return { nonce, refusal };
  }
}

/**
 * Lets the engine take any amount of the debt asset from the account; waits for it. Some tokens refuse to change an `allowance` that is not 0: it
 * is taken back first.
 */
export async function approve(
  execution: Execution,
  head: Head,
  tip: bigint,
  allowance: bigint,
): Promise<OutcomeEvent> {
  if (allowance > 0n) {
    const cleared = await approveAmount(execution, 0n, head, tip);
    if (cleared.status !== "done") return cleared;
  }
  return await approveAmount(execution, MaxUint256, head, tip);
}

async function approveAmount(
  execution: Execution,
  amount: bigint,
  head: Head,
  tip: bigint,
): Promise<OutcomeEvent> {
  const { client, provider, account } = execution;
  const to = await client.debtToken.getAddress();
  const engine = await client.vaultEngine.getAddress();
  const data = client.debtToken.interface.encodeFunctionData("approve", [engine, amount]);
  let gas: bigint;
  try {
    gas = await provider.estimateGas({ from: account.address, to, data });
  } catch (error) {
    const { nonce } = execution.lane.slot();
    return { event: "outcome", kind: "approval", status: "notSent", nonce, refusal: classify(error) };
  }
  const sent = await send(execution, to, data, (gas * GAS_MARGIN) / BPS, head, tip);
  if ("refusal" in sent) return { event: "outcome", kind: "approval", status: "notSent", ...sent };
  const receipt = await wait(execution, sent, head);
  const base = { event: "outcome", kind: "approval", ...sent } as const;
  if (receipt === null) return { ...base, status: "late" };
  const status = receipt.status === 1 ? "done" : "reverted";
  return { ...base, status, block: receipt.blockNumber, gasUsed: receipt.gasUsed };
}

/** What became of a liquidation that was sent. */
export async function settle(
  execution: Execution,
  decision: Decision,
  symbol: string,
  simulated: Simulated,
  sent: Sent,
  head: Head,
  weiPrice: bigint,
): Promise<OutcomeEvent> {
  const { client, provider, account } = execution;
  const { vault } = decision;
  const base = { event: "outcome", kind: "liquidation", vault, symbol, ...sent } as const;
  const receipt = await wait(execution, sent, head);
  if (receipt === null) return { ...base, status: "late" };
  const { blockNumber: block, gasUsed } = receipt;
  if (receipt.status !== 1) {
    const to = await client.vaultEngine.getAddress();
    const refusal = await reasonAt(provider, { from: account.address, to, data: simulated.data }, block);
    return { ...base, status: refusal.class === "gone" ? "lost" : "reverted", block, gasUsed, refusal };
  }
  const facts = liquidationsIn(client, receipt).get(vault);
  if (facts === undefined) return { ...base, status: "done", block, gasUsed };
  const gasCost = gasCostUp({ gas: gasUsed, gasPrice: receipt.gasPrice, weiPrice });
  const profit = profitOf(valueDown(facts.seized, simulated.option.price), facts.repaid, gasCost);
  const healthAfter = await healthAt(client, vault, block);
  return {
    ...base,
    status: "done",
    block,
    gasUsed,
    ...facts,
    profit,
    ...(healthAfter !== undefined && { healthAfter }),
  };
}

/** Price of one wei [debt units, 1e36-scaled] by the price of wrapped ether, if it has one now. */
export function weiPriceOf(
  assets: readonly { symbol: string; decimals: number }[],
  prices: readonly Price[],
): bigint | null {
  const id = assets.findIndex((asset) => asset.symbol === "WETH" && asset.decimals === 18);
  const price = prices[id];
  return price === undefined || price.liquidation === 0n ? null : price.liquidation;
}

/** The receipt of what was sent, or null if it was not mined in time. */
export async function wait(
  { provider, patience, stopped, lane }: Execution,
  { hash, nonce }: Sent,
  head: Head,
) {
  const receipt = await receiptWithin(provider, hash, head.number, patience, stopped);
  if (receipt !== null) lane.mined(nonce);
  return receipt;
}

/** Why a call is refused on the state after `block`. */
export async function reasonAt(
  provider: NodeProvider,
  call: { from: string; to: string; data: string },
  block: number,
): Promise<Revert> {
  try {
    await provider.call({ ...call, blockTag: block });
    return { class: "fault", error: "reverted, though the same call succeeds on the state after its block" };
  } catch (error) {
    return classify(error);
  }
}

/** What the engine says of the liquidations in a transaction, by vault: debt units, collateral units, WAD. */
export function liquidationsIn(client: Client, receipt: TransactionReceipt) {
  const { interface: abi } = client.vaultEngine;
  const { topicHash } = abi.getEvent("Liquidated");
  const found = new Map<VaultKey, { repaid: bigint; seized: bigint; bonus: bigint }>();
  for (const log of receipt.logs) {
    if (log.topics[0] !== topicHash) continue;
    const facts = abi.decodeEventLog("Liquidated", log.data, log.topics) as unknown as {
      vault: string;
      repaid: bigint;
      seized: bigint;
      bonus: bigint;
    };
    const { repaid, seized, bonus } = facts;
    found.set(facts.vault.toLowerCase() as VaultKey, { repaid, seized, bonus });
  }
  return found;
}

/** Health of a vault after `block`: null without debt, undefined if the node does not say. */
export async function healthAt(
  client: Client,
  vault: string,
  block: number,
): Promise<bigint | null | undefined> {
  try {
    const [health] = await client.vaultLens.health([vault], { blockTag: block });
    return health === undefined ? undefined : health.debt === 0n ? null : health.healthFactor;
  } catch {
    return undefined;
  }
}

/** Seconds a liquidation stays good: longer than any wait for it, so that only health and terms refuse it. */
export const DEADLINE_SECONDS = 3_600n;
/** Gas limit over the estimate [bps]. */
export const GAS_MARGIN = 13_000n;

import type { TransactionReceipt } from "ethers";

import { type VaultKey } from "../../model/index.js";
import type { Client } from "../../protocol/client.js";
import type { NodeProvider } from "../../protocol/provider.js";
import type { Account, NonceManager } from "../chain/account.js";
import { type Fees, feesFor } from "../chain/fees.js";
import { type InclusionLimits, receiptWithin } from "../chain/receipt.js";
import { classify, type Revert } from "../chain/revert.js";
import type { Head } from "../chain/vaultIndex.js";

/** The signer, the node and the limits of a wait. */
export interface Execution {
  readonly client: Client;
  readonly provider: NodeProvider;
  readonly account: Account;
  readonly lane: NonceManager;
  readonly patience: InclusionLimits;
  readonly stopped: AbortSignal;
}

/** A broadcast transaction. */
export interface Sent {
  readonly hash: string;
  readonly nonce: number;
}

/**
 * Seconds until a liquidation expires. Longer than any wait for it, so that only health and terms
 * can refuse it.
 */
export const DEADLINE_SECONDS = 3_600n;
/** Gas limit relative to the estimate [bps]. */
export const GAS_MARGIN = 13_000n;

/**
 * Broadcasts one transaction in the next slot of the lane. Returns the sent transaction, or the
 * refusal.
 */
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
    // A lost answer does not tell whether the transaction arrived. Count its nonce as used, so that
    // no other transaction takes it.
    if (refusal.class === "transient") lane.sent(nonce, fees);
    return { nonce, refusal };
  }
}

/** The receipt of a sent transaction; null if it was not mined in time. */
export async function wait(
  { provider, patience, stopped, lane }: Execution,
  { hash, nonce }: Sent,
  head: Head,
) {
  const receipt = await receiptWithin(provider, hash, head.number, patience, stopped);
  if (receipt !== null) lane.mined(nonce);
  return receipt;
}

/** The reason why a call is refused on the state after `block`. */
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

/**
 * The engine's `Liquidated` events in a transaction, by vault [debt units, collateral units, WAD].
 */
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

/** Health of a vault after `block`: null without debt, undefined if the node does not answer. */
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

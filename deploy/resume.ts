import { getAddress, toQuantity } from "ethers";

import { ResumeError } from "./errors.js";
import type { Entry, Journal } from "./journal.js";
import type { Eip1193 } from "./onChain.js";

/** A transaction as a node returns it. */
interface Found {
  readonly hash: string;
  readonly from: string;
  readonly to: string | null;
  readonly nonce: string;
  readonly input: string;
  readonly maxFeePerGas?: string;
  readonly maxPriorityFeePerGas?: string;
  readonly gasPrice?: string;
}

/**
 * Brings the journal of a killed process into a form that Ignition resumes.
 * - Drops entries without effect: a future that made no request, and a transaction that was
 *   prepared but, by the account's nonce, never sent.
 * - Looks up on the chain the transactions that were sent between two entries, and enters them.
 *   Otherwise Ignition would send them again.
 * - Enters the confirmation of a transaction if a later one of the deployment has been confirmed.
 *   Otherwise Ignition expects the nonce after the earlier one to be unused, and gives up.
 *
 * Throws a `ResumeError` if a nonce is used and its transaction cannot be found.
 */
export async function settle(journal: Journal, node: Eip1193): Promise<void> {
  await journal.repair();
  const entries = await journal.entries();
  const begun = entries.filter((entry) => !leadsNowhere(entry, entries));
  const settled: Entry[] = [];
  for (const [at, entry] of begun.entries()) {
    const sent =
      isPrepared(entry) && !isSent(entry, begun.slice(at + 1)) ? await sentBy(entry, begun, node) : entry;
    if (sent === entry) settled.push(entry);
    else if (sent !== null) settled.push(entry, sent);
  }
  settled.push(...(await overtaken(settled, node)));
  if (settled.length !== entries.length || settled.some((entry, at) => entry !== entries[at]))
    await journal.rewrite(settled);
}

/** A transaction's receipt as a node returns it. */
interface MinedReceipt {
  readonly blockHash: string;
  readonly blockNumber: string;
  readonly contractAddress: string | null;
  readonly status: string;
  readonly logs: readonly {
    readonly address: string;
    readonly logIndex: string;
    readonly data: string;
    readonly topics: readonly string[];
  }[];
}

/** Confirmations that are missing although a transaction with a higher nonce has one. */
async function overtaken(entries: readonly Entry[], node: Eip1193): Promise<Entry[]> {
  const isConfirmed = (sent: Entry): boolean =>
    entries.some((entry) => entry.type === "TRANSACTION_CONFIRM" && sameInteraction(entry, sent));
  const sent = entries.filter(({ type }) => type === "TRANSACTION_SEND");
  const highest = Math.max(-1, ...sent.filter(isConfirmed).map(({ nonce = -1 }) => nonce));
  const confirmations: Entry[] = [];
  for (const entry of sent) {
    const { futureId, networkInteractionId, transaction, nonce = -1 } = entry;
    if (transaction === undefined || nonce > highest || isConfirmed(entry)) continue;
    const { hash } = transaction;
    const answer = await node.request({ method: "eth_getTransactionReceipt", params: [hash] });
    if (answer === null) continue;
    const { blockHash, blockNumber, contractAddress, status, logs } = answer as MinedReceipt;
    const receipt = {
      blockHash,
      blockNumber: Number(blockNumber),
      ...(contractAddress !== null && { contractAddress: getAddress(contractAddress) }),
      logs: logs.map(({ address, logIndex, data, topics }) => ({
        ...{ address: getAddress(address), logIndex: Number(logIndex), data, topics },
      })),
      status: BigInt(status) === 1n ? "SUCCESS" : "FAILURE",
    };
    const confirmation = { type: "TRANSACTION_CONFIRM", futureId, networkInteractionId, hash, receipt };
    confirmations.push(confirmation);
  }
  return confirmations;
}

/**
 * Whether any transaction of a settled journal may be on the chain. Without one the journal may be
 * removed.
 */
export async function hasSent(journal: Journal): Promise<boolean> {
  return (await journal.entries()).some(
    ({ type }) => type === "TRANSACTION_PREPARE_SEND" || type === "TRANSACTION_SEND",
  );
}

/** Types of the entries that begin a future; a request follows. */
const BEGINNINGS = new Set([
  "DEPLOYMENT_EXECUTION_STATE_INITIALIZE",
  "CALL_EXECUTION_STATE_INITIALIZE",
  "STATIC_CALL_EXECUTION_STATE_INITIALIZE",
  "SEND_DATA_EXECUTION_STATE_INITIALIZE",
]);

/** Whether `entry` begins a future that made no request. */
function leadsNowhere({ type, futureId }: Entry, entries: readonly Entry[]): boolean {
  return (
    BEGINNINGS.has(type) &&
    !entries.some((other) => other.type === "NETWORK_INTERACTION_REQUEST" && other.futureId === futureId)
  );
}

/** An entry written before a transaction is sent. */
type Prepared = Entry & { readonly nonce: number };

function isPrepared(entry: Entry): entry is Prepared {
  return entry.type === "TRANSACTION_PREPARE_SEND" && entry.nonce !== undefined;
}

function isSent(prepared: Prepared, later: readonly Entry[]): boolean {
  return later.some((entry) => entry.type === "TRANSACTION_SEND" && sameInteraction(entry, prepared));
}

function sameInteraction(a: Entry, b: Entry): boolean {
  return a.futureId === b.futureId && a.networkInteractionId === b.networkInteractionId;
}

/**
 * Outcome of a prepared transaction: the entry that it was sent, or null if the prepared entry is
 * to be dropped. Throws a `ResumeError` if the nonce is used and the node does not tell by which
 * transaction.
 */
async function sentBy(prepared: Prepared, entries: readonly Entry[], node: Eip1193): Promise<Entry | null> {
  const { futureId, networkInteractionId, nonce } = prepared;
  const from = entries.find((entry) => BEGINNINGS.has(entry.type) && entry.futureId === futureId)?.from;
  const request = entries.find(
    ({ networkInteraction: asked, ...entry }) =>
      entry.futureId === futureId && asked?.id === networkInteractionId,
  )?.networkInteraction;
  if (from === undefined || request === undefined)
    throw new ResumeError(`journal: ${futureId ?? "?"}: nothing was asked for`);
  if ((await countOf(node, from, "pending")) <= nonce) return null;

  const known = entries.flatMap((entry) =>
    sameInteraction(entry, prepared) && entry.transaction !== undefined ? [entry.transaction.hash] : [],
  );
  const found = await transactionOf(node, from, nonce);
  if (found === null) {
    // An earlier offer of the same transaction is still pending, and Ignition follows it.
    for (const hash of known)
      if ((await node.request({ method: "eth_getTransactionByHash", params: [hash] })) !== null) return null;
    throw new ResumeError(
      `journal: ${futureId ?? "?"}: nonce ${nonce} of ${from} is used and the node does not tell by what: wait until its transaction is mined, or look it up in an explorer, then run again; or move the journal away`,
    );
  }
  const ours =
    (found.to ?? "").toLowerCase() === (request.to ?? "").toLowerCase() && found.input === request.data;
  // Another transaction took the nonce, so this one can never be mined. A known transaction is
  // followed already.
  if (!ours || known.includes(found.hash)) return null;
  const big = (value: string) => ({ _kind: "bigint" as const, value: BigInt(value).toString() });
  const fees =
    found.maxFeePerGas !== undefined && found.maxPriorityFeePerGas !== undefined
      ? { maxFeePerGas: big(found.maxFeePerGas), maxPriorityFeePerGas: big(found.maxPriorityFeePerGas) }
      : { gasPrice: big(found.gasPrice ?? "0x0") };
  return {
    type: "TRANSACTION_SEND",
    futureId,
    networkInteractionId,
    nonce,
    transaction: { hash: found.hash, fees },
  };
}

async function countOf(node: Eip1193, account: string, block: string): Promise<number> {
  return Number(await node.request({ method: "eth_getTransactionCount", params: [account, block] }));
}

/**
 * The transaction that used an account's nonce, mined or pending; null if the node does not tell.
 */
async function transactionOf(node: Eip1193, from: string, nonce: number): Promise<Found | null> {
  try {
    const block =
      (await countOf(node, from, "latest")) > nonce
        ? toQuantity(await blockOf(node, from, nonce))
        : "pending";
    const answer = await node.request({ method: "eth_getBlockByNumber", params: [block, true] });
    const { transactions } = answer as { transactions: readonly Found[] };
    return (
      transactions.find((t) => t.from.toLowerCase() === from.toLowerCase() && Number(t.nonce) === nonce) ??
      null
    );
  } catch {
    // The node has dropped the state of old blocks, or shows no pending block.
    return null;
  }
}

/**
 * The block in which an account's nonce was used. Searches back from the newest block in steps of
 * double length, then bisects.
 */
async function blockOf(node: Eip1193, from: string, nonce: number): Promise<number> {
  let used = Number(await node.request({ method: "eth_blockNumber" }));
  let unused = -1;
  for (let step = 1; used - step >= 0; step *= 2) {
    if ((await countOf(node, from, toQuantity(used - step))) <= nonce) {
      unused = used - step;
      break;
    }
    used -= step;
  }
  while (used - unused > 1) {
    const middle = Math.floor((used + unused) / 2);
    if ((await countOf(node, from, toQuantity(middle))) > nonce) used = middle;
    else unused = middle;
  }
  return used;
}

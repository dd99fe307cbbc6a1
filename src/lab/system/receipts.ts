import type { Receipt } from "./labChain.js";

/** Gas paid by transactions [debt units, and wei], and the number that failed. */
export interface TransactionCosts {
  readonly gas: bigint;
  readonly wei: bigint;
  readonly failed: number;
}

const TRANSFER_TOPIC = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

/** Tokens that `account` received in a transaction less those it sent [token units]. */
export function tokensReceived(receipt: Receipt | undefined, token: string, account: string): bigint {
  let sum = 0n;
  for (const { address, topics, data } of receipt?.logs ?? []) {
    if (address.toLowerCase() !== token.toLowerCase() || topics[0] !== TRANSFER_TOPIC) continue;
    if (BigInt(topics[2] ?? 0) === BigInt(account)) sum += BigInt(data);
    if (BigInt(topics[1] ?? 0) === BigInt(account)) sum -= BigInt(data);
  }
  return sum;
}

import { keccak256, Transaction, toQuantity, Wallet } from "ethers";

import type { NodeProvider } from "../../protocol/provider.js";
import { type Fees } from "./fees.js";
import { lineOf } from "./nodeWords.js";

/** A transaction with every field set: the account only signs it. */
export interface PreparedTransaction {
  readonly to: string;
  readonly data: string;
  readonly nonce: number;
  readonly gasLimit: bigint;
  readonly fees: Fees;
}

/** Signs and sends. `send` broadcasts once and returns the hash. It neither waits nor retries. */
export interface Account {
  readonly address: string;
  send(transaction: PreparedTransaction): Promise<string>;
}

/** An account whose key the node holds. Only development chains have such accounts. */
export function unlockedAccount(provider: NodeProvider, address: string): Account {
  return {
    address,
    send: async ({ to, data, nonce, gasLimit, fees }) =>
      String(
        await provider.send("eth_sendTransaction", [
          {
            from: address,
            to,
            data,
            nonce: toQuantity(nonce),
            gas: toQuantity(gasLimit),
            maxFeePerGas: toQuantity(fees.maxFeePerGas),
            maxPriorityFeePerGas: toQuantity(fees.maxPriorityFeePerGas),
          },
        ]),
      ),
  };
}

/**
 * An account whose key this process holds. Throws a TypeError for an invalid key. The message does
 * not contain the key.
 */
export function keyAccount(provider: NodeProvider, chainId: number, key: string): Account {
  const wallet = new Wallet(key);
  return {
    address: wallet.address,
    send: async ({ to, data, nonce, gasLimit, fees }) => {
      const raw = await wallet.signTransaction(
        Transaction.from({ type: 2, chainId, to, data, nonce, gasLimit, ...fees }),
      );
      try {
        await provider.send("eth_sendRawTransaction", [raw]);
      } catch (error) {
        // The node has the transaction already, for example because its first answer got lost.
        if (!/already known|known transaction|already imported/i.test(lineOf(error))) throw error;
      }
      return keccak256(raw);
    },
  };
}

/**
 * The nonces of one account. This process is the account's only sender. The manager remembers its
 * transactions until they are mined, and replaces a waiting one at higher fees instead of queueing
 * behind it.
 */
export class NonceManager {
  private readonly waiting = new Map<number, Fees>();
  private next = 0;

  /**
   * Starts a pass. `mined` and `pending` are the account's transaction counts without and with the
   * transactions that wait in the node.
   * Returns whether the lane is free: false if transactions wait that this process did not send.
   */
  begin(mined: number, pending: number): boolean {
    for (const nonce of this.waiting.keys()) if (nonce < mined) this.waiting.delete(nonce);
    this.next = mined;
    for (let nonce = mined; nonce < pending; nonce++) if (!this.waiting.has(nonce)) return false;
    return true;
  }

  /** The nonce of the next transaction, and the fees of the transaction it replaces, if any. */
  slot(): { readonly nonce: number; readonly replaces?: Fees } {
    const replaces = this.waiting.get(this.next);
    return { nonce: this.next, ...(replaces && { replaces }) };
  }

  /** Records that a transaction with `nonce` was broadcast. */
  sent(nonce: number, fees: Fees): void {
    this.waiting.set(nonce, fees);
    this.next = nonce + 1;
  }

  /** Records that a transaction with `nonce` was mined. */
  mined(nonce: number): void {
    this.waiting.delete(nonce);
  }
}

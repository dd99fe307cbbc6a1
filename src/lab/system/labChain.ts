import type { NetworkConnection } from "hardhat/types/network";
import { type Log, toQuantity } from "ethers";

/** The outcome of one transaction. */
export interface Receipt {
  readonly hash: string;
  readonly ok: boolean;
  readonly gasUsed: bigint;
  /** Gas paid by the sender [wei]. */
  readonly gasCost: bigint;
  readonly logs: readonly Pick<Log, "address" | "topics" | "data">[];
}

/** A transaction waiting for the next block. */
export interface Sent {
  readonly hash: string;
}

interface RawReceipt {
  readonly status: string;
  readonly gasUsed: string;
  readonly effectiveGasPrice: string;
  readonly logs: readonly { readonly address: string; readonly topics: string[]; readonly data: string }[];
}

/**
 * A chain whose blocks are mined on request. Every transaction carries its nonce, gas and gas
 * price, because the node would otherwise scan all pending transactions for each.
 */
export class LabChain {
  private readonly nonces = new Map<string, number>();
  private waiting: string[] = [];
  /** Totals over all blocks mined here. */
  transactions = 0;
  gasUsed = 0n;
  blocks = 0;

  private constructor(
    private readonly connection: NetworkConnection,
    public blockNumber: number,
  ) {}

  /** Takes over a chain. From then on it mines only in `mine`. */
  static async takeOver(connection: NetworkConnection): Promise<LabChain> {
    await connection.provider.request({ method: "evm_setAutomine", params: [false] });
    return new LabChain(connection, await connection.ethers.provider.getBlockNumber());
  }

  /**
   * Queues a call for the next block.
   * @param gas gas limit
   * @param gasPrice [wei]
   */
  async send(from: string, to: string, data: string, gas: bigint, gasPrice: bigint): Promise<Sent> {
    const nonce = this.nonces.get(from) ?? (await this.connection.ethers.provider.getTransactionCount(from));
    this.nonces.set(from, nonce + 1);
    const transaction = {
      from,
      to,
      data,
      gas: toQuantity(gas),
      gasPrice: toQuantity(gasPrice),
      nonce: toQuantity(nonce),
    };
    const hash = await this.request<string>("eth_sendTransaction", [transaction]);
    this.waiting.push(hash);
    return { hash };
  }

  /**
   * Mines one block at `time` [s] with all queued transactions, and returns receipts by hash.
   * Throws an `Error` if a transaction did not fit.
   */
  async mine(time: number): Promise<Map<string, Receipt>> {
    await this.request("evm_mine", [toQuantity(time)]);
    this.blockNumber += 1;
    this.blocks += 1;
    const receipts = new Map<string, Receipt>();
    for (const hash of this.waiting) {
      const raw = await this.request<RawReceipt | null>("eth_getTransactionReceipt", [hash]);
      if (raw === null) throw new Error(`transaction ${hash} did not fit into block ${this.blockNumber}`);
      const gasUsed = BigInt(raw.gasUsed);
      const gasCost = gasUsed * BigInt(raw.effectiveGasPrice);
      receipts.set(hash, { hash, ok: BigInt(raw.status) === 1n, gasUsed, gasCost, logs: raw.logs });
      this.gasUsed += gasUsed;
      this.transactions += 1;
    }
    this.waiting = [];
    return receipts;
  }

  private request<T>(method: string, params: unknown[]): Promise<T> {
    return this.connection.provider.request({ method, params }) as Promise<T>;
  }
}

import { type BlockTag, isError, type Provider } from "ethers";

import { AggregatorV3Interface__factory } from "../../../types/index.js";
import type { AggregatorV3Interface } from "../../../types/index.js";
import { STATUSES } from "../../model/index.js";
import type {
  FeedAnswer,
  LastKnown,
  pools,
  RiskTerms,
  SystemTerms,
  VaultHealth,
  VaultKey,
  VaultState,
} from "../../model/index.js";
import type { Client } from "../../protocol/client.js";
import { readRecords } from "../../protocol/vaultRecords.js";
import { lineOf } from "./nodeWords.js";
import type { EventSource, Head } from "./vaultIndex.js";

/** The state at one block that changes the health of all vaults at once. */
export interface MarketSnapshot {
  readonly pool: pools.PoolState;
  readonly debtFeed: FeedAnswer | null;
  /** By asset id. */
  readonly assets: readonly {
    readonly primary: FeedAnswer | null;
    readonly secondary: FeedAnswer | null;
    readonly accepted: { readonly price: bigint; readonly timestamp: bigint };
    /** Last known price of a dead asset; null while the asset is not dead. */
    readonly lastKnown: LastKnown | null;
    /** Parameters in force at the block, with a running ramp applied. */
    readonly risk: Omit<RiskTerms, "supplyCap">;
  }[];
  readonly system: SystemTerms;
}

/** The keeper's means to pay. */
export interface Funds {
  /** [debt units] */
  readonly balance: bigint;
  /** Allowance of the engine [debt units]. */
  readonly allowance: bigint;
}

interface Feeds {
  readonly debt: AggregatorV3Interface | null;
  readonly assets: readonly { primary: AggregatorV3Interface; secondary: AggregatorV3Interface | null }[];
}

/** Reads one deployment. Every read is pinned to a given block. Errors of the node pass through. */
export class ChainReader implements EventSource {
  private readonly topics: string[];
  private readonly feeds: Feeds;
  private maxKeys: number | undefined;

  constructor(
    readonly client: Client,
    private readonly provider: Provider,
  ) {
    const { interface: abi } = client.vaultEngine;
    // Every event that can change a vault has its key as the first indexed parameter.
    const names = [
      "Deposited",
      "Withdrawn",
      "Borrowed",
      "Repaid",
      "Liquidated",
      "BadDebtRealized",
      "Deleveraged",
      "Flagged",
      "Unflagged",
      "Absorbed",
    ] as const;
    this.topics = names.map((name) => abi.getEvent(name).topicHash);
    const connect = (address: string): AggregatorV3Interface =>
      AggregatorV3Interface__factory.connect(address, provider);
    const { debtAsset, assets } = client.deployment;
    this.feeds = {
      debt: debtAsset.source ? connect(debtAsset.source.feed) : null,
      assets: assets.map((a) => ({
        primary: connect(a.primary.feed),
        secondary: a.secondary ? connect(a.secondary.feed) : null,
      })),
    };
  }

  async head(): Promise<Head> {
    const block = await this.provider.getBlock("latest");
    if (block?.hash == null) throw new Error("the node has no latest block");
    const { number, hash, timestamp, baseFeePerGas } = block;
    return { number, hash, timestamp: BigInt(timestamp), baseFee: baseFeePerGas ?? 0n };
  }

  async blockHash(number: number): Promise<string | null> {
    return (await this.provider.getBlock(number))?.hash ?? null;
  }

  async vaultsTouched(from: number, to: number): Promise<VaultKey[]> {
    const logs = await this.provider
      .getLogs({
        address: await this.client.vaultEngine.getAddress(),
        topics: [this.topics],
        fromBlock: from,
        toBlock: to,
      })
      .catch((error: unknown) => {
        throw new Error(`events of blocks ${from} to ${to}: ${lineOf(error)}`, { cause: error });
      });
    const keys = new Set(logs.map((log) => (log.topics[1] ?? "0x").toLowerCase() as VaultKey));
    return [...keys];
  }

  /** Stored state of `keys` at `block`. */
  async records(keys: readonly VaultKey[], block: number): Promise<Map<VaultKey, VaultState>> {
    const states = new Map<VaultKey, VaultState>();
    for (const chunk of await this.chunks(keys)) {
      const records = await readRecords(this.client.vaultLens, chunk, { blockTag: block });
      chunk.forEach((key, i) => {
        const record = records[i];
        if (record === undefined) throw new Error(`the lens left out vault ${key}`);
        states.set(key, record);
      });
    }
    return states;
  }

  /** Health of `keys` at `block`, computed by the lens. */
  async health(keys: readonly VaultKey[], block: number): Promise<Map<VaultKey, VaultHealth>> {
    const found = new Map<VaultKey, VaultHealth>();
    for (const chunk of await this.chunks(keys)) {
      const list = await this.client.vaultLens.health([...chunk], { blockTag: block });
      chunk.forEach((key, i) => {
        const h = list[i];
        if (h === undefined) throw new Error(`the lens left out vault ${key}`);
        const { debt, value, healthFactor, liquidatable } = h;
        found.set(key, { debt, value, healthFactor, liquidatable });
      });
    }
    return found;
  }

  /** Most vaults that one call of the lens accepts. */
  async keysPerCall(): Promise<number> {
    this.maxKeys ??= Number(await this.client.vaultLens.MAX_KEYS());
    return this.maxKeys;
  }

  async market(block: number): Promise<MarketSnapshot> {
    const at = { blockTag: block };
    const { lendingPool, oracleGuard, riskConfig } = this.client;
    const [state, totalShares, { borrowCap, dust, targetHealth, stuckHealth }, debtFeed, assets] =
      await Promise.all([
        lendingPool.poolState(at),
        lendingPool.totalSupply(at),
        riskConfig.systemRisk(at),
        this.feeds.debt === null ? null : answerOf(this.feeds.debt, block),
        Promise.all(
          this.feeds.assets.map(async ({ primary, secondary }, id) => {
            const [first, second, accepted, { risk }, lastKnown] = await Promise.all([
              answerOf(primary, block),
              secondary === null ? null : answerOf(secondary, block),
              oracleGuard.lastGoodPrice(id, at),
              riskConfig.assetRisk(id, at),
              this.lastKnown(id, block),
            ]);
            const { ltv, liquidationThreshold, minBonus, maxBonus, slope } = risk;
            return {
              primary: first,
              secondary: second,
              accepted: { price: accepted[0], timestamp: accepted[1] },
              lastKnown,
              risk: { ltv, liquidationThreshold, minBonus, maxBonus, slope },
            };
          }),
        ),
      ]);
    const { index, accruedAt, fees, totalScaledDebt, cash, reserve, backstopDue, auctionDebt } = state;
    return {
      pool: { index, accruedAt, fees, totalScaledDebt, cash, reserve, backstopDue, auctionDebt, totalShares },
      debtFeed,
      assets,
      system: { borrowCap, dust, targetHealth, stuckHealth },
    };
  }

  /** Last known price of a dead asset, from the oracle guard; null if the asset is not dead. */
  private async lastKnown(id: number, block: number): Promise<LastKnown | null> {
    const at = { blockTag: block };
    const { status } = await this.client.oracleGuard.price(id, at);
    if (STATUSES[Number(status)] !== "dead") return null;
    const [known, deadSince] = await this.client.oracleGuard.lastKnown(id, at);
    const { base, most, least, aliveAt, unseenBefore, fades } = known;
    return { known: { base, most, least, aliveAt, unseenBefore, fades }, deadSince };
  }

  async funds(account: string, block: BlockTag): Promise<Funds> {
    const { debtToken, vaultEngine } = this.client;
    const [balance, allowance] = await Promise.all([
      debtToken.balanceOf(account, { blockTag: block }),
      debtToken.allowance(account, await vaultEngine.getAddress(), { blockTag: block }),
    ]);
    return { balance, allowance };
  }

  private async chunks(keys: readonly VaultKey[]): Promise<(readonly VaultKey[])[]> {
    if (keys.length === 0) return [];
    const size = await this.keysPerCall();
    return Array.from({ length: Math.ceil(keys.length / size) }, (_, i) =>
      keys.slice(i * size, (i + 1) * size),
    );
  }
}

/**
 * The answer of a feed, or null if the feed reverts or returns no price. An error of the node
 * passes through, because a silent node does not mean that a feed is broken.
 */
async function answerOf(feed: AggregatorV3Interface, block: number): Promise<FeedAnswer | null> {
  try {
    const { answer, updatedAt } = await feed.latestRoundData({ blockTag: block });
    return { answer, updatedAt };
  } catch (error) {
    if (isError(error, "CALL_EXCEPTION") || isError(error, "BAD_DATA")) return null;
    throw error;
  }
}

import { type BaseContract, type ContractTransactionResponse, parseUnits } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../deploy/inMemory.js";
import {
  MAX_UINT256,
  ModelError,
  STATUSES,
  auctions,
  backstops,
  max,
  min,
  pools,
  subFloor,
} from "../../src/model/index.js";
import { type Client, connect } from "../../src/protocol/client.js";
import { termsOf } from "../../src/protocol/deployments.js";
import { auctionTermsOf } from "../../src/protocol/parameters/convert.js";
import { MockPriceFeed__factory } from "../../types/index.js";
import { parameters } from "./auctionSetting.js";
import { EventLedger } from "./eventLedger.js";

const USD = 10n ** 6n;
export const DUST = 100n * USD;
const BID = 3;

/**
 * The model's half. Auctions and backstop move on their own; the pool is read from the chain before
 * each operation.
 */
export interface Mirror {
  readonly auctions: auctions.AuctionState;
  readonly backstop: backstops.BackstopState;
  readonly pool: pools.PoolState;
}

/**
 * Inputs of an operation: the world at its block, and the share pricing of the backstop before it.
 */
export interface Sight {
  readonly world: auctions.AuctionWorld;
  readonly prospects: backstops.SharePricing;
}

/** A deployed system beside the model of its auctions and backstop. */
export class AuctionWorld {
  model: Mirror;
  private nextVault = 0n;
  /** Figures kept from events alone. */
  private readonly ledger: EventLedger;

  private constructor(
    readonly connection: NetworkConnection,
    readonly client: Client,
    readonly actors: readonly HardhatEthersSigner[],
    readonly poolTerms: pools.PoolTerms,
    terms: auctions.AuctionState["terms"],
    pool: pools.PoolState,
  ) {
    this.model = { auctions: auctions.emptyAuctions(terms), backstop: backstops.emptyBackstop(6n), pool };
    this.ledger = new EventLedger(client);
  }

  static async create(connection: NetworkConnection, frozen: boolean): Promise<AuctionWorld> {
    const p = parameters(frozen);
    const deployment = await deployInMemory(connection, p);
    const actors = (await connection.ethers.getSigners()).slice(0, 3);
    const [first] = actors;
    if (first === undefined) throw new Error("the chain has no account");
    const client = connect(deployment, first);
    for (const actor of actors) {
      for (const token of [client.debtToken, ...client.tokens]) {
        await token.connect(actor).mint(actor.address, 10n ** 27n);
        for (const spender of [
          client.vaultEngine,
          client.lendingPool,
          client.auctionHouse,
          client.backstopPool,
        ]) {
          await token.connect(actor).approve(spender, MAX_UINT256);
        }
      }
    }
    await client.lendingPool.deposit(10n ** 7n * USD, first.address);
    const terms = auctionTermsOf(p.auction, 6);
    const created = (await client.lendingPool.poolState()).accruedAt;
    return new AuctionWorld(
      connection,
      client,
      actors,
      termsOf(deployment).pool,
      terms,
      pools.emptyPool(created),
    );
  }

  // ------------------------------------------------------------------ moving both

  /**
   * Runs one operation on both sides in the same second; returns the refusal of each side, or null.
   */
  async step(
    elapsed: number,
    chain: () => Promise<ContractTransactionResponse>,
    model: (m: Mirror, s: Sight) => Mirror,
  ): Promise<{ chain: string | null; model: string | null }> {
    const pool = await this.chainPool();
    await this.tick(elapsed);
    const refused = await this.attempt(chain);
    // This model has no breaker, so its verdict cannot be compared.
    if (refused?.startsWith("ActionClosed") === true) return { chain: refused, model: refused };
    const now = await this.now();
    const world = await this.sight(now);
    const accrued = pools.accrue(pool, this.poolTerms, now);
    const { low, high } = auctions.shortfall(this.model.auctions, world, accrued.auctionDebt);
    const penalties = auctions.expectedPenalties(this.model.auctions);
    const due = pools.claims(accrued, this.poolTerms).backstopDue;
    let verdict: string | null = null;
    try {
      this.model = model(
        { ...this.model, pool: accrued },
        { world, prospects: { low, high, penalties, due } },
      );
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      verdict = error.message;
    }
    return { chain: refused, model: verdict };
  }

  /** The model after the cash flows of an operation of the house. */
  settled(m: Mirror, o: { state: auctions.AuctionState; effects: auctions.CashFlows }): Mirror {
    const s = auctions.settle(o.state, m.backstop, m.pool, this.poolTerms, o.effects);
    return { auctions: s.state, backstop: s.backstop, pool: s.pool };
  }

  /** Opens a vault, lowers prices until it can be absorbed, and absorbs it on both sides. */
  async absorb(actor: HardhatEthersSigner, second: boolean, borrowed: bigint, keeper: string): Promise<void> {
    const key = await this.open(actor, second, borrowed);
    for (const id of [0, 1]) await this.price(id, borrowed * 101n);
    const { debt, collateral } = await this.handedOver(
      this.client.vaultEngine.absorb(key, keeper),
      "AbsorptionOpened",
    );
    const world = await this.sight(await this.now());
    const o = auctions.open(this.model.auctions, world, actor.address, keeper, debt, collateral);
    this.model = { ...this.model, auctions: o.state };
  }

  /** Opens a vault, lowers prices almost to zero, and writes it off on both sides. */
  async writeOffVault(actor: HardhatEthersSigner, second: boolean): Promise<void> {
    const vault = await this.open(actor, second, 1_000n * USD);
    for (const id of [0, 1]) await this.price(id, 2n);
    const call = { vault, asset: 0, maxRepay: 0, maxSeize: MAX_UINT256, minSeize: 0, deadline: MAX_UINT256 };
    const sent = this.client.vaultEngine.liquidate({ ...call, receiver: actor.address, data: "0x" });
    const { debt, collateral } = await this.handedOver(sent, "VaultWrittenOff");
    const world = await this.sight(await this.now());
    this.model = this.settled(
      this.model,
      auctions.writeOffVault(this.model.auctions, world, debt, collateral),
    );
  }

  private async open(actor: HardhatEthersSigner, second: boolean, borrowed: bigint): Promise<string> {
    const engine = this.client.vaultEngine.connect(actor);
    const index = (this.nextVault++).toString(16).padStart(24, "0");
    const key = `0x${actor.address.slice(2).toLowerCase()}${index}`;
    for (const id of [0, 1]) await this.price(id, parseUnits("2000", 8));
    await engine.deposit(key, 0, 10n ** 18n);
    if (second) await engine.deposit(key, 1, 10n ** 8n);
    await engine.borrow(key, (second ? 2n : 1n) * borrowed, actor.address);
    return key;
  }

  /** Debt and collateral that the engine moved to the house, from the house's event. */
  private async handedOver(sent: Promise<ContractTransactionResponse>, event: string) {
    const receipt = await (await sent).wait();
    const { auctionHouse } = this.client;
    const log = (receipt?.logs ?? [])
      .filter((one) => one.address === auctionHouse.target)
      .map((one) => auctionHouse.interface.parseLog(one))
      .find((one) => one?.name === event);
    if (log == null) throw new Error(`no ${event}`);
    const { debt, assets, amounts } = log.args.toObject() as {
      debt: bigint;
      assets: bigint;
      amounts: bigint[];
    };
    const ids = [0, 1].filter((id) => ((assets >> BigInt(id)) & 1n) === 1n);
    return { debt, collateral: ids.map((id, i) => ({ asset: id, amount: amounts[i] ?? 0n })) };
  }

  /** Every feed of an asset answers now; a second source answers a little more or less. */
  async price(id: number, answer: bigint): Promise<void> {
    const feed = this.client.deployment.assets[id]?.secondary?.feed;
    if (feed !== undefined) {
      const other = (answer * (975n + (answer % 35n))) / 1000n;
      await MockPriceFeed__factory.connect(feed, this.actors[0]).setAnswer(max(other, 1n));
    }
    await this.client.feeds[id]?.setAnswer(answer);
  }

  // ------------------------------------------------------------------ comparing

  /** Differences between the figures of both sides at the last block. */
  async differences(): Promise<string[]> {
    const { auctionHouse, backstopPool: backstop } = this.client;
    const m = this.model;
    const now = await this.now();
    const world = await this.sight(now);
    const list: [string, unknown, unknown][] = [];
    const words = await auctionHouse.absorptions(0, MAX_UINT256);
    const flat = m.auctions.open.flatMap((a) => [
      a.id,
      BigInt(a.owner),
      BigInt(a.keeper),
      auctions.tabOf(a).debt,
      a.left,
      BigInt(a.lots.length),
      ...a.lots.flatMap((lot) => [BigInt(lot.asset), lot.amount, auctions.elapsedOf(lot, world)]),
    ]);
    list.push(["absorptions", [...words], flat]);
    const pool = await this.chainPool();
    const shortfall = await auctionHouse.shortfall();
    const expected = auctions.shortfall(m.auctions, world, pool.auctionDebt);
    list.push(["shortfall", [shortfall.low, shortfall.high], [expected.low, expected.high]]);
    list.push(["penalties", await auctionHouse.expectedPenalties(), auctions.expectedPenalties(m.auctions)]);
    list.push([
      "auction debt",
      pool.auctionDebt,
      m.auctions.open.reduce((sum, a) => sum + auctions.tabOf(a).debt, 0n),
    ]);
    list.push(["cash", await backstop.totalAssets(), m.backstop.cash]);
    list.push(["supply", await backstop.totalSupply(), m.backstop.totalShares]);
    // An operation that moves no debt does not accrue interest, so both pools are compared as of
    // now.
    list.push(["pool", pools.accrue(pool, this.poolTerms, now), pools.accrue(m.pool, this.poolTerms, now)]);
    for (const id of [0, 1]) {
      const lot = await auctionHouse.lot(0, id);
      const mine = m.auctions.residuals.get(id);
      list.push([`residual ${String(id)}`, lot.amount, mine?.amount ?? 0n]);
    }
    for (const { address } of this.actors) {
      list.push(["tips", await auctionHouse.tips(address), m.auctions.tips.get(address) ?? 0n]);
      list.push(["shares", await backstop.balanceOf(address), backstops.sharesOf(m.backstop, address)]);
      for (const id of [0, 1]) {
        const key = auctions.claimKey(address, id);
        list.push([`claim ${key}`, await auctionHouse.claims(address, id), m.auctions.claims.get(key) ?? 0n]);
      }
    }
    const events = await this.ledger.read();
    list.push(["books of the events", sorted(this.ledger.figures()), sorted(this.figures())]);
    return list
      .filter(([, a, b]) => text(a) !== text(b))
      .map(([name, a, b]) => `${name}: ${text(a)} / ${text(b)}`)
      .concat(events);
  }

  /** Figures of the model by the names of the event ledger. */
  private figures(): Map<string, bigint> {
    const { auctions: house, backstop } = this.model;
    const list: [string, bigint][] = [
      ...house.open.flatMap((a): [string, bigint][] => [
        [`left ${String(a.id)}`, a.left],
        ...a.lots.map((lot): [string, bigint] => [`lot ${String(a.id)} ${String(lot.asset)}`, lot.amount]),
      ]),
      ...[...house.residuals].map(([id, lot]): [string, bigint] => [`lot 0 ${String(id)}`, lot.amount]),
      ...[...house.tips].map(([keeper, tip]): [string, bigint] => [`tips ${keeper}`, tip]),
      ...this.actors.flatMap(({ address }): [string, bigint][] => [
        [`shares ${address}`, backstops.sharesOf(backstop, address)],
        ...[0, 1].map((id): [string, bigint] => [
          `claim ${address} ${String(id)}`,
          house.claims.get(auctions.claimKey(address, id)) ?? 0n,
        ]),
      ]),
      ["cash", backstop.cash],
      ["auction debt", house.open.reduce((sum, a) => sum + auctions.tabOf(a).debt, 0n)],
    ];
    return new Map(list.filter(([, value]) => value !== 0n));
  }

  // ------------------------------------------------------------------ the chain

  /** Time of the last block [s]. */
  async now(): Promise<bigint> {
    return BigInt((await this.connection.ethers.provider.getBlock("latest"))?.timestamp ?? 0);
  }

  /** Sets the time of the next block to `elapsed` seconds after the last. */
  private async tick(elapsed: number): Promise<void> {
    const next = (await this.now()) + BigInt(elapsed);
    const params = [`0x${next.toString(16)}`];
    await this.connection.provider.request({ method: "evm_setNextBlockTimestamp", params });
  }

  private async sight(now: bigint): Promise<auctions.AuctionWorld> {
    const { oracleGuard: oracle } = this.client;
    const spells = await this.spells();
    const known = await Promise.all([0, 1].map((id) => oracle.priceAndExpiry(id)));
    return {
      now,
      closedBetween: (from, to) =>
        spells.reduce((sum, s) => sum + subFloor(min(s.until, to), max(s.from, from)), 0n),
      dust: DUST,
      priceOf: (id) => {
        const p = known[id];
        if (p === undefined) throw new ModelError("UnknownAsset", [id, known.length]);
        const { liquidation, low, high, status } = p[0];
        return {
          price: { liquidation, low, high, status: STATUSES[Number(status)] ?? "dead" },
          expiresAt: p[1],
        };
      },
    };
  }

  /** Spells in which bidding was paused, from the breaker's events [s]. */
  private async spells(): Promise<{ from: bigint; until: bigint }[]> {
    const { circuitBreaker: breaker } = this.client;
    const spells: { from: bigint; until: bigint }[] = [];
    for (const log of await breaker.queryFilter(breaker.filters.Paused(BID))) {
      const from = BigInt((await log.getBlock()).timestamp);
      const last = spells.at(-1);
      if (last !== undefined && from < last.until) last.until = log.args.until;
      else spells.push({ from, until: log.args.until });
    }
    return spells;
  }

  private async chainPool(): Promise<pools.PoolState> {
    const s = await this.client.lendingPool.poolState();
    const { index, accruedAt, fees, totalScaledDebt, cash, reserve, backstopDue, auctionDebt } = s;
    return {
      index,
      accruedAt,
      fees,
      totalScaledDebt,
      cash,
      reserve,
      backstopDue,
      auctionDebt,
      totalShares: 0n,
    };
  }

  /** Reads the pool from the chain, after operations outside auctions and backstop. */
  async syncPool(): Promise<void> {
    this.model = { ...this.model, pool: await this.chainPool() };
  }

  private async attempt(chain: () => Promise<ContractTransactionResponse>): Promise<string | null> {
    try {
      await chain();
      return null;
    } catch (error) {
      await this.connection.provider.request({ method: "evm_mine", params: [] });
      const data = revertData(error);
      const {
        auctionHouse,
        backstopPool: backstop,
        lendingPool: pool,
        vaultEngine: engine,
        circuitBreaker: breaker,
      } = this.client;
      const contracts: BaseContract[] = [auctionHouse, backstop, pool, engine, breaker];
      for (const contract of contracts) {
        const parsed = data === null ? null : contract.interface.parseError(data);
        if (parsed !== null) return `${parsed.name}(${parsed.args.map(String).join(", ")})`;
      }
      throw error;
    }
  }
}

function sorted(figures: ReadonlyMap<string, bigint>): [string, bigint][] {
  return [...figures].sort(([a], [b]) => (a < b ? -1 : 1));
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) => (typeof v === "bigint" ? v.toString() : v));
}

function revertData(error: unknown): string | null {
  for (let e = error; typeof e === "object" && e !== null; e = (e as { cause?: unknown }).cause) {
    const { data } = e as { data?: unknown };
    if (typeof data === "string") return data;
  }
  return null;
}

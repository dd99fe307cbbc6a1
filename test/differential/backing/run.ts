import { expect } from "chai";
import type { Signer } from "ethers";

import { BPS, type VaultKey, subFloor, valueDown } from "../../../src/model/index.js";
import {
  type Operation,
  type OperationKind,
  type OperationOf,
  type ResultOf,
  TwinSystem,
} from "../../../src/twin/twinSystem.js";
import { allDifferences, owners } from "./state.js";
import { type World, mockFeed, step, syncFeeds } from "../world.js";

/** A lot, by the id of its absorption and its asset, and its remaining amount [token units]. */
export interface Lot {
  readonly id: bigint;
  readonly asset: number;
  readonly amount: bigint;
}

/**
 * One run of contracts and model side by side. It compares every action and counts the outcomes
 * reached.
 */
export class Run {
  constructor(
    readonly w: World,
    private readonly seen: Map<string, number>,
  ) {}

  /** Counts an outcome. */
  note(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  /**
   * Runs one action on both sides, `elapsed` seconds after the last. Verdicts and states must be
   * equal.
   */
  async act(
    name: string,
    elapsed: bigint,
    chain: () => Promise<unknown>,
    model: () => unknown,
  ): Promise<boolean> {
    const { w } = this;
    const verdicts = await step(w, elapsed, chain, model);
    const refusal = verdicts.chain?.split("(")[0];
    this.note(refusal === undefined ? name : `${name}:${refusal}`);
    expect(verdicts.model, name).to.equal(verdicts.chain);
    expect(await allDifferences(w), name).to.deep.equal([]);
    return refusal === undefined;
  }

  /**
   * Performs an operation of `signer` on both sides, `elapsed` seconds after the last. `then` gets
   * the result of the model.
   */
  async perform<K extends OperationKind>(
    name: string,
    elapsed: bigint,
    signer: Signer,
    operation: OperationOf<K>,
    then: (result: ResultOf<K>) => void = () => undefined,
  ): Promise<boolean> {
    const twin = new TwinSystem(this.w.client, this.w.model);
    return this.act(
      name,
      elapsed,
      () => signer.sendTransaction(twin.callOf(operation as Operation)),
      () => {
        then(twin.apply(operation));
      },
    );
  }

  /** The result that `read` would have `elapsed` seconds from now. */
  ahead<T>(elapsed: bigint, read: () => T): T {
    const { model } = this.w;
    const { now } = model;
    model.now = now + elapsed;
    const value = read();
    model.now = now;
    return value;
  }

  /**
   * Every feed answers again. That of asset i moves to `permille[i]` thousandths of its last
   * answer. The first answer comes after `elapsed` seconds.
   */
  async quote(permille: readonly number[], elapsed = 1n): Promise<void> {
    const { w } = this;
    const { assets, debtAsset } = w.client.deployment;
    const moves = [
      ...assets.flatMap((a) => {
        const feeds = a.secondary === undefined ? [a.primary.feed] : [a.primary.feed, a.secondary.feed];
        return feeds.map((feed) => ({ feed, move: permille[a.id] ?? 1000 }));
      }),
      ...(debtAsset.source === undefined ? [] : [{ feed: debtAsset.source.feed, move: 1000 }]),
    ];
    for (const [i, { feed, move }] of moves.entries()) {
      const contract = mockFeed(w, feed);
      const { answer } = await contract.latestRoundData();
      const next = move === 1000 ? answer : (answer * BigInt(move)) / 1000n + 1n;
      await step(
        w,
        i === 0 ? elapsed : 1n,
        () => contract.setAnswer(next),
        () => undefined,
      );
    }
    await syncFeeds(w);
  }

  /** Only the second source of an asset answers, at `permille` thousandths of its last answer. */
  async quoteSecondary(asset: number, permille: number): Promise<void> {
    const { secondary } = this.w.client.deployment.assets[asset]!;
    if (secondary === undefined) throw new RangeError(`asset ${asset} has one source`);
    const feed = mockFeed(this.w, secondary.feed);
    const { answer } = await feed.latestRoundData();
    const next = (answer * BigInt(permille)) / 1000n + 1n;
    await step(
      this.w,
      1n,
      () => feed.setAnswer(next),
      () => undefined,
    );
    await syncFeeds(this.w);
  }

  /** Address and signer of actor number `i`. */
  actor(i: number) {
    return { address: owners(this.w)[i]!, signer: this.w.actors[i]! };
  }

  /** Key and owner's signer of vault number `i`. */
  vault(i: number) {
    return { key: this.w.keys[i]!, ...this.actor(Math.floor(i / 2)) };
  }

  /** Amount that a vault may still borrow now, to the unit [debt units]. */
  room(key: VaultKey): bigint {
    const { model } = this.w;
    const { balances } = model.vaultEngine.vault(key);
    const ids = [...balances.keys()].sort((a, b) => a - b);
    const values = ids.map((id) => valueDown(balances.get(id) ?? 0n, model.oracleGuard.price(id).low));
    return subFloor(
      model.volatilityModel.borrowingPowerDown(ids, values) / BPS,
      model.vaultEngine.health(key).debt,
    );
  }

  /**
   * An unhealthy vault if there is one, otherwise any vault. For an even `i`, one worth less than
   * its debt if there is one.
   */
  ailing(i: number): VaultKey {
    const { model, keys } = this.w;
    const unhealthy = keys.filter((key) => model.vaultEngine.health(key).liquidatable);
    const dead = unhealthy.filter(
      (key) => model.vaultEngine.health(key).value < model.vaultEngine.health(key).debt,
    );
    const among = dead.length > 0 && i % 2 === 0 ? dead : unhealthy.length > 0 ? unhealthy : keys;
    return among[i % among.length]!;
  }

  /** Usually a lot that is not sold out, if there is one; otherwise an arbitrary name. */
  lot(i: number, asset: number): Lot {
    const { open } = this.w.model.auctionHouse.state;
    const lots = open.flatMap((a) => a.lots.map((l) => ({ id: a.id, asset: l.asset, amount: l.amount })));
    const left = lots.filter((l) => l.amount > 0n);
    if (left.length === 0 || i % 12 === 11) return { id: BigInt(i % 6), asset, amount: 1n };
    return left[i % left.length]!;
  }

  /** A residual that is not sold out, if there is one, otherwise that of any asset. */
  residual(i: number): Lot {
    const left = [...this.w.model.auctionHouse.state.residuals.values()].filter((l) => l.amount > 0n);
    const lot = left[i % Math.max(left.length, 1)];
    return { id: 0n, asset: lot?.asset ?? i % 3, amount: lot?.amount ?? 1n };
  }
}

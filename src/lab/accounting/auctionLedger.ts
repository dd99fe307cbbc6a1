import {
  MAX_UINT256,
  type VaultKey,
  auctionMath,
  auctions,
  type pools,
  valueDown,
} from "../../model/index.js";
import type { Moment } from "../system/moment.js";
import type { AbsorptionSample, TakeSample } from "../result/result.js";
import { Bookkeeper } from "./balance/bookkeeper.js";
import type { LabWorld } from "../system/world.js";

/** Does in the model what keepers do at auctions, and keeps the accounts of it. Amounts in debt units. */
export class AuctionLedger {
  readonly absorptions: AbsorptionSample[] = [];
  readonly takes: TakeSample[] = [];
  /** Debt absorbed, and lots it came with. */
  debt = 0n;
  lots = 0;
  /** What bidders paid for lots with a tab, and to whom it went. */
  proceeds = 0n;
  repaid = 0n;
  penalties = 0n;
  tips = 0n;
  /** Tips that the backstop paid. */
  tipsFromBackstop = 0n;
  /** Debts nobody will pay that auctions left. */
  shortfall = 0n;
  /** What was paid for residuals: the reserve's. */
  remnantsSold = 0n;
  restarts = 0;
  givenUp = 0;
  /** The oracle's value of everything taken but residuals. */
  private oracleValue = 0n;
  /** Vaults taken over. */
  readonly absorbed = new Set<VaultKey>();
  readonly books: Bookkeeper;

  constructor(private readonly world: LabWorld) {
    this.books = new Bookkeeper(world, (market, asset, amount) => this.worth(market, asset, amount));
  }

  /** Absorbs a vault. `record` puts it on record with its transaction. */
  absorb(moment: Moment, key: VaultKey): { readonly record: (transaction: string) => void } {
    const { actors, model } = this.world;
    const { debt } = model.vaultEngine.health(key, moment.prices);
    const held = [...model.vaultEngine.vault(key).balances];
    const value = held.reduce(
      (sum, [asset, amount]) => sum + this.worth(moment.marketPrices, asset, amount),
      0n,
    );
    const before = model.lendingPool.state.auctionDebt;
    const id = this.tipped(0n, () => model.vaultEngine.absorb(key, actors.absorber));
    const taken = model.lendingPool.state.auctionDebt - before;
    this.debt += taken;
    this.lots += held.length;
    const collateral = held.map(([asset, amount]) => ({ asset, amount }));
    this.books.absorbed(moment.marketPrices, id, taken, collateral);
    this.absorbed.add(key);
    const { time, block } = moment;
    return {
      record: (transaction) =>
        this.absorptions.push({ time, block, transaction, id, vault: key, debt, value }),
    };
  }

  /** Takes from a lot. `record` puts it on record with its transaction and what the bidder made of it. */
  take(
    moment: Moment,
    id: bigint,
    asset: number,
    wanted: bigint,
  ): {
    readonly amount: bigint;
    readonly cost: bigint;
    readonly loss: pools.Loss;
    readonly record: (transaction: string, profit: bigint) => void;
  } {
    const absorption = this.world.model.auctionHouse.state.open.find((a) => a.id === id);
    const { cost: price } = this.world.model.auctionHouse.quoteTake(id, asset, wanted);
    const paid = absorption === undefined ? null : auctionMath.split(auctions.tabOf(absorption), price);
    const { amount, cost, loss } = this.tipped(paid?.tip ?? 0n, () =>
      this.world.model.auctionHouse.take(id, asset, wanted, MAX_UINT256),
    );
    const oracleValue = valueDown(amount, moment.prices[asset]?.liquidation ?? 0n);
    this.books.taken(moment.marketPrices, id, { asset, amount }, cost, paid);
    this.books.lost(loss, "atAuction");
    if (absorption === undefined || paid === null) {
      this.remnantsSold += cost;
    } else {
      this.proceeds += cost;
      this.repaid += paid.debt;
      this.penalties += paid.penalty;
      this.tips += paid.tip;
      this.oracleValue += oracleValue;
      this.shortfall += loss.total;
      if (!this.world.model.auctionHouse.state.open.some((a) => a.id === id))
        this.books.closed(id, absorption.left === cost);
    }
    const { time, block } = moment;
    return {
      amount,
      cost,
      loss,
      record: (transaction, profit) =>
        this.takes.push({ time, block, transaction, id, asset, cost, oracleValue, profit }),
    };
  }

  /** Gives an absorption up. */
  writeOff(id: bigint): pools.Loss {
    const loss = this.tipped(0n, () => this.world.model.auctionHouse.writeOff(id));
    this.books.lost(loss, "atAuction");
    this.books.closed(id, false);
    this.shortfall += loss.total;
    this.givenUp += 1;
    return loss;
  }

  /** Restarts an expired lot. */
  restart(id: bigint, asset: number): void {
    this.world.model.auctionHouse.restart(id, asset);
    this.restarts += 1;
  }

  /** What everything taken but residuals brought for its worth at the oracle price [WAD]; 0 if nothing was. */
  get meanPriceToOracle(): bigint {
    return this.oracleValue === 0n ? 0n : (this.proceeds * 10n ** 18n) / this.oracleValue;
  }

  /** What open absorptions owe beyond the value of their lots at liquidation prices. */
  impliedShortfall(moment: Pick<Moment, "prices">): bigint {
    return this.world.model.auctionHouse.state.open.reduce((sum, a) => {
      const value = a.lots.reduce(
        (all, l) => all + valueDown(l.amount, moment.prices[l.asset]?.liquidation ?? 0n),
        0n,
      );
      return sum + subFloor(auctions.tabOf(a).debt, value);
    }, 0n);
  }

  /** Market value of an amount of an asset [debt units]. */
  worth(market: readonly bigint[], asset: number, amount: bigint): bigint {
    const { assets, debtAsset } = this.world.client.deployment;
    const unit = 10n ** BigInt(18 + (assets[asset]?.decimals ?? 18));
    return (amount * (market[asset] ?? 0n) * 10n ** BigInt(debtAsset.decimals)) / unit;
  }

  /** Runs an operation, and notes what it made the backstop pay the absorber in tips, beyond what is `fromProceeds`. */
  private tipped<T>(fromProceeds: bigint, operation: () => T): T {
    const { actors, model } = this.world;
    const tips = (): bigint => model.auctionHouse.state.tips.get(actors.absorber) ?? 0n;
    const before = tips();
    const result = operation();
    const paid = tips() - before - fromProceeds;
    this.tipsFromBackstop += paid;
    this.books.tipped(paid);
    return result;
  }
}

function subFloor(a: bigint, b: bigint): bigint {
  return a > b ? a - b : 0n;
}

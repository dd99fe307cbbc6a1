import { type VaultKey, auctions, valueDown } from "../../model/index.js";
import type { Moment } from "../system/moment.js";
import type { Absorbed, Taken, WrittenOff } from "./events.js";
import type { AbsorptionSample, TakeSample } from "../result/result.js";
import { Bookkeeper } from "./balance/bookkeeper.js";
import type { LabWorld } from "../system/world.js";

/** Keeps the accounts of auctions. Amounts in debt units. */
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
  writtenOff = 0;
  /** The oracle's value of everything taken but residuals. */
  private oracleValue = 0n;
  /** Vaults taken over. */
  readonly absorbed = new Set<VaultKey>();
  readonly books: Bookkeeper;

  constructor(private readonly world: LabWorld) {
    this.books = new Bookkeeper(world, (market, asset, amount) => this.worth(market, asset, amount));
  }

  /** A vault was absorbed. */
  absorb(e: Absorbed): void {
    const { moment, collateral } = e;
    const value = collateral.reduce(
      (sum, { asset, amount }) => sum + this.worth(moment.marketPrices, asset, amount),
      0n,
    );
    this.tip(e.backstopTip);
    this.debt += e.auctionDebt;
    this.lots += collateral.length;
    this.books.absorbed(moment.marketPrices, e.id, e.auctionDebt, collateral);
    this.absorbed.add(e.vault);
    const { time, block } = moment;
    const transaction = e.receipts[0]?.hash ?? "";
    this.absorptions.push({ time, block, transaction, id: e.id, vault: e.vault, debt: e.debt, value });
  }

  /** A part of a lot was bought and sold. */
  take(e: Taken): void {
    const { moment, id, asset, amount, cost, loss, paid } = e;
    const oracleValue = valueDown(amount, moment.prices[asset]?.liquidation ?? 0n);
    this.tip(e.backstopTip);
    this.books.taken(moment.marketPrices, id, { asset, amount }, cost, paid);
    this.books.lost(loss, "atAuction");
    if (paid === null) {
      this.remnantsSold += cost;
    } else {
      this.proceeds += cost;
      this.repaid += paid.debt;
      this.penalties += paid.penalty;
      this.tips += paid.tip;
      this.oracleValue += oracleValue;
      this.shortfall += loss.total;
      if (e.ended !== null) this.books.closed(id, e.ended.tabPaid);
    }
    const { time, block } = moment;
    const transaction = e.receipts[0]?.hash ?? "";
    const profit = e.proceeds - cost - e.costs.gas;
    this.takes.push({ time, block, transaction, id, asset, cost, oracleValue, profit });
    if (e.receipts[1]?.ok === true)
      this.books.sold(moment.marketPrices, "bidders", { asset, amount, debt: e.proceeds });
  }

  /** An absorption was written off. */
  writeOff({ id, loss, backstopTip }: WrittenOff): void {
    this.tip(backstopTip);
    this.books.lost(loss, "atAuction");
    this.books.closed(id, false);
    this.shortfall += loss.total;
    this.writtenOff += 1;
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

  /** The backstop owes the absorbers a tip. */
  private tip(amount: bigint): void {
    this.tipsFromBackstop += amount;
    this.books.tipped(amount);
  }
}

function subFloor(a: bigint, b: bigint): bigint {
  return a > b ? a - b : 0n;
}

import { type VaultKey, auctions, valueDown } from "../../model/index.js";
import type { Moment } from "../system/moment.js";
import type { Absorbed, Taken, WrittenOff } from "./events.js";
import type { AbsorptionSample, TakeSample } from "../result/result.js";
import { Bookkeeper } from "./balance/bookkeeper.js";
import type { LabWorld } from "../system/world.js";

/** Accounts of the auctions. Amounts in debt units. */
export class AuctionLedger {
  readonly absorptions: AbsorptionSample[] = [];
  readonly takes: TakeSample[] = [];
  /** Debt absorbed [debt units], and the number of lots absorbed with it. */
  debt = 0n;
  lots = 0;
  /** Paid by bidders for lots with a tab, followed by its parts: debt, penalty and tip. */
  proceeds = 0n;
  repaid = 0n;
  penalties = 0n;
  tips = 0n;
  /** Tips paid by the backstop. */
  tipsFromBackstop = 0n;
  /** Bad debt that auctions left. */
  shortfall = 0n;
  /** Paid for residuals. It belongs to the reserve. */
  remnantsSold = 0n;
  restarts = 0;
  writtenOff = 0;
  /** Value at the liquidation price of everything taken except residuals. */
  private oracleValue = 0n;
  readonly absorbed = new Set<VaultKey>();
  readonly books: Bookkeeper;

  constructor(private readonly world: LabWorld) {
    this.books = new Bookkeeper(world, (market, asset, amount) => this.worth(market, asset, amount));
  }

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

  /** Books a take and the sale after it. */
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

  writeOff({ id, loss, backstopTip }: WrittenOff): void {
    this.tip(backstopTip);
    this.books.lost(loss, "atAuction");
    this.books.closed(id, false);
    this.shortfall += loss.total;
    this.writtenOff += 1;
  }

  /**
   * Proceeds over the oracle value of everything taken except residuals [WAD], rounded down. 0 if
   * nothing was taken.
   */
  get meanPriceToOracle(): bigint {
    return this.oracleValue === 0n ? 0n : (this.proceeds * 10n ** 18n) / this.oracleValue;
  }

  /**
   * Debt of open absorptions beyond the value of their lots at liquidation prices [debt units]. A
   * surplus of one absorption does not cover another.
   */
  impliedShortfall(moment: Pick<Moment, "prices">): bigint {
    return this.world.model.auctionHouse.state.open.reduce((sum, a) => {
      const value = a.lots.reduce(
        (all, l) => all + valueDown(l.amount, moment.prices[l.asset]?.liquidation ?? 0n),
        0n,
      );
      return sum + subFloor(auctions.tabOf(a).debt, value);
    }, 0n);
  }

  /** Market value of an amount of an asset [debt units], rounded down. */
  worth(market: readonly bigint[], asset: number, amount: bigint): bigint {
    const { assets, debtAsset } = this.world.client.deployment;
    const unit = 10n ** BigInt(18 + (assets[asset]?.decimals ?? 18));
    return (amount * (market[asset] ?? 0n) * 10n ** BigInt(debtAsset.decimals)) / unit;
  }

  /** Books a tip that the backstop owes the absorbers [debt units]. */
  private tip(amount: bigint): void {
    this.tipsFromBackstop += amount;
    this.books.tipped(amount);
  }
}

function subFloor(a: bigint, b: bigint): bigint {
  return a > b ? a - b : 0n;
}

import { parseUnits } from "ethers";

import {
  type Price,
  type VaultKey,
  collateralRatioDown,
  debtDown,
  type pools,
  utilisationUp,
  valueDown,
} from "../../model/index.js";
import { AuctionLedger } from "./auctionLedger.js";
import { ROLES, type Role } from "./balance/accounts.js";
import type { Bookkeeper } from "./balance/bookkeeper.js";
import type { Arbitraged, Executed, LedgerEvent, Liquidated, Opened, Settled } from "./events.js";
import type { Receipt } from "../system/labChain.js";
import { Latencies } from "./latency.js";
import type { Moment } from "../system/moment.js";
import type { ReplayOptions } from "../config/options.js";
import { type TransactionCosts, tokensReceived } from "../system/receipts.js";
import type { Mismatch, ModelComparison } from "../../twin/comparison.js";
import type { BookSample, LiquidationSample, StepSample } from "../result/result.js";
import { bookSample } from "./samples.js";
import type { LabWorld } from "../system/world.js";

/**
 * Target number of book samples per replay. Fewer than twice as many are taken, because the
 * interval is rounded down to whole steps.
 */
const BOOK_SAMPLES = 400;
export const FAILURES_SHOWN = 20;

/**
 * The accounts of a replay: losses, latencies, and differences between chain and model. Amounts in
 * debt units.
 */
export class Ledger {
  readonly auctions: AuctionLedger;
  readonly latencies = new Latencies();
  readonly steps: StepSample[] = [];
  readonly book: BookSample[] = [];
  readonly liquidations: LiquidationSample[] = [];
  readonly liquidated = new Set<VaultKey>();
  readonly firstMismatches: string[] = [];
  comparisons = 0;
  mismatches = 0;
  repaid = 0n;
  seizedValue = 0n;
  failed = 0;
  /** Executed plans: their number, the market value sold, the debt repaid, and the fees. */
  autopilot = { executions: 0, sold: 0n, repaid: 0n, fees: 0n };
  trips = 0;
  /** Late borrowers: how many opened a vault, and how many gave up. */
  late = { opened: 0, refused: 0 };
  capital: { debt: bigint; value: bigint };
  impliedMax = 0n;
  minRatio: bigint | null = null;
  maxUtilisation = 0n;
  /** Debt beyond collateral when last observed. */
  impliedNow = 0n;
  private repaidThisStep = 0n;
  private readonly bookEvery: number;

  constructor(
    readonly world: LabWorld,
    readonly options: ReplayOptions,
  ) {
    this.auctions = new AuctionLedger(world);
    this.bookEvery = Math.max(1, Math.floor(options.scenario.times.length / BOOK_SAMPLES));
    const first = options.scenario.prices[0] ?? [];
    this.capital = { debt: 0n, value: 0n };
    for (const v of world.vaults) {
      if (v.opensAt !== null) continue;
      this.capital.debt += v.debt;
      this.capital.value += this.auctions.worth(first, v.asset, v.collateral);
    }
  }

  get books(): Bookkeeper {
    return this.auctions.books;
  }

  /** Bad debt so far, and its division among backstop, reserve and lenders. */
  get booked(): pools.Loss {
    const { accounts } = this.books;
    const [backstop, reserve, lenders] = (["backstop", "reserve", "lenders"] as const).map(
      (who) => -accounts.net(`${who}.losses`),
    ) as [bigint, bigint, bigint];
    return { total: backstop + reserve + lenders, backstop, reserve, lenders };
  }

  /** Debt units of an amount in whole debt tokens. */
  debtUnits(tokens: string): bigint {
    return parseUnits(tokens, this.world.client.deployment.debtAsset.decimals);
  }

  /** The market price of ether [WAD]: the price of WETH, or of the first asset without WETH. */
  etherPrice(market: readonly bigint[]): bigint {
    const at = this.options.scenario.assets.findIndex((a) => a.symbol === "WETH");
    return market[Math.max(at, 0)] ?? 0n;
  }

  /** Profit of all keepers after gas [debt units]. */
  get profit(): bigint {
    return ROLES.reduce((sum, role) => sum + this.books.accounts.net(role), 0n);
  }

  /** Updates latencies and implied bad debt. `unhealthy`: the vaults with HF < 1 after `block`. */
  observe(block: number, unhealthy: readonly VaultKey[], prices: readonly Price[]): void {
    this.latencies.observe(block, Number(this.world.model.now), unhealthy);
    const pool = this.world.model.lendingPool.accrued;
    this.impliedNow = unhealthy.reduce((sum, key) => {
      const { debt, value } = this.world.model.vaultEngine.health(key, prices, pool);
      return debt > value ? sum + debt - value : sum;
    }, this.auctions.impliedShortfall({ prices }));
    if (this.impliedNow > this.impliedMax) this.impliedMax = this.impliedNow;
  }

  apply(event: LedgerEvent): void {
    switch (event.kind) {
      case "arbitraged":
        this.arbitraged(event);
        return;
      case "liquidated":
        this.liquidation(event);
        return;
      case "absorbed":
        this.auctions.absorb(event);
        this.spent("absorbers", `absorption of ${event.vault}`, event);
        return;
      case "taken":
        this.auctions.take(event);
        this.spent("bidders", `take of lot ${event.id}/${event.asset}`, event);
        return;
      case "writtenOff":
        this.auctions.writeOff(event);
        this.spent("attendants", event.what, event);
        return;
      case "upkeep":
        if (event.restarted) this.auctions.restarts += 1;
        if (event.tripped) this.trips += 1;
        this.spent(event.role, event.what, event);
        return;
      case "executed":
        this.cost("executors", event.costs);
        if (event.done !== null) this.executed(event.moment, event.done);
        return;
      case "opened":
        this.opened(event);
        return;
      case "refused":
        this.late.refused += 1;
        return;
      case "settled":
        this.settled(event);
        return;
    }
  }

  private liquidation(e: Liquidated): void {
    const { outcome, loss } = e.result;
    const { plan, receipts, moment } = e;
    const { asset } = plan;
    const seizedValue = valueDown(outcome.seized, moment.prices[asset]?.liquidation ?? 0n);
    const gain = e.proceeds - outcome.repaid;
    this.liquidated.add(plan.key);
    this.repaid += outcome.repaid;
    this.repaidThisStep += outcome.repaid;
    this.seizedValue += seizedValue;
    const seized = { asset, amount: outcome.seized };
    const { auctioned } = e;
    this.books.liquidated(moment.marketPrices, { seized, repaid: outcome.repaid, loss, auctioned });
    if (receipts[1]?.ok === true) {
      this.books.sold(moment.marketPrices, "liquidators", { ...seized, debt: e.proceeds });
    }
    this.spent("liquidators", `liquidation of ${plan.key}`, e);
    this.liquidations.push({
      time: moment.time,
      block: moment.block,
      transaction: receipts[0]?.hash ?? "",
      vault: plan.key,
      asset: this.world.client.deployment.assets[asset]?.symbol ?? "",
      price: moment.marketPrices[asset] ?? 0n,
      repaid: outcome.repaid,
      seizedValue,
      bonus: outcome.bonus,
      profit: gain - e.costs.gas,
    });
  }

  private settled({ what, receipts, claimed, collected }: Settled): void {
    if (claimed !== null) this.books.claimed(claimed);
    if (collected === null) {
      this.sent(what, receipts);
      return;
    }
    this.books.collected(collected.tips);
    this.spent("absorbers", what, { receipts, costs: collected.costs });
  }

  private cost(role: Role, { gas, wei, failed }: TransactionCosts): void {
    this.books.burnt(role, gas, wei);
    this.failed += failed;
  }

  /**
   * Books the gas of a keeper's transactions, which the model has already applied. A reverted first
   * transaction is a mismatch. The second one, the sale, may revert.
   */
  private spent(
    role: Role,
    what: string,
    { receipts, costs }: { readonly receipts: readonly Receipt[]; readonly costs: TransactionCosts },
  ): void {
    this.cost(role, costs);
    this.sent(what, receipts.slice(0, 1));
  }

  /** Records a mismatch if a transaction that the model has already applied reverted. */
  private sent(what: string, receipts: readonly Receipt[]): void {
    if (receipts.every((r) => r.ok)) return;
    this.mismatch(this.world.chain.blockNumber, [{ what, chain: "reverted", model: "done" }]);
  }

  /** Books the trade with the amounts of its receipt. */
  private arbitraged({ moment, asset, receipt }: Arbitraged): void {
    const { actors, client } = this.world;
    const token = client.deployment.assets[asset]?.token ?? "";
    const amount = -tokensReceived(receipt, token, actors.arbitrageur);
    const debt = tokensReceived(receipt, client.deployment.debtAsset.token, actors.arbitrageur);
    this.books.arbitraged(moment.marketPrices, { asset, amount, debt });
  }

  private executed(moment: Moment, e: NonNullable<Executed["done"]>): void {
    this.books.executed(moment.marketPrices, { asset: e.asset, amount: e.sold }, e.repaid, e.fee);
    this.autopilot.executions += 1;
    this.autopilot.sold += this.auctions.worth(moment.marketPrices, e.asset, e.sold);
    this.autopilot.repaid += e.repaid;
    this.autopilot.fees += e.fee;
  }

  private opened({ moment, receipts, vault, asset, collateral, debt }: Opened): void {
    this.books.opened({ asset, amount: collateral }, debt);
    this.late.opened += 1;
    this.capital.debt += debt;
    this.capital.value += this.auctions.worth(moment.marketPrices, asset, collateral);
    this.sent(`opening of ${vault}`, receipts);
  }

  /** Records a comparison of chain and model. */
  compared(block: number, r: ModelComparison): void {
    this.comparisons += r.comparisons;
    this.mismatch(block, r.mismatches);
  }

  /** Compares one figure of the chain with the model's. */
  compare(what: string, chain: bigint, model: bigint): void {
    this.comparisons += 1;
    if (chain === model) return;
    this.mismatch(this.world.chain.blockNumber, [{ what, chain: String(chain), model: String(model) }]);
  }

  /** Samples the system at the end of a step. `market` and `poolPrice` in WAD. */
  sample(time: number, market: readonly bigint[], prices: readonly Price[], poolPrice: bigint): void {
    const { model } = this.world;
    const pool = model.lendingPool.accrued;
    const debt = debtDown(pool.totalScaledDebt, pool.index);
    const value = prices.reduce(
      (sum, p, id) => sum + valueDown(model.vaultEngine.assetTotals(id).deposited, p.liquidation),
      0n,
    );
    const ratio = collateralRatioDown(value, debt);
    const utilisation = utilisationUp(pool.cash, debt);
    if (debt > 0n && (this.minRatio === null || ratio < this.minRatio)) this.minRatio = ratio;
    if (utilisation > this.maxUtilisation) this.maxUtilisation = utilisation;
    const at = this.steps.length;
    const { booked } = this;
    this.steps.push({
      time,
      price: market[0] ?? 0n,
      oraclePrice: this.oraclePrice(prices),
      poolPrice,
      repaid: this.repaidThisStep,
      impliedBadDebt: this.impliedNow,
      bookedBadDebt: booked.total,
      keeperProfit: this.profit,
      gasPrice: this.options.scenario.gasPriceAt(time),
      systemRatio: debt === 0n ? 0n : ratio,
      utilisation,
      auctionDebt: pool.auctionDebt,
      backstopAssets: model.backstopPool.state.cash,
      lendersLost: booked.lenders,
      effectiveLtv: model.riskConfig.effectiveLtv(0),
      borrowingClosed: model.circuitBreaker.state.gatedActions.has("Borrow"),
    });
    this.repaidThisStep = 0n;
    if (at % this.bookEvery === 0) this.book.push(bookSample(model, time, prices));
  }

  private mismatch(block: number, mismatches: readonly Mismatch[]): void {
    this.mismatches += mismatches.length;
    for (const { what, chain, model } of mismatches) {
      if (this.firstMismatches.length === FAILURES_SHOWN) return;
      this.firstMismatches.push(`block ${block}: ${what}: chain ${chain}, model ${model}`);
    }
  }

  private oraclePrice(prices: readonly Price[]): bigint {
    const { decimals } = this.world.client.deployment.debtAsset;
    const collateral = this.world.client.deployment.assets[0]?.decimals ?? 18;
    const liq = prices[0]?.liquidation ?? 0n;
    return (liq * 10n ** BigInt(collateral)) / 10n ** BigInt(decimals + 18);
  }
}

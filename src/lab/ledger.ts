import { parseUnits } from "ethers";

import {
  BPS,
  type LiquidationResult,
  type Price,
  type VaultKey,
  WAD,
  collateralRatioDown,
  debtDown,
  mulDivDown,
  utilisationUp,
  valueDown,
} from "../model/index.js";
import type { Receipt } from "./chain.js";
import { formatRatio, formatUnitsExact } from "./decimal.js";
import type { InvariantLog } from "./invariants.js";
import type { PlannedLiquidation } from "./keepers.js";
import { Latencies, percentile } from "./latency.js";
import type { Mismatch, Reconciliation } from "./reconcile.js";
import type { ReplayOptions } from "./options.js";
import type { BookSample, LiquidationSample, Replay, ReplayResult, StepSample } from "./result.js";
import type { LabWorld } from "./world.js";

/** How often the book is sampled for drawing, at most [samples per replay]. */
const BOOK_SAMPLES = 400;
const QUANTILES = [5n, 25n, 50n, 75n, 95n];
const HEALTH_STEPS = [100n, 105n, 110n, 125n];
const FAILURES_SHOWN = 20;

/** One liquidation as the run saw it. */
export interface LiquidationEntry {
  readonly time: number;
  readonly block: number;
  readonly first: Receipt;
  readonly plan: PlannedLiquidation;
  readonly result: LiquidationResult;
  /** What the sale brought [debt units]. */
  readonly proceeds: bigint;
  /** What both transactions cost [debt units]. */
  readonly gas: bigint;
  readonly failed: number;
  /** Market prices [WAD] by asset. */
  readonly market: readonly bigint[];
  /** Prices of the guard by asset. */
  readonly prices: readonly Price[];
}

/** Keeps the accounts of a replay: who lost what, how late, and whether chain and model agreed. */
export class Ledger {
  /** Losses booked to lenders so far [debt units]. */
  lendersLost = 0n;
  private readonly latencies = new Latencies();
  private readonly steps: StepSample[] = [];
  private readonly book: BookSample[] = [];
  private readonly liquidations: LiquidationSample[] = [];
  private readonly liquidated = new Set<VaultKey>();
  private readonly bookEvery: number;
  private comparisons = 0;
  private mismatches = 0;
  private readonly firstMismatches: string[] = [];
  private booked = 0n;
  private covered = 0n;
  private repaid = 0n;
  private seizedValue = 0n;
  private borrowersLost = 0n;
  private profit = 0n;
  private gasCost = 0n;
  private failed = 0;
  private repaidThisStep = 0n;
  private impliedMax = 0n;
  private minRatio: bigint | null = null;
  private maxUtilisation = 0n;
  /** Owed beyond collateral when last looked at [debt units]. */
  private impliedNow = 0n;

  constructor(
    private readonly world: LabWorld,
    private readonly options: ReplayOptions,
  ) {
    this.bookEvery = Math.max(1, Math.floor(options.scenario.times.length / BOOK_SAMPLES));
  }

  /** Whole debt tokens in debt units. */
  debtUnits(tokens: string): bigint {
    return parseUnits(tokens, this.world.client.deployment.debtAsset.decimals);
  }

  /** The market price of ether [WAD]: that of WETH, or of the first asset where there is none. */
  etherPrice(market: readonly bigint[]): bigint {
    const at = this.options.scenario.assets.findIndex((a) => a.symbol === "WETH");
    return market[Math.max(at, 0)] ?? 0n;
  }

  /** The vaults with HF < 1 after a block. */
  observe(block: number, ripe: readonly VaultKey[], prices: readonly Price[]): void {
    this.latencies.observe(block, ripe);
    const pool = this.world.model.accruedPool;
    this.impliedNow = ripe.reduce((sum, key) => {
      const { debt, value } = this.world.model.health(key, prices, pool);
      return debt > value ? sum + debt - value : sum;
    }, 0n);
    if (this.impliedNow > this.impliedMax) this.impliedMax = this.impliedNow;
  }

  /** One liquidation and the sale after it. */
  liquidation(e: LiquidationEntry): void {
    const { outcome, loss } = e.result;
    const { client } = this.world;
    const asset = client.deployment.assets[e.plan.asset];
    const marketPrice = e.market[e.plan.asset] ?? 0n;
    const seizedValue = valueDown(outcome.seized, e.prices[e.plan.asset]?.liq ?? 0n);
    const unit = WAD * 10n ** BigInt(asset?.decimals ?? 18);
    const marketValue = mulDivDown(outcome.seized * marketPrice, this.debtUnits("1"), unit);
    const profit = e.proceeds - outcome.repaid - e.gas;
    this.liquidated.add(e.plan.key);
    this.repaid += outcome.repaid;
    this.repaidThisStep += outcome.repaid;
    this.seizedValue += seizedValue;
    this.borrowersLost += marketValue - outcome.repaid;
    this.booked += loss.total;
    this.covered += loss.reserve;
    this.lendersLost += loss.lenders;
    this.profit += profit;
    this.gasCost += e.gas;
    this.failed += e.failed;
    if (!e.first.ok)
      this.mismatch(e.block, [{ what: `liquidation of ${e.plan.key}`, chain: "reverted", model: "done" }]);
    this.liquidations.push({
      time: e.time,
      block: e.block,
      transaction: e.first.hash,
      vault: e.plan.key,
      asset: asset?.symbol ?? "",
      price: marketPrice,
      repaid: outcome.repaid,
      seizedValue,
      bonus: outcome.bonus,
      profit,
    });
  }

  /** A comparison of chain and model. */
  reconciled(block: number, r: Reconciliation): void {
    this.comparisons += r.comparisons;
    this.mismatch(block, r.mismatches);
  }

  /** The end of a step. */
  sample(time: number, market: readonly bigint[], prices: readonly Price[], poolPrice: bigint): void {
    const { model } = this.world;
    const pool = model.accruedPool;
    const debt = debtDown(pool.totalScaledDebt, pool.index);
    const value = prices.reduce((sum, p, id) => sum + valueDown(model.assetTotals(id).deposited, p.liq), 0n);
    const ratio = collateralRatioDown(value, debt);
    const utilisation = utilisationUp(pool.cash, debt);
    if (debt > 0n && (this.minRatio === null || ratio < this.minRatio)) this.minRatio = ratio;
    if (utilisation > this.maxUtilisation) this.maxUtilisation = utilisation;
    const at = this.steps.length;
    this.steps.push({
      time,
      price: market[0] ?? 0n,
      oraclePrice: this.oraclePrice(prices),
      poolPrice,
      repaid: this.repaidThisStep,
      impliedBadDebt: this.impliedNow,
      bookedBadDebt: this.booked,
      keeperProfit: this.profit,
      gasPrice: this.options.scenario.gasPriceAt(time),
      systemRatio: debt === 0n ? 0n : ratio,
      utilisation,
    });
    this.repaidThisStep = 0n;
    if (at % this.bookEvery === 0) this.book.push(this.bookSample(time, prices));
  }

  /** The finished replay. */
  finish(invariants: InvariantLog, wallSeconds: number): Replay {
    const { scenario, settings, seed, keeper } = this.options;
    const { chain, client, vaults, lent } = this.world;
    const { symbol, decimals } = client.deployment.debtAsset;
    const money = (amount: bigint): string => formatUnitsExact(amount, decimals);
    const wad = (price: bigint): string => formatUnitsExact(price, 18);
    const last = this.steps.at(-1);
    const lowest = this.steps.reduce((a, b) => (b.price < a.price ? b : a), this.steps[0] as StepSample);
    const gross = this.impliedNow + this.booked;
    const latencies = this.latencies.resolved();
    const first = scenario.prices[0] ?? [];
    const opening = vaults.reduce(
      (sum, v) => {
        const scale = 10n ** BigInt(client.deployment.assets[v.asset]?.decimals ?? 18) * WAD;
        const value = mulDivDown(v.collateral * (first[v.asset] ?? 0n), this.debtUnits("1"), scale);
        return { debt: sum.debt + v.debt, value: sum.value + value };
      },
      { debt: 0n, value: 0n },
    );
    const result: ReplayResult = {
      scenario: scenario.name,
      seed,
      steps: scenario.times.length,
      blocks: chain.blocks,
      vaults: vaults.length,
      keeper,
      window: { start: iso(scenario.times[0] ?? 0), end: iso(scenario.times.at(-1) ?? 0) },
      settings: settings.overrides(),
      debtAsset: { symbol, decimals },
      price: {
        asset: scenario.assets[0]?.symbol ?? "",
        start: wad(this.steps[0]?.price ?? 0n),
        min: wad(lowest.price),
        minAt: iso(lowest.time),
        end: wad(last?.price ?? 0n),
      },
      opening: { debt: money(opening.debt), collateralValue: money(opening.value), lent: money(lent) },
      liquidations: {
        count: this.liquidations.length,
        vaults: this.liquidated.size,
        debtRepaid: money(this.repaid),
        collateralValueSeized: money(this.seizedValue),
      },
      badDebt: {
        implied: money(this.impliedNow),
        impliedMax: money(this.impliedMax),
        booked: money(this.booked),
        gross: money(gross),
        covered: money(this.covered),
        net: money(gross - this.covered),
      },
      latencyBlocks: {
        p50: percentile(latencies, 50),
        p95: percentile(latencies, 95),
        max: latencies.at(-1) ?? 0,
        unresolved: this.latencies.unresolved,
      },
      borrowers: {
        lossToLiquidation: money(this.borrowersLost),
        collateralReturnedMedian: this.collateralReturnedMedian(),
      },
      keepers: {
        profit: money(this.profit),
        gasCost: money(this.gasCost),
        failedTransactions: this.failed,
      },
      system: {
        minCollateralRatio: formatRatio(this.minRatio ?? 0n),
        endCollateralRatio: formatRatio(last?.systemRatio ?? 0n),
        utilisationMax: formatRatio(this.maxUtilisation),
      },
      checks: {
        invariants: invariants.checked,
        violations: invariants.violations.length,
        modelComparisons: this.comparisons,
        modelMismatches: this.mismatches,
      },
      speed: { wallSeconds, transactions: chain.transactions, gasUsed: chain.gasUsed.toString() },
    };
    return {
      result,
      title: scenario.title,
      notes: scenario.notes,
      debtDecimals: decimals,
      ...(scenario.assets.length === 1 && {
        liquidationRatio:
          (WAD * BPS) / BigInt(settings.integer(scenario.assets[0]?.symbol ?? "", "liquidationThresholdBps")),
      }),
      steps: this.steps,
      book: this.book,
      liquidations: this.liquidations,
      latencies,
      failures: [...invariants.violations, ...this.firstMismatches].slice(0, FAILURES_SHOWN),
      command: this.options.command,
    };
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
    const liq = prices[0]?.liq ?? 0n;
    return (liq * 10n ** BigInt(collateral)) / 10n ** BigInt(decimals + 18);
  }

  private bookSample(time: number, prices: readonly Price[]): BookSample {
    const { model } = this.world;
    const pool = model.accruedPool;
    const rows: { ratio: bigint; debt: bigint }[] = [];
    const below = HEALTH_STEPS.map(() => 0n);
    let total = 0n;
    for (const key of model.keys()) {
      const { debt, value, healthFactor } = model.health(key, prices, pool);
      if (debt === 0n) continue;
      total += debt;
      rows.push({ ratio: collateralRatioDown(value, debt), debt });
      HEALTH_STEPS.forEach((percent, i) => {
        if (healthFactor * 100n < percent * WAD) below[i] = (below[i] ?? 0n) + debt;
      });
    }
    rows.sort((a, b) => (a.ratio < b.ratio ? -1 : a.ratio > b.ratio ? 1 : 0));
    const quantiles = QUANTILES.map((percent) => {
      let sum = 0n;
      return rows.find(({ debt }) => (sum += debt) * 100n >= total * percent)?.ratio ?? 0n;
    });
    return {
      time,
      ratioQuantiles: quantiles as unknown as BookSample["ratioQuantiles"],
      debtBelow: below as unknown as BookSample["debtBelow"],
      debt: total,
    };
  }

  /** Median over liquidated vaults of collateral kept / collateral opened with; "1" if there are none. */
  private collateralReturnedMedian(): string {
    const kept = this.world.vaults
      .filter((v) => this.liquidated.has(v.key))
      .map((v) => ((this.world.model.vault(v.key).balances.get(v.asset) ?? 0n) * WAD) / v.collateral)
      .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return kept.length === 0 ? "1" : formatRatio(kept[Math.floor((kept.length - 1) / 2)] ?? WAD);
  }
}

function iso(time: number): string {
  return new Date(time * 1000).toISOString().replace(".000", "");
}

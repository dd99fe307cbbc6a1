import { BPS, WAD, min, pools } from "../../model/index.js";
import type { Account } from "../accounting/balance/accounts.js";
import { balanceOf } from "../accounting/balance/table.js";
import { formatRatio, formatUnitsExact } from "../../format/decimal.js";
import type { InvariantLog } from "../checks/invariants.js";
import { sha256 } from "../../format/digest.js";
import { percentile } from "../accounting/latency.js";
import { FAILURES_SHOWN, type Ledger } from "../accounting/ledger.js";
import type { Replay, ReplayResult, StepSample } from "../result/result.js";

/** Figures known only at the end of a replay. */
export interface Ending {
  /** Relative change of the value of a backstop share [WAD]. May be negative. */
  readonly sharePriceChange: bigint;
  readonly secondsPaused: bigint;
  /** The window without agents [s], if the replay had a limited one. */
  readonly silence?: { readonly from: number; readonly until: number };
}

export function summary(
  ledger: Ledger,
  ending: Ending,
  invariants: InvariantLog,
  wallSeconds: number,
): Replay {
  const { options, steps, world } = ledger;
  const { scenario, settings } = options;
  const only = scenario.assets.length === 1 ? scenario.assets[0] : undefined;
  return {
    result: resultOf(ledger, ending, invariants, wallSeconds),
    title: scenario.title,
    notes: scenario.notes,
    debtDecimals: world.client.deployment.debtAsset.decimals,
    ...(only !== undefined && {
      liquidationRatio: (WAD * BPS) / BigInt(settings.integer(only.symbol, "liquidationThresholdBps")),
    }),
    steps,
    book: ledger.book,
    liquidations: ledger.liquidations,
    absorptions: ledger.auctions.absorptions,
    takes: ledger.auctions.takes,
    latencies: ledger.latencies.resolved(),
    failures: [...invariants.violations, ...ledger.firstMismatches].slice(0, FAILURES_SHOWN),
    command: options.command,
  };
}

function resultOf(
  ledger: Ledger,
  ending: Ending,
  invariants: InvariantLog,
  wallSeconds: number,
): ReplayResult {
  const { auctions, booked, options, steps, world } = ledger;
  const { scenario, settings, seed, keeper } = options;
  const { chain, client, model, vaults } = world;
  const { symbol, decimals } = client.deployment.debtAsset;
  const money = (amount: bigint): string => formatUnitsExact(amount, decimals);
  const wad = (price: bigint): string => formatUnitsExact(price, 18);
  const last = steps.at(-1);
  const lowest = steps.reduce((a, b) => (b.price < a.price ? b : a), steps[0] as StepSample);
  const gross = ledger.impliedNow + booked.total;
  const covered = booked.backstop + booked.reserve;
  const waterfall = payersOf(ledger);
  const openingValue = vaults.reduce(
    (sum, v) =>
      v.opensAt === null ? sum + auctions.worth(scenario.prices[0] ?? [], v.asset, v.collateral) : sum,
    0n,
  );
  const { silence } = ending;
  const { books } = ledger;
  const net = (account: Account): bigint => books.accounts.net(account);
  const lost = {
    liquidation: -net("borrowers.liquidation"),
    auctions: -net("borrowers.auctions"),
    autopilot: -net("borrowers.autopilot"),
  };
  const backstopProfit = books.gained().backstop;
  return {
    scenario: scenario.name,
    seed,
    steps: scenario.times.length,
    blocks: chain.blocks,
    vaults: vaults.length,
    keeper: keeper.kind,
    ...(silence !== undefined && { silence: { from: iso(silence.from), until: iso(silence.until) } }),
    window: { start: iso(scenario.times[0] ?? 0), end: iso(scenario.times.at(-1) ?? 0) },
    input: {
      name: scenario.name,
      ...(scenario.sha256 !== undefined && { sha256: scenario.sha256 }),
      series: sha256([scenario.times.join(), ...scenario.prices.map(String)].join("\n")),
    },
    parameters: settings.all(),
    settings: settings.overrides(),
    debtAsset: { symbol, decimals },
    price: {
      asset: scenario.assets[0]?.symbol ?? "",
      start: wad(steps[0]?.price ?? 0n),
      min: wad(lowest.price),
      minAt: iso(lowest.time),
      end: wad(last?.price ?? 0n),
    },
    opening: {
      debt: money(world.openingDebt),
      collateralValue: money(openingValue),
      lent: money(world.lent),
    },
    affected: affectedOf(ledger),
    liquidations: {
      count: ledger.liquidations.length,
      vaults: ledger.liquidated.size,
      debtRepaid: money(ledger.repaid),
      collateralValueSeized: money(ledger.seizedValue),
    },
    badDebt: {
      implied: money(ledger.impliedNow),
      impliedMax: money(ledger.impliedMax),
      booked: money(booked.total),
      gross: money(gross),
      covered: money(covered),
      backstop: money(booked.backstop),
      reserve: money(booked.reserve),
      lenders: money(booked.lenders),
      net: money(gross - covered),
      impliedPayers: {
        backstop: money(waterfall.backstop),
        reserve: money(waterfall.reserve),
        lenders: money(waterfall.lenders),
      },
    },
    absorptions: {
      count: auctions.absorptions.length,
      debt: money(auctions.debt),
      lots: auctions.lots,
      takes: auctions.takes.filter(({ id }) => id !== 0n).length,
      remnantSales: auctions.takes.filter(({ id }) => id === 0n).length,
      restarts: auctions.restarts,
      proceeds: money(auctions.proceeds),
      repaid: money(auctions.repaid),
      penalties: money(auctions.penalties),
      tips: money(auctions.tips),
      tipsFromBackstop: money(auctions.tipsFromBackstop),
      shortfall: money(auctions.shortfall),
      claimable: money(books.returned),
      remnantsSold: money(auctions.remnantsSold),
      stillOpen: money(model.lendingPool.state.auctionDebt),
      meanPriceToOracle: formatRatio(auctions.meanPriceToOracle),
    },
    backstop: {
      openingCapital: money(world.backstopCapital),
      endingAssets: money(world.backstopCapital + backstopProfit),
      profit: money(backstopProfit),
      sharePriceChange: signedRatio(ending.sharePriceChange),
    },
    breaker: { trips: ledger.trips, secondsPaused: Number(ending.secondsPaused) },
    autopilot: {
      plans: vaults.filter((v) => v.autopilot).length,
      executions: ledger.autopilot.executions,
      sold: money(ledger.autopilot.sold),
      repaid: money(ledger.autopilot.repaid),
      fees: money(ledger.autopilot.fees),
      cost: money(lost.autopilot),
    },
    capital: {
      debtOpened: money(ledger.capital.debt),
      collateralValue: money(ledger.capital.value),
      efficiency:
        ledger.capital.value === 0n ? "0" : formatRatio((ledger.capital.debt * WAD) / ledger.capital.value),
      lateOpened: ledger.late.opened,
      lateRefused: ledger.late.refused,
    },
    latencyBlocks: { ...quantiles(ledger, "blocks"), unresolved: ledger.latencies.unresolved },
    latencySeconds: quantiles(ledger, "seconds"),
    balance: balanceOf(books, money),
    borrowers: {
      lossToLiquidation: money(lost.liquidation),
      lossToAuctions: money(lost.auctions),
      loss: money(lost.liquidation + lost.auctions + lost.autopilot),
      collateralReturnedMedian: collateralReturnedMedian(ledger),
    },
    keepers: {
      profit: money(ledger.profit),
      liquidators: money(net("liquidators")),
      absorbers: money(net("absorbers")),
      bidders: money(net("bidders")),
      executors: money(net("executors")),
      attendants: money(net("attendants")),
      gasCost: money(net("gas")),
      failedTransactions: ledger.failed,
    },
    system: {
      minCollateralRatio: formatRatio(ledger.minRatio ?? 0n),
      endCollateralRatio: formatRatio(last?.systemRatio ?? 0n),
      utilisationMax: formatRatio(ledger.maxUtilisation),
    },
    checks: {
      invariants: invariants.checked,
      violations: invariants.violations.length,
      modelComparisons: ledger.comparisons,
      modelMismatches: ledger.mismatches,
    },
    speed: { wallSeconds, transactions: chain.transactions, gasUsed: chain.gasUsed.toString() },
  };
}

/**
 * Median, 95th percentile and maximum. In percentiles an unresolved latency counts as longer than
 * any. The maximum is over resolved latencies only.
 */
function quantiles({ latencies }: Ledger, unit: "blocks" | "seconds"): ReplayResult["latencySeconds"] {
  const values = latencies.resolved(unit);
  return {
    p50: percentile(values, 50, latencies.unresolved),
    p95: percentile(values, 95, latencies.unresolved),
    max: values.at(-1) ?? 0,
  };
}

/** Counts of the vaults from which collateral was taken, by cause. */
function affectedOf({ auctions, liquidated }: Ledger): ReplayResult["affected"] {
  const both = [...liquidated].filter((key) => auctions.absorbed.has(key)).length;
  const [alone, whole] = [liquidated.size - both, auctions.absorbed.size - both];
  return { vaults: alone + whole + both, liquidatedOnly: alone, absorbedOnly: whole, both };
}

/** Division of the implied bad debt down the waterfall if it were written off now [debt units]. */
function payersOf({ impliedNow, world }: Ledger): Omit<pools.Loss, "total"> {
  const { terms } = world.model;
  const due = pools.claims(world.model.lendingPool.accrued, terms.pool);
  const backstop = min(impliedNow, world.model.backstopPool.capital() + due.backstopDue);
  const reserve = min(impliedNow - backstop, due.reserve);
  return { backstop, reserve, lenders: impliedNow - backstop - reserve };
}

/**
 * Median of collateral kept over collateral deposited, for liquidated vaults opened at the start.
 * "1" if there are none.
 */
function collateralReturnedMedian({ liquidated, world }: Ledger): string {
  const kept = world.vaults
    .filter((v) => v.opensAt === null && liquidated.has(v.key))
    .map((v) => ((world.model.vaultEngine.vault(v.key).balances.get(v.asset) ?? 0n) * WAD) / v.collateral)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return kept.length === 0 ? "1" : formatRatio(kept[Math.floor((kept.length - 1) / 2)] ?? WAD);
}

function signedRatio(value: bigint): string {
  return value < 0n ? `-${formatRatio(-value)}` : formatRatio(value);
}

function iso(time: number): string {
  return new Date(time * 1000).toISOString().replace(".000", "");
}

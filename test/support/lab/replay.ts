import { NO_DEFENCES } from "./noDefences.js";
import { ACCOUNTS, type Account } from "../../../src/lab/accounting/balance/accounts.js";
import type {
  BookSample,
  LiquidationSample,
  Replay,
  ReplayResult,
  StepSample,
} from "../../../src/lab/result/result.js";

const WAD = 10n ** 18n;
const DECIMALS = 6;
const THRESHOLD = 0.8;

/** The parameters of a synthetic replay. */
export interface Recipe {
  /** Market price at each step. */
  readonly prices: readonly number[];
  readonly secondsPerStep: number;
  readonly start: number;
  readonly vaults: number;
  readonly keeper: boolean;
  /** Gas price at each step [gwei]. */
  readonly gas: (step: number) => number;
  /** Delay of the keeper [steps], from a random number in [0, 1). */
  readonly delay: (random: number) => number;
  /** Approximate maximum of book samples. */
  readonly samples: number;
}

/** A crash shaped like Black Thursday: 200 down to 86 in two legs, then up to 122. */
export function crashPrices(steps: number): readonly number[] {
  const corners = [
    [0, 200],
    [0.24, 193],
    [0.35, 168],
    [0.36, 125],
    [0.4, 140],
    [0.48, 128],
    [0.5, 101],
    [0.53, 86],
    [0.56, 125],
    [0.7, 118],
    [0.8, 134],
    [1, 122],
  ] as const;
  const random = generator(7);
  return Array.from({ length: steps }, (_, i) => {
    const at = i / Math.max(1, steps - 1);
    const k = Math.max(
      0,
      corners.findIndex(([t]) => t > at),
    );
    const [from, to] = [corners[Math.max(0, k - 1)] ?? corners[0], corners[k] ?? corners[0]];
    const part = to[0] === from[0] ? 0 : (at - from[0]) / (to[0] - from[0]);
    const base = at >= 1 ? 122 : from[1] + part * (to[1] - from[1]);
    return base * (1 + 0.006 * (random() - 0.5));
  });
}

const USUAL: Recipe = {
  prices: crashPrices(600),
  secondsPerStep: 576,
  start: Date.UTC(2020, 2, 11) / 1000,
  vaults: 1000,
  keeper: true,
  gas: (step) =>
    10 + 150 * Math.exp(-(((step - 230) / 60) ** 2)) + 90 * Math.exp(-(((step - 320) / 30) ** 2)),
  delay: (random) => Math.floor(random ** 3 * 6),
  samples: 300,
};

/**
 * A replay from a rough floating-point book. It is plausible and consistent, but no contract
 * produced it.
 */
export function syntheticReplay(
  change: Partial<Recipe> = {},
  replace: (r: ReplayResult) => Partial<ReplayResult> = () => ({}),
): Replay {
  const recipe = { ...USUAL, ...change };
  const random = generator(1);
  const first = recipe.prices[0] ?? 1;
  const book = Array.from({ length: recipe.vaults }, () => {
    const debt = Math.round(Math.exp(7 + 2.2 * (random() + random() + random() - 1.5)));
    const cr = 1.34 + 2.4 * random() ** 2;
    const collateral = (debt * cr) / first;
    return { debt, collateral, opened: collateral, due: -1, since: -1 };
  });
  const opening = book.reduce((sum, v) => sum + v.debt, 0);
  const steps: StepSample[] = [];
  const samples: BookSample[] = [];
  const liquidations: LiquidationSample[] = [];
  const latencies: number[] = [];
  const touched = new Set<number>();
  let oracle = first;
  let [profit, gasPaid, loss, impliedMax, repaidTotal, seizedTotal] = [0, 0, 0, 0, 0, 0];
  let minRatio = Infinity;
  recipe.prices.forEach((price, i) => {
    const time = recipe.start + i * recipe.secondsPerStep;
    if (Math.abs(price / oracle - 1) > 0.005 || i % 20 === 0) oracle = price;
    let repaidNow = 0;
    book.forEach((vault, id) => {
      const health = (vault.collateral * oracle * THRESHOLD) / Math.max(vault.debt, 1e-9);
      if (vault.debt <= 0 || health >= 1) {
        if (vault.since >= 0) latencies.push(4 * (i - vault.since) + 1);
        vault.since = -1;
        return;
      }
      if (vault.since < 0) [vault.since, vault.due] = [i, i + recipe.delay(random())];
      if (!recipe.keeper || i < vault.due) return;
      const cover = (vault.collateral * oracle) / vault.debt;
      const bonus = Math.max(0, Math.min(0.1, 0.25 * (1 - health), cover - 1));
      const target = Math.min(
        vault.debt,
        (vault.debt * (1.05 - health)) / (1.05 - (1 + bonus) * THRESHOLD),
        (vault.collateral * oracle) / (1 + bonus),
      );
      const repaid = vault.debt - target < 100 ? Math.min(vault.debt, cover * vault.debt) : target;
      if (repaid < 1) return;
      const seized = repaid * (1 + bonus);
      const gas = (recipe.gas(i) * 400_000 * price) / 1e9;
      const gain = seized - repaid - 0.003 * seized - gas;
      vault.debt -= repaid;
      vault.collateral -= seized / Math.max(oracle, 1e-9);
      profit += gain;
      gasPaid += gas;
      loss += seized - repaid;
      repaidNow += repaid;
      seizedTotal += seized;
      touched.add(id);
      latencies.push(4 * (i - vault.since) + 1 + Math.floor(random() * 3));
      vault.since = -1;
      liquidations.push({
        time,
        block: 100 + 4 * i,
        transaction: hex(i * 100_000 + id, 64),
        vault: `${hex(id, 40)}:0`,
        asset: "WETH",
        price: wad(price),
        repaid: units(repaid),
        seizedValue: units(seized),
        bonus: wad(bonus),
        profit: units(gain),
      });
    });
    repaidTotal += repaidNow;
    const implied = book.reduce((sum, v) => sum + Math.max(0, v.debt - v.collateral * oracle), 0);
    impliedMax = Math.max(impliedMax, implied);
    const debt = book.reduce((sum, v) => sum + v.debt, 0);
    const value = book.reduce((sum, v) => sum + v.collateral * oracle, 0);
    if (debt > 0) minRatio = Math.min(minRatio, value / debt);
    steps.push({
      time,
      price: wad(price),
      oraclePrice: wad(oracle),
      poolPrice: wad(price * (1 - 0.004 * Math.min(1, repaidNow / 20_000)) * (1 + 0.002 * (random() - 0.5))),
      repaid: units(repaidNow),
      impliedBadDebt: units(implied),
      bookedBadDebt: 0n,
      keeperProfit: units(profit),
      gasPrice: BigInt(Math.round(recipe.gas(i) * 1e9)),
      systemRatio: debt > 0 ? wad(value / debt) : 0n,
      utilisation: wad(0.6 * (debt / Math.max(opening, 1))),
      auctionDebt: units(implied / 2),
      backstopAssets: units(opening * 0.1),
      lendersLost: 0n,
      effectiveLtv: 7500n,
      borrowingClosed: false,
    });
    const every = Math.max(1, Math.ceil(recipe.prices.length / recipe.samples));
    if (i % every === 0 || i === recipe.prices.length - 1) samples.push(sampleBook(time, book, oracle));
  });
  const last = steps.at(-1);
  const minPrice = steps.reduce<{ price: bigint; time: number }>(
    (least, s) => (s.price < least.price ? s : least),
    steps[0] ?? { price: 0n, time: 0 },
  );
  const iso = (time: number): string => new Date(time * 1000).toISOString().replace(".000Z", "Z");
  latencies.sort((a, b) => a - b);
  const quantile = (p: number): number => latencies[Math.max(0, Math.ceil(p * latencies.length) - 1)] ?? 0;
  const kept = book
    .filter((_, id) => touched.has(id))
    .map((v) => v.collateral / v.opened)
    .sort((a, b) => a - b);
  const implied = decimal(last?.impliedBadDebt ?? 0n, DECIMALS);
  const value = book.reduce((sum, v) => sum + v.collateral * oracle, 0);
  const debt = book.reduce((sum, v) => sum + v.debt, 0);
  const base: ReplayResult = {
    scenario: "black-thursday",
    seed: 1,
    steps: steps.length,
    blocks: 4 * steps.length,
    vaults: recipe.vaults,
    keeper: recipe.keeper ? "on" : "off",
    window: { start: iso(steps[0]?.time ?? 0), end: iso(last?.time ?? 0) },
    input: { name: "black-thursday", sha256: "ab".repeat(32), series: "cd".repeat(32) },
    parameters: { "WETH.ltvBps": "7500", "keeper.perBlock": "25" },
    settings: {},
    debtAsset: { symbol: "USDC", decimals: DECIMALS },
    price: {
      asset: "WETH",
      start: decimal(steps[0]?.price ?? 0n, 18),
      min: decimal(minPrice.price, 18),
      minAt: iso(minPrice.time),
      end: decimal(last?.price ?? 0n, 18),
    },
    opening: {
      debt: decimal(units(opening), DECIMALS),
      collateralValue: decimal(units(book.reduce((sum, v) => sum + v.opened * first, 0)), DECIMALS),
      lent: decimal(units(opening * 1.6), DECIMALS),
    },
    affected: { vaults: touched.size, liquidatedOnly: touched.size, absorbedOnly: 0, both: 0 },
    liquidations: {
      count: liquidations.length,
      vaults: touched.size,
      debtRepaid: decimal(units(repaidTotal), DECIMALS),
      collateralValueSeized: decimal(units(seizedTotal), DECIMALS),
    },
    badDebt: {
      implied,
      impliedMax: decimal(units(impliedMax), DECIMALS),
      booked: "0",
      gross: implied,
      covered: "0",
      backstop: "0",
      reserve: "0",
      lenders: "0",
      net: implied,
      impliedPayers: { backstop: "0", reserve: "0", lenders: implied },
    },
    ...NO_DEFENCES,
    capital: {
      debtOpened: decimal(units(opening), DECIMALS),
      collateralValue: decimal(units(2 * opening), DECIMALS),
      efficiency: "0.5",
      lateOpened: 0,
      lateRefused: 0,
    },
    latencySeconds: { p50: 12 * quantile(0.5), p95: 12 * quantile(0.95), max: 12 * (latencies.at(-1) ?? 0) },
    latencyBlocks: {
      p50: quantile(0.5),
      p95: quantile(0.95),
      max: latencies.at(-1) ?? 0,
      unresolved: book.filter((v) => v.since >= 0).length,
    },
    balance: syntheticBalance(loss, profit, gasPaid),
    borrowers: {
      lossToLiquidation: decimal(units(loss), DECIMALS),
      lossToAuctions: "0",
      loss: decimal(units(loss), DECIMALS),
      collateralReturnedMedian: decimal(wad(kept[Math.floor(kept.length / 2)] ?? 0), 18),
    },
    keepers: {
      profit: decimal(units(profit), DECIMALS),
      liquidators: decimal(units(profit), DECIMALS),
      absorbers: "0",
      bidders: "0",
      executors: "0",
      attendants: "0",
      gasCost: decimal(units(gasPaid), DECIMALS),
      failedTransactions: 0,
    },
    system: {
      minCollateralRatio: decimal(wad(Number.isFinite(minRatio) ? minRatio : 0), 18),
      endCollateralRatio: decimal(wad(debt > 0 ? value / debt : 0), 18),
      utilisationMax: "0.6",
    },
    checks: {
      invariants: 11 * steps.length,
      violations: 0,
      modelComparisons: 40 * steps.length,
      modelMismatches: 0,
    },
    speed: {
      wallSeconds: 41.7,
      transactions: 3 * steps.length,
      gasUsed: (steps.length * 1_234_567).toString(),
    },
  };
  return {
    result: { ...base, ...replace(base) },
    title: "Black Thursday, 11–14 March 2020",
    notes: [
      "Prices: hourly bars of a spot exchange, joined by a seeded bridge that touches open, high, low and close.",
      "Gas: mean over all transactions in ten minutes. Depth of the AMM pool in March 2020 is not known: it is an assumption of this scenario.",
    ],
    debtDecimals: DECIMALS,
    liquidationRatio: (WAD * 10n) / 8n,
    steps,
    book: samples,
    liquidations,
    absorptions: [],
    takes: [],
    latencies,
    failures: [],
    command: "npm run crash -- replay black-thursday --seed 1",
  };
}

/**
 * A balance whose net amounts sum to zero. The pool gets the part of the borrowers' loss that
 * keepers do not get.
 */
function syntheticBalance(loss: number, profit: number, gas: number): ReplayResult["balance"] {
  const nets: Partial<Record<Account, bigint>> = {
    "borrowers.liquidation": -units(loss),
    liquidators: units(profit),
    gas: units(gas),
    liquidityPool: units(loss) - units(profit) - units(gas),
  };
  return {
    rows: ACCOUNTS.map(([account, who, what]) => ({
      account,
      who,
      what,
      net: decimal(nets[account] ?? 0n, DECIMALS),
    })),
    sum: "0",
    rounding: "0",
  };
}

/** A decimal string of `value` / 10^`places`, without trailing zeros. */
export function decimal(value: bigint, places: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(places + 1, "0");
  const text = `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, "");
  return value < 0n ? `-${text}` : text;
}

interface Vault {
  readonly debt: number;
  readonly collateral: number;
}

function sampleBook(time: number, book: readonly Vault[], price: number): BookSample {
  const open = book
    .filter((v) => v.debt > 0)
    .map((v) => ({ debt: v.debt, ratio: (v.collateral * price) / v.debt }))
    .sort((a, b) => a.ratio - b.ratio);
  const total = open.reduce((sum, v) => sum + v.debt, 0);
  const quantile = (p: number): bigint => {
    let seen = 0;
    for (const { debt, ratio } of open) {
      seen += debt;
      if (seen >= p * total) return wad(ratio);
    }
    return 0n;
  };
  const below = (health: number): bigint =>
    units(open.reduce((sum, v) => (v.ratio * THRESHOLD < health ? sum + v.debt : sum), 0));
  return {
    time,
    ratioQuantiles: [quantile(0.05), quantile(0.25), quantile(0.5), quantile(0.75), quantile(0.95)],
    debtBelow: [below(1), below(1.05), below(1.1), below(1.25)],
    debt: units(total),
  };
}

/** A fake hash or address of `digits` hex digits. */
function hex(seed: number, digits: number): string {
  const mixed = BigInt(seed + 1) * 0xd1342543de82ef95f1357aea2e62a9c5a3b195354a39b70d9fb21c651e98df25n;
  return `0x${(mixed % 16n ** BigInt(digits)).toString(16).padStart(digits, "0")}`;
}

function wad(value: number): bigint {
  return BigInt(Math.round(value * 1e9)) * 10n ** 9n;
}

function units(value: number): bigint {
  return BigInt(Math.round(value * 10 ** DECIMALS));
}

/** Random numbers in [0, 1). The same seed gives the same numbers. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

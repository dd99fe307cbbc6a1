import { expect } from "chai";

const AMOUNT = /^-?\d+(\.\d+)?$/;
const DIGEST = /^[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** A number, or null if it is longer than the replay. */
const Unresolved = Symbol("number or null");

/** Every key of the result, in order, with the kind of its value. */
export const SHAPE = {
  scenario: /^good$/,
  seed: Number,
  steps: Number,
  blocks: Number,
  vaults: Number,
  keeper: /^on$/,
  window: { start: TIME, end: TIME },
  input: { name: /^good$/, sha256: DIGEST, series: DIGEST },
  parameters: Object,
  settings: { "WETH.depth": /^4000000$/, "rate.kink": /^0.75$/ },
  debtAsset: { symbol: /^USDX$/, decimals: Number },
  price: { asset: /^WETH$/, start: AMOUNT, min: AMOUNT, minAt: TIME, end: AMOUNT },
  opening: { debt: AMOUNT, collateralValue: AMOUNT, lent: AMOUNT },
  affected: { vaults: Number, liquidatedOnly: Number, absorbedOnly: Number, both: Number },
  liquidations: { count: Number, vaults: Number, debtRepaid: AMOUNT, collateralValueSeized: AMOUNT },
  badDebt: {
    implied: AMOUNT,
    impliedMax: AMOUNT,
    booked: AMOUNT,
    gross: AMOUNT,
    covered: AMOUNT,
    backstop: AMOUNT,
    reserve: AMOUNT,
    lenders: AMOUNT,
    net: AMOUNT,
    impliedPayers: { backstop: AMOUNT, reserve: AMOUNT, lenders: AMOUNT },
  },
  absorptions: {
    count: Number,
    debt: AMOUNT,
    lots: Number,
    takes: Number,
    remnantSales: Number,
    restarts: Number,
    proceeds: AMOUNT,
    repaid: AMOUNT,
    penalties: AMOUNT,
    tips: AMOUNT,
    tipsFromBackstop: AMOUNT,
    shortfall: AMOUNT,
    claimable: AMOUNT,
    remnantsSold: AMOUNT,
    stillOpen: AMOUNT,
    meanPriceToOracle: AMOUNT,
  },
  backstop: { openingCapital: AMOUNT, endingAssets: AMOUNT, profit: AMOUNT, sharePriceChange: AMOUNT },
  breaker: { trips: Number, secondsPaused: Number },
  autopilot: {
    plans: Number,
    executions: Number,
    sold: AMOUNT,
    repaid: AMOUNT,
    fees: AMOUNT,
    cost: AMOUNT,
  },
  capital: {
    debtOpened: AMOUNT,
    collateralValue: AMOUNT,
    efficiency: AMOUNT,
    lateOpened: Number,
    lateRefused: Number,
  },
  latencyBlocks: { p50: Unresolved, p95: Unresolved, max: Number, unresolved: Number },
  latencySeconds: { p50: Unresolved, p95: Unresolved, max: Number },
  balance: Array,
  borrowers: {
    lossToLiquidation: AMOUNT,
    lossToAuctions: AMOUNT,
    loss: AMOUNT,
    collateralReturnedMedian: AMOUNT,
  },
  keepers: {
    profit: AMOUNT,
    liquidators: AMOUNT,
    absorbers: AMOUNT,
    bidders: AMOUNT,
    executors: AMOUNT,
    attendants: AMOUNT,
    gasCost: AMOUNT,
    failedTransactions: Number,
  },
  system: { minCollateralRatio: AMOUNT, endCollateralRatio: AMOUNT, utilisationMax: AMOUNT },
  checks: { invariants: Number, violations: Number, modelComparisons: Number, modelMismatches: Number },
  speed: { wallSeconds: Number, transactions: Number, gasUsed: /^\d+$/ },
  provenance: {
    tool: /^breakwater \d+\.\d+\.\d+$/,
    commit: /^([0-9a-f]{40}|not known)$/,
    dirty: Boolean,
    compiler: /^solc 0\.8\.30\+commit\.\w+, cancun, optimizer runs \d+, via IR$/,
    contracts: DIGEST,
    node: /^v\d+/,
    date: TIME,
    result: DIGEST,
  },
};

/** Fails unless `value` has the keys of `shape`, in order, and each value is of its kind. */
export function expectShape(value: unknown, shape: unknown, path: string): void {
  if (shape === Array)
    expect((value as { readonly rows: unknown }).rows, path).to.be.an("array").that.is.not.empty;
  else if (shape === Unresolved) expect(value === null || typeof value === "number", path).to.equal(true);
  else if (shape === Boolean) expect(value, path).to.be.a("boolean");
  else if (shape === Object) expect(value, path).to.be.an("object").that.is.not.empty;
  else if (shape === Number) expect(value, path).to.be.a("number");
  else if (shape instanceof RegExp) expect(value, path).to.be.a("string").and.to.match(shape);
  else {
    const [actual, wanted] = [value as Record<string, unknown>, shape as Record<string, unknown>];
    expect(Object.keys(actual), path).to.deep.equal(Object.keys(wanted));
    for (const key of Object.keys(wanted)) expectShape(actual[key], wanted[key], `${path}.${key}`);
  }
}

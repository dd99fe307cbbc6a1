import { parseUnits } from "ethers";
import { z } from "zod";

import type { AssetTerms, ModelTerms, Source } from "../model/index.js";
import { MAX_RATE, WAD, compactDown, compactUp } from "../model/index.js";
import { contradictionIn } from "./relations.js";

const SECONDS_PER_YEAR = 31_536_000n;

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "must be a 20-byte hex address")
  .refine((given) => !/^0x0{40}$/.test(given), "must not be the zero address");
const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'must be a decimal number in quotes, such as "1000" or "0.8"');
const bps = z.int().min(0).max(65_535);

const token = z.union([
  z.strictObject({ address }),
  z.strictObject({ mock: z.strictObject({ name: z.string().min(1), decimals: z.int().min(0).max(24) }) }),
]);
const feed = z.union([
  z.strictObject({ address }),
  z.strictObject({ mock: z.strictObject({ decimals: z.int().min(0).max(18), answer: decimal }) }),
]);
const source = z.strictObject({
  feed,
  /** Longest time between answers while the feed works. */
  heartbeatSeconds: z.int().min(1).max(16_777_215),
  /** Answers at or beyond these are refused, in the feed's currency; kept to 16 significant bits, rounded inwards. */
  minAnswer: decimal,
  maxAnswer: decimal,
});
/** Besides a feed, the asset's mean price in a Uniswap v3 pool against the debt asset or the currency of its feed. */
const secondarySource = source.extend({
  feed: z.union([
    ...feed.options,
    z.strictObject({
      uniswap: z.strictObject({
        pool: address,
        /** Length of the mean. */
        windowSeconds: z.int().min(60).max(604_800),
        /** Least harmonic mean of the liquidity in range, in the pool's own unit. */
        minLiquidity: z.string().regex(/^\d{1,38}$/, 'must be a whole number in quotes, such as "1000000"'),
        /** Of the answers. */
        decimals: z.int().min(0).max(24).default(18),
      }),
    }),
  ]),
});
const asset = z.strictObject({
  symbol: z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,11}$/, "must be 1 to 12 letters and digits"),
  token,
  primary: source,
  secondary: secondarySource.optional(),
  /** True if the price depends on the chain's sequencer; see `sequencer`. */
  sequenced: z.boolean().default(false),
  /** Most by which two fresh sources may differ and still agree. */
  maxDeviationBps: z.int().min(0).max(10_000).default(0),
  /** True if the feeds quote the currency of `debtAsset.source` instead of the debt asset itself. */
  composed: z.boolean().default(false),
  ltvBps: bps,
  liquidationThresholdBps: bps,
  minBonusBps: bps,
  maxBonusBps: bps,
  slopeBps: bps,
  /** In whole tokens. */
  supplyCap: decimal,
});

/** How volatility is measured and what it takes off the initial margin. */
const volatility = z.strictObject({
  /** False: every haircut is 0, only the configured ltv holds. */
  enabled: z.boolean().default(true),
  /** Time in which the weight of a return halves. */
  halfLifeSeconds: z.int().min(3600).max(31_536_000).default(86_400),
  /** How far ahead the haircut looks. */
  horizonSeconds: z.int().min(1).max(2_592_000).default(3600),
  /** Standard deviations it covers. */
  z: decimal.default("3"),
  floorBps: z.int().min(0).max(8000).default(0),
  ceilingBps: z.int().min(0).max(8000).default(4000),
  /** Volatility an asset starts with; 1 is 100 % a year. */
  priorPerYear: decimal.default("1"),
});
/** When the price of an asset closes borrowing and withdrawing with debt. */
const breaker = z.strictObject({
  /** False: only the guardian pauses. */
  enabled: z.boolean().default(true),
  /** Move within the window that trips; 0: moves are not watched. */
  limitBps: z.int().min(0).max(9999).default(1500),
  windowSeconds: z.int().min(60).max(86_400).default(3600),
  /** Time without a Good price that trips; 0: never. */
  doubtSeconds: z.int().min(0).max(4_294_967_295).default(7200),
  pauseSeconds: z.int().min(1).max(21_600).default(1800),
});
/** How absorbed collateral is sold. */
const auction = z.strictObject({
  startBps: z.int().min(10_000).max(65_535).default(10_000),
  cutBps: z.int().min(1).max(9999).default(50),
  stepSeconds: z.int().min(1).max(65_535).default(60),
  floorBps: z.int().min(1).max(65_535).default(9500),
  tailSeconds: z.int().min(1).max(65_535).default(3600),
  maxGapSeconds: z.int().min(1).max(65_535).default(600),
  penaltyBps: z.int().min(0).max(10_000).default(500),
  tipBps: z.int().min(0).max(10_000).default(50),
  maxTipBps: z.int().min(0).max(10_000).default(200),
  /** In whole tokens of the debt asset. */
  flatTip: decimal.default("20"),
  /** True: priced from the oracle price at the start instead of the live one. */
  frozen: z.boolean().default(false),
});

const account = z.union([z.literal("deployer"), address]);

/** Who may do what; see docs/governance.md. An address, or "deployer". */
const governance = z.strictObject({
  /** May pause, for a time. */
  guardian: account.default("deployer"),
  /** May tighten risk parameters, at once. */
  risk: account.default("deployer"),
  /** May do everything else, after the delay. */
  governor: account.default("deployer"),
  delaySeconds: z.int().min(0).max(2_592_000).default(0),
});

/**
 * The deployment parameters of one network, as written in `deploy/parameters/<network>.json`. Decimal numbers are quoted
 * and in whole tokens or per year; basis points are integers.
 */
export const parametersSchema = z.strictObject({
  governance: governance.prefault({}),
  debtAsset: z.strictObject({
    symbol: z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,11}$/, "must be 1 to 12 letters and digits"),
    token,
    source: source.optional(),
  }),
  rate: z.strictObject({
    basePerYear: decimal,
    kink: decimal,
    slopeBelowPerYear: decimal,
    slopeAbovePerYear: decimal,
    maxPerYear: decimal,
    /** Shares of interest kept for the reserve and for the backstop. */
    reserveFactorBps: z.int().min(0).max(10_000),
    backstopFactorBps: z.int().min(0).max(10_000).default(500),
  }),
  system: z.strictObject({
    borrowCap: decimal,
    dust: decimal,
    targetHealthBps: z.int().min(10_100).max(15_000),
    /** Health below which a flagged vault may be absorbed whole by age; 0: never by age. */
    stuckHealthBps: z.int().min(0).max(10_000).default(8500),
  }),
  assets: z.array(asset).min(1).max(64),
  /** The feed that says whether the chain's sequencer is up, and how long it must have been. */
  sequencer: z.strictObject({ feed, gracePeriodSeconds: z.int().min(0).max(86_400) }).optional(),
  volatility: volatility.prefault({}),
  breaker: breaker.prefault({}),
  auction: auction.prefault({}),
  /** The contract the keeper may liquidate through; left out where there is no Uniswap v3. */
  executor: z
    .strictObject({
      /** The Uniswap v3 factory whose pools it sells in. */
      factory: address,
      /** Who gets what it earns. */
      owner: account,
      /** Who may call it besides the owner. */
      keepers: z.array(address).default([]),
    })
    .optional(),
  /** The contract that deleverages vaults by their owners' plans, in the pools of a Uniswap v3 factory. */
  autopilot: z.strictObject({ factory: address }).optional(),
});

/** Deployment parameters after validation. */
export type SystemParameters = z.output<typeof parametersSchema>;
export type SourceParameters = z.output<typeof source>;
export type SecondaryParameters = z.output<typeof secondarySource>;
export type AssetParameters = z.output<typeof asset>;

/** A token's and a feed's own decimals: read from the chain where they exist already, stated where they are mocks. */
export interface KnownDecimals {
  readonly debt: number;
  readonly debtFeed?: number;
  readonly assets: readonly {
    readonly token: number;
    readonly primary: number;
    readonly secondary?: number;
  }[];
}

/** What the pool's terms count rates in [RAY per second], and the kink in [WAD]. */
const RATE_UNIT = 10n ** 9n;
const KINK_UNIT = 10n ** 9n;

/** A rate per year, such as "0.05", to a rate per second [RAY], rounded down to what the pool's terms can say. */
export function perSecond(perYear: string): bigint {
  return (parseUnits(perYear, 18) / SECONDS_PER_YEAR) * RATE_UNIT;
}

/** The rate curve in the units of `InterestMath.Curve`. */
export function curveOf(rate: SystemParameters["rate"]): ModelTerms["pool"]["curve"] {
  return {
    base: perSecond(rate.basePerYear),
    kink: parseUnits(rate.kink, 9) * KINK_UNIT,
    slopeBelow: perSecond(rate.slopeBelowPerYear),
    slopeAbove: perSecond(rate.slopeAbovePerYear),
    max: perSecond(rate.maxPerYear),
  };
}

/** The interest terms in the units of `PoolTerms`. */
export function poolTermsOf(rate: SystemParameters["rate"]) {
  const { base, kink, slopeBelow, slopeAbove, max } = curveOf(rate);
  return {
    base: base / RATE_UNIT,
    slopeBelow: slopeBelow / RATE_UNIT,
    slopeAbove: slopeAbove / RATE_UNIT,
    max: max / RATE_UNIT,
    kink: kink / KINK_UNIT,
    reserveFactor: rate.reserveFactorBps,
    backstopFactor: rate.backstopFactorBps,
  };
}

/** The volatility parameters in the units of the contracts; switched off, every haircut is 0. */
export function volatilityParametersOf(v: SystemParameters["volatility"]): ModelTerms["volatility"] {
  const perYear = parseUnits(v.priorPerYear, 18);
  return {
    halfLife: BigInt(v.halfLifeSeconds),
    horizon: BigInt(v.horizonSeconds),
    z: parseUnits(v.z, 18),
    floor: BigInt(v.enabled ? v.floorBps : 0),
    ceiling: BigInt(v.enabled ? v.ceilingBps : 0),
    priorVariance: (perYear * perYear) / 10n ** 9n / SECONDS_PER_YEAR,
  };
}

/** What the breaker watches of every asset, in the units of `Watch`. */
export function watchOf(b: SystemParameters["breaker"]): NonNullable<ModelTerms["watch"]> {
  return {
    limit: BigInt(b.limitBps),
    window: BigInt(b.windowSeconds),
    doubt: BigInt(b.doubtSeconds),
    pause: BigInt(b.pauseSeconds),
  };
}

/** The auctions' terms in the units of `AuctionTerms`. */
export function auctionTermsOf(a: SystemParameters["auction"], debtDecimals: number): ModelTerms["auction"] {
  return {
    start: BigInt(a.startBps),
    cut: BigInt(a.cutBps),
    step: BigInt(a.stepSeconds),
    floor: BigInt(a.floorBps),
    tail: BigInt(a.tailSeconds),
    maxGap: BigInt(a.maxGapSeconds),
    penalty: BigInt(a.penaltyBps),
    tip: BigInt(a.tipBps),
    maxTip: BigInt(a.maxTipBps),
    flatTip: parseUnits(a.flatTip, debtDecimals),
    frozen: a.frozen,
  };
}

/** The parameters in the model's terms: the same numbers the contracts are given. */
export function modelTerms(p: SystemParameters, decimals: KnownDecimals): ModelTerms {
  return {
    debtDecimals: BigInt(decimals.debt),
    ...(p.debtAsset.source && { debtSource: sourceTerms(p.debtAsset.source, decimals.debtFeed ?? 0) }),
    pool: {
      curve: curveOf(p.rate),
      reserveFactor: BigInt(p.rate.reserveFactorBps),
      backstopFactor: BigInt(p.rate.backstopFactorBps),
    },
    volatility: volatilityParametersOf(p.volatility),
    ...(p.breaker.enabled && { watch: watchOf(p.breaker) }),
    auction: auctionTermsOf(p.auction, decimals.debt),
    system: {
      borrowCap: parseUnits(p.system.borrowCap, decimals.debt),
      dust: parseUnits(p.system.dust, decimals.debt),
      targetHealth: BigInt(p.system.targetHealthBps),
      stuckHealth: BigInt(p.system.stuckHealthBps),
    },
    assets: p.assets.map((a, i): AssetTerms => {
      const known = decimals.assets[i];
      if (known === undefined) throw new RangeError(`no decimals known for ${a.symbol}`);
      return {
        symbol: a.symbol,
        decimals: BigInt(known.token),
        ltv: BigInt(a.ltvBps),
        liquidationThreshold: BigInt(a.liquidationThresholdBps),
        minBonus: BigInt(a.minBonusBps),
        maxBonus: BigInt(a.maxBonusBps),
        slope: BigInt(a.slopeBps),
        supplyCap: parseUnits(a.supplyCap, known.token),
        primary: sourceTerms(a.primary, known.primary),
        ...(a.secondary && { secondary: sourceTerms(a.secondary, known.secondary ?? 0) }),
        maxDeviation: BigInt(a.maxDeviationBps),
        composed: a.composed,
      };
    }),
  };
}

/** Mocks named in the parameters, as dotted paths: none of them may go to a live chain. */
export function mocksIn(p: SystemParameters): string[] {
  const found: string[] = [];
  if ("mock" in p.debtAsset.token) found.push("debtAsset.token");
  if (p.debtAsset.source && "mock" in p.debtAsset.source.feed) found.push("debtAsset.source.feed");
  p.assets.forEach((a, i) => {
    if ("mock" in a.token) found.push(`assets[${i}].token`);
    if ("mock" in a.primary.feed) found.push(`assets[${i}].primary.feed`);
    if (a.secondary && "mock" in a.secondary.feed) found.push(`assets[${i}].secondary.feed`);
  });
  if (p.sequencer && "mock" in p.sequencer.feed) found.push("sequencer.feed");
  return found;
}

/** The first thing wrong with `input`, as one line that names the field, the value and what is allowed; or the parameters. */
export function parseParameters(input: unknown): SystemParameters {
  const result = parametersSchema.safeParse(input);
  if (result.success) return checkRelations(result.data);
  throw new ParameterError(describeIssue(result.error, input));
}

/** Deployment parameters that cannot be used; the message is one line for people. */
export class ParameterError extends Error {
  override readonly name = "ParameterError";
}

/** One line for the first issue of a failed validation: field, value, what is allowed. */
export function describeIssue(error: z.ZodError, input: unknown): string {
  const issue = error.issues[0];
  if (issue === undefined) return "invalid input";
  const path = issue.path.reduce<string>(
    (text, key) =>
      typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`,
    "",
  );
  let value: unknown = input;
  for (const key of issue.path) {
    value =
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  const shown = value === undefined ? "missing" : JSON.stringify(value);
  return `${path === "" ? "file" : path}: ${shown.length > 80 ? `${shown.slice(0, 77)}...` : shown}: ${issue.message}`;
}

function checkRelations(p: SystemParameters): SystemParameters {
  const contradiction = contradictionIn(p);
  if (contradiction !== undefined) throw new ParameterError(contradiction);
  const { kink } = curveOf(p.rate);
  if (kink === 0n || kink >= WAD)
    throw new ParameterError(`rate.kink: ${p.rate.kink}: must be inside (0, 1)`);
  if (perSecond(p.rate.maxPerYear) > MAX_RATE) {
    throw new ParameterError(`rate.maxPerYear: ${p.rate.maxPerYear}: must be at most 10 (1,000 % a year)`);
  }
  return p;
}

function sourceTerms(s: SecondaryParameters, decimals: number): Source {
  return {
    heartbeat: BigInt(s.heartbeatSeconds),
    minAnswer: compactUp(parseUnits(s.minAnswer, decimals)),
    maxAnswer: compactDown(parseUnits(s.maxAnswer, decimals)),
    decimals: BigInt(decimals),
  };
}

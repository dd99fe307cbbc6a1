import { z } from "zod";

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
  /**
   * Answers at or beyond these are refused, in the feed's currency; kept to 16 significant bits,
   * rounded inwards.
   */
  minAnswer: decimal,
  maxAnswer: decimal,
});
/**
 * Besides a feed, the asset's mean price in a Uniswap v3 pool against the debt asset or the
 * currency of its feed.
 */
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
  /**
   * True if the feeds quote the currency of `debtAsset.source` instead of the debt asset itself.
   */
  composed: z.boolean().default(false),
  ltvBps: bps,
  liquidationThresholdBps: bps,
  minBonusBps: bps,
  maxBonusBps: bps,
  slopeBps: bps,
  /** In whole tokens. */
  supplyCap: decimal,
});

/** The curve of the borrow rate. */
export const rateSchema = z.strictObject({
  basePerYear: decimal,
  kink: decimal,
  slopeBelowPerYear: decimal,
  slopeAbovePerYear: decimal,
  maxPerYear: decimal,
  /** Shares of interest kept for the reserve and for the backstop. */
  reserveFactorBps: z.int().min(0).max(10_000),
  backstopFactorBps: z.int().min(0).max(10_000).default(500),
});
/** Bounds on every vault. */
export const systemSchema = z.strictObject({
  borrowCap: decimal,
  dust: decimal,
  targetHealthBps: z.int().min(10_100).max(15_000),
  /** Health below which a flagged vault may be absorbed whole by age; 0: never by age. */
  stuckHealthBps: z.int().min(0).max(10_000).default(8500),
});
/** How volatility is measured and what it takes off the initial margin. */
export const volatilitySchema = z.strictObject({
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
export const breakerSchema = z.strictObject({
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
export const auctionSchema = z.strictObject({
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

/** Who may do what; see docs/concepts/governance.md. An address, or "deployer". */
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
 * The deployment parameters of one network, as written in `deploy/parameters/<network>.json`.
 * Decimal numbers are quoted
 * and in whole tokens or per year; basis points are integers.
 */
export const parametersSchema = z.strictObject({
  governance: governance.prefault({}),
  debtAsset: z.strictObject({
    symbol: z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,11}$/, "must be 1 to 12 letters and digits"),
    token,
    source: source.optional(),
  }),
  rate: rateSchema,
  system: systemSchema,
  assets: z.array(asset).min(1).max(64),
  /** The feed that says whether the chain's sequencer is up, and how long it must have been. */
  sequencer: z.strictObject({ feed, gracePeriodSeconds: z.int().min(0).max(86_400) }).optional(),
  volatility: volatilitySchema.prefault({}),
  breaker: breakerSchema.prefault({}),
  auction: auctionSchema.prefault({}),
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
  /**
   * The contract that deleverages vaults by their owners' plans, in the pools of a Uniswap v3
   * factory.
   */
  autopilot: z.strictObject({ factory: address }).optional(),
});

/** Deployment parameters after validation. */
export type SystemParameters = z.output<typeof parametersSchema>;
export type SourceParameters = z.output<typeof source>;
export type SecondaryParameters = z.output<typeof secondarySource>;
export type AssetParameters = z.output<typeof asset>;

/**
 * A token's and a feed's own decimals: read from the chain where they exist already, stated where
 * they are mocks.
 */
export interface KnownDecimals {
  readonly debt: number;
  readonly debtFeed?: number;
  readonly assets: readonly {
    readonly token: number;
    readonly primary: number;
    readonly secondary?: number;
  }[];
}

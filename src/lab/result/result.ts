/**
 * The result of a replay, as `--json` writes it. Amounts are decimal strings in whole debt tokens,
 * ratios decimal strings (1 = 100 %), times ISO 8601 in UTC. The same inputs give the same result,
 * except for `speed` and the provenance that the command adds.
 */
export interface ReplayResult {
  readonly scenario: string;
  readonly seed: number;
  /** Steps of the price path, and blocks mined for them. */
  readonly steps: number;
  readonly blocks: number;
  readonly vaults: number;
  /** Whether the agents acted: always, never, or not for a time. */
  readonly keeper: "on" | "off" | "silent";
  /** The window without agents, if it was limited. */
  readonly silence?: { readonly from: string; readonly until: string };
  readonly window: { readonly start: string; readonly end: string };
  /** The input: its name, the SHA-256 of its file, and the SHA-256 of its price series. */
  readonly input: { readonly name: string; readonly sha256?: string; readonly series: string };
  /** Every parameter in force, by name. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Overrides of `--set`, as given. */
  readonly settings: Readonly<Record<string, string>>;
  readonly debtAsset: { readonly symbol: string; readonly decimals: number };
  readonly price: {
    readonly asset: string;
    readonly start: string;
    readonly min: string;
    readonly minAt: string;
    readonly end: string;
  };
  readonly opening: { readonly debt: string; readonly collateralValue: string; readonly lent: string };
  /**
   * Vaults from which collateral was taken: vaults = liquidatedOnly + absorbedOnly + both. Sales by
   * the autopilot do not count, because owners order them.
   */
  readonly affected: {
    readonly vaults: number;
    readonly liquidatedOnly: number;
    readonly absorbedOnly: number;
    readonly both: number;
  };
  readonly liquidations: {
    readonly count: number;
    /** Distinct vaults liquidated at least once. */
    readonly vaults: number;
    readonly debtRepaid: string;
    /** At the liquidation price. */
    readonly collateralValueSeized: string;
  };
  readonly badDebt: {
    /**
     * Debt of open vaults and open auctions beyond their collateral at the oracle price, at the
     * end.
     */
    readonly implied: string;
    /** Its maximum during the replay. */
    readonly impliedMax: string;
    /** Written off on the chain. */
    readonly booked: string;
    /** implied + booked. */
    readonly gross: string;
    /** backstop + reserve. */
    readonly covered: string;
    /** Division of the booked bad debt: booked = backstop + reserve + lenders. */
    readonly backstop: string;
    readonly reserve: string;
    readonly lenders: string;
    /** gross - covered: losses of lenders, and the implied bad debt. */
    readonly net: string;
    /**
     * Division of the implied part if it were booked now: implied = backstop + reserve + lenders.
     */
    readonly impliedPayers: { readonly backstop: string; readonly reserve: string; readonly lenders: string };
  };
  readonly absorptions: {
    readonly count: number;
    /** Debt absorbed: debt = repaid + shortfall + stillOpen. */
    readonly debt: string;
    /** Lots of all absorptions, takes from them, and restarts of any lot. */
    readonly lots: number;
    readonly takes: number;
    /** Takes of residuals, which belong to no absorption. */
    readonly remnantSales: number;
    readonly restarts: number;
    /** Paid by bidders for lots with a tab: proceeds = repaid + penalties + tips. */
    readonly proceeds: string;
    readonly repaid: string;
    readonly penalties: string;
    readonly tips: string;
    /** Tips that lots did not cover and the backstop paid. */
    readonly tipsFromBackstop: string;
    /** Debt that lots did not cover, which was booked. */
    readonly shortfall: string;
    /** Collateral returned to owners, at the market prices of their absorptions. */
    readonly claimable: string;
    /** Paid for residuals, to the reserve. */
    readonly remnantsSold: string;
    /** Auction debt at the end. */
    readonly stillOpen: string;
    /** Proceeds over the oracle value of the collateral sold. 0 if none was. */
    readonly meanPriceToOracle: string;
  };
  readonly backstop: {
    readonly openingCapital: string;
    /**
     * Includes interest that the pool owes the backstop. profit = endingAssets - openingCapital.
     */
    readonly endingAssets: string;
    readonly profit: string;
    /** Relative change of the value of a depositor's share. May be negative. */
    readonly sharePriceChange: string;
  };
  readonly breaker: {
    /** Trips that closed borrowing. A trip that only prolongs a closure does not count. */
    readonly trips: number;
    /** Time for which borrowing was closed. */
    readonly secondsPaused: number;
  };
  readonly autopilot: {
    /** Vaults with a plan, and plans executed. */
    readonly plans: number;
    readonly executions: number;
    /** Market value sold. cost = sold - repaid, and includes the executors' fees. */
    readonly sold: string;
    readonly repaid: string;
    readonly fees: string;
    readonly cost: string;
  };
  readonly capital: {
    /** All debt opened, with late vaults, and the market value of its collateral at that time. */
    readonly debtOpened: string;
    readonly collateralValue: string;
    /** debtOpened / collateralValue. */
    readonly efficiency: string;
    /**
     * Late borrowers who opened a vault, and who gave up because their debt would be below dust.
     */
    readonly lateOpened: number;
    readonly lateRefused: number;
  };
  /**
   * From the first block at whose price HF < 1 to the block that restores HF >= 1 or closes the
   * vault, in blocks.
   */
  readonly latencyBlocks: Latency & {
    /** Vaults with HF < 1 at the end. In percentiles they count as longer than any other. */
    readonly unresolved: number;
  };
  /** The same latencies in seconds. */
  readonly latencySeconds: Latency;
  readonly balance: BalanceResult;
  readonly borrowers: {
    /** Market value seized less debt cleared. */
    readonly lossToLiquidation: string;
    /**
     * Value of absorbed vaults beyond their debt, less the value returned, at the market prices of
     * the absorption.
     */
    readonly lossToAuctions: string;
    /** lossToLiquidation + lossToAuctions + autopilot.cost. */
    readonly loss: string;
    /** Median over liquidated vaults of collateral kept / collateral deposited at the opening. */
    readonly collateralReturnedMedian: string;
  };
  readonly keepers: {
    /** Proceeds and tips less payments and gas, of all keepers and of each kind. */
    readonly profit: string;
    readonly liquidators: string;
    readonly absorbers: string;
    readonly bidders: string;
    readonly executors: string;
    /** Maintainers, who keep prices and clocks up to date at their own expense. */
    readonly attendants: string;
    readonly gasCost: string;
    readonly failedTransactions: number;
  };
  readonly system: {
    readonly minCollateralRatio: string;
    readonly endCollateralRatio: string;
    readonly utilisationMax: string;
  };
  readonly checks: {
    /** Invariants checked, and the number violated. */
    readonly invariants: number;
    readonly violations: number;
    /** Figures compared with the model, and the number that differed. */
    readonly modelComparisons: number;
    readonly modelMismatches: number;
  };
  /** The only part that depends on the machine. */
  readonly speed: { readonly wallSeconds: number; readonly transactions: number; readonly gasUsed: string };
}

/**
 * Gains and losses of all parties by movements. The net amounts sum to zero, to the unit.
 * - Collateral counts at its market price when it moves, the debt asset at 1.
 * - Collateral that auctions return counts at its worth when taken.
 * - Holdings that do not move are not revalued.
 */
export interface BalanceResult {
  readonly rows: readonly {
    readonly account: string;
    readonly who: string;
    readonly what: string;
    /** Gain, or loss if negative. */
    readonly net: string;
  }[];
  readonly sum: string;
  /**
   * Moved by rounding from borrowers to lenders, reserve and backstop. It is part of their
   * interest.
   */
  readonly rounding: string;
}

/** Percentiles of latencies. Null if the percentile is unresolved at the end. */
export interface Latency {
  readonly p50: number | null;
  readonly p95: number | null;
  /** The longest of the resolved. */
  readonly max: number;
}

/**
 * One step of a replay, for drawing. Amounts in debt units, prices and ratios in WAD. Figures are
 * cumulative where it says so.
 */
export interface StepSample {
  /** Block time [s since 1970]. */
  readonly time: number;
  /** Market price of the first asset [WAD], and its oracle price [WAD]. */
  readonly price: bigint;
  readonly oraclePrice: bigint;
  /** Price of the first asset in its AMM pool [WAD]. */
  readonly poolPrice: bigint;
  /** Debt repaid by liquidations in this step [debt units]. */
  readonly repaid: bigint;
  /**
   * Debt of open vaults and open auctions beyond their collateral now [debt units], at the oracle
   * price.
   */
  readonly impliedBadDebt: bigint;
  /** Cumulative, like `keeperProfit`. */
  readonly bookedBadDebt: bigint;
  readonly keeperProfit: bigint;
  /** Gas price that keepers pay now [wei]. */
  readonly gasPrice: bigint;
  /** Value of all collateral / all debt [WAD]. */
  readonly systemRatio: bigint;
  /** Borrowed share of the pool [WAD]. */
  readonly utilisation: bigint;
  /** Auction debt now, cash of the backstop, and losses of lenders so far [debt units]. */
  readonly auctionDebt: bigint;
  readonly backstopAssets: bigint;
  readonly lendersLost: bigint;
  /** Effective LTV of the first asset now [bps], and whether borrowing is gated. */
  readonly effectiveLtv: bigint;
  readonly borrowingClosed: boolean;
}

/** The book at one moment, sampled less often than the steps. */
export interface BookSample {
  readonly time: number;
  /** Debt-weighted 5, 25, 50, 75 and 95 % quantiles of the vaults' collateral ratios [WAD]. */
  readonly ratioQuantiles: readonly [bigint, bigint, bigint, bigint, bigint];
  /**
   * Debt of vaults with HF below 1, 1.05, 1.1 and 1.25 [debt units]. Each includes the one before.
   */
  readonly debtBelow: readonly [bigint, bigint, bigint, bigint];
  /** Debt of all vaults [debt units]. */
  readonly debt: bigint;
}

export interface LiquidationSample {
  readonly time: number;
  readonly block: number;
  readonly transaction: string;
  readonly vault: string;
  readonly asset: string;
  /** Market price of the asset then [WAD]. */
  readonly price: bigint;
  readonly repaid: bigint;
  /** At the liquidation price [debt units]. */
  readonly seizedValue: bigint;
  /** [WAD] */
  readonly bonus: bigint;
  /** Profit of the keeper after gas and slippage [debt units]. */
  readonly profit: bigint;
}

export interface AbsorptionSample {
  readonly time: number;
  readonly block: number;
  readonly transaction: string;
  readonly id: bigint;
  readonly vault: string;
  /** Debt of the vault, and market value of its collateral [debt units]. */
  readonly debt: bigint;
  readonly value: bigint;
}

/** One take. `id` is 0 for residuals. */
export interface TakeSample {
  readonly time: number;
  readonly block: number;
  readonly transaction: string;
  readonly id: bigint;
  readonly asset: number;
  /** Cost of the take, and the oracle value of the collateral [debt units]. */
  readonly cost: bigint;
  readonly oracleValue: bigint;
  /** Profit of the bidder after gas and slippage [debt units]. */
  readonly profit: bigint;
}

/**
 * Origin of a result: tool, checkout, compiler and date. Two runs with the same result may differ
 * in it.
 */
export interface Provenance {
  /** Name and version of the tool. */
  readonly tool: string;
  /**
   * Commit of the tool's checkout, and whether its files differ from the commit. "not known"
   * outside a checkout.
   */
  readonly commit: string;
  readonly dirty: boolean;
  /** Compiler of the contracts and its settings. */
  readonly compiler: string;
  /** SHA-256 of the creation code of all contracts, concatenated in order of their names. */
  readonly contracts: string;
  readonly node: string;
  /** End of the run, ISO 8601 in UTC. */
  readonly date: string;
  /** SHA-256 of the result's JSON without blanks, without `speed` and without the provenance. */
  readonly result: string;
}

/** A replay with all data that a report draws. */
export interface Replay {
  readonly result: ReplayResult;
  readonly title: string;
  /** The provenance, once it is known. */
  readonly provenance?: Provenance;
  /** The scenario's notes on sources and assumptions, one paragraph each. */
  readonly notes: readonly string[];
  readonly debtDecimals: number;
  /**
   * Collateral ratio at which a vault of only the first asset has HF 1: 1 / liquidationThreshold
   * [WAD].
   */
  readonly liquidationRatio?: bigint;
  readonly steps: readonly StepSample[];
  readonly book: readonly BookSample[];
  readonly liquidations: readonly LiquidationSample[];
  readonly absorptions: readonly AbsorptionSample[];
  readonly takes: readonly TakeSample[];
  /** Every resolved latency [blocks], ascending. */
  readonly latencies: readonly number[];
  /** Violations and mismatches as text, at most the first 20. */
  readonly failures: readonly string[];
  /** The command that reproduces the replay, without paths. */
  readonly command: string;
}

/**
 * What a replay says, as `--json` writes it. Amounts are decimal strings in debt-asset units, ratios decimal strings
 * (1 = 100 %), times ISO 8601 in UTC. Everything but `speed`, and the
 * provenance that the command adds, is the same for the same inputs.
 */
export interface ReplayResult {
  readonly scenario: string;
  readonly seed: number;
  /** Steps of the price path, and blocks they took. */
  readonly steps: number;
  readonly blocks: number;
  readonly vaults: number;
  /** Whether the agents acted: always, never, or not for a time. */
  readonly keeper: "on" | "off" | "silent";
  /** When nobody acted, if it was for a time. */
  readonly silence?: { readonly from: string; readonly until: string };
  readonly window: { readonly start: string; readonly end: string };
  /** What was replayed: its name, SHA-256 of its file, and of the price series that came of it. */
  readonly input: { readonly name: string; readonly sha256?: string; readonly series: string };
  /** Every parameter in force, by name. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Overrides by `--set`, as given. */
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
  /** Vaults from which collateral was taken: vaults = liquidatedOnly + absorbedOnly + both. Autopilot sales are their owners' own. */
  readonly affected: {
    readonly vaults: number;
    readonly liquidatedOnly: number;
    readonly absorbedOnly: number;
    readonly both: number;
  };
  readonly liquidations: {
    readonly count: number;
    /** Different vaults liquidated at least once. */
    readonly vaults: number;
    readonly debtRepaid: string;
    /** At the liquidation price. */
    readonly collateralValueSeized: string;
  };
  readonly badDebt: {
    /** Owed by open vaults and open auctions beyond their collateral, at the end, at the oracle price. */
    readonly implied: string;
    /** The same, at the worst moment of the replay. */
    readonly impliedMax: string;
    /** Written off on-chain. */
    readonly booked: string;
    /** implied + booked. */
    readonly gross: string;
    /** backstop + reserve. */
    readonly covered: string;
    /** Who paid what was booked: booked = backstop + reserve + lenders. */
    readonly backstop: string;
    readonly reserve: string;
    readonly lenders: string;
    /** gross - covered: what lenders lost, and what is implied and not booked. */
    readonly net: string;
    /** Who would pay the implied part if it were booked now: implied = backstop + reserve + lenders. */
    readonly impliedPayers: { readonly backstop: string; readonly reserve: string; readonly lenders: string };
  };
  readonly absorptions: {
    readonly count: number;
    /** Debt taken over: debt = repaid + shortfall + stillOpen. */
    readonly debt: string;
    /** Lots it came with, how often one was taken from, and how often one was restarted. */
    readonly lots: number;
    readonly takes: number;
    /** Purchases of residuals, which are no lot of an absorption. */
    readonly remnantSales: number;
    readonly restarts: number;
    /** What bidders paid: proceeds = repaid + penalties + tips. */
    readonly proceeds: string;
    readonly repaid: string;
    readonly penalties: string;
    readonly tips: string;
    /** Tips that lots did not reach and the backstop paid. */
    readonly tipsFromBackstop: string;
    /** Debt that lots did not reach: booked. */
    readonly shortfall: string;
    /** Collateral that went back to owners, at the market prices of their absorptions. */
    readonly claimable: string;
    /** What residuals brought, for the reserve. */
    readonly remnantsSold: string;
    /** Debt at auction at the end. */
    readonly stillOpen: string;
    /** Proceeds / what was sold at the oracle price; 0 if nothing was. */
    readonly meanPriceToOracle: string;
  };
  readonly backstop: {
    readonly openingCapital: string;
    /** Interest that the pool owes it included; profit = endingAssets - openingCapital. */
    readonly endingAssets: string;
    readonly profit: string;
    /** Of a depositor's share, as a ratio; may be negative. */
    readonly sharePriceChange: string;
  };
  readonly breaker: {
    /** Trips that closed borrowing; one that only prolongs a closure is none. */
    readonly trips: number;
    /** Time for which borrowing was closed. */
    readonly secondsPaused: number;
  };
  readonly autopilot: {
    /** Vaults with a plan, and plans executed. */
    readonly plans: number;
    readonly executions: number;
    /** Market value sold; cost = sold - repaid, the executors' fees included. */
    readonly sold: string;
    readonly repaid: string;
    readonly fees: string;
    readonly cost: string;
  };
  readonly capital: {
    /** All debt opened, late vaults included, and the market value of its collateral then. */
    readonly debtOpened: string;
    readonly collateralValue: string;
    /** debtOpened / collateralValue. */
    readonly efficiency: string;
    /** Borrowers who came later: opened, and refused because their debt would have been below dust. */
    readonly lateOpened: number;
    readonly lateRefused: number;
  };
  /** From the first block at whose price HF < 1 to the one that restores HF >= 1 or closes the vault, in blocks. */
  readonly latencyBlocks: Latency & {
    /** Vaults still below HF 1 at the end: in percentiles they count as longer than any other. */
    readonly unresolved: number;
  };
  /** The same in seconds. */
  readonly latencySeconds: Latency;
  readonly balance: BalanceResult;
  readonly borrowers: {
    /** Market value seized less debt cleared. */
    readonly lossToLiquidation: string;
    /** What owners of absorbed vaults had beyond their debt, less what came back, at market prices of the absorption. */
    readonly lossToAuctions: string;
    /** Both, and what autopilots cost. */
    readonly loss: string;
    /** Median over liquidated vaults of collateral kept / collateral opened with. */
    readonly collateralReturnedMedian: string;
  };
  readonly keepers: {
    /** Proceeds and tips less payments less gas, of all keepers, and of each kind. */
    readonly profit: string;
    readonly liquidators: string;
    readonly absorbers: string;
    readonly bidders: string;
    readonly executors: string;
    /** Those who keep prices and clocks up to date, at their own expense. */
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
    /** Invariants checked, and how often one did not hold. */
    readonly invariants: number;
    readonly violations: number;
    /** Figures compared with the model, and how many differed. */
    readonly modelComparisons: number;
    readonly modelMismatches: number;
  };
  /** The only part that depends on the machine. */
  readonly speed: { readonly wallSeconds: number; readonly transactions: number; readonly gasUsed: string };
}

/**
 * Who gained and who lost by what moved: net sums to zero, to the unit. Collateral counts at its market price when it moves, the debt
 * asset at 1; what auctions return counts as when it was taken; holdings that do not move are not revalued.
 */
export interface BalanceResult {
  readonly rows: readonly {
    readonly account: string;
    readonly who: string;
    readonly what: string;
    /** Gained, or lost if negative. */
    readonly net: string;
  }[];
  readonly sum: string;
  /** What rounding moved from borrowers to those behind them: part of their interest. */
  readonly rounding: string;
}

/** Percentiles of latencies; null: not resolved by the end. */
export interface Latency {
  readonly p50: number | null;
  readonly p95: number | null;
  /** The longest of the resolved. */
  readonly max: number;
}

/** One step of a replay, for drawing. Amounts in debt units, prices and ratios in WAD, cumulative where it says so. */
export interface StepSample {
  /** Block time [s since 1970]. */
  readonly time: number;
  /** Market price of the first asset [WAD], and what the oracle says of it. */
  readonly price: bigint;
  readonly oraclePrice: bigint;
  /** Price of the first asset in its AMM pool [WAD]. */
  readonly poolPrice: bigint;
  /** Debt repaid by liquidations in this step [debt units]. */
  readonly repaid: bigint;
  /** Owed beyond collateral by open vaults now [debt units], at the oracle price. */
  readonly impliedBadDebt: bigint;
  /** Cumulative. */
  readonly bookedBadDebt: bigint;
  readonly keeperProfit: bigint;
  /** What a keeper pays for gas now [wei]. */
  readonly gasPrice: bigint;
  /** Value of all collateral / all debt [WAD]. */
  readonly systemRatio: bigint;
  /** Borrowed share of the pool [WAD]. */
  readonly utilisation: bigint;
  /** Debt at auction now, what the backstop holds, and what lenders have lost so far [debt units]. */
  readonly auctionDebt: bigint;
  readonly backstopAssets: bigint;
  readonly lendersLost: bigint;
  /** What may be borrowed of the first asset's value now [bps], and whether borrowing was closed when last looked at. */
  readonly effectiveLtv: bigint;
  readonly borrowingClosed: boolean;
}

/** The book at one moment, sampled less often than the steps. */
export interface BookSample {
  readonly time: number;
  /** Debt-weighted 5, 25, 50, 75 and 95 % quantiles of the vaults' collateral ratios [WAD]. */
  readonly ratioQuantiles: readonly [bigint, bigint, bigint, bigint, bigint];
  /** Debt of vaults with HF below 1, 1.05, 1.1 and 1.25 [debt units]: each includes the one before. */
  readonly debtBelow: readonly [bigint, bigint, bigint, bigint];
  /** Debt of all vaults [debt units]. */
  readonly debt: bigint;
}

/** One liquidation. */
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
  /** The keeper's, after gas and slippage [debt units]. */
  readonly profit: bigint;
}

/** One vault taken over. */
export interface AbsorptionSample {
  readonly time: number;
  readonly block: number;
  readonly transaction: string;
  readonly id: bigint;
  readonly vault: string;
  /** What it owed, and the market value of what it held [debt units]. */
  readonly debt: bigint;
  readonly value: bigint;
}

/** One purchase from a lot; `id` 0 for residuals. */
export interface TakeSample {
  readonly time: number;
  readonly block: number;
  readonly transaction: string;
  readonly id: bigint;
  readonly asset: number;
  /** What it cost, and what was bought at the oracle price [debt units]. */
  readonly cost: bigint;
  readonly oracleValue: bigint;
  /** The bidder's, after gas and slippage [debt units]. */
  readonly profit: bigint;
}

/** By what, when and of what a result was made: whatever may differ between two runs that give the same result. */
export interface Provenance {
  /** Name and version of the tool. */
  readonly tool: string;
  /** Commit of the tool's checkout, and whether its files differ from it; "not known" outside a checkout. */
  readonly commit: string;
  readonly dirty: boolean;
  /** Compiler of the contracts and its settings. */
  readonly compiler: string;
  /** SHA-256 of the contracts' creation code, all together, in order of their names. */
  readonly contracts: string;
  readonly node: string;
  /** When the run ended, ISO 8601 in UTC. */
  readonly date: string;
  /** SHA-256 of the result: of its JSON without `speed` and without this, without blanks. */
  readonly result: string;
}

/** A replay with everything a report draws. */
export interface Replay {
  readonly result: ReplayResult;
  readonly title: string;
  /** By what and when it was made, once that is known. */
  readonly provenance?: Provenance;
  /** What the scenario says of its sources and assumptions, one paragraph each. */
  readonly notes: readonly string[];
  readonly debtDecimals: number;
  /** Collateral ratio at which a vault of only the first asset has HF 1: 1 / liquidationThreshold [WAD]. */
  readonly liquidationRatio?: bigint;
  readonly steps: readonly StepSample[];
  readonly book: readonly BookSample[];
  readonly liquidations: readonly LiquidationSample[];
  readonly absorptions: readonly AbsorptionSample[];
  readonly takes: readonly TakeSample[];
  /** Latency of every resolved vault [blocks], ascending. */
  readonly latencies: readonly number[];
  /** Violations and mismatches in words, at most the first 20. */
  readonly failures: readonly string[];
  /** The command that reproduces it, without paths. */
  readonly command: string;
}

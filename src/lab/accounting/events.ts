import type { LiquidationResult, VaultKey, auctionMath, pools } from "../../model/index.js";
import type { Receipt } from "../system/labChain.js";
import type { Moment } from "../system/moment.js";
import type { TransactionCosts } from "../system/receipts.js";
import type { Role } from "./balance/accounts.js";
import type { Collateral } from "./balance/bookkeeper.js";

/**
 * A liquidation that a keeper plans. Amounts in debt units, except `seized` in collateral units.
 */
export interface PlannedLiquidation {
  readonly key: VaultKey;
  readonly asset: number;
  readonly maxRepay: bigint;
  readonly repaid: bigint;
  readonly seized: bigint;
  /** Expected proceeds of the sale [debt units]. */
  readonly proceeds: bigint;
  /** proceeds - repaid - gas [debt units]. */
  readonly profit: bigint;
}

/** Common to all transactions of keepers. */
interface Mined {
  readonly moment: Moment;
  readonly receipts: readonly Receipt[];
  readonly costs: TransactionCosts;
}

/** A liquidation and the sale after it. */
export interface Liquidated extends Mined {
  readonly kind: "liquidated";
  readonly plan: PlannedLiquidation;
  readonly result: LiquidationResult;
  /** Collateral that went to auction because the rest of the debt was written off. */
  readonly auctioned: readonly Collateral[];
  /** Proceeds of the sale [debt units]. */
  readonly proceeds: bigint;
}

export interface Absorbed extends Mined {
  readonly kind: "absorbed";
  readonly vault: VaultKey;
  readonly id: bigint;
  /** Debt of the vault, and the auction debt that the pool now counts [debt units]. */
  readonly debt: bigint;
  readonly auctionDebt: bigint;
  readonly collateral: readonly Collateral[];
  /** Tips that the backstop owes for the absorption [debt units]. */
  readonly backstopTip: bigint;
}

/** A take and the sale after it. Amounts in debt units, except `amount`. */
export interface Taken extends Mined {
  readonly kind: "taken";
  readonly id: bigint;
  readonly asset: number;
  /** [token units] */
  readonly amount: bigint;
  readonly cost: bigint;
  readonly loss: pools.Loss;
  /** The parts of the cost. Null for residuals, which have no tab. */
  readonly paid: auctionMath.Tab | null;
  /** Null if the absorption stays open. Otherwise says whether its tab is paid. */
  readonly ended: { readonly tabPaid: boolean } | null;
  readonly backstopTip: bigint;
  readonly proceeds: bigint;
}

/** An absorption that was written off because it is uneconomic. */
export interface WrittenOff extends Mined {
  readonly kind: "writtenOff";
  readonly what: string;
  readonly id: bigint;
  readonly loss: pools.Loss;
  readonly backstopTip: bigint;
}

/** A keeper's transaction that moves no money but its gas. */
export interface Upkeep extends Mined {
  readonly kind: "upkeep";
  readonly role: Role;
  readonly what: string;
  /** Whether a lot was restarted, and whether the breaker tripped. */
  readonly restarted: boolean;
  readonly tripped: boolean;
}

/** An execution of an autopilot plan. `done` is null if the chain refused it. */
export interface Executed extends Mined {
  readonly kind: "executed";
  readonly done: {
    readonly asset: number;
    readonly sold: bigint;
    readonly repaid: bigint;
    readonly fee: bigint;
  } | null;
}

/** A vault opened after the start. `collateral` in token units, `debt` in debt units. */
export interface Opened {
  readonly kind: "opened";
  readonly moment: Moment;
  readonly receipts: readonly Receipt[];
  readonly vault: VaultKey;
  readonly asset: number;
  readonly collateral: bigint;
  readonly debt: bigint;
}

/** A late borrower gave up, because their debt would be below dust. */
export interface Refused {
  readonly kind: "refused";
}

/** A transaction of the last block: a claim by an owner, a collection of tips, or neither. */
export interface Settled {
  readonly kind: "settled";
  readonly what: string;
  readonly receipts: readonly Receipt[];
  readonly claimed: Collateral | null;
  /** Tips collected [debt units], and the gas of collecting them. */
  readonly collected: { readonly tips: bigint; readonly costs: TransactionCosts } | null;
}

/** A trade of the arbitrageur with the pool of an asset. */
export interface Arbitraged {
  readonly kind: "arbitraged";
  readonly moment: Moment;
  readonly asset: number;
  readonly receipt: Receipt;
}

/** Events of a block as the ledger takes them. Amounts in debt units unless they are of a token. */
export type LedgerEvent =
  Arbitraged | Liquidated | Absorbed | Taken | WrittenOff | Upkeep | Executed | Opened | Refused | Settled;

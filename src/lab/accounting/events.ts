import type { LiquidationResult, VaultKey, auctionMath, pools } from "../../model/index.js";
import type { Receipt } from "../system/labChain.js";
import type { Moment } from "../system/moment.js";
import type { TransactionCosts } from "../system/receipts.js";
import type { Role } from "./balance/accounts.js";
import type { Collateral } from "./balance/bookkeeper.js";

/** One liquidation a keeper means to do: amounts in debt units but for `seized`, in collateral units. */
export interface PlannedLiquidation {
  readonly key: VaultKey;
  readonly asset: number;
  readonly maxRepay: bigint;
  readonly repaid: bigint;
  readonly seized: bigint;
  /** What the sale should bring. */
  readonly proceeds: bigint;
  /** proceeds - repaid - gas. */
  readonly profit: bigint;
}

/** What every transaction of a keeper leaves behind. */
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
  /** Collateral that went to auction because nobody will pay the rest of the debt. */
  readonly auctioned: readonly Collateral[];
  /** What the sale brought [debt units]. */
  readonly proceeds: bigint;
}

/** A vault taken over by the auction house. */
export interface Absorbed extends Mined {
  readonly kind: "absorbed";
  readonly vault: VaultKey;
  readonly id: bigint;
  /** What the vault owed, and what the pool now waits for [debt units]. */
  readonly debt: bigint;
  readonly auctionDebt: bigint;
  readonly collateral: readonly Collateral[];
  /** Tips that the backstop owes for it [debt units]. */
  readonly backstopTip: bigint;
}

/** A part of a lot bought, and the sale after it. */
export interface Taken extends Mined {
  readonly kind: "taken";
  readonly id: bigint;
  readonly asset: number;
  /** [token units] */
  readonly amount: bigint;
  readonly cost: bigint;
  readonly loss: pools.Loss;
  /** How the cost was divided; null for residuals, which have no tab. */
  readonly paid: auctionMath.Tab | null;
  /** Whether the absorption ended with it, and if so, whether its tab is paid. */
  readonly ended: { readonly tabPaid: boolean } | null;
  readonly backstopTip: bigint;
  readonly proceeds: bigint;
}

/** An absorption ended because it was not worth its gas. */
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
  /** A lot began again; the breaker closed what was open. */
  readonly restarted: boolean;
  readonly tripped: boolean;
}

/** A plan of the autopilot was executed, or refused by the chain: then `done` is null. */
export interface Executed extends Mined {
  readonly kind: "executed";
  readonly done: {
    readonly asset: number;
    readonly sold: bigint;
    readonly repaid: bigint;
    readonly fee: bigint;
  } | null;
}

/** A borrower opened a vault after the start. */
export interface Opened {
  readonly kind: "opened";
  readonly moment: Moment;
  readonly receipts: readonly Receipt[];
  readonly vault: VaultKey;
  readonly asset: number;
  readonly collateral: bigint;
  readonly debt: bigint;
}

/** A borrower was refused for good. */
export interface Refused {
  readonly kind: "refused";
}

/** A transaction of the last block: what an owner claimed, tips that were collected, or nothing of either. */
export interface Settled {
  readonly kind: "settled";
  readonly what: string;
  readonly receipts: readonly Receipt[];
  readonly claimed: Collateral | null;
  /** Tips collected, and what that cost in gas. */
  readonly collected: { readonly tips: bigint; readonly costs: TransactionCosts } | null;
}

/** What happened in a block, as the ledger takes it. Amounts in debt units unless they are of a token. */
export type LedgerEvent =
  Liquidated | Absorbed | Taken | WrittenOff | Upkeep | Executed | Opened | Refused | Settled;

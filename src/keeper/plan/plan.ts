import {
  min,
  mulDivUp,
  PRICE_ONE,
  type Price,
  subFloor,
  type SystemModel,
  type VaultHealth,
  type VaultKey,
  valueDown,
} from "../../model/index.js";

/** The costs of a liquidation, and the least profit. */
export interface Costs {
  /** Gas of one liquidation. */
  readonly gas: bigint;
  /** [wei per gas] */
  readonly gasPrice: bigint;
  /** Price of one wei [debt units, 1e36-scaled]; 0 only if the operator declared gas free. */
  readonly weiPrice: bigint;
  /** Least profit worth a transaction [debt units]. */
  readonly minProfit: bigint;
}

/** The reason why an unhealthy vault is not liquidated. */
export type SkipReason =
  /**
   * No asset of the vault can be seized now: none is held, its price is dead, or its threshold is
   * above the health factor.
   */
  | "nothingSeizable"
  /** The balance of the debt asset is too small for a repayment that leaves no dust. */
  | "noFunds"
  /** The best option earns less than the minimum, or nothing. */
  | "unprofitable"
  /** Lens and model differ at the same block. */
  | "modelDisagrees"
  /** No source gives the price of ether now, so that gas cannot be valued. */
  | "gasUnpriced"
  /** The operator stopped the keeper. */
  | "stopped"
  /** The node refused the transaction before this one. */
  | "afterFailure"
  /** The engine lacks the allowance, and the approval failed. */
  | "notApproved"
  /** Transactions of this account that another process sent wait in the node. */
  | "accountBusy"
  /** Simulated at the newest block, the call reverts or no longer pays. */
  | "refusedAtLatest"
  /** The executor knows no pool that buys the collateral. */
  | "noMarket"
  /** Selling this much at once would cost more than it earns. More profitable vaults go first. */
  | "tooMuchAtOnce";

/**
 * One way to liquidate a vault, with every term of its profit. Debt units unless stated otherwise.
 */
export interface LiquidationOption {
  readonly asset: number;
  /**
   * Limit of the repayment: the expected amount plus an allowance for interest, at most the
   * balance.
   */
  readonly maxRepay: bigint;
  readonly repaid: bigint;
  /** [collateral units] */
  readonly seized: bigint;
  /** Least collateral to seize for the minimum profit at this price [collateral units]. */
  readonly minSeize: bigint;
  /** [WAD] */
  readonly bonus: bigint;
  /** Liquidation price of the asset [1e36-scaled]. */
  readonly price: bigint;
  /** Value of `seized` at `price`. */
  readonly collateralValue: bigint;
  readonly gasCost: bigint;
  readonly profit: bigint;
}

/** The decision about one unhealthy vault. `option` is the best one, taken or not. */
export interface Decision {
  readonly vault: VaultKey;
  readonly health: VaultHealth;
  readonly action: "liquidate" | "skip";
  readonly reason?: SkipReason;
  readonly option?: LiquidationOption;
}

/** The same decision, skipped for `reason`. */
export function skipped(decision: Decision, reason: SkipReason): Decision {
  return { ...decision, action: "skip", reason };
}

/** Cost of `gas` in debt units, rounded up. */
export function gasCostUp(costs: Pick<Costs, "gas" | "gasPrice" | "weiPrice">): bigint {
  return mulDivUp(costs.gas * costs.gasPrice, costs.weiPrice, PRICE_ONE);
}

/** Profit of a liquidation [debt units]: value seized - repaid - gas. May be negative. */
export function profitOf(collateralValue: bigint, repaid: bigint, gasCost: bigint): bigint {
  return collateralValue - repaid - gasCost;
}

/** Whether a profit is worth a transaction: positive, and at least the minimum. */
export function pays(profit: bigint, minProfit: bigint): boolean {
  return profit > 0n && profit >= minProfit;
}

/**
 * The most to offer for an expected repayment: enough for the interest until inclusion, at most the
 * balance.
 */
export function maxRepayFor(repaid: bigint, balance: bigint): bigint {
  return min(balance, repaid + repaid / HEADROOM + 1n);
}

/** The most profitable of `options`; the first of equals. */
export function mostProfitable(options: readonly LiquidationOption[]): LiquidationOption | undefined {
  return options.reduce<LiquidationOption | undefined>(
    (best, next) => (best === undefined || next.profit > best.profit ? next : best),
    undefined,
  );
}

/**
 * All ways to liquidate `vault` with at most `balance` [debt units]: one per asset that can be
 * seized.
 */
export function optionsOf(
  model: SystemModel,
  vault: VaultKey,
  prices: readonly Price[],
  balance: bigint,
  costs: Costs,
): LiquidationOption[] {
  const gasCost = gasCostUp(costs);
  const options: LiquidationOption[] = [];
  for (const asset of [...model.vaultEngine.vault(vault).balances.keys()].sort((a, b) => a - b)) {
    const quote = model.vaultEngine.quoteLiquidation(vault, asset, balance, UNLIMITED, [...prices]);
    const price = prices[asset]?.liquidation ?? 0n;
    if (quote === null || quote.verdict !== "executable" || price === 0n) continue;
    const { repaid, seized, bonus } = quote;
    const collateralValue = valueDown(seized, price);
    options.push({
      asset,
      maxRepay: maxRepayFor(repaid, balance),
      repaid,
      seized,
      minSeize: min(seized, mulDivUp(repaid + gasCost + costs.minProfit, PRICE_ONE, price)),
      bonus,
      price,
      collateralValue,
      gasCost,
      profit: profitOf(collateralValue, repaid, gasCost),
    });
  }
  return options;
}

/** Decides about one unhealthy vault with at most `balance` [debt units]. */
export function decide(
  model: SystemModel,
  vault: VaultKey,
  health: VaultHealth,
  prices: readonly Price[],
  balance: bigint,
  costs: Costs,
): Decision {
  const option = mostProfitable(optionsOf(model, vault, prices, balance, costs));
  if (option === undefined) {
    const rich = optionsOf(model, vault, prices, UNLIMITED, costs);
    return { vault, health, action: "skip", reason: rich.length === 0 ? "nothingSeizable" : "noFunds" };
  }
  if (!pays(option.profit, costs.minProfit)) {
    return { vault, health, action: "skip", reason: "unprofitable", option };
  }
  return { vault, health, action: "liquidate", option };
}

/**
 * Decisions for all `unhealthy` vaults, most profitable first. Each decision may spend the part of
 * `balance` [debt units] that the decisions before it leave.
 */
export function planPass(
  model: SystemModel,
  unhealthy: ReadonlyMap<VaultKey, VaultHealth>,
  prices: readonly Price[],
  balance: bigint,
  costs: Costs,
): Decision[] {
  const ranked = [...unhealthy]
    .map(([vault, health]) => decide(model, vault, health, prices, UNLIMITED, costs))
    .sort((a, b) => compare(b.option?.profit, a.option?.profit));
  let left = balance;
  return ranked.map((wish) => {
    const decision = decide(model, wish.vault, wish.health, prices, left, costs);
    if (decision.action === "liquidate") left = subFloor(left, decision.option?.maxRepay ?? 0n);
    return decision;
  });
}

const UNLIMITED = 2n ** 256n - 1n;
/** Divisor of the headroom on top of an expected repayment: a thousandth. */
const HEADROOM = 1_000n;

function compare(a: bigint | undefined, b: bigint | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  return a === b ? 0 : a > b ? 1 : -1;
}

/** Whether model and lens agree about a vault. */
export function sameHealth(a: VaultHealth | undefined, b: VaultHealth | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.debt === b.debt &&
    a.value === b.value &&
    a.healthFactor === b.healthFactor &&
    a.liquidatable === b.liquidatable
  );
}

import { debtUp, repayment, scaledUp } from "./debt.js";
import { ModelError } from "./error.js";
import { BPS, MAX_UINT128, MAX_UINT256, min } from "./fixed.js";
import { covers, healthFactorDown, restoringAmountUp, valueDown } from "./health.js";
import type { VaultKey } from "./key.js";
import { type Outcome, type Position, type SeizedAsset, decide, isHopeless } from "./liquidation.js";
import * as pools from "./pool.js";
import { type DebtSide, type FeedAnswer, type Price, priceOf, statusNumber } from "./price.js";
import type { AssetTerms, LiquidationResult, ModelTerms, VaultHealth, VaultState } from "./terms.js";

interface AssetState {
  readonly terms: AssetTerms;
  primaryFeed: FeedAnswer | null;
  secondaryFeed: FeedAnswer | null;
  accepted: { price: bigint; timestamp: bigint };
  deposited: bigint;
  residue: bigint;
}

const MAX_COLLATERALS = 8;
/** A deposit remembers the price this long after the last one was remembered [s]. */
const REMEMBER_EVERY = 3600n;
const EMPTY: VaultState = { scaledDebt: 0n, balances: new Map() };
const NO_LOSS: pools.Loss = { total: 0n, reserve: 0n, lenders: 0n };

/**
 * The reference model: the contracts' state machine in bigint, exact to the unit. No I/O, no clock of its own: every
 * operation happens at `now`. An operation that the contracts refuse throws a `ModelError` and changes nothing.
 */
export class SystemModel {
  private readonly assets: AssetState[];
  private readonly vaults = new Map<VaultKey, VaultState>();
  private poolState: pools.PoolState;
  private debtFeed: FeedAnswer | null = null;

  constructor(
    readonly terms: ModelTerms,
    createdAt: bigint,
    /** Time of the block the next operation is in [s]. */
    public now: bigint = createdAt,
  ) {
    this.poolState = pools.emptyPool(createdAt);
    this.assets = terms.assets.map((asset) => ({
      terms: asset,
      primaryFeed: null,
      secondaryFeed: null,
      accepted: { price: 0n, timestamp: 0n },
      deposited: 0n,
      residue: 0n,
    }));
  }

  /** An independent copy. */
  clone(): SystemModel {
    const copy = new SystemModel(this.terms, this.poolState.accruedAt, this.now);
    copy.poolState = this.poolState;
    copy.debtFeed = this.debtFeed;
    this.assets.forEach((asset, id) => Object.assign(copy.asset(id), asset));
    for (const [key, vault] of this.vaults) copy.vaults.set(key, vault);
    return copy;
  }

  // ------------------------------------------------------------------ reading

  /** The pool as stored, as of its last accrual. */
  get pool(): pools.PoolState {
    return this.poolState;
  }

  /** The pool with interest up to now, as views see it. */
  get accruedPool(): pools.PoolState {
    return pools.accrue(this.poolState, this.terms.pool, this.now);
  }

  /** What belongs to the lenders now [debt units]. */
  totalAssets(): bigint {
    return pools.totalAssets(this.accruedPool);
  }

  /** Keys of all vaults that ever held anything, in order of first use. */
  keys(): IterableIterator<VaultKey> {
    return this.vaults.keys();
  }

  vault(key: VaultKey): VaultState {
    return this.vaults.get(key) ?? EMPTY;
  }

  /** What all vaults hold of an asset, and what belongs to the reserve [token units]. */
  assetTotals(asset: number): { deposited: bigint; residue: bigint } {
    const { deposited, residue } = this.asset(asset);
    return { deposited, residue };
  }

  price(asset: number): Price {
    const state = this.asset(asset);
    return priceOf(
      {
        primary: state.terms.primary,
        primaryFeed: state.primaryFeed,
        ...(state.terms.secondary && {
          secondary: state.terms.secondary,
          secondaryFeed: state.secondaryFeed,
        }),
        maxDeviation: state.terms.maxDeviation,
        collateralDecimals: state.terms.decimals,
        accepted: state.accepted,
      },
      this.debtSide(),
      state.terms.composed,
      this.now,
    );
  }

  /** Health at liquidation prices. Pass `prices` (by id) and `pool` to reuse them over many vaults. */
  health(key: VaultKey, prices: readonly Price[] = this.prices(), pool = this.accruedPool): VaultHealth {
    const p = this.position(this.vault(key), prices, pool);
    const debt = debtUp(p.scaledDebt, p.index);
    return {
      debt,
      value: p.value,
      healthFactor: healthFactorDown(p.weighted, debt),
      liquidatable: !covers(p.weighted, debt),
    };
  }

  /** Prices of all assets now, by id. */
  prices(): Price[] {
    return this.assets.map((_, id) => this.price(id));
  }

  /** What `liquidate` would do now, or null where it would revert. Mirrors `VaultLens.quoteLiquidation`. */
  quote(
    key: VaultKey,
    asset: number,
    maxRepay: bigint,
    maxSeize: bigint,
    prices: readonly Price[] = this.prices(),
  ): Outcome | null {
    const vault = this.vault(key);
    const amount = vault.balances.get(asset);
    const price = prices[asset];
    if (amount === undefined || price === undefined || price.status === "dead") return null;
    const outcome = decide(
      this.position(vault, prices, this.accruedPool),
      this.seizable(asset, amount, price),
      {
        maxRepay,
        maxSeize,
        target: this.terms.system.targetHealth,
        dust: this.terms.system.dust,
      },
    );
    return outcome.verdict === "executable" || outcome.verdict === "nothingToDo" ? outcome : null;
  }

  // ------------------------------------------------------------------ feeds

  /** A feed of an asset answers `answer`; null: it stops answering. */
  setFeed(asset: number, feed: FeedAnswer | null, which: "primary" | "secondary" = "primary"): void {
    this.asset(asset)[which === "primary" ? "primaryFeed" : "secondaryFeed"] = feed;
  }

  /** What an asset's primary feed answers now [feed units]; 0 if it does not answer. */
  feedAnswer(asset: number): bigint {
    return this.asset(asset).primaryFeed?.answer ?? 0n;
  }

  /** The debt asset's own feed answers. */
  setDebtFeed(feed: FeedAnswer | null): void {
    this.debtFeed = feed;
  }

  /** Remembers a Good price. Mirrors `OracleGuard.accept`. */
  accept(asset: number): boolean {
    const price = this.price(asset);
    if (price.status !== "good") return false;
    this.asset(asset).accepted = { price: price.liq, timestamp: this.now };
    return true;
  }

  // ------------------------------------------------------------------ lenders

  /** Lends `assets`; returns the shares. */
  lend(assets: bigint): bigint {
    const pool = this.accruedPool;
    const shares = pools.toSharesDown(pool, assets);
    this.poolState = pools.enter(pool, assets, shares);
    return shares;
  }

  /** Buys `shares`; returns the assets they cost. */
  mint(shares: bigint): bigint {
    const pool = this.accruedPool;
    const assets = pools.toAssetsUp(pool, shares);
    this.poolState = pools.enter(pool, assets, shares);
    return assets;
  }

  /** Takes `assets` out; returns the shares burned. */
  unlend(assets: bigint): bigint {
    const pool = this.accruedPool;
    const shares = pools.toSharesUp(pool, assets);
    this.poolState = pools.leave(pool, assets, shares);
    return shares;
  }

  /** Redeems `shares`; returns the assets. */
  redeem(shares: bigint): bigint {
    const pool = this.accruedPool;
    const assets = pools.toAssetsDown(pool, shares);
    this.poolState = pools.leave(pool, assets, shares);
    return assets;
  }

  /** Gives `amount` to the reserve. */
  donate(amount: bigint): void {
    this.poolState = pools.donate(this.accruedPool, amount);
  }

  /** Brings interest up to now. */
  accrue(): void {
    this.poolState = this.accruedPool;
  }

  // ------------------------------------------------------------------ vaults

  /** Adds collateral. `mayAct`: the caller is the owner or an operator. Mirrors `VaultEngine.deposit`. */
  deposit(key: VaultKey, asset: number, amount: bigint, mayAct = true): void {
    if (amount === 0n) throw new ModelError("ZeroAmount");
    const state = this.asset(asset);
    const vault = this.vault(key);
    const held = vault.balances.get(asset);
    if (held === undefined) {
      if (!mayAct) throw new ModelError("NotAuthorised");
      if (vault.balances.size === MAX_COLLATERALS) {
        throw new ModelError("TooManyCollaterals", [BigInt(MAX_COLLATERALS)]);
      }
    }
    const price = this.price(asset);
    if (price.status !== "good") throw priceNotGood(asset, price);

    const total = bounded(state.deposited + amount);
    const { supplyCap } = state.terms;
    let pool = this.poolState;
    if (total > supplyCap) {
      const excess = total - (state.deposited > supplyCap ? state.deposited : supplyCap);
      if (vault.scaledDebt !== 0n) pool = this.accruedPool;
      if (excess > this.restoringAmount(vault, state.terms, price, pool)) {
        throw new ModelError("SupplyCapExceeded", [total, supplyCap]);
      }
    }
    this.poolState = pool;
    if (this.now - state.accepted.timestamp >= REMEMBER_EVERY) {
      state.accepted = { price: price.liq, timestamp: this.now };
    }
    state.deposited = total;
    this.store(key, { ...vault, balances: withBalance(vault.balances, asset, (held ?? 0n) + amount) });
  }

  /** Takes collateral out; returns what was taken. Mirrors `VaultEngine.withdraw`. */
  withdraw(key: VaultKey, asset: number, amount: bigint): bigint {
    const vault = this.vault(key);
    const balance = vault.balances.get(asset) ?? 0n;
    const withdrawn = min(amount, balance);
    if (withdrawn === 0n) return 0n;
    const next = { ...vault, balances: withBalance(vault.balances, asset, balance - withdrawn) };
    if (vault.scaledDebt !== 0n) {
      const pool = this.accruedPool;
      this.requireMargin(next, debtUp(vault.scaledDebt, pool.index));
      this.poolState = pool;
    }
    this.asset(asset).deposited -= withdrawn;
    this.store(key, next);
    return withdrawn;
  }

  /** Borrows. Mirrors `VaultEngine.borrow`. */
  borrow(key: VaultKey, amount: bigint): void {
    if (amount === 0n) throw new ModelError("ZeroAmount");
    const vault = this.vault(key);
    const pool = this.accruedPool;
    const scaledDebt = bounded(vault.scaledDebt + scaledUp(amount, pool.index));
    const debt = debtUp(scaledDebt, pool.index);
    this.requireMargin(vault, debt);
    const { dust, borrowCap } = this.terms.system;
    if (debt < dust) throw new ModelError("DebtBelowDust", [debt, dust]);
    const drawn = pools.draw(pool, amount);
    const total = pools.totalDebt(drawn);
    if (total > borrowCap) throw new ModelError("BorrowCapExceeded", [total, borrowCap]);
    this.poolState = drawn;
    this.store(key, { ...vault, scaledDebt });
  }

  /** Repays; returns what was paid [debt units]. Mirrors `VaultEngine.repay`. */
  repay(key: VaultKey, amount: bigint): bigint {
    const vault = this.vault(key);
    const pool = this.accruedPool;
    const { paid, scaledRepaid } = repayment(vault.scaledDebt, pool.index, amount, this.terms.system.dust);
    if (scaledRepaid === 0n) {
      this.poolState = pool;
      return 0n;
    }
    this.poolState = pools.settle(pool, paid, scaledRepaid);
    this.store(key, { ...vault, scaledDebt: vault.scaledDebt - scaledRepaid });
    return paid;
  }

  /** Liquidates. Mirrors `VaultEngine.liquidate`. */
  liquidate(
    key: VaultKey,
    asset: number,
    maxRepay: bigint = MAX_UINT256,
    maxSeize: bigint = MAX_UINT256,
    minSeize = 0n,
  ): LiquidationResult {
    const vault = this.vault(key);
    const amount = vault.balances.get(asset);
    if (amount === undefined) throw new ModelError("AssetNotHeld", [key, asset]);
    const prices = this.prices();
    const price = prices[asset] as Price;
    if (price.status === "dead") throw new ModelError("PriceDead", [asset]);
    const pool = this.accruedPool;
    const p = this.position(vault, prices, pool);
    const { targetHealth, dust } = this.terms.system;
    const seizable = this.seizable(asset, amount, price);
    const outcome = decide(p, seizable, { maxRepay, maxSeize, target: targetHealth, dust });
    const debtBefore = debtUp(p.scaledDebt, p.index);
    if (outcome.verdict === "healthy") throw new ModelError("VaultHealthy", [p.weighted, debtBefore * BPS]);
    if (outcome.verdict === "assetNotSeizable") {
      const healthFactor = healthFactorDown(p.weighted, debtBefore);
      throw new ModelError("AssetNotSeizable", [asset, seizable.threshold, healthFactor]);
    }
    if (outcome.seized < minSeize) throw new ModelError("SeizedTooLittle", [outcome.seized, minSeize]);

    let balances = withBalance(vault.balances, asset, amount - outcome.seized);
    let scaledDebt = vault.scaledDebt - outcome.scaledRepaid;
    const debt = debtUp(scaledDebt, p.index);
    let writtenOff = 0n;
    let loss = NO_LOSS;
    let settled = pool;
    this.asset(asset).deposited -= outcome.seized;
    if (!outcome.limited && isHopeless(valueHigh(balances, prices), debt, dust)) {
      writtenOff = debt;
      ({ pool: settled, loss } = pools.writeOff(pool, scaledDebt));
      scaledDebt = 0n;
      for (const [id, rest] of balances) {
        this.asset(id).deposited -= rest;
        this.asset(id).residue += rest;
      }
      balances = new Map();
    }
    this.poolState = pools.settle(settled, outcome.repaid, outcome.scaledRepaid);
    this.store(key, { scaledDebt, balances });
    return { outcome, writtenOff, loss };
  }

  /** Hands out the reserve's collateral; returns the amount. Mirrors `VaultEngine.claimResidue`. */
  claimResidue(asset: number): bigint {
    const state = this.asset(asset);
    const { residue } = state;
    state.residue = 0n;
    return residue;
  }

  /** Restores a vault as read from a chain: how the keeper fills its model. */
  restoreVault(key: VaultKey, vault: VaultState): void {
    const before = this.vault(key);
    for (const [id, balance] of before.balances) this.asset(id).deposited -= balance;
    for (const [id, balance] of vault.balances) this.asset(id).deposited += balance;
    this.store(key, vault);
  }

  /** Restores the pool as read from a chain. */
  restorePool(pool: pools.PoolState): void {
    this.poolState = pool;
  }

  /** Restores the guard's accepted price of an asset as read from a chain. */
  restoreAccepted(asset: number, price: bigint, timestamp: bigint): void {
    this.asset(asset).accepted = { price, timestamp };
  }

  // ------------------------------------------------------------------ internals

  private asset(id: number): AssetState {
    const state = this.assets[id];
    if (state === undefined) throw new ModelError("UnknownAsset", [id, this.assets.length]);
    return state;
  }

  private debtSide(): DebtSide {
    const decimals = this.terms.debtDecimals;
    return this.terms.debtSource === undefined
      ? { decimals }
      : { decimals, source: this.terms.debtSource, feed: this.debtFeed };
  }

  private store(key: VaultKey, vault: VaultState): void {
    this.vaults.set(key, vault);
  }

  private position(vault: VaultState, prices: readonly Price[], pool: pools.PoolState): Position {
    let value = 0n;
    let weighted = 0n;
    for (const [id, amount] of vault.balances) {
      const part = valueDown(amount, (prices[id] as Price).liq);
      value += part;
      weighted += part * this.asset(id).terms.liquidationThreshold;
    }
    return { scaledDebt: vault.scaledDebt, index: pool.index, value, weighted };
  }

  private seizable(asset: number, amount: bigint, price: Price): SeizedAsset {
    const { liquidationThreshold, minBonus, maxBonus, slope } = this.asset(asset).terms;
    return { amount, price: price.liq, threshold: liquidationThreshold, minBonus, maxBonus, slope };
  }

  private requireMargin(vault: VaultState, debt: bigint): void {
    let weighted = 0n;
    for (const id of [...vault.balances.keys()].sort((a, b) => a - b)) {
      const price = this.price(id);
      if (price.status !== "good") throw priceNotGood(id, price);
      weighted += valueDown(vault.balances.get(id) as bigint, price.low) * this.asset(id).terms.ltv;
    }
    if (!covers(weighted, debt)) throw new ModelError("NotEnoughCollateral", [weighted, debt * BPS]);
  }

  private restoringAmount(vault: VaultState, terms: AssetTerms, price: Price, pool: pools.PoolState): bigint {
    if (vault.scaledDebt === 0n) return 0n;
    const p = this.position(vault, this.prices(), pool);
    const debt = debtUp(vault.scaledDebt, p.index);
    const held = [...vault.balances.keys()].map((id) => this.asset(id).terms);
    const target = [terms, ...held].reduce(
      (lowest, a) => min(lowest, (a.liquidationThreshold * BPS) / a.ltv),
      this.terms.system.targetHealth,
    );
    return restoringAmountUp(p.weighted, debt, target, terms.liquidationThreshold, price.liq);
  }
}

function withBalance(
  balances: ReadonlyMap<number, bigint>,
  asset: number,
  balance: bigint,
): Map<number, bigint> {
  const next = new Map(balances);
  if (balance === 0n) next.delete(asset);
  else next.set(asset, balance);
  return next;
}

function valueHigh(balances: ReadonlyMap<number, bigint>, prices: readonly Price[]): bigint {
  let value = 0n;
  for (const [id, amount] of balances) value += valueDown(amount, (prices[id] as Price).high);
  return value;
}

function priceNotGood(asset: number, price: Price): ModelError {
  return new ModelError("PriceNotGood", [asset, statusNumber(price.status)]);
}

function bounded(amount: bigint): bigint {
  if (amount > MAX_UINT128) throw new ModelError("AmountTooLarge", [amount, MAX_UINT128]);
  return amount;
}

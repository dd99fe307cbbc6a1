import { type auctionMath, min, pools } from "../../../model/index.js";
import type { InvariantLog } from "../../checks/invariants.js";
import type { LabWorld } from "../../system/world.js";
import { type Account, type Asset, HOLDER_OF, type Holder, type Role } from "./accounts.js";
import { DoubleEntry, Movements } from "./doubleEntry.js";
import { Stock } from "./stock.js";

/** Most that rounding may move between borrowers and the pool in one action [debt units]. */
const ROUNDING_PER_ACTION = 4n;

/** Equity of the parties that lend to the vaults or insure them [debt units]. */
export interface Equity {
  readonly lenders: bigint;
  readonly reserve: bigint;
  /** Cash plus the interest that the pool owes the backstop. */
  readonly backstop: bigint;
}

/** Collateral of one asset [token units]. */
export interface Collateral {
  readonly asset: number;
  readonly amount: bigint;
}

/** A sale into the AMM. Both amounts are in token units, and negative for a purchase. */
export interface Trade extends Collateral {
  readonly debt: bigint;
}

/**
 * The books of a replay in double entry. Amounts are in debt units unless they are of a token.
 *
 * - Collateral counts at its market price when it moves. The debt asset counts at 1.
 * - Collateral that an auction returns counts at its worth when taken, because its owner bears the
 *   price risk throughout.
 * - Holdings that do not move are not revalued. Lots are revalued when they are sold, against
 *   `drift`.
 */
export class Bookkeeper {
  readonly accounts = new DoubleEntry<Account>();
  readonly movements = new Movements<Holder, Asset>();
  readonly stock = new Stock();
  /** Gas paid by each kind of keeper [debt units]. */
  readonly gasOf = new Map<Role, bigint>();
  /**
   * Worth of the collateral that auctions returned to owners, as of when it was taken [debt units].
   */
  returned = 0n;
  /** Moved by rounding from borrowers to lenders, reserve and backstop. May be negative. */
  rounding = 0n;
  /** Value of each absorbed vault beyond its debt when it was taken [debt units], by absorption. */
  private readonly recoveries = new Map<bigint, bigint>();
  private readonly opening: Equity;
  /** Equity and the backstop's cash after the last block. */
  private last: Equity;
  private cash: bigint;
  private lastPrices: readonly bigint[] = [];

  constructor(
    private readonly world: LabWorld,
    private readonly worth: (market: readonly bigint[], asset: number, amount: bigint) => bigint,
  ) {
    this.opening = this.equityOf(world.model.lendingPool.accrued);
    this.last = this.opening;
    this.cash = world.model.backstopPool.state.cash;
  }

  /**
   * Books a liquidation. `repaid` is paid by the liquidator [debt units] and `seized` is received.
   * `auctioned` is collateral that went to auction when the rest of the debt was written off.
   */
  liquidated(
    market: readonly bigint[],
    e: {
      readonly seized: Collateral;
      readonly repaid: bigint;
      readonly loss: pools.Loss;
      readonly auctioned: readonly Collateral[];
    },
  ): void {
    const { asset, amount } = e.seized;
    const value = this.worth(market, asset, amount);
    this.exchange("liquidation", "borrowers.liquidation", "liquidators", value, e.repaid);
    this.movements.move(asset, amount, "system", "keeper");
    this.movements.move("debt", e.repaid, "keeper", "system");
    this.lost(e.loss, "borrowers.letOff");
    for (const rest of e.auctioned) {
      const worth = this.worth(market, rest.asset, rest.amount);
      this.accounts.post("residual", ["borrowers.liquidation", -worth], ["atAuction", worth]);
      this.stock.add(0n, rest.asset, { amount: rest.amount, worth });
    }
  }

  /** Books a keeper's sale into the AMM. */
  sold(market: readonly bigint[], role: "liquidators" | "bidders", { asset, amount, debt }: Trade): void {
    const value = this.worth(market, asset, amount);
    this.exchange("sale", role, "liquidityPool", value, debt);
    this.movements.move(asset, amount, HOLDER_OF[role], `pool ${asset}`);
    this.movements.move("debt", debt, `pool ${asset}`, HOLDER_OF[role]);
  }

  /**
   * Books a trade of the arbitrageur: a sale to the AMM, or a purchase if both amounts are
   * negative.
   */
  arbitraged(market: readonly bigint[], { asset, amount, debt }: Trade): void {
    this.exchange("arbitrage", "arbitrageur", "liquidityPool", this.worth(market, asset, amount), debt);
    this.movements.move(asset, amount, "arbitrageur", `pool ${asset}`);
    this.movements.move("debt", debt, `pool ${asset}`, "arbitrageur");
  }

  /** Books an absorption. `held` is all collateral of the vault. */
  absorbed(market: readonly bigint[], id: bigint, debt: bigint, held: readonly Collateral[]): void {
    let value = 0n;
    for (const { asset, amount } of held) {
      const worth = this.worth(market, asset, amount);
      value += worth;
      this.stock.add(id, asset, { amount, worth });
    }
    const covered = min(debt, value);
    this.recoveries.set(id, value - covered);
    this.accounts.post(
      "absorption",
      ["borrowers.auctions", covered - value],
      ["borrowers.letOff", debt - covered],
      ["atAuction", value - debt],
    );
  }

  /**
   * Books a take. `paid` divides `cost` into debt, penalty and tip. It is null for residuals,
   * because their price belongs to the reserve.
   */
  taken(
    market: readonly bigint[],
    id: bigint,
    { asset, amount }: Collateral,
    cost: bigint,
    paid: auctionMath.Tab | null,
  ): void {
    const value = this.worth(market, asset, amount);
    const before = this.stock.remove(id, asset, amount);
    this.exchange("take", "atAuction", "bidders", value, cost);
    this.accounts.post("drift", ["drift", before - value], ["atAuction", value - before]);
    if (paid === null) {
      this.accounts.post("residuals", ["atAuction", -cost], ["reserve.remnants", cost]);
    } else {
      const { penalty, tip } = paid;
      this.accounts.post("penalty", ["atAuction", -penalty], ["backstop.penalties", penalty]);
      this.accounts.post("tip", ["atAuction", -tip], ["absorbers", tip]);
    }
    this.movements.move(asset, amount, "system", "bidder");
    this.movements.move("debt", cost, "bidder", "system");
  }

  /**
   * Books the end of an absorption. The rest of its lots returns to the owner if its tab is paid,
   * and otherwise joins the residuals.
   */
  closed(id: bigint, isPaid: boolean): void {
    const left = this.stock.removeAll(id);
    if (!isPaid) {
      for (const [asset, batch] of left) this.stock.add(0n, asset, batch);
      return;
    }
    const worth = left.reduce((sum, [, batch]) => sum + batch.worth, 0n);
    const theirs = min(worth, this.recoveries.get(id) ?? 0n);
    this.returned += worth;
    this.accounts.post(
      "return",
      ["atAuction", -worth],
      ["borrowers.auctions", theirs],
      ["borrowers.rebound", worth - theirs],
    );
  }

  /** Books a loss down the waterfall. `relieved` is the account that no longer owes it. */
  lost(loss: pools.Loss, relieved: "atAuction" | "borrowers.letOff"): void {
    this.accounts.post(
      "loss",
      [relieved, loss.total],
      ["backstop.losses", -loss.backstop],
      ["reserve.losses", -loss.reserve],
      ["lenders.losses", -loss.lenders],
    );
  }

  /** Books a tip that the backstop owes the absorbers. */
  tipped(tip: bigint): void {
    this.accounts.post("backstop's tip", ["backstop.tips", -tip], ["absorbers", tip]);
  }

  /** Books the payment of tips to the absorbers. */
  collected(tips: bigint): void {
    this.movements.move("debt", tips, "system", HOLDER_OF.absorbers);
  }

  /** Books an execution of the autopilot. The proceeds of `sold` equal `repaid` plus `fee`. */
  executed(market: readonly bigint[], { asset, amount }: Collateral, repaid: bigint, fee: bigint): void {
    const value = this.worth(market, asset, amount);
    this.accounts.post(
      "autopilot",
      ["borrowers.autopilot", repaid - value],
      ["executors", fee],
      ["liquidityPool", value - repaid - fee],
    );
    this.movements.move(asset, amount, "system", `pool ${asset}`);
    this.movements.move("debt", repaid, `pool ${asset}`, "system");
    this.movements.move("debt", fee, `pool ${asset}`, "executor");
  }

  /**
   * Books the opening of a vault. Only tokens move, because the borrower's equity does not change.
   */
  opened(collateral: Collateral, debt: bigint): void {
    this.movements.move(collateral.asset, collateral.amount, "borrower", "system");
    this.movements.move("debt", debt, "system", "borrower");
  }

  /** Books a claim by an owner of collateral that auctions left. */
  claimed({ asset, amount }: Collateral): void {
    this.movements.move(asset, amount, "system", "borrower");
  }

  /** Books gas that a keeper paid: `gas` [debt units] and `wei` [wei]. */
  burnt(role: Role, gas: bigint, wei: bigint): void {
    this.accounts.post("gas", [role, -gas], ["gas", gas]);
    this.gasOf.set(role, (this.gasOf.get(role) ?? 0n) + gas);
    this.movements.move("ether", wei, HOLDER_OF[role], "miners");
  }

  /**
   * Books interest and rounding of a block, after all its other entries. `before` is the pool at
   * the block's time but before its transactions. Every other gain of lenders, reserve and backstop
   * must have an entry. A remainder above 4 · (actions + 1) debt units is a violation.
   */
  endOfBlock(log: InvariantLog, before: pools.PoolState, actions: number, block: number): void {
    this.post("interest", subtract(this.equityOf(before, this.cash), this.last));
    const now = this.equityOf(this.world.model.lendingPool.accrued);
    const rest = subtract(subtract(now, this.opening), this.gained());
    this.post("rounding", rest);
    const size = [rest.lenders, rest.reserve, rest.backstop].reduce((sum, x) => sum + (x < 0n ? -x : x), 0n);
    log.require(
      size <= ROUNDING_PER_ACTION * BigInt(actions + 1),
      `block ${block}: lenders, reserve and backstop gained ${rest.lenders}, ${rest.reserve} and ${rest.backstop} that stand in no entry`,
    );
    this.rounding += rest.lenders + rest.reserve + rest.backstop;
    this.last = now;
    this.cash = this.world.model.backstopPool.state.cash;
  }

  /** Values the stock at `market` prices. Nothing may be booked afterwards. */
  close(market: readonly bigint[]): void {
    this.lastPrices = market;
    for (const [, asset, { amount, worth }] of this.stock.entries()) {
      const value = this.worth(market, asset, amount);
      this.accounts.post("drift", ["drift", worth - value], ["atAuction", value - worth]);
    }
  }

  /** Value of `amount` at the prices of `close` [debt units]. */
  lastWorth(asset: number, amount: bigint): bigint {
    return this.worth(this.lastPrices, asset, amount);
  }

  /** Gains of lenders, reserve and backstop since the opening, according to their accounts. */
  gained(): Equity {
    const sum = (...accounts: Account[]): bigint =>
      accounts.reduce((all, account) => all + this.accounts.net(account), 0n);
    return {
      lenders: sum("lenders.interest", "lenders.losses"),
      reserve: sum("reserve.interest", "reserve.losses", "reserve.remnants"),
      backstop: sum("backstop.interest", "backstop.losses", "backstop.penalties", "backstop.tips"),
    };
  }

  private post(what: string, { lenders, reserve, backstop }: Equity): void {
    this.accounts.post(
      what,
      ["borrowers.interest", -(lenders + reserve + backstop)],
      ["lenders.interest", lenders],
      ["reserve.interest", reserve],
      ["backstop.interest", backstop],
    );
  }

  /**
   * Books an exchange of collateral worth `value` for `debt` units of the debt asset, or of debt.
   */
  private exchange(what: string, seller: Account, buyer: Account, value: bigint, debt: bigint): void {
    this.accounts.post(what, [seller, debt - value], [buyer, value - debt]);
  }

  private equityOf(pool: pools.PoolState, cash = this.world.model.backstopPool.state.cash): Equity {
    const { reserve, backstopDue } = pools.claims(pool, this.world.model.terms.pool);
    return { lenders: pools.totalAssets(pool), reserve, backstop: cash + backstopDue };
  }
}

function subtract(a: Equity, b: Equity): Equity {
  return {
    lenders: a.lenders - b.lenders,
    reserve: a.reserve - b.reserve,
    backstop: a.backstop - b.backstop,
  };
}

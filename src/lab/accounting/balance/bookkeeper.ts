import { type auctionMath, min, pools } from "../../../model/index.js";
import type { InvariantLog } from "../../checks/invariants.js";
import type { LabWorld } from "../../system/world.js";
import { type Account, type Asset, HOLDER_OF, type Holder, type Role } from "./accounts.js";
import { DoubleEntry, Movements } from "./doubleEntry.js";
import { Stock } from "./stock.js";

/** What rounding may move between borrowers and the pool in one action [debt units]. */
const ROUNDING_PER_ACTION = 4n;

/** What belongs to whom behind the vaults [debt units]. */
export interface Equity {
  readonly lenders: bigint;
  readonly reserve: bigint;
  /** Cash, and what the pool owes it of interest. */
  readonly backstop: bigint;
}

/** Collateral of one asset [token units]. */
export interface Collateral {
  readonly asset: number;
  readonly amount: bigint;
}

/** A sale into the AMM, or a purchase there: both amounts in token units. */
export interface Trade extends Collateral {
  readonly debt: bigint;
}

/**
 * Keeps the books of a replay in double entry. Collateral counts at its market price when it moves, the debt asset at 1. What an
 * auction returns to its owner counts as when it was taken: its price is the owner's risk, as before. Holdings that do not move are
 * not revalued; only what is sold after a wait is, against the account `drift`. Amounts in debt units unless they are of a token.
 */
export class Bookkeeper {
  readonly accounts = new DoubleEntry<Account>();
  readonly movements = new Movements<Holder, Asset>();
  readonly stock = new Stock();
  /** What each kind of keeper paid for gas. */
  readonly gasOf = new Map<Role, bigint>();
  /** Worth when taken of what auctions returned to owners. */
  returned = 0n;
  /** What rounding moved from borrowers to those behind them; may be negative. */
  rounding = 0n;
  /** What was an owner's own of an absorbed vault when it was taken, by absorption. */
  private readonly recoveries = new Map<bigint, bigint>();
  private readonly opening: Equity;
  /** As of the last block: what belonged to whom, and the backstop's cash. */
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

  /** A liquidator paid `repaid` of a vault's debt and got `seized`; `auctioned`: what went to auction, its debt written off. */
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

  /** A keeper sold collateral into the AMM. */
  sold(market: readonly bigint[], role: "liquidators" | "bidders", { asset, amount, debt }: Trade): void {
    const value = this.worth(market, asset, amount);
    this.exchange("sale", role, "liquidityPool", value, debt);
    this.movements.move(asset, amount, HOLDER_OF[role], `pool ${asset}`);
    this.movements.move("debt", debt, `pool ${asset}`, HOLDER_OF[role]);
  }

  /** The arbitrageur sold collateral to the AMM, or bought it there if both amounts are negative. */
  arbitraged(market: readonly bigint[], { asset, amount, debt }: Trade): void {
    this.exchange("arbitrage", "arbitrageur", "liquidityPool", this.worth(market, asset, amount), debt);
    this.movements.move(asset, amount, "arbitrageur", `pool ${asset}`);
    this.movements.move("debt", debt, `pool ${asset}`, "arbitrageur");
  }

  /** A vault was absorbed with a debt and all its collateral. */
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

  /** A bidder paid `cost` for a part of a lot, divided as `paid` says; null for residuals, which are sold for the reserve. */
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

  /** An absorption ended: what is left goes back to its owner if its tab is paid, else to the residuals. */
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

  /** A debt went down the waterfall; `relieved` owes it no longer. */
  lost(loss: pools.Loss, relieved: "atAuction" | "borrowers.letOff"): void {
    this.accounts.post(
      "loss",
      [relieved, loss.total],
      ["backstop.losses", -loss.backstop],
      ["reserve.losses", -loss.reserve],
      ["lenders.losses", -loss.lenders],
    );
  }

  /** The backstop owes the absorbers a tip. */
  tipped(tip: bigint): void {
    this.accounts.post("backstop's tip", ["backstop.tips", -tip], ["absorbers", tip]);
  }

  /** The absorbers collected the tips they were owed. */
  collected(tips: bigint): void {
    this.movements.move("debt", tips, "system", HOLDER_OF.absorbers);
  }

  /** The autopilot sold `sold` for exactly what it repaid and its executor's fee. */
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

  /** A borrower opened a vault: what they hold is theirs, as before. */
  opened(collateral: Collateral, debt: bigint): void {
    this.movements.move(collateral.asset, collateral.amount, "borrower", "system");
    this.movements.move("debt", debt, "system", "borrower");
  }

  /** An owner took back what auctions left of their collateral. */
  claimed({ asset, amount }: Collateral): void {
    this.movements.move(asset, amount, "system", "borrower");
  }

  /** A keeper paid for gas: `gas` in debt units, `wei` in ether. */
  burnt(role: Role, gas: bigint, wei: bigint): void {
    this.accounts.post("gas", [role, -gas], ["gas", gas]);
    this.gasOf.set(role, (this.gasOf.get(role) ?? 0n) + gas);
    this.movements.move("ether", wei, HOLDER_OF[role], "miners");
  }

  /**
   * Books interest and rounding of a block, after everything else of it. `before`: the pool at the block's time, before the block.
   * Whatever else those behind the vaults gained must stand in an entry: rounding of more than a few units is a violation.
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

  /** Values what still waits at `market` prices. Nothing may be booked afterwards. */
  close(market: readonly bigint[]): void {
    this.lastPrices = market;
    for (const [, asset, { amount, worth }] of this.stock.entries()) {
      const value = this.worth(market, asset, amount);
      this.accounts.post("drift", ["drift", worth - value], ["atAuction", value - worth]);
    }
  }

  /** What `amount` is worth at the prices the books were closed at. */
  lastWorth(asset: number, amount: bigint): bigint {
    return this.worth(this.lastPrices, asset, amount);
  }

  /** What the accounts say that those behind the vaults gained since the opening. */
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

  /** Collateral worth `value` goes one way, `debt` units of the debt asset, or of debt, the other. */
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

import { type LogDescription } from "ethers";

import { MAX_UINT256, min, mulDivUp } from "../../src/model/index.js";
import { type Client } from "../../src/protocol/client.js";

const RESIDUALS = 0n;
const PRICE_ONE = 10n ** 36n;

/** Figures after one transaction by name, as events state them. */
export type Figures = ReadonlyMap<string, bigint>;

/**
 * Figures kept from the events of auction house, backstop and lending pool alone. If an event
 * states a figure after it, that figure must equal the one kept before plus the change by the
 * event.
 */
export class EventLedger {
  private readonly books = new Map<string, bigint>();
  /**
   * Part of a shortfall for which no event of the lending pool has named the bearer yet [debt
   * units].
   */
  private lost = 0n;
  private next = 0;
  private readonly wrong: string[] = [];

  constructor(private readonly client: Client) {}

  /**
   * Reads the blocks since the last call; returns every disagreement of their events with each
   * other or with the chain.
   */
  async read(): Promise<readonly string[]> {
    const { auctionHouse, backstopPool: backstop, lendingPool: pool } = this.client;
    const { provider } = this.client.vaultEngine.runner ?? {};
    if (provider == null) throw new Error("the engine has no provider");
    const toBlock = await provider.getBlockNumber();
    const logs = await provider.getLogs({ fromBlock: this.next, toBlock });
    this.next = toBlock + 1;
    this.wrong.length = 0;
    const stated = new Map<string, bigint>();
    for (const log of logs) {
      const contract = [auctionHouse, backstop, pool].find(({ target }) => target === log.address);
      const event = contract?.interface.parseLog(log);
      if (contract === undefined || event == null) continue;
      const at = contract === auctionHouse ? "house" : contract === backstop ? "backstop" : "pool";
      this.apply(at, event, stated);
    }
    if (this.lost !== 0n) this.wrong.push(`nobody bears ${String(this.lost)} of what was lost`);
    this.lost = 0n;
    for (const [what, value] of stated) this.equal(what, value, await this.onChain(what));
    return [...this.wrong];
  }

  /** Figures that are not zero. */
  figures(): Figures {
    return new Map([...this.books].filter(([, value]) => value !== 0n));
  }

  private apply(at: string, { name, args }: LogDescription, stated: Map<string, bigint>): void {
    const a = args.toObject() as Record<string, bigint> & {
      amounts: bigint[];
      owner: string;
      keeper: string;
    };
    const field = (what: string): bigint => a[what] ?? 0n;
    switch (`${at} ${name}`) {
      case "house AbsorptionOpened":
        this.add(`left ${field("id")}`, field("tab"));
        for (const [i, asset] of members(field("assets")).entries()) {
          this.add(`lot ${field("id")} ${asset}`, a.amounts[i] ?? 0n);
        }
        break;
      case "house Taken":
        this.taken(field("id"), a, stated);
        break;
      case "house AbsorptionClosed":
        stated.set(`left ${field("id")}`, 0n);
        this.drop(`left ${field("id")}`);
        for (const key of this.books.keys()) if (key.startsWith(`lot ${field("id")} `)) this.drop(key);
        break;
      case "house ShortfallRealized":
        this.lost = field("shortfall") - field("covered");
        this.add("auction debt", -this.lost);
        break;
      case "house ResidualAdded":
        this.add(`lot ${RESIDUALS} ${field("asset")}`, field("amount"));
        break;
      case "house Claimable":
        this.add(`claim ${a.owner} ${field("asset")}`, field("amount"));
        break;
      case "house Claimed":
        this.add(`claim ${a.owner} ${field("asset")}`, -field("amount"));
        break;
      case "house TipEarned":
        this.add(`tips ${a.keeper}`, field("amount"));
        break;
      case "house TipClaimed":
        this.add(`tips ${a.keeper}`, -field("amount"));
        break;
      case "house Checkpointed":
        stated.set(`elapsed ${field("id")} ${field("asset")}`, field("elapsed"));
        break;
      case "backstop ShortfallCovered":
        this.after("cash", -field("covered"), field("cash"));
        break;
      case "backstop TipPaid":
        this.after("cash", -field("amount"), field("cash"));
        break;
      case "backstop PenaltyEarned":
      case "backstop Donated":
        this.after("cash", field("amount"), field("cash"));
        break;
      case "backstop Deposit":
        this.add("cash", field("assets"));
        this.add(`shares ${a.owner}`, field("shares"));
        break;
      case "backstop Withdraw":
        this.add("cash", -field("assets"));
        this.add(`shares ${a.owner}`, -field("shares"));
        break;
      case "backstop Forfeited":
        this.add(`shares ${a.owner}`, -field("shares"));
        break;
      case "backstop ExitRequested":
        for (const what of ["shares", "value", "from", "until"])
          stated.set(`exit ${what} ${a.owner}`, field(what));
        break;
      case "pool DebtAuctioned":
        this.after("auction debt", field("debt"), field("auctionDebt"));
        break;
      case "pool AuctionRepaid":
        this.after("auction debt", -field("paid"), field("auctionDebt"));
        break;
      case "pool BackstopForwent":
        this.lost -= field("amount");
        stated.set("due", field("dueLeft"));
        break;
      case "pool ReserveCovered":
        this.lost -= field("amount");
        stated.set("reserve", field("reserveLeft"));
        break;
      case "pool LendersLost":
        this.lost -= field("amount");
        stated.set("lenders", field("totalAssetsLeft"));
        break;
      case "pool BackstopPaid":
        stated.set("due", field("left"));
        break;
      case "pool Donated":
        stated.set("reserve", field("reserve"));
        break;
    }
  }

  /** Checks a take: its cost is the amount at the price, or the rest of the tab. */
  private taken(id: bigint, a: Record<string, bigint>, stated: Map<string, bigint>): void {
    const { asset = 0n, amount = 0n, cost = 0n, price = 0n, tab = 0n } = a;
    const left = id === RESIDUALS ? MAX_UINT256 : this.of(`left ${id}`);
    this.equal("cost", cost, min(left, mulDivUp(amount, price, PRICE_ONE)));
    this.add(`lot ${id} ${asset}`, -amount);
    if (id === RESIDUALS) return;
    this.after(`left ${id}`, -cost, tab);
    stated.set(`left ${id}`, tab);
  }

  private async onChain(what: string): Promise<bigint> {
    const { auctionHouse, backstopPool: backstop, lendingPool: pool } = this.client;
    const [kind = "", first = "", second = ""] = what.split(" ");
    if (kind === "left") {
      const { debt, penalty, tip } = (await auctionHouse.absorption(first)).tab;
      return debt + penalty + tip;
    }
    if (kind === "elapsed") return (await auctionHouse.lot(first, second)).elapsed;
    if (kind === "exit") {
      const { shares, value, from, until } = await backstop.exitOf(second);
      return { shares, value, from, until }[first] ?? -1n;
    }
    if (kind === "lenders") return pool.totalAssets();
    const { reserve, backstopDue } = await pool.poolState();
    return kind === "due" ? backstopDue : reserve;
  }

  private of(what: string): bigint {
    return this.books.get(what) ?? 0n;
  }

  private add(what: string, amount: bigint): void {
    this.books.set(what, this.of(what) + amount);
  }

  private drop(what: string): void {
    this.books.delete(what);
  }

  /** Adds a change to `what`, and compares the sum with the figure that the event states. */
  private after(what: string, change: bigint, stated: bigint): void {
    this.add(what, change);
    this.equal(what, stated, this.of(what));
  }

  private equal(what: string, event: bigint, books: bigint): void {
    if (event !== books) this.wrong.push(`event of ${what}: ${String(event)} / ${String(books)}`);
  }
}

/** The members of a set of assets, ascending. */
function members(set: bigint): bigint[] {
  return Array.from({ length: 64 }, (_, i) => BigInt(i)).filter((i) => ((set >> i) & 1n) === 1n);
}

import { expect } from "chai";
import fc from "fast-check";

import { ACCOUNTS, type Account } from "../../../../src/lab/accounting/balance/accounts.js";
import { Bookkeeper } from "../../../../src/lab/accounting/balance/bookkeeper.js";
import { DoubleEntry, Movements } from "../../../../src/lab/accounting/balance/doubleEntry.js";
import { Stock } from "../../../../src/lab/accounting/balance/stock.js";
import { partiesOf, turnover } from "../../../../src/lab/report/text/parties.js";
import type { Replay } from "../../../../src/lab/result/result.js";
import { expectSound, line, priceRows, replayOf } from "../../../support/lab/lab.js";

const amounts = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
const names = fc.constantFrom("a", "b", "c", "d");

describe("Double entry", () => {
  it("sums to zero after any sequence of postings, whatever was refused between them", () => {
    const posting = fc.array(fc.tuple(names, amounts), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(fc.tuple(posting, names, fc.boolean())), (postings) => {
        const books = new DoubleEntry<string>();
        const expected = new Map<string, bigint>();
        for (const [entries, last, isFair] of postings) {
          const sum = entries.reduce((all, [, value]) => all + value, 0n);
          const all = [...entries, [last, isFair ? -sum : 1n - sum] as [string, bigint]];
          const post = (): void => {
            books.post("event", ...all);
          };
          if (!isFair) {
            expect(post).to.throw(RangeError, "event: entries sum to 1, must be 0");
            continue;
          }
          post();
          for (const [name, value] of all) expected.set(name, (expected.get(name) ?? 0n) + value);
        }
        expect(books.sum).to.equal(0n);
        for (const [name, value] of expected) expect(books.net(name)).to.equal(value);
      }),
    );
  });

  it("moves of an asset change two holders by the same amount, and no other asset", () => {
    const moves = new Movements<string, string | number>();
    moves.move("debt", 7n, "a", "b");
    moves.move("debt", 2n, "b", "c");
    moves.move(0, 5n, "a", "c");
    expect(["a", "b", "c"].map((h) => moves.change(h, "debt"))).to.deep.equal([-7n, 5n, 2n]);
    expect(["a", "b", "c"].map((h) => moves.change(h, 0))).to.deep.equal([-5n, 0n, 5n]);
  });
});

describe("Stock", () => {
  it("lets out, over any sales, exactly what came in, and refuses more", () => {
    const parts = fc.array(fc.bigInt({ min: 0n, max: 1000n }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(parts, fc.bigInt({ min: 0n, max: 10n ** 20n }), (sales, worth) => {
        const amount = sales.reduce((a, b) => a + b, 0n);
        fc.pre(amount > 0n);
        const stock = new Stock();
        stock.add(3n, 1, { amount, worth });
        expect(stock.total(1)).to.equal(amount);
        const out = sales.reduce((sum, sale) => sum + stock.remove(3n, 1, sale), 0n);
        expect(out).to.equal(worth);
        expect(stock.entries()).to.deep.equal([]);
        expect(() => stock.remove(3n, 1, 1n)).to.throw(RangeError, "stock 3/1: 1 of 0");
      }),
    );
  });
});

/** A deep fall and half of it back. Vaults owe more than they hold when keepers resume. */
const FALL = priceRows(300, [...line(200, 85, 24), ...line(85, 150, 12), ...line(150, 150, 12)]);
const SILENT = { vaults: 30, keeper: "silent=105m", set: ["backstop.capital=1"] } as const;
/** Every owner has an autopilot plan. */
const PLANNED = { vaults: 40, set: ["autopilot.share=1"] } as const;
/**
 * A fall until vaults owe about as much as they hold, then a rise. Auctions return part of the
 * collateral.
 */
const REBOUND = priceRows(300, [...line(200, 138, 24), ...line(138, 220, 12), ...line(220, 220, 24)]);
const GIVEN_BACK = {
  vaults: 30,
  keeper: "silent=105m",
  set: [
    ...["population.minUse=0.85", "population.maxUse=0.97", "backstop.capital=1"],
    ...["auction.penaltyBps=100", "auction.tipBps=10", "auction.flatTip=10", "auction.maxTipBps=100"],
  ],
} as const;
/** A fall that ends while lots are for sale. */
const CUT_SHORT = priceRows(300, [...line(200, 60, 20), 60, 60]);

describe("Who lost, who gained", () => {
  let runs: readonly (readonly [string, Replay])[];
  before(async () => {
    runs = [
      ["keepers awake", await replayOf(FALL, { vaults: 30 })],
      ["silence and auctions", await replayOf(FALL, SILENT)],
      ["auctions open at the end", await replayOf(CUT_SHORT, { vaults: 30, keeper: "silent=90m" })],
      ["keepers off", await replayOf(FALL, { vaults: 30, keeper: "off" })],
      [
        "six decimals and a reserve",
        await replayOf(FALL, { ...SILENT, set: ["debt.decimals=6", "reserve.donation=2000"] }),
      ],
      ["no backstop", await replayOf(FALL, { ...SILENT, set: ["backstop.enabled=false"] })],
      ["given back", await replayOf(REBOUND, GIVEN_BACK)],
    ];
  });

  const units = (text: string): bigint => {
    const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
    const value = BigInt(whole + fraction.padEnd(18, "0"));
    return text.startsWith("-") ? -value : value;
  };
  const nets = ({ result }: Replay): Readonly<Record<Account, bigint>> =>
    Object.fromEntries(result.balance.rows.map((r) => [r.account, units(r.net)])) as Record<Account, bigint>;

  it("sums to zero to the unit, and every holder's tokens on the chain are as the books say", () => {
    for (const [name, run] of runs) {
      expectSound(run);
      expect(Object.keys(nets(run)), name).to.deep.equal(ACCOUNTS.map(([account]) => account));
      expect(
        Object.values(nets(run)).reduce((a, b) => a + b, 0n),
        name,
      ).to.equal(0n);
      expect(run.result.balance.sum).to.equal("0");
    }
  });

  it("is where the headline figures come from", () => {
    for (const [name, { result }] of runs) {
      const net = nets({ result } as Replay);
      const figures: Readonly<Record<string, readonly [string, bigint]>> = {
        "loss to liquidation": [result.borrowers.lossToLiquidation, -net["borrowers.liquidation"]],
        "loss to auctions": [result.borrowers.lossToAuctions, -net["borrowers.auctions"]],
        "autopilot's cost": [result.autopilot.cost, -net["borrowers.autopilot"]],
        "lenders' loss": [result.badDebt.lenders, -net["lenders.losses"]],
        "paid by the backstop": [result.badDebt.backstop, -net["backstop.losses"]],
        "paid by the reserve": [result.badDebt.reserve, -net["reserve.losses"]],
        penalties: [result.absorptions.penalties, net["backstop.penalties"]],
        "backstop's tips": [result.absorptions.tipsFromBackstop, -net["backstop.tips"]],
        residuals: [result.absorptions.remnantsSold, net["reserve.remnants"]],
        liquidators: [result.keepers.liquidators, net.liquidators],
        bidders: [result.keepers.bidders, net.bidders],
        absorbers: [result.keepers.absorbers, net.absorbers],
        gas: [result.keepers.gasCost, net.gas],
      };
      for (const [figure, [shown, booked]] of Object.entries(figures))
        expect(units(shown), `${name}: ${figure}`).to.equal(booked);
    }
  });

  it("tells what a silence did: auctions, losses, and debts that borrowers need not pay", () => {
    const net = nets(runs[1]![1]);
    for (const account of ["borrowers.letOff", "backstop.penalties", "bidders", "gas"] as const)
      expect(net[account] > 0n, account).to.equal(true);
    for (const account of ["borrowers.auctions", "backstop.losses", "borrowers.interest"] as const)
      expect(net[account] < 0n, account).to.equal(true);
    expect(runs[6]![1].result.absorptions.claimable).not.to.equal("0");
    expect(nets(runs[2]![1]).atAuction !== 0n).to.equal(true);
    expect(nets(runs[5]![1])["lenders.losses"] < 0n).to.equal(true);
  });

  it("without keepers moves nothing but interest and what the arbitrageur took from the pool", () => {
    const { arbitrageur, liquidityPool, ...others } = nets(runs[3]![1]);
    expect(arbitrageur).to.equal(-liquidityPool);
    for (const [account, net] of Object.entries(others))
      if (!account.endsWith(".interest")) expect(net, account).to.equal(0n);
  });

  it("is shown with as much lost as gained", () => {
    for (const [name, { result }] of runs) {
      const parties = partiesOf(result);
      const lost = parties.reduce((sum, { net }) => (net.startsWith("-") ? sum - units(net) : sum), 0n);
      expect(units(turnover(parties)), name).to.equal(lost);
      expect(parties.map(({ who }) => who)).to.include.members(["Borrowers", "Lenders", "Backstop"]);
    }
  });
});

describe("A replay whose books are wrong", () => {
  type Method = (this: Bookkeeper, ...parameters: never[]) => void;
  const methods = [
    "liquidated",
    "sold",
    "absorbed",
    "taken",
    "closed",
    "lost",
    "tipped",
    "collected",
  ] as const;
  const others = ["executed", "claimed", "burnt", "arbitraged"] as const;
  const original = Object.fromEntries(
    [...methods, ...others].map((name) => [name, Reflect.get<object, string>(Bookkeeper.prototype, name)]),
  );
  afterEach(() => {
    Object.assign(Bookkeeper.prototype, original);
  });

  for (const name of [...methods, ...others]) {
    it(`because one event of the kind "${name}" is not booked fails`, async () => {
      let left = 1;
      const real = original[name] as Method;
      Object.assign(Bookkeeper.prototype, {
        [name](this: Bookkeeper, ...parameters: never[]) {
          // Skip the first call that books something.
          const [first] = parameters as readonly unknown[];
          const idle = (name === "tipped" && first === 0n) || (name === "lost" && isNothing(first));
          if (idle || left-- !== 1) real.apply(this, parameters);
        },
      });
      const isReturn = ["closed", "claimed", "collected"].includes(name);
      const run = isReturn
        ? replayOf(REBOUND, GIVEN_BACK)
        : replayOf(FALL, name === "executed" ? PLANNED : SILENT);
      const failed = await run.then(
        ({ result, failures }) => [result.checks.violations > 0, failures.join("; ")] as const,
        (error: unknown) => [true, String(error)] as const,
      );
      expect(left, "such an event happened").to.be.lessThan(1);
      expect(failed[0], failed[1]).to.equal(true);
    });
  }

  it("because a sale is valued at another price than what was seized fails", async () => {
    const real = original.sold as (this: Bookkeeper, market: readonly bigint[], ...rest: never[]) => void;
    Object.assign(Bookkeeper.prototype, {
      sold(this: Bookkeeper, market: readonly bigint[], ...rest: never[]) {
        real.call(
          this,
          market.map((price) => price + price / 1000n),
          ...rest,
        );
      },
    });
    const { failures } = await replayOf(FALL, { vaults: 30 });
    expect(failures.join()).to.match(/balance: liquidators gained \d+ before gas, not -?\d+/);
  });

  function isNothing(loss: unknown): boolean {
    return (loss as { readonly total: bigint }).total === 0n;
  }
});

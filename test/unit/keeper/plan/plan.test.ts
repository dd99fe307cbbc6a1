import { expect } from "chai";
import fc from "fast-check";
import { keccak256, parseEther, parseUnits, toBeHex } from "ethers";

import { NonceManager } from "../../../../src/keeper/chain/account.js";
import { feesFor, nextGasPrice } from "../../../../src/keeper/chain/fees.js";
import {
  type Costs,
  decide,
  gasCostUp,
  maxRepayFor,
  mostProfitable,
  optionsOf,
  pays,
  planPass,
} from "../../../../src/keeper/plan/plan.js";
import { classify, decode } from "../../../../src/keeper/chain/revert.js";
import { type EventSource, type Head, OVERLAP, VaultIndex } from "../../../../src/keeper/chain/vaultIndex.js";
import { SystemModel, valueDown, vaultKey, type VaultKey } from "../../../../src/model/index.js";
import { modelTerms } from "../../../../src/protocol/parameters/convert.js";
import { CircuitBreaker__factory, VaultEngine__factory } from "../../../../types/index.js";
import { mockDecimals } from "../../../support/mockDecimals.js";
import { localParameters } from "../../../support/scenario.js";

const NOW = 1_700_000_000n;
const OWNER = `0x${"42".repeat(20)}`;
const UNLIMITED = 2n ** 256n - 1n;
const FREE: Costs = { gas: 0n, gasPrice: 0n, weiPrice: 0n, minProfit: 0n };
const RICH = parseEther("1000000");

/** A model with lenders and one vault per debt, opened before the given prices. */
function modelWith(
  vaults: readonly { weth: string; wbtc?: string; debt: string }[],
  weth: string,
  wbtc = "60000",
) {
  const p = localParameters();
  const model = new SystemModel(modelTerms(p, mockDecimals(p)), NOW);
  const set = (asset: number, price: string): void =>
    model.oracleGuard.setFeed(asset, { answer: parseUnits(price, 8), updatedAt: NOW });
  set(0, "2000");
  set(1, "60000");
  model.lendingPool.deposit(parseEther("1000000"));
  const keys = vaults.map((v, i) => {
    const key = vaultKey(OWNER, BigInt(i));
    model.vaultEngine.deposit(key, 0, parseEther(v.weth));
    if (v.wbtc !== undefined) model.vaultEngine.deposit(key, 1, parseUnits(v.wbtc, 8));
    model.vaultEngine.borrow(key, parseEther(v.debt));
    return key;
  });
  set(0, weth);
  set(1, wbtc);
  const unhealthy = new Map(
    keys.map((key) => [key, model.vaultEngine.health(key)] as const).filter(([, h]) => h.liquidatable),
  );
  return { model, keys, unhealthy, prices: model.oracleGuard.prices() };
}

const price = fc.integer({ min: 1_200, max: 1_850 }).map(String);

describe("the keeper's plan", () => {
  it("never plans a transaction below the minimum profit, and states every term of it", () => {
    fc.assert(
      fc.property(
        price,
        fc.bigInt(0n, parseEther("2000")),
        fc.bigInt(0n, 10n ** 12n),
        (weth, minProfit, gasPrice) => {
          const { model, unhealthy, prices } = modelWith([{ weth: "10", wbtc: "0.1", debt: "18000" }], weth);
          const costs: Costs = { gas: 400_000n, gasPrice, weiPrice: prices[0]?.liquidation ?? 0n, minProfit };
          for (const d of planPass(model, unhealthy, prices, RICH, costs)) {
            const o = d.option;
            if (o === undefined) continue;
            expect(o.profit).to.equal(o.collateralValue - o.repaid - o.gasCost);
            expect(o.collateralValue).to.equal(valueDown(o.seized, prices[o.asset]?.liquidation ?? 0n));
            expect(d.action === "liquidate").to.equal(pays(o.profit, minProfit));
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("takes the most profitable asset that can be seized", () => {
    fc.assert(
      fc.property(price, fc.integer({ min: 45_000, max: 60_000 }).map(String), (weth, wbtc) => {
        const { model, keys, prices } = modelWith([{ weth: "10", wbtc: "0.3", debt: "27000" }], weth, wbtc);
        const [key] = keys;
        if (key === undefined) return;
        const options = optionsOf(model, key, prices, RICH, FREE);
        const best = mostProfitable(options);
        for (const o of options) expect(best !== undefined && best.profit >= o.profit).to.equal(true);
        const chosen = decide(model, key, model.vaultEngine.health(key), prices, RICH, FREE).option;
        expect(chosen?.asset).to.equal(best?.asset);
      }),
      { numRuns: 100 },
    );
  });

  it("never offers more than it owns, over one vault or many", () => {
    fc.assert(
      fc.property(price, fc.bigInt(0n, parseEther("40000")), (weth, balance) => {
        const vaults = ["14900", "14800", "14950"].map((debt) => ({ weth: "10", debt }));
        const { model, unhealthy, prices } = modelWith(vaults, weth);
        const plan = planPass(model, unhealthy, prices, balance, FREE).filter(
          (d) => d.action === "liquidate",
        );
        const offered = plan.reduce((sum, d) => sum + (d.option?.maxRepay ?? 0n), 0n);
        expect(offered <= balance).to.equal(true);
        for (const d of plan) expect((d.option?.repaid ?? 0n) <= (d.option?.maxRepay ?? 0n)).to.equal(true);
      }),
      { numRuns: 100 },
    );
  });

  it("pays less where its balance is smaller, and says so where that is too small for any repayment", () => {
    const { model, keys, prices } = modelWith([{ weth: "10", debt: "14900" }], "1700");
    const [key] = keys as [VaultKey];
    const full = decide(model, key, model.vaultEngine.health(key), prices, RICH, FREE);
    const half = decide(
      model,
      key,
      model.vaultEngine.health(key),
      prices,
      (full.option?.repaid ?? 0n) / 2n,
      FREE,
    );
    expect(half.action).to.equal("liquidate");
    expect((half.option?.repaid ?? 0n) * 2n <= (full.option?.repaid ?? 0n)).to.equal(true);
    expect(decide(model, key, model.vaultEngine.health(key), prices, 0n, FREE)).to.include({
      action: "skip",
      reason: "noFunds",
    });
  });

  it("leaves a vault alone whose only price is dead", () => {
    const { model, keys } = modelWith([{ weth: "10", debt: "14900" }], "1700");
    const [key] = keys as [VaultKey];
    model.oracleGuard.setFeed(0, null);
    model.oracleGuard.restoreLastGoodPrice(0, 10n ** 36n, NOW);
    const decision = decide(
      model,
      key,
      model.vaultEngine.health(key),
      model.oracleGuard.prices(),
      RICH,
      FREE,
    );
    expect(decision).to.include({ action: "skip", reason: "nothingSeizable" });
  });

  it("asks the engine for at least what covers repayment, gas and minimum profit", () => {
    const { model, keys, prices } = modelWith([{ weth: "10", debt: "14900" }], "1700");
    const [key] = keys as [VaultKey];
    const costs: Costs = {
      gas: 400_000n,
      gasPrice: 10n ** 9n,
      weiPrice: prices[0]?.liquidation ?? 0n,
      minProfit: parseEther("5"),
    };
    const [o] = optionsOf(model, key, prices, RICH, costs);
    if (o === undefined) throw new Error("no option");
    const enough = o.repaid + o.gasCost + costs.minProfit;
    expect(
      valueDown(o.minSeize, o.price) >= enough - 1n && valueDown(o.minSeize - 1n, o.price) < enough,
    ).to.equal(true);
    expect(o.minSeize <= o.seized).to.equal(true);
  });

  it("counts gas at the price of wrapped ether, rounded up, and as nothing where it is 0", () => {
    const weiPrice = 2_000n * 10n ** 36n;
    expect(gasCostUp({ gas: 300_000n, gasPrice: 10n ** 9n, weiPrice })).to.equal(parseEther("0.6"));
    expect(gasCostUp({ gas: 1n, gasPrice: 1n, weiPrice: 1n })).to.equal(1n);
    expect(gasCostUp({ gas: 300_000n, gasPrice: 10n ** 9n, weiPrice: 0n })).to.equal(0n);
    expect(maxRepayFor(1_000_000n, UNLIMITED)).to.equal(1_001_001n);
    expect(maxRepayFor(1_000_000n, 1_000_000n)).to.equal(1_000_000n);
  });
});

describe("the keeper's fees and nonces", () => {
  it("pays for a full next block, and replaces only with fees an eighth higher", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 12n), fc.bigInt(0n, 10n ** 11n), (baseFee, tip) => {
        const fees = feesFor(baseFee, tip);
        expect(fees.maxFeePerGas >= (baseFee * 9n) / 8n + tip).to.equal(true);
        expect(nextGasPrice(baseFee, tip) > baseFee + tip).to.equal(true);
        const next = feesFor(baseFee / 2n, tip / 2n, fees);
        expect(next.maxFeePerGas * 8n >= fees.maxFeePerGas * 9n).to.equal(true);
        expect(next.maxPriorityFeePerGas * 8n >= fees.maxPriorityFeePerGas * 9n).to.equal(true);
        expect(next.maxFeePerGas >= next.maxPriorityFeePerGas).to.equal(true);
      }),
    );
  });

  it("reuses the nonce of its own waiting transaction and stays out of the way of a foreign one", () => {
    const lane = new NonceManager();
    expect(lane.begin(5, 5)).to.equal(true);
    const fees = feesFor(10n, 1n);
    expect(lane.slot()).to.deep.equal({ nonce: 5 });
    lane.sent(5, fees);
    expect(lane.slot()).to.deep.equal({ nonce: 6 });
    expect(lane.begin(5, 6)).to.equal(true);
    expect(lane.slot()).to.deep.equal({ nonce: 5, replaces: fees });
    expect(lane.begin(5, 7)).to.equal(false);
    expect(lane.begin(7, 7)).to.equal(true);
    expect(lane.slot()).to.deep.equal({ nonce: 7 });
  });
});

describe("what a refusal means to the keeper", () => {
  const { interface: abi } = VaultEngine__factory.connect(OWNER);
  const cases: readonly [string, unknown[], string][] = [
    ["VaultHealthy", [2n, 1n], "gone"],
    ["AssetNotHeld", [toBeHex(1n, 32), 0], "gone"],
    ["SeizedTooLittle", [1n, 2n], "terms"],
    ["DeadlinePassed", [2n, 1n], "terms"],
    ["NotAuthorised", [OWNER, OWNER], "fault"],
  ];
  for (const [name, args, expected] of cases) {
    it(`${name} is ${expected}, wherever the node puts its data`, () => {
      const data = abi.encodeErrorResult(name, args);
      expect(decode(data).class).to.equal(expected);
      for (const error of [{ data }, { info: { error: { data } } }, { error: { data: { data } } }]) {
        expect(classify(error).error).to.match(new RegExp(`^${name}\\(`));
      }
    });
  }

  it("says until when something is closed, as text", () => {
    const breaker = CircuitBreaker__factory.createInterface();
    const closed = decode(breaker.encodeErrorResult("ActionClosed", [2, 1_700_000_000n]));
    expect(closed).to.deep.equal({
      class: "terms",
      error: "ActionClosed(2, 1700000000): liquidating is closed until 2023-11-14T22:13:20Z",
    });
    const grace = decode(breaker.encodeErrorResult("BorrowersInGrace", [1_700_000_000n, 1n, 2n]));
    expect(grace).to.deep.equal({
      class: "terms",
      error: "BorrowersInGrace(1700000000, 1, 2): borrowers have time until 2023-11-14T22:13:20Z",
    });
  });

  it("takes the node's own words, on one line, without the secrets of its URL", () => {
    const refused = Object.assign(new Error("could not coalesce error"), {
      info: { error: { message: "query returned more\nthan 10000 results, see https://rpc.example/v3/KEY" } },
    });
    expect(classify(refused).error).to.equal(
      "query returned more than 10000 results, see https://rpc.example/...",
    );
  });

  it("tells the account's troubles and the network's from faults", () => {
    expect(classify(new Error("nonce too low")).class).to.equal("nonce");
    expect(classify(new Error("insufficient funds for gas")).class).to.equal("funds");
    expect(classify(Object.assign(new Error("x"), { code: "ECONNREFUSED" })).class).to.equal("transient");
    expect(classify(new Error("out of gas")).class).to.equal("fault");
    expect(decode("0x12345678").error).to.equal("unknown error 0x12345678");
  });
});

describe("the vault index", () => {
  const hashOf = (n: number, fork = 0): string => keccak256(toBeHex(n * 10 + fork, 32));
  const key = (n: number): VaultKey => vaultKey(OWNER, BigInt(n));
  const head = (number: number, fork = 0): Head => ({
    number,
    hash: hashOf(number, fork),
    timestamp: 0n,
    baseFee: 0n,
  });

  function source(events: Readonly<Record<number, number>>, fork = { from: Infinity, is: 0 }) {
    const asked: [number, number][] = [];
    const chain: EventSource = {
      vaultsTouched: (from, to) => {
        asked.push([from, to]);
        return Promise.resolve(
          Object.entries(events).flatMap(([block, n]) => (+block >= from && +block <= to ? [key(n)] : [])),
        );
      },
      blockHash: (n) => Promise.resolve(hashOf(n, n >= fork.from ? fork.is : 0)),
    };
    return { chain, asked, fork };
  }

  it("asks for every block, in pieces, whatever the piece, and for the newest again until later ones are in", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 5 }),
        async (chunk, steps) => {
          const { chain, asked } = source({ 3: 1 });
          const index = new VaultIndex(chain, 0, chunk);
          let at = 0;
          for (const step of steps) {
            const before = asked.length === 0 ? 0 : Math.max(0, at + 1 - OVERLAP);
            asked.length = 0;
            await index.advance(head((at += step)));
            const blocks = asked.flatMap(([from, to]) =>
              Array.from({ length: to - from + 1 }, (_, i) => from + i),
            );
            expect(blocks).to.deep.equal(Array.from({ length: at + 1 - before }, (_, i) => before + i));
            for (const [from, to] of asked) expect(to - from < chunk).to.equal(true);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it("finds a vault whose event a lagging node left out, within the overlap", async () => {
    const { chain } = source({ 50: 1 });
    let lagging = true;
    const lags: EventSource = {
      ...chain,
      vaultsTouched: async (from, to) => (lagging ? [] : await chain.vaultsTouched(from, to)),
    };
    const index = new VaultIndex(lags, 0, 1_000);
    await index.advance(head(50));
    expect(index.keys).to.deep.equal([]);
    lagging = false;
    await index.advance(head(50 + OVERLAP - 1));
    expect(index.keys).to.deep.equal([key(1)]);
  });

  it("reads a vault again after an event, when it is doubted, and all of them after a reorganisation", async () => {
    const { chain, fork, asked } = source({ 1: 1, 5: 2, 60: 1 });
    const index = new VaultIndex(chain, 0, 100);
    await index.advance(head(6));
    expect(index.stale).to.deep.equal([key(1), key(2)]);
    index.read(index.stale);
    await index.advance(head(60));
    expect(index.stale).to.include(key(1));
    index.read(index.stale);
    await index.advance(head(200));
    index.read(index.stale);
    await index.advance(head(201));
    expect(index.stale).to.deep.equal([]);
    index.doubt([key(2), key(7)]);
    expect(index.stale, "only what is known").to.deep.equal([key(2)]);
    Object.assign(fork, { from: 201, is: 1 });
    await index.advance(head(202, 1));
    expect(index.stale).to.have.members([key(1), key(2)]);
    expect(asked.slice(-3).map(([from]) => from)).to.deep.equal([0, 100, 200]);
  });

  it("asks for smaller pieces when the node refuses one, and loses none", async () => {
    const { chain } = source({ 70: 1, 90: 2 });
    const picky: EventSource = {
      ...chain,
      vaultsTouched: async (from, to) => {
        if (to - from >= 50) throw new Error("range too large");
        return await chain.vaultsTouched(from, to);
      },
    };
    const index = new VaultIndex(picky, 0, 100);
    await index.advance(head(99));
    expect(index.keys).to.deep.equal([key(1), key(2)]);
  });

  it("halves down to one block, and then says what the node said of which blocks", async () => {
    const asked: [number, number][] = [];
    const one: EventSource = {
      blockHash: () => Promise.resolve(null),
      vaultsTouched: (from, to) => {
        asked.push([from, to]);
        return from === to && from < 3 ? Promise.resolve([]) : Promise.reject(new Error("limit"));
      },
    };
    const told: unknown = await new VaultIndex(one, 0, 8).advance(head(7)).catch((error: unknown) => error);
    expect((told as Error).message).to.equal("limit");
    expect(asked.slice(0, 4)).to.deep.equal([
      [0, 7],
      [0, 3],
      [0, 1],
      [0, 0],
    ]);
    expect(asked.at(-1)).to.deep.equal([3, 3]);
  });

  it("does not ask a node that is away for less", async () => {
    let asked = 0;
    const away: EventSource = {
      blockHash: () => Promise.resolve(null),
      vaultsTouched: () => {
        asked += 1;
        return Promise.reject(
          new Error("events", { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) }),
        );
      },
    };
    await new VaultIndex(away, 0, 8).advance(head(7)).catch(() => undefined);
    expect(asked).to.equal(1);
  });
});

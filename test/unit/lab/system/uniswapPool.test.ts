import { expect } from "chai";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { type PoolToken, type UniswapPool, Uniswap } from "../../../../src/lab/system/uniswapPool.js";
import { RandomStream } from "../../../../src/lab/system/random.js";
import { TestToken__factory } from "../../../../types/index.js";
import { WAD, wad } from "../../../support/lab/lab.js";

const PLENTY = 2n ** 126n;
const DEBT_ADDRESS = `0x80${"00".repeat(18)}01`;
const FEE_PIPS = 3000n;
const PIPS = 1_000_000n;

interface Place {
  readonly name: string;
  readonly market: UniswapPool;
  readonly collateral: PoolToken;
  readonly debt: PoolToken;
}

describe("the lab's market", () => {
  let connection: NetworkConnection;
  let me: string;
  let router: string;
  const places: Place[] = [];

  before(async () => {
    connection = await network.create();
    const signer = (await connection.ethers.getSigners())[0]!;
    me = signer.address;
    const uniswap = await Uniswap.deploy(signer, me);
    router = uniswap.routerAddress;
    /** Deploys a token at a given address. Its address decides its side of a pool. */
    const place = async (address: string, decimals: number): Promise<PoolToken> => {
      const made = await new TestToken__factory(signer).deploy("Any", "ANY", decimals);
      const code = await connection.ethers.provider.getCode(await made.getAddress());
      await connection.provider.request({ method: "hardhat_setCode", params: [address, code] });
      const token = TestToken__factory.connect(address, signer);
      await token.mint(me, PLENTY);
      for (const spender of [router, await uniswap.managerAddress]) await token.approve(spender, PLENTY);
      return { address, decimals };
    };
    for (const [i, debtDecimals] of [6, 18].entries()) {
      const debt = await place(DEBT_ADDRESS.slice(0, -1) + String(i), debtDecimals);
      for (const side of ["10", "f0"]) {
        for (const decimals of [6, 8, 18]) {
          const address = `0x${side}${"00".repeat(17)}${String(i).padStart(2, "0")}${String(decimals).padStart(2, "0")}`;
          const collateral = await place(address, decimals);
          const depth = 5_000_000n * 10n ** BigInt(debtDecimals);
          const market = await uniswap.createPool(collateral, debt, wad(200), depth, Number(FEE_PIPS));
          const order = side === "10" ? "first" : "second";
          places.push({
            name: `collateral of ${decimals} decimals ${order} of two, debt of ${debtDecimals}`,
            market,
            collateral,
            debt,
          });
        }
      }
    }
  });

  after(async () => {
    await connection.close();
  });

  /** Proceeds of a sale through the router now. */
  const soldFor = async ({ market }: Place, amount: bigint): Promise<bigint> => {
    const data = market.saleCall(amount, 0n, me);
    return BigInt(await connection.ethers.provider.call({ from: me, to: router, data }));
  };

  const trade = async (place: Place, data: string): Promise<void> => {
    const [signer] = await connection.ethers.getSigners();
    await (await signer!.sendTransaction({ to: router, data })).wait();
    await place.market.refresh();
  };

  /** Brings the pool to `price` as the lab does. Does nothing if there is nothing to trade. */
  const arbitrage = async (place: Place, price: bigint): Promise<void> => {
    const data = place.market.arbitrageCall(price, me);
    if (data !== null) await trade(place, data);
  };

  it("has both token orders, and decimals on either side", () => {
    expect(places).to.have.length(12);
  });

  it("opens at the price asked for, to what a square root in 96 bits can tell", () => {
    for (const { name, market } of places) {
      const off = market.priceWad() - wad(200);
      expect((off < 0n ? -off : off) * 1_000_000n < wad(200), name).to.equal(true);
    }
  });

  it("quotes a keeper's sale to within two units of either token, and one of many times the pool to within ten", async () => {
    const random = new RandomStream(1, "sales");
    for (const place of places) {
      const unit = 10n ** BigInt(place.collateral.decimals);
      const sizes = [1n, 2n, 1000n, unit, 25_000n * unit, 1_000_000n * unit];
      for (let i = 0; i < 8; i++) sizes.push(random.between(1n, 10n ** random.between(1n, 4n) * unit));
      for (const size of sizes) {
        const [quoted, paid] = [place.market.quoteSale(size), await soldFor(place, size)];
        // A sale that crosses ticks is rounded at each tick, by one unit of the token sold.
        const unitWorth = (place.market.priceWad() * 10n ** BigInt(place.debt.decimals)) / (WAD * unit);
        const off = quoted - paid;
        const allowed = (size > 2500n * unit ? 10n : 2n) + 2n * unitWorth;
        expect(
          off >= -allowed && off <= allowed,
          `${place.name}: ${size} for ${paid}, quoted ${quoted}`,
        ).to.equal(true);
      }
    }
  });

  it("foresees where a row of sales leaves the pool", async () => {
    for (const place of places) {
      const { market, collateral, name } = place;
      const planned = [10n, 250n, 3n].map((tokens) => tokens * 10n ** BigInt(collateral.decimals));
      const quotes = planned.map((amount) => {
        const quote = market.quoteSale(amount);
        market.applySale(amount);
        return quote;
      });
      const foreseen = market.priceWad();
      await market.refresh();
      for (const [i, amount] of planned.entries()) {
        const off = quotes[i]! - (await soldFor(place, amount));
        expect(off >= -4n && off <= 4n, name).to.equal(true);
        await trade(place, market.saleCall(amount, 0n, me));
      }
      const off = market.priceWad() - foreseen;
      expect((off < 0n ? -off : off) * 10n ** 9n <= foreseen, name).to.equal(true);
    }
  });

  it("refuses a sale that would bring less than its minimum", async () => {
    const place = places[0]!;
    const amount = 10n ** BigInt(place.collateral.decimals);
    const data = place.market.saleCall(amount, place.market.quoteSale(amount) + 10n, me);
    const failed = await connection.ethers.provider.call({ from: me, to: router, data }).then(
      () => false,
      () => true,
    );
    expect(failed).to.equal(true);
  });

  it("is brought to within its fee of any price, up or down, and then left alone", async () => {
    const prices = [210, 86, 323, 190, 0.5, 200.12, 199.99, 2000.01].map(wad);
    for (const place of places) {
      const { market, name } = place;
      for (const price of prices) {
        await arbitrage(place, price);
        const pool = market.priceWad();
        const where = `${name}: pool at ${pool} for ${price}`;
        // To a millionth: the resolution of a square root price with a difference of 12 decimals.
        expect(pool * (PIPS - FEE_PIPS - 1n) <= price * PIPS, where).to.equal(true);
        expect(pool * PIPS >= price * (PIPS - FEE_PIPS - 1n), where).to.equal(true);
        expect(market.arbitrageCall(price, me), `${where}: again`).to.equal(null);
      }
    }
  });

  it("offers an arbitrageur nothing while it is less than its fee from the price", async () => {
    for (const place of places) {
      await arbitrage(place, wad(200));
      const pool = place.market.priceWad();
      expect(place.market.arbitrageCall((pool * 10_029n) / 10_000n, me), place.name).to.equal(null);
      expect(place.market.arbitrageCall((pool * 9_971n) / 10_000n, me), place.name).to.equal(null);
      expect(place.market.arbitrageCall((pool * 10_031n) / 10_000n, me), place.name).not.to.equal(null);
      expect(place.market.arbitrageCall((pool * 9_969n) / 10_000n, me), place.name).not.to.equal(null);
    }
  });

  it("follows a price to a billionth of itself and back without getting stuck", async () => {
    for (const place of places) {
      for (const price of [WAD, 200n * 10n ** 9n, wad(200), 200_000n * WAD, wad(200)])
        await arbitrage(place, price);
      const pool = place.market.priceWad();
      expect(pool * PIPS >= wad(200) * (PIPS - FEE_PIPS - 1n), place.name).to.equal(true);
      expect(pool * (PIPS - FEE_PIPS - 1n) <= wad(200) * PIPS, place.name).to.equal(true);
    }
  });

  it("keeps the square root of any price inside the pool's range", () => {
    for (const { market } of places) {
      for (const price of [0n, 1n, 10n ** 30n, 10n ** 60n]) {
        const root = market.sqrtPriceOf(price);
        expect(root > 4_295_128_739n).to.equal(true);
        expect(root < 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342n).to.equal(true);
      }
    }
  });
});

import factoryArtifact from "@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json" with { type: "json" };
import poolArtifact from "@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json" with { type: "json" };
import { expect } from "chai";
import { Contract, ContractFactory, type Signer } from "ethers";
import fc from "fast-check";
import { network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { type PoolToken, type UniswapPool, Uniswap } from "../../src/lab/system/uniswapPool.js";
import {
  MockPriceFeed__factory,
  OracleGuard__factory,
  RiskConfig__factory,
  AccessManager__factory,
  TestToken__factory,
  type UniswapTwapSource,
  UniswapTwapSource__factory,
} from "../../types/index.js";
import { wad } from "../support/lab/lab.js";

const WINDOW = 1800;
const FEE = 3000;
const PLENTY = 2n ** 126n;
const DEBT = `0x80${"00".repeat(18)}01`;
const FRACTION = 600n;

/** 1.0001^tick with 600 fractional bits: the error is less than one part in 2^500. */
function exactPower(tick: bigint): bigint {
  let power = 1n << FRACTION;
  let factor = (10_001n << FRACTION) / 10_000n;
  for (let n = tick < 0n ? -tick : tick; n !== 0n; n >>= 1n) {
    if ((n & 1n) === 1n) power = (power * factor) >> FRACTION;
    factor = (factor * factor) >> FRACTION;
  }
  return tick < 0n ? (1n << (2n * FRACTION)) / power : power;
}

describe("a Uniswap pool as a price source", () => {
  let connection: NetworkConnection;
  let signer: Signer;
  let me: string;
  let uniswap: Uniswap;

  before(async () => {
    connection = await network.create();
    signer = (await connection.ethers.getSigners())[0]!;
    me = await signer.getAddress();
    uniswap = await Uniswap.deploy(signer, me);
    await token(DEBT, 6);
  });
  after(() => connection.close());

  async function token(address: string, decimals: number): Promise<PoolToken> {
    const made = await new TestToken__factory(signer).deploy("Any", "ANY", decimals);
    const code = await connection.ethers.provider.getCode(await made.getAddress());
    await connection.provider.request({ method: "hardhat_setCode", params: [address, code] });
    const placed = TestToken__factory.connect(address, signer);
    await placed.mint(me, PLENTY);
    for (const spender of [uniswap.routerAddress, await uniswap.managerAddress])
      await placed.approve(spender, PLENTY);
    return { address, decimals };
  }

  /** Advances the time by `seconds` and mines a block. */
  async function pass(seconds: number): Promise<void> {
    await connection.provider.request({ method: "evm_increaseTime", params: [seconds] });
    await connection.provider.request({ method: "evm_mine", params: [] });
  }

  async function trade(market: UniswapPool, data: string): Promise<void> {
    await (await signer.sendTransaction({ to: uniswap.routerAddress, data })).wait();
    await market.refresh();
  }

  async function moveTo(market: UniswapPool, price: bigint): Promise<void> {
    const data = market.arbitrageCall(price, me);
    if (data !== null) await trade(market, data);
  }

  let places = 0;
  /**
   * Deploys a pool at price 200 with five million of liquidity, records a window of it, and deploys
   * its source.
   */
  async function place(side: "10" | "f0", decimals: number, minLiquidity = 1n) {
    const address = `0x${side}${"00".repeat(17)}${String(++places).padStart(4, "0")}`;
    const collateral = await token(address, decimals);
    const debt = { address: DEBT, decimals: 6 };
    const market = await uniswap.createPool(collateral, debt, wad(200), 5_000_000n * 10n ** 6n, FEE);
    const pool = await poolOf(address);
    await (await pool.getFunction("increaseObservationCardinalityNext").send(60)).wait();
    await moveTo(market, wad(205));
    await moveTo(market, wad(200));
    await pass(2 * WINDOW);
    const source = await new UniswapTwapSource__factory(signer).deploy(
      await pool.getAddress(),
      address,
      WINDOW,
      minLiquidity,
      8,
    );
    return { market, pool, source, address };
  }

  async function poolOf(collateral: string): Promise<Contract> {
    const factory = (uniswap as unknown as { factory: Contract }).factory;
    const address = (await factory.getFunction("getPool")(collateral, DEBT, FEE)) as string;
    return new Contract(address, poolArtifact.abi, signer);
  }

  const answerOf = async (source: UniswapTwapSource): Promise<bigint> => (await source.latestRoundData())[1];

  /** a / b - 1 in millionths. */
  const off = (a: bigint, b: bigint): bigint => ((a - b) * 1_000_000n) / b;

  it("answers a quiet pool's price to a basis point, in both token orders and at any decimals", async () => {
    for (const side of ["10", "f0"] as const) {
      for (const decimals of [6, 8, 18]) {
        const { market, source } = await place(side, decimals);
        const spot = market.priceWad() / 10n ** 10n;
        const difference = off(await answerOf(source), spot);
        expect(difference <= 101n && difference >= -101n, `${side} ${decimals}: ${difference}`).to.equal(
          true,
        );
      }
    }
  });

  it("is not moved at all inside a block, and by its share of the window after", async () => {
    for (const side of ["10", "f0"] as const) {
      const { market, source } = await place(side, 18);
      const before = await answerOf(source);
      const data = market.arbitrageCall(wad(400), me);
      await trade(market, data!);
      // The call runs in the next block, one second later: 1 / 1,800 of a doubling, some 0.04 %.
      const at = { blockTag: "latest" };
      const inside = (await source.latestRoundData(at))[1];
      expect(off(inside, before) <= 500n, `${off(inside, before)}`).to.equal(true);
      expect(market.priceWad() > wad(390)).to.equal(true);
      await pass(12);
      // A factor of 2 held for t seconds moves the geometric mean by 2^(t / window).
      const held = off(await answerOf(source), before);
      expect(held > 4_000n && held < 6_000n, `${held}`).to.equal(true);
      await pass(WINDOW);
      expect(off(await answerOf(source), 400n * 10n ** 8n) > -5_000n).to.equal(true);
    }
  });

  it("is as old as the pool's last observation", async () => {
    const { market, source } = await place("10", 18);
    await moveTo(market, wad(210));
    const traded = BigInt((await connection.ethers.provider.getBlock("latest"))!.timestamp);
    await pass(5000);
    const round = await source.latestRoundData();
    const now = BigInt((await connection.ethers.provider.getBlock("latest"))!.timestamp);
    expect(round[3]).to.equal(traded);
    expect(round[2]).to.equal(now - BigInt(WINDOW));
    expect(round[0]).to.equal(now);
    expect(await source.getRoundData(now)).to.deep.equal(round);
    await expect(source.getRoundData(now - 1n)).to.be.revertedWithCustomError(source, "NoHistory");
  });

  it("refuses to answer below its liquidity and beyond the pool's memory", async () => {
    const { pool, source, address } = await place("10", 18);
    const liquidity = await source.meanLiquidity();
    expect(off(liquidity, (await pool.getFunction("liquidity")()) as bigint)).to.equal(0n);
    const at = async (minLiquidity: bigint, window: number) =>
      new UniswapTwapSource__factory(signer).deploy(
        await pool.getAddress(),
        address,
        window,
        minLiquidity,
        8,
      );
    await (await at(liquidity, WINDOW)).latestRoundData();
    const strict = await at(liquidity + 1n, WINDOW);
    await expect(strict.latestRoundData()).to.be.revertedWithCustomError(strict, "LiquidityTooLow");
    await expect((await at(1n, 1_000_000_000)).latestRoundData()).to.be.revertedWith("OLD");
  });

  it("refuses what it could not price", async () => {
    const { pool, address } = await place("10", 18);
    const deploy = (base: string, window: number, decimals: number) =>
      new UniswapTwapSource__factory(signer).deploy(pool, base, window, 1, decimals);
    const one = await deploy(address, WINDOW, 8);
    await expect(deploy(me, WINDOW, 8)).to.be.revertedWithCustomError(one, "NotInPool");
    await expect(deploy(address, 0, 8)).to.be.revertedWithCustomError(one, "WindowIsZero");
    await expect(deploy(address, WINDOW, 31)).to.be.revertedWithCustomError(one, "DecimalsOutOfRange");
  });

  it("serves the oracle guard as a secondary source: what the feed and the pool disagree on is doubtful", async () => {
    const { market, source, address } = await place("f0", 18);
    const manager = await new AccessManager__factory(signer).deploy(me);
    const system = { borrowCap: 1n, dust: 1n, targetHealth: 10_500n, stuckHealth: 8_700n, gatedActions: 0n };
    const riskConfig = await new RiskConfig__factory(signer).deploy(manager, system);
    const oracle = await new OracleGuard__factory(signer).deploy(manager, riskConfig, 6);
    const risk = {
      token: address,
      ltv: 7500,
      liquidationThreshold: 8000,
      minBonus: 0,
      maxBonus: 1000,
      slope: 2500,
    };
    await riskConfig.listAsset({ ...risk, decimals: 0 }, 1n);
    const feed = await new MockPriceFeed__factory(signer).deploy(8, "feed", 200n * 10n ** 8n);
    const config = { heartbeat: 86_400n, minAnswer: 1n, maxAnswer: 10n ** 20n };
    await oracle.setAssetSources(0, { feed, ...config }, { feed: source, ...config }, 200, false);
    expect((await oracle.price(0)).status).to.equal(0n);
    await moveTo(market, wad(190));
    expect((await oracle.price(0)).status).to.equal(0n);
    await pass(WINDOW);
    const price = await oracle.price(0);
    expect(price.status).to.equal(1n);
    expect(price.low < price.liquidation).to.equal(true);
    // Without trades the pool's answer ages. It counts until it expires. Then the feed's answer
    // stands alone.
    await pass(86_400);
    await feed.setAnswer(200n * 10n ** 8n);
    const aged = await oracle.price(0);
    expect([aged.status, aged.low, aged.high]).to.deep.equal([1n, price.low, aged.liquidation]);
    await pass(2 * 86_400);
    await feed.setAnswer(200n * 10n ** 8n);
    const alone = await oracle.price(0);
    expect([alone.status, alone.low]).to.deep.equal([1n, alone.high]);
  });

  it("agrees with the pool's own arithmetic on every tick, and with exact powers to 22 digits", async () => {
    const factory = await new ContractFactory(factoryArtifact.abi, factoryArtifact.bytecode, signer).deploy();
    const registry = new Contract(await factory.getAddress(), factoryArtifact.abi, signer);
    const debtFirst = (address: string): boolean => BigInt(DEBT) < BigInt(address);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -800_000, max: 887_270 }), fc.nat(9_999), async (tick, part) => {
        const other = await (await new TestToken__factory(signer).deploy("Any", "ANY", 12)).getAddress();
        await (await registry.getFunction("createPool").send(other, DEBT, FEE)).wait();
        const address = (await registry.getFunction("getPool")(other, DEBT, FEE)) as string;
        const pool = new Contract(address, poolArtifact.abi, signer);
        // Draw a price inside the tick. The pool's own arithmetic must find that tick, and agree
        // with ours.
        const low = exactPower(BigInt(tick));
        const root = sqrt((low + (low * BigInt(part)) / 100_010_000n) >> (FRACTION - 192n));
        await (await pool.getFunction("initialize").send(root)).wait();
        const found = ((await pool.getFunction("slot0")()) as { tick: bigint }).tick;
        const up = (x: bigint): bigint => x << (FRACTION - 192n);
        expect(exactPower(found) < up((root + 1n) * (root + 1n))).to.equal(true);
        expect(exactPower(found + 1n) > up(root * root)).to.equal(true);

        await pass(2);
        const source = await new UniswapTwapSource__factory(signer).deploy(address, other, 1, 1, 36);
        const exact = exactPower(debtFirst(other) ? -found : found);
        const expected = (exact * 10n ** 48n) / ((10n ** 6n) << FRACTION);
        if (expected >= 2n ** 255n) return;
        const difference = (await answerOf(source)) - expected;
        const allowed = (expected >> 74n) + 1n;
        expect(difference <= allowed && difference >= -allowed, `${found}: ${difference}`).to.equal(true);
      }),
      { numRuns: 25 },
    );
  });
});

/** floor(sqrt(n)) by Newton's method. */
function sqrt(n: bigint): bigint {
  let x = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

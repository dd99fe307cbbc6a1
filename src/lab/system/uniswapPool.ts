import factoryArtifact from "@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json" with { type: "json" };
import poolArtifact from "@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json" with { type: "json" };
import managerArtifact from "@uniswap/v3-periphery/artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json" with { type: "json" };
import routerArtifact from "@uniswap/v3-periphery/artifacts/contracts/SwapRouter.sol/SwapRouter.json" with { type: "json" };
import { Contract, ContractFactory, Interface, type Signer, ZeroAddress } from "ethers";

import { WAD } from "../../model/index.js";

const Q96 = 2n ** 96n;
const PIPS = 1_000_000n;
const MIN_SQRT_PRICE = 4_295_128_739n;
const MAX_SQRT_PRICE = 1_461_446_703_485_210_103_287_273_052_203_988_822_378_723_970_342n;
const MAX_TICK = 887_272;
const NO_DEADLINE = 2n ** 40n;

/** Tick spacing of the factory's fee tiers, by fee [pips]. */
const TICK_SPACING: Readonly<Record<number, number>> = { 500: 10, 3000: 60, 10_000: 200 };
/** The fee tiers of the factory [pips]. */
export const FEE_TIERS: readonly number[] = Object.keys(TICK_SPACING).map(Number);

/** A token as the AMM needs it. */
export interface PoolToken {
  readonly address: string;
  readonly decimals: number;
}

/** Uniswap v3 from its own bytecode: factory, router and position manager. */
export class Uniswap {
  static readonly router = new Interface(routerArtifact.abi);

  private constructor(
    readonly routerAddress: string,
    private readonly factory: Contract,
    private readonly manager: Contract,
    private readonly signer: Signer,
  ) {}

  /** Deploys Uniswap v3. `weth9` may be any address, because the lab does not use wrapped ether. */
  static async deploy(signer: Signer, weth9: string): Promise<Uniswap> {
    const factory = await deployArtifact(factoryArtifact, signer, []);
    const address = await factory.getAddress();
    const router = await deployArtifact(routerArtifact, signer, [address, weth9]);
    const manager = await deployArtifact(managerArtifact, signer, [address, weth9, ZeroAddress]);
    return new Uniswap(await router.getAddress(), factory, manager, signer);
  }

  /** Address of the factory, in which pools are looked up. */
  get factoryAddress(): Promise<string> {
    return this.factory.getAddress();
  }

  /** Address of the position manager, to be approved before `createPool`. */
  get managerAddress(): Promise<string> {
    return this.manager.getAddress();
  }

  /**
   * Creates a pool of `collateral` against `debt` at `priceWad`. It has one full-range position of
   * `depth` debt units and collateral of the same value.
   * @param feePips pool fee in millionths: 500, 3000 or 10000
   */
  async createPool(
    collateral: PoolToken,
    debt: PoolToken,
    priceWad: bigint,
    depth: bigint,
    feePips: number,
  ): Promise<UniswapPool> {
    const collateralIsToken0 = BigInt(collateral.address) < BigInt(debt.address);
    const [token0, token1] = collateralIsToken0 ? [collateral, debt] : [debt, collateral];
    await transact(this.factory, "createPool", [token0.address, token1.address, feePips]);
    const address = (await this.factory.getFunction("getPool")(
      token0.address,
      token1.address,
      feePips,
    )) as string;
    const pool = new Contract(address, poolArtifact.abi, this.signer);
    const market = new UniswapPool(pool, collateral, debt, collateralIsToken0, BigInt(feePips));
    await transact(pool, "initialize", [market.sqrtPriceOf(priceWad)]);
    const worth =
      (depth * WAD * 10n ** BigInt(collateral.decimals)) / (priceWad * 10n ** BigInt(debt.decimals));
    const [amount0, amount1] = collateralIsToken0 ? [worth, depth] : [depth, worth];
    const spacing = TICK_SPACING[feePips] ?? 60;
    const tick = Math.floor(MAX_TICK / spacing) * spacing;
    const position = {
      token0: token0.address,
      token1: token1.address,
      fee: feePips,
      tickLower: -tick,
      tickUpper: tick,
      amount0Desired: amount0,
      amount1Desired: amount1,
      amount0Min: 0,
      amount1Min: 0,
      recipient: await this.signer.getAddress(),
      deadline: NO_DEADLINE,
    };
    await transact(this.manager, "mint", [position]);
    await market.refresh();
    return market;
  }
}

/** One pool with a single full-range position: its state, quotes and call data for trades. */
export class UniswapPool {
  private sqrtPrice = 0n;
  private liquidity = 0n;

  constructor(
    private readonly pool: Contract,
    private readonly collateral: PoolToken,
    private readonly debt: PoolToken,
    private readonly collateralIsToken0: boolean,
    private readonly feePips: bigint,
  ) {}

  get address(): string {
    return this.pool.target as string;
  }

  /**
   * Reads the price from the chain. Reads the liquidity only the first time, because it never
   * changes later.
   */
  async refresh(): Promise<void> {
    const slot = (await this.pool.getFunction("slot0")()) as { sqrtPriceX96: bigint };
    this.sqrtPrice = slot.sqrtPriceX96;
    if (this.liquidity === 0n) this.liquidity = (await this.pool.getFunction("liquidity")()) as bigint;
  }

  /** The pool's price of one collateral token [WAD of debt tokens]. */
  priceWad(): bigint {
    const square = this.sqrtPrice * this.sqrtPrice;
    const scale = WAD * 10n ** BigInt(this.collateral.decimals);
    const unit = 10n ** BigInt(this.debt.decimals);
    return this.collateralIsToken0
      ? (square * scale) / (Q96 * Q96 * unit)
      : (Q96 * Q96 * scale) / (square === 0n ? 1n : square * unit);
  }

  /**
   * Square root price [Q96] at which one collateral token costs `priceWad`, clamped to the pool's
   * range.
   */
  sqrtPriceOf(priceWad: bigint): bigint {
    const debtUnits = priceWad * 10n ** BigInt(this.debt.decimals);
    const collateralUnits = WAD * 10n ** BigInt(this.collateral.decimals);
    const [numerator, denominator] = this.collateralIsToken0
      ? [debtUnits, collateralUnits]
      : [collateralUnits, debtUnits];
    const root = sqrt((numerator * Q96 * Q96) / (denominator === 0n ? 1n : denominator));
    return root <= MIN_SQRT_PRICE ? MIN_SQRT_PRICE + 1n : root >= MAX_SQRT_PRICE ? MAX_SQRT_PRICE - 1n : root;
  }

  /**
   * Proceeds of selling `amount` collateral units now [debt units], to within a few units of either
   * token.
   */
  quoteSale(amount: bigint): bigint {
    return this.sale(amount).received;
  }

  /** Applies a planned sale of `amount` collateral units to this state before it is mined. */
  applySale(amount: bigint): void {
    this.sqrtPrice = this.sale(amount).sqrtPrice;
  }

  /**
   * Cost of buying `amount` debt units now [collateral units], to within a few units. Null if the
   * pool has less.
   */
  quoteBuy(amount: bigint): bigint | null {
    return this.purchase(amount)?.paid ?? null;
  }

  /** Applies a planned purchase of `amount` debt units to this state before it is mined. */
  applyBuy(amount: bigint): void {
    this.sqrtPrice = this.purchase(amount)?.sqrtPrice ?? this.sqrtPrice;
  }

  /**
   * Router call data that sells `amount` collateral units to `recipient` for at least `minimum`
   * debt units.
   */
  saleCall(amount: bigint, minimum: bigint, recipient: string): string {
    return this.swapCall(this.collateral, this.debt, amount, minimum, recipient, 0n);
  }

  /**
   * Router call data of the trade that brings the pool to within its fee of `priceWad`. Null if the
   * pool is already there. The arbitrageur is assumed to have enough of both tokens.
   */
  arbitrageCall(priceWad: bigint, recipient: string): string | null {
    const pool = this.priceWad();
    const worthSelling = (priceWad * PIPS) / (PIPS - this.feePips);
    const worthBuying = (priceWad * (PIPS - this.feePips)) / PIPS;
    if (pool > worthSelling) {
      const limit = this.sqrtPriceOf(worthSelling);
      if (!this.ahead(limit, this.collateralIsToken0)) return null;
      return this.swapCall(this.collateral, this.debt, MAX_INPUT, 0n, recipient, limit);
    }
    if (pool < worthBuying) {
      const limit = this.sqrtPriceOf(worthBuying);
      if (!this.ahead(limit, !this.collateralIsToken0)) return null;
      return this.swapCall(this.debt, this.collateral, MAX_INPUT, 0n, recipient, limit);
    }
    return null;
  }

  /**
   * Whether a swap can still move to `limit`. After an earlier swap to it, rounding can leave the
   * pool slightly off the price.
   */
  private ahead(limit: bigint, downwards: boolean): boolean {
    return downwards ? limit < this.sqrtPrice : limit > this.sqrtPrice;
  }

  private sale(amount: bigint): { sqrtPrice: bigint; received: bigint } {
    const input = (amount * (PIPS - this.feePips)) / PIPS;
    const [L, root] = [this.liquidity, this.sqrtPrice];
    if (this.collateralIsToken0) {
      const next = (L * Q96 * root) / (L * Q96 + input * root);
      return { sqrtPrice: next, received: (L * (root - next)) / Q96 };
    }
    const next = root + (input * Q96) / L;
    return { sqrtPrice: next, received: (L * Q96 * (next - root)) / (next * root) };
  }

  private purchase(amount: bigint): { sqrtPrice: bigint; paid: bigint } | null {
    const [L, root] = [this.liquidity, this.sqrtPrice];
    const [next, input] = this.collateralIsToken0
      ? this.rootBelow(root - ceilDiv(amount * Q96, L))
      : this.rootAbove(L * Q96 - amount * root);
    if (next === 0n) return null;
    return { sqrtPrice: next, paid: ceilDiv(input * PIPS, PIPS - this.feePips) };
  }

  /**
   * The root after the pool pays token 1, and the token 0 it receives. Zeros if the root would
   * leave the pool's range.
   */
  private rootBelow(next: bigint): readonly [bigint, bigint] {
    if (next <= MIN_SQRT_PRICE) return [0n, 0n];
    return [next, ceilDiv(this.liquidity * Q96 * (this.sqrtPrice - next), this.sqrtPrice * next)];
  }

  /**
   * The root after the pool pays token 0, and the token 1 it receives. `left` is L * Q96 less the
   * amount paid times the root. Zeros if the root would leave the pool's range.
   */
  private rootAbove(left: bigint): readonly [bigint, bigint] {
    if (left <= 0n) return [0n, 0n];
    const next = ceilDiv(this.liquidity * Q96 * this.sqrtPrice, left);
    return next >= MAX_SQRT_PRICE ? [0n, 0n] : [next, ceilDiv(this.liquidity * (next - this.sqrtPrice), Q96)];
  }

  private swapCall(
    from: PoolToken,
    to: PoolToken,
    amountIn: bigint,
    amountOutMinimum: bigint,
    recipient: string,
    sqrtPriceLimitX96: bigint,
  ): string {
    const [tokenIn, tokenOut] = [from.address, to.address];
    const order = { tokenIn, tokenOut, fee: this.feePips, recipient, deadline: NO_DEADLINE };
    return Uniswap.router.encodeFunctionData("exactInputSingle", [
      { ...order, amountIn, amountOutMinimum, sqrtPriceLimitX96 },
    ]);
  }
}

/** More than any pool takes before it reaches a price limit. */
const MAX_INPUT = 2n ** 120n;

function ceilDiv(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

/** floor(sqrt(n)) by Newton's method. */
function sqrt(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

async function transact(contract: Contract, method: string, parameters: unknown[]): Promise<void> {
  const sent = await contract.getFunction(method).send(...parameters);
  await sent.wait();
}

async function deployArtifact(
  artifact: { abi: unknown[]; bytecode: string },
  signer: Signer,
  parameters: unknown[],
): Promise<Contract> {
  const factory = new ContractFactory(new Interface(artifact.abi as never[]), artifact.bytecode, signer);
  const contract = await factory.deploy(...parameters);
  await contract.waitForDeployment();
  return new Contract(await contract.getAddress(), contract.interface, signer);
}

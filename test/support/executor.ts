import { MaxUint256, parseUnits, type Signer } from "ethers";

import { type UniswapPool, Uniswap } from "../../src/lab/system/uniswapPool.js";
import type { VaultKey } from "../../src/model/index.js";
import { connect } from "../../src/protocol/client.js";
import type { Deployment } from "../../src/protocol/deployments.js";
import { type LiquidationExecutor, LiquidationExecutor__factory } from "../../types/index.js";
import { mined } from "./scenario.js";

export const FEE_PIPS = 3_000;
export const NO_LIMIT = 2n ** 128n - 1n;
export const FOREVER = 2n ** 40n - 1n;

/** The source of the funds that a batch repays with. */
export const FUNDING = { held: 0n, flashLoan: 1n, flashSwap: 2n, callback: 3n } as const;

/** Uniswap v3 beside a deployment, from its own bytecode. */
export interface Exchange {
  readonly uniswap: Uniswap;
  readonly factory: string;
  /** The pool of asset 0 against the debt asset. */
  readonly market: UniswapPool;
  /** Opens a further pool of asset 0. `price` and `depth` in whole units, `fee` in pips. */
  open(price: string, depth: string, fee: number): Promise<UniswapPool>;
}

/**
 * Deploys Uniswap v3 and one pool of asset 0 with `depth` of the debt asset, at `price`. Both in
 * whole units.
 */
export async function openExchange(
  deployment: Deployment,
  deployer: Signer,
  price: string,
  depth: string,
): Promise<Exchange> {
  const { debtToken, tokens } = connect(deployment, deployer);
  const [asset] = deployment.assets;
  const [token] = tokens;
  if (asset === undefined || token === undefined) throw new Error("no asset");
  const me = await deployer.getAddress();
  const uniswap = await Uniswap.deploy(deployer, me);
  for (const each of [debtToken, token]) {
    await mined(each.mint(me, 2n ** 120n));
    for (const spender of [await uniswap.managerAddress, uniswap.routerAddress])
      await mined(each.approve(spender, MaxUint256));
  }
  const collateral = { address: asset.token, decimals: asset.decimals };
  const debt = { address: deployment.debtAsset.token, decimals: deployment.debtAsset.decimals };
  const open = (at: string, deep: string, fee: number): Promise<UniswapPool> =>
    uniswap.createPool(collateral, debt, parseUnits(at, 18), parseUnits(deep, debt.decimals), fee);
  const market = await open(price, depth, FEE_PIPS);
  return { uniswap, factory: await uniswap.factoryAddress, market, open };
}

/** Deploys an executor for the pools of `factory`. */
export async function deployExecutor(
  deployment: Deployment,
  deployer: Signer,
  factory: string,
  owner: string,
  keepers: readonly string[],
): Promise<LiquidationExecutor> {
  const { engine } = deployment.contracts;
  const made = await new LiquidationExecutor__factory(deployer).deploy(owner, engine, factory, [...keepers]);
  await made.waitForDeployment();
  return made;
}

/** A batch of asset 0 that never expires. Without a `minProfit` it accepts any profit. */
export function batchOf(funding: bigint, loan = 0n, minProfit = 0n) {
  return { asset: 0n, fee: BigInt(FEE_PIPS), funding, loan, minProfit, deadline: FOREVER };
}

/** Targets whose repayment is not limited. */
export function targetsOf(vaults: readonly VaultKey[]) {
  return vaults.map((vault) => ({ vault, maxRepay: NO_LIMIT }));
}

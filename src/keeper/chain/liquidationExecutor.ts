import { ZeroAddress } from "ethers";

import {
  IUniswapV3Factory__factory,
  type LiquidationExecutor,
  LiquidationExecutor__factory,
  TestToken__factory,
} from "../../../types/index.js";
import type { Client } from "../../protocol/client.js";
import type { NodeProvider } from "../../protocol/provider.js";

/** A deployed executor and the pools it sells in. */
export interface Executor {
  readonly address: string;
  readonly contract: LiquidationExecutor;
  /**
   * By asset id: fee of the pool with the most debt asset [millionths]; null if there is no pool.
   */
  readonly fees: readonly (bigint | null)[];
}

/** The executor cannot be used. The message is one line for people. */
export class ExecutorError extends Error {
  override readonly name = "ExecutorError";
}

/** The source of the tokens that a batch repays with, in the order of `Funding` in the contract. */
export const FUNDING = { held: 0, flashLoan: 1, flashSwap: 2, callback: 3 } as const;
export type FundingName = keyof typeof FUNDING;

/** The fees of Uniswap v3 pools [millionths]. */
const FEES = [100n, 500n, 3_000n, 10_000n] as const;

/**
 * Opens the executor at `address` and picks a pool for each asset: of the pools its factory knows,
 * the one that holds most of the debt asset.
 * Throws an `ExecutorError` if the address holds no executor, if the executor belongs to another
 * engine, or if `account` may not call it.
 */
export async function openExecutor(
  client: Client,
  provider: NodeProvider,
  address: string,
  account: string,
): Promise<Executor> {
  if ((await provider.getCode(address)) === "0x") {
    throw new ExecutorError(`${address}: must be a contract, but there is no code at this address`);
  }
  const contract = LiquidationExecutor__factory.connect(address, provider);
  const { debtAsset, assets, contracts } = client.deployment;
  let engine: string;
  let factoryAddress: string;
  let allowed: boolean;
  try {
    [engine, factoryAddress] = await Promise.all([contract.engine(), contract.factory()]);
    const [owner, isKeeper] = await Promise.all([contract.owner(), contract.isKeeper(account)]);
    allowed = isKeeper || owner.toLowerCase() === account.toLowerCase();
  } catch (error) {
    throw new ExecutorError(`${address}: must be a LiquidationExecutor`, { cause: error });
  }
  if (engine.toLowerCase() !== contracts.engine.toLowerCase()) {
    throw new ExecutorError(`${address}: engine ${engine}: must be ${contracts.engine}`);
  }
  if (!allowed) throw new ExecutorError(`${address}: must let ${account} call, its owner can: setKeeper`);

  const factory = IUniswapV3Factory__factory.connect(factoryAddress, provider);
  const debtToken = TestToken__factory.connect(debtAsset.token, provider);
  const depthOf = async (token: string, fee: bigint): Promise<bigint> => {
    const pool = await factory.getPool(token, debtAsset.token, fee);
    return pool === ZeroAddress ? 0n : await debtToken.balanceOf(pool);
  };
  const fees = await Promise.all(
    assets.map(async ({ token }) => {
      const depths = await Promise.all(FEES.map((fee) => depthOf(token, fee)));
      const best = depths.reduce((at, depth, i) => (depth > (depths[at] ?? 0n) ? i : at), 0);
      return (depths[best] ?? 0n) === 0n ? null : (FEES[best] ?? null);
    }),
  );
  return { address, contract, fees };
}

import { MaxUint256, parseUnits } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";

import { deployInMemory } from "../../../deploy/inMemory.js";
import { LiquidationExecutor__factory } from "../../../types/index.js";
import { Uniswap } from "../../lab/system/uniswapPool.js";
import { type VaultKey, vaultKey } from "../../model/index.js";
import { connect } from "../../protocol/client.js";
import { parameters } from "./gas.js";

/** Gas of whole batches through the executor: receipt `gasUsed`, refunds deducted. */
export interface BatchFigures {
  /** Two vaults, flash loan, one sale. */
  readonly batch2: number;
  /** Twelve vaults, flash loan, one sale. */
  readonly batch12: number;
  /** Added by each vault beyond the second. */
  readonly batchPerVault: number;
  /** Twelve vaults, one of them healthy: the multicall fails, and all are tried one by one. */
  readonly batch12Fallback: number;
}

const ONE = 10n ** 18n;
const FEE_PIPS = 3000;
const FLASH_LOAN = 1;
const FEW = 2;
const MANY = 12;

/** Measures batches of vaults with one collateral on a fresh system with a real Uniswap v3 pool. */
export async function measureBatches(connection: NetworkConnection): Promise<BatchFigures> {
  const deployment = await deployInMemory(connection, parameters());
  const [signer] = await connection.ethers.getSigners();
  if (signer === undefined) throw new Error("the chain has no account");
  const me = signer.address;
  const { vaultEngine, lendingPool, debtToken, tokens, feeds } = connect(deployment, signer);
  const [token, feed] = [tokens[0], feeds[0]];
  const [asset] = deployment.assets;
  if (token === undefined || feed === undefined || asset === undefined) throw new Error("no asset");

  const uniswap = await Uniswap.deploy(signer, me);
  for (const t of [debtToken, token]) {
    await t.mint(me, parseUnits("1000000000", 18));
    for (const spender of [vaultEngine, lendingPool, uniswap.managerAddress])
      await t.approve(spender, MaxUint256);
  }
  await lendingPool.deposit(parseUnits("10000000", 18), me);
  const debt = { address: deployment.debtAsset.token, decimals: 18 };
  const collateral = { address: asset.token, decimals: 18 };
  await uniswap.createPool(collateral, debt, 1_650n * ONE, parseUnits("100000000", 18), FEE_PIPS);
  const executor = await new LiquidationExecutor__factory(signer).deploy(
    me,
    vaultEngine,
    await uniswap.factoryAddress,
    [],
  );

  const call = vaultEngine.interface;
  const open = async (index: number, borrowed: bigint): Promise<VaultKey> => {
    const vault = vaultKey(me, BigInt(index));
    const deposit = call.encodeFunctionData("deposit", [vault, 0, 10n * ONE]);
    await vaultEngine.multicall([deposit, call.encodeFunctionData("borrow", [vault, borrowed * ONE, me])]);
    return vault;
  };
  const healthy = await open(0, 1_000n);
  const vaults: VaultKey[] = [];
  for (let i = 1; i <= FEW + 2 * MANY; i++) vaults.push(await open(i, 14_000n));
  await feed.setAnswer(1_650n * 10n ** 8n);

  const run = async (keys: readonly VaultKey[]): Promise<number> => {
    const targets = keys.map((vault) => ({ vault, maxRepay: 2n ** 128n - 1n }));
    const loan = 14_000n * ONE * BigInt(keys.length);
    const terms = {
      asset: 0,
      fee: FEE_PIPS,
      funding: FLASH_LOAN,
      loan,
      minProfit: 0n,
      deadline: 2n ** 40n - 1n,
    };
    const sent = await executor.liquidate(terms, targets, { gasLimit: 16_000_000n });
    const receipt = await sent.wait();
    if (receipt === null) throw new Error("a transaction was not mined");
    return Number(receipt.gasUsed);
  };
  // Not counted, because the first call also pays for the first balances of executor and owner.
  await run(vaults.splice(0, 1));
  const batch2 = await run(vaults.splice(0, FEW));
  const batch12 = await run(vaults.splice(0, MANY));
  const batch12Fallback = await run([...vaults.splice(0, MANY - 1), healthy]);
  return { batch2, batch12, batchPerVault: Math.round((batch12 - batch2) / (MANY - FEW)), batch12Fallback };
}

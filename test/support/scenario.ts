import { readFileSync } from "node:fs";

import { JsonRpcSigner, MaxUint256, parseEther, parseUnits, type Signer } from "ethers";

import { vaultKey, type VaultKey } from "../../src/model/index.js";
import { type Client, connect } from "../../src/protocol/client.js";
import type { Deployment } from "../../src/protocol/deployments.js";
import { parseParameters, type SystemParameters } from "../../src/protocol/parameters/convert.js";
import type { DeadlineProvider } from "../../src/protocol/provider.js";

/** Roles in the tests, by the index of the node's unlocked account. */
export const ROLES = { deployer: 0, keeper: 1, lender: 2, borrower: 3, rival: 4 } as const;

/** The parameters of `deploy/parameters/localhost.json`. */
export function localParameters(): SystemParameters {
  return parseParameters(JSON.parse(readFileSync("deploy/parameters/localhost.json", "utf8")));
}

/** An unlocked account of a node. */
export async function signerOf(provider: DeadlineProvider, number: number): Promise<JsonRpcSigner> {
  const accounts = (await provider.send("eth_accounts", [])) as string[];
  return new JsonRpcSigner(provider, accounts[number] ?? "");
}

/** Waits until a test's transaction is mined. */
export async function mined(sent: Promise<{ wait(): Promise<unknown> }>): Promise<void> {
  await (await sent).wait();
}

/** Deposits 500,000 of the debt asset into the pool. */
export async function lend(deployment: Deployment, lender: Signer): Promise<void> {
  const { debtToken, lendingPool: pool } = connect(deployment, lender);
  const me = await lender.getAddress();
  await mined(debtToken.mint(me, parseEther("500000")));
  await mined(debtToken.approve(await pool.getAddress(), MaxUint256));
  // Set the gas, because an estimate made in the second of the previous block misses the accrual.
  await mined(pool.deposit(parseEther("500000"), me, { gasLimit: 1_000_000n }));
}

/** Opens a vault: deposits whole tokens by asset id, then borrows whole units of the debt asset. */
export async function openVault(
  deployment: Deployment,
  owner: Signer,
  index: bigint,
  collateral: Readonly<Record<number, string>>,
  debt: string,
): Promise<VaultKey> {
  const { vaultEngine: engine, tokens } = connect(deployment, owner);
  const me = await owner.getAddress();
  const key = vaultKey(me, index);
  for (const [id, whole] of Object.entries(collateral)) {
    const token = tokens[Number(id)];
    const amount = parseUnits(whole, deployment.assets[Number(id)]?.decimals ?? 18);
    if (token === undefined) throw new Error(`no asset ${id}`);
    await mined(token.mint(me, amount));
    await mined(token.approve(await engine.getAddress(), MaxUint256));
    await mined(engine.deposit(key, Number(id), amount));
  }
  // Set the gas, because an estimate for the previous block may miss the interest of one more
  // second.
  if (debt !== "0") await mined(engine.borrow(key, parseEther(debt), me, { gasLimit: 1_000_000n }));
  return key;
}

/** Sets the answer of an asset's feed. */
export async function setPrice(
  deployment: Deployment,
  anyone: Signer,
  asset: number,
  price: string,
): Promise<void> {
  const feed = connect(deployment, anyone).feeds[asset];
  if (feed === undefined) throw new Error(`no asset ${asset}`);
  await mined(feed.setAnswer(parseUnits(price, deployment.assets[asset]?.primary.decimals ?? 8)));
}

/** Mints `holder` whole units of the debt asset. */
export async function fund(deployment: Deployment, holder: Signer, whole: string): Promise<void> {
  const { debtToken } = connect(deployment, holder);
  await mined(debtToken.mint(await holder.getAddress(), parseEther(whole)));
}

/** The health factor of a vault according to the lens [WAD]. */
export async function healthOf({ vaultLens: lens }: Client, key: VaultKey): Promise<bigint> {
  const [health] = await lens.health([key]);
  if (health === undefined) throw new Error(`the lens left out ${key}`);
  return health.healthFactor;
}
